"""A round of the timetable over many things: one that fails takes no other along, and is tried again in the next round."""

import logging

logger = logging.getLogger(__name__)


def each(things, act, **options):
    """Call act(thing, **options) for each of these; whatever it raises is written to the log. Each act has a transaction of its own."""
    for thing in things:
        try:
            act(thing, **options)
        except Exception:
            logger.exception("A round failed for %r", thing)

"""WHETHER a save goes on with the running version of a section, and which versions are kept."""

import json
from datetime import timedelta

from applications.intake import answers, rules
from applications.intake.differences import alike

REVISION_RUNS = timedelta(minutes=10)
MOST_LOST = 50  # characters that may go within one revision: what is more stands in the one before


def goes_on(revision, *, lost, by, now):
    """Whether a save carries the running revision on: the same person, within ten minutes, and hardly anything deleted.

    lost: characters of the revision that the save does not hold any more.
    """
    return (
        revision.by_id == by.pk
        and now - revision.begun_at < REVISION_RUNS
        and revision.lost + lost <= MOST_LOST
    )


REVISIONS_KEPT = 50  # of a section; before them the first, and the last of each day


def falls_away(revision, *, before, after):
    """Whether a revision that is no longer one of the latest goes: it is not the first, nor the last of its day.

    before, after: the ones beside it; before is None where it is the first.
    """
    return before is not None and rules.day_of(revision.saved_at) == rules.day_of(after.saved_at)


def lost(before, after):
    """How many characters of the content of a section are gone in a later one, outside of what both begin and end with."""
    after, total = dict(texts(after)), 0
    for name, text in texts(before):
        kept = after.get(name, "")
        head = alike(text, kept)
        total += len(text) - head - alike(reversed(text[head:]), reversed(kept[head:]))
    return total


def texts(content):
    """(name, text) of all that stands in the content of a section."""
    for name, value in content.items():
        if isinstance(value, dict):
            yield from ((f"{name} {part}", text) for part, text in texts(value))
        elif not answers.is_blank(value):
            yield name, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)

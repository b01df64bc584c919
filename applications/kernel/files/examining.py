"""Looking into stored files after they have come: the scanner first, then the text. Run by the timetable."""

import logging

from django.core.files.storage import storages
from django.db import transaction

from applications.kernel import clock
from applications.kernel.files import reading, scanner
from applications.kernel.files.stored import LEASE, FileText, Scan, StoredFile, TextState
from applications.kernel.leasing import free
from applications.kernel.search import search_text

logger = logging.getLogger(__name__)
LOOKED_AT = (TextState.READ, TextState.EMPTY, TextState.UNREADABLE)


def examine(stored):
    """Scan the file and read it, whatever of the two it waits for. Safe to run twice; one at a time does."""
    now = clock.now()
    if not StoredFile.objects.filter(free(now, LEASE), pk=stored.pk).update(taken_at=now):
        return
    stored.refresh_from_db()
    if stored.scan == Scan.WAITING:
        scan(stored)
    if stored.text_state == TextState.WAITING and stored.scan != Scan.INFECTED:
        read(stored)
    if stored.scan != Scan.WAITING:  # else it is asked again when the lease is over
        StoredFile.objects.filter(pk=stored.pk).update(taken_at=None)


def scan(stored):
    """Ask the scanner; without its answer the file goes on waiting."""
    try:
        with storages["default"].open(stored.path) as content:
            virus = scanner.scan(content)
    except scanner.NoAnswer as error:
        logger.warning("The scanner has not looked at file %s: %s", stored.key, error)
        return
    stored.scan, stored.virus = (Scan.INFECTED, virus[:200]) if virus else (Scan.CLEAN, "")
    stored.scanned_at = clock.now()
    if virus:
        logger.warning("File %s holds %s", stored.key, virus)
        stored.text_state = (
            TextState.UNREADABLE if stored.text_state == TextState.WAITING else stored.text_state
        )
    stored.save(update_fields=["scan", "virus", "scanned_at", "text_state"])


@transaction.atomic
def read(stored):
    """Keep the text of the file, with resident registration numbers hidden, and where they stand."""
    text, stored.text_state, stored.resident_at = known(stored) or look(stored)
    if text:
        found = {"text": text, "search_text": search_text(text)}
        FileText.objects.update_or_create(file=stored, defaults=found)
    stored.save(update_fields=["text_state", "resident_at"])


def known(stored):
    """What was read in the same bytes before: the same certificate is handed in again and again."""
    earlier = StoredFile.objects.filter(
        sha256=stored.sha256, kind=stored.kind, text_state__in=LOOKED_AT
    ).first()
    if earlier is None:
        return None
    text = FileText.objects.filter(file=earlier).first()
    return text.text if text else "", earlier.text_state, earlier.resident_at


def look(stored):
    """(text, state, places) of a file that is read for the first time."""
    try:
        with storages["default"].open(stored.path) as content:
            parts = reading.parts_of(content, stored.kind)
    except (reading.Unreadable, FileNotFoundError):
        parts = None
    if parts is None:
        return "", TextState.UNREADABLE, []
    text = "\f".join(map(reading.masked, parts)) if any(parts) else ""
    return text, TextState.READ if text else TextState.EMPTY, reading.places_of(parts)

"""Values that lie sealed in the database, so that whoever holds only a copy of it reads nothing (docs/decisions/0025-sealed.md)."""

import json

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

BEGINNING = "gAAAAA"  # of every sealed text: version 128 of the format, and the years until 2106


class Unreadable(Exception):
    """Sealed with a key that the settings no longer name, changed since, or sealed for somebody else."""


def _keys():
    """The first key seals, all of them open."""
    return MultiFernet([Fernet(key) for key in settings.SEALING_KEYS])


def seal(values, *, whose):
    """The sealed text of these values. whose: the key of the thing they belong to; in the place of another they cannot be opened."""
    return _keys().encrypt(json.dumps({"whose": str(whose), "values": values}).encode()).decode()


def opened(text, *, whose):
    """The values of a sealed text, or Unreadable."""
    try:
        found = json.loads(_keys().decrypt(text))
    except InvalidToken:
        raise Unreadable from None
    if found["whose"] != str(whose):
        raise Unreadable
    return found["values"]


def sealed_anew(text):
    """The same values sealed with the first key of today, or Unreadable."""
    try:
        return _keys().rotate(text).decode()
    except InvalidToken:
        raise Unreadable from None

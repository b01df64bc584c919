"""When two firms' names look alike: the bare letters of a name, and how far those of two differ."""

import re
import unicodedata

from django.utils.translation import gettext_lazy as _

MARKS = re.compile(r"\((주|유)\)")
SHORTEST = 5  # letters; of a shorter name one letter is too much of it to say anything
SAME, NEAR = _("The same name"), _("One letter of the name differs")
FORMS = re.compile("주식회사|유한회사")


def name_key(name: str) -> str:
    """The name without its legal form, spaces, punctuation and case; empty where nothing else is in it."""
    text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    bare = "".join(character for character in MARKS.sub("", text) if character.isalnum())
    while FORMS.search(bare):
        bare = FORMS.sub("", bare)
    return bare[:200]


def likeness(key, other):
    """Why two names look alike by their keys, or nothing: the same, or one letter is another, added or left out."""
    if key == other:
        return SAME if key else ""
    short, long = sorted((key, other), key=len)
    if len(short) < SHORTEST or len(long) - len(short) > 1:
        return ""
    head = next((n for n, letter in enumerate(short) if letter != long[n]), len(short))
    return NEAR if long[head + 1 :] in (short[head:], short[head + 1 :]) else ""


def halves(key):
    """Two parts of a key, one of which stands in every key that is near to it."""
    return key[: len(key) // 2], key[len(key) // 2 :]

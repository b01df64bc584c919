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


def near(key):
    """A pattern of the keys that differ in one letter: it is another, one more or one less. None where all are too short."""
    if len(key) < SHORTEST:
        return None
    other = ".?" if len(key) > SHORTEST else "."
    changed = [f"{key[:n]}{other}{key[n + 1 :]}" for n in range(len(key))]
    return f"^({'|'.join(changed + [f'{key[:n]}.{key[n:]}' for n in range(len(key) + 1)])})$"


def halves(key):
    """Two parts of a key, one of which stands in every key that is near to it."""
    return key[: len(key) // 2], key[len(key) // 2 :]


def likeness(key, other):
    """Why two names look alike by their keys, or nothing."""
    if key == other:
        return SAME if key else ""
    pattern = near(key)
    return NEAR if pattern and re.search(pattern, other) else ""

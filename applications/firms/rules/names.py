"""When two firms' names look alike: the bare letters of a name."""

import re
import unicodedata

MARKS = re.compile(r"\((주|유)\)")
FORMS = re.compile("주식회사|유한회사")


def name_key(name: str) -> str:
    """The name without its legal form, spaces, punctuation and case; empty where nothing else is in it."""
    text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    bare = "".join(character for character in MARKS.sub("", text) if character.isalnum())
    while FORMS.search(bare):
        bare = FORMS.sub("", bare)
    return bare[:200]

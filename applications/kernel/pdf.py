"""Documents to be kept: tagged PDF (PDF/UA-1) set by typst from a template and plain data."""

import functools
import json
import struct
import unicodedata
from pathlib import Path

import typst
from django.conf import settings
from django.core.cache import cache
from django.http import HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from applications.kernel import clock
from applications.kernel.errors import TooOften

FOLDER = Path(__file__).parent / "fonts"
FONTS = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FOLDER])
MOST_A_MINUTE = 20  # documents that one person is set
UNDRAWN = "□"  # stands for what our fonts have no sign for: PDF/UA allows no empty boxes of its own


def ask_to_typeset(request):
    """A document costs as much as many pages, so one person is set a few in a minute. Raises TooOften.

    Counted here: the limits of allauth let every GET pass.
    """
    key = f"typeset:{request.user.pk}:{clock.now():%Y%m%d%H%M}"
    cache.add(key, 0, 120)
    if cache.incr(key) > MOST_A_MINUTE:
        raise TooOften(_("You have opened many documents at once. Please try again in a minute."))


def typeset(template, data, *, at) -> bytes:
    """The PDF of templates/<template>; the same data and instant give the same bytes.

    data: plain values, which the template reads with json(); what people typed in it is text, never markup, and
    what our fonts cannot draw of it is a box.
    at: when the document was made, as it says of itself.
    """
    (folder,) = settings.TEMPLATES[0]["DIRS"]
    return typst.compile(
        folder / template,
        root=folder,
        font_paths=FONTS,
        sys_inputs={"data": json.dumps(drawable(data), ensure_ascii=False)},
        pdf_standards=["ua-1"],
        timestamp=int(at.timestamp()),
    )


def head(heading, number) -> dict:
    """What every document of templates/layout/house.typ says of itself, in the present language."""
    demo = _("Demonstration: not a document of the Korean government. All firms and people are fictional.")
    return {
        "lang": get_language(),
        "title": f"{heading} {number}",
        "heading": heading,
        "number": number,
        "demo": demo if settings.DEMO else "",
        "programme": _("RootGrants runs the programme for advancing the Korean root industry."),
    }


def drawable(data):
    """The same data with a box for every character that our fonts do not have; what is never seen is left out."""
    match data:
        case str():
            return "".join(map(_sign, data))
        case dict():
            return {name: drawable(value) for name, value in data.items()}
        case list() | tuple():
            return [drawable(value) for value in data]
    return data


@functools.cache
def _sign(character):
    if ord(character) in characters() or character in "\n\t":
        return character
    is_unseen = unicodedata.category(character) in (
        "Cc",
        "Cf",
        "Mn",
    )  # Mn: an accent, the variant of an emoji
    return "" if is_unseen else UNDRAWN


@functools.cache
def characters():
    """The code points that every one of our fonts can draw."""
    return frozenset.intersection(*(_mapped(font.read_bytes()) for font in FOLDER.glob("*.otf")))


def _mapped(font):
    """The code points of an OpenType font, from the groups of its cmap (format 12)."""
    tables = (struct.unpack_from(">4sLLL", font, 12 + 16 * number) for number in range(font[5]))
    cmap = next(offset for tag, _checksum, offset, _length in tables if tag == b"cmap")
    (count,) = struct.unpack_from(">H", font, cmap + 2)
    for number in range(count):
        (offset,) = struct.unpack_from(">L", font, cmap + 8 + 8 * number)
        start = cmap + offset
        if struct.unpack_from(">H", font, start) == (12,):
            (groups,) = struct.unpack_from(">L", font, start + 12)
            found = (struct.unpack_from(">LL", font, start + 16 + 12 * group) for group in range(groups))
            return frozenset(code for first, last in found for code in range(first, last + 1))
    raise ValueError("This font has no cmap of format 12.")


def document(pdf, *, name) -> HttpResponse:
    """A PDF that the browser keeps as a file of this name, and that no cache keeps."""
    return HttpResponse(
        pdf,
        content_type="application/pdf",
        headers={
            "Content-Disposition": content_disposition_header(True, name),
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, no-store",
        },
    )

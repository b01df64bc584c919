"""What a first visit costs over the wire, fonts aside: at most 120 KB, of our own scripts at most 30 KB."""

import re
from html import unescape
from pathlib import Path

import brotli
import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import reverse

KB = 1024
PAGES = [
    ("portal:front", None, "anonymous"),
    ("calls:list", None, "anonymous"),
    ("calls:detail", "open", "anonymous"),
    ("portal:home", None, "owner"),
    ("intake:section", "draft", "owner"),
    ("intake:papers", "draft", "owner"),
    ("intake:desk", None, "officer"),
]


PACKED = {".css", ".js", ".svg"}  # served compressed; pictures of other kinds are already


def linked(html):
    """Names of all files that a page asks for, each once: style sheets, scripts, its icon and its pictures."""
    return set(re.findall(r'(?:href|src)="/static/([^"]+)"', html))


def weight(name):
    """A static file as it is served: compressed once, with brotli."""
    path = Path(finders.find(name))
    content = path.read_bytes()
    return len(brotli.compress(content)) if path.suffix in PACKED else len(content)


@pytest.mark.parametrize(("page", "thing", "who"), PAGES)
def test_a_first_visit_is_light(town, page, thing, who):
    client = Client()
    if who != "anonymous":
        client.force_login(town.people[who])
    words = [getattr(town, thing).key] if thing else []
    words += ["plan"] if page == "intake:section" else []

    html = client.get(reverse(page, args=words)).content
    names = linked(html.decode())

    assert {"css/app.css", "js/app.js", "icon.svg"} <= names
    assert re.findall(r'<(?:img|script|iframe|source)\b[^>]*\bsrc="(?!/static/)', html.decode()) == []
    assert len(html) + sum(map(weight, names)) <= 120 * KB


def test_style_sheets_ask_for_nothing_but_fonts():
    sheets = {path: path.read_text() for path in Path(finders.find("css")).glob("*.css")}

    assert sheets
    assert {path.name for path, text in sheets.items() if re.search(r"url\(|@import", text)} == set()


def faces():
    """[(bytes of the file, the code points it is asked for)] of the font, each shown in another one until it comes."""
    sheet = Path(finders.find("fonts/pretendard-gov.css")).read_text()
    found = re.findall(r"@font-face \{([^}]*)\}", sheet)
    assert [face for face in found if "font-display: swap" not in face] == []
    for face in found:
        path = finders.find("fonts/" + re.search(r'url\("([^"]+)"\)', face)[1])
        ends = [part.split("-") for part in re.findall(r"U\+([0-9a-f-]+)", face, re.IGNORECASE)]
        known = {code for end in ends for code in range(int(end[0], 16), int(end[-1], 16) + 1)}
        yield Path(path).stat().st_size, known


def test_the_fonts_of_a_first_visit_are_light_and_hold_nothing_up(town):
    """What a browser fetches: the files whose ranges hold a character of the page."""
    found, weights = list(faces()), {}
    for page, thing, who in PAGES:
        client = Client(headers={"accept-language": "ko"})
        if who != "anonymous":
            client.force_login(town.people[who])
        words = ([getattr(town, thing).key] if thing else []) + (["plan"] if page == "intake:section" else [])
        html = client.get(reverse(page, args=words)).content.decode()
        html = re.sub(r"<(script|style|head)\b.*?</\1>", "", html, flags=re.DOTALL)
        shown = set(map(ord, unescape(re.sub(r"<[^>]+>", "", html))))
        weights[page] = sum(size for size, known in found if known & shown)

    assert {page: weight for page, weight in weights.items() if not 0 < weight <= 400 * KB} == {}


def test_our_scripts_are_small():
    folder = finders.find("js")
    found = {path.name: path.stat().st_size for path in Path(folder).glob("*.js")}

    assert found
    assert sum(found.values()) <= 30 * KB

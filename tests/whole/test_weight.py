"""What a first visit costs over the wire, fonts aside: at most 120 KB, of our own scripts at most 30 KB."""

import re
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


def linked(html):
    """Names of the style sheets and scripts of a page."""
    return re.findall(r'(?:href|src)="/static/([^"]+\.(?:css|js))"', html)


def packed(name):
    """A static file as it is served: compressed once, with brotli."""
    with open(finders.find(name), "rb") as file:
        return len(brotli.compress(file.read()))


@pytest.mark.parametrize(("page", "thing", "who"), PAGES)
def test_a_first_visit_is_light(town, page, thing, who):
    client = Client()
    if who != "anonymous":
        client.force_login(town.people[who])
    words = [getattr(town, thing).key] if thing else []
    words += ["plan"] if page == "intake:section" else []

    html = client.get(reverse(page, args=words)).content
    names = linked(html.decode())

    assert {"css/app.css", "js/app.js"} <= set(names)
    assert len(html) + sum(map(packed, names)) <= 120 * KB


def test_our_scripts_are_small():
    folder = finders.find("js")
    found = {path.name: path.stat().st_size for path in Path(folder).glob("*.js")}

    assert found
    assert sum(found.values()) <= 30 * KB

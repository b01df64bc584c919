"""A walk through the town by its links: every kind of page that each of the cast can reach, and what is on it."""

from collections import deque
from html.parser import HTMLParser
from urllib.parse import urlsplit

from django.conf import settings
from django.test import Client, override_settings
from django.urls import Resolver404, resolve, reverse
from django.utils import translation

from applications.kernel import clock
from tests.town import NOW

CAST = ("anonymous", "owner", "viewer", "removed", "reviewer", "undeclared", "officer", "director", "finance", "ministry",
        "auditor", "administrator")  # fmt: skip
EACH = {
    "intake:detail": 12,
    "intake:section": 6,
    "agreement:detail": 3,
    "decision:proposal": 3,
}  # addresses followed; else two


class Page(HTMLParser):
    """What the tests want of a page: its language, its links, the pieces of its content, the names that its form asks for,
    where its forms go, all words that are seen or read aloud, all values of attributes. What says its own language is left out."""

    SILENT = {"script", "style", "title"}

    def __init__(self, html):
        super().__init__()
        self.language, self.foreign = "", None
        self.links, self.pieces, self.words, self.values, self.asked, self.forms = (
            [],
            set(),
            [],
            set(),
            set(),
            [],
        )
        self.hidden, self.inside, self.asks = 0, False, False
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        self.hidden += tag in self.SILENT
        self.inside |= tag == "main"
        self.links += [values["href"]] if tag == "a" and "href" in values else []
        self.pieces |= set((values.get("class") or "").split()) if self.inside else set()
        if tag == "form":
            self.forms.append((values.get("method", "get").upper(), values.get("action", "")))
            self.asks = "novalidate" in values and values.get("method") == "post"
        if "formaction" in values:
            self.forms.append(("POST", values["formaction"]))
        self.asked |= {values["name"]} if self.asks and "name" in values else set()
        if tag == "html":
            self.language = values["lang"]
        elif values.get("lang", self.language) != self.language:
            self.foreign = tag
        if not self.foreign:
            self.words += [
                values[name]
                for name in ("aria-label", "placeholder", "alt", "title", "data-label")
                if values.get(name)
            ]
            self.values |= {value for value in values.values() if value}

    def handle_endtag(self, tag):
        self.hidden -= tag in self.SILENT
        self.inside &= tag != "main"
        self.asks &= tag != "form"
        self.foreign = None if tag == self.foreign else self.foreign

    def handle_data(self, data):
        if not self.hidden and not self.foreign and data.strip():
            self.words.append(" ".join(data.split()))


def client_of(town, who, language="ko"):
    client = Client(raise_request_exception=False)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    if who != "anonymous":
        client.force_login(town.people[who])
    return client


def view_of(address):
    """The name of the view behind an address of the house, or None for what is no page to walk to."""
    parts = urlsplit(address)
    if parts.netloc or not parts.path.startswith("/"):
        return None
    try:
        view = resolve(parts.path).view_name
    except Resolver404:
        return None
    return None if view.endswith(("download", "kept_file", "pdf", "logout")) else view


def walk(town, who, language="ko"):
    """Every page that somebody finds by following links: [(address, view, Page)]."""
    client, found, followed = client_of(town, who, language), [], {}
    todo = deque([reverse("portal:front" if who == "anonymous" else "portal:home")])
    with clock.at(NOW), translation.override(language), override_settings(MEDIA_ROOT=town.files, DEMO=True):
        while todo:
            address = todo.popleft()
            view = view_of(address)
            seen = followed.setdefault(view, set())
            if view is None or address in seen or len(seen) == EACH.get(view, 2):
                continue
            seen.add(address)
            answer = client.get(address)
            if (
                answer.status_code != 200
                or not answer["Content-Type"].startswith("text/html")
                or answer.streaming
            ):
                answer.close()  # the file that it was about to send
                assert answer.status_code in (200, 302, 404), address
                continue
            page = Page(answer.content.decode())
            found.append((address, view, page))
            todo.extend(link.partition("#")[0] for link in page.links if not link.startswith("#"))
    return found

"""With the language English nothing of the house is left in Korean: what stays Korean are the texts that people, calls and
letters brought along, and those are compared with what is stored."""

import re
from functools import cache

import polib
import pytest
from django.apps import apps
from django.db import transaction

from applications.kernel import clock
from tests.catalogue import PO
from tests.town import NOW
from tests.walking import CAST, Page, client_of, walk

pytestmark = pytest.mark.once
HANGUL = re.compile("[\u3131-\u318e\uac00-\ud7a3]")
# Where a text of the catalogue is stored as it was written: letters in the language of whoever gets them, the questions of a call,
# the reasons of a list in the language of the house.
WRITTEN_ONCE = {"Letter.subject", "Letter.body", "Question.options", "Place.reason"}
URLS = re.compile(r"https?://\S+|\S+@\S+")  # a letter is cut into pieces by its links


def one_line(text):
    return " ".join(text.split())


def strings(value):
    """All texts in the value of a column, JSON too."""
    match value:
        case str():
            yield from [value, *URLS.split(value)]
        case dict():
            for key, inner in value.items():
                yield from [*strings(key), *strings(inner)]
        case list():
            for inner in value:
                yield from strings(inner)


def stored_texts():
    """Every Korean text of the database that has no English one beside it, the longest first."""
    catalogue = {
        one_line(text)
        for entry in polib.pofile(str(PO))
        for text in (entry.msgstr, *entry.msgstr_plural.values())
    }
    found = set()
    for model in apps.get_models():
        for row in model._base_manager.values():
            for name, value in row.items():
                texts = {one_line(text) for text in strings(value) if HANGUL.search(text)}
                if f"{name}_en" not in row:
                    found |= texts if f"{model.__name__}.{name}" in WRITTEN_ONCE else texts - catalogue
    return sorted(found, key=len, reverse=True)


class Sieve:
    """Lets through what is stored, alone or among other words; keeps the Korean that the house itself has said."""

    def __init__(self):
        self.stored = stored_texts()
        self.left = cache(self.left)

    def left(self, text):
        if not HANGUL.search(text):
            return ""
        for data in self.stored:
            text = text.replace(data, "")
        return text if HANGUL.search(text) else ""

    def of(self, page):
        return [text for text in map(one_line, [*page.words, *page.values]) if self.left(text)]


@pytest.fixture(scope="module")
def sieve(built_town):
    return Sieve()


@pytest.fixture(scope="module")
def english(built_town):
    """{somebody: the pages they find in English}, walked once."""
    return {who: walk(built_town, who, "en") for who in CAST}


def told(found):
    return "\n".join(f"{text} ({where})" for text, where in found.items())


@pytest.mark.parametrize("who", CAST)
def test_no_korean_is_left_on_an_english_page(english, sieve, who):
    pages = english[who]

    left = {text: address for address, _view, page in pages for text in sieve.of(page)}

    assert {page.language for _address, _view, page in pages} == {"en"}
    assert len({view for _address, view, _page in pages}) > 5
    assert left == {}, told(left)


@pytest.mark.parametrize("who", ["owner", "reviewer", "officer"])
def test_the_same_sieve_keeps_the_words_of_every_korean_page(town, english, sieve, who):
    pages = walk(town, who)

    assert {page.language for _address, _view, page in pages} == {"ko"}
    assert {view for _address, view, _page in pages} == {view for _address, view, _page in english[who]}
    assert [address for address, _view, page in pages if len(sieve.of(page)) < 10] == []


@pytest.mark.parametrize("who", CAST)
def test_no_korean_is_left_in_what_is_said_of_a_wrong_form(town, english, sieve, who):
    client, left, refused = client_of(town, who, "en"), {}, 0
    for address, page in {
        view: (address, page) for address, view, page in english[who] if page.asked
    }.values():
        with clock.at(NOW), transaction.atomic():
            answer = client.post(address, dict.fromkeys(page.asked, "?"))
            transaction.set_rollback(True)
        if "error-summary" in (said := Page(answer.content.decode())).pieces:
            refused += 1
            left |= dict.fromkeys(sieve.of(said), address)

    assert refused > 0
    assert left == {}, told(left)


@pytest.mark.usefixtures("town")
def test_no_korean_is_left_where_nothing_is_found(sieve, town):
    page = Page(client_of(town, "owner", "en").get("/nowhere/").content.decode())

    assert (page.language, sieve.of(page)) == ("en", [])

"""How the pages look and read: every kind of page that somebody can reach, by axe, by the keyboard, on a phone, in Korean.

The pages are found by walking through the town (tests/walking.py). The browser is answered by the test client in this
process, so that the town is built once and nothing has to be written down for good.
"""

import re
from datetime import timedelta
from functools import partial
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.staticfiles import finders
from django.db import DEFAULT_DB_ALIAS, connections
from django.urls import resolve, reverse
from django.utils import translation
from playwright.sync_api import expect

from applications.intake.actions import recall
from applications.intake.handing_in import confirm_url
from applications.intake.models import Application
from applications.kernel import clock
from tests.browser import said
from tests.town import NOW
from tests.walking import CAST, client_of, walk
from tests.world import confirm

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
THEMES = ("light", "dark", "contrast")
SHAPES = {"panel", "to-do", "tasks", "timeline", "table-wrap", "cards", "empty", "button", "field", "case", "chart", "steps",
          "search", "chips", "tabs", "with-side", "confirmation"}  # fmt: skip
KEPT = said("What you have written is kept: you can read it, print it and take it as a PDF.")
axe = Axe()
LOOK = """async ([script, themes, rules]) => {
  if (!window.axe) (0, eval)(script);
  const found = [];
  for (const theme of themes) {
    document.documentElement.dataset.theme = theme;
    const runOnly = theme === themes[0] ? rules : ["color-contrast"];
    const { violations } = await axe.run(document, { runOnly, resultTypes: ["violations"] });
    for (const one of violations) found.push([theme, `${one.id}: ${one.nodes.slice(0, 3).map((node) => node.target).join(" | ")}`]);
  }
  return found;
}"""
WIDE = """() => [...document.querySelectorAll("body *")].filter((e) => e.getBoundingClientRect().right > 390.5)
  .filter((e) => !e.closest(".site-nav ul, .table-wrap, .tabs, .chips")).slice(0, 4).map((e) => `${e.tagName}.${e.className}`).join(", ")"""


@pytest.fixture(scope="module")
def walks(built_town):
    """{somebody: the pages they find}, walked once."""
    return {who: walk(built_town, who) for who in CAST}


def kinds(walks, who):
    """The addresses that this one is the first of the cast to find a page of their kind at: [(address, its view is new)]."""
    seen, views, new = set(), set(), []
    for somebody in CAST:
        for address, view, page in walks[somebody]:
            kind = view, frozenset(page.pieces & SHAPES)
            if kind not in seen:
                seen.add(kind)
                if somebody == who:
                    new.append((address, view not in views))
                views.add(view)
    return new


class Visit:
    """One person of the town at a browser; its complaints are kept."""

    ADDRESS = "https://town.example"

    def __init__(self, town, browser, who, with_font=False, **context):
        self.with_font = with_font
        self.client, self.complaints, self.connection = (
            client_of(town, who),
            [],
            connections[DEFAULT_DB_ALIAS],
        )
        self.context = browser.new_context(
            locale="ko-KR", viewport={"width": 1280, "height": 900}, reduced_motion="reduce", **context
        )
        self.context.route("**/*", self.answer)
        self.page = self.context.new_page()
        self.page.on(
            "console", lambda message: message.type in ("error", "warning") and self.complain(message.text)
        )
        self.page.on("pageerror", lambda error: self.complain(str(error)))

    def complain(self, text):
        if "status of 4" not in text:  # a refused form is answered 409 or 422, which the console writes down
            self.complaints.append(f"{urlsplit(self.page.url).path}: {text}")

    def answer(self, route):
        """The house answers from this process, at the town's own instant."""
        request, address = route.request, urlsplit(route.request.url)
        if (
            address.path.endswith("pretendard-gov.css") and not self.with_font
        ):  # thirty files a page, for one test only
            return route.fulfill(body="", content_type="text/css")
        if address.path.startswith("/static/"):
            return route.fulfill(path=finders.find(address.path.removeprefix("/static/")))
        to = f"{address.path}?{address.query}" if address.query else address.path
        connections[DEFAULT_DB_ALIAS] = (
            self.connection
        )  # the handler has a context of its own, the town one transaction
        with clock.at(NOW), translation.override("ko"):
            if request.method == "POST":
                kind = request.headers["content-type"]
                answer = self.client.post(to, request.post_data_buffer, content_type=kind, follow=True)
            else:
                answer = self.client.get(to, follow=True)
        headers = {name: value for name, value in answer.items() if name != "Set-Cookie"}
        return route.fulfill(status=answer.status_code, headers=headers, body=answer.content)

    def goes(self, address):
        self.page.goto(self.ADDRESS + address)
        return self

    def check(self, themes=THEMES):
        """All of axe in the light theme, the contrast in the others, and no way to the side on a phone."""
        for theme, found in self.page.evaluate(LOOK, [axe.axe_script, themes, RULES]):
            self.complain(f"{theme}: {found}")
        self.page.set_viewport_size({"width": 390, "height": 800})
        if (width := self.page.evaluate("document.documentElement.scrollWidth")) > 390:
            self.complain(f"{width} pixels wide on a phone of 390: {self.page.evaluate(WIDE)}")
        self.page.set_viewport_size({"width": 1280, "height": 900})

    def focused(self, words="e => e.className || e.id || e.tagName"):
        return self.page.evaluate(f"({words})(document.activeElement)")

    def close(self):
        self.context.close()


@pytest.fixture
def visit(town, browser, settings):
    """Somebody of the town comes with a browser; the banner of the demonstration is part of the look."""
    settings.DEMO = True
    visits = []

    def come(who, **context):
        visits.append(Visit(town, browser, who, **context))
        return visits[-1]

    yield come
    for one in visits:
        one.close()


@pytest.mark.once
def test_every_page_of_the_demonstration_says_that_all_of_it_is_fictional(walks):
    words = said("Demonstration: not a website of the Korean government. All firms and people are fictional.")
    assert [address for who in CAST for address, _view, page in walks[who] if words not in page.words] == []


@pytest.mark.browser
@pytest.mark.parametrize("who", CAST)
def test_every_kind_of_page_is_for_everybody_in_every_theme_and_on_a_phone(visit, walks, who):
    somebody = visit(who)

    for address, is_new in kinds(walks, who):
        somebody.goes(address).check(THEMES if is_new else THEMES[:1])

    assert somebody.complaints == [], "\n".join(somebody.complaints)


@pytest.mark.browser
@pytest.mark.parametrize("section", ["money", "partners"])
def test_costs_and_partners_with_all_that_is_wrong_of_them_are_for_everybody(visit, town, section):
    somebody = visit("owner").goes(reverse("intake:section", args=[town.costly.key, section]))

    faults = [link.get_attribute("href") for link in somebody.page.locator(".panel-warning a").all()]

    assert len(faults) >= 2
    assert [somebody.page.locator(fault).count() for fault in faults] == [1] * len(faults)
    somebody.check()
    assert somebody.complaints == [], "\n".join(somebody.complaints)


FAULTS = [  # who, how to find the form in the town, what is entered wrongly
    ("anonymous", lambda town: reverse("account_login"), {"login": "nobody@people.example", "password": "wrong"}),
    ("anonymous", lambda town: reverse("account_signup"), {"email": "x", "password1": "short", "password2": "other"}),
    ("owner", lambda town: reverse("firms:edit", args=[town.a.key]), {"founded_on": "2999-01-01", "employees": "-3"}),
    ("owner", lambda town: reverse("intake:section", args=[town.draft.key, "project"]), {"title": "x" * 500}),
    ("owner", lambda town: reverse("intake:withdraw", args=[town.fresh.key]), {}),
    ("undeclared", lambda town: reverse("review:declare", args=[town.undeclared_sheet.key]), {}),
    ("officer", lambda town: reverse("intake:supplement", args=[town.fresh.key]), {"message": ""}),
    ("officer", lambda town: reverse("calls:prepare"), {"title": ""}),
    ("officer", lambda town: reverse("calls:extend", args=[town.open.key]), {"closes_at": ""}),
    ("officer", lambda town: reverse("calls:answer", args=[town.inquiry.key]), {"answer": ""}),
    ("owner", lambda town: reverse("calls:ask", args=[town.open.key]), {"text": ""}),
    ("anonymous", lambda town: reverse("calls:subscribe"), {"email": "x"}),
    ("anonymous", lambda town: reverse("calls:check", args=[town.open.key]), {"founded_on": "2999-01-01"}),
    ("officer", lambda town: reverse("review:adjust", args=[town.application.key, 1]), {"grounds": ""}),
    ("finance", lambda town: reverse("funding:allocate", args=[town.line.key]), {"krw": "many"}),
    ("administrator", lambda town: reverse("accounts:invite"), {"email": "x"}),
    ("owner", lambda town: reverse("firms:register"), {"business_number": "110-81-00063", "founded_on": "2999-01-01"}),
    ("owner", lambda town: reverse("firms:keep", args=[town.a.key]), {"issued_on": "2999-01-01"}),
    ("owner", lambda town: reverse("firms:invite", args=[town.a.key]), {"email": "x"}),
    ("owner", lambda town: reverse("firms:ask"), {"business_number": "110-81-00063"}),
    ("owner", lambda town: reverse("firms:hand_over", args=[town.a.key, town.a.members.get(user=town.editor).key]), {}),
    ("owner", lambda town: reverse("firms:year", args=[town.a.key, 2025]), {"sales_krw": "many"}),
    ("owner", lambda town: reverse("intake:section", args=[town.draft.key, "plan"]), {"answer_entry": "가" * 2001}),
    ("owner", lambda town: confirm_url(town.draft), {"password": "wrong"}),
    ("owner", lambda town: reverse("account_change_password"), {"oldpassword": "wrong", "password1": "short", "password2": "other"}),
    ("owner", lambda town: reverse("account_email"), {"email": "x"}),
    ("anonymous", lambda town: reverse("account_reset_password"), {"email": "x"}),
    ("owner", lambda town: reverse("intake:paper", args=[town.draft.key, "D04"]), {}),
    ("owner", lambda town: reverse("intake:mend", args=[town.returned.key]), {"answer_hiring": "9999999999"}),
]  # fmt: skip


@pytest.mark.browser
@pytest.mark.parametrize(
    ("who", "form", "entered"), FAULTS, ids=lambda value: value if isinstance(value, str) else ""
)
def test_a_form_that_is_wrong_says_so_first_and_leads_to_each_fault(visit, town, who, form, entered):
    somebody = visit(who)
    if who != "anonymous":  # some pages ask for the password first
        confirm(somebody.client.session, town.people[who], at=NOW)
    somebody.goes(form(town))
    for name, value in entered.items():
        somebody.page.eval_on_selector(f"main [name={name}]", "(e, value) => { e.type = e.type == 'number' || e.type == 'date' ? 'text' : e.type; e.value = value }", value)  # fmt: skip

    somebody.page.locator("main form .button-primary").first.click()
    somebody.page.wait_for_selector(".error-summary")

    assert somebody.page.title().startswith(said("Error:"))
    expect(somebody.page.locator(".error-summary")).to_be_focused()  # by the script, once it runs
    for link in somebody.page.locator(".error-summary a").all():
        target = link.get_attribute("href")
        assert somebody.page.locator(target).count() == 1, target
    somebody.check()
    assert somebody.complaints == [], "\n".join(somebody.complaints)


@pytest.mark.browser
def test_why_an_application_is_not_recalled_any_more_is_for_everybody(visit, town):
    somebody = visit("owner").goes(reverse("intake:recall", args=[town.fresh.key]))

    assert somebody.page.locator(".panel-danger li").count() == 1
    somebody.check()
    assert somebody.complaints == [], "\n".join(somebody.complaints)


def stale(visit, town):
    """Who saves second: both texts stand there."""
    somebody = visit("owner").goes(reverse("intake:section", args=[town.draft.key, "project"]))
    somebody.page.eval_on_selector("main [name=version]", "e => { e.value = 1 }")
    somebody.page.fill("main [name=title]", "다른 제목")
    somebody.page.locator("main form .button-primary").first.click()
    return somebody, somebody.page.get_by_role("columnheader", name=said("Typed by you"))


def stale_supplement(visit, town):
    """The same of an answer that a supplement names."""
    somebody = visit("owner").goes(reverse("intake:mend", args=[town.returned.key]))
    returned = Application.objects.get(pk=town.returned.pk)
    returned.section_versions["plan-2"] = returned.version + 1
    Application.objects.filter(pk=returned.pk).update(
        section_versions=returned.section_versions, version=returned.version + 1
    )
    somebody.page.fill("main [name=answer_hiring]", "77")
    somebody.page.locator("main form .button-primary").first.click()
    return somebody, somebody.page.get_by_role("columnheader", name=said("Typed by you"))


def too_late(visit, town):
    """The last step, pressed after the deadline."""
    somebody = visit("owner")
    confirm(somebody.client.session, town.people["owner"], at=NOW)
    somebody.goes(reverse("intake:check", args=[town.draft.key]))
    type(town.open).objects.filter(pk=town.open.pk).update(closes_at=NOW)
    somebody.page.get_by_role("button", name=said("Submit the application")).click()
    return somebody, somebody.page.get_by_text(said("Your draft is kept as it is."), exact=True)


def recalled(visit, town):
    """What was handed in, while it is being changed."""
    call = town.fresh.call
    type(call).objects.filter(pk=call.pk).update(closes_at=NOW + timedelta(days=1))
    recall(Application.objects.get(pk=town.fresh.pk), by=town.people["owner"], now=NOW)
    somebody = visit("owner").goes(town.fresh.get_absolute_url())
    return somebody, somebody.page.get_by_text(said("Recalled, being changed")).first


def changes(visit, town):
    """Its changes, with what stands meanwhile."""
    somebody, _shown = recalled(visit, town)
    somebody.goes(Application.objects.get(amends=town.fresh).get_absolute_url())
    return somebody, somebody.page.get_by_role("heading", name=said("Your application is not lost"))


def registered(visit, town):
    """The answer to a receipt that is registered."""
    query = urlencode({"number": town.receipt.number, "fingerprint": town.receipt.sha256})
    somebody = visit("anonymous").goes(f"{reverse('intake:verify')}?{query}")
    somebody.page.locator("main form button").click()
    return somebody, somebody.page.locator("main .panel-success")


def unknown(visit, town):
    """The answer to one that is not."""
    somebody = visit("anonymous").goes(reverse("intake:verify"))
    somebody.page.fill("[name=number]", town.receipt.number)
    somebody.page.fill("[name=fingerprint]", "0" * 64)
    somebody.page.locator("main form button").click()
    return somebody, somebody.page.locator("main .panel-warning")


def closed(visit, town, name, words):
    """A page of a draft whose call has closed."""
    type(town.open).objects.filter(pk=town.open.pk).update(closes_at=NOW)
    somebody = visit("owner").goes(reverse(f"intake:{name}", args=[town.draft.key, *words]))
    return somebody, somebody.page.get_by_role("main").get_by_text(KEPT)


STATES = [stale, stale_supplement, too_late, recalled, changes, registered, unknown]
CLOSED = [("detail",), ("section", "project"), ("section", "plan"), ("papers",), ("check",), ("preview",)]


@pytest.mark.browser
@pytest.mark.parametrize(
    "state", [*STATES, *(partial(closed, name=name, words=words) for name, *words in CLOSED)]
)
def test_a_page_that_comes_only_in_some_state_is_for_everybody(visit, town, state):
    somebody, shown = state(visit, town)

    expect(shown).to_be_visible()
    somebody.check()
    assert somebody.complaints == [], "\n".join(somebody.complaints)


UNLINKED = [  # who, the page that a letter, a form or another step leads to
    ("director", lambda town: reverse("firms:invitation", args=[town.director_invited.key])),
    ("owner", lambda town: reverse("firms:request", args=[town.a.key, town.asked.key])),
    ("anonymous", lambda town: reverse("calls:asked")),
    ("anonymous", lambda town: reverse("calls:confirm", args=[town.token])),
    ("anonymous", lambda town: reverse("calls:unsubscribe", args=[town.subscriber.key])),
    ("anonymous", lambda town: reverse("account_email_verification_sent")),
    ("anonymous", lambda town: reverse("account_reset_password_done")),
    ("owner", lambda town: reverse("account_logout")),
    ("owner", lambda town: reverse("mfa_activate_totp")),
    ("owner", lambda town: reverse("mfa_add_webauthn")),
]


@pytest.mark.browser
@pytest.mark.parametrize(("who", "page"), UNLINKED)
def test_a_page_that_no_link_leads_to_is_for_everybody(visit, town, who, page):
    somebody, address = visit(who), page(town)
    if who != "anonymous":
        confirm(somebody.client.session, town.people[who], at=NOW)

    somebody.goes(address)

    assert urlsplit(somebody.page.url).path == address
    somebody.check()
    assert somebody.complaints == [], "\n".join(somebody.complaints)


@pytest.mark.browser
@pytest.mark.parametrize(
    ("address", "status"), [("/nowhere/", 404), (f"/applications/{'0' * 8}-0000-4000-8000-{'0' * 12}/", 404)]
)
def test_an_error_page_has_a_title_and_a_way_back(visit, address, status):
    somebody = visit("owner")

    answer = somebody.page.goto(somebody.ADDRESS + address)

    assert answer.status == status
    assert somebody.page.get_by_role("main").get_by_role("link", name=said("To the beginning")).count() == 1
    somebody.check()
    assert somebody.complaints == []


@pytest.mark.browser
def test_the_keyboard_skips_to_the_content(visit):
    somebody = visit("officer").goes(reverse("intake:desk"))

    somebody.page.keyboard.press("Tab")
    first = somebody.focused()
    somebody.page.keyboard.press("Enter")
    somebody.page.keyboard.press("Tab")

    assert first == "skip-link"
    assert somebody.focused("e => Boolean(e.closest('main'))")


@pytest.mark.browser
def test_the_end_of_the_session_is_told_in_a_dialog_that_keeps_the_focus(visit):
    somebody = visit("owner")
    somebody.page.clock.install()
    somebody.goes(reverse("portal:home"))

    somebody.page.clock.fast_forward("56:00")
    dialog = somebody.page.get_by_role("dialog", name=said("You will be signed out in 5 minutes"))
    dialog.wait_for()
    found = axe.run(somebody.page, options={"runOnly": RULES, "resultTypes": ["violations"]}).response[
        "violations"
    ]
    places = []
    for _tab in range(6):
        somebody.page.keyboard.press("Tab")
        places.append(somebody.focused("e => e == document.body || Boolean(e.closest('dialog'))"))
    dialog.get_by_role("button", name=said("Stay signed in")).click()
    dialog.wait_for(state="hidden")

    assert (found, places, somebody.complaints) == ([], [True] * 6, [])


@pytest.mark.browser
def test_without_scripts_an_application_is_written_and_handed_in(visit, town):
    somebody = visit("owner", java_script_enabled=False)
    confirm(somebody.client.session, town.people["owner"], at=NOW)

    somebody.goes(reverse("intake:section", args=[town.draft.key, "project"]))
    somebody.page.fill("[name=title]", "자동화 계획")
    somebody.page.click("main form .button-primary")
    following = somebody.page.locator("h1").inner_text()
    somebody.goes(reverse("intake:check", args=[town.draft.key]))
    somebody.page.get_by_role("button", name=said("Submit the application")).click()

    stored = Application.objects.get(pk=town.draft.pk)
    assert (following, somebody.page.locator("h1").inner_text()) == (
        said("Demand company"),
        said("Application received"),
    )
    assert (stored.title, stored.status) == ("자동화 계획", "submitted")


@pytest.mark.browser
def test_what_is_official_prints_without_the_frame(visit, town):
    somebody = visit("owner").goes(town.receipt.get_absolute_url())

    somebody.page.emulate_media(media="print")

    shown = {
        name: somebody.page.locator(name).first.is_visible()
        for name in ("h1", ".confirmation", ".site-nav", ".site-footer", ".actions")
    }
    assert shown == {
        "h1": True,
        ".confirmation": True,
        ".site-nav": False,
        ".site-footer": False,
        ".actions": False,
    }


def test_the_stylesheet_is_small_and_names_colours_by_their_meaning_only():
    sheet = Path(finders.find("css/app.css")).read_text()
    _values, parts = sheet.split("*, *::before", 1)

    named = [
        line.strip()
        for line in parts.split("@media print")[0].splitlines()
        if re.search(r":[^;{]*#[0-9a-f]{3,6}\b", line)
    ]
    assert (len(sheet.encode()) <= 40 * 1024, named) == (True, [])


@pytest.mark.browser
@pytest.mark.whole_chromium
def test_the_font_of_the_pages_arrives_under_their_policy(visit):
    somebody = visit("anonymous", with_font=True).goes(reverse("portal:front"))

    arrived = somebody.page.evaluate(
        "document.fonts.load('700 40px \"Pretendard GOV\"', '뿌리').then(fonts => fonts.length)"
    )

    assert (arrived > 0, somebody.complaints) == (True, [])


def test_the_font_knows_every_syllable_and_is_asked_for_by_range():
    sheet = Path(finders.find("fonts/pretendard-gov.css")).read_text()

    ranges = [part.split("-") for part in re.findall(r"U\+([0-9a-f-]+)", sheet, re.IGNORECASE)]
    known = {code for one in ranges for code in range(int(one[0], 16), int(one[-1], 16) + 1)}
    files = re.findall(r'url\("([^"]+)"\)', sheet)
    assert [chr(code) for code in range(0xAC00, 0xD7A4) if code not in known] == []
    assert [name for name in files if not finders.find(f"fonts/{name}")] == []
    assert finders.find("fonts/pretendard-gov/LICENSE.txt")


@pytest.mark.usefixtures("town")
@pytest.mark.once
def test_every_form_of_a_page_goes_to_an_address_that_takes_it(walks):
    """By its own address or that of its page: a form that goes nowhere is found here, not by whoever presses its button."""
    wrong = set()
    for who, pages in walks.items():
        for address, view, page in pages:
            for method, action in page.forms:
                taken = resolve(urlsplit(action or address).path).func
                if method not in getattr(taken, "methods", ("GET", "POST")):
                    wrong.add((who, view, method, action))
    assert wrong == set()


# What may stand on a Korean page in Latin letters: abbreviations of the programme, kinds of files, units, codes.
LATIN = {
    "R&D", "SHA", "PDF", "HWP", "HWPX", "DOCX", "XLSX", "PPTX", "PNG", "JPG", "ZIP", "CSV", "KB", "MB", "GB", "KST", "KSIC", "SW", "RootGrants",
    "KDB", "IBK", "NH", "SC", "iM", "BNK", "QR", "English", "TOTP", "IP", "K",
}  # fmt: skip
# What people of the town have written.
WRITTEN = re.compile(
    r"CANARY[\w-]*(\.pdf)?|[\w.+-]+@[\w.-]+|\S+\.(pdf|hwp|xlsx|csv|png)\b|(?<![A-Z])[A-Z]{2}-\d{4}-[A-Z]?\d+(-\d+)?|\b[CE]\d{1,2}\b|\b[FDTP]\d+\b|[0-9a-f]{12,}"
    r"|(Firm|Head|Street|Call|University) \w+|Institute of\b|(applicant|reviewer|officer|director|finance|ministry|auditor|administrator) \d+"
    r"|In short|Notice|A plan|A summary|As ranked|An answer in words|Ten letters and more|Research lead|Unassigned|Hired|Officer|Ranked"
    r"|What counts as a plan|Another question|What the notice says|In other words|It said too little"
    r"|Closed|Drafts|A view|\d+T[\d:]+|https?://\S+"
)


@pytest.mark.usefixtures("town")
@pytest.mark.once
def test_no_english_is_left_on_a_korean_page(walks):
    """Everything but the letters and the record, whose values are written as they were stored."""
    left = {}
    for who, pages in walks.items():
        for address, view, page in pages:
            if view in ("portal:letter", "portal:demo_letter", "portal:audit", "portal:access"):
                continue
            for words in page.words:
                latin = set(re.findall(r"[A-Za-z][A-Za-z&]+", WRITTEN.sub(" ", words))) - LATIN
                if latin:
                    left.setdefault(words, f"{who} {address}")
    assert left == {}, "\n".join(f"{words} ({where})" for words, where in left.items())

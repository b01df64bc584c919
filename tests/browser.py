"""People at a browser, in the words of the pages; what axe and the browser complain about is kept."""

import re
from copy import copy
from urllib.parse import urlsplit

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from django.urls import resolve, reverse
from django.utils import translation

from applications.intake.models import Application
from applications.kernel import clock
from tests.world import PASSWORD, World, confirm

axe = Axe()
AXE_OPTIONS = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    "resultTypes": ["violations"],
}


def said(text, language="ko", **values):
    """A text of the catalogue as it stands on a page."""
    with translation.override(language):
        found = str(translation.gettext(text))
    return found % values if values else found


class Street:
    """Everybody who came with a browser, and the complaints of all of them.

    complaints: what axe finds wrong (WCAG 2.2 AA), once for each kind of page, and what the browser reports.
    known: kinds that another test looks at.
    """

    def __init__(self, browser, address, language="ko"):
        self.browser, self.address, self.language = browser, address, language
        self.people, self.seen, self.complaints, self.known = [], set(), [], ()

    def comes(self, name="a visitor", *, looked_at=True):
        """Somebody new, at the front page."""
        person = Person(self, name, looked_at=looked_at)
        self.people.append(person)
        return person.goes("/")

    def comes_back(self, user, path, *, looked_at=False):
        """Somebody whose session has begun already, at this page."""
        person = Person(self, user.email, looked_at=looked_at)
        self.people.append(person)
        return person.is_signed_in_as(user).goes(path)

    def close(self):
        """All go home. What a page still sends has arrived before, and what it would send when it is closed does not leave."""
        for context in {person.context for person in self.people if person.context.pages}:
            for page in context.pages:
                page.wait_for_load_state("networkidle")
            context.set_offline(True)
            context.close()


class Person:
    """One person with a browser of their own. Things are found by their role and the name that everybody hears."""

    def __init__(self, street, name, *, looked_at):
        self.street, self.name, self.looked_at = street, name, looked_at
        self.context = street.browser.new_context(
            locale=f"{street.language}-KR", viewport={"width": 1280, "height": 900}
        )
        self.context.set_default_timeout(10_000)
        self.page = self.watch(self.context.new_page())

    def watch(self, page):
        page.on("console", self.console)
        page.on("pageerror", lambda error: self.complain(str(error)))
        return page

    def console(self, message):
        if message.type == "error":
            self.complain(message.text)

    def complain(self, text):
        self.street.complaints.append(f"{self.kind} ({self.name}): {text}")

    def said(self, text, **values):
        return said(text, self.street.language, **values)

    # Where

    @property
    def kind(self):
        """The kind of the page: the name of its address, and of the section or paper that it is of."""
        path = urlsplit(self.page.url).path
        if not path.startswith("/"):
            return path
        found = resolve(path)
        of = [found.kwargs[word] for word in ("name", "code") if word in found.kwargs]
        return " ".join([found.view_name, *of])

    @property
    def heading(self):
        return self.page.get_by_role("heading", level=1).inner_text()

    @property
    def text(self):
        """All that stands on the page, between its head and its foot."""
        return self.page.get_by_role("main").inner_text()

    def arrived(self):
        """A page has come: axe looks at it unless it has seen one of its kind."""
        seen = (
            self.kind,
            self.page.title() if self.kind == "portal:home" else "",
            self.page.get_by_role("alert").count(),
            tuple(self.page.locator(".page-title .badge").all_inner_texts()),  # the state of what it shows
        )
        if self.looked_at and self.kind not in self.street.known and seen not in self.street.seen:
            self.street.seen.add(seen)
            for found in axe.run(self.page, options=AXE_OPTIONS).response["violations"]:
                places = ", ".join(str(node["target"]) for node in found["nodes"][:3])
                self.complain(f"{found['id']}: {places}")
        return self

    def goes(self, path):
        """Enter an address of the house."""
        self.answer = self.page.goto(self.street.address + path)
        return self.arrived()

    def opens_another_tab(self, path):
        """The same person, the same browser, a second tab at this address."""
        tab = copy(self)
        tab.page = self.watch(self.context.new_page())
        return tab.goes(path)

    def is_signed_in_as(self, user):
        """The cookie of a session that has begun already, in which the password was given again just now."""
        client = Client()
        client.force_login(user)
        confirm(client.session, user, at=clock.now())
        name = settings.SESSION_COOKIE_NAME
        self.context.add_cookies(
            [{"name": name, "value": client.cookies[name].value, "url": self.street.address}]
        )
        return self

    # Doing

    def follow(self, name, *, within=None, **values):
        """Click a link, named by a text of the catalogue or by a pattern."""
        return self.click("link", name, within, **values)

    def press(self, name, *, within=None, **values):
        """Click a button that leads to a page."""
        return self.click("button", name, within, **values)

    def click(self, role, name, within=None, **values):
        name = name if isinstance(name, re.Pattern) else self.said(name, **values)
        with self.page.expect_navigation() as going:
            (within or self.page).get_by_role(role, name=name, exact=True).first.click()
        self.answer = going.value
        return self.arrived()

    def opens_in_a_tab(self, name):
        """Open a link in a second tab; the person goes on looking at the first. Returns the second."""
        with self.context.expect_page() as opened:
            self.page.get_by_role("link", name=self.said(name), exact=True).click(modifiers=["ControlOrMeta"])
        opened.value.wait_for_load_state()
        return self.watch(opened.value)

    def menu(self, name):
        """Go somewhere by the main navigation."""
        return self.follow(
            name, within=self.page.get_by_role("navigation", name=self.said("Main"), exact=True)
        )

    def reads_letter(self, address, subject):
        """The text of the latest letter to this address under this subject of the catalogue."""
        self.follow("Letters of the demonstration").enter({"To": address}).press("Search")
        self.follow(re.compile(".*".join(map(re.escape, re.split(r"%\(\w+\)s", self.said(subject))))))
        return self.page.locator(".letter").inner_text()

    def row(self, text):
        """The row of a table, or the line of a list, that holds this text."""
        return self.page.get_by_role("row").or_(self.page.get_by_role("listitem")).filter(has_text=text).last

    def field(self, label):
        """The field with this label, whether or not the label says that it is required."""
        wanted = re.compile(rf"^\s*{re.escape(self.said(label))}(\s*\([^()]*\))?\s*$")
        return self.page.get_by_role("main").get_by_label(wanted)

    def enter(self, values):
        """Fill in a form: {label: text, choice or file; True to tick, False to take the tick away}."""
        for label, value in values.items():
            field = self.field(label)
            kind = field.evaluate("e => e.type || e.tagName.toLowerCase()")
            if kind == "select-one":
                field.select_option(label=self.said(value))
            elif kind in ("checkbox", "radio"):
                field.set_checked(value)
            elif kind == "file":
                field.set_input_files(value)
            else:
                field.fill(value)
        return self

    def tick(self, *names):
        """Tick boxes or round buttons by their own names."""
        for name in names:
            box = self.page.get_by_role("checkbox", name=self.said(name), exact=True)
            box.or_(self.page.get_by_role("radio", name=self.said(name), exact=True)).check()
        return self

    def confirms(self, password):
        """Give the password again, before the last step."""
        self.follow("Confirm that it is you")
        self.page.locator("#id_password").fill(password)
        return self.submits()

    def sign_in(self, email, password):
        self.name = email.partition("@")[0]
        self.follow("Sign in", within=self.page.get_by_role("banner"))
        self.enter({"Email": email, "Password": password})
        return self.press("Sign In", within=self.page.get_by_role("main"))

    def adds_an_app(self, password):
        """Staff, asked for a second factor at their first sign-in, add an app that shows codes. Returns its secret."""
        assert self.kind == "account_reauthenticate"
        self.page.locator("#id_password").fill(password)
        self.submits()
        assert self.kind == "mfa_activate_totp"
        secret = self.page.locator("#authenticator_secret").input_value()
        self.types_the_code_of(secret).menu("My page")
        return secret

    def types_the_code_of(self, secret):
        """Type what the app with this secret shows now, and what it shows next where the half minute ended on the way."""
        asked = self.kind
        for _again in range(2):
            code = format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))
            self.page.locator("#id_code").fill(code)
            if self.submits().kind != asked:
                break
        return self

    def submits(self):
        """Press the button of the only form of the page."""
        with self.page.expect_navigation():
            self.page.locator("main form button[type=submit]").click()
        return self.arrived()


class House:
    """Firm A with a complete draft in an open call; its people come with a browser of their own."""

    def __init__(self, street, traveller):
        self.street, self.clock, self.world = street, traveller, World()
        self.draft = self.world.draft(self.world.sprout, self.world.a)
        self.owner = self.world.owner_of(self.world.a)

    def page(self, name, *args):
        return reverse(f"intake:{name}", args=[self.draft.key, *args])

    def opens(self, name, *args, by=None, looked_at=False):
        """The owner, or another of the firm, comes and opens a page of the draft."""
        return self.street.comes_back(by or self.owner, self.page(name, *args), looked_at=looked_at)

    def signs_in_again(self, person):
        """At the log-in page that came instead of an answer."""
        assert person.heading == said("Sign In")
        person.enter({"Email": self.owner.email, "Password": PASSWORD})
        return person.press("Sign In", within=person.page.get_by_role("main"))

    @property
    def colleague(self):
        return self.world.member(self.world.a)

    @property
    def stored(self):
        return Application.objects.get(pk=self.draft.pk)


# Whether what has the focus shows it, and the line that is read or written there lies under nothing else.
SEEN = """() => {
  const one = document.activeElement, { left, top, width, height } = one.getBoundingClientRect();
  const there = document.elementFromPoint(left + width / 2, top + (height > 80 ? 12 : height - 4));
  return getComputedStyle(one).outlineStyle !== "none" && one.contains(there);
}"""


class Hands:
    """A person who never touches the mouse: every stop of the focus on the way can be seen."""

    def __init__(self, person):
        self.page, self.keyboard = person.page, person.page.keyboard

    def to(self, selector):
        return self.until(
            lambda: self.page.evaluate("s => document.activeElement.matches(s)", selector), selector
        )

    def until(self, is_there, wanted):
        for _key in range(90):
            self.keyboard.press("Tab")
            if is_there():
                assert self.page.evaluate(SEEN), wanted
                return self
        raise AssertionError(f"No way to {wanted} by the keyboard on {self.page.url}")

    def types(self, selector, text):
        self.to(selector)
        self.keyboard.insert_text(text)

    def goes(self, selector):
        self.to(selector)
        with self.page.expect_navigation():
            self.keyboard.press("Enter")

    def opens(self, details):
        """Unfold what is folded. details: the first that this finds."""
        folded = self.page.locator(details).first
        summary = folded.locator("summary").element_handle()
        self.until(lambda: summary.evaluate("e => e === document.activeElement"), details)
        self.keyboard.press("Enter")
        assert folded.evaluate("e => e.open")

    def chooses(self, name, content):
        self.to("input[type=file]")
        file = {"name": name, "mimeType": "application/octet-stream", "buffer": content}
        self.page.locator(":focus").set_input_files(file)  # the dialog that opens there is the system's own

"""All that one of the cast can learn of a call whose list waits, so that two states of the house are compared byte by byte."""

import re
from collections import deque
from decimal import Decimal
from html import unescape
from urllib.parse import urljoin, urlsplit

from django.core.cache import cache
from django.db import transaction
from django.urls import reverse

from applications.calls.models import Call
from applications.decision import actions
from applications.decision.committees import Deliberation
from applications.decision.models import Proposal
from applications.firms.models import Firm
from applications.intake.models import Application, Submission
from applications.kernel import clock
from applications.review import actions as review
from applications.review import deliberation, seating
from applications.review.models import Assignment
from applications.review.panels import Hearing, Panel
from applications.review.queries import criteria_of
from tests.decision.convened import closed, convened, decided
from tests.sweep import words_of

LINK = re.compile(rb'(?:href|src|hx-get|formaction)="([^"#]*)')
SEARCH = re.compile(rb'<form[^>]*method="get".*?</form>', re.S)
CHOICE = re.compile(rb'<select[^>]*name="([^"]+)".*?</select>', re.S)
ACTION = re.compile(rb'<form[^>]*action="([^"]*)"')
WORDS = re.compile(rb'<input[^>]*type="search"[^>]*name="([^"]+)"|<input[^>]*name="(q)"')
OPTION = re.compile(rb'<option[^>]*value="([^"]+)"')
ASIDE = {
    "calls:confirm",
    "review:photo_download",
    "review:remove_photo",
}  # makes a key each time; need a picture
# What differs between any two answers: the token of the forms, the nonce of the scripts, the number of the request.
OF_ITS_OWN = re.compile(
    rb'(?<=csrfmiddlewaretoken" value=")[^"]+|(?<=X-CSRFToken": ")[^"]+|(?<=nonce-)[^\']+|(?<=nonce=")[^"]+'
    rb"|(?<=X-Request-ID': ')[^']+"
)


class Undecided:
    """A call with one plan that is to be selected, one reserve and one that is not, all reviewed under the same chair."""

    def __init__(self, town):
        world = self.world = town.world
        self.call = world.call(title="Undecided", quorum=3)
        self.applications = [world.in_review(self.call, firm) for firm in (town.a, town.b, world.firm())]
        self.panel = seating.make(
            self.call, stage=self.call.stages.get(), name="Panel", picked=self.applications, by=world.officer
        )
        world.seated(self.panel, town.reviewer)
        seating.appoint(self.panel, member=town.reviewer, by=world.officer)
        for application, score in zip(self.applications, ("91", "75", "51"), strict=True):
            sheet = world.assigned(application, town.reviewer)
            world.save(sheet, *[1] * len(criteria_of(sheet.stage)))
            review.hand_in(sheet, by=town.reviewer)
            points = Decimal(score)
            Application.objects.filter(pk=application.pk).update(
                status="reviewed",
                sheets=3,
                base_score=points,
                final_score=points,
                failings=[],
                stage_scores=[],
            )
        deliberation.open_deliberation(self.panel, by=town.reviewer)
        Panel.objects.filter(pk=self.panel.pk).update(status="closed", closed_at=clock.now())

    def propose(self):
        """A committee has met and closed its minutes, and a list is proposed."""
        meeting = convened(self.world, self.call)
        decided(self.world, meeting, self.applications[0], conditions="A buyer signs first")
        decided(self.world, meeting, self.applications[1], "reserved")
        self.meeting = closed(self.world, meeting)
        self.proposal = actions.propose(self.call, note="As ranked", by=self.world.officer)

    def approve(self, publish_at):
        actions.approve(self.proposal, by=self.world.officer2)
        actions.publish(self.proposal, publish_at=publish_at, by=self.world.officer)

    def instead(self, application):
        """Its things, by the kind of thing of the town that they stand for; of the applications this one."""
        sheet = application.assignments.get()
        return {
            Call: self.call,
            Firm: application.firm,
            Application: application,
            Submission: application.submissions.get(),
            Panel: self.panel,
            Hearing: self.panel.hearings.get(application=application),
            Assignment: sheet,
            Proposal: self.proposal,
            Deliberation: self.meeting,
        }


class InsteadOf:
    """The town with another thing under one of its names."""

    def __init__(self, town, name, thing):
        self.town = town
        setattr(self, name, thing)

    def __getattr__(self, name):
        return getattr(self.town, name)


class Walk:
    """One person asks every address that they can reach, about this case, and every one of decisions; and follows what leads on.

    things: Undecided.instead. What is about other things only, such as another application, is left out.
    """

    def __init__(self, town, who, person, rows, things):
        self.person, self.keys = person, {str(thing.key) for thing in things.values()}
        reached = {row.page for row in rows if row.answers[who] == "x" or row.page.startswith("decision:")}
        self.begins = {}
        for row in rows:
            thing = getattr(town, row.thing, None)
            if (
                row.page in reached
                and row.page not in ASIDE
                and (not is_keyed(thing) or type(thing) in things)
            ):
                case = InsteadOf(town, row.thing, things.get(type(thing), thing))
                path = reverse(row.page, kwargs=words_of(case, row.page, row.thing, who))
                self.begins |= dict.fromkeys((method, path) for method in row.methods)

    def answers(self):
        """{(method, address): (status, headers and body but for what differs between any two answers)}."""
        found, waiting = {}, deque(self.begins)
        while waiting:
            method, path = asked = waiting.popleft()
            if asked in found:
                continue
            cache.clear()  # nobody is sent away for asking often
            with transaction.atomic():  # what was done, and what was opened, is taken back
                answer = self.person.ask(method, path)
                transaction.set_rollback(True)
            found[asked] = (answer.status, OF_ITS_OWN.sub(b"", answer.everything))
            if method == "GET" and "?" not in path:
                waiting += [
                    ("GET", further) for further in leads_to(path, answer.everything) if self.is_near(further)
                ]
        return found

    def is_near(self, path):
        return "?" in path or any(key in path for key in self.keys)


def is_keyed(thing):
    return hasattr(thing, "key")


def leads_to(path, answer):
    """Where the links of a page lead within the house, each choice of its searches, and a search for applications."""
    links = [unescape(link.decode()) for link in LINK.findall(answer)]
    for form in SEARCH.findall(answer):
        goes = ACTION.search(form)
        links += [
            f"{unescape(goes[1].decode()) if goes else ''}?{name.decode()}=SP-2027"
            for name in filter(None, sum(WORDS.findall(form), ()))
        ]
        for select in CHOICE.finditer(form):
            links += [f"?{select[1].decode()}={value.decode()}" for value in OPTION.findall(select[0])[:1]]
    for link in links:
        found = urlsplit(urljoin(path, link))
        if (
            not found.netloc
            and found.path.startswith("/")
            and not found.path.startswith(("/static/", "/auth/"))
        ):
            yield f"{found.path}?{found.query}" if found.query else found.path


def differences(before, after):
    """Addresses whose answers differ, each with where they begin to."""
    found = []
    for asked in before.keys() | after.keys():
        one, other = (str(answers.get(asked)) for answers in (before, after))
        if one != other:
            at = next((n for n, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]), 0)
            found.append((*asked, one[max(0, at - 60) : at + 60], other[max(0, at - 60) : at + 60]))
    return found

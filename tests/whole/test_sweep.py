"""G33: every address x everybody x every method, against an oracle written by hand (tests/access.txt, tests/canaries.txt).

FULL_SWEEP=1 (make sweep) asks with every method there is.
"""

import ast
import os
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import time_machine
from django.db import connection, transaction
from django.test import Client, override_settings
from django.urls import path, resolve, reverse

from applications.accounts import actions as accounts
from applications.accounts import views as accounts_views
from applications.accounts.models import Role, User
from applications.calls import tree
from applications.calls.rules import SECTIONS
from applications.kernel.access import Predicate
from applications.kernel.accesslog import AccessEntry
from applications.kernel.audit import AuditEntry
from applications.lifecycle import FLOWS
from applications.notifications.models import Letter
from applications.permissions import PERMISSIONS
from applications.review.models import ReviewerProfile
from applications.review.payees import PayeeAccount
from tests.secrecy import Undecided, Walk, differences
from tests.sweep import (
    FOREIGN,
    FULL,
    QUICK,
    Person,
    Sweep,
    addresses,
    kind_of,
    oracle,
    stored,
    undeclared,
    words_of,
)
from tests.test_house import TREES, calls
from tests.town import NOW

ROWS = oracle()
VIEWS = {name: view for name, view in addresses().items() if name not in FOREIGN}
CAST = list(ROWS[0].answers)
METHODS = FULL if os.environ.get("FULL_SWEEP") else QUICK
if connection.vendor == "postgresql":  # the others never reach the database; the first lane asks with them
    METHODS = ("GET", "POST")
SIGHT = {  # permissions that ask nothing but whether the thing is seen
    "firm.view", "application.view", "decision.view", "agreement.view", "payment.view", "budget.view", "outbox.read",
    "partner.answer", "import.view", "plan.view", "panel.meet", "talk.view", "review.print",
    "appeal.view", "certificate.view", "committee.view", "export.view",
}  # fmt: skip
CASES = {"rival": "g34", "unassigned": "g35", "owner": "g37", "finance": "g39", "ministry": "g39"}


def canaries():
    """{who: names of the canaries that they see}."""
    lines = (Path(__file__).parent.parent / "canaries.txt").read_text().splitlines()
    header, *rows = [line.split() for line in lines if line.strip() and not line.startswith("#")]
    return {
        who: {row[0] for row in rows if row[column] == "x"} for column, who in enumerate(header) if column
    }


@pytest.fixture
def sweep(town):
    """Sweep as one of the cast over these rows, all when none are given."""

    def go(who, rows=ROWS, methods=METHODS):
        return Sweep(town, who, Person(town.people[who]), methods).run(rows)

    return go


def test_every_view_is_declared_and_foreign_ones_are_listed_by_name():
    assert undeclared(VIEWS) == set()
    assert set(addresses()) >= FOREIGN


def test_a_view_without_a_declaration_is_noticed():
    def careless(request):
        return None

    assert undeclared(addresses([path("x/", careless, name="x")])) == {"x"}


def test_what_a_page_writes_without_being_told_to_is_noticed(sweep, monkeypatch):
    monkeypatch.setattr("tests.sweep.BESIDE", {"django_session"})  # as if a look were a change
    rows = [row for row in ROWS if row.page == "portal:letters"]

    assert sweep("auditor", rows, ("GET",)).findings == [
        "portal:letters: what was denied or only asked for has changed ['applications_accessentry']"
    ]


def test_something_else_in_the_url_conf_is_an_error():
    with pytest.raises(TypeError, match="unknown kind"):
        addresses(["static"])


def test_the_oracle_knows_every_page_with_its_methods_and_no_other(town):
    assert {(row.page, row.methods) for row in ROWS} == {(name, view.methods) for name, view in VIEWS.items()}
    assert list(town.people) == CAST == list(canaries())


# Between them they write all that the others could: what a database does differently shows with one of these.
ON_EVERY_DATABASE = {"owner", "reviewer", "officer", "director", "finance", "administrator", "anonymous"}


@pytest.mark.parametrize(
    "who",
    [
        pytest.param(
            who,
            id=f"{CASES[who]}-{who}" if who in CASES else who,
            marks=() if who in ON_EVERY_DATABASE else pytest.mark.once,
        )
        for who in CAST
    ],
)
def test_g33_sweep(sweep, who):
    swept = sweep(who)

    assert swept.findings == []
    assert {name.removeprefix("CANARY-") for name in swept.seen} == canaries()[who]


# What else a page is asked for by its name, beside the one name that is swept with every method and id.
OTHER_NAMES = {
    "accounts:act": set(accounts_views.ACTS) - {"role"},
    "calls:add": {name for name, kind in tree.KINDS.items() if kind.within == "call"} - {"part"},
    "calls:edit": set(SECTIONS) - {"notice", "money"},  # the call of the town grants no money
    "review:seat_act": {"release"},
    "review:sheet_act": {"reopen"},
}


@pytest.mark.once
@pytest.mark.parametrize("who", CAST)
def test_g33_whatever_a_page_is_asked_for_by_name_it_answers_the_same_people(town, who):
    person, wrong = Person(town.people[who]), []
    for row in (row for row in ROWS if row.page in OTHER_NAMES):
        words, due = words_of(town, row.page, row.thing, who), row.answers[who]
        for name in sorted(OTHER_NAMES[row.page]):
            for method in set(row.methods) & {"GET", "POST"}:
                with transaction.atomic():
                    answer = person.ask(method, reverse(row.page, kwargs=words | {"name": name}))
                    transaction.set_rollback(True)
                if kind_of(answer) != due:
                    wrong.append((method, row.page, row.thing, name, kind_of(answer)))

    assert wrong == []


@pytest.mark.once
@pytest.mark.parametrize("page", [name for name, view in VIEWS.items() if not view.public])
def test_g33_with_its_check_removed_the_sweep_of_a_page_fails(sweep, town, monkeypatch, page):
    view = VIEWS[page]
    rows = [row for row in ROWS if row.page == page]
    monkeypatch.setitem(PERMISSIONS, view.permission, Predicate(lambda user, thing: True, about_thing=False))
    if view.permission in SIGHT:
        thing = getattr(town, rows[0].thing)
        sight = type(type(thing).objects.all())
        monkeypatch.setattr(sight, "visible_to", lambda queryset, user: queryset.all())
    if view.permission == "account.own":
        monkeypatch.setattr(view, "login_required", False, raising=False)
    method = ("GET",) if "GET" in view.methods else ("POST",)

    denied = [who for who in CAST if any(row.answers[who] != "x" for row in rows)]
    noticed = next((who for who in reversed(denied) if sweep(who, rows, method).findings), None)

    assert noticed


COLUMNS = [  # what decides over a part of a page, and which text shows to whom without it
    ("outbox.text", "administrator", "portal:letters", "CANARY-A-NAME"),
    ("outbox.text", "administrator", "portal:letter", "CANARY-A-NAME"),
    ("audit.values", "administrator", "portal:audit", "CANARY-A-NAME"),
    ("contact.read", "ministry", "firms:detail", "CANARY-A-HEAD"),
    ("contact.read", "ministry", "firms:detail", "CANARY-A-PHONE"),
    ("contact.read", "ministry", "agreement:detail", "CANARY-OWNER-NAME"),
    ("contact.read", "ministry", "funding:payment", "CANARY-OWNER-NAME"),
    ("application.case", "ministry", "intake:detail", "CANARY-OWNER-NAME"),
    ("review.read", "undeclared", "review:sheet", "CANARY-A1-SUMMARY"),
    ("panel.sheets", "reviewer", "review:meeting", "R2-TOTAL"),
]


@pytest.mark.parametrize(("permission", "who", "page", "canary"), COLUMNS)
def test_with_a_rule_for_a_column_removed_its_canary_is_seen(
    sweep, monkeypatch, permission, who, page, canary
):
    rows = [row for row in ROWS if row.page == page]
    assert canary not in sweep(who, rows, ("GET",)).seen

    monkeypatch.setitem(PERMISSIONS, permission, Predicate(lambda user, thing: True, about_thing=False))
    assert canary in sweep(who, rows, ("GET",)).seen


def test_every_permission_that_decides_over_a_part_of_a_page_alone_is_tried_without():
    """certificate.list shows a link and no text; a member who is no chair sits in tests/review/test_chairs_view.py."""
    verbs = {
        call.args[1].value
        for tree in TREES.values()
        for _name, last, call in calls(tree)
        if last == "require" and isinstance(call.args[1], ast.Constant)
    }
    moves = {move.permission for flow in FLOWS.values() for move in flow.moves.values()}
    parts = set(PERMISSIONS) - {view.permission for view in VIEWS.values()} - verbs - moves

    tried = {permission for permission, *_rest in COLUMNS}
    assert parts - tried == {"certificate.list", "panel.exclusions"}


def test_g35_a_search_finds_nothing_of_an_application_that_one_may_not_see(town):
    for who in ("unassigned", "rival", "conflicted"):
        person = Person(town.people[who])
        for page in ("intake:desk", "intake:own", "review:own", "review:desk", "firms:list", "calls:list"):
            answer = person.ask("GET", f"{reverse(page)}?q=CANARY-A1")
            assert b"CANARY-A1-" not in answer.everything


WAITING = ("owner", "rival", "reviewer", "ministry", "finance", "administrator", "anonymous")


@pytest.mark.once
def test_g54_a_list_that_waits_shows_in_no_answer_of_anybody_but_the_desk(town, monkeypatch):
    """Byte by byte, at one instant: before it is proposed, while it is, and when it is approved and its instant set.

    The reviewer is the chair of the panel; the ministry, finance and an administrator decide nothing either. Lengths, kinds and headers of caches are part of what is compared; of a
    document what it is set from, since the same data give the same bytes.
    """
    monkeypatch.setattr("typst.compile", lambda *_args, sys_inputs, **_more: sys_inputs["data"].encode())
    with time_machine.travel(NOW, tick=False):
        people = {who: Person(town.people[who]) for who in WAITING}
        case = Undecided(town)
        with transaction.atomic():
            case.propose()
            walks = {
                who: Walk(town, who, person, ROWS, case.instead(case.applications[who == "rival"]))
                for who, person in people.items()
            }
            proposed = {who: walk.answers() for who, walk in walks.items()}
            case.approve(NOW + timedelta(hours=1))
            approved = {who: walk.answers() for who, walk in walks.items()}
            transaction.set_rollback(True)
        before = {who: walk.answers() for who, walk in walks.items()}

    own = [("GET", application.get_absolute_url()) for application in case.applications]
    assert [before[who][own[who == "rival"]][0] for who in ("owner", "rival", "reviewer")] == [200] * 3
    for who, answers in [*proposed.items(), *approved.items()]:
        # Administrators read in the record that somebody proposed a list, without what it says (audit.values).
        found = [
            one for one in differences(before[who], answers) if who != "administrator" or not is_record(one)
        ]
        assert (who, found[:3]) == (who, [])


def is_record(difference):
    return urlsplit(difference[1]).path == reverse("portal:audit")


def test_g39_the_ministry_changes_nothing_whatever_it_sends(town):
    person, before = Person(town.people["ministry"]), stored()

    answers = {
        row.page: person.ask(
            method, reverse(row.page, kwargs=words_of(town, row.page, row.thing, "ministry"))
        ).status
        for row in ROWS
        for method in ("POST", "PUT", "PATCH", "DELETE")
        if row.page
        not in ("accounts:me", "portal:extend", "calls:subscribe", "calls:confirm", "calls:unsubscribe")
    }

    assert set(answers.values()) <= {404, 405}
    assert stored() == before


# Forms of an act that only name whom it is about, come to from a page that is written down; the act itself leaves a trace.
NAMES_ALONE = {
    "review:appoint", "review:chair", "review:decide_visit", "review:give_back", "review:lift", "review:sanction", "review:seat_act",
    "review:sheet_act",
}  # fmt: skip
LOGGED = ("reviewer", "officer", "director", "finance", "ministry", "auditor", "administrator")


@pytest.mark.once
@pytest.mark.parametrize("who", LOGGED)
def test_each_page_that_shows_somebody_of_a_firm_or_a_reviewer_is_written_down(town, who):
    """The access log holds each view of personal data (개인정보의 안전성 확보조치 기준 제8조)."""
    oneself, person = town.people[who], Person(town.people[who])
    people = User.objects.exclude(pk=oneself.pk)
    data = {user.email for user in people} | {user.phone for user in people if user.phone}
    names = {user.name for user in people if user.role in (Role.APPLICANT, Role.REVIEWER)}
    unlogged = set()

    for row in ROWS:
        if "GET" in row.methods and row.answers[who] == "x":
            before = AccessEntry.objects.count()
            answer = person.ask("GET", reverse(row.page, kwargs=words_of(town, row.page, row.thing, who)))
            told = data if row.page in NAMES_ALONE else data | names
            shown = any(one.encode() in answer.everything for one in told)
            if shown and AccessEntry.objects.count() == before:
                unlogged.add(row.page)

    assert unlogged == set()


@pytest.mark.once
@pytest.mark.parametrize(
    ("who", "page", "act", "about"),
    [
        ("officer", "review:reviewers", "reviewer.list", ReviewerProfile),
        ("finance", "review:payees", "payee.list", PayeeAccount),
        ("administrator", "accounts:people", "account.list", User),
        ("auditor", "portal:letters", "letter.list", Letter),
        ("officer", "review:case", "review.view", "application"),
        ("officer", "review:panel", "panel.view", "panel"),
        ("officer", "review:panels", "panel.list", "reviewing"),
        ("officer", "review:invite", "reviewer.list", "panel"),
        ("officer", "review:plan", "plan.view", "plan"),
        ("reviewer", "review:meeting", "panel.view", "sitting"),
        ("finance", "funding:payment", "payment.view", "payment"),
        ("auditor", "portal:audit", "record.list", AuditEntry),
        ("administrator", "accounts:person", "account.view", "hired"),
        ("auditor", "portal:letter", "letter.view", "letter"),
    ],
)
def test_a_page_about_people_says_in_the_access_log_what_it_was_and_about_whom(town, who, page, act, about):
    """about: the thing of the town, or the table of a list, of which one page is seen."""
    words = words_of(town, page, about if isinstance(about, str) else "-", who)
    answer = Person(town.people[who]).client.get(reverse(page, kwargs=words))

    entry = AccessEntry.objects.latest("pk")
    seen = [getattr(town, about)] if isinstance(about, str) else answer.context["page"].rows
    assert (entry.actor, entry.act, entry.subject_ids) == (town.people[who], act, [one.pk for one in seen])
    assert seen and (isinstance(about, str) or isinstance(seen[0], about))


def test_g40_with_the_role_the_sessions_end_and_staff_pages_are_gone(town):
    hired = town.world.person(Role.OFFICER)
    person = Person(hired)
    assert person.ask("GET", "/applications/desk/").status == 200

    accounts.change_role(hired, role=Role.REVIEWER, reason="Changed desks", by=town.people["administrator"])

    assert person.ask("GET", "/applications/desk/").to_login
    hired.refresh_from_db()
    assert Person(hired).ask("GET", "/applications/desk/").status == 404


def test_a_session_that_has_ended_leads_to_the_log_in_and_back(town):
    client = Client()
    client.force_login(town.people["officer"])
    client.session.flush()

    response = client.get("/applications/desk/?q=1")

    assert response.headers["Location"] == "/auth/login/?next=/applications/desk/%3Fq%3D1"


FRAMED = {  # what stands within the pages of the builder
    "calls:preview", "intake:call_preview", "intake:section_preview",
}  # fmt: skip


def test_every_answer_carries_the_headers_that_keep_it_safe(town, settings):
    """CSP without inline, nosniff, no referrer abroad, no frame but in our own pages; what is signed in stays out of caches. Errors too."""
    officer, nobody = Person(town.people["officer"]).client, Client(raise_request_exception=False)
    tries = [
        (nobody, reverse(name)) for name in sorted(FOREIGN) if "key" not in name and "webauthn" not in name
    ]
    tries += [(nobody, "/"), (nobody, "/nowhere/"), (nobody, "/?a=%00"), (officer, "/nowhere/")]
    tries += [
        (officer, reverse(row.page, kwargs=words_of(town, row.page, row.thing, "officer")))
        for row in ROWS
        if "GET" in row.methods
    ]

    for client, address in tries:
        response = client.get(address)
        b"".join(response)  # a download is read to its end
        policy = response.headers["Content-Security-Policy"]
        assert "unsafe" not in policy and "default-src 'none'" in policy, address
        is_framed = response.status_code == 200 and resolve(urlsplit(address).path).view_name in FRAMED
        assert ("frame-ancestors 'self'" if is_framed else "frame-ancestors 'none'") in policy, address
        assert response.headers["X-Content-Type-Options"] == "nosniff", address
        assert response.headers["Referrer-Policy"] == "same-origin", address
        assert response.headers["X-Frame-Options"] == ("SAMEORIGIN" if is_framed else "DENY"), address
        if client is officer:
            assert "no-store" in response.headers["Cache-Control"], address


def test_no_form_is_taken_without_its_token(town):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(town.people["officer"])
    before = stored()

    statuses = {
        name: strict.post(reverse(name, kwargs=words)).status_code
        for name, words in {
            row.page: words_of(town, row.page, row.thing, "officer")
            for row in ROWS
            if "POST" in row.methods
            and row.page != "calls:unsubscribe"  # mail programs bring none (RFC 8058)
        }.items()
    }

    assert set(statuses.values()) == {403}
    assert stored() == before


@override_settings(ALLOWED_HOSTS=["grants.example"])
def test_a_foreign_host_is_no_host_of_ours(town):
    client = Client(raise_request_exception=False)

    assert client.get("/help/", headers={"host": "evil.example"}).status_code == 400
    assert client.get("/help/", headers={"host": "grants.example"}).status_code == 200


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"]
)
def test_nobody_is_sent_abroad_by_next(town, target):
    client = Client()
    language = client.post(reverse("set_language"), {"language": "en", "next": target})
    client.force_login(town.people["officer"])
    login = client.get(reverse("account_login"), {"next": target})

    assert language.headers["Location"] == "/"
    assert login.status_code == 302
    assert "evil" not in login.headers["Location"] and "javascript" not in login.headers["Location"]

"""An application that came on paper: when it may be entered, who may do what with it, and what says so."""

from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from django.urls import reverse

from applications.intake import actions
from applications.intake.models import Application
from applications.intake.onpaper import not_from_paper
from applications.intake.rules import PLEDGES, needed_papers
from applications.kernel import audit, clock
from applications.kernel.errors import Denied, Refused
from applications.notifications.models import Letter
from tests.asking import reasons
from tests.world import CLOSES, DURING, OPENS, at, browser, confirm, pdf, sample

SECOND = timedelta(seconds=1)
ENDS = clock.kst(2026, 12, 19)  # three business days after Tuesday the 15th: Friday is the last one
CALL = SimpleNamespace(opens_at=OPENS, closes_at=CLOSES, cancelled_at=None)
REASON = "No connection at the firm"


@pytest.mark.parametrize(
    ("more", "fields"),
    [
        ({}, []),
        ({"arrived_at": CLOSES - SECOND, "now": ENDS - SECOND}, []),
        ({"arrived_at": CLOSES, "now": CLOSES}, ["arrived_at"]),
        ({"arrived_at": OPENS - SECOND}, ["arrived_at"]),
        ({"arrived_at": DURING + SECOND}, ["arrived_at"]),
        ({"now": ENDS}, [""]),
        ({"has_applied": True}, ["number"]),
        ({"firm": None}, ["number"]),
    ],
)
def test_a_paper_counts_by_its_arrival_and_is_entered_within_three_business_days(more, fields):
    asked = {
        "firm": "A firm",
        "arrived_at": DURING,
        "now": DURING,
        "ends_at": ENDS,
        "has_applied": False,
    } | more

    assert [reason.field for reason in not_from_paper(CALL, **asked)] == fields


def begun(world, call, firm, *, now=DURING):
    with clock.at(now):
        draft = actions.begin_from_paper(
            call, firm, arrived_at=DURING, reason=REASON, by=world.officer, now=now
        )
    return Application.objects.select_related("call__programme", "firm").get(pk=draft.pk)


def filled(world, draft, *, now):
    with clock.at(now):
        actions.edit(
            draft, by=world.officer, now=now, version=draft.version, title="A plan", summary="A summary", field=draft.firm.field,
            answers={question.code: sample(question) for question in draft.call.asked},
            consents=dict.fromkeys(PLEDGES, True),
        )  # fmt: skip
        for paper in needed_papers(draft):
            actions.add_paper(draft, paper=paper, upload=pdf(f"{paper.code}.pdf"), by=world.officer, now=now)


def test_an_officer_enters_after_the_close_what_had_arrived_before_it(world):
    call, owner, late = world.call(), world.owner_of(world.a), ENDS - SECOND
    draft = begun(world, call, world.a, now=late)
    filled(world, draft, now=late)
    client = browser(world.officer)
    with clock.at(late):
        confirm(client.session, world.officer, at=late)

    response = at(client, "post", late, reverse("intake:submit", args=[draft.key]))

    application = Application.objects.get(pk=draft.pk)
    receipt = application.submissions.get()
    assert response.url == receipt.get_absolute_url()
    assert (application.status, application.submitted_at, receipt.arrived_at, receipt.written_at, receipt.by) == (
        "submitted", DURING, DURING, late, world.officer,
    )  # fmt: skip
    traces = [
        (entry.verb, entry.actor, entry.note)
        for entry in audit.trail(application)
        if entry.verb != "add_paper"
    ]
    assert traces == [("begin", world.officer, REASON), ("submit", world.officer, "")]
    assert Letter.objects.get(kind="application_received").to == owner
    said = "Entered by the office from paper (received 10 Dec 2026, 12:00)"
    for person in (world.officer, owner):
        for page in (receipt, application):
            assert said in at(browser(person), "get", late, page.get_absolute_url()).content.decode()
    with clock.at(late), pytest.raises(Denied):
        actions.edit(application, by=world.officer, now=late, version=application.version, title="Another")


def test_entering_ends_with_the_third_business_day_and_nothing_is_handed_in_after_it(world, english):
    draft = begun(world, world.call(), world.a)
    filled(world, draft, now=DURING)

    with clock.at(ENDS), pytest.raises(Refused, match="could be entered until 2026-12-19"):
        actions.submit(draft, by=world.officer, arrived_at=ENDS)


def test_what_came_on_paper_is_as_fresh_as_the_call_asks_and_was_issued_by_the_day_it_came(world, english):
    late, paper = ENDS - SECOND, "D02"
    draft = begun(world, world.call(), world.a, now=late)
    filled(world, draft, now=late)
    dated = {"paper": draft.call.papers.get(code=paper), "by": world.officer, "now": late}

    with clock.at(late):
        actions.date_paper(draft, day=date(2026, 9, 14), **dated)
        stale = reasons(actions.submit, draft, by=world.officer, arrived_at=late)
        after = reasons(actions.date_paper, draft, day=date(2026, 12, 11), **dated)
        actions.date_paper(draft, day=date(2026, 12, 10), **dated)
        actions.submit(draft, by=world.officer, arrived_at=late)

    assert stale == ["Not as the call asks (issued within 3 months before the closing day): 사업자등록증명"]
    assert after == ["It came on paper on 2026-12-10, and was issued by then."]


def test_the_firm_reads_the_draft_of_the_office_and_other_staff_do_not(world):
    call = world.call()
    draft, again = begun(world, call, world.a), begun(world, call, world.a)
    owner = world.owner_of(world.a)

    assert draft == again
    pages = [
        draft.get_absolute_url(),
        *(reverse(f"intake:{name}", args=[draft.key]) for name in ("check", "papers", "withdraw")),
    ]
    pages += [reverse("intake:section", args=[draft.key, name]) for name in ("project", "pledges")]
    pages.append(reverse("intake:paper", args=[draft.key, needed_papers(draft)[0].code]))
    heard = {
        person.role: [at(browser(person), "get", DURING, page).status_code for page in pages]
        for person in (world.officer, owner, world.director)
    }
    assert heard == {
        "officer": [200] * 7,
        "applicant": [200, 200, 404, 200, 404, 404, 404],
        "director": [404] * 7,
    }
    assert at(browser(world.officer), "get", DURING, reverse("intake:desk")).context["page"].rows == []


def test_the_page_of_the_call_begins_it_and_lists_what_is_not_handed_in_yet(world):
    call, client = world.call(), browser(world.officer)
    page = reverse("intake:enter", args=[call.key])
    data = {"number": world.a.shown_number, "arrived_at": "2026-12-09T10:00", "reason": REASON}

    refused = at(client, "post", DURING, page, data | {"arrived_at": "2026-12-11T10:00"})
    response = at(client, "post", DURING, page, data)

    assert (refused.status_code, list(refused.context["form"].errors)) == (409, ["arrived_at"])
    draft = Application.objects.get()
    assert (response.url, draft.paper_arrived_at) == (draft.get_absolute_url(), clock.kst(2026, 12, 9, 10))
    assert at(client, "get", DURING, page).context["page"].rows == [draft]

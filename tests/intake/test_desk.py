"""The screening desk: what is found, what each role sees of a case, and what its buttons do."""

import uuid
from datetime import timedelta

import pytest
from django.urls import reverse

from applications.accounts.models import Role
from applications.calls import announcing
from applications.firms import actions as firms
from applications.intake import actions
from applications.intake.deciding import ON_THEIR_WAY
from applications.intake.models import Application, Exclusion
from applications.intake.queries import supplements_run_out
from applications.kernel import clock
from applications.kernel.accesslog import AccessEntry
from applications.kernel.errors import Refused
from tests.intake.test_actions import everything
from tests.intake.test_views import browser, text, url
from tests.world import AFTER, DURING, NUMBERS

pytestmark = pytest.mark.usefixtures("closed")
DESK = "/applications/desk/"


@pytest.fixture
def officer(world):
    return browser(world.officer)


def found(client, **parameters):
    """Numbers of the applications on the page."""
    response = client.get(DESK, parameters)
    assert response.status_code == 200
    return [application.number for application in response.context["page"].rows]


# Search


@pytest.fixture
def three(world):
    """SP-2027-0001 to 0003, one minute apart."""
    for minute, (number, name, title) in enumerate(
        [
            (NUMBERS[0], "(주)한결정밀몰드", "다이캐스팅 센서"),
            (NUMBERS[1], "(주)새림인몰드", "Sensor"),
            (None, "Firm C", "용접"),
        ]
    ):
        firm = world.firm(number=number, name=name)
        world.submitted(world.r1, firm, title=title, at=DURING + timedelta(minutes=minute))


SEARCHES = {
    "": [3, 2, 1],
    "몰드": [2, 1],
    "정밀": [1],
    "센서": [1],
    "sensor": [2],
    "SP-2027-0002": [2],
    "sp-2027-000": [3, 2, 1],
    "110-81-00062": [1],
    "1108100062": [1],
    "110-81": [2, 1],
    "１１０": [2, 1],
    "nothing like it": [],
}


@pytest.mark.usefixtures("three")
def test_search_finds_by_number_by_two_syllables_and_by_business_number(officer):
    numbers = {wanted: [int(number[-4:]) for number in found(officer, q=wanted)] for wanted in SEARCHES}

    assert numbers == SEARCHES


def test_a_firm_with_a_new_name_is_found_by_it_and_no_longer_by_the_old_one(world, officer):
    application = world.submitted(world.r1, world.firm(name="옛이름"))
    firm, owner = application.firm, application.created_by

    firms.edit(firm, technologies=firm.technologies.all(), name="새이름", by=owner)

    assert [found(officer, q=name) for name in ("옛이름", "새이름")] == [[], [application.number]]
    assert [text(officer.get("/firms/", {"q": name})).count("새이름") for name in ("옛이름", "새이름")] == [
        0,
        1,
    ]


def test_a_changed_title_is_found_when_it_is_handed_in_again(world, officer):
    application = world.submitted(world.r1, title="첫제목")
    owner = application.created_by
    with clock.at(DURING + timedelta(hours=1)):
        amendment = actions.recall(application, by=owner, now=clock.now())
        amendment.title = "새제목"
        amendment.save()
        while_it_is_written = [found(officer, q=title) for title in ("첫제목", "새제목")]
        actions.submit(amendment, by=owner, arrived_at=clock.now())
        handed_in = [found(officer, q=title) for title in ("첫제목", "새제목")]

    assert while_it_is_written == [[application.number], []]
    assert handed_in == [[], [application.number]]


@pytest.mark.usefixtures("three")
def test_malformed_parameters_narrow_nothing(officer):
    for parameters in (
        {"status": "draft' OR 1=1"},
        {"call": "not-a-key"},
        {"call": str(uuid.UUID(int=0))},
        {"mark": "x"},
        {"mark": "x:y:z"},
        {"page": "-1"},
    ):
        assert found(officer, **parameters) == ["SP-2027-0003", "SP-2027-0002", "SP-2027-0001"]


@pytest.mark.usefixtures("three")
def test_odd_words_find_nothing_and_break_nothing(officer):
    for wanted in ("%", "_", "'", '"; DROP TABLE', "\\", "a" * 5000, "[", "가" * 300, "0" * 200):
        assert found(officer, q=wanted) == []


def test_status_and_call_narrow_the_list_and_the_chips_count_the_call(world, officer):
    first, second = world.submitted(world.r1), world.in_review(world.r1)
    other = world.submitted(world.rnd)

    assert found(officer, call=world.rnd.key) == [other.number]
    assert found(officer, status="in_review") == [second.number]
    assert found(officer, call=world.r1.key, status="submitted") == [first.number]


def test_the_counts_are_asked_for_apart(world, officer):
    world.submitted(world.r1), world.in_review(world.r1), world.submitted(world.rnd)

    page = text(officer.get(DESK, {"part": "counts", "call": world.r1.key, "q": "nothing:here"}))

    assert "All Submitted 1 Supplement requested 0 Ineligible 0 In review 1" in page
    assert "2 found" in page
    assert "1 found" in text(
        officer.get(DESK, {"part": "counts", "call": world.r1.key, "status": "submitted"})
    )


def test_drafts_and_discarded_drafts_are_not_on_the_desk(world, officer):
    draft = world.draft(world.r1)
    discarded = world.draft(world.r1)
    actions.withdraw(discarded, reason="", by=discarded.created_by)

    assert found(officer) == []
    assert [officer.get(one.get_absolute_url()).status_code for one in (draft, discarded)] == [404, 404]


STAFF = ("officer", "director", "auditor", "finance", "ministry", "administrator")


def test_who_opens_the_desk(world):
    seen = {who for who in STAFF if browser(getattr(world, who)).get(DESK).status_code == 200}

    assert seen == {"officer", "director", "auditor"}
    assert browser(world.person()).get(DESK).status_code == 404


@pytest.mark.parametrize("rows", [1, 3, 51])
def test_the_desk_asks_as_often_for_many_as_for_one(world, officer, django_assert_num_queries, rows):
    Application.objects.bulk_create(
        Application(
            call=world.r1, firm=world.a, field=world.a.field, created_by=world.officer, status="withdrawn",
            number=f"SP-2027-{number:04d}", submitted_at=DURING + timedelta(seconds=number),
        )
        for number in range(rows)
    )  # fmt: skip
    officer.get(DESK)

    with django_assert_num_queries(5):  # session, person, calls, rows, views
        first = officer.get(DESK)
    with django_assert_num_queries(5):
        officer.get(DESK, {"call": world.r1.key, "q": "Firm field:giga field:F1 지역:경남 call:SP"})
    if rows > 50:
        with django_assert_num_queries(5):
            second = officer.get(DESK, {"mark": first.context["page"].next})
        assert (len(first.context["page"].rows), len(second.context["page"].rows)) == (50, 1)


# The case


def test_the_case_page_writes_the_access_log_and_shows_the_record(world, officer):
    application = world.submitted(world.r1, world.a, title="CANARY-A1-TITLE")

    page = text(officer.get(application.get_absolute_url()))

    assert "CANARY-A1-TITLE" in page
    assert "Submitted" in page
    entry = AccessEntry.objects.get()
    assert (entry.actor, entry.act, entry.subject_ids) == (
        world.officer,
        "application.view",
        [application.pk],
    )


def test_finance_and_the_ministry_see_only_what_was_selected_and_no_desk(world):
    submitted, selected = world.submitted(world.r1), world.selected_sprout()

    for person in (world.finance, world.ministry):
        client = browser(person)
        response = client.get(selected.get_absolute_url())
        assert (response.status_code, "is_case" in response.context) == (200, False)
        assert client.get(submitted.get_absolute_url()).status_code == 404


def buttons(client, application):
    """The acts that a case page offers."""
    page = client.get(application.get_absolute_url()).content.decode()
    names = ("take_as_is", "supplement", "exclusion", "answer", "readmit", "screen_again")
    found = {name for name in names if url(name, application) in page}
    return found | ({"checklist"} if "Go through the checklist" in page else set())


def test_the_case_offers_each_person_what_is_possible_now(world):
    application = world.submitted(world.r1, world.a)
    officer, director, auditor = (browser(one) for one in (world.officer, world.director, world.auditor))

    assert buttons(officer, application) == {"checklist", "supplement", "exclusion"}
    assert buttons(director, application) == buttons(auditor, application) == set()
    actions.propose_exclusion(application, code="E01", reason="Closed down", by=world.officer)
    assert buttons(officer, application) == set()
    assert buttons(director, application) == {"answer"}
    actions.answer_exclusion(application, confirmed=True, by=world.director)
    assert buttons(officer, application) == set()
    assert buttons(director, application) == {"readmit"}


def test_after_the_due_time_of_a_supplement_the_case_offers_the_way_on(world):
    application = world.submitted(world.r1, world.a)
    due = AFTER + timedelta(days=3)
    with clock.at(AFTER):
        actions.request_supplement(
            application, papers=application.call.papers.filter(code="D01"), message="Sign it", due_at=due,
            by=world.officer,
        )  # fmt: skip

    with clock.at(due - timedelta(seconds=1)):
        assert buttons(browser(world.officer), application) == set()
    with clock.at(due + ON_THEIR_WAY):
        officer = browser(world.officer)
        assert buttons(officer, application) == {"take_as_is", "exclusion"}
        response = officer.post(url("take_as_is", application))

    assert response.url == application.get_absolute_url()
    assert Application.objects.get().status == "submitted"


def test_the_officer_finds_it_eligible_by_one_button_and_twice_is_refused(world, officer):
    application = world.submitted(world.r1, world.a)
    world.checked(application)

    first = officer.post(url("eligible", application))
    again = officer.post(url("eligible", application))

    assert (first.url, again.status_code) == (application.get_absolute_url(), 409)
    assert "This is not possible while the status is “In review”." in text(again)


def test_a_supplement_form_that_is_refused_keeps_what_was_typed(world, officer):
    application = world.submitted(world.r1, world.a)
    paper = application.call.papers.first()
    typed = {"message": "Please sign it", "papers": [paper.pk], "due_at": "2026-12-01T10:00"}

    with clock.at(AFTER):
        client = browser(world.officer)
        wrong = client.post(url("supplement", application), typed | {"due_at": "tomorrow"})
        short = client.post(url("supplement", application), typed)
        done = client.post(url("supplement", application), typed | {"due_at": "2026-12-23T18:00"})

    assert (wrong.status_code, short.status_code, done.status_code) == (200, 409, 302)
    assert "Until: Leave the firm at least 24 hours." in text(short)
    for response in (wrong, short):
        assert "Please sign it" in response.content.decode()
    assert Application.objects.get().supplements.get().due_at == clock.kst(2026, 12, 23, 18)


def test_the_paper_of_another_call_cannot_be_named(world, officer):
    application = world.submitted(world.r1, world.a)
    foreign = world.rnd.papers.first()
    typed = {"message": "Please sign it", "papers": [foreign.pk], "due_at": "2027-12-01T10:00"}

    response = officer.post(url("supplement", application), typed)

    assert response.status_code == 200
    assert Application.objects.get().status == "submitted"


def test_an_exclusion_is_proposed_with_a_code_of_the_catalogue_only(world, officer):
    application = world.submitted(world.r1, world.a)

    strange = officer.post(url("exclusion", application), {"code": "E99", "reason": "Closed down"})
    short = officer.post(url("exclusion", application), {"code": "E01", "reason": "no"})
    done = officer.post(url("exclusion", application), {"code": "E01", "reason": "Closed down"})
    again = officer.post(url("exclusion", application), {"code": "E02", "reason": "Too large"})

    assert [one.status_code for one in (strange, short, done, again)] == [200, 200, 302, 409]
    assert list(Exclusion.objects.values_list("code", "reason")) == [("E01", "Closed down")]


def test_the_rule_of_an_exclusion_is_chosen_and_none_stands_there_beforehand(world, officer):
    application = world.submitted(world.r1, world.a)

    page = officer.get(url("exclusion", application))
    unchosen = officer.post(url("exclusion", application), {"code": "", "reason": "Closed down"})

    assert page.context["form"].fields["code"].choices[0] == ("", "Please choose")
    assert unchosen.status_code == 200
    assert list(Exclusion.objects.all()) == []


def test_the_case_names_the_papers_that_a_supplement_asks_for(world, officer):
    application = world.submitted(world.r1, world.a)
    wanted = application.call.papers.filter(code="D01")
    with clock.at(AFTER):
        actions.request_supplement(
            application, papers=wanted, message="Sign it", due_at=AFTER + timedelta(days=3), by=world.officer
        )

    assert f"Sign it ({wanted.get().name}, until " in text(officer.get(application.get_absolute_url()))


def test_the_director_answers_by_one_of_two_buttons_and_nothing_else_is_an_answer(world):
    application = world.submitted(world.r1, world.a)
    actions.propose_exclusion(application, code="E01", reason="Closed down", by=world.officer)
    director, address = browser(world.director), url("answer", application)

    director.post(address)
    director.post(address, {"confirm": "1", "turn_down": "1"})
    unanswered = Exclusion.objects.get().answered_at
    director.post(address, {"confirm": "1"})

    assert unanswered is None
    assert Application.objects.get().status == "ineligible"


def test_readmitting_takes_another_director_on_the_page_too(world):
    application = world.submitted(world.r1, world.a)
    actions.propose_exclusion(application, code="E01", reason="Closed down", by=world.officer)
    actions.answer_exclusion(application, confirmed=True, by=world.director)
    reason = {"reason": "It is open after all"}

    same = browser(world.director).post(url("readmit", application), reason)
    other = browser(world.director2).post(url("readmit", application), reason)

    assert (same.status_code, other.status_code) == (409, 302)
    assert "Another person than the one who confirmed it decides." in text(same)
    assert Application.objects.get().status == "submitted"


def test_undoing_eligible_is_a_page_with_a_reason_and_offered_until_somebody_is_asked(world):
    application = world.in_review(world.r1)
    officer, other = browser(world.officer), browser(world.officer2)
    offered = buttons(browser(world.director), application)
    refused = officer.post(url("screen_again", application), {"reason": "A wrong paper"})
    done = other.post(url("screen_again", application), {"reason": "A wrong paper"})
    actions.open_review(application, by=world.officer)
    world.assigned(application, clear=False)

    assert offered == {"screen_again"}
    assert (refused.status_code, done.url) == (409, application.get_absolute_url())
    assert "Another person than the one who found it eligible decides." in text(refused)
    assert "A wrong paper" in refused.content.decode()
    assert buttons(other, application) == set()


def test_the_firm_reads_why_it_was_ruled_out_and_how_to_appeal(world):
    application = world.submitted(world.r1, world.a)
    actions.propose_exclusion(application, code="E01", reason="Closed down", by=world.officer)
    firm = browser(application.created_by)
    before = text(firm.get(application.get_absolute_url()))
    actions.answer_exclusion(application, confirmed=True, by=world.director)

    after = text(firm.get(application.get_absolute_url()))

    assert "Closed down" not in before
    assert "Ruled out Closed down Appeal" in after


def test_the_acts_of_an_officer_do_not_exist_for_others(world):
    application = world.submitted(world.r1, world.a)
    clients = [browser(getattr(world, who)) for who in STAFF if who != "officer"]
    before = everything()["applications_application"]

    for client in clients:
        for name in ("eligible", "take_as_is", "supplement", "exclusion"):
            assert (
                client.post(url(name, application), {"reason": "Because", "code": "E01"}).status_code == 404
            )

    assert everything()["applications_application"] == before


def test_the_desk_is_at_the_address_of_the_navigation():
    assert reverse("intake:desk") == DESK


# A call that was cancelled


@pytest.fixture
def cancelled(world):
    """One application that waits, and one whose call was cancelled."""
    waits, ended = world.submitted(world.r1), world.submitted(world.sprout)
    with clock.at(DURING):
        announcing.cancel(world.sprout, reason="No budget", revision=0, by=world.officer)
    ended.refresh_from_db()
    return waits, ended


def test_what_waits_holds_nothing_of_a_cancelled_call_and_the_list_marks_it(officer, cancelled):
    waits, ended = cancelled

    waiting, everything = officer.get(DESK, {"waiting": "screening"}), officer.get(DESK)

    assert list(waiting.context["page"].rows) == [waits]
    assert set(everything.context["page"].rows) == {waits, ended}
    assert everything.content.decode().count("Call cancelled") == 1


def test_a_supplement_of_a_cancelled_call_is_late_for_nobody_and_an_exclusion_of_it_is_not_undone(world):
    mended, out = world.submitted(world.r1, world.a), world.submitted(world.r1, world.b)
    with clock.at(AFTER):
        papers, due = world.r1.papers.all()[:1], AFTER + timedelta(days=3)
        actions.request_supplement(mended, papers=papers, message="Sign it", due_at=due, by=world.officer)
        actions.propose_exclusion(out, code="E01", reason="It is closed", by=world.officer)
        actions.answer_exclusion(out, confirmed=True, by=world.director)
        before = list(supplements_run_out(due + ON_THEIR_WAY))
        announcing.cancel(world.r1, reason="No budget", revision=0, by=world.officer)

        with pytest.raises(Refused) as refusal:
            actions.readmit(out, reason="It is open after all", by=world.person(Role.DIRECTOR))

    assert (before, list(supplements_run_out(due + ON_THEIR_WAY))) == ([mended], [])
    assert [str(reason) for reason in refusal.value.reasons] == [OVER]


OVER = "The call was cancelled; nothing is decided about its applications any more."


def test_nothing_is_decided_about_an_application_of_a_cancelled_call(world, cancelled):
    _waits, ended = cancelled
    papers, due = ended.call.papers.all()[:1], DURING + timedelta(days=9)
    acts = [
        lambda: actions.open_review(ended, by=world.officer),
        lambda: actions.request_supplement(
            ended, papers=papers, message="Sign it", due_at=due, by=world.officer
        ),
        lambda: actions.propose_exclusion(ended, code="E01", reason="It is closed", by=world.officer),
        lambda: actions.check(ended, code="E01", outcome="passed", evidence="Looked at it", by=world.officer),
        lambda: actions.check_rest(ended, evidence="Looked at all", by=world.officer),
    ]

    for act in acts:
        with clock.at(DURING), pytest.raises(Refused) as refusal:
            act()
        assert [str(reason) for reason in refusal.value.reasons] == [OVER]
    ended.refresh_from_db()
    assert (ended.status, ended.supplements.count(), ended.exclusions.count()) == ("submitted", 0, 0)


def test_a_proposed_exclusion_falls_with_its_call_but_can_be_turned_down(world):
    application = world.submitted(world.sprout)
    with clock.at(AFTER):
        actions.propose_exclusion(application, code="E01", reason="It is closed", by=world.officer)
        announcing.cancel(world.sprout, reason="No budget", revision=0, by=world.officer)

    with pytest.raises(Refused, match="cancelled"):
        actions.answer_exclusion(application, confirmed=True, by=world.director)
    actions.answer_exclusion(application, confirmed=False, by=world.director)

    assert Application.objects.get(pk=application.pk).status == "submitted"


def test_the_time_of_a_supplement_is_not_ended_once_the_call_is_cancelled(world):
    application = world.submitted(world.sprout)
    with clock.at(AFTER):
        papers = application.call.papers.filter(code="D01")
        actions.request_supplement(
            application, papers=papers, message="Sign it", due_at=AFTER + timedelta(days=2), by=world.officer
        )
        announcing.cancel(world.sprout, reason="No budget", revision=0, by=world.officer)

    with clock.at(AFTER + timedelta(days=3)), pytest.raises(Refused, match="cancelled"):
        actions.take_as_is(application, by=world.officer)


def test_the_pages_of_a_cancelled_call_offer_no_act_and_say_why(world, officer, cancelled):
    _waits, ended = cancelled

    case, checklist = (
        officer.get(reverse(f"intake:{name}", args=[ended.key])) for name in ("detail", "checklist")
    )

    assert OVER in text(case) and "was cancelled" in text(checklist)
    for page in (case, checklist):
        for act in ("supplement", "exclusion", "eligible"):
            assert f'href="{reverse(f"intake:{act}", args=[ended.key])}"' not in page.content.decode()
        assert reverse("intake:rule", args=[ended.key, "E01"]) not in page.content.decode()


def test_staff_and_firm_read_on_the_application_that_its_call_was_cancelled(world, officer, cancelled):
    waits, ended = cancelled
    said = f"Call {ended.call.number} was cancelled, 10 Dec 2026, 12:00."

    for client in (officer, browser(world.owner_of(ended.firm))):
        page = client.get(ended.get_absolute_url())
        assert said in text(page)
        assert f'href="{ended.call.get_absolute_url()}"' in page.content.decode()
    firm = text(browser(world.owner_of(ended.firm)).get(ended.get_absolute_url()))
    assert "There is nothing for you to do now." not in firm and "What comes next" not in firm
    assert "was cancelled" not in text(officer.get(waits.get_absolute_url()))

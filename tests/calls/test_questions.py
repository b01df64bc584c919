"""Questions on a call: who asks, who answers, who reads what until when, and the desk that says what is late."""

import re
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from applications.accounts.models import User
from applications.calls import answering
from applications.calls.audience import Inquiry
from applications.calls.models import Call
from applications.kernel import audit, clock
from applications.kernel.accesslog import AccessEntry
from applications.kernel.errors import Denied
from applications.notifications.models import Letter
from tests.calls.test_actions import reasons
from tests.calls.test_views import desk
from tests.intake.test_views import browser, text
from tests.together import refusals, together
from tests.world import CLOSES, DURING

pytestmark = pytest.mark.usefixtures("english")
TEXT = "May a firm without a certificate apply?"


@pytest.fixture
def inquiry(world):
    return world.inquiry(world.r1, text=TEXT)


def answered(world, inquiry, *, shown="May anybody apply?", answer="Yes, see the notice."):
    with clock.at(DURING):
        answering.answer(inquiry, shown=shown, answer=answer, by=world.officer)
    return inquiry


def published(world, inquiry, **more):
    answered(world, inquiry, **more)
    with clock.at(DURING):
        answering.publish(inquiry, by=world.officer)
    return inquiry


def letters(kind):
    return list(Letter.objects.filter(kind=kind).values_list("address", flat=True))


def page_of(call):
    return f"{call.get_absolute_url()}questions/"


def at_noon(client, method, address, data=None, **more):
    with clock.at(DURING):
        return getattr(client, method)(address, data, **more)


def signed_in(person):
    with clock.at(DURING):
        return browser(person)


# Asking


def test_a_question_is_due_on_the_third_business_day_and_leaves_a_trace_without_its_text(world, inquiry):
    assert (inquiry.status, inquiry.asked_at, inquiry.due_on) == ("asked", DURING, date(2026, 12, 15))
    trace = audit.trail(inquiry).get()
    assert (trace.verb, trace.actor, trace.before, trace.after) == ("ask", inquiry.asked_by, None, None)


def test_asked_twice_it_is_one_question(world, inquiry):
    again = world.inquiry(world.r1, text=TEXT, by=inquiry.asked_by)
    by_another = world.inquiry(world.r1, text=TEXT)

    assert (again, by_another != inquiry, Inquiry.objects.count()) == (inquiry, True, 2)


def test_one_person_asks_ten_questions_a_day(world):
    call, person = world.r1, world.person()
    for number in range(10):
        world.inquiry(call, text=f"Question {number}", by=person)

    said = reasons(world.inquiry, call, text="One more", by=person)

    assert said == ["You have asked many questions today. Please go on tomorrow."]
    assert world.inquiry(call, text="Of somebody else")
    assert world.inquiry(call, text="One more", by=person, at=DURING + timedelta(days=1))


def test_questions_are_taken_until_the_call_closes_or_is_cancelled(world):
    call, said = world.r1, ["Questions are taken until the call closes."]

    assert reasons(world.inquiry, call, at=CLOSES) == said
    assert world.inquiry(call, at=CLOSES - timedelta(microseconds=1))
    Call.objects.filter(pk=call.pk).update(cancelled_at=DURING)
    call.refresh_from_db()
    assert reasons(world.inquiry, call) == said


@pytest.mark.parametrize(
    "who", ["officer", "director", "finance", "ministry", "auditor", "administrator", "reviewer"]
)
def test_only_applicants_ask(world, who):
    person = world.reviewer() if who == "reviewer" else getattr(world, who)

    with pytest.raises(Denied):
        world.inquiry(world.r1, by=person)


def test_an_applicant_asks_on_the_page_which_warns_first(world):
    call, client = world.r1, signed_in(world.person())
    address = f"{page_of(call)}ask/"

    form = text(at_noon(client, "get", address))
    empty = at_noon(client, "post", address, {"text": " "})
    long = at_noon(client, "post", address, {"text": "가" * 2001})
    done = at_noon(client, "post", address, {"text": f" {TEXT}\r\n"}, follow=True)

    assert "Please write no secrets of your firm" in form
    assert [response.context["form"].errors["text"] for response in (empty, long)] == [
        ["This field is required."],
        ["Ensure this value has at most 2000 characters (it has 2001)."],
    ]
    assert done.redirect_chain == [(page_of(call), 302)]
    assert "Your question has arrived." in text(done)
    assert Inquiry.objects.get().text == TEXT


def test_a_question_that_is_refused_stays_on_the_form(world):
    call, person = world.r1, world.person()
    for number in range(10):
        world.inquiry(call, text=f"Question {number}", by=person)

    response = at_noon(signed_in(person), "post", f"{page_of(call)}ask/", {"text": "CANARY-TYPED"})

    assert response.status_code == 409
    assert response.context["form"].errors == {
        "text": ["You have asked many questions today. Please go on tomorrow."]
    }
    assert "CANARY-TYPED" in response.content.decode()


# Answering


def test_an_answer_is_written_and_then_published_for_everybody_and_the_asker_is_told_once(world, inquiry):
    answered(world, inquiry)
    before = (inquiry.status, letters("inquiry_answered"))
    with clock.at(DURING):
        answering.publish(inquiry, by=world.officer2)

    assert before == ("answered", [])
    assert (inquiry.status, inquiry.ended_at, inquiry.answered_by) == ("published", DURING, world.officer)
    assert letters("inquiry_answered") == [inquiry.asked_by.email]
    assert [entry.verb for entry in audit.trail(inquiry)] == ["ask", "answer", "publish"]


def test_an_answer_may_go_to_the_asker_alone(world, inquiry):
    inquiry.asked_by.language = "en"
    inquiry.asked_by.save()
    answered(world, inquiry)
    with clock.at(DURING):
        answering.reply(inquiry, by=world.officer)

    letter = Letter.objects.get(kind="inquiry_answered")
    assert inquiry.status == "replied"
    assert (letter.address, "The answer was sent to you only." in letter.body) == (
        inquiry.asked_by.email,
        True,
    )


def test_a_question_without_an_answer_is_not_published_and_an_ended_one_not_changed(world, inquiry):
    said = "This is not possible while the status is “%s”."

    assert reasons(answering.publish, inquiry, by=world.officer) == [said % "To be answered"]
    published(world, inquiry)
    for act, options in (
        (answering.answer, {"shown": "x", "answer": "y"}),
        (answering.publish, {}),
        (answering.reply, {}),
        (answering.assign, {"person": world.officer}),
    ):
        assert reasons(act, inquiry, by=world.officer, **options) == [said % "Published"]


def test_a_question_is_given_to_an_officer_who_is_told(world, inquiry):
    answering.assign(inquiry, person=world.officer2, by=world.officer)
    answering.assign(inquiry, person=world.officer, by=world.officer)

    assert inquiry.assigned_to == world.officer
    assert letters("inquiry_assigned") == [world.officer2.email]
    assert reasons(answering.assign, inquiry, person=world.director, by=world.officer) == [
        "Only an officer answers questions."
    ]


@pytest.mark.parametrize("who", ["director", "auditor", "ministry", "finance", "administrator"])
def test_only_officers_answer(world, inquiry, who):
    person = getattr(world, who)

    for act, options in (
        (answering.assign, {"person": world.officer}),
        (answering.answer, {"shown": "x", "answer": "y"}),
        (answering.publish, {}),
        (answering.reply, {}),
    ):
        with pytest.raises(Denied):
            act(inquiry, by=person, **options)


@pytest.mark.parametrize(
    "wrong",
    [{"status": "answered"}, {"status": "published", "answer": "x"}, {"ended_at": DURING}, {"answer": "x"}],
)
def test_the_database_holds_that_an_answer_comes_before_the_end(inquiry, wrong):
    with pytest.raises(IntegrityError), transaction.atomic():
        Inquiry.objects.filter(pk=inquiry.pk).update(**wrong)


# Who reads what


def test_until_it_is_published_only_the_asker_and_staff_see_it(world, inquiry):
    colleague = world.person()
    everybody = {
        who: getattr(world, who) for who in ("officer", "director", "auditor", "ministry", "finance")
    }
    everybody |= {"asker": inquiry.asked_by, "colleague": colleague, "reviewer": world.reviewer()}

    def seeing():
        return {who for who, person in everybody.items() if Inquiry.objects.visible_to(person).exists()}

    waiting = seeing()
    published(world, inquiry)

    assert waiting == {"asker", "officer", "director", "auditor"}
    assert seeing() == set(everybody)


def test_the_page_shows_published_questions_as_they_were_reworded_and_never_who_asked(world):
    call, owner = world.r1, world.owner_of(world.a)
    inquiry = world.inquiry(call, text="CANARY-ORIGINAL of Firm A", by=owner)
    before = at_noon(browser(), "get", page_of(call)).content.decode()
    published(world, inquiry)

    pages = [at_noon(browser(), "get", address) for address in (page_of(call), call.get_absolute_url())]

    assert "CANARY-ORIGINAL" not in before
    for page in pages:
        assert "May anybody apply? Answer Yes, see the notice." in text(page)
        assert "CANARY-ORIGINAL" not in page.content.decode()
        assert "Firm A" not in page.content.decode()
        assert owner.name not in text(page)


def test_the_asker_finds_the_own_questions_with_what_becomes_of_them(world):
    call, person = world.r1, world.person()
    for text_of, end in (("Waiting", None), ("Private", answering.reply), ("Public", answering.publish)):
        inquiry = world.inquiry(call, text=text_of, by=person)
        if end:
            answered(world, inquiry, answer=f"Answer to {text_of}")
            with clock.at(DURING):
                end(inquiry, by=world.officer)

    own, others = (text(at_noon(signed_in(one), "get", page_of(call))) for one in (person, world.person()))

    assert "Waiting Being answered until 15 Dec 2026" in own
    assert "Private Answer to Private Answered to the asker only" in own
    assert "Public Published" in own
    assert ("Waiting" in others, "Answer to Private" in others, "Answer to Public" in others) == (
        False,
        False,
        True,
    )


def test_what_is_typed_is_shown_literally(world):
    odd = "<script>alert(1)</script>"
    inquiry = published(world, world.inquiry(world.r1, text=odd), shown=odd, answer=odd)

    page = at_noon(browser(), "get", page_of(inquiry.call)).content.decode()

    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;") == 2
    assert "<script>alert(1)" not in page


def test_who_is_offered_to_ask(world):
    call = world.r1
    address = f"{page_of(call)}ask/"

    offered = {
        who: address in at_noon(signed_in(person), "get", page_of(call)).content.decode()
        for who, person in (("applicant", world.person()), ("officer", world.officer), ("nobody", None))
    }
    with clock.at(CLOSES):
        late = browser(world.person()).get(page_of(call)).content.decode()

    assert offered == {"applicant": True, "officer": False, "nobody": False}
    assert "Firms that are signed in may ask." in text(at_noon(browser(), "get", page_of(call)))
    assert (address in late, "Questions are taken until the call closes." in late) == (False, True)


@pytest.mark.parametrize("rows", [1, 3, 21])
def test_the_page_costs_the_same_for_few_and_many_questions(world, django_assert_num_queries, rows):
    call, person = world.r1, world.person()
    Inquiry.objects.bulk_create(
        Inquiry(call=call, asked_by=person, text=f"Q{n}", shown=f"Q{n}", answer="A", status="published",
                due_on=DURING, ended_at=DURING + timedelta(minutes=n))
        for n in range(rows)
    )  # fmt: skip
    client = signed_in(person)
    at_noon(client, "get", page_of(call))

    with clock.at(DURING), django_assert_num_queries(5):  # session, person, call, own, published
        page = client.get(page_of(call)).context["page"]

    assert page.rows[0].text == f"Q{rows - 1}"
    assert bool(page.next) == (rows > 20)


# The desk


@pytest.fixture
def busy(world):
    """Two that are late, one of them with an answer nobody has seen; one that is mine; one that is over."""
    call, old = world.r1, DURING - timedelta(days=6)
    late, written = (world.inquiry(call, text=words, at=old) for words in ("Late", "Late and written"))
    answered(world, written)
    mine = world.inquiry(call, text="Mine")
    answering.assign(mine, person=world.officer, by=world.officer)
    published(world, world.inquiry(call, text="Over", at=old))
    return late


def listed(client, **query):
    response = at_noon(client, "get", desk("inquiries"), query)
    return [inquiry.text for inquiry in response.context["page"].rows], response


def test_the_desk_says_what_waits_what_is_late_and_what_is_mine(world, busy):
    client = signed_in(world.officer)

    rows, response = listed(client, waiting="answer", sort="due")
    counts = at_noon(client, "get", desk("inquiries"), {"part": "counts"}).content.decode()

    assert rows == ["Late", "Late and written", "Mine"]
    assert re.findall(r'data-count="waiting:(\w+)">[^<]+ (\d)', counts) == [
        ("answer", "3"),
        ("late", "2"),
        ("mine", "3"),
        ("overdue", "2"),
    ]
    assert response.content.decode().count('badge-danger">Late</span>') == 2
    narrowed = [listed(client, sort="due", **query)[0] for query in (
        {"waiting": "late"}, {"waiting": "mine"}, {"waiting": "overdue"}, {"q": "person:me"}, {"waiting": "answer", "person": "nobody"}, {"waiting": "x"},
    )]  # fmt: skip
    assert narrowed == [rows[:2], rows, rows[:2], ["Mine"], rows[:2], [*rows[:2], "Over", "Mine"]]
    assert listed(client, waiting="answer", person=world.officer.key)[0] == ["Mine"]
    other = signed_in(world.officer2)
    assert [listed(other, waiting=which, sort="due")[0] for which in ("mine", "overdue")] == [
        rows[:2],
        rows[:2],
    ]
    assert listed(client, q="lateand")[0] == ["Late and written"]


def test_a_question_is_late_from_the_day_after_its_last_one(world, inquiry):
    with clock.at(clock.kst(2026, 12, 15, 23, 59, 59)):
        assert (inquiry.is_late, Inquiry.objects.late_on(clock.today()).exists()) == (False, False)
    with clock.at(clock.kst(2026, 12, 16)):
        assert (inquiry.is_late, Inquiry.objects.late_on(clock.today()).exists()) == (True, True)


def test_an_officer_assigns_answers_and_publishes_on_the_pages(world, inquiry):
    client = signed_in(world.officer)
    address = inquiry.get_absolute_url()

    nobody = at_noon(client, "post", desk("assign", inquiry.key), {}, follow=True)
    assigned = at_noon(client, "post", desk("assign", inquiry.key), {"person": world.officer.pk}, follow=True)
    form = at_noon(client, "get", desk("answer", inquiry.key)).context["form"]
    empty = at_noon(client, "post", desk("answer", inquiry.key), {"shown": "x", "answer": ""})
    typed = {"shown": "May anybody?", "answer": "Yes."}
    saved = at_noon(client, "post", desk("answer", inquiry.key), typed, follow=True)
    done = at_noon(client, "post", desk("publish_answer", inquiry.key), follow=True)
    again = at_noon(client, "post", desk("publish_answer", inquiry.key))
    late = at_noon(client, "post", desk("answer", inquiry.key), typed)

    assert "Please choose who answers." in text(nobody)
    assert "The question is assigned." in text(assigned)
    assert form["shown"].value() == TEXT
    assert empty.context["form"].errors == {"answer": ["This field is required."]}
    assert "Nobody outside sees it yet." in text(saved)
    assert done.redirect_chain == [(address, 302)]
    assert (again.status_code, late.status_code) == (409, 409)
    assert "Yes." in late.content.decode()
    assert letters("inquiry_answered") == [inquiry.asked_by.email]


def test_an_officer_answers_the_asker_alone_on_the_page(world, inquiry):
    answered(world, inquiry)

    at_noon(signed_in(world.officer), "post", desk("reply", inquiry.key))

    inquiry.refresh_from_db()
    assert inquiry.status == "replied"


def test_directors_and_auditors_read_and_are_offered_no_button(world, inquiry):
    answered(world, inquiry)

    for person in (world.director, world.auditor):
        page = at_noon(signed_in(person), "get", inquiry.get_absolute_url())
        assert page.status_code == 200
        assert "<form" not in page.content.decode().partition("<main")[2].partition("</main>")[0]


def test_that_staff_saw_who_asked_is_written_down(world, inquiry):
    at_noon(signed_in(world.director), "get", inquiry.get_absolute_url())

    entry = AccessEntry.objects.get()
    assert (entry.actor, entry.act, entry.subject_ids) == (
        world.director,
        "inquiry.view",
        [inquiry.asked_by_id],
    )


@pytest.mark.parametrize("rows", [1, 3, 60])
def test_the_desk_asks_as_often_for_many_questions_as_for_one(world, django_assert_num_queries, rows):
    call, person = world.r1, world.person()
    Inquiry.objects.bulk_create(
        Inquiry(call=call, asked_by=person, assigned_to=world.officer, text=f"Q{n}", due_on=DURING)
        for n in range(rows)
    )
    client = signed_in(world.officer)
    listed(client)

    with (
        clock.at(DURING),
        django_assert_num_queries(6),
    ):  # session, person, calls and people to narrow by, rows, views
        client.get(desk("inquiries"))


def test_a_person_who_asked_is_not_deleted_with_the_question(world, inquiry):
    assert User.objects.get(pk=inquiry.asked_by_id).inquiries.get() == inquiry
    assert reverse("calls:inquiry", args=[inquiry.key]) == inquiry.get_absolute_url()


# At once


@pytest.mark.postgresql
def test_an_answer_published_twice_at_once_is_published_once(committed, world):
    inquiry = answered(world, world.inquiry(world.r1))

    def publish(by):
        answering.publish(Inquiry.objects.get(pk=inquiry.pk), by=by)

    outcomes = together(*[lambda by=by: publish(by) for by in (world.officer, world.officer2)])

    assert refusals(outcomes) == ["This is not possible while the status is “Published”."]
    assert len(letters("inquiry_answered")) == audit.trail(inquiry).filter(verb="publish").count() == 1


@pytest.mark.postgresql
def test_a_question_sent_twice_at_once_is_one(committed, world):
    call, person = world.r1, world.person()

    together(*[lambda: world.inquiry(call, by=person)] * 2)

    assert Inquiry.objects.count() == 1

"""Notices on a published call: what each changes, whom it tells, who may and when; the pages and the races."""

import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from applications.calls import announcing
from applications.calls.audience import Notice
from applications.calls.models import Call
from applications.calls.planned import LABELS
from applications.calls.stages import Criterion
from applications.intake import actions as intake
from applications.intake.models import Application
from applications.kernel import audit, clock
from applications.kernel.errors import Denied, Refused
from applications.notifications.models import Letter
from applications.review import actions as review
from applications.review.queries import remembered_criteria
from tests.calls.test_actions import prepare, reasons
from tests.calls.test_views import cast, desk
from tests.intake.test_views import browser, text
from tests.together import refusals, together
from tests.world import AFTER, CLOSES, DURING

pytestmark = pytest.mark.usefixtures("english")
HALF_PAST_SIX = CLOSES + timedelta(minutes=30)
NEXT_DAY = CLOSES + timedelta(days=1)
WHY = "The mail server was down"


def extend(world, call, *, at=DURING, closes_at=NEXT_DAY, reason=WHY, revision=None, by=None):
    with clock.at(at):
        return announcing.extend(
            call, closes_at=closes_at, reason=reason, by=by or world.officer,
            revision=Call.objects.get(pk=call.pk).revision if revision is None else revision,
        )  # fmt: skip


def correct(world, call, *, at=DURING, reason=WHY, **texts):
    texts = {name.replace("__", ":"): text for name, text in texts.items()}
    with clock.at(at):
        revision = Call.objects.get(pk=call.pk).revision
        return announcing.correct(call, texts=texts, reason=reason, revision=revision, by=world.officer)


def cancel(world, call, *, at=DURING, reason=WHY):
    with clock.at(at):
        revision = Call.objects.get(pk=call.pk).revision
        return announcing.cancel(call, reason=reason, revision=revision, by=world.officer)


def told(kind):
    return sorted(Letter.objects.filter(kind=kind).values_list("address", flat=True))


# Extension


def test_g29_an_extension_after_the_closing_opens_drafts_again_keeps_submissions_and_tells_both_once(world):
    call = world.r1
    draft, submitted = world.draft(call), world.submitted(call)
    withdrawn, elsewhere = world.draft(call), world.draft(world.sprout)
    intake.withdraw(withdrawn, reason="Other plans", by=world.owner_of(withdrawn.firm))
    colleague, viewer = world.member(draft.firm), world.member(draft.firm, "viewer")
    owners = [world.owner_of(one.firm) for one in (draft, submitted)]
    for act in (
        lambda: intake.submit(draft, by=owners[0], arrived_at=HALF_PAST_SIX),
        lambda: intake.recall(submitted, by=owners[1], now=HALF_PAST_SIX),
    ):
        with pytest.raises(Refused), clock.at(HALF_PAST_SIX):
            act()

    notice = extend(world, call, at=HALF_PAST_SIX)

    call.refresh_from_db()
    assert (call.closes_at, call.is_open_at(HALF_PAST_SIX), call.is_open_at(NEXT_DAY)) == (
        NEXT_DAY,
        True,
        False,
    )
    assert (notice.number, notice.kind, notice.reason) == (f"{call.number}-1", "extension", WHY)
    assert (notice.closed_at, notice.closes_at, notice.firms_told) == (CLOSES, NEXT_DAY, 2)
    trace = audit.trail(call).last()
    assert (trace.verb, trace.actor, trace.note) == ("extend", world.officer, WHY)
    assert [trace.before["closes_at"], trace.after["closes_at"]] == [
        "2026-12-15T09:00:00Z",
        "2026-12-16T18:00:00+09:00",
    ]
    assert told("call_extended") == sorted(person.email for person in [*owners, colleague])
    assert not {viewer.email, world.owner_of(elsewhere.firm).email} & set(told("call_extended"))
    with clock.at(HALF_PAST_SIX):
        fresh = Application.objects.get(pk=draft.pk)
        intake.submit(fresh, by=owners[0], arrived_at=NEXT_DAY - timedelta(microseconds=1))
        changes = intake.recall(submitted, by=owners[1], now=HALF_PAST_SIX)
    submitted.refresh_from_db()
    assert (changes.amends, changes.status) == (submitted, "draft")
    assert submitted.status == Application.objects.get(pk=draft.pk).status == "submitted"


def test_g29_without_a_reason_nothing_is_extended(world):
    call = world.r1

    said = reasons(extend, world, call, reason="  a ")

    call.refresh_from_db()
    assert said == ["Please write the reason (at least 5 characters)."]
    assert (call.closes_at, Notice.objects.count(), told("call_extended")) == (CLOSES, 0, [])


def test_an_extension_ends_later_than_the_call_and_than_now(world):
    call = world.r1

    assert reasons(extend, world, call, closes_at=CLOSES) == [
        "An extension ends later than the call does now."
    ]
    assert reasons(extend, world, call, at=HALF_PAST_SIX, closes_at=HALF_PAST_SIX) == [
        "The closing time is already past."
    ]


def test_a_closed_call_is_extended_for_three_business_days_and_then_no_more(world):
    """It closes on Tuesday, 15 December 2026: Friday is the third business day after it."""
    call, over = world.r1, clock.kst(2026, 12, 19)

    assert reasons(extend, world, call, at=over, closes_at=over + timedelta(days=1)) == [
        "The call has been closed for too long to be extended."
    ]
    assert extend(world, call, at=over - timedelta(seconds=1), closes_at=over + timedelta(days=1))


@pytest.mark.parametrize("step", ["check", "review", "supplement", "exclusion"])
def test_once_screening_has_begun_a_closed_call_is_no_longer_extended(world, step):
    call = world.r1
    application = world.submitted(call)
    with clock.at(HALF_PAST_SIX):
        if step == "check":
            intake.check(
                application, code="E01", outcome="passed", evidence="Seen in the register", by=world.officer
            )
        elif step == "review":
            world.checked(application)
            intake.open_review(application, by=world.officer)
        elif step == "supplement":
            papers, due_at = call.papers.all()[:1], AFTER
            intake.request_supplement(
                application, papers=papers, message="Page 2", due_at=due_at, by=world.officer
            )
        else:
            intake.propose_exclusion(application, code="E01", reason="Closed", by=world.officer)

    assert reasons(extend, world, call, at=HALF_PAST_SIX + timedelta(hours=1)) == [
        "The screening has begun; the call can no longer be extended."
    ]


def test_a_second_extension_has_the_next_number_and_both_instants_of_its_own(world):
    call = world.r1
    extend(world, call)

    second = extend(world, call, closes_at=NEXT_DAY + timedelta(days=1))

    assert (second.number, second.closed_at) == (f"{call.number}-2", NEXT_DAY)


# Correction


def test_a_correction_changes_texts_and_keeps_old_and_new(world):
    call = world.r1
    paper, question = call.papers.first(), call.questions.first()
    draft = world.draft(call, world.firm(world.person(language="en")))

    notice = correct(
        world, call, title="Another title", summary=call.summary, notice="One\r\nTwo",
        **{f"paper__{paper.code}": "Fifteen pages", f"question__{question.code}": "In numbers", "part__1": "Be brief"},
    )  # fmt: skip

    call.refresh_from_db()
    paper.refresh_from_db()
    question.refresh_from_db()
    assert (call.title, call.notice, paper.help, question.help) == (
        "Another title", "One\nTwo", "Fifteen pages", "In numbers",
    )  # fmt: skip
    assert call.parts.get(ordinal=1).help == "Be brief"
    assert {change["of"]: change["new"] for change in notice.changes} == {
        "title": "Another title", "notice": "One\nTwo", f"paper:{paper.code}": "Fifteen pages",
        f"question:{question.code}": "In numbers", "part:1": "Be brief",
    }  # fmt: skip
    trace = audit.trail(call).last()
    assert (trace.verb, trace.before["notice"], trace.after["notice"]) == ("correct", "Notice", notice.number)
    letter = Letter.objects.get(kind="call_corrected")
    assert letter.address == world.owner_of(draft.firm).email
    assert "Before the change: Notice\nAfter the change: One\nTwo" in letter.body


def test_criteria_weights_and_places_are_not_among_what_may_change(world):
    call = world.r1

    names = {name.partition(":")[0] for name in announcing.changeable(call)}

    assert names == {
        "title",
        "summary",
        "law",
        "notice",
        "part",
        "question",
        "paper",
        "fresh",
        "criterion",
        *LABELS,
    }


def test_law_validity_and_words_of_criteria_are_corrected_and_the_words_until_a_sheet_is_handed_in(world):
    call = world.call()
    criterion = Criterion.objects.get(group__stage__call=call, name="핵심기술 보유 수준")
    five = "\n".join(f"Step {number}" for number in range(5))
    remembered_criteria(criterion.group.stage_id, call)

    world.draft(call, world.firm(world.person(language="en")))
    words = {"criterion:1-1-2": "Patents", "anchors:1-1-2": five}
    with override("ko"):  # the officer's; the letter is in the language of its reader
        notice = correct(world, call, law="subsidy", fresh__D02="6m", **words)

    call = Call.objects.get(pk=call.pk)
    assert (call.law, call.papers.get(code="D02").validity) == ("subsidy", "6m")
    seen = next(one for one in remembered_criteria(criterion.group.stage_id, call) if one.pk == criterion.pk)
    assert (seen.help, seen.anchors, seen.points) == ("Patents", five.split("\n"), criterion.points)
    page = text(browser().get(call.get_absolute_url()))
    for part in (
        "사업자등록증명: how fresh it must be issued within 3 months before the closing day issued within 6 months",
        "Benefits other than money Subsidy under the Subsidy Act", "Excellent 15: Step 0",
    ):  # fmt: skip
        assert part in page
    letter = Letter.objects.get(kind="call_corrected").body
    assert "After the change: issued within 6 months before the closing day" in letter
    assert notice.number in page
    said = reasons(correct, world, call, fresh__D02="1m")
    assert said == ["“사업자등록증명”: a correction asks no more of a paper than before."]

    sheet = world.handed_in(world.in_review(call), *[5] * 9)
    review.reopen(sheet, reason="A slip of the pen", by=world.officer)

    assert not any(name.startswith(("criterion", "anchors")) for name in announcing.changeable(call))
    assert reasons(correct, world, call, **{"criterion:1-1-2": "Other"}) == [
        "A sheet is handed in by now: the words of the criteria can no longer change."
    ]


def test_a_step_of_a_correction_is_as_long_as_in_the_builder_and_what_is_wrong_stands_beside_its_field(world):
    call = world.call()
    client, field = browser(world.officer), "anchors:1-1-2"
    with clock.at(DURING):
        form = client.get(desk("correct", call.key)).context["form"]

    def wrong(text):
        data = {name: one.initial for name, one in form.fields.items()} | {field: text, "reason": WHY}
        return client.post(desk("correct", call.key), data).context["form"].errors

    with clock.at(DURING):
        said = [wrong("One\nTwo"), wrong("\n".join(["Long" * 40, *"BCDE"]))]

    assert said == [
        {field: ["“핵심기술 보유 수준”: each of the five steps has a line of its own."]},
        {field: ["“핵심기술 보유 수준”: a step has at most 150 characters."]},
    ]


def test_a_correction_that_changes_nothing_is_none(world):
    call = world.r1

    assert reasons(correct, world, call, title=f" {call.title}", notice="Notice\r\n") == [
        "Nothing is changed yet."
    ]


# Cancellation


def test_a_cancelled_call_takes_nothing_more_and_says_why(world):
    call = world.r1
    draft, submitted = world.draft(call), world.submitted(call)

    notice = cancel(world, call)

    call.refresh_from_db()
    assert (call.cancelled_at, call.is_open_at(DURING), notice.firms_told) == (DURING, False, 2)
    with clock.at(DURING):
        assert call.state == "cancelled"
    said = "The call was cancelled. Your draft is kept."
    fresh = Application.objects.get(pk=draft.pk)
    assert reasons(intake.submit, fresh, by=world.owner_of(draft.firm), arrived_at=DURING) == [said]
    assert told("call_cancelled") == sorted(world.owner_of(one.firm).email for one in (draft, submitted))
    assert reasons(extend, world, call) == ["This call was cancelled."]
    assert reasons(correct, world, call, title="Other") == ["This call was cancelled."]
    assert reasons(cancel, world, call) == ["This call was cancelled."]


def test_a_call_whose_result_is_out_is_not_cancelled(world):
    world.with_score(world.r1, "80")
    world.published(world.r1)

    assert reasons(cancel, world, world.r1, at=AFTER + timedelta(days=2)) == [
        "The result of this call is published; it can no longer be cancelled."
    ]


# Who and when


@pytest.mark.parametrize("who", ["director", "finance", "ministry", "auditor", "administrator"])
def test_only_officers_announce(world, who):
    with pytest.raises(Denied):
        extend(world, world.r1, by=getattr(world, who))

    assert (Notice.objects.count(), world.r1.closes_at) == (0, CLOSES)


def test_a_call_in_preparation_is_edited_and_needs_no_notice(world):
    call = prepare(world)

    assert reasons(extend, world, call) == ["This call is not published yet; edit it instead."]


def test_a_notice_on_what_the_officer_has_not_seen_is_refused(world):
    call = world.r1
    extend(world, call)

    assert reasons(extend, world, call, closes_at=NEXT_DAY + timedelta(days=1), revision=0) == [
        "Another notice was published in the meantime. Please look at the call again."
    ]


def test_a_notice_that_fails_leaves_neither_change_nor_trace_nor_letter(world):
    call = world.r1
    world.draft(call)
    before = audit.trail(call).count()

    class PowerCut(Exception):
        pass

    with pytest.raises(PowerCut), transaction.atomic():
        extend(world, call)
        raise PowerCut

    call.refresh_from_db()
    assert (call.closes_at, Notice.objects.count(), told("call_extended")) == (CLOSES, 0, [])
    assert audit.trail(call).count() == before


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "extension", "closed_at": CLOSES, "closes_at": CLOSES},
        {"kind": "extension"},
        {"kind": "correction", "closed_at": CLOSES, "closes_at": NEXT_DAY},
        {"kind": "cancellation", "reason": ""},
    ],
)
def test_the_database_holds_what_a_notice_is(world, wrong):
    fields = {"reason": WHY, "ordinal": 1, "number": "N-1", "published_at": DURING, "firms_told": 0} | wrong

    with pytest.raises(IntegrityError), transaction.atomic():
        Notice.objects.create(call=world.r1, by=world.officer, **fields)


def test_letters_of_a_notice_are_written_in_one_statement_however_many_firms_there_are(world):
    call = world.sprout
    costs = []
    for number in (1, 3):
        for _firm in range(number):
            world.draft(call, complete=False)
        with clock.at(DURING), CaptureQueriesContext(connection) as counted:
            announcing.extend(
                call, closes_at=NEXT_DAY + timedelta(days=number), reason=WHY, by=world.officer,
                revision=Call.objects.get(pk=call.pk).revision,
            )  # fmt: skip
        costs.append(len(counted))

    assert costs[0] == costs[1]
    assert Letter.objects.filter(kind="call_extended").count() == 1 + 4


# Pages


def typed(call, **more):
    return {"reason": WHY, "revision": str(call.revision)} | more


def test_an_extension_is_previewed_with_the_number_of_firms_and_published_by_a_second_press(world):
    call = world.r1
    world.draft(call)
    client = browser(world.officer)
    entered = typed(call, closes_at="2026-12-16T18:00")

    with clock.at(DURING):
        preview = client.post(desk("extend", call.key), entered | {"preview": "1"})
        back = client.post(desk("extend", call.key), entered | {"change": "1"})
        untouched = Call.objects.get(pk=call.pk).closes_at
        done = client.post(desk("extend", call.key), entered | {"publish": "1"}, follow=True)

    page = text(preview)
    assert "1 firm with a draft or a submission is told by letter." in page
    assert "Closed before at 15 Dec 2026, 18:00 Closes now at 16 Dec 2026, 18:00" in page
    assert 'name="closes_at" value="2026-12-16T18:00"' in preview.content.decode()
    assert 'type="datetime-local" name="closes_at" value="2026-12-16T18:00"' in back.content.decode()
    assert untouched == CLOSES
    assert "Notice RC-2027-S01-1 is published. 1 firm is told." in text(done)
    assert Call.objects.get(pk=call.pk).closes_at == NEXT_DAY


def test_a_preview_that_is_out_of_date_is_refused_on_the_form_and_keeps_what_was_typed(world):
    call = world.r1
    extend(world, call)
    client = browser(world.officer)

    with clock.at(DURING):
        response = client.post(
            desk("extend", call.key),
            {"reason": "CANARY-TYPED", "revision": "0", "closes_at": "2026-12-20T18:00", "publish": "1"},
        )

    assert response.status_code == 409
    assert "Another notice was published in the meantime." in text(response)
    assert "CANARY-TYPED" in response.content.decode()
    assert Notice.objects.count() == 1


def test_the_correction_form_begins_with_all_texts_and_shows_the_lines_that_differ(world):
    call = world.r1
    client = browser(world.officer)
    with clock.at(DURING):
        form = client.get(desk("correct", call.key)).context["form"]
    entered = {name: form[name].value() for name in form.fields} | typed(call)
    entered["notice"] = "Notice\r\nA second line"

    with clock.at(DURING):
        preview = client.post(desk("correct", call.key), entered | {"preview": "1"})
        client.post(desk("correct", call.key), entered | {"publish": "1"})

    assert preview.context["notice"].rows == [("notice", "", "…\nA second line")]
    assert Call.objects.get(pk=call.pk).notice == "Notice\nA second line"


def test_a_cancellation_says_what_it_ends_whom_it_tells_and_that_it_cannot_be_undone(world):
    call = world.r1
    world.draft(call), world.draft(call), world.draft(world.sprout)
    submitted, gone = world.submitted(call), world.submitted(call)
    with clock.at(DURING):
        intake.recall(submitted, by=world.owner_of(submitted.firm), now=DURING)  # its changes are no draft
        intake.withdraw(gone, reason="Other plans", by=world.owner_of(gone.firm))

    with clock.at(DURING):
        preview = browser(world.officer).post(desk("cancel", call.key), typed(call, preview="1"))

    page = text(preview)
    assert "2 drafts can no longer be handed in." in page
    assert "1 application that was handed in is no longer screened, reviewed or decided." in page
    assert "3 firms with a draft or a submission are told by letter." in page
    assert "The cancellation cannot be undone." in page


def test_a_correction_names_each_text_by_what_it_is_the_hint_of(world):
    with clock.at(DURING):
        form = browser(world.officer).get(desk("correct", world.r1.key)).context["form"]

    labels = [str(field.label) for field in form]
    part, paper = world.r1.parts.first(), world.r1.papers.first()
    assert {f"Hint for “{part.title}”", f"Hint for “{paper.name}”"} <= set(labels)


def test_texts_in_korean_are_marked_as_such_on_a_page_in_english_only(world):
    call = world.r1
    address = call.get_absolute_url()

    english = browser().get(address).content.decode()
    korean = world.client().get(address).content.decode()

    assert f'<h1><span lang="ko">{call.title}</span></h1>' in english
    assert f'<p class="quote measure"><span lang="ko">{call.notice}</span></p>' in english
    assert f"<title>{call.title} – RootGrants</title>" in english
    assert f"<h1>{call.title}</h1>" in korean
    assert 'lang="ko">' not in korean.partition("<h1>")[2].partition("</main>")[0]


def test_only_an_officer_opens_the_pages_of_notices(world):
    call = world.r1

    for page in ("correct", "extend", "cancel"):
        statuses = {who: client.get(desk(page, call.key)).status_code for who, client in cast(world).items()}
        assert statuses == dict.fromkeys(statuses, 404) | {"officer": 200}


def test_the_public_page_is_fresh_at_once_and_shows_every_notice_with_what_it_changed(world):
    call = world.r1
    address = call.get_absolute_url()
    with clock.at(DURING):
        before = text(browser().get(address))
        again = text(browser().get(address))
    correct(world, call, notice="A better notice", paper__D01="Fifteen pages")
    extend(world, call, reason="The line was cut")

    with clock.at(DURING):
        page = text(browser().get(address))

    assert before == again and "A better notice" not in before
    for part in (
        "A better notice",
        "사업계획서 (required) Fifteen pages",
        "Correction · RC-2027-S01-1",
        "Extension · RC-2027-S01-2",
        "The line was cut",
        "Closed before at 15 Dec 2026, 18:00 Closes now at 16 Dec 2026, 18:00",
        "Closes 16 Dec 2026, 18:00",
        "Notice RC-2027-S01 · RC-2027-S01-1 (Correction) · RC-2027-S01-2 (Extension)",
    ):
        assert part in page


def test_what_an_officer_typed_into_a_notice_is_shown_literally(world):
    call = world.r1
    odd = "<script>alert(1)</script> & more"
    correct(world, call, title=odd, reason=odd)

    page = browser().get(call.get_absolute_url()).content.decode()

    assert "<script>alert(1)" not in page
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt; &amp; more") >= 3


@pytest.mark.parametrize("notices", [1, 3])
def test_the_notice_costs_the_same_with_many_notices_and_questions(world, django_assert_num_queries, notices):
    call = world.r1
    for number in range(notices):
        correct(world, call, title=f"Title {number}")
    cache.clear()
    client = browser(world.person())
    client.get(call.get_absolute_url())

    with django_assert_num_queries(4):  # session, person, call, notices
        client.get(call.get_absolute_url())


def test_the_notice_prints_with_one_head_of_number_title_and_dates(world):
    page = browser().get(world.r1.get_absolute_url()).content.decode()

    head = re.search(r'<div class="official-head">(.*?)</div>', page, re.S)[1]
    assert len(re.findall("official-head", page)) == 1
    for part in (
        "RC-2027-S01",
        world.r1.title,
        "Open 1 Dec 2026, 09:00 – 15 Dec 2026, 18:00 · published 2 Nov 2026, 09:00",
    ):
        assert part in head
    assert "data-print" in page


# At once


@pytest.mark.postgresql
def test_two_extensions_at_once_are_one(committed, world):
    call = world.r1
    world.draft(call)
    people = [world.officer, world.officer2]

    outcomes = together(*[lambda by=by: extend(world, call, revision=0, by=by) for by in people])

    assert refusals(outcomes) == [
        "Another notice was published in the meantime. Please look at the call again."
    ]
    assert Notice.objects.count() == len(told("call_extended")) == 1
    assert audit.trail(call).filter(verb="extend").count() == 1

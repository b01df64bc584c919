"""From the draft to the agreement in force: what changes, its trace, its letters."""

from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import translation

from applications.agreement import actions
from applications.agreement.models import Agreement, Allocation, LedgerEntry, Signature
from applications.agreement.rules import text_hash
from applications.calls.models import BudgetLine
from applications.decision import actions as decision
from applications.firms import actions as firms
from applications.intake.models import Application
from applications.kernel import audit, clock
from applications.kernel.errors import Denied, Refused
from applications.notifications.models import Letter
from tests.copies import another
from tests.decision.contested import approve_and_publish
from tests.together import refusals, together
from tests.world import PASSWORD, TERMS, browser


def verbs(thing):
    return [(entry.verb, entry.actor_id, entry.note) for entry in audit.trail(thing)]


def letters(kind):
    return sorted(Letter.objects.filter(kind=kind).values_list("address", flat=True))


def state(agreement):
    """What a refused act leaves alone."""
    return (
        list(Agreement.objects.order_by("pk").values()),
        list(Application.objects.order_by("pk").values_list("pk", "status")),
        list(BudgetLine.objects.order_by("pk").values_list("pk", "allocated_krw")),
        Signature.objects.count(),
        Allocation.objects.count(),
        LedgerEntry.objects.count(),
        Letter.objects.count(),
        len(verbs(agreement)),
    )


def sign(agreement, by, password=PASSWORD):
    return actions.sign(Agreement.objects.get(pk=agreement.pk), password=password, by=by)


@pytest.mark.parametrize(("day", "overdue"), [(date(2027, 1, 20), False), (date(2027, 1, 21), True)])
def test_an_offer_is_overdue_from_the_day_after_its_last_day(world, day, overdue):
    made = actions.draft(world.selected_rnd(), by=world.officer, **TERMS)
    actions.offer(made, by=world.officer)

    with clock.at(clock.kst(day.year, day.month, day.day)):
        text = world.client(world.officer).get("/agreements/").content.decode()

    assert ("기한 지남" in text) is overdue


def test_a_draft_keeps_its_terms_the_table_they_came_from_and_the_last_day_to_sign(world):
    application = world.selected_rnd()

    made = actions.draft(application, by=world.officer, **TERMS)

    made.refresh_from_db()
    assert made.number == "AG-2027-0001"
    assert {name: getattr(made, name) for name in TERMS} == TERMS
    assert (made.own_krw, made.kind_krw, made.left_krw) == (320_000_000, 260_000_000, 480_000_000)
    assert (made.line, made.rules_version, made.status) == (world.line, "2024-12-31", "draft")
    # Told on Monday 21 December 2026: the thirtieth day after it is a Wednesday.
    assert made.sign_by == date(2027, 1, 20)
    assert verbs(made) == [("draft", world.officer.pk, "")]
    assert letters("agreement_offered") == []


def test_the_last_day_to_sign_is_never_a_holiday(world):
    application = world.with_score(world.rnd, "90")
    # Thirty days after 8 January 2027 is Sunday, the lunar new year, whose substitute holidays follow.
    with clock.at(clock.kst(2027, 1, 8, 12)):
        approve_and_publish(world, decision.propose(world.rnd, note="As ranked", by=world.officer))

    made = actions.draft(application, by=world.officer, **TERMS)

    assert made.sign_by == date(2027, 2, 10)


def test_only_selected_projects_of_research_get_an_agreement_and_only_one(world):
    application = world.selected_rnd()
    sprout = world.selected_sprout()
    waiting = world.in_review(world.call("rnd"))
    made = actions.draft(application, by=world.officer, **TERMS)
    before = state(made)

    for thing in (application, sprout, waiting):
        with pytest.raises(Refused):
            actions.draft(thing, by=world.officer, **TERMS)

    assert state(made) == before


def test_terms_beyond_the_shares_are_not_drafted_and_not_saved(world):
    application = world.selected_rnd()
    with pytest.raises(Refused):
        actions.draft(application, by=world.officer, **(TERMS | {"cash_krw": 31_999_999}))
    assert Agreement.objects.count() == 0
    made = actions.draft(application, by=world.officer, **TERMS)

    with pytest.raises(Refused) as refusal:
        actions.amend_draft(made, by=world.officer, **(TERMS | {"grant_krw": 480_000_001}))

    assert [reason.field for reason in refusal.value.reasons] == ["grant_krw"]
    actions.amend_draft(made, by=world.officer, **(TERMS | {"grant_krw": 400_000_000}))
    made.refresh_from_db()
    assert made.grant_krw == 400_000_000


def test_what_was_offered_no_longer_changes_and_the_firm_is_told(world):
    made = world.drafted()
    owner = world.owner_of(made.application.firm)
    editor = world.member(made.application.firm, "editor")
    world.member(made.application.firm, "viewer")

    actions.offer(made, by=world.officer)

    assert letters("agreement_offered") == sorted([owner.email, editor.email])
    before = state(made)
    for act in (actions.offer, lambda thing, by: actions.amend_draft(thing, by=by, **TERMS)):
        with pytest.raises(Refused):
            act(made, by=world.officer)
    assert state(made) == before


def test_an_offer_beyond_what_the_budget_line_has_left_is_refused_naming_it(world):
    made = world.drafted()
    BudgetLine.objects.update(allocated_krw=world.line.cap_krw - 479_999_999)

    with pytest.raises(Refused, match="479,999,999"):
        actions.offer(made, by=world.officer)

    made.refresh_from_db()
    assert made.status == "draft"


def test_the_first_signature_binds_one_side_and_nothing_else(world):
    made = world.offered()
    owner = world.owner_of(made.application.firm)

    sign(made, owner)

    made.refresh_from_db()
    assert made.status == "offered"
    assert list(made.signatures.values_list("side", "by", "sha256")) == [("firm", owner.pk, text_hash(made))]
    assert Application.objects.get(pk=made.application_id).status == "selected"
    assert Allocation.objects.count() == 0
    assert letters("agreement_in_force") == []


def test_both_sides_sign_what_was_offered_also_when_the_firm_is_renamed_in_between(world):
    made = world.offered()
    firm = made.application.firm
    owner, name = world.owner_of(firm), firm.name

    sign(made, owner)
    firms.edit(firm, technologies=firm.technologies.all(), by=owner, name="Another Name")
    sign(made, world.director)

    assert made.signatures.values("sha256").distinct().count() == 1
    page = browser(world.director).get(made.get_absolute_url()).content.decode()
    assert name in page and "Another Name" not in page


def test_a_draft_shows_the_firm_as_it_is_called_now(world):
    made = world.drafted()
    firm = made.application.firm

    firms.edit(firm, technologies=firm.technologies.all(), by=world.owner_of(firm), name="Another Name")

    assert "Another Name" in browser(world.officer).get(made.get_absolute_url()).content.decode()


@pytest.mark.parametrize("firm_first", [True, False])
def test_both_signatures_put_it_in_force_with_its_grant_its_letters_and_its_trace(world, firm_first):
    made = world.offered()
    owner = world.owner_of(made.application.firm)
    sides = (owner, world.director) if firm_first else (world.director, owner)

    for person in sides:
        sign(made, person)

    made.refresh_from_db()
    assert (made.status, made.in_force_at is None) == ("in_force", False)
    assert {s.side: (s.by, s.sha256) for s in made.signatures.all()} == {
        "firm": (owner, text_hash(made)),
        "agency": (world.director, text_hash(made)),
    }
    assert Application.objects.get(pk=made.application_id).status == "agreed"
    line = BudgetLine.objects.get()
    assert (line.allocated_krw, line.left_krw) == (480_000_000, 8_520_000_000)
    assert list(line.allocations.values_list("krw", "purpose")) == [(480_000_000, "AG-2027-0001")]
    assert list(made.entries.values_list("kind", "krw")) == [("grant", 480_000_000)]
    assert made.entries.balance() == made.left_krw == 480_000_000
    assert letters("agreement_in_force") == sorted([owner.email, world.officer.email])
    notes = ["firm", "agency"] if firm_first else ["agency", "firm"]
    assert verbs(made) == [
        ("draft", world.officer.pk, ""),
        ("offer", world.officer.pk, ""),
        ("sign", sides[0].pk, notes[0]),
        ("sign", sides[1].pk, notes[1]),
        ("take_effect", sides[1].pk, ""),
    ]
    assert verbs(made.application)[-1] == ("agree", sides[1].pk, "")


def test_a_side_signs_once(world):
    made = world.offered()
    owner = world.owner_of(made.application.firm)
    second = world.member(made.application.firm, "owner")
    sign(made, owner)
    before = state(made)

    for person in (owner, second):
        with pytest.raises(Refused):
            sign(made, person)

    assert state(made) == before


def test_what_is_in_force_is_not_signed_again(world):
    made = world.in_force()
    before = state(made)

    for person in (world.owner_of(made.application.firm), world.director, world.director2):
        with pytest.raises(Refused):
            sign(made, person)

    assert state(made) == before


def test_a_draft_is_not_signed(world):
    made = world.drafted()

    with pytest.raises(Refused):
        sign(made, world.director)

    assert Signature.objects.count() == 0


def test_a_wrong_password_changes_nothing(world):
    made = world.offered()
    before = state(made)

    for person in (world.owner_of(made.application.firm), world.director):
        with pytest.raises(Refused) as refusal:
            sign(made, person, "a-wrong-password-77")
        assert [reason.field for reason in refusal.value.reasons] == ["password"]

    assert state(made) == before


def test_only_the_owner_and_a_director_sign_whatever_the_password(world):
    made = world.offered()
    others = [
        world.officer, world.finance, world.ministry, world.auditor, world.administrator,
        world.member(made.application.firm, "editor"), world.member(made.application.firm, "viewer"),
        world.owner_of(world.firm()),
    ]  # fmt: skip
    before = state(made)

    for person in others:
        for password in (PASSWORD, "a-wrong-password-77"):
            with pytest.raises(Denied):
                sign(made, person, password)

    assert state(made) == before


def test_only_officers_draft_amend_and_offer(world):
    application = world.selected_rnd()
    owner = world.owner_of(application.firm)
    made = world.drafted(application)
    before = state(made)

    for person in (owner, world.director, world.finance, world.ministry, world.auditor, world.administrator):
        for act in (
            lambda by: actions.draft(application, by=by, **TERMS),
            lambda by: actions.amend_draft(made, by=by, **TERMS),
            lambda by: actions.offer(made, by=by),
        ):
            with pytest.raises(Denied):
                act(person)

    assert state(made) == before


def test_a_line_that_was_emptied_meanwhile_stops_the_second_signature_whole(world):
    made = world.offered()
    sign(made, world.owner_of(made.application.firm))
    BudgetLine.objects.update(allocated_krw=world.line.cap_krw - 1)
    before = state(made)

    with translation.override("en"), pytest.raises(Refused, match=r"^Only 1 won are left of 2027 R&D"):
        sign(made, world.director)

    assert state(made) == before


@pytest.mark.parametrize(
    "broken",
    [
        {"grant_krw": 800_000_001},
        {"cash_krw": 320_000_001},
        {"paid_krw": 480_000_001},
        {"ends_on": TERMS["starts_on"]},
        {"status": "in_force"},
        {"paid_krw": 1},
    ],
)
def test_the_database_itself_holds_the_terms(world, broken):
    made = world.offered()

    with pytest.raises(IntegrityError), transaction.atomic():
        Agreement.objects.filter(pk=made.pk).update(**broken)


def test_a_signature_is_never_changed(world):
    made = world.offered()
    sign(made, world.director)

    for statement in (
        "UPDATE applications_signature SET side = 'firm'",
        "DELETE FROM applications_signature",
    ):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


@pytest.mark.postgresql
def test_both_sides_at_once_give_one_agreement_in_force(committed, world):
    made = world.offered()
    owner = world.owner_of(made.application.firm)

    outcomes = together(lambda: sign(made, owner), lambda: sign(made, world.director))

    made.refresh_from_db()
    assert refusals(outcomes) == []
    assert sorted(made.signatures.values_list("side", flat=True)) == ["agency", "firm"]
    assert (made.status, BudgetLine.objects.get().allocated_krw) == ("in_force", 480_000_000)
    assert made.entries.count() == 1
    assert len(letters("agreement_in_force")) == 2


@pytest.mark.postgresql
def test_one_side_twice_at_once_signs_once(committed, world):
    made = world.offered()
    owner = world.owner_of(made.application.firm)
    second = world.member(made.application.firm, "owner")

    outcomes = together(*[lambda by=by: sign(made, by) for by in (owner, second, owner, second)])

    assert len(refusals(outcomes)) == 3
    assert made.signatures.count() == 1


@pytest.mark.postgresql
def test_two_last_signatures_at_once_never_exceed_the_line(committed, world):
    first = world.offered()
    firm = world.firm()
    told = first.application.places.get()
    application = another(first.application, firm_id=firm.pk, number="RD-2027-0002")
    place = another(told, application_id=application.pk, rank=2)
    another(told.application.result_notices.get(), application_id=application.pk, place_id=place.pk)
    second = world.offered(application)
    BudgetLine.objects.update(cap_krw=700_000_000)
    for made in (first, second):
        sign(made, world.owner_of(made.application.firm))
    director = world.director

    outcomes = together(*[lambda made=made: sign(made, director) for made in (first, second)])

    assert len(refusals(outcomes)) == 1
    assert "220,000,000" in refusals(outcomes)[0]
    assert BudgetLine.objects.get().allocated_krw == 480_000_000
    assert sorted(Agreement.objects.values_list("status", flat=True)) == ["in_force", "offered"]

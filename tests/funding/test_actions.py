"""An instalment from the request to the record that it was paid: four steps, four hands (case G58)."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from applications.accounts.models import Role
from applications.agreement.models import LedgerEntry
from applications.funding import actions
from applications.funding.models import Payment
from applications.kernel import audit, clock
from applications.kernel.errors import Denied, Refused
from applications.notifications.models import Letter
from tests.together import refusals, together


@pytest.fixture
def made(world):
    return world.in_force()


@pytest.fixture
def owner(world, made):
    return world.owner_of(made.application.firm)


def verbs(payment):
    return [(entry.verb, entry.actor_id) for entry in audit.trail(payment)]


def letters(kind):
    return list(Letter.objects.filter(kind=kind).values_list("address", flat=True))


def again(payment):
    """The instalment as another person has just opened it."""
    return Payment.objects.get(pk=payment.pk)


def state(payment):
    return (
        list(Payment.objects.order_by("pk").values()),
        list(LedgerEntry.objects.order_by("pk").values_list("pk", "krw")),
        type(payment.agreement).objects.get(pk=payment.agreement_id).paid_krw,
        Letter.objects.count(),
        len(verbs(payment)),
    )


def test_the_four_steps_and_four_hands(world, made, owner):
    payment = actions.request(made, krw=288_000_000, note="As agreed", by=owner)
    actions.verify(payment, by=world.officer)
    actions.approve(payment, by=world.finance)
    actions.pay(payment, paid_on=clock.today(), by=world.finance2)

    payment = again(payment)
    assert (payment.number, payment.tranche, payment.krw, payment.note, payment.status) == (
        "PY-2027-0001-1", 1, 288_000_000, "As agreed", "paid",
    )  # fmt: skip
    hands = [payment.requested_by, payment.verified_by, payment.approved_by, payment.paid_by]
    assert hands == [owner, world.officer, world.finance, world.finance2]
    assert payment.paid_on == clock.today()
    assert verbs(payment) == [
        ("request", owner.pk),
        ("verify", world.officer.pk),
        ("approve", world.finance.pk),
        ("pay", world.finance2.pk),
    ]
    made.refresh_from_db()
    assert list(made.entries.order_by("pk").values_list("kind", "krw")) == [
        ("grant", 480_000_000),
        ("payment", -288_000_000),
    ]
    assert (made.paid_krw, made.left_krw, made.entries.balance()) == (288_000_000, 192_000_000, 192_000_000)
    assert letters("payment_made") == [owner.email]


def test_the_usual_three_instalments_pay_the_grant_out_exactly(world, made):
    for krw in (288_000_000, 144_000_000, 48_000_000):
        world.instalment(made, krw=krw, upto="paid")

    made.refresh_from_db()
    assert (made.paid_krw, made.entries.balance()) == (480_000_000, 0)
    assert list(made.payments.order_by("pk").values_list("tranche", flat=True)) == [1, 2, 3]
    with pytest.raises(Refused):
        world.instalment(made, krw=1, upto="requested")


def test_the_next_instalment_is_asked_for_when_the_one_before_is_paid(world, made, owner):
    payment = world.instalment(made, upto="requested")
    for step, by in ((None, None), (actions.verify, world.officer), (actions.approve, world.finance)):
        if step:
            step(payment, by=by)
        with pytest.raises(Refused):
            actions.request(made, krw=1_000, by=owner)

    actions.pay(payment, paid_on=clock.today(), by=world.finance2)

    assert actions.request(made, krw=1_000, by=owner).tranche == 2
    assert Payment.objects.count() == 2


@pytest.mark.parametrize("krw", [480_000_001, 0, -1])
def test_more_than_the_grant_or_nothing_is_not_asked_for(made, owner, krw):
    with pytest.raises(Refused) as refusal:
        actions.request(made, krw=krw, by=owner)

    assert [reason.field for reason in refusal.value.reasons] == ["krw"]
    assert Payment.objects.count() == 0


def test_nothing_is_asked_for_before_the_agreement_is_in_force(world):
    offered = world.offered()

    with pytest.raises(Refused):
        actions.request(offered, krw=1_000, by=world.owner_of(offered.application.firm))

    assert Payment.objects.count() == 0


def test_each_step_is_for_its_own_hands(world, made, owner):
    everybody = [
        owner, world.member(made.application.firm, "editor"), world.officer, world.director, world.finance,
        world.ministry, world.auditor, world.administrator, world.owner_of(world.b),
    ]  # fmt: skip
    today = clock.today()
    steps = [
        (lambda by: actions.request(made, krw=1_000, by=by), [owner], "requested"),
        (lambda by: actions.verify(Payment.objects.get(), by=by), [world.officer], "verified"),
        (lambda by: actions.approve(Payment.objects.get(), by=by), [world.finance], "approved"),
        (lambda by: actions.pay(Payment.objects.get(), paid_on=today, by=by), [world.finance], "approved"),
    ]
    for step, allowed, then in steps:
        for person in everybody:
            if person not in allowed:
                with pytest.raises(Denied):
                    step(person)
        try:
            step(allowed[0])
        except Refused as refusal:  # the one who approved does not pay
            assert allowed == [world.finance], refusal
        assert Payment.objects.get().status == then


def test_g58_the_one_who_approved_does_not_pay(world, made):
    payment = world.instalment(made)
    before = state(payment)

    with pytest.raises(Refused):
        actions.pay(again(payment), paid_on=clock.today(), by=world.finance)

    assert state(payment) == before
    with pytest.raises(IntegrityError), transaction.atomic():
        Payment.objects.filter(pk=payment.pk).update(
            status="paid", paid_by=payment.approved_by, paid_on=clock.today()
        )


def test_g58_pay_pressed_twice_pays_once_and_writes_one_letter(world, made, owner):
    payment = world.instalment(made, upto="paid")
    before = state(payment)

    for person in (world.finance2, world.finance):
        with pytest.raises(Refused):
            actions.pay(again(payment), paid_on=clock.today(), by=person)

    assert state(payment) == before
    assert letters("payment_made") == [owner.email]


@pytest.mark.parametrize("days", [-1, 1])
def test_the_day_of_the_payment_is_neither_before_the_approval_nor_to_come(world, made, days):
    payment = world.instalment(made)
    before = state(payment)

    with pytest.raises(Refused) as refusal:
        actions.pay(payment, paid_on=clock.today() + timedelta(days=days), by=world.finance2)

    assert [reason.field for reason in refusal.value.reasons] == ["paid_on"]
    assert state(payment) == before


@pytest.mark.parametrize("upto", ["requested", "verified"])
def test_a_refused_instalment_tells_why_and_is_asked_for_again(world, made, owner, upto):
    payment = world.instalment(made, upto=upto)
    by = world.officer if upto == "requested" else world.finance

    actions.refuse(payment, reason="The account is missing", by=by)

    assert again(payment).status == "refused"
    assert audit.trail(payment).last().note == "The account is missing"
    assert letters("payment_refused") == [owner.email]
    assert "The account is missing" in Letter.objects.get(kind="payment_refused").body
    second = actions.request(made, krw=288_000_000, by=owner)
    assert (second.tranche, second.number) == (1, "PY-2027-0001-2")
    made.refresh_from_db()
    assert made.entries.balance() == 480_000_000


def test_a_refusal_without_a_reason_is_none(world, made):
    payment = world.instalment(made, upto="requested")
    before = state(payment)

    with pytest.raises(Refused) as refusal:
        actions.refuse(payment, reason=" no ", by=world.officer)

    assert [reason.field for reason in refusal.value.reasons] == ["reason"]
    assert state(payment) == before


@pytest.mark.parametrize("upto", ["approved", "paid"])
def test_what_is_approved_or_paid_is_no_longer_refused(world, made, upto):
    payment = world.instalment(made, upto=upto)
    before = state(payment)

    with pytest.raises(Refused):
        actions.refuse(payment, reason="Too late for this", by=world.finance)

    assert state(payment) == before


@pytest.mark.parametrize(
    "broken",
    [
        {"krw": 0},
        {"status": "paid"},
        {"status": "paid", "paid_on": date(2027, 1, 4)},
    ],
)
def test_the_database_itself_holds_the_instalment(world, made, broken):
    payment = world.instalment(made)

    with pytest.raises(IntegrityError), transaction.atomic():
        Payment.objects.filter(pk=payment.pk).update(**broken)


def test_the_database_holds_one_living_request_a_tranche(world, made, owner):
    world.instalment(made)

    with pytest.raises(IntegrityError), transaction.atomic():
        Payment.objects.create(number="x", agreement=made, tranche=1, krw=1, requested_by=owner)


@pytest.mark.postgresql
def test_g58_pay_pressed_by_four_at_once_pays_once(committed, world):
    made = world.in_force()
    payment = world.instalment(made)
    one, two, today = world.finance2, world.person(Role.FINANCE), clock.today()

    outcomes = together(
        *[lambda by=by: actions.pay(again(payment), paid_on=today, by=by) for by in (one, two, one, two)]
    )

    made.refresh_from_db()
    assert len(refusals(outcomes)) == 3
    assert (made.paid_krw, made.entries.balance()) == (288_000_000, 192_000_000)
    assert len(letters("payment_made")) == 1


@pytest.mark.postgresql
def test_g58_ten_requests_at_once_never_exceed_the_grant(committed, world):
    made = world.in_force()
    owner = world.owner_of(made.application.firm)

    outcomes = together(*[lambda: actions.request(made, krw=300_000_000, by=owner) for _press in range(10)])

    assert len(refusals(outcomes)) == 9
    assert list(Payment.objects.values_list("tranche", "krw")) == [(1, 300_000_000)]

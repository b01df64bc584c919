"""The verbs of money: open a line, allocate, request, verify, approve, pay, refuse."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from applications.agreement import ledger
from applications.agreement.models import Agreement
from applications.calls.models import BudgetLine
from applications.funding import queries, rules
from applications.funding.models import Payment
from applications.intake.queries import people_of
from applications.kernel import audit, clock
from applications.kernel.access import require
from applications.kernel.errors import Reason, Refused
from applications.kernel.reasons import too_short
from applications.lifecycle import PAYMENT
from applications.notifications.outbox import notify


@transaction.atomic
def open_line(*, programme, year, name, cap_krw, by):
    """Open a budget line: what one programme may spend in one year, at most its cap (won)."""
    require(by, "budget.open")
    try:
        with transaction.atomic():
            line = BudgetLine.objects.create(programme=programme, year=year, name=name, cap_krw=cap_krw)
    except IntegrityError:
        raise Refused(Reason(_("The programme has a line of this name in this year already."), "name"))
    audit.record("open_line", line, by=by, after={"name": str(line), "krw": cap_krw})
    return line


@transaction.atomic
def allocate(line, *, key, krw, purpose, by):
    """Take an amount (won) from a budget line for a purpose; the same form sent twice (key) counts once."""
    require(by, "budget.allocate", line)
    return ledger.allocate(line, key=f"allocation:{key}", krw=krw, purpose=purpose, by=by)


@transaction.atomic
def request(agreement, *, krw, note="", by):
    """Ask for the next instalment (won) under an agreement in force."""
    agreement = (
        Agreement.objects.select_for_update(of=("self",), no_key=True)
        .select_related("application__firm")
        .get(pk=agreement.pk)
    )
    require(by, "payment.request", agreement)
    tranche = queries.next_tranche(agreement)
    left = agreement.grant_krw - queries.bespoken_krw(agreement)
    reasons = rules.not_requestable(
        status=agreement.status, tranche=tranche, under_way=queries.under_way(agreement)
    ) or rules.amount_faults(krw=krw, left_krw=left)
    if reasons:
        raise Refused(*reasons, about=agreement)
    payment = Payment.objects.create(
        number=f"{agreement.number.replace('AG', 'PY')}-{agreement.payments.count() + 1}",
        agreement=agreement,
        tranche=tranche,
        krw=krw,
        note=note,
        requested_by=by,
        requested_at=clock.now(),
    )
    audit.record("request", payment, by=by, after={"krw": krw, "tranche": tranche})
    return payment


@transaction.atomic
def verify(payment, *, by):
    """An officer has checked the conditions of the instalment."""
    PAYMENT.advance(payment, "verify", by=by, verified_by=by, verified_at=clock.now())


@transaction.atomic
def approve(payment, *, by):
    """Finance approves; another person of finance pays."""
    PAYMENT.advance(payment, "approve", by=by, approved_by=by, approved_at=clock.now())


@transaction.atomic
def pay(payment, *, paid_on, by):
    """Record that the money was paid on a day: another person of finance, once, within the grant."""

    def faults(locked):
        return rules.same_hands(locked, by) + rules.day_faults(locked, paid_on=paid_on, today=clock.today())

    PAYMENT.advance(payment, "pay", by=by, unless=faults, paid_by=by, paid_on=paid_on)
    ledger.pay(payment.agreement, key=payment.key, krw=payment.krw, by=by)
    application = payment.agreement.application
    notify("payment_made", to=people_of(application), event=f"paid:{payment.number}", payment=payment,
           application=application, krw=f"{payment.krw:,}")  # fmt: skip


@transaction.atomic
def refuse(payment, *, reason, by):
    """Give a requested or verified instalment back with a reason; the firm may ask again."""
    PAYMENT.advance(payment, "refuse", by=by, unless=lambda _payment: too_short(reason), note=reason)
    application = payment.agreement.application
    notify("payment_refused", to=people_of(application), event=f"refused:{payment.number}", payment=payment,
           application=application, reason=reason)  # fmt: skip

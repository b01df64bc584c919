"""The only writer of money: what is allocated and what is paid, never beyond its cap."""

from django.db import IntegrityError, transaction
from django.db.models import F

from applications.agreement.models import Agreement
from applications.calls.models import BudgetLine
from applications.funding import rules
from applications.funding.models import Allocation, LedgerEntry
from applications.kernel import clock
from applications.kernel.errors import Refused


@transaction.atomic
def allocate(line, *, key, krw, purpose, by):
    """Take an amount (won) from a budget line, once per key. Raises Refused naming what is left."""
    line = BudgetLine.objects.select_for_update().get(pk=line.pk)
    if Allocation.objects.filter(key=key).exists():
        return line
    if reasons := rules.over_cap(line, krw):
        raise Refused(*reasons, about=line)
    Allocation.objects.create(line=line, key=key, krw=krw, purpose=purpose, by=by, at=clock.now())
    BudgetLine.objects.filter(pk=line.pk).update(allocated_krw=F("allocated_krw") + krw)
    line.refresh_from_db()
    return line


@transaction.atomic
def open_grant(agreement, *, by):
    """Write the grant into its ledger and take it from its budget line, once. Before the first payment."""
    if LedgerEntry.objects.filter(key=agreement.key).exists():
        return
    allocate(agreement.line, key=f"agreement:{agreement.key}", krw=agreement.grant_krw,
             purpose=agreement.number, by=by)  # fmt: skip
    LedgerEntry.objects.create(
        agreement=agreement, kind=LedgerEntry.Kind.GRANT, key=agreement.key, krw=agreement.grant_krw, by=by,
        at=clock.now(),
    )  # fmt: skip


@transaction.atomic
def pay(payment, *, by):
    """Write a payment once, never beyond what is left of the grant. Raises Refused."""
    agreement = Agreement.objects.select_for_update().get(pk=payment.agreement_id)
    reasons = rules.request_faults(
        status=agreement.status, krw=payment.krw, left_krw=agreement.entries.balance(), tranche=payment.tranche
    )
    if reasons:
        raise Refused(*reasons, about=payment)
    try:
        with transaction.atomic():
            LedgerEntry.objects.create(
                agreement=agreement, kind=LedgerEntry.Kind.PAYMENT, key=payment.key, krw=-payment.krw, by=by,
                at=clock.now(),
            )  # fmt: skip
    except IntegrityError:
        return  # written already
    Agreement.objects.filter(pk=agreement.pk).update(paid_krw=F("paid_krw") + payment.krw)

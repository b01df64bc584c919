"""The only writer of money: what is allocated and what is paid, never beyond its cap."""

from django.db import transaction
from django.db.models import F

from applications.agreement import rules
from applications.agreement.models import Agreement, Allocation, LedgerEntry
from applications.calls.models import BudgetLine
from applications.kernel import audit, clock
from applications.kernel.errors import Refused


@transaction.atomic
def allocate(line, *, key, krw, purpose, by):
    """Take an amount (won) from a budget line, once per key. Raises Refused naming what is left."""
    line = BudgetLine.objects.select_for_update(no_key=True).get(pk=line.pk)
    if Allocation.objects.filter(key=key).exists():
        return line
    if reasons := rules.over_cap(line, krw):
        raise Refused(*reasons, about=line)
    Allocation.objects.create(line=line, key=key, krw=krw, purpose=purpose, by=by, at=clock.now())
    before, line.allocated_krw = line.allocated_krw, line.allocated_krw + krw
    line.save(update_fields=["allocated_krw"])
    audit.record(
        "allocate", line, by=by, before={"krw": before}, after={"krw": line.allocated_krw}, note=purpose
    )
    return line


@transaction.atomic
def open_grant(agreement, *, by):
    """Take the grant from its budget line and write it into its ledger, once: when the agreement takes effect."""
    allocate(agreement.line, key=f"agreement:{agreement.key}", krw=agreement.grant_krw,
             purpose=agreement.number, by=by)  # fmt: skip
    LedgerEntry.objects.create(
        agreement=agreement, kind=LedgerEntry.Kind.GRANT, key=agreement.key, krw=agreement.grant_krw, by=by,
        at=clock.now(),
    )  # fmt: skip


@transaction.atomic
def pay(agreement, *, key, krw, by):
    """Take a payment (won) from a grant, once per key, never beyond what is left of it. Raises Refused."""
    agreement = Agreement.objects.select_for_update(no_key=True).get(pk=agreement.pk)
    if agreement.entries.filter(key=key).exists():
        return
    if reasons := rules.over_grant(left_krw=agreement.entries.balance(), krw=krw):
        raise Refused(*reasons, about=agreement)
    LedgerEntry.objects.create(
        agreement=agreement, kind=LedgerEntry.Kind.PAYMENT, key=key, krw=-krw, by=by, at=clock.now()
    )
    Agreement.objects.filter(pk=agreement.pk).update(paid_krw=F("paid_krw") + krw)

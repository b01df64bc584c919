"""Reads of money."""

from django.db.models import Sum

from applications.funding.models import Payment


def bespoken_krw(agreement):
    """What of a grant is paid or asked for, in won."""
    asked = agreement.payments.exclude(status=Payment.Status.REFUSED)
    return asked.aggregate(krw=Sum("krw"))["krw"] or 0


def next_tranche(agreement):
    return agreement.payments.exclude(status=Payment.Status.REFUSED).count() + 1


def under_way(agreement):
    """Whether an instalment is asked for and neither paid nor refused."""
    return agreement.payments.exclude(status__in=(Payment.Status.PAID, Payment.Status.REFUSED)).exists()


def to_be_paid(user):
    """Approved instalments that this person of finance may record as paid."""
    return Payment.objects.filter(status=Payment.Status.APPROVED).exclude(approved_by=user)

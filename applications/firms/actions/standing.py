"""The verb of business standing: write down what the tax office said."""

from django.db import transaction

from applications.firms.models.standing import BusinessStatus
from applications.kernel import clock
from applications.kernel.access import require


@transaction.atomic
def note_standing(firms, answers, *, by):
    """Keep one answer for each of these firms, with its instant; what was kept before stays as history."""
    require(by, "firm.note_standing")
    now = clock.now()
    BusinessStatus.objects.bulk_create(
        BusinessStatus(firm=firm, standing=answer.standing, answered=answer.answered, closed_on=answer.closed_on, asked_at=now)
        for firm in firms
        if (answer := answers[firm.business_number])
    )  # fmt: skip

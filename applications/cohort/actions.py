"""The verbs of the cohort: seat a selected firm, end a designation."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from applications.cohort import rules
from applications.cohort.models import Seat
from applications.intake.models import Application
from applications.intake.queries import people_of
from applications.kernel import audit, clock
from applications.kernel.access import require
from applications.kernel.errors import Reason, Refused
from applications.kernel.numbers import next_number
from applications.notifications.outbox import notify


@transaction.atomic
def seat(application, *, by):
    """Designate the firm of a selected sprout application: the lowest free seat of the hundred."""
    application = (
        Application.objects.select_for_update(of=("self",))
        .select_related("call__programme", "firm__region")
        .get(pk=application.pk)
    )
    require(by, "cohort.seat", application)
    year = application.call.year
    # The number comes first: a second officer waits for it here, and then sees the seat that the first has given.
    ordinal = next_number(f"designation-{year}", width=3).rpartition("-")[2]
    place = rules.free_place(set(Seat.objects.held().values_list("place", flat=True)))
    holds_seat = Seat.objects.held().filter(firm=application.firm).exists()
    if reasons := rules.not_seatable(application, place=place, holds_seat=holds_seat):
        raise Refused(*reasons, about=application)
    try:
        with transaction.atomic():
            taken = Seat.objects.create(
                number=f"제{year}-새싹-{ordinal}호",
                place=place,
                firm=application.firm,
                application=application,
                field=application.field,
                region=application.firm.region,
                year=year,
                designated_on=clock.today(),
                designated_by=by,
                recorded_at=clock.now(),
            )
    except IntegrityError:
        raise Refused(_("This seat was taken at the same moment. Please try again."), about=application)
    audit.record("seat", taken, by=by, after={"number": taken.number, "place": place})
    notify(
        "seat_taken",
        to=people_of(application),
        event=f"seat:{taken.number}",
        application=application,
        seat=taken,
    )
    return taken


@transaction.atomic
def end(taken, *, kind, reason, by):
    """End a designation: graduated, returned or revoked, with the reason. The seat is free again."""
    taken = Seat.objects.select_for_update().get(pk=taken.pk)
    require(by, "cohort.end", taken)
    if taken.ended_on:
        raise Refused(_("This designation has ended already."), about=taken)
    if len(reason.strip()) < 5:
        raise Refused(Reason(_("Please write the reason (at least 5 characters)."), "reason"), about=taken)
    taken.ended_on, taken.end, taken.end_reason = clock.today(), kind, reason
    taken.save(update_fields=["ended_on", "end", "end_reason"])
    audit.record("end_seat", taken, by=by, after={"end": kind}, note=reason)

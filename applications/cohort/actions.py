"""The verbs of the cohort: seat a selected firm, bring in one that was designated earlier, end a designation."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from applications.cohort import rules
from applications.cohort.certificate import snapshot_of
from applications.cohort.models import Certificate, Seat, number_of
from applications.intake.models import Application
from applications.intake.queries import people_of
from applications.intake.snapshot import sha256_of
from applications.kernel import audit, clock
from applications.kernel.access import require
from applications.kernel.errors import Refused
from applications.kernel.numbers import next_number
from applications.kernel.reasons import too_short
from applications.notifications.outbox import notify


@transaction.atomic
def seat(application, *, by):
    """Designate the firm of a selected sprout application: the lowest free seat of the hundred."""
    application = (
        Application.objects.select_for_update(of=("self",), no_key=True)
        .select_related("call__programme", "firm__region")
        .get(pk=application.pk)
    )
    require(by, "cohort.seat", application)
    year = application.call.year
    # The number comes first: a second officer waits for it here, and then sees the seat that the first has given.
    number = _next(year)
    place = rules.free_place(set(Seat.objects.held().values_list("place", flat=True)))
    holds_seat = Seat.objects.held().filter(firm=application.firm).exists()
    if reasons := rules.not_seatable(application, place=place, holds_seat=holds_seat):
        raise Refused(*reasons, about=application)
    try:
        with transaction.atomic():
            taken = Seat.objects.create(
                number=number,
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
    snapshot = snapshot_of(taken)
    issued = Certificate.objects.create(
        seat=taken, snapshot=snapshot, sha256=sha256_of(snapshot), issued_at=clock.now()
    )
    notify(
        "seat_taken",
        to=people_of(application),
        event=f"seat:{taken.number}",
        application=application,
        seat=taken,
        certificate=issued,
    )
    return taken


def _next(year):
    """The next number of a year that no designation bears; those brought in may bear any."""
    while True:
        number = number_of(year, int(next_number(f"designation-{year}").rpartition("-")[2]))
        if not Seat.objects.filter(number=number).exists():
            return number


@transaction.atomic
def bring_in(*, firm, place, number, by, note, **facts):
    """Write down a designation from before this house kept the cohort, ended or held, as an officer's list says it.

    place: its seat, none where it has ended; facts: field, year, designated_on, ended_on, end and end_reason.
    """
    require(by, "import.make")
    given = number or _next(facts["year"])
    try:
        with transaction.atomic():
            taken = Seat.objects.create(
                number=given,
                place=place,
                firm=firm,
                region=firm.region,
                designated_by=by,
                recorded_at=clock.now(),
                **facts,
            )
    except IntegrityError:  # the constraints behind rules.not_to_bring_in
        raise Refused(_("Its seat, its firm or its number has been taken meanwhile."), about=firm)
    audit.record(
        "seat", taken, by=by, note=note,
        after={"number": given, "place": place, "ended_on": facts["ended_on"], "end": facts["end"]},
    )  # fmt: skip
    return taken


@transaction.atomic
def end(taken, *, kind, reason, by):
    """End a designation: graduated, returned or revoked, with the reason. The seat is free again."""
    taken = Seat.objects.select_for_update(no_key=True).get(pk=taken.pk)
    require(by, "cohort.end", taken)
    if taken.ended_on:
        raise Refused(_("This designation has ended already."), about=taken)
    if reasons := too_short(reason):
        raise Refused(*reasons, about=taken)
    taken.ended_on, taken.end, taken.end_reason = clock.today(), kind, reason
    taken.save(update_fields=["ended_on", "end", "end_reason"])
    audit.record("end_seat", taken, by=by, after={"end": kind}, note=reason)

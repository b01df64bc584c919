"""Reads of the cohort: n of 100, net and gross, by field, region and year. At most a few hundred rows."""

from collections import Counter

from django.db.models import Count

from applications.cohort.models import SEATS, Certificate, Seat
from applications.intake.models import Application, Status
from applications.intake.snapshot import sha256_of, typed_hash
from applications.kernel import clock
from applications.kernel.taxonomy import IndustryField, Region, terms_of

FOLLOWED_BY = {"29": "12", "46": "12", "42": "51", "45": "52"}  # regions that were merged or renamed, by code


def waiting_for_seat():
    """Selected sprout applications without a seat, oldest first."""
    return (
        Application.objects.filter(status=Status.SELECTED, call__programme__kind="sprout", seat=None)
        .select_related("firm", "field", "call")
        .order_by("submitted_at", "pk")
    )


def is_registered(number, fingerprint):
    """Whether this designation holds, and its certificate still has this hash, recomputed.

    Of one that has ended nothing is said but what is said of one that never was.
    """
    if not (typed := typed_hash(fingerprint)):
        return False
    held = Certificate.objects.filter(seat__ended_on=None, seat__number=number)
    found = held.filter(sha256__startswith=typed).first()
    return found is not None and sha256_of(found.snapshot) == found.sha256


def standing():
    """How many seats the programme has, were ever given, were given back, are held: {total, gross, exits, net}."""
    found = Seat.objects.aggregate(gross=Count("pk"), exits=Count("ended_on"))
    return {"total": SEATS, **found, "net": found["gross"] - found["exits"]}


def figures():
    """What the public page shows.

    net: seats held now; gross: designations ever; by_field, by_region: [(thing, net)], regions with most
    firms first; by_year: [(year, gross, exits, net at the end of the year)]; seats: {place: field ordinal} of
    those held.
    """
    rows = list(
        Seat.objects.select_related("field", "region").only(
            "place", "designated_on", "ended_on", "field__name", "field__name_en", "field__ordinal", "field__code",
            "region__code",
        )
    )  # fmt: skip
    held = [seat for seat in rows if seat.ended_on is None]
    fields = Counter(seat.field_id for seat in held)
    regions = Counter(FOLLOWED_BY.get(seat.region.code, seat.region.code) for seat in held)
    places = [(region, regions[region.code]) for region in Region.objects.valid_on(clock.today())]
    begun = Counter(seat.designated_on.year for seat in rows)
    ended = Counter(seat.ended_on.year for seat in rows if seat.ended_on)
    by_year, net = [], 0
    for year in range(min(begun, default=0), max((*begun, *ended), default=-1) + 1):
        net += begun[year] - ended[year]
        by_year.append((year, begun[year], ended[year], net))
    return {
        "total": SEATS,
        "net": len(held),
        "gross": len(rows),
        "exits": len(rows) - len(held),
        "by_field": [(field, fields[field.pk]) for field in terms_of(IndustryField)],
        "by_region": sorted(places, key=lambda place: -place[1]),
        "by_year": by_year,
        "seats": {seat.place: seat.field.ordinal for seat in held},
    }

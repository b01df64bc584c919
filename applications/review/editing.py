"""A proposal who reviews what, changed by hand: what a change does to the whole, and writing it."""

from collections import Counter, defaultdict
from dataclasses import dataclass

import numpy as np
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from applications.kernel import audit, clock
from applications.kernel.access import require
from applications.kernel.errors import Reason, Refused
from applications.review import conflicts, drawing, facts, membership, queries, rules
from applications.review.asking import passed_over
from applications.review.planning import NAMED, to_plan
from applications.review.plans import Plan, PlannedReview

BY_HAND = "hand"


@dataclass(frozen=True)
class Effect:
    """What a plan comes to as a whole: least match of an application in percent (None where nothing is to be measured), sum of the matches, applications with too few reviewers,
    applications that lack a kind, reviewers above the most and below the least of the plan (names)."""

    worst: int | None
    total: float
    short: int
    kinds: int
    above: tuple
    below: tuple


def rows_of(plan):
    """[(application id, reviewer id, name, kind, percent)] of all reviews of a plan."""
    found = plan.reviews_planned.order_by("application", "pk")
    return list(
        found.values_list(
            "application", "reviewer", "reviewer__name", "reviewer__reviewer_profile__kind", "percent"
        )
    )


def effect(plan, rows, applications, pool, unknown=()):
    """The Effect of these rows. applications: ids of all that are planned for; pool: {id of a reviewer: (name, their least)}; unknown:
    ids of those that nobody knew anything of when the plan was worked out."""
    totals, counts, loads, kinds = Counter(), Counter(), Counter(), defaultdict(Counter)
    names = {}
    for application, reviewer, name, kind, percent in rows:
        totals[application] += percent
        counts[application] += 1
        loads[reviewer] += 1
        kinds[application][kind] += 1
        names[reviewer] = name
    measured = [
        totals[one]
        for one in applications
        if counts[one] >= plan.reviews and (totals[one] or one not in unknown)
    ]
    return Effect(
        worst=min(measured, default=None),
        total=round(sum(totals.values()) / 100, 1),
        short=sum(counts[one] < plan.reviews for one in applications),
        kinds=sum(
            any(kinds[one][kind] < least for kind, least in plan.per_kind.items()) for one in applications
        ),
        above=tuple(sorted(names[one] for one, load in loads.items() if load > plan.most)),
        below=tuple(sorted(name for one, (name, least) in pool.items() if loads[one] < least)),
    )


@dataclass(frozen=True)
class Candidate:
    """Somebody who may review an application of a plan. barred: findings against it; outside: of its panel, or taken out; full: of the year."""

    person: object
    percent: int
    barred: list
    outside: list
    full: list
    stands: bool
    planned: bool
    load: int


def candidates(plan, application):
    """Everybody who may be planned for an application, those who are first, then the best match and the least load."""
    people = list(queries.reviewers(beside=plan.stage))
    barred = _barred(plan, application, people)
    panel = membership.hearing(application).filter(stage=plan.stage).first()
    members = set(panel.panelists.at_table().values_list("user", flat=True)) if panel else ()
    wanted = set(application.technologies.values_list("pk", flat=True))
    planned = dict(plan.reviews_planned.filter(application=application).values_list("reviewer", "stands"))
    gone = application.assignments.filter(stage=plan.stage).taken_out()
    gone = set(gone.values_list("reviewer", flat=True))
    loads = Counter(plan.reviews_planned.values_list("reviewer", flat=True))
    rows = [
        Candidate(
            person,
            round(100 * rules.match(person.reviewer_profile, application, wanted)),
            barred[person.pk],
            [
                *([drawing.no_member(panel, person.name)] if panel and person.pk not in members else []),
                *([_taken_out(person)] if person.pk in gone else []),
            ],
            rules.beyond_cap(person.reviewer_profile, person.sessions),
            planned.get(person.pk, False),
            person.pk in planned,
            loads[person.pk],
        )
        for person in people
    ]
    return sorted(
        rows,
        key=lambda row: (
            not row.planned,
            bool(row.barred or row.outside),
            -row.percent,
            row.load,
            row.person.pk,
        ),
    )


def _taken_out(person):
    return Reason(_("The sheet of %(name)s was taken out; nobody is asked twice.") % {"name": person.name})


def _barred(plan, application, people):
    """{reviewer id: findings that bar them}: what our data knows, and what the proposal itself would bring about."""
    known, case = facts.known(application, [person.reviewer_profile for person in people])
    in_turn = _in_turn(plan, application, known, case)
    asked, today = plan.call.conflicts, clock.today()
    found = {who: conflicts.findings(person, case, asked, today=today) for who, person in known.items()}
    return {who: [one for one in [*found[who], *in_turn[who]] if one.bars] for who in known}


def _in_turn(plan, application, known, case):
    """{reviewer id: findings of C14 within the proposal}: for whose institution somebody of those who apply here is planned."""
    found = defaultdict(list)
    if "C14" not in plan.call.conflicts:
        return found
    inside = [who for who, person in known.items() if case.has(person)]
    back = plan.reviews_planned.filter(stands=False, reviewer__in=inside).exclude(application=application)
    profiles = list(queries.profiles_of(known)) if inside else []
    for planned in back.select_related("application__firm", "application__call", "reviewer").order_by("pk"):
        there, theirs = facts.known(planned.application, profiles)
        if "C14" in there[planned.reviewer_id].waived:
            continue
        said = _(
            "%(name)s of those who apply here is proposed for %(number)s of this reviewer's institution."
        )
        why = said % {"name": planned.reviewer.name, "number": planned.application.number}
        for who, person in known.items():
            if theirs.has(person):
                found[who].append(conflicts.Finding("C14", str(why), waived="C14" in person.waived))
    return found


def pool_of(plan, rows):
    """{id of a reviewer: (name, how many they do at least)}: who has no session left does none. rows: Candidates."""
    return {row.person.pk: (row.person.name, 0 if row.full else plan.least) for row in rows}


def _why_chosen(plan, rows, chosen):
    """{id: who would match better than each of these and is not planned, for which rule}, as PlannedReview keeps it."""
    loads = np.array([row.load + (row.person.pk in chosen) - row.planned for row in rows])
    found = passed_over(
        [place for place, row in enumerate(rows) if row.person.pk in chosen],
        match=np.array([row.percent for row in rows]),
        barred=np.array([bool(row.barred or row.outside) for row in rows]),
        institution=np.array([rules.house(row.person.reviewer_profile) for row in rows]),
        full=np.array([bool(row.full) for row in rows]) | (loads >= plan.most),
    )
    return {rows[place].person.pk: why for place, why in found.items()}


def faults(rows, chosen):
    """Why these cannot be planned for one application. rows: its Candidates; chosen: ids of people."""
    picked = [row for row in rows if row.person.pk in chosen]
    reasons = [
        reason
        for row in picked
        if not row.stands
        for reason in [*conflicts.barring(row.person.name, row.barred), *row.outside, *row.full]
    ]
    houses = Counter(rules.house(row.person.reviewer_profile) for row in picked)
    if max(houses.values(), default=0) > 1:
        reasons.append(Reason(_("Two reviewers of one institution never meet in an application.")))
    if any(row.stands for row in rows if row.person.pk not in chosen):
        reasons.append(
            Reason(_("Who is assigned already stays: take the sheet out on the page of the review."))
        )
    return reasons


def changed(rows, application, picked):
    """The rows of a plan with those of one application put in the place of the old ones. picked: its Candidates."""
    kept = [row for row in rows if row[0] != application.pk]
    return kept + [
        (application.pk, one.person.pk, one.person.name, one.person.reviewer_profile.kind, one.percent)
        for one in picked
    ]


@transaction.atomic
def change(plan, application, *, reviewers, seen, by):
    """Plan these reviewers (ids) for an application, in the place of those who were.

    seen: ids of those who stood there when the page was drawn; a change in between is refused. Raises Refused.
    """
    plan = Plan.objects.select_for_update(no_key=True).get(pk=plan.pk)
    require(by, "plan.use", plan)
    if plan.state != Plan.State.READY:
        raise Refused(_("Only a proposal that nobody has used yet is changed."), about=plan)
    rows = candidates(plan, application)
    standing = {row.person.pk for row in rows if row.planned}
    if standing != set(seen):
        raise Refused(
            _("Somebody else has changed this application meanwhile. Please look again."), about=plan
        )
    if reasons := faults(rows, reviewers):
        raise Refused(*reasons, about=plan)
    why = _why_chosen(plan, rows, reviewers)
    plan.reviews_planned.filter(application=application, stands=False).delete()
    PlannedReview.objects.bulk_create(
        PlannedReview(
            plan=plan, application=application, reviewer=row.person, percent=row.percent, passed_over=why[row.person.pk]
        )
        for row in rows
        if row.person.pk in reviewers and not row.stands
    )  # fmt: skip
    plan.summary = summary_after(plan, pool_of(plan, rows))
    plan.save(update_fields=["summary"])
    audit.record(
        "change_plan", plan.call, by=by, before={"reviewers": sorted(standing)},
        after={"application": application.number, "reviewers": sorted(reviewers), "seed": plan.seed},
    )  # fmt: skip
    return plan


def summary_after(plan, pool):
    """What the page says of a plan, counted anew from its rows; what the working out alone knew stays."""
    rows, said = rows_of(plan), plan.summary
    found = effect_of(plan, rows, pool)
    loads = Counter((reviewer, name) for _application, reviewer, name, _kind, _percent in rows)
    return said | {
        "worst": found.worst,
        "total": found.total,
        "loads": sorted(
            ([name, count] for (_pk, name), count in loads.items()), key=lambda one: (-one[1], one[0])
        ),
        "idle": len(pool.keys() - {who for who, _name in loads}),
        "by_hand": said.get("by_hand", 0) + 1,
        "under": list(found.below[:NAMED]),
        **_lacking(plan, rows),
    }


def _lacking(plan, rows):
    """The short and kinds of a summary, counted anew: why is what the working out found, or "hand" where it lacked nothing."""
    said, counts, kinds = plan.summary, Counter(), Counter()
    for application, _reviewer, _name, kind, _percent in rows:
        counts[application] += 1
        kinds[application, kind] += 1
    known = {number: why for why, found in said["short"].items() for number, _missing in found["named"]}
    known |= {(number, kind): why for number, kind, _missing, why in said["kinds"]}
    short, missed = defaultdict(list), []
    for pk, number in to_plan(plan.call, plan.stage).order_by("pk").values_list("pk", "number"):
        if counts[pk] < plan.reviews:
            short[known.get(number, BY_HAND)].append([number, plan.reviews - counts[pk]])
        missed += [
            [number, kind, least - kinds[pk, kind], known.get((number, kind), BY_HAND)]
            for kind, least in sorted(plan.per_kind.items())
            if kinds[pk, kind] < least
        ]
    return {
        "short": {why: {"count": len(found), "named": found} for why, found in short.items()},
        "kinds": missed,
    }


def effect_of(plan, rows, pool):
    """The Effect of all rows of a plan, with the applications that nobody is planned for and the reviewers who have none."""
    applications = dict(to_plan(plan.call, plan.stage).values_list("pk", "number"))
    said = set(plan.summary.get("unknown", ()))
    unknown = {pk for pk, number in applications.items() if number in said}
    return effect(plan, rows, applications, pool, unknown)

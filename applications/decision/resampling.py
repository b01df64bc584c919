"""How firm the cut of a call is: asked for, worked out by the timetable, and stopped; it informs and decides nothing."""

import secrets

import numpy as np
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from applications.decision import actions, bounding, deliberated, fingerprints, queries, rules, stability
from applications.decision.resamplings import Resampling
from applications.intake.models import Application, Status
from applications.kernel import audit, clock, leasing
from applications.kernel.access import require
from applications.kernel.errors import Refused
from applications.review.models import Assignment, Score
from applications.review.storing import stages_of

DRAWS = 1000
FIRM = 0.95  # in so many of all draws a firm stays on its side of a firm cut
THOUSANDTHS, HUNDREDTHS = 1000, 100


@transaction.atomic
def ask(call, *, by):
    """Have it worked out how firm the cut of a call is. While one is being made it is that one. Raises Refused."""
    require(by, "stability.ask", call)
    call = actions.lock(call)
    if waiting := under_way(call):
        return waiting
    if published := queries.published(call):
        raise Refused(*rules.public_already(published, now=clock.now(), is_stale=False), about=call)
    if not Application.objects.filter(call=call, status=Status.REVIEWED, final_score__isnull=False).exists():
        raise Refused(_("There is nothing to rank."), about=call)
    asked = Resampling.objects.create(
        call=call, asked_by=by, asked_at=clock.now(), seed=secrets.randbelow(2**31), draws=DRAWS
    )
    audit.record("ask_stability", call, by=by, after={"seed": asked.seed, "draws": asked.draws})
    return asked


@transaction.atomic
def stop(call, *, by):
    """Give up what is being worked out; where nothing is, nothing happens."""
    require(by, "stability.ask", call)
    call = actions.lock(call)
    waiting = under_way(call)
    unmade = Resampling.objects.filter(pk=waiting.pk if waiting else None, made_at=None)
    if unmade.update(stopped_at=clock.now(), taken_at=None, tries=0):
        audit.record("stop_stability", call, by=by)


def under_way(call):
    """What is being worked out for a call, None where nothing is."""
    return call.resamplings.filter(made_at=None, stopped_at=None).first()


def latest(call):
    """What was worked out last for a call, None where nothing was."""
    return call.resamplings.exclude(made_at=None).select_related("asked_by").order_by("-pk").first()


def is_behind(made):
    """Whether scores, statuses, amounts or decisions of the committee have changed since; of a list that is public that is so by its publication."""
    return made.fingerprint != fingerprints.of_call(made.call)


def chances(call):
    """{application id: in how many of a hundred draws it is selected} by what was worked out last; empty where it is behind."""
    made = latest(call)
    if made is None or is_behind(made):
        return {}
    return {pk: percent(count, made.draws) for pk, _now, count, is_known in made.result["rows"] if is_known}


def percent(count, draws):
    """A share in whole hundredths that says 0 and 100 of none and of all only."""
    if 0 < count < draws:
        return min(99, max(1, round(100 * count / draws)))
    return 100 * count // draws


def carry_on(asked):
    """Work it out. Safe to run twice; one at a time does, and who was stopped writes nothing."""
    leasing.carry_on(asked, _make, stopped_at=clock.now())


def _make(asked):
    fingerprint = fingerprints.of_call(asked.call)
    result = worked_out(
        asked.call, draws=asked.draws, seed=asked.seed,
        tell=lambda part: leasing.hold(asked, percent=int(100 * part)),
    )  # fmt: skip
    with transaction.atomic():
        leasing.hold(asked)
        leasing.let_go(asked, result=result, fingerprint=fingerprint, percent=100, made_at=clock.now())


def worked_out(call, *, draws, seed, tell=lambda part: None):
    """{"applications", "sheets", "seats", "known", "near", "stay", "rows"} as plain data.

    rows: [application id, whether it is selected now, in how many draws it is, whether its spread is known], the selected ones
    first, each by rank. near: how many known ones change sides in more than one of twenty draws; stay: how many of those who
    are selected now are selected on average.
    """
    resolutions = deliberated.in_force(deliberated.closed(call))
    ranked = ranked_of(call, resolutions)
    stages, plans = arrays_of(call, ranked, resolutions)
    found = stability.resampled(stages, plans, line_of(call), draws=draws, seed=seed, tell=tell)
    selected = selected_now(call)
    rows = [
        [c.pk, c.pk in selected, int(count), bool(is_known)]
        for c, count, is_known in zip(ranked, found.counts, found.known, strict=True)
    ]
    rows.sort(key=lambda row: not row[1])
    return {
        "applications": len(rows),
        "sheets": sum(len(stage.total) for stage in stages),
        "seats": call.places,
        "known": sum(row[3] for row in rows),
        "near": sum(row[3] and 1 - FIRM < row[2] / draws < FIRM for row in rows),
        "stay": round(sum(row[2] for row in rows if row[1]) / draws, 1),
        "rows": rows,
    }


def ranked_of(call, resolutions):
    """The Candidates of a call, best first, each with the grant that the committee left it."""
    return rules.order(queries.candidates(call, deliberated.grants(resolutions)))


def selected_now(call):
    """Ids of those whom the list selects: the one that waits where it still holds, else as the rules draw it now."""
    proposal = queries.in_force(call)
    if proposal and not queries.stale(proposal):
        return set(proposal.places.filter(result="selected").values_list("application", flat=True))
    return {line.candidate.pk for line in actions.draw(call) if line.result == "selected"}


def line_of(call):
    limits = bounding.limits(call)
    return stability.Line(
        seats=limits["seats"],
        mark=int(max(limits["pass_mark"], limits["select_mark"]) * HUNDREDTHS),
        budget_krw=limits["budget_krw"],
        bounds=tuple(limits["bounds"]),
    )


def arrays_of(call, ranked, resolutions):
    """(Sheets of each scored stage, Plans) of these Candidates, in their order; as many queries for few as for many.

    resolutions: what the committee decided, {application id: Resolution}; it holds in every draw, as far as the draw allows.
    """
    place = {c.pk: number for number, c in enumerate(ranked)}
    rows = Application.objects.filter(call=call, status=Status.REVIEWED)
    known = {pk: rest for pk, *rest in rows.values_list("pk", "bonus", "penalty", "stage__ordinal")}
    stages = stages_of(call)
    ended = {pk: known[pk][2] for pk in place}
    scored = [stage for stage in stages if not stage.is_visit]
    sheets = _sheets(call, scored, place, ended)
    ties = {key: number for number, key in enumerate(sorted({c.ties for c in ranked}))}
    last = stages[-1].ordinal
    plans = stability.Plans(
        added=np.array([int((known[c.pk][0] - known[c.pk][1]) * HUNDREDTHS) for c in ranked], dtype=np.int64),
        ties=np.array([ties[c.ties] for c in ranked], dtype=np.int64),
        barred=np.array(
            [ended[c.pk] < last or rules.kept_out(resolutions.get(c.pk)) for c in ranked], dtype=bool
        ),
        first=np.array([rules.seated(resolutions.get(c.pk)) for c in ranked], dtype=bool),
        kinds=[c.kind for c in ranked],
        grants=[c.grant_krw for c in ranked],
    )
    # What fails a plan beside its sheets: a site visit.
    _final, _base, fails = stability.scored(sheets, plans, [stage.as_they_are() for stage in sheets])
    plans.barred[:] |= np.array([len(c.failings) for c in ranked], dtype=int) > fails[0]
    return sheets, plans


def _sheets(call, stages, place, ended):
    """stability.Sheets of these stages. place: {application id: place}; ended: {application id: ordinal of its last stage}."""
    counted = Assignment.objects.filter(
        application__call=call, application__status=Status.REVIEWED, stage__in=stages
    ).standing()
    ordinals = {stage.pk: stage.ordinal for stage in stages}
    rows = [
        row
        for row in counted.order_by("pk").values_list("pk", "stage", "application", "reviewer", "total")
        if row[2] in place and ordinals[row[1]] <= ended[row[2]]
    ]
    people = {pk: number for number, pk in enumerate(sorted({row[3] for row in rows}))}
    checks = {stage.pk: checks_of(stage, scale=call.scale) for stage in stages}
    given = _given(counted, checks)
    found = []
    for stage in stages:
        own = [row for row in rows if row[1] == stage.pk]
        limits = checks[stage.pk]
        found.append(
            stability.Sheets(
                weight=stage.weight,
                trimmed=stage.trimmed,
                threshold=None if stage.threshold is None else int(stage.threshold * HUNDREDTHS),
                application=np.array([place[row[2]] for row in own], dtype=np.int64),
                reviewer=np.array([people[row[3]] for row in own], dtype=np.int64),
                total=np.array([int(row[4] * THOUSANDTHS) for row in own], dtype=np.int64),
                parts=np.array(
                    [[given.get((row[0], number), 0) for number in range(len(limits))] for row in own],
                    dtype=np.int64,
                ).reshape(len(own), len(limits)),
                limits=np.array([limit for limit, _passing, _shares in limits], dtype=np.int64),
                least_passing=np.array([passing for _limit, passing, _shares in limits], dtype=np.int64),
            )
        )
    return found


def checks_of(stage, *, scale):
    """[(limit of one sheet, 0 where the limit passes and 1 where it does not, {criterion id: thousandths of each point})].

    Of each group with a floor, and of each criterion that knocks out.
    """
    found = []
    for group in stage.groups.all():
        criteria = list(group.criteria.all())
        if group.floor_percent:
            share = {c.pk: c.points * 10 if scale == "percent" else THOUSANDTHS for c in criteria}
            found.append((sum(c.points for c in criteria) * group.floor_percent * 10, 0, share))
        found += [
            (int(c.knock_out_at * THOUSANDTHS), 1, {c.pk: THOUSANDTHS})
            for c in criteria
            if c.knock_out_at is not None
        ]
    return found


def _given(sheets, checks):
    """{(sheet id, number of the check): thousandths} of what these sheets give to what is checked in their stage."""
    wanted = {}  # criterion → the checks that it is part of
    for limits in checks.values():
        for number, (_limit, _passing, shares) in enumerate(limits):
            for criterion, share in shares.items():
                wanted.setdefault(criterion, []).append((number, share))
    found = {}
    values = Score.objects.filter(assignment__in=sheets, criterion__in=wanted).order_by()
    for sheet, criterion, value in values.values_list("assignment", "criterion", "value").iterator(
        chunk_size=5000
    ):
        for number, share in wanted[criterion]:
            found[sheet, number] = found.get((sheet, number), 0) + int(value * share)
    return found

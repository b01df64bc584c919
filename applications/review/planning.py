"""Who reviews what, proposed for a whole stage: asked for, worked out by the timetable, and assigned once somebody says so."""

import secrets
from collections import Counter, defaultdict

import numpy as np
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from applications.firms.rules.names import name_key
from applications.intake.models import Application, Status
from applications.kernel import audit, clock, leasing
from applications.kernel.access import require
from applications.kernel.errors import Denied, Refused
from applications.review import actions, membership, queries, rules, seating
from applications.review.asking import Problem, all_passed_over, one_side_only
from applications.review.models import Assignment, ReviewerProfile
from applications.review.plans import Plan, PlannedReview
from applications.review.surveying import survey

KINDS = [*ReviewerProfile.Kind.values]
NAMED = 50  # of what could not be kept, so many are named on a page
SECONDS = 60  # that the best proposal is looked for


@transaction.atomic
def ask(call, *, stage, reviews, least, most, per_kind, by):
    """Have it worked out who reviews what in this stage. per_kind: {kind of reviewer: least number in each application}. Raises Refused."""
    require(by, "plan.ask", call)
    if not to_plan(call, stage).exists():
        raise Refused(_("No application is under review in this stage."), about=call)
    if reasons := rules.too_many_kinds(per_kind, reviews):
        raise Refused(*reasons, about=call)
    seating.gather(stage, by=by)
    plan = Plan.objects.create(
        call=call, stage=stage, reviews=reviews, least=least, most=most,
        per_kind={kind: number for kind, number in per_kind.items() if number},
        seed=secrets.randbelow(2**31), asked_by=by, asked_at=clock.now(),
    )  # fmt: skip
    audit.record("plan_reviews", call, by=by, after={"stage": stage.ordinal, "seed": plan.seed})
    return plan


@transaction.atomic
def use(plan, *, by):
    """Have the reviews of a proposal assigned; pressed twice it is the same."""
    plan = Plan.objects.select_for_update(no_key=True).get(pk=plan.pk)
    require(by, "plan.use", plan)
    if plan.state in (Plan.State.ASSIGNING, Plan.State.DONE):
        return
    if plan.state != Plan.State.READY:
        raise Refused(_("The proposal is still being worked out."), about=plan)
    plan.state, plan.used_by, plan.percent = Plan.State.ASSIGNING, by, 0
    plan.save(update_fields=["state", "used_by", "percent"])
    audit.record("use_plan", plan.call, by=by, after={"stage": plan.stage.ordinal, "seed": plan.seed})


def to_plan(call, stage):
    """The applications under review in this stage."""
    return Application.objects.filter(call=call, status=Status.IN_REVIEW, stage=stage)


def carry_on(plan):
    """Go on with the working out or the assigning where it stopped. Safe to run twice; one at a time does."""
    leasing.carry_on(plan, _round, state=Plan.State.FAILED)


def _round(plan):
    with translation.override(plan.asked_by.language):
        (_make if plan.state == Plan.State.MAKING else _assign)(plan)


def _keep(plan, part):
    """The lease and how far it is."""
    leasing.hold(plan, percent=int(100 * part))


def _make(plan):
    """Work the proposal out; what an earlier, lost round has left is made anew."""
    from applications.review import matching  # noqa: PLC0415  only who works it out holds the solver in memory

    applications, people = list(_applications(plan)), list(queries.reviewers(beside=plan.stage))
    problem = _problem(plan, applications, people)
    found = matching.assign(problem, seconds=SECONDS, tell=lambda part: _keep(plan, 0.2 + 0.6 * part))
    _keep(plan, 0.8)
    standing, better = set(problem.kept), all_passed_over(problem, found.pairs)
    said = summary(found, applications, people) | {"panels": plan.stage.panels.count()}
    with transaction.atomic():
        leasing.hold(plan)
        plan.reviews_planned.all().delete()
        PlannedReview.objects.bulk_create(
            (
                PlannedReview(
                    plan=plan, application=applications[a], reviewer=people[r], percent=round(100 * problem.match[a, r]),
                    stands=(a, r) in standing, passed_over={} if (a, r) in standing else better[a, r],
                )
                for a, r in found.pairs
            ),
            batch_size=1000,
        )  # fmt: skip
        leasing.let_go(plan, state=Plan.State.READY, percent=100, summary=said)


def _applications(plan):
    return (
        to_plan(plan.call, plan.stage)
        .select_related("firm")
        .only(
            "number",
            "title",
            "summary",
            "field",
            "answers",
            "challenge",
            "firm__business_number",
            "firm__name",
        )
        .prefetch_related("technologies")
        .order_by("pk")
    )


def _matches(applications, people):
    """applications x reviewers: how much of what each is about they know, from 0 to 1; rules.match of all pairs at once."""
    profiles = [person.reviewer_profile for person in people]
    wanted = [
        {technology.pk for technology in application.technologies.all()} for application in applications
    ]
    fit = _shared(
        wanted, [{technology.pk for technology in profile.technologies.all()} for profile in profiles]
    )
    fit += _shared(
        [{application.field_id} for application in applications],
        [{field.pk for field in profile.fields.all()} for profile in profiles],
    )
    knowing = defaultdict(list)
    for column, profile in enumerate(profiles):
        for word in filter(None, map(str.strip, profile.keywords.split(","))):
            knowing[word.casefold()].append(column)
    texts = [f"{application.title} {application.summary}".casefold() for application in applications]
    for word, columns in knowing.items():
        held = np.array([word in text for text in texts])
        for column in columns:
            fit[:, column] += held
    return np.minimum(1.0, fit / np.array([len(one) + 1 for one in wanted]).reshape(-1, 1))


def _shared(some, others):
    """How many ids each two sets have in common: a table, a row for each of some, a column for each of others."""
    place = {pk: number for number, pk in enumerate(set().union(*others))}
    tables = [np.zeros((len(sets), len(place))) for sets in (some, others)]
    for table, sets in zip(tables, (some, others), strict=True):
        for row, one in enumerate(sets):
            table[row, [place[pk] for pk in one if pk in place]] = 1
    return tables[0] @ tables[1].T


def _problem(plan, applications, people):
    """The Problem: matches, conflicts, loads, institutions, kinds, and what stands already."""
    profiles = [person.reviewer_profile for person in people]
    barred, inside, allowed = survey(
        plan.call, applications, profiles, tell=lambda part: _keep(plan, 0.2 * part)
    )
    members = membership.members_by_panel(plan.stage)  # who sits in no panel of an application is not asked
    for row, application in enumerate(applications):
        if (sits := members.get(application.pk)) is not None:
            barred[row] |= [person.pk not in sits for person in people]
    if "C14" in plan.call.conflicts:
        one_side_only(barred, inside, allowed)
    standing, taken_out = _asked(plan, applications, people)
    for pair in taken_out:  # nobody is asked twice for one application
        barred[pair] = True
    most = [
        0 if rules.beyond_cap(person.reviewer_profile, person.sessions) else plan.most for person in people
    ]
    houses = {}
    institution = [houses.setdefault(rules.house(profile), len(houses)) for profile in profiles]
    least = np.minimum(plan.least, most)
    return Problem(
        match=_matches(applications, people), barred=barred, reviews=plan.reviews, least=least,
        most=np.array(most, dtype=int), institution=np.array(institution, dtype=int),
        kind=np.array([KINDS.index(profile.kind) for profile in profiles], dtype=int),
        per_kind={KINDS.index(kind): number for kind, number in plan.per_kind.items()},
        kept=tuple(standing), seed=plan.seed,
    )  # fmt: skip


def _asked(plan, applications, people):
    """(pairs that stand, pairs that were taken out) of those who are asked already, by the places of application and reviewer."""
    place = {application.pk: a for a, application in enumerate(applications)}
    of_person = {person.pk: r for r, person in enumerate(people)}
    asked = Assignment.objects.filter(stage=plan.stage, application__in=place).order_by("pk")
    return [
        [
            (place[application], of_person[reviewer])
            for application, reviewer in found.values_list("application", "reviewer")
            if reviewer in of_person
        ]
        for found in (asked.in_play(), asked.taken_out())
    ]


def summary(found, applications, people):
    """What a page says of an asking.Plan: numbers, and what could not be kept."""
    loads = Counter(r for _a, r in found.pairs)
    short = defaultdict(list)
    for a, (missing, why) in found.short.items():
        short[why].append([applications[a].number, missing])
    return {
        "applications": len(applications),
        "worst": None if found.worst is None else round(100 * found.worst), "total": round(found.total, 1),
        "bound": None if found.bound is None else round(found.bound, 1), "exact": found.exact,
        "hope": None if found.hope is None else round(100 * found.hope),
        "loads": sorted(([people[r].name, count] for r, count in loads.items()), key=lambda row: (-row[1], row[0])),
        "idle": len(people) - len(loads),
        "short": {why: {"count": len(rows), "named": rows} for why, rows in short.items()},
        "kinds": [[applications[a].number, KINDS[kind], missing, why] for a, kind, missing, why in found.kinds],
        "under": [people[r].name for r in found.under[:NAMED]],
        "unknown": [applications[a].number for a in found.unknown], "cut": found.cut,
    }  # fmt: skip


PASSED_OVER = {
    "barred": _("in a conflict or not of the panel"),
    "institutions": _("of the institution of another one here"),
    "load": _("at their most"),
    "elsewhere": _("needed more elsewhere"),
}


def explain(plan, rows):
    """Write beside each of these planned reviews why it is this reviewer (known, load, better), and who comes together in the
    application (spread). In two queries for any number of rows."""
    loads = Counter(
        plan.reviews_planned.filter(reviewer__in={row.reviewer_id for row in rows}).values_list(
            "reviewer", flat=True
        )
    )
    together = defaultdict(list)
    profile = "reviewer__reviewer_profile__"
    beside = plan.reviews_planned.filter(application__in={row.application_id for row in rows}).order_by("pk")
    for application, *whose in beside.values_list(
        "application", *(profile + name for name in ("affiliation_number", "affiliation", "kind"))
    ):
        together[application].append(whose)
    labels = dict(ReviewerProfile.Kind.choices)
    for row in rows:
        wanted = {technology.pk for technology in row.application.technologies.all()}
        known = rules.shared(row.reviewer.reviewer_profile, row.application, wanted)
        row.known = [str(one) for part in known for one in part]
        row.load = loads[row.reviewer_id]
        row.better = [
            (words, row.passed_over[why]) for why, words in PASSED_OVER.items() if why in row.passed_over
        ]
        here = together[row.application_id]
        kinds = Counter(kind for *_house, kind in here)
        row.spread = {
            "kinds": [(label, kinds[kind]) for kind, label in labels.items() if kinds[kind]],
            "institutions": len({number or name_key(name) for number, name, _kind in here}),
            "count": len(here),
        }


def per_kind_in_words(plan):
    """[(kind, least number of it in each application)] as a page says it."""
    return [
        (label, plan.per_kind[kind]) for kind, label in ReviewerProfile.Kind.choices if kind in plan.per_kind
    ]


def short_of_reviewers(said):
    """[(why, of how many applications, [(number, how many are missing)] of the first)] of a summary."""
    return [(why, rows["count"], rows["named"][:NAMED]) for why, rows in said.get("short", {}).items()]


def missing_kinds(said):
    """[(number of the application, kind, how many are missing, why)] of a summary, the kinds in words, the first of them."""
    labels = dict(ReviewerProfile.Kind.choices)
    found = said.get("kinds", ())[:NAMED]
    return [(number, labels[kind], missing, why) for number, kind, missing, why in found]


def gap(said):
    """How far a proposal may at most stay below the best one, in percent of it; None where that was not proved in time.

    said: the summary. A plan that was changed by hand is held to the same bound.
    """
    bound = said.get("bound")
    if bound is None:
        return None
    return max(0.0, round(100 * (bound - said["total"]) / bound, 1)) if bound else 0.0


def _assign(plan):
    """Assign each review in a transaction of its own; what the action refuses now is said beside it."""
    waiting = plan.reviews_planned.filter(stands=False, assigned_at=None, refusal="").order_by("pk")
    waiting = list(waiting.select_related("application", "reviewer"))
    for place, planned in enumerate(waiting):
        with transaction.atomic():
            _keep(plan, place / len(waiting))
            try:
                with transaction.atomic():
                    actions.assign(planned.application, reviewer=planned.reviewer, by=plan.used_by)
                planned.assigned_at = clock.now()
            except (Refused, Denied) as refusal:
                planned.refusal = str(refusal)[:500] or str(_("This is no longer possible."))
            planned.save(update_fields=["assigned_at", "refusal"])
    with transaction.atomic():
        leasing.hold(plan)
        leasing.let_go(plan, state=Plan.State.DONE, percent=100)

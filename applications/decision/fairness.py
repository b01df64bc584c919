"""The figures of a call that everybody may read once its list is confirmed: counts in groups, without firms, people or scores."""

from collections import Counter
from statistics import median

from django.db import transaction
from django.db.models import Count, Exists, OuterRef
from django.db.models.fields.json import KT

from applications.calls.models import Call
from applications.decision import actions, cells, following, queries
from applications.decision.appeals import Appeal
from applications.decision.models import Place, Proposal
from applications.decision.reports import FairnessReport
from applications.intake.models import Application, Status, Submission
from applications.kernel import audit, clock
from applications.review.models import Assignment


def to_report():
    """Published lists whose figures are not written yet and of whose call nothing is decided anew."""
    undecided = Application.objects.filter(call=OuterRef("call"), status__in=following.UNDECIDED)
    return Proposal.objects.filter(
        ~Exists(undecided), status=Proposal.Status.PUBLISHED, fairness_report=None, call__cancelled_at=None
    )


@transaction.atomic
def report(proposal, *, by):
    """Write the figures of a list down, once it is confirmed; the public page of its call leads to them. True where it was done."""
    call = actions.lock(proposal.call)
    found = to_report().filter(pk=proposal.pk).first()
    if found is None or not queries.is_confirmed(call, now=clock.now()):
        return False
    FairnessReport.objects.create(call=call, proposal=found, made_at=clock.now(), facts=facts_of(found))
    Call.objects.filter(pk=call.pk).redraw()
    audit.record("report_fairness", call, by=by)
    return True


def latest(call):
    """The figures of the last list of a call that was confirmed, None before."""
    return FairnessReport.objects.filter(call=call).order_by("-pk").first()


def facts_of(proposal):
    """{"applications", "eligible", "selected", "places", "by", "load", "spread", "appeals"} of a list, in a handful of queries.

    Applications: handed in and not withdrawn; eligible: not ruled out; selected: by this list. Size and year of founding are those
    of the last submission. by: of field, region, size and founding rows [codes, applications, eligible, selected]; founding: years
    in which the groups begin. load, spread: None where they are too few; bins [beginnings, count]. appeals: "all" and "outcomes",
    None where too few to be told.
    """
    call = proposal.call
    selected = set(proposal.places.filter(result=Place.Result.SELECTED).values_list("application", flat=True))
    rows = Application.objects.standing().filter(call=call)
    firms = frozen(call)
    groups = {name: {} for name in ("field", "region", "size", "founded")}
    whole = [0, 0, 0]
    for pk, status, field, region, size, founded_on in rows.order_by("pk").values_list(
        "pk", "status", "field__code", "region__code", "firm__size", "firm__founded_on"
    ):
        was = firms.get(pk)  # what was handed in; of a firm that was brought in without any it is as it is
        size, year = (was[0], int(was[1][:4])) if was else (size, founded_on.year)
        counts = (1, status != Status.INELIGIBLE, pk in selected)
        codes = {"field": field, "region": region, "size": size, "founded": year // cells.YEARS * cells.YEARS}
        for row in (whole, *(groups[name].setdefault(code, [0, 0, 0]) for name, code in codes.items())):
            for place, count in enumerate(counts):
                row[place] += count
    names = {
        name: [(code, *row) for code, row in sorted(found.items(), key=str)] for name, found in groups.items()
    }
    return {
        "applications": whole[0],
        "eligible": whole[1],
        "selected": whole[2],
        "places": call.places,
        "by": {
            name: (cells.neighbours if name == "founded" else cells.together)(rows)
            for name, rows in names.items()
        },
        "load": load_of(call),
        "spread": spread_of(call),
        "appeals": appeals_of(call),
    }


def frozen(call):
    """{application id: (size, day of founding)} of the firm as its last submission has it."""
    rows = Submission.objects.filter(application__call=call).order_by("application", "ordinal")
    found = rows.values_list("application", KT("snapshot__firm__size"), KT("snapshot__firm__founded_on"))
    return {pk: (size, founded_on) for pk, size, founded_on in found.iterator(chunk_size=2000)}


def load_of(call):
    """How many sheets reviewers wrote for a call, None where they were too few to be told."""
    counted = Assignment.objects.filter(application__call=call, total__isnull=False).standing()
    loads = sorted(
        counted.order_by().values("reviewer").annotate(number=Count("pk")).values_list("number", flat=True)
    )
    if len(loads) < cells.LEAST:
        return None
    return {
        "reviewers": len(loads),
        "sheets": sum(loads),
        "median": median(loads),
        "bins": binned(loads, cells.LOADS),
    }


def spread_of(call):
    """How far the sheets of an application lie apart, of those that have two or more; None where they are too few."""
    found = Application.objects.standing().filter(call=call, sheets__gte=2, spread__isnull=False)
    spreads = [float(spread) for spread in found.values_list("spread", flat=True)]
    if len(spreads) < cells.LEAST:
        return None
    return {"applications": len(spreads), "bins": binned(spreads, cells.SPREADS)}


def binned(values, beginnings):
    """[(beginnings of the groups that stand together, how many)], none of them small."""
    counts = Counter(max(begin for begin in beginnings if begin <= value) for value in values)
    return cells.neighbours([(begin, counts[begin]) for begin in beginnings])


def appeals_of(call):
    """What came of the appeals in a call."""
    rows = Appeal.objects.arrived().filter(application__call=call).order_by()
    counts = dict(rows.values_list("status").annotate(Count("pk")))
    ends = ("upheld", "dismissed", "inadmissible", "withdrawn")
    return {
        "all": cells.told(sum(counts.values())),
        "outcomes": cells.all_told({end: counts.get(end, 0) for end in ends}),
    }

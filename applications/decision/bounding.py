"""What bounds the list of a call, as the rules take it: places, marks, quotas, and what is left of the money."""

from django.db.models import BigIntegerField, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce

from applications.calls.models import BudgetLine
from applications.decision import rules
from applications.decision.models import Place, Proposal
from applications.decision.selection import Bound
from applications.intake.models import Status


def bounds(call):
    """The quotas of a call as the rules know them."""
    return [
        Bound(quota.kind, quota.of.pk, str(quota), quota.least, quota.most)
        for quota in call.quotas.select_related("field", "region")
    ]


def limits(call):
    """What a list of this call is cut by, as the rules take it."""
    budget_krw, line = money(call)
    return {
        "seats": call.places,
        "reserves": call.reserves,
        "pass_mark": call.pass_mark,
        "select_mark": call.select_mark,
        "budget_krw": budget_krw,
        "line": line,
        "bounds": bounds(call),
    }


def money(call):
    """(what the grants of a list may come to in won, None where nothing bounds it; the budget line, where less is left of it than the call may grant).

    What agreements of this call have taken from the line is its own; what published lists of other calls have promised and no agreement
    holds yet is not left. Agreements are a table of a later room: by name only.
    """
    if call.budget_line_id is None:
        return call.budget_krw, ""
    own = Q(agreements__application__call=call, agreements__status="in_force")
    promised = Place.objects.filter(
        proposal__call__budget_line=OuterRef("pk"), proposal__status=Proposal.Status.PUBLISHED,
        result=Place.Result.SELECTED, application__status=Status.SELECTED,
    ).exclude(proposal__call=call)  # fmt: skip
    sums = promised.order_by().values("proposal__call__budget_line").annotate(krw=Sum("grant_krw"))
    line = BudgetLine.objects.annotate(
        own_krw=Sum("agreements__grant_krw", filter=own, default=0),
        promised_krw=Coalesce(Subquery(sums.values("krw")), 0, output_field=BigIntegerField()),
    ).get(pk=call.budget_line_id)
    left = max(0, line.left_krw + line.own_krw - line.promised_krw)
    if call.budget_krw is not None and call.budget_krw <= left:
        return call.budget_krw, ""
    return left, str(line)


def beyond_line(proposal):
    """Why the line of its call does not hold what a list grants anew: other calls have taken from it since it was drawn."""
    left, line = money(proposal.call)
    if not line:
        return []
    selected = proposal.places.filter(result=Place.Result.SELECTED)
    anew = Q(application__status__in=(Status.REVIEWED, Status.RESERVED))
    sums = selected.aggregate(all=Sum("grant_krw", default=0), new=Sum("grant_krw", filter=anew, default=0))
    return rules.beyond_line(line, left, sums["all"]) if sums["new"] else []

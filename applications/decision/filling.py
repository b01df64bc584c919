"""What a list comes to beside the rules it was cut by: places of fields and regions, minimums, money (propose and approve see the same)."""

from django.db.models import Count, Sum

from applications.decision import bounding, deliberated, hindering, rules
from applications.decision.models import Place
from applications.decision.rules import Candidate, Line
from applications.decision.selection import ends


def of_lines(lines, limits, resolutions):
    """The same of lines that are drawn now. limits: bounding.limits; resolutions: of the committee, {id: Resolution}."""
    return {
        "quotas": [(bound, rules.selected_of(lines, bound)) for bound in limits["bounds"]],
        "hindrances": hindering.hindrances(lines, resolutions, **limits),
        "granted": sum(line.candidate.grant_krw for line in lines if line.result == "selected"),
        "money": limits,
    }


def of_proposal(proposal):
    """The same of a list that was written down: its rows are read one by one only where a minimum is not met."""
    selected = proposal.places.filter(result=Place.Result.SELECTED).order_by()
    rows = list(
        selected.values_list("application__field", "application__region").annotate(
            Count("pk"), Sum("grant_krw")
        )
    )
    limits = bounding.limits(proposal.call)
    quotas = [
        (bound, sum(number for *kind, number, _krw in rows if bound.end in ends(kind)))
        for bound in limits["bounds"]
    ]
    granted = sum(krw for *_kind, krw in rows)
    found = {"quotas": quotas, "granted": granted, "hindrances": [], "money": limits}
    if any(number < bound.least for bound, number in quotas):
        resolutions = deliberated.in_force(proposal.deliberation_id)
        lines = lines_of(proposal, deliberated.grants(resolutions))
        if proposal.follows_id:
            found["hindrances"] = hindering.of_further(lines, limits["bounds"])
        else:
            found["hindrances"] = hindering.hindrances(lines, resolutions, **limits)
    return found


def lines_of(proposal, grants):
    """The Lines of a list that was written down. grants: {application id: won} of those that the committee reduced."""
    rows = proposal.places.order_by("rank").values_list(
        "application", "final_score", "base_score", "application__field", "application__region",
        "application__requested_krw", "application__failings", "rank", "result", "reserve_rank", "reason",
    )  # fmt: skip
    return [
        Line(
            Candidate(pk, final, base, (), field, region, grants.get(pk, asked or 0), tuple(failings)),
            *line,
            passed=not failings,
        )
        for pk, final, base, field, region, asked, failings, *line in rows
    ]

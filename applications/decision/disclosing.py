"""What a firm may read of its result, drawn once when it is published and kept in its notice (docs/domain.md, disclosure).

Sheets enter it as means over all of them, reviewers as a list of names in their own order: nothing says who wrote what (G37).
"""

from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal

from django.db.models import Count, Sum

from applications.calls.stages import Criterion, CriterionGroup
from applications.decision import deliberated
from applications.decision.means import group_means
from applications.decision.outcomes import Opinion, ResultNotice
from applications.intake.models.checks import Adjustment
from applications.review import meeting
from applications.review.models import Assignment
from applications.review.rules import by_stage

LEAST_OF_FIELD = 3  # plans of a field whose mean tells nobody's score


def facts_of(proposal, places):
    """{application id: what its notice says} for these places of a list, in a handful of queries for any number of them.

    places: with their applications. Numbers are words, as they are rounded; stages stand by their ordinals, groups by their ids.
    """
    call, ids = proposal.call, [place.application_id for place in places]
    means = means_of(proposal) if call.discloses_means else {}
    if proposal.follows_id:
        field_means = told_of_fields(call)
    else:
        fields = dict(proposal.places.values_list("application", "application__field"))
        field_means = means_of_fields(means, fields)
    panels = panels_of(ids) if call.discloses_panel else {}
    opinions = Opinion.objects.in_bulk(ids, field_name="application_id") if call.discloses_opinion else {}
    heard = meeting.opinions_of(ids) if call.discloses_opinion else {}
    items = items_of(ids)
    terms = deliberated.conditions_of(proposal, ids)
    found = {}
    for place in places:
        application, pk = place.application, place.application_id
        said = opinions.get(pk)
        beside = field_means.get(application.field_id, {})
        found[pk] = {
            "stages": application.stage_scores,
            "groups": [
                [group, str(rounded(mean)), str(rounded(beside[group])) if group in beside else None]
                for group, mean in means.get(pk, {}).items()
            ],
            "bonus": str(application.bonus),
            "penalty": str(application.penalty),
            "items": items[pk],
            "opinion": said.text if said else heard.get(pk, ""),
            "to_improve": said.to_improve if said else "",
            "panel": panels.get(pk, []),
            **({"committee": committee_of(place, terms[pk])} if pk in terms and is_selected(place) else {}),
        }
    return found


def is_selected(place):
    return place.result == place.Result.SELECTED


def committee_of(place, said):
    """The grant that the committee reduced (won), the conditions, and why, where the reason of the place does not say it."""
    return {
        "asked_krw": place.application.requested_krw if said.grant_krw is not None else None,
        "conditions": said.conditions,
        "reason": said.reason if said.result == "as_ruled" else "",
    }


def rounded(mean):
    """Half up, to the second decimal, as every score that is shown."""
    return mean.quantize(Decimal("0.01"), ROUND_HALF_UP)


def means_of(proposal):
    """means.group_means of all plans of a list."""
    criteria = Criterion.objects.filter(group__stage__call=proposal.call).order_by().values_list("group")
    return group_means(
        proposal.call, proposal.places.values("application"), dict(criteria.annotate(Count("pk")))
    )


def means_of_fields(means, fields):
    """{field id: {group id: mean over its plans}}, where there are enough of them. means: means.group_means; fields: {plan: field}."""
    gathered = defaultdict(lambda: defaultdict(list))
    for application, groups in means.items():
        for group, mean in groups.items():
            gathered[fields.get(application)][group].append(mean)
    return {
        field: {
            group: sum(found, Decimal()) / len(found)
            for group, found in groups.items()
            if len(found) >= LEAST_OF_FIELD
        }
        for field, groups in gathered.items()
    }


def told_of_fields(call):
    """The same as the notices of the first list told it: taken anew over other plans, the two together would tell one plan's means."""
    first = ResultNotice.objects.filter(place__proposal__call=call, place__proposal__follows=None)
    found = defaultdict(dict)
    for field, groups in first.order_by().values_list("application__field", "facts__groups"):
        found[field] |= {group: Decimal(beside) for group, _own, beside in groups if beside}
    return found


def items_of(ids):
    """{application id: [[name of the item, points, grounds]]}: the last decision on each, those that say something to the firm."""
    last = defaultdict(dict)
    for decision in (
        Adjustment.objects.filter(application__in=ids).select_related("item").order_by("item__ordinal", "pk")
    ):
        last[decision.application_id][decision.item_id] = decision
    return defaultdict(
        list,
        {
            pk: [
                [decision.item.name, str(decision.points), decision.grounds]
                for decision in decisions.values()
                if decision.item.is_bonus or decision.points
            ]
            for pk, decisions in last.items()
        },
    )


def panels_of(ids):
    """{application id: [[name, affiliation]]} of those whose sheets count, once each, by name."""
    found = defaultdict(set)
    rows = (
        Assignment.objects.filter(application__in=ids)
        .standing()
        .values_list("application", "reviewer__name", "reviewer__reviewer_profile__affiliation")
    )
    for application, name, affiliation in rows:
        found[application].add((name, affiliation or ""))
    return {pk: [list(member) for member in sorted(people)] for pk, people in found.items()}


def words_of(call):
    """The stages of a call, and {group id: (group, its points)}: what the ordinals in its notices stand for."""
    groups = CriterionGroup.objects.filter(stage__call=call).annotate(points=Sum("criteria__points"))
    found = groups.select_related("stage").order_by("stage__ordinal", "ordinal")
    return list(call.stages.all()), {group.pk: group for group in found}


def shown(notice, words, *, is_confirmed):
    """The facts of a notice as a page, a letter and a document show them.

    words: of its call; is_confirmed: the list is; before that nobody is named.
    """
    facts, (stages, groups) = notice.facts, words
    means = {pk: (mean, beside) for pk, mean, beside in facts["groups"]}
    return {
        "stages": by_stage(stages, facts["stages"]),
        "groups": [
            (group, Decimal(means[pk][0]), means[pk][1] and Decimal(means[pk][1]))
            for pk, group in groups.items()
            if pk in means
        ],
        "bonus": Decimal(facts["bonus"]),
        "penalty": Decimal(facts["penalty"]),
        "items": [(name, Decimal(points), grounds) for name, points, grounds in facts["items"]],
        "opinion": facts["opinion"],
        "to_improve": facts["to_improve"],
        "panel": facts["panel"] if is_confirmed else [],
        "panel_follows": bool(facts["panel"]) and not is_confirmed,
        "has_stages": len(facts["stages"]) > 1,
        "committee": facts.get("committee"),
    }

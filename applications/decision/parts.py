"""The ranking of a part of a call: one panel, field or region; and what each group of criteria comes to."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django.db.models import Avg, Count, Q, Sum

from applications.calls.stages import CriterionGroup
from applications.decision.means import group_means
from applications.kernel.clock import KST
from applications.kernel.taxonomy import Region
from applications.review.panels import Panel

CENT = Decimal("0.01")


@dataclass
class Part:
    """What the ranking is narrowed to. choices: [(name of the parameter, the one that is chosen or None, [all of them])]."""

    choices: list
    where: Q

    @property
    def is_whole(self):
        """Nothing is narrowed: the whole call."""
        return all(chosen is None for _name, chosen, _all in self.choices)


def part_of(call, given, fields):
    """The Part that an address asks for; what is not known narrows nothing. given: its query; fields: all of them."""
    panels = list(Panel.objects.filter(call=call).select_related("stage"))
    regions = list(Region.objects.valid_on(call.closes_at.astimezone(KST).date()))
    choices, where = [], Q()
    for name, column, code, things in (
        ("panel", "hearings__panel", "key", panels),
        ("field", "field", "code", fields),
        ("region", "region", "code", regions),
    ):
        chosen = next((one for one in things if str(getattr(one, code)) == given.get(name)), None)
        choices.append((name, chosen, [(str(getattr(one, code)), one) for one in things]))
        if chosen:
            where &= Q(**{column: chosen})
    return Part(choices, where)


def figures_of(ranking):
    """How many a ranking holds, and the means of their final scores and of the spreads of their sheets."""
    return ranking.order_by().aggregate(number=Count("pk"), final=Avg("final_score"), spread=Avg("spread"))


def groups_of(call):
    """The groups of criteria of a call in order, each with its `points` and how many criteria it has (`number`)."""
    groups = CriterionGroup.objects.filter(stage__call=call).select_related("stage")
    return list(
        groups.annotate(points=Sum("criteria__points"), number=Count("criteria")).order_by(
            "stage__ordinal", "ordinal"
        )
    )


def means_of(call, rows, groups):
    """For each of these applications the mean of each group; None where it has none. Rounded half up, as every score that is shown."""
    criteria = {group.pk: group.number for group in groups}
    found = group_means(call, [row.pk for row in rows], criteria)
    return [
        [mean and mean.quantize(CENT, ROUND_HALF_UP) for mean in map(found.get(row.pk, {}).get, criteria)]
        for row in rows
    ]

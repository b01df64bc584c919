"""What a call rules for its decision beside its criteria: bonus and penalty items, and the places of fields and regions."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from applications.calls.models import Call, RequiredPaper
from applications.kernel.errors import Gap
from applications.kernel.taxonomy import IndustryField, Region


class Item(models.Model):
    """Something that adds points to a score (가점) or takes some off (감점), under the caps of the call."""

    class Kind(models.TextChoices):
        BONUS = "bonus", _("Bonus")
        PENALTY = "penalty", _("Penalty")

    call = models.ForeignKey(Call, models.CASCADE, related_name="items")
    ordinal = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=10, choices=Kind)
    name = models.CharField(max_length=100)
    points = models.DecimalField(max_digits=3, decimal_places=1)
    evidence = models.CharField(max_length=300, blank=True)  # that is asked for, in words
    by_file = models.BooleanField(default=False)  # it is uploaded: RequiredPaper.Trait.BONUS

    class Meta:
        ordering = ["ordinal"]
        constraints = [
            models.UniqueConstraint(fields=["call", "ordinal"], name="item_order"),
            models.CheckConstraint(condition=Q(points__gt=0), name="item_has_points"),
            models.CheckConstraint(condition=Q(kind="bonus") | Q(by_file=False), name="item_penalty_no_file"),
        ]

    def __str__(self):
        return self.name

    @property
    def is_bonus(self):
        return self.kind == Item.Kind.BONUS

    @property
    def signed(self):
        """What it does to a score where it counts."""
        return self.points if self.is_bonus else -self.points


class Quota(models.Model):
    """The least and the most places of one field, or of firms with their seat in one region."""

    call = models.ForeignKey(Call, models.CASCADE, related_name="quotas")
    # also the order in which minimums are met where not all can be
    ordinal = models.PositiveSmallIntegerField()
    field = models.ForeignKey(IndustryField, models.PROTECT, null=True, related_name="+")
    region = models.ForeignKey(Region, models.PROTECT, null=True, related_name="+")
    least = models.PositiveSmallIntegerField(default=0)
    most = models.PositiveSmallIntegerField(null=True)

    class Meta:
        ordering = ["ordinal"]
        constraints = [
            models.UniqueConstraint(fields=["call", "ordinal"], name="quota_order"),
            models.UniqueConstraint(fields=["call", "field"], name="quota_once"),
            models.UniqueConstraint(fields=["call", "region"], name="quota_once_of_region"),
            models.CheckConstraint(
                condition=Q(field=None, region__isnull=False) | Q(field__isnull=False, region=None),
                name="quota_of_field_or_region",
            ),
            models.CheckConstraint(
                condition=Q(most=None, least__gt=0) | Q(most__gte=F("least")), name="quota_least_and_most"
            ),
        ]

    def __str__(self):
        return str(self.of)

    @property
    def of(self):
        return self.field or self.region

    @property
    def kind(self):
        return "field" if self.field_id else "region"


MOST_TIE_KEYS = 5  # columns of an application that hold them


def tie_choices(call):
    """{code: words} of what may break a tie in this call, the higher value first: only what there are data of."""
    groups = {}  # of all stages that stand at the same place: their means are compared as one sum
    found = call.stages.filter(groups__isnull=False).order_by("groups__ordinal", "ordinal")
    for ordinal, name in found.values_list("groups__ordinal", "groups__name"):
        groups.setdefault(f"group-{ordinal}", {})[name] = None
    numbers = call.questions.filter(kind="number").select_related("part")
    return {
        **{key: " · ".join(names) for key, names in groups.items()},
        "base": _("the score without bonus"),
        "outside": _("a seat outside the capital area"),
        **{f"answer-{question.code}": question.label for question in numbers},
    }


def tie_names(call):
    """What breaks a tie in this call, in order."""
    words = tie_choices(call) if call.tie_keys else {}
    return [str(words.get(key, "")) for key in call.tie_keys]


def unbreakable(call):
    """A tie is broken by what there is: Gaps."""
    if not call.tie_keys or set(call.tie_keys) <= tie_choices(call).keys():
        return []
    return [Gap(_("What breaks a tie names something that this call no longer has."), "tie_keys", "ties")]


def unproven(call):
    """What a firm has to upload for a bonus has its place among the papers, and no paper proves nothing: Gaps."""
    papers = list(call.papers.filter(needed_from=RequiredPaper.Trait.BONUS))
    if call.items.filter(by_file=True).exists():
        said = _("A bonus is proven by a file, but no paper is asked of firms that claim one.")
        return [] if papers else [Gap(said, section="papers")]
    said = _("The paper “%(name)s” proves a bonus, but no bonus item asks for a file.")
    return [Gap(said % {"name": paper.name}, section="papers") for paper in papers]


def unreachable(call):
    """Minimums that no list of this call could ever meet: Gaps."""
    quotas, gaps = list(call.quotas.filter(least__gt=0).select_related("field", "region")), []
    if not quotas:
        return []
    for kind, said in (
        ("field", _("The least places of the fields come to %(sum)d, and the call has %(places)d.")),
        ("region", _("The least places of the regions come to %(sum)d, and the call has %(places)d.")),
    ):
        least = sum(quota.least for quota in quotas if quota.kind == kind)
        if least > call.places:
            gaps.append(Gap(said % {"sum": least, "places": call.places}, section="quotas"))
    fields = set(call.open_to.values_list("pk", flat=True))
    shut = _("%(name)s has a least number of places, but nobody of it may apply.")
    gaps += [
        Gap(shut % {"name": quota}, section="quotas")
        for quota in quotas
        if (quota.field_id and fields and quota.field_id not in fields)
        or (quota.region_id and call.regions and quota.region.code not in call.regions)
    ]
    return gaps

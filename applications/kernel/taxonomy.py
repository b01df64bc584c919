"""The words of the programme as data with validity dates: technologies, fields, industries, regions."""

from functools import cache

from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


class TermQuerySet(models.QuerySet):
    def valid_on(self, day):
        """Terms in force on this date (valid_to is the last day)."""
        return self.filter(Q(valid_to=None) | Q(valid_to__gte=day), valid_from__lte=day)


class Term(models.Model):
    """A word of a closed list. A change in law ends a row and begins another; rows are not rewritten."""

    code = models.CharField(max_length=10, unique=True)
    name = models.CharField(_("name"), max_length=60)
    name_en = models.CharField(max_length=80)
    ordinal = models.PositiveSmallIntegerField()
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)

    objects = TermQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["ordinal"]

    def __str__(self):
        return self.name_en if get_language() == "en" else self.name


@cache
def terms_of(table):
    """Every term of a closed list, read once in each process: rows come with a release and are not rewritten."""
    return tuple(table.objects.all())


class RootTechnology(Term):
    """One of the fourteen root technologies (뿌리산업법 시행령 별표 1, from 2021-12-16)."""

    class Group(models.TextChoices):
        BASE = "base", _("Base processes")
        MATERIALS = "materials", _("Processes for diverse materials")
        INTELLIGENT = "intelligent", _("Intelligent processes")

    group = models.CharField(max_length=12, choices=Group)


class IndustryField(Term):
    """One of the six new root-industry fields of the strategy of 2023-03-28."""


class DemandIndustry(Term):
    """An industry that buys from root firms."""


class Pillar(Term):
    """One of the three pillars of the strategy: firms, investment, system."""


class Region(Term):
    """A province or metropolitan city by its administrative code; merged ones end and others begin."""

    capital_area = models.BooleanField()


class IndustryCodeVersion(Term):
    """A version of the Korean standard industrial classification (KSIC)."""


class PaperKindQuerySet(TermQuerySet):
    def that_run_out(self, day):
        """Kinds in force on this date whose papers are valid for a time only."""
        lasts = Q(valid_days=None, valid_months=None, valid_until="")
        return self.valid_on(day).exclude(lasts)


class PaperKind(Term):
    """A certificate or standard paper that a firm hands in again and again, and how long one is valid as a rule.

    One of the three at most: so many days or months from its issue, or until a day (MM-DD) of the next year.
    """

    valid_days = models.PositiveSmallIntegerField(null=True)
    valid_months = models.PositiveSmallIntegerField(null=True)
    valid_until = models.CharField(max_length=5, blank=True)

    objects = PaperKindQuerySet.as_manager()

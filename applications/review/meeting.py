"""Reads of a panel's meeting: the sheets of what it hears, in so many queries for one application as for all of them."""

from collections import defaultdict

from django.db.models import Exists, OuterRef

from applications.accounts.models import User
from applications.review.deliberating import Sheet, lines
from applications.review.models import Assignment
from applications.review.panels import Explanation, Hearing

OF_SHEET = ("application", "pk", "reviewer", "status", "total", "prints")
OF_ROW = (
    "key", "panel", "stage", "opinion", "version", "application__key", "application__number", "application__title",
    "application__status", "application__firm__name",
)  # fmt: skip


def rows(panel, user):
    """What a panel hears and this person may see, with what a row of its page shows."""
    found = panel.hearings.visible_to(user).in_play()
    return found.select_related("application__firm").only(*OF_ROW)


def lines_of(panel, *, only=None):
    """A Line for everything that the panel hears, or for one hearing alone."""
    found = panel.hearings.in_play().select_related("application").order_by("pk")
    return lines_with_sheets(panel, list(found.filter(pk=only.pk) if only else found))


def lines_with_sheets(panel, hearings):
    """A Line for each of these hearings, with their sheets and the reasons that were written: two queries."""
    sheets, reasons = defaultdict(list), defaultdict(set)
    found = Assignment.objects.filter(
        stage=panel.stage_id, application__in=[hearing.application_id for hearing in hearings]
    )
    for application, *facts in found.in_play().order_by("pk").values_list(*OF_SHEET):
        sheets[application].append(Sheet(*facts))
    written = Explanation.objects.filter(hearing__in=hearings).order_by()
    for hearing, totals in written.values_list("hearing", "totals"):
        reasons[hearing].add(totals)
    return lines(hearings, sheets, reasons, panel.stage)


def names_of(lines):
    """{id: name} of everybody who has a sheet in these lines, by name."""
    who = {sheet.reviewer for line in lines for sheet in line.sheets}
    return dict(User.objects.filter(pk__in=who).order_by("name", "pk").values_list("pk", "name"))


def sheets_of(hearing):
    """The sheets of one application before its panel, with their people."""
    found = Assignment.objects.filter(application=hearing.application_id, stage=hearing.stage_id)
    return found.in_play().select_related("reviewer", "application").order_by("pk")


def next_without_opinion(hearing, user):
    """The hearing of the panel after this one that has no opinion yet, or the first of them; None where all have one."""
    left = rows(hearing.panel, user).filter(opinion="").exclude(pk=hearing.pk).order_by("pk")
    return left.filter(pk__gt=hearing.pk).first() or left.first()


def concluded():
    """Hearings of closed panels with their opinions: what firms may read, where no officer has put it in other words."""
    aside = Assignment.objects.filter(
        application=OuterRef("application"), stage=OuterRef("stage"), status="set_aside"
    )
    found = Hearing.objects.filter(~Exists(aside), panel__status="closed").exclude(opinion="")
    return found.order_by("stage__ordinal")


def opinions_of(applications):
    """{application id: what its panels say of it, stage by stage}. applications: their ids."""
    found = {}
    for pk, opinion in concluded().filter(application__in=applications).values_list("application", "opinion"):
        found[pk] = "\n\n".join(filter(None, (found.get(pk), opinion)))
    return found

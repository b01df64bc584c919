"""Reads of a panel's meeting: the sheets of what it hears, in so many queries for one application as for all of them."""

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, Subquery

from applications.accounts.models import Role, User
from applications.calls.conflicts import RULES
from applications.review import facts, membership
from applications.review.deliberating import BLANK, Sheet, lines
from applications.review.exemptions import allowances
from applications.review.models import OUT, TAKEN_OUT, Assignment, SheetEvent
from applications.review.panels import Explanation, Hearing

OF_SHEET = ("application", "is_taken_out", "pk", "reviewer", "status", "total", "prints")
OF_ROW = (
    "key", "panel", "stage", "opinion", "version", "application__key", "application__number", "application__title",
    "application__status", "application__firm__name",
)  # fmt: skip


def seen(panel, user):
    """What a panel hears and this person may look at: members nothing that they stand in a conflict with by what is declared, or by
    what our data shows now."""
    found = panel.hearings.visible_to(user)
    if user.role != Role.REVIEWER:
        return found
    barred = membership.conflicts_in(panel, [user.reviewer_profile])
    return found.exclude(application__in=[*barred[user.pk]])


def is_withheld(hearing, user):
    """The same of one application: whether our data keeps this person from looking at it."""
    return user.role == Role.REVIEWER and bool(facts.against(hearing.application, user.reviewer_profile))


def rows(panel, user):
    """The same with what a row of the panel's page shows, without what was withdrawn."""
    return seen(panel, user).in_play().select_related("application__firm").only(*OF_ROW)


def lines_of(panel, *, only=None):
    """A Line for everything that the panel hears, or for one hearing alone."""
    found = panel.hearings.in_play().select_related("application").order_by("pk")
    return lines_with_sheets(panel, list(found.filter(pk=only.pk) if only else found), whole=not only)


def lines_with_sheets(panel, hearings, *, whole=True):
    """A Line for each of these hearings, with their sheets, the reasons that were written and what is allowed: three queries.

    whole: these are all that the panel hears; else a fourth finds the same texts in the others.
    """
    sheets, excluded, reasons = defaultdict(list), defaultdict(list), defaultdict(set)
    heard, of_hearings = [hearing.application_id for hearing in hearings], {"hearing__in": hearings}
    if whole:  # asked for by what they are: a long list of ids is read anew by each statement
        heard, of_hearings = panel.hearings.in_play().values("application"), {"hearing__panel": panel}
    found = Assignment.objects.filter(stage=panel.stage_id, application__in=heard)
    found = found.annotate(is_taken_out=TAKEN_OUT).order_by("pk")
    for application, is_out, *columns in found.values_list(*OF_SHEET):
        (excluded if is_out else sheets)[application].append(Sheet(*columns))
    written = Explanation.objects.filter(**of_hearings).order_by()
    for hearing, totals in written.values_list("hearing", "totals"):
        reasons[hearing].add(totals)
    elsewhere = {} if whole else _same_texts(panel, sheets)
    return lines(
        hearings, sheets, reasons, panel.stage, excluded=excluded, elsewhere=elsewhere,
        allowed=allowances([panel.stage_id], applications=None if whole else heard),
    )  # fmt: skip


def _same_texts(panel, sheets):
    """{sheet id: prints} of what the panel has on other applications; of one alone only what shares a text with it."""
    heard = panel.hearings.in_play().exclude(application__in=list(sheets)).values("application")
    found = Assignment.objects.standing().filter(stage=panel.stage_id, application__in=heard)
    if len(sheets) == 1:
        [of] = sheets.values()
        same = Q(pk=None)
        for mark in {mark for sheet in of if sheet.counts for mark in sheet.prints.split()} - {BLANK}:
            same |= Q(prints__contains=mark)
        found = found.filter(same)
    return dict(found.order_by().values_list("pk", "prints"))


@dataclass(frozen=True)
class Twin:
    """A sheet that says the same as another; its hearing is None where the person may not look at its application."""

    reviewer: str
    number: str
    hearing: object

    def __str__(self):
        return f"{self.number} {self.reviewer}"


def twins_in(lines, rows):
    """{sheet id: Twin} of all sheets that share a text with one of these lines; no query where none does. rows: that the person may see."""
    ids = {other for line in lines for others in line.alike.values() for other in others}
    if not ids:
        return {}
    heard = rows.filter(application=OuterRef("application")).values("key")[:1]
    found = Assignment.objects.filter(pk__in=ids).order_by("application__number", "reviewer__name", "pk")
    facts = found.values_list("pk", "reviewer__name", "application__number", Subquery(heard))
    return {pk: Twin(*of) if of[-1] else Twin("", "", None) for pk, *of in facts}


def names_of(lines):
    """{id: name} of everybody who has a sheet that stands in these lines, by name."""
    who = {sheet.reviewer for line in lines for sheet in line.sheets}
    return dict(User.objects.filter(pk__in=who).order_by("name", "pk").values_list("pk", "name"))


def asked_for(hearing):
    """Every sheet that was asked for of one application before its panel."""
    return Assignment.objects.filter(application=hearing.application_id, stage=hearing.stage_id)


def sheets_of(hearing):
    """Those that stand or are still to come, with their people."""
    return asked_for(hearing).in_play().select_related("reviewer", "application").order_by("pk")


def excluded_of(hearing):
    """Those that its panel has no more, with their people."""
    return asked_for(hearing).taken_out().select_related("reviewer").order_by("pk")


def why_out(sheets):
    """{id of a sheet that was taken out: why}: by the rule that its reviewer named, in no words of theirs, or the reason that was given."""
    sheets = [sheet for sheet in sheets if sheet.is_out]
    events = SheetEvent.objects.filter(assignment__in=sheets, kind__in=OUT).order_by("assignment", "ordinal")
    given = dict(events.values_list("assignment", "note")) if sheets else {}
    return {
        sheet.pk: f"{sheet.conflict_code} {RULES[sheet.conflict_code].title}" if sheet.has_conflict else given.get(sheet.pk, "")
        for sheet in sheets
    }  # fmt: skip


def next_without_opinion(hearing, rows):
    """The hearing of the panel after this one that has no opinion yet, or the first of them; None where all have one. rows: that the person may see."""
    left = rows.filter(opinion="").exclude(pk=hearing.pk).order_by("pk")
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

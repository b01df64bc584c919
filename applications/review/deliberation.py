"""The verbs of a panel's meeting: open the deliberation, ask for and write reasons, write opinions, close, open again."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from applications.kernel import audit, clock
from applications.kernel.access import require
from applications.kernel.errors import Refused
from applications.kernel.reasons import too_short
from applications.lifecycle import PANEL
from applications.notifications.outbox import notify, notify_each
from applications.review import deliberating, facts, meeting, membership
from applications.review.models import Assignment
from applications.review.panels import Explanation, Hearing


def _locked(panel, move, by):
    """The panel under its lock, if this person may make this move with it now."""
    panel = membership.locked(panel.pk)
    PANEL.check(panel, move, by=by)
    return panel


@transaction.atomic
def open_deliberation(panel, *, by):
    """From now on members who have handed in all their sheets see those of the others; reasons are asked for at once."""
    panel = _locked(panel, "open_deliberation", by)
    if reasons := deliberating.own_sheets(by.assignments.open_in(panel).count()):
        raise Refused(*reasons, about=panel)
    PANEL.make(panel, "open_deliberation", by=by, opened_at=clock.now())
    _ask(panel, meeting.lines_of(panel))


@transaction.atomic
def ask_reasons(panel, *, by):
    """Ask the reviewers of totals that lie far off for a reason, those who were not asked yet. Returns how many sheets it was."""
    panel = _locked(panel, "ask_reasons", by)
    asked = _ask(panel, meeting.lines_of(panel))
    audit.record("ask_reasons", panel, by=by, after={"sheets": asked})
    return asked


def _ask(panel, lines):
    wanted = {pk for line in lines if line.waits_for_reason for pk in line.odd}
    sheets = Assignment.objects.filter(pk__in=wanted, questioned_at=None).select_related(
        "reviewer", "application"
    )
    sheets = list(sheets.order_by("pk"))
    Assignment.objects.filter(pk__in=[sheet.pk for sheet in sheets]).update(questioned_at=clock.now())
    notify_each(
        "total_questioned",
        [
            (
                [sheet.reviewer],
                f"questioned:{sheet.key}:{clock.now().isoformat()}",
                {"panel": panel, "sheet": sheet, "application": sheet.application},
            )
            for sheet in sheets
        ],
    )
    return len(sheets)


@transaction.atomic
def explain(hearing, *, text, by, sheet=None):
    """Write why totals lie far off: the reviewer of such a sheet, or the chair (without a sheet). The scores stay as they are."""
    panel = hearing.panel = membership.locked(hearing.panel_id)
    if sheet:
        require(by, "review.explain", sheet)
    else:
        require(by, "hearing.explain", hearing)
    [line] = meeting.lines_of(panel, only=hearing)
    reasons = too_short(text, "text")
    if panel.status != "deliberating":
        reasons = [_("The deliberation of the panel is not open.")]
    elif not line.odd or (sheet and sheet.pk not in line.odd):
        reasons = [_("No total lies far off the others any more; nothing is to be explained.")]
    if reasons := reasons or facts.halted(hearing.application, by):
        raise Refused(*reasons, about=hearing)
    Explanation.objects.create(
        hearing=hearing, sheet=sheet, text=text, by=by, at=clock.now(),
        totals=deliberating.signature(one.total for one in line.counted),
    )  # fmt: skip
    Assignment.objects.filter(pk__in=line.odd).update(questioned_at=None)
    audit.record("explain_totals", hearing.application, by=by, note=text)


@transaction.atomic
def conclude(hearing, *, opinion, version, by):
    """Write the opinion of the panel on an application. version: of the opinion that the person has read."""
    panel = _locked(hearing.panel, "conclude", by)
    hearing = Hearing.objects.select_for_update(of=("self",), no_key=True).select_related("application__firm", "application__call").get(
        pk=hearing.pk
    )  # fmt: skip
    require(by, "hearing.conclude", hearing)
    if reasons := deliberating.bad_opinion(opinion, version, hearing) or facts.halted(
        hearing.application, by
    ):
        raise Refused(*reasons, about=hearing)
    before = hearing.opinion
    hearing.opinion, hearing.opinion_by, hearing.opinion_at = opinion.strip(), by, clock.now()
    hearing.version += 1
    hearing.save(update_fields=["opinion", "opinion_by", "opinion_at", "version"])
    audit.record(
        "conclude", hearing.application, by=by, before={"opinion": before}, after={"opinion": hearing.opinion},
        note=str(panel),
    )  # fmt: skip


@transaction.atomic
def close(panel, *, by):
    """Close the panel: from now on neither sheets nor opinions of what it heard change. Raises Refused with all that is lacking."""
    panel = _locked(panel, "close_panel", by)
    if reasons := deliberating.unclosable(meeting.lines_of(panel)):
        raise Refused(*reasons, about=panel)
    PANEL.make(panel, "close_panel", by=by, closed_at=clock.now())
    notify("panel_closed", to=[panel.who_is_told], event=f"closed:{panel.key}:{clock.now().isoformat()}",
           panel=panel)  # fmt: skip


@transaction.atomic
def reopen(panel, *, reason, by):
    """Open a closed panel again while something it heard is still under review in its stage; the chair is told."""
    panel = _locked(panel, "reopen_panel", by)
    reasons = too_short(reason)
    if not reasons and not membership.still_under_review(panel).exists():
        reasons = [_("The reviews of what this panel heard are closed. Please open them again first.")]
    if reasons:
        raise Refused(*reasons, about=panel)
    PANEL.make(panel, "reopen_panel", by=by, note=reason, closed_at=None)
    notify("panel_reopened", to=[panel.chair], event=f"reopened:{panel.key}:{clock.now().isoformat()}",
           panel=panel, reason=reason)  # fmt: skip

"""WHETHER of site visits, as pure functions: when one may be set, what a visitor still owes, and what two findings come to (docs/domain.md, site visits)."""

from dataclasses import dataclass, field

from django.utils.translation import gettext_lazy as _

from applications.calls.stages import VISITORS
from applications.kernel import clock
from applications.kernel.errors import Reason
from applications.kernel.reasons import too_short
from applications.review.rules import Standing
from applications.review.visits import MOST_PHOTOS


@dataclass(frozen=True)
class Found:
    """What one visitor handed in: fit or not, the names of what is not, and when."""

    fit: bool
    at: object
    unfit: tuple = field(default=())


def days_ahead(at, *, now):
    """How many days lie between the day on which a firm is told and the visit: the first day is not counted (민법 제157조)."""
    return (at.astimezone(clock.KST).date() - now.astimezone(clock.KST).date()).days


def unsettable(stage, at, reason, *, now, least_days):
    """Why a visit cannot be set to this instant. reason: for telling the firm less than so many days before."""
    if stage is None or not stage.is_visit:
        return [Reason(_("This application is not in a stage with a site visit."))]
    if at <= now:
        return [Reason(_("A visit is still to come."), "at")]
    if days_ahead(at, now=now) < least_days and too_short(reason):
        said = _("A firm is told at least %(days)d days before, unless you write a reason.")
        return [Reason(said % {"days": least_days}, "short_notice_reason")]
    return []


def settled(found):
    """A visit that somebody has handed in the findings of has taken place; its date stands."""
    return [Reason(_("A visitor has handed in the findings already; the date stands."))] if found else []


def not_a_visit(stage):
    return [] if stage.is_visit else [Reason(_("This is no site visit."))]


def too_many_visitors(stage, asked):
    """A place is visited by two. asked: how many stand in no conflict and are not excluded."""
    if not stage.is_visit or asked < VISITORS:
        return []
    return [Reason(_("Two visitors are asked already."))]


def not_yet(visit, *, now):
    """Why nothing can be handed in yet: the visit is not set, or still to come."""
    if visit is None:
        return [Reason(_("The visit has no date yet."))]
    if visit.at > now:
        return [Reason(_("The visit is still to come."))]
    return []


def unfinished(points, findings, *, fit, overall, least):
    """What a visitor's sheet still lacks. findings: {point id: (fit or None, words)}; least: characters of an opinion."""
    reasons = []
    for point in points:
        verdict, words = findings.get(point.pk, (None, ""))
        if verdict is None:
            reasons.append(Reason(_("Fit or not? %(what)s") % {"what": point.name}, f"fit_{point.pk}"))
        if too_short(words):
            said = _("Please write what you found: %(what)s")
            reasons.append(Reason(said % {"what": point.name}, f"words_{point.pk}"))
    if fit is None:
        reasons.append(Reason(_("Please say whether the place is fit as a whole."), "fit"))
    elif not fit and not any(verdict is False for verdict, _words in findings.values()):
        reasons.append(Reason(_("A place that is not fit has a point that is not."), "fit"))
    if len(overall.strip()) < least:
        said = _("Please write at least %(least)d characters: %(what)s")
        reasons.append(Reason(said % {"least": least, "what": _("overall opinion")}, "overall"))
    return reasons


def too_many_photos(count):
    if count < MOST_PHOTOS:
        return []
    return [Reason(_("At most %(most)d photos.") % {"most": MOST_PHOTOS}, "file")]


def differ(found):
    """Both have handed in, and one says fit where the other does not."""
    return len({one.fit for one in found}) > 1


def holds(decision, found):
    """Whether a decision was made on these very findings: none was handed in after it."""
    return decision is not None and all(one.at <= decision.at for one in found)


def undecided(found, decision):
    """Why the stage cannot be closed: the visitors differ and nobody has decided."""
    if differ(found) and not holds(decision, found):
        return [Reason(_("The two visitors differ: a director decides first, with a reason."))]
    return []


def undecidable(found):
    """Why nothing is to be decided."""
    if differ(found):
        return []
    return [Reason(_("There is nothing to decide: the two visitors do not differ."))]


def standing(stage, found, decision) -> Standing:
    """What a site visit comes to: no score; it fails the plan where both say so, or where it was decided so."""
    result = Standing(stage, len(found))
    if differ(found):
        if holds(decision, found) and not decision.fit:
            said = _("%(stage)s: not fit (%(why)s)")
            result.failings.append(said % {"stage": stage, "why": decision.reason})
    elif len(found) >= VISITORS and not found[0].fit:
        names = list(dict.fromkeys(name for one in found for name in one.unfit))
        said = _("%(stage)s: not fit (%(why)s)")
        result.failings.append(said % {"stage": stage, "why": ", ".join(names)})
    return result


def untellable(call, stage, *, still_before, to_tell):
    """Why no firm is told that it goes on to this stage now.

    still_before: how many of the call are in a stage before it: what becomes of one is not told before all are through.
    """
    if call.cancelled_at:
        return [Reason(_("This call was cancelled."))]
    if stage.ordinal == 1:
        return [Reason(_("Every eligible application begins with this stage."))]
    if still_before:
        return [
            Reason(_("%(count)d applications are not through the stages before.") % {"count": still_before})
        ]
    if not to_tell:
        return [Reason(_("Nobody is left to be told."))]
    return []

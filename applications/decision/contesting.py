"""WHETHER of appeals and of giving up (docs/domain.md, appeals): in time, founded, decided as it may be."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from applications.kernel import calendar
from applications.kernel.errors import Reason
from applications.templatetags.grants import instant

TEXT_LENGTH = 20
MOST_FILES = 5
CONTESTED = ("reserved", "declined", "ineligible")  # who is selected has nothing to contest


PARTS = {
    "reviewed": _("You reviewed the application: somebody else examines the appeal."),
    "visited": _("You decided whether the place that was visited is fit: somebody else examines the appeal."),
    "adjusted": _(
        "You decided on a bonus or penalty item of the application: somebody else examines the appeal."
    ),
    "excluded": _(
        "You proposed or confirmed that the application is ruled out: somebody else examines the appeal."
    ),
}


def nobody_left(role):
    """What is said where everybody with a role had a part in what is contested. role: officer or director."""
    said = {
        "officer": _(
            "Every programme officer had a part in the decision that is contested: none of them may examine this appeal. Another programme officer is needed; the administrator invites one."
        ),
        "director": _(
            "Every director had a part in the decision that is contested: none of them may confirm the decision on this appeal. Another director is needed; the administrator invites one."
        ),
    }
    return [Reason(said[role])]


def late(ends_at, arrived_at):
    """The end of the time to appeal is exclusive to the microsecond: an arrival at it is late."""
    if arrived_at < ends_at:
        return []
    return [Reason(_("The time to appeal ended at %(end)s.") % {"end": instant(ends_at)})]


@dataclass(frozen=True)
class Contested:
    """The last decision that a firm was told and may contest. thing: the field of an appeal, and what stands in it."""

    thing: dict
    told_at: datetime
    ends_at: datetime  # exclusive

    @property
    def until(self):
        """The last day to appeal."""
        return calendar.day_before(self.ends_at)


def overtaken(newer):
    """A draft is not handed in against another decision than the one it was written about. newer: Contested, told since, or None."""
    if newer is None:
        return []
    said = _(
        "This draft is about an earlier decision. We told you a new one at %(time)s, which takes its place. Your words and files are kept; take them over to the new decision to hand them in."
    )
    return [Reason(said % {"time": instant(newer.told_at)})]


def not_appealable(application, contested):
    """Why nothing of this application can be contested now. contested: Contested, or None where nothing was told."""
    if application.call.cancelled_at:
        return [Reason(_("The call was cancelled."))]
    if application.status not in CONTESTED or contested is None:
        return [Reason(_("There is no decision that you could appeal against."))]
    return []


def unfounded(appeal):
    """What an appeal still lacks before it can be handed in."""
    reasons = []
    if not appeal.ground:
        reasons.append(Reason(_("Please choose the ground of your appeal."), "ground"))
    if len(appeal.text.strip()) < TEXT_LENGTH:
        said = _("Please explain why the decision is wrong (at least %(least)d characters).")
        reasons.append(Reason(said % {"least": TEXT_LENGTH}, "text"))
    return reasons


def infected(evidence):
    """A file with a virus is not handed in. evidence: rows with their files."""
    said = _("“%(name)s” holds a virus. Please take it out.")
    return [Reason(said % {"name": one.file.name}) for one in evidence if one.file.scan == "infected"]


def too_many_files(count):
    if count < MOST_FILES:
        return []
    return [Reason(_("An appeal has at most %(most)d files.") % {"most": MOST_FILES}, "file")]


def remedies(appeal):
    """What an upheld appeal of this kind may open again."""
    if appeal.exclusion_id:
        return ("screen",)
    return ("none",) if appeal.application.status in ("selected", "agreed") else ("score", "decide")


def undecidable(appeal, *, outcome, remedy, stage, reasons):
    """Why a decision on an appeal cannot stand.

    stage: from which it is scored again; it must be one that the application went through.
    """
    found = []
    if outcome == "upheld" and remedy not in remedies(appeal):
        found.append(Reason(_("Please choose what is opened again."), "remedy"))
    if outcome != "upheld" and remedy:
        found.append(Reason(_("Only an appeal that is upheld opens something again."), "remedy"))
    if remedy == "score" and (
        stage is None
        or stage.call_id != appeal.application.call_id
        or stage.ordinal > appeal.application.stage.ordinal
    ):
        found.append(Reason(_("Please choose the stage from which it is scored again."), "stage"))
    if len(reasons.strip()) < TEXT_LENGTH:
        said = _("Please write the reasons (at least %(least)d characters): the firm reads them.")
        found.append(Reason(said % {"least": TEXT_LENGTH}, "reasons"))
    return found


def bound_already(application, *, has_seat, has_agreement):
    """What was selected is given up until it binds: afterwards the designation is returned or the agreement ended."""
    if has_seat:
        return [Reason(_("Your firm is designated already. To return the designation, write to the office."))]
    if has_agreement:
        return [Reason(_("The agreement is in force already. To end it, write to the office."))]
    return []

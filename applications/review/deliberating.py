"""What a panel looks at in its meeting: totals that lie far off, texts that are alike, and what stands against closing. Pure (docs/domain.md, panels)."""

import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from hashlib import sha256

from django.utils.translation import gettext_lazy as _

from applications.kernel.errors import Reason
from applications.review.rules import sheets_needed, stage_score

WIDE = 25  # points between the highest and the lowest total from which on a reason is asked for
OPINION_LENGTH = 20
PRINT = 10  # hexadecimal digits of a text's print
BLANK = "-"
TWINS = 4  # sheets that are named as holding the same text


def odd(totals):
    """Ids of the sheets whose reviewer is asked for a reason: more than two deviations off the mean, or the farthest off where the range is wide.

    totals: {sheet id: Decimal}. All is compared without a division, so that nothing is rounded; the deviation is that of all sheets.
    """
    if len(totals) < 2:
        return set()
    number, total = len(totals), sum(totals.values(), Decimal())
    off = {pk: abs(number * value - total) for pk, value in totals.items()}
    square = number * sum((value * value for value in totals.values()), Decimal()) - total * total
    found = {pk for pk, distance in off.items() if distance * distance > 4 * square}
    if max(totals.values()) - min(totals.values()) >= WIDE:
        farthest = max(off.values())
        found |= {pk for pk, distance in off.items() if distance == farthest}
    return found


def signature(totals):
    """The totals that a reason was written for, in order: it counts as long as they are the same."""
    return " ".join(f"{value.normalize():f}" for value in sorted(totals))


def prints(texts):
    """The prints of the texts of one sheet, whatever their spaces and letters' case: what is alike is found by them."""
    return " ".join(map(_print, texts))


def _print(text):
    words = re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text)).strip().casefold()
    return sha256(words.encode()).hexdigest()[:PRINT] if words else BLANK


def alike(sheets):
    """{id of a sheet that says the same somewhere as others: ids of the first of those}. sheets: {id: prints}.

    Of a text the first few sheets are named, however many hold it: the work does not grow with the square of them.
    """
    holders, found = defaultdict(list), defaultdict(set)
    for pk in sorted(sheets):
        for one in {*sheets[pk].split()}:
            if one != BLANK:
                holders[one].append(pk)
    for same in holders.values():
        for pk in same if len(same) > 1 else ():
            found[pk].update([other for other in same[: TWINS + 1] if other != pk][:TWINS])
    return dict(found)


@dataclass(slots=True)
class Sheet:
    """A sheet as the panel looks at it; total is None until it is handed in."""

    pk: int
    reviewer: int
    status: str
    total: Decimal | None
    prints: str

    @property
    def counts(self):
        return self.status == "handed_in"

    @property
    def lacks_comments(self):
        return self.counts and BLANK in self.prints.split()


@dataclass
class Line:
    """One application before the panel: what its sheets come to, and what is to be looked at.

    excluded: sheets that were taken out, and of reviewers in a conflict; alike: {sheet id: ids of others with the same text}.
    """

    hearing: object
    sheets: list = field(default_factory=list)
    excluded: list = field(default_factory=list)
    explained: bool = False
    score: Decimal | None = None
    spread: Decimal | None = None
    odd: set = field(default_factory=set)
    alike: dict = field(default_factory=dict)
    needed: int = 0

    @cached_property
    def counted(self):
        return [sheet for sheet in self.sheets if sheet.counts]

    @property
    def lacks_comments(self):
        return any(sheet.lacks_comments for sheet in self.sheets)

    @property
    def waits_for_reason(self):
        return bool(self.odd) and not self.explained

    @property
    def is_short(self):
        return len(self.counted) < self.needed


def lines(hearings, sheets, reasons, stage, *, excluded=None, elsewhere=None, allowed=lambda *_ids: None):
    """A Line for each hearing. sheets, excluded: {application id: [Sheet]}, those in play and those taken out; reasons: {hearing
    id: signatures}; elsewhere: {sheet id: prints} of what else the panel has before it, in which the same texts are looked for;
    allowed: exemptions.allowances.
    """
    found = []
    twins = alike(
        (elsewhere or {}) | {one.pk: one.prints for of in sheets.values() for one in of if one.counts}
    )
    for hearing in hearings:
        line = Line(hearing, sheets.get(hearing.application_id, []))
        line.excluded = (excluded or {}).get(hearing.application_id, [])
        totals = {sheet.pk: sheet.total for sheet in line.counted}
        fewer = allowed(stage.pk, hearing.application_id)
        line.needed = sheets_needed(stage, len(line.sheets), fewer)
        if totals:
            line.score = stage_score(totals.values(), trimmed=stage.trimmed)
            line.spread = max(totals.values()) - min(totals.values())
            line.odd = odd(totals)
            line.alike = {pk: twins[pk] for pk in totals if pk in twins}
        line.explained = bool(line.odd) and signature(totals.values()) in reasons.get(hearing.pk, ())
        found.append(line)
    return found


def by_reviewer(lines):
    """{reviewer id: (sheets that count, mean of their totals rounded half up)}: how each scores beside the others."""
    totals = defaultdict(list)
    for line in lines:
        for sheet in line.counted:
            totals[sheet.reviewer].append(sheet.total)
    return {who: (len(found), stage_score(found, trimmed=False)) for who, found in totals.items()}


def lacking(lines):
    """What stands against closing, as a checklist: [(what, the lines that it is lacking in)]; all of it is empty when the panel may close."""
    return [
        (_("Every application has its sheets"), [line for line in lines if line.is_short]),
        (_("Totals that lie far off are explained"), [line for line in lines if line.waits_for_reason]),
        (_("Every application has its opinion"), [line for line in lines if not line.hearing.opinion]),
    ]


def unclosable(lines):
    """The same as reasons, and that a panel without applications has nothing to close."""
    if not lines:
        return [Reason(_("No application is before this panel."))]
    return [
        Reason(_("%(what)s: %(numbers)s") % {"what": what, "numbers": ", ".join(line.hearing.application.number for line in found)})
        for what, found in _missing(lines)
        if found
    ]  # fmt: skip


def _missing(lines):
    short, far, silent = (found for _what, found in lacking(lines))
    return [
        (_("Too few sheets"), short),
        (_("No reason is written for totals that lie far off"), far),
        (_("No opinion is written"), silent),
    ]


def own_sheets(number):
    """The chair opens the deliberation after having judged alone."""
    return (
        [Reason(_("Please hand in your own sheets first: %(number)d are open.") % {"number": number})]
        if number
        else []
    )


def bad_opinion(text, version, hearing):
    """Why an opinion cannot be kept: it says nothing, or somebody has written another one meanwhile."""
    if version != hearing.version:
        return [
            Reason(_("Somebody has changed the opinion meanwhile. Please look at it before you save yours."))
        ]
    if len(text.strip()) < OPINION_LENGTH:
        return [
            Reason(
                _("Please write at least %(least)d characters: reasons, and what to mend.")
                % {"least": OPINION_LENGTH},
                "opinion",
            )
        ]
    return []


def still_open(panel):
    """A review that a panel hears is closed after the panel."""
    if panel and panel.status != "closed":
        return [Reason(_("%(panel)s has not closed yet.") % {"panel": panel})]
    return []

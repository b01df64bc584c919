"""WHETHER of calls: may it be published, changed, asked about; may a firm apply, as far as it can tell itself."""

from dataclasses import dataclass
from datetime import date, timedelta
from difflib import SequenceMatcher

from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from applications.calls import disclosure, planned, validity
from applications.calls.models import Call, Programme, RequiredPaper
from applications.calls.scale import STEP_LENGTH, STEPS
from applications.kernel.errors import Reason
from applications.kernel.reasons import too_short

# Of a published call that a correction may change, with what announcing.changeable names besides.
TEXTS = ("title", "summary", "law", "notice")
Trait = RequiredPaper.Trait
QUESTIONS_A_DAY = 10  # of one person
MOST_QUESTIONS = 60  # of one call to its applicants
LINK_HOURS = 72  # that a link to confirm a subscription works
DEBT_PERCENT, LIQUID_PERCENT = 500, 50  # practice: two years running, E08
YOUNG_YEARS = 3  # practice: younger firms are spared the ratios of E08
EXCLUSIONS = {  # who cannot be granted anything: docs/domain.md, eligibility
    "E01": _("The business is closed or not registered"),
    "E02": _("Neither a small, medium nor mid-size firm"),
    "E03": _("No valid root-firm certificate on the closing date"),
    "E04": _("Does not belong to the six new-industry fields"),
    "E05": _("Too young or too old for this call"),
    "E06": _("Taxes in arrears"),
    "E07": _("Insolvent or in default"),
    "E08": _("Capital fully impaired, or debts too high"),
    "E09": _("Audit opinion adverse or disclaimed"),
    "E10": _("Barred from national R&D"),
    "E11": _("The leader or a researcher takes part in too many projects at once"),
    "E12": _("The project repeats an existing one"),
    "E13": _("More applications than one firm may hand in"),
    "E14": _("Wages in arrears, or a serious accident at work"),
    "E15": _("A partner has not confirmed its part"),
    "E16": _("Papers not valid on the closing date"),
    "E17": _("A recovered grant or a fine is unpaid"),
}


SECTIONS = {  # of a call in preparation, in order, with the fields that each holds; the others hold pieces
    "notice": ("title", "summary", "law", "notice"),
    "schedule": ("opens_at", "closes_at", *planned.LABELS, "short_notice_reason"),
    "eligibility": ("open_to", "tracks", "regions", "least_years", "most_years"),
    "plan": (),
    "papers": (),
    "criteria": (),
    "scoring": (
        "scale", "step", "pass_mark", "select_mark", "bonus_cap", "penalty_cap", "comment_length",
        "reviewers_download",
    ),
    "items": (),
    "conflicts": ("conflicts",),
    "ties": ("tie_keys",),
    "places": ("seats", "reserves", "carries_from"),
    "quotas": (),
    "disclosure": disclosure.FIELDS,
    "money": ("budget_line", "budget_krw", "ceiling_krw"),
}  # fmt: skip


def sections(call):
    """The sections of a call in preparation; only R&D has money."""
    return [name for name in SECTIONS if name != "money" or call.is_rnd]


def misled(questions):
    """What is wrong with the conditions of these questions, in their order: each names an earlier one and its answers."""
    reasons, before = [], {}
    for question in questions:
        if question.condition:
            found = before.get(question.condition["question"])
            if found is None:
                said = _("“%(label)s” is asked as another question is answered, which must stand before it.")
                reasons.append(Reason(said % {"label": question.label}))
            elif not set(question.condition["is"]) <= {code for code, _label in ways(found)}:
                said = _("“%(label)s” is asked after an answer that “%(other)s” no longer has.")
                reasons.append(Reason(said % {"label": question.label, "other": found.label}))
        before[question.code] = question
    return reasons


def ways(question):
    """[(code, words)] of the answers to a question that another may be asked after."""
    match question.kind:
        case "yes_no":
            return [("yes", _("Yes")), ("no", _("No"))]
        case "choice" | "choices":
            return [(code, label) for code, label in question.options]
    return []


def is_for(asked, track):
    """Whether a firm of this track is asked a question, or for its paper; "" (a preview): whoever it is."""
    return not asked.tracks or not track or track in asked.tracks


def unrepeatable(call):
    """Only a call that is over is announced again."""
    if call.state not in ("closed", "cancelled"):
        return [Reason(_("A call is announced again once it is closed or cancelled."))]
    return []


def outside(call, *, track, region=None):
    """Why a firm of this track and region cannot apply; region: its code, None where it is not known."""
    reasons = []
    if call.tracks and track not in call.tracks:
        reasons.append(Reason(_("This call is for other tracks than your firm's.")))
    if call.regions and region is not None and region not in call.regions:
        reasons.append(Reason(_("This call is for firms in other regions.")))
    return reasons


def wrong_sum(points):
    """The points of the criteria of a stage sum to one hundred."""
    if sum(points) != 100:
        return [Reason(_("The points of the criteria sum to %(sum)d, not to 100.") % {"sum": sum(points)})]
    return []


def unchangeable(call, *, reason, revision):
    """Why no notice can change this call: not public, cancelled, changed meanwhile, or without a reason."""
    if not call.published_at:
        return [Reason(_("This call is not published yet; edit it instead."))]
    if call.cancelled_at:
        return [Reason(_("This call was cancelled."))]
    if call.revision != revision:
        return [Reason(_("Another notice was published in the meantime. Please look at the call again."))]
    return too_short(reason)


def inextensible(call, *, closes_at, now, late_until, is_screened):
    """Why this call cannot close at another instant.

    late_until: until when a closed call may still be extended; is_screened: the screening of its applications has begun.
    """
    if is_screened and now >= call.closes_at:
        return [Reason(_("The screening has begun; the call can no longer be extended."))]
    if now >= late_until:
        return [Reason(_("The call has been closed for too long to be extended."))]
    if closes_at <= call.closes_at:
        return [Reason(_("An extension ends later than the call does now."), "closes_at")]
    if closes_at <= now:
        return [Reason(_("The closing time is already past."), "closes_at")]
    return []


def uncancellable(*, has_results):
    """A call whose result is out is no longer cancelled."""
    if has_results:
        return [Reason(_("The result of this call is published; it can no longer be cancelled."))]
    return []


def plain(text):
    """A text as it is compared and kept: one kind of line end, nothing around it."""
    return text.replace("\r\n", "\n").strip()


def differing(old, new):
    """The lines of two texts that differ, (old, new); what is the same between them is “…”."""
    before, after = ([line for line in text.split("\n") if line.strip()] for text in (old, new))
    parts = ([], [])
    for tag, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        for side, lines in zip(parts, (before[a:b], after[c:d]), strict=True):
            if tag != "equal":
                side += lines
            elif side[-1:] != ["…"]:
                side.append("…")
    return tuple("" if side == ["…"] else "\n".join(side) for side in parts)


def rows(notice):
    """What a notice changes beside the closing, for a table: [(place, before, now)]."""
    return [row(**change) for change in notice.changes]


def row(of, label, old, new):
    """One of them. Its words are read in the language of whoever reads: letters are written in several."""
    kind = of.partition(":")[0]
    match kind:
        case "law":
            return Call._meta.get_field("law").verbose_name, *(
                Programme.Law(code).label for code in (old, new)
            )
        case "fresh":
            place = spoken(lambda: _("%(paper)s: how fresh it must be") % {"paper": label})
            return place, *(spoken(lambda rule=rule: validity.in_words(rule)) for rule in (old, new))
    if of in planned.LABELS:
        return planned.LABELS[of], *(spoken(lambda day=day: planned.in_words(day)) for day in (old, new))
    name = label if ":" in of else Call._meta.get_field(of).verbose_name
    return name, *differing(plain(old), new)


spoken = lazy(lambda words: str(words()), str)


def uncorrectable(changes):
    """Why a correction cannot say this: firms have relied on what papers must be, and five steps have five texts."""
    reasons = []
    for change in changes:
        name, old, new, text = change["of"], change["old"], change["new"], ""
        kind, lines = name.partition(":")[0], new.split("\n")
        if kind == "law" and new not in Programme.Law.values:
            text = _("Please choose the funding law.")
        elif kind == "fresh" and not validity.eases(old, new):
            text = _("“%(what)s”: a correction asks no more of a paper than before.")
        elif kind == "anchors" and (len(lines) != len(STEPS) or not all(map(str.strip, lines))):
            text = _("“%(what)s”: each of the five steps has a line of its own.")
        elif kind == "anchors" and max(map(len, lines)) > STEP_LENGTH:
            text = _("“%(what)s”: a step has at most %(most)d characters.")
        if text:
            reasons.append(Reason(text % {"what": change["label"], "most": STEP_LENGTH}, name))
    return reasons


def unaskable(call, *, now, asked_today):
    """Why this person cannot ask a question on this call now."""
    if not call.published_at or call.cancelled_at or now >= call.closes_at:
        return [Reason(_("Questions are taken until the call closes."))]
    if asked_today >= QUESTIONS_A_DAY:
        return [Reason(_("You have asked many questions today. Please go on tomorrow."), "text")]
    return []


@dataclass(frozen=True)
class Situation:
    """What a firm says of itself before it begins. size and track: of its profile; field: a code, or "" for none."""

    registered: bool
    size: str
    track: str
    certificate: bool
    field: str
    founded_on: date
    arrears: bool
    default: bool
    impaired: bool
    indebted: bool
    illiquid: bool
    adverse: bool
    corporation: bool
    manufacturer: bool

    @property
    def traits(self):
        return traits(corporation=self.corporation, track=self.track, manufacturer=self.manufacturer)


@dataclass(frozen=True)
class Obstacle(Reason):
    """A reason with its rule of EXCLUSIONS, and what the firm can do about it."""

    code: str = ""
    advice: str = ""


ADVICE = {
    "E01": _("Only a business that is registered and not closed may apply."),
    "E02": _("The programme is for small, medium and mid-size firms (root-industry act, article 2)."),
    "E03": _(
        "Apply for the certificate at the national root-industry centre. Firms that restructure, convert or start anew need none."
    ),
    "E04": _("The call names the fields that a plan must belong to."),
    "E05": _("What counts is the day the business was opened, on the closing date."),
    "E06": _(
        "Pay what is due, or agree on a respite, before you hand in; the certificates must be valid then."
    ),
    "E07": _("A firm whose recovery plan is approved by the court may be an exception: please ask."),
    "E08": _("The last two years count; firms under three years of age are spared the ratios."),
    "E09": _("What counts is the latest audit report."),
}


def is_manufacturer(ksic):
    """Section C of the Korean standard industrial classification: divisions 10 to 34."""
    return "10" <= ksic[:2] <= "34"


def years_between(begun, day):
    """Whole years from one date to another."""
    return day.year - begun.year - ((day.month, day.day) < (begun.month, begun.day))


def outlived(begun, closes_on, most_years):
    """Whether a firm is older on the closing day than this many years: they end on the anniversary itself."""
    return years_between(begun, closes_on - timedelta(days=1)) >= most_years


def against(situation, *, closes_on, fields=(), least_years=None, most_years=None):
    """Why a firm in this situation could not be granted anything: Obstacles, none where it may apply.

    fields: codes of those that may apply, none for all six. What a firm cannot tell itself is left to the screening.
    """
    age = years_between(situation.founded_on, closes_on)
    ratios = age >= YOUNG_YEARS and (situation.indebted or situation.illiquid)
    found = {
        "E01": not situation.registered,
        "E02": situation.size == "large",
        "E03": situation.track == "root" and not situation.certificate,
        "E04": not situation.field or (fields and situation.field not in fields),
        "E05": (least_years is not None and age < least_years)
        or (most_years is not None and outlived(situation.founded_on, closes_on, most_years)),
        "E06": situation.arrears,
        "E07": situation.default,
        "E08": situation.impaired or ratios,
        "E09": situation.adverse,
    }
    return [
        Obstacle(EXCLUSIONS[code], code=code, advice=ADVICE[code]) for code, holds in found.items() if holds
    ]


WHY = {  # what a firm is: why a paper is needed, and why it is not
    Trait.CORPORATION: (
        _("needed because the firm is a corporation"),
        _("not needed: the firm is no corporation"),
    ),
    Trait.ROOT: (
        _("needed because the firm is an existing root firm"),
        _("not needed: the firm is no existing root firm"),
    ),
    Trait.MANUFACTURER: (
        _("needed because the firm is a manufacturer"),
        _("not needed: the firm is no manufacturer"),
    ),
    Trait.BONUS: (_("needed because a bonus is claimed that it proves"), ""),
}


@dataclass(frozen=True)
class Need:
    """Whether a firm needs a paper (None: where it applies, as the plan goes), and why, where it follows from the firm."""

    holds: bool | None
    why: str = ""


def need(paper, traits):
    """What is asked of a firm with these traits."""
    holds = paper.needed_from in traits
    if paper.required or not paper.needed_from or (paper.needed_from == Trait.BONUS and not holds):
        return Need(True if paper.required else None)
    because, because_not = WHY[paper.needed_from]
    return Need(holds, because if holds else because_not)


def foreseen(paper, traits, track):
    """The same before a plan is written: what a question asks for only after some answer is needed where it applies."""
    if not is_for(paper, track):
        return Need(False, _("not needed: firms of other tracks are asked for it"))
    return Need(None) if paper.condition else need(paper, traits)


def traits_of(firm):
    """What a firm is, as its profile says."""
    return traits(
        corporation=bool(firm.corporate_number), track=firm.track, manufacturer=is_manufacturer(firm.ksic)
    )


def traits(*, corporation, track, manufacturer):
    found = {Trait.CORPORATION: corporation, Trait.ROOT: track == "root", Trait.MANUFACTURER: manufacturer}
    return {trait for trait, holds in found.items() if holds}

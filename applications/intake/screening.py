"""WHETHER an application is eligible: the rules E01 to E17 (docs/domain.md, eligibility), each a function of facts alone.

A rule passes, fails, or needs a person; it says what it looked at. What a person has decided stands over the rule, as long
as the papers that it was decided on are the ones that stand in the application.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import NamedTuple

from django.utils.translation import gettext as _

from applications.calls.rules import DEBT_PERCENT, EXCLUSIONS, LIQUID_PERCENT, YOUNG_YEARS
from applications.firms.models import Firm
from applications.firms.models.standing import BusinessStatus
from applications.firms.rules import is_business_number
from applications.kernel.errors import Reason
from applications.templatetags.grants import day as in_words

PASSED, FAILED, PERSON = "passed", "failed", "person"
PAPERS = {  # whose papers a decision on a rule was made on
    "E02": ["D09"], "E03": ["D08"], "E06": ["D05", "D06"], "E08": ["D04"], "E09": ["D04"], "E15": ["D11", "D12"],
}  # fmt: skip
NO_EXCLUSION = ("E17",)  # costs points, and is no reason to rule an application out
EVIDENCE_LENGTH = 5


class Paper(NamedTuple):
    """A paper of the application; expires_on is known of those that came out of the firm's vault."""

    name: str
    sha256: str
    expires_on: date | None
    rule: str = ""  # what the call asks of it, in words
    keeps: bool | None = True  # whether it is so; None: the day that counts is not known


class Balance(NamedTuple):
    """Figures of one closed year from the firm's balance sheet, in won."""

    year: int
    equity: int
    liabilities: int
    current_assets: int
    current_liabilities: int

    @property
    def debt(self):
        """Debts in percent of the equity; None where no equity is left."""
        return percent(self.liabilities, self.equity)

    @property
    def liquid(self):
        """Current assets in percent of the current liabilities; None where there are none."""
        return percent(self.current_assets, self.current_liabilities)


@dataclass(frozen=True)
class Facts:
    """All that the rules look at. The firm is as it was handed in; standing and the rest are as they are now."""

    business_number: str
    size: str
    track: str
    founded_on: date
    field: str  # code
    closing: date
    open_to: tuple = ()  # codes of fields; none: all of them
    least_years: int | None = None
    most_years: int | None = None
    standing: str = ""  # of firms.BusinessStatus, empty where nobody has asked
    asked_on: date | None = None
    balances: tuple = ()  # of Balance, the latest first
    papers: dict | None = None  # {code: Paper}
    asked_papers: frozenset = frozenset()  # codes that the call takes
    unsettled: tuple = ()  # what is said of partners that have not confirmed
    partners: int = 0
    others: int = 0  # applications of the firm in this call beside this one
    given_up: tuple = ()  # days on which it gave a designation back or lost one

    def paper(self, code):
        return (self.papers or {}).get(code)


class Finding(NamedTuple):
    """What one rule says: passed, failed or person; what it looked at, in words."""

    outcome: str
    said: str


def percent(part, whole):
    return Fraction(part * 100, whole) if whole > 0 else None


def years_between(start, end):
    """Whole years from one day to another."""
    return end.year - start.year - ((end.month, end.day) < (start.month, start.day))


def by_hand(said):
    return Finding(PERSON, said)


def e01(facts):
    if not is_business_number(facts.business_number):
        return Finding(FAILED, _("The business registration number is not valid."))
    words = {"day": in_words(facts.asked_on)}
    match facts.standing:
        case BusinessStatus.Standing.ACTIVE:
            return Finding(PASSED, _("In business, as the tax office said on %(day)s.") % words)
        case BusinessStatus.Standing.ENDED:
            return Finding(FAILED, _("Closed, as the tax office said on %(day)s.") % words)
        case BusinessStatus.Standing.SUSPENDED:
            return by_hand(_("Suspended, as the tax office said on %(day)s.") % words)
    return by_hand(_("The tax office has not confirmed it yet."))


def e02(facts):
    size = Firm.Size(facts.size).label
    if facts.size == Firm.Size.LARGE:
        return Finding(FAILED, str(size))
    return on_paper(facts, "D09", str(size))


def e03(facts):
    if facts.track != Firm.Track.ROOT:  # of them no certificate is asked either: calls.rules.traits_of
        return Finding(
            PASSED, _("Not asked of this track: %(track)s.") % {"track": Firm.Track(facts.track).label}
        )
    return on_paper(facts, "D08")


def on_paper(facts, code, said=""):
    """A certificate that is valid on the closing day; a person looks where its validity is not known."""
    paper = facts.paper(code)
    begin = f"{said}; " if said else ""
    if paper is None:
        if code in facts.asked_papers:
            return Finding(FAILED, begin + _("the paper (%(code)s) is missing.") % {"code": code})
        return by_hand(begin + _("this call asks for no paper of it."))
    words = {"paper": paper.name, "day": in_words(paper.expires_on), "closing": in_words(facts.closing)}
    if paper.expires_on is None:
        return by_hand(begin + _("%(paper)s: its validity is not known.") % words)
    if paper.expires_on < facts.closing:
        return Finding(
            FAILED, begin + _("%(paper)s: valid until %(day)s, the call closed on %(closing)s.") % words
        )
    return Finding(PASSED, begin + _("%(paper)s: valid until %(day)s.") % words)


def e04(facts):
    if facts.open_to and facts.field not in facts.open_to:
        return Finding(FAILED, _("The call is not open to the field of this plan."))
    return by_hand(_("Does the plan belong to the field that it names?"))


def e05(facts):
    years = years_between(facts.founded_on, facts.closing)
    said = _("%(years)d years in business on the closing day, since %(day)s") % {
        "years": years, "day": in_words(facts.founded_on),
    }  # fmt: skip
    if facts.least_years is not None and years < facts.least_years:
        return Finding(
            FAILED, _("%(said)s; at least %(least)d.") % {"said": said, "least": facts.least_years}
        )
    if facts.most_years is not None and years > facts.most_years:
        return Finding(FAILED, _("%(said)s; at most %(most)d.") % {"said": said, "most": facts.most_years})
    return Finding(PASSED, f"{said}.")


def e06(facts):
    found = [on_paper(facts, code) for code in ("D05", "D06")]
    worst = next((one for outcome in (FAILED, PERSON) for one in found if one.outcome == outcome), found[0])
    return Finding(worst.outcome, " ".join(dict.fromkeys(one.said for one in found)))


def e07(_facts):
    return by_hand(_("Is the firm on the list of defaulters, or in recovery or bankruptcy?"))


def e08(facts):
    """Two closed years in a row count; firms younger than three years are spared the ratios."""
    if years_between(facts.founded_on, facts.closing) < YOUNG_YEARS:
        return Finding(PASSED, _("Younger than %(years)d years: not asked.") % {"years": YOUNG_YEARS})
    if not facts.balances:
        return by_hand(_("The firm has entered no balance sheet; please look at its statements."))
    last = facts.balances[0]
    if last.equity <= 0:
        said = _("%(year)d: equity of %(krw)s won, the capital is fully impaired.")
        return Finding(FAILED, said % {"year": last.year, "krw": f"{last.equity:,}"})
    said = "; ".join(ratios(balance) for balance in facts.balances)
    if len(facts.balances) < 2:
        return by_hand(_("%(said)s. One year only; please look at its statements.") % {"said": said})
    if all(balance.debt is None or balance.debt >= DEBT_PERCENT for balance in facts.balances):
        return Finding(FAILED, _("%(said)s. Debts of %(bound)d%% and more two years running.")
                       % {"said": said, "bound": DEBT_PERCENT})  # fmt: skip
    if all(balance.liquid is not None and balance.liquid <= LIQUID_PERCENT for balance in facts.balances):
        return Finding(FAILED, _("%(said)s. Liquidity of %(bound)d%% and less two years running.")
                       % {"said": said, "bound": LIQUID_PERCENT})  # fmt: skip
    return Finding(PASSED, f"{said}.")


def ratios(balance):
    return _("%(year)d: debts %(debt)s, liquidity %(liquid)s") % {
        "year": balance.year, "debt": shown(balance.debt), "liquid": shown(balance.liquid),
    }  # fmt: skip


def shown(ratio):
    """A ratio as people read it, what is beyond one decimal cut off."""
    return "–" if ratio is None else f"{int(ratio * 10) / 10:.1f}%"


def e09(_facts):
    return by_hand(_("What does the auditor say of the statements, where there is an audit?"))


def e10(_facts):
    return by_hand(_("Are the firm, its representative or the leader barred from national R&D?"))


def e11(_facts):
    return by_hand(
        _("How many projects do the leader (at most 3) and the researchers (at most 5) have at once?")
    )


def e12(_facts):
    return by_hand(_("Does the project repeat one that was funded before?"))


def e13(facts):
    if facts.others:
        return Finding(FAILED, _("The firm has %(count)d more in this call.") % {"count": facts.others})
    return Finding(PASSED, _("The only one of the firm in this call."))


def e14(_facts):
    return by_hand(_("Is the firm on the public lists of unpaid wages or serious accidents?"))


def e15(facts):
    if facts.unsettled:
        return Finding(FAILED, " ".join(map(str, facts.unsettled)))
    if facts.partners:
        return Finding(
            PASSED, _("All %(count)d have confirmed or sent a letter.") % {"count": facts.partners}
        )
    return Finding(PASSED, _("No partner is named."))


def e16(facts):
    papers = (facts.papers or {}).values()
    if stale := [paper for paper in papers if paper.keeps is False]:
        said = ", ".join(f"{paper.name} ({paper.rule})" for paper in stale)
        return Finding(FAILED, _("Not as the call asks: %(papers)s.") % {"papers": said})
    known = [paper for paper in papers if paper.expires_on]
    if over := [paper for paper in known if paper.expires_on < facts.closing]:
        said = ", ".join(f"{paper.name} ({in_words(paper.expires_on)})" for paper in over)
        return Finding(FAILED, _("Not valid on the closing day: %(papers)s.") % {"papers": said})
    unknown = [paper.name for paper in papers if paper.keeps is None or not (paper.expires_on or paper.rule)]
    if unknown:
        return by_hand(_("The validity is not known of: %(papers)s.") % {"papers": ", ".join(unknown)})
    return Finding(PASSED, _("All were valid on the closing day."))


def e17(facts):
    since = facts.closing - timedelta(days=3 * 365)
    if late := [day for day in facts.given_up if day >= since]:
        days = ", ".join(map(str, late))
        return Finding(
            FAILED,
            _("Gave a designation back or lost it on: %(days)s. Points are to be taken off.")
            % {"days": days},
        )
    return Finding(PASSED, _("Nothing of the kind in our records of three years."))


RULES = {
    "E01": e01, "E02": e02, "E03": e03, "E04": e04, "E05": e05, "E06": e06, "E07": e07, "E08": e08, "E09": e09, "E10": e10,
    "E11": e11, "E12": e12, "E13": e13, "E14": e14, "E15": e15, "E16": e16, "E17": e17,
}  # fmt: skip


class Verdict(NamedTuple):
    """Where one rule stands: the outcome that counts, what the rule itself says, and the check of a person, if any.

    is_old: the check was made on papers that have been replaced since, and counts no more.
    """

    code: str
    title: str
    outcome: str
    finding: Finding
    check: object
    is_old: bool

    @property
    def is_open(self):
        """Whether it keeps the application from being found eligible."""
        return self.outcome == PERSON or (self.outcome == FAILED and self.code not in NO_EXCLUSION)


def verdicts(facts, checks):
    """Every rule in order. checks: {code: the latest check of it, with its outcome and the papers it was made on}."""
    found = []
    for code, rule in RULES.items():
        finding, check = rule(facts), checks.get(code)
        is_old = check is not None and check.papers != looked_at(code, facts.papers)
        outcome = finding.outcome if check is None or is_old else check.outcome
        found.append(Verdict(code, EXCLUSIONS[code], outcome, finding, check, is_old))
    return found


def looked_at(code, papers):
    """{code of a paper: its SHA-256} of what a decision on this rule is made on; E16 is about all of them."""
    papers = papers or {}
    return {
        name: papers[name].sha256
        for name in PAPERS.get(code, papers if code == "E16" else ())
        if name in papers
    }


def not_yet(found):
    """Why an application cannot be found eligible yet."""
    opened = [verdict.code for verdict in found if verdict.is_open]
    if not opened:
        return []
    return [Reason(_("Still open in the checklist: %(codes)s.") % {"codes": ", ".join(opened)})]


def unfounded(code, outcome, evidence):
    """Why a check cannot be written down like this."""
    if code not in RULES or outcome not in (PASSED, FAILED):
        return [Reason(_("Please choose whether it is met."), "outcome")]
    return unseen(evidence)


def unseen(evidence):
    """A decision names what it was seen in."""
    if len(evidence.strip()) < EVIDENCE_LENGTH:
        return [Reason(_("Please write what you looked at (at least 5 characters)."), "evidence")]
    return []

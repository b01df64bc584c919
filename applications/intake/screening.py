"""WHETHER an application is eligible: the rules E01 to E17 (docs/domain.md, eligibility), each a function of facts alone.

A rule passes, fails, or needs a person; it says what it looked at, and of a person what they are to look at. verdicts.py says
what stands once people have decided.
"""

from typing import NamedTuple

from django.utils.translation import gettext as _

from applications.calls import declared
from applications.calls.rules import DEBT_PERCENT, LIQUID_PERCENT, YOUNG_YEARS, outlived, years_between
from applications.firms.models import Firm
from applications.firms.models.standing import BusinessStatus
from applications.firms.rules import is_business_number
from applications.intake.facts import ALIKE
from applications.kernel.calendar import months_later
from applications.kernel.terms import NATURAL
from applications.templatetags.grants import day as in_words

PASSED, FAILED, PERSON = "passed", "failed", "person"
EARLY_MID_KRW = 300_000_000_000  # sales from which a mid-size firm is no early one
MOST_LED, MOST_AT_ONCE = (
    3,
    5,
)  # projects of one leader and of one researcher (law: 시행령 제64조), this one counted
SOON_OVER = 6  # months after the close within which a project may end and is not counted (the same)
LAPSE_MONTHS = 36  # how long a place that was given up or lost is remembered (law: 시행령 제12조 제5항)
# Who must be audited: 외부감사법 시행령 제5조. Assets or sales of the first, or two of the four.
AUDITED_KRW = 50_000_000_000
AUDITED_TWO_OF = {"assets": 12_000_000_000, "debts": 7_000_000_000, "sales": 10_000_000_000, "people": 100}


class Finding(NamedTuple):
    """What one rule says: passed, failed or person; what it looked at, in words."""

    outcome: str
    said: str


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
    size = str(Firm.Size(facts.size).label)
    if facts.size == Firm.Size.LARGE:
        return Finding(FAILED, size)
    if facts.size == Firm.Size.EARLY_MID and (facts.sales or 0) >= EARLY_MID_KRW:
        said = _("%(size)s, but its profile names sales of %(krw)s won: which size class is right?")
        return by_hand(said % {"size": size, "krw": f"{facts.sales:,}"})
    return on_paper(facts, "D09", size)


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
    usual = NATURAL.get(facts.field, frozenset())
    if fitting := sorted(usual & facts.technologies):
        said = _("A technology of the plan is usual in its field (%(field)s: %(codes)s).")
        return Finding(PASSED, said % {"field": facts.field, "codes": ", ".join(fitting)})
    said = _("No technology of the plan is usual in its field (%(field)s). Does the plan belong to it?")
    return by_hand(said % {"field": facts.field})


def e05(facts):
    years = years_between(facts.founded_on, facts.closing)
    said = _("%(years)d years in business on the closing day, since %(day)s") % {
        "years": years, "day": in_words(facts.founded_on),
    }  # fmt: skip
    if facts.least_years is None and facts.most_years is None:
        return Finding(PASSED, _("%(said)s; this call has no limits.") % {"said": said})
    if facts.least_years is not None and years < facts.least_years:
        return Finding(
            FAILED, _("%(said)s; at least %(least)d.") % {"said": said, "least": facts.least_years}
        )
    if facts.most_years is not None and outlived(facts.founded_on, facts.closing, facts.most_years):
        most = _("%(said)s; at most %(most)d, which end on the anniversary.")
        return Finding(FAILED, most % {"said": said, "most": facts.most_years})
    if facts.opening_changed_on:
        ask = _(
            "%(said)s. The firm wrote this day on %(changed)s, after the call was published; please compare it with the paper D02."
        )
        return by_hand(ask % {"said": said, "changed": in_words(facts.opening_changed_on)})
    return Finding(PASSED, f"{said}.")


def e06(facts):
    found = [on_paper(facts, code) for code in ("D05", "D06")]
    worst = next((one for outcome in (FAILED, PERSON) for one in found if one.outcome == outcome), found[0])
    return Finding(worst.outcome, " ".join(dict.fromkeys(one.said for one in found)))


def e07(facts):
    match facts.declared.get(declared.DEFAULT), facts.declared.get(declared.RECOVERY):
        case "yes", "yes":
            return by_hand(
                _("The firm declares a recovery plan that the court has approved. Is it an exception?")
            )
        case "yes", _recovery:
            return Finding(FAILED, _("The firm declares that it is in default, recovery or bankruptcy."))
    return looked_up(
        facts, "E07", declared.DEFAULT,
        _("Is the firm on the list of defaulters, or in recovery or bankruptcy? Please ask for its credit."),
    )  # fmt: skip


def looked_up(facts, code, question, ask):
    """What somebody found for the firm not long ago; else a person looks, and hears what the firm has declared."""
    if found := facts.lookups.get(code):
        words = {"day": in_words(found.on), "number": found.number, "evidence": found.evidence}
        return Finding(found.outcome, _("Looked up on %(day)s for %(number)s: %(evidence)s") % words)
    return by_hand(denied(facts, question, ask))


def denied(facts, question, ask):
    """What a person is asked, after what the firm has declared where it says no."""
    if facts.declared.get(question) != "no":
        return ask
    return _("The firm declares that this is not so. %(ask)s") % {"ask": ask}


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


def e09(facts):
    """An opinion is needed of whoever must be audited: by the figures of the firm where they are known."""
    answer, must = facts.declared.get(declared.AUDIT), must_be_audited(facts)
    if answer in declared.NOT_IN_ORDER:
        return Finding(FAILED, _("The firm declares an adverse opinion of its auditor, or none given."))
    if answer in declared.IN_ORDER:
        return by_hand(_("The firm declares an opinion in order. Please look at the report of its auditor."))
    if must is None:
        return by_hand(
            _("Whether the firm must be audited is not known. What does the auditor say of its statements?")
        )
    if must:
        return by_hand(
            _("By its figures the firm must be audited. What does the auditor say of its statements?")
        )
    return Finding(PASSED, _("By its figures the firm need not be audited."))


def must_be_audited(facts):
    """Whether the last balance, the sales and the people of the firm make an audit its duty; None where they are not known."""
    if not facts.balances or facts.sales is None or facts.employees is None:
        return None
    last = facts.balances[0]
    figures = {
        "assets": last.assets,
        "debts": last.liabilities,
        "sales": facts.sales,
        "people": facts.employees,
    }
    large = max(figures["assets"], figures["sales"]) >= AUDITED_KRW
    return large or sum(figures[name] >= bound for name, bound in AUDITED_TWO_OF.items()) >= 2


def e10(facts):
    if facts.declared.get(declared.BARRED) == "yes":
        return Finding(
            FAILED,
            _("The firm declares that it, its representative or the leader is barred from national R&D."),
        )
    ask = _("Are the firm, its representative or the leader barred from national R&D?")
    if facts.barred:
        said = _("A reviewer who works there is barred: %(reasons)s %(ask)s")
        return by_hand(said % {"reasons": "; ".join(facts.barred), "ask": ask})
    return looked_up(facts, "E10", declared.BARRED, ask)


def e11(facts):
    """What the firm declares of the leader and the researchers, beside the agreements that it has here (law: 시행령 제64조)."""
    if not facts.is_rnd:
        return not_of_rnd()
    leads, members = facts.declared.get(declared.LEADS), facts.declared.get(declared.MEMBERS) or []
    rows = facts.declared.get(declared.LEAD_PROJECTS) or [] if leads == "yes" else []
    led = 1 + sum(not is_soon_over(row.get(declared.MONTHS)) for row in rows)
    counts = [row.get(declared.PROJECTS) for row in members]
    most = max((count for count in counts if isinstance(count, int)), default=1)
    said = _(
        "Projects led by the leader, this one counted: %(led)d of at most %(most_led)d; of a researcher up to %(most)d of at most %(most_at_once)d"
    ) % {"led": led, "most": most, "most_led": MOST_LED, "most_at_once": MOST_AT_ONCE}
    if led > MOST_LED or most > MOST_AT_ONCE:
        return Finding(FAILED, f"{said}.")
    if leads not in ("yes", "no") or (leads == "yes" and not rows):
        return by_hand(_("The firm has not declared what else the leader leads. How many projects are it?"))
    if not all(isinstance(count, int) for count in counts):
        return by_hand(_("%(said)s, but not of every researcher the number is declared.") % {"said": said})
    here = [one.number for one in facts.running if one.ends_on > months_later(facts.closing, SOON_OVER)]
    if len(here) > led - 1:
        ask = _("%(said)s, but the firm has these running here: %(numbers)s. Who leads them?")
        return by_hand(ask % {"said": said, "numbers": ", ".join(here)})
    return Finding(PASSED, f"{said}.")


def is_soon_over(months):
    """A project that ends within six months after the close is not counted; one whose end is not declared is."""
    return isinstance(months, int) and months <= SOON_OVER


def not_of_rnd():
    return Finding(PASSED, _("Asked of R&D projects only."))


def e12(facts):
    """Of R&D what the firm declares and has here; of a designation, whether it holds one already."""
    if facts.designated:
        said = _("The firm holds a designation already: %(number)s.")
        return (
            by_hand(said % {"number": facts.designated})
            if facts.is_rnd
            else Finding(FAILED, said % {"number": facts.designated})
        )
    if not facts.is_rnd:
        return Finding(PASSED, _("The firm holds no designation."))
    alike = sorted((one for one in facts.similar if one.likeness >= ALIKE), key=lambda one: -one.likeness)
    words = ", ".join(f"{one.number} {one.title} ({int(one.likeness * 100)}%)" for one in alike)
    if any(one.funded and one.likeness == 1 for one in alike):
        return Finding(FAILED, _("The same plan is funded here already: %(plans)s.") % {"plans": words})
    ask = _(
        "Does the project repeat one that was funded before? Please look in the register of national R&D (NTIS)."
    )
    if alike:
        return by_hand(
            _("Plans of the firm that read alike: %(plans)s. %(ask)s") % {"plans": words, "ask": ask}
        )
    if facts.declared.get(declared.SIMILAR) == "yes":
        rows = facts.declared.get(declared.SIMILAR_PROJECTS) or []
        names = ", ".join(filter(None, (str(row.get("name") or "") for row in rows))) or "–"
        return by_hand(
            _("The firm names similar projects: %(names)s. %(ask)s") % {"names": names, "ask": ask}
        )
    return by_hand(denied(facts, declared.SIMILAR, ask))


def e13(facts):
    if facts.others:
        return Finding(FAILED, _("The firm has %(count)d more in this call.") % {"count": facts.others})
    if facts.siblings:
        said = _("The same corporation applies under another business number too: %(numbers)s.")
        return by_hand(said % {"numbers": ", ".join(facts.siblings)})
    if facts.takes_part_in:
        said = _("The firm is a partner in these of the same call: %(numbers)s. Does the call allow it?")
        return by_hand(said % {"numbers": ", ".join(facts.takes_part_in)})
    return Finding(PASSED, _("The only one of the firm in this call."))


def e14(facts):
    if facts.declared.get(declared.SOCIAL) == "yes":
        return Finding(
            FAILED, _("The firm declares that it is on a public list of unpaid wages or serious accidents.")
        )
    return looked_up(
        facts, "E14", declared.SOCIAL,
        _("Is the firm on the public lists of unpaid wages or serious accidents?"),
    )  # fmt: skip


def e15(facts):
    if facts.unsettled:
        return Finding(FAILED, " ".join(map(str, facts.unsettled)))
    if facts.by_letter:
        said = _("A letter speaks for: %(names)s. Is it signed, and for this project?")
        return by_hand(said % {"names": ", ".join(facts.by_letter)})
    if facts.partners:
        return Finding(
            PASSED, _("All %(count)d have confirmed in their own accounts.") % {"count": facts.partners}
        )
    return Finding(PASSED, _("No partner is named."))


def e16(facts):
    """Of papers that run out, and of those whose freshness the call asks for; a plan or a drawing has no such day."""
    papers = facts.papers or {}
    if stale := [paper for paper in papers.values() if paper.keeps is False]:
        said = ", ".join(f"{paper.name} ({paper.rule})" for paper in stale)
        return Finding(FAILED, _("Not as the call asks: %(papers)s.") % {"papers": said})
    if over := [paper for paper in papers.values() if paper.expires_on and paper.expires_on < facts.closing]:
        said = ", ".join(f"{paper.name} ({in_words(paper.expires_on)})" for paper in over)
        return Finding(FAILED, _("Not valid on the closing day: %(papers)s.") % {"papers": said})
    unknown = [
        paper.name
        for code, paper in papers.items()
        if paper.keeps is None or (code in facts.dated and not paper.expires_on and not paper.rule)
    ]
    if unknown:
        return by_hand(_("The validity is not known of: %(papers)s.") % {"papers": ", ".join(unknown)})
    if known := [paper.name for paper in papers.values() if paper.expires_on]:
        return Finding(PASSED, _("Valid on the closing day: %(papers)s.") % {"papers": ", ".join(known)})
    return Finding(PASSED, _("None of the papers runs out."))


def e17(facts):
    since = months_later(facts.closing, -LAPSE_MONTHS)
    late = [one for one in facts.given_up if one.on >= since]
    if lost := [in_words(one.on) for one in late if one.how == "revoked"]:
        said = _("A designation was revoked on: %(days)s. Points are to be taken off.")
        return Finding(FAILED, said % {"days": ", ".join(lost)})
    if late:
        each = "; ".join(f"{in_words(one.on)}: {one.reason or '–'}" for one in late)
        return by_hand(
            _("Given up by the firm: %(each)s. Was it justified? If not, points are taken off.")
            % {"each": each}
        )
    return Finding(PASSED, _("Nothing of the kind in our records of three years."))


RULES = {
    "E01": e01, "E02": e02, "E03": e03, "E04": e04, "E05": e05, "E06": e06, "E07": e07, "E08": e08, "E09": e09, "E10": e10,
    "E11": e11, "E12": e12, "E13": e13, "E14": e14, "E15": e15, "E16": e16, "E17": e17,
}  # fmt: skip

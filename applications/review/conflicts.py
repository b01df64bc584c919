"""WHETHER a reviewer may judge an application: the rules C1 to C14 as pure functions (docs/domain.md, conflicts of interest).

Each finding names its rule, what matched and why. A call says which rules it asks (calls/conflicts.py).
"""

from dataclasses import dataclass, field
from datetime import date

from django.utils.translation import gettext_lazy as _

from applications.calls.conflicts import RULES, declarations
from applications.firms.rules.names import name_key
from applications.kernel.errors import Reason
from applications.kernel.reasons import too_short
from applications.review.models import Affiliation
from applications.templatetags.grants import day as on_paper

OPEN_MAIL = {
    "gmail.com", "naver.com", "daum.net", "hanmail.net", "kakao.com", "nate.com", "outlook.com", "hotmail.com",
    "icloud.com", "yahoo.com", "yahoo.co.kr", "korea.kr",
}  # fmt: skip
EMPLOYED = (Affiliation.Role.EMPLOYEE, Affiliation.Role.EXECUTIVE)
LASTING = ("C3", "C4")  # what is declared about a firm once and goes on standing


@dataclass(frozen=True)
class Party:
    """A firm or institution by which people and applications are compared."""

    number: str
    name: str

    def same(self, other):
        """Why both are the same, in words; empty where they are not."""
        if self.number and self.number == other.number:
            return _("same business number")
        if name_key(self.name) and name_key(self.name) == name_key(other.name):
            return _("same name")
        return ""


@dataclass(frozen=True)
class Tie:
    """What bound a reviewer to an institution, in which department, and until when; none: it still does."""

    to: Party
    role: str = Affiliation.Role.EMPLOYEE
    until: date | None = None
    department: str = ""


@dataclass(frozen=True)
class Judgement:
    """A review of the application of this number, which these parties make, by somebody of judge: asked for on a day, and until when;
    none: it is still under review."""

    judge: Party
    of: tuple
    number: str
    day: date
    until: date | None = None


@dataclass
class Person:
    """What is known of a reviewer. declared: (code, day, of this very application, stepped back); sanctions: (until, reason)."""

    name: str
    email: str = ""
    ties: list = field(default_factory=list)
    declared: list = field(default_factory=list)
    sanctions: list = field(default_factory=list)
    waived: set = field(default_factory=set)
    was_set_aside: bool = False  # a sheet of theirs on this very application, by an appeal

    @property
    def domain(self):
        return self.email.rpartition("@")[2].lower()

    @property
    def places(self):
        """Where they work at present."""
        return [place for place, _department in self.units]

    @property
    def units(self):
        """(place, department) of each place where they work at present."""
        return [(tie.to, tie.department) for tie in self.ties if tie.until is None and tie.role in EMPLOYED]


@dataclass
class Case:
    """What is known of an application.

    mail: pairs (domain, party whose people write from it); leader: what the plan says of where the project leader works; challenges: pairs
    (person, institution), either may be empty, that the firm asked to exclude and staff agreed to; judged: Judgements on other
    applications.
    """

    firm: Party
    partners: list = field(default_factory=list)
    mail: set = field(default_factory=set)
    applicants: list = field(default_factory=list)
    leader: str = ""
    challenges: list = field(default_factory=list)
    judged: list = field(default_factory=list)

    @property
    def parties(self):
        return [self.firm, *self.partners]

    def has(self, person):
        """Whether they work for one of those who apply."""
        return any(place.same(party) for place in person.places for party in self.parties)


@dataclass(frozen=True)
class Finding:
    """One rule that holds, and why in words; waived: a director allowed it as an exception."""

    code: str
    why: str
    waived: bool = False
    advised: bool = False

    @property
    def bars(self):
        return not self.waived and not self.advised

    def __str__(self):
        return f"{self.code} {self.why}"


def within(day, years, *, today):
    """Whether a day lies at most so many years back: the day of the anniversary is the last one that counts."""
    return today <= years_after(day, years)


def years_after(day, years):
    """The same day so many years later; the 29th of February ends with the month."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def shares_mail(person, case, party):
    """Whether people of this party write from the same domain; that of a public provider says nothing."""
    return person.domain not in OPEN_MAIL and any(
        domain == person.domain and whose.same(party) for domain, whose in case.mail
    )


def employed(person, case, _years, _today):
    """C1: works for the firm, by number, name, account or mail."""
    for place in person.places:
        if same := place.same(case.firm):
            return _("Works for %(firm)s (%(same)s).") % {"firm": case.firm.name, "same": same}
    if shares_mail(person, case, case.firm):
        return _("Has the same domain of mail as people of %(firm)s: %(domain)s.") % {
            "firm": case.firm.name,
            "domain": person.domain,
        }
    return ""


def was_employed(person, case, years, today):
    """C2: was employed there, or a director, an auditor or an adviser, and it has not been over for so many years."""
    for tie in person.ties:
        role = Affiliation.Role(tie.role).label
        if tie.to.same(case.firm) and tie.until is None and tie.role not in EMPLOYED:
            return _("Is bound to %(firm)s as: %(role)s.") % {"firm": case.firm.name, "role": role}
        if tie.to.same(case.firm) and tie.until and within(tie.until, years, today=today):
            return _("Was bound to %(firm)s until %(until)s as: %(role)s.") % {
                "firm": case.firm.name,
                "until": on_paper(tie.until),
                "role": role,
            }
    for code, day, _same, _back in person.declared:
        if code in ("C1", "C2") and within(day, years, today=today):
            return _("Declared so of %(firm)s on %(day)s.") % {"firm": case.firm.name, "day": on_paper(day)}
    return ""


def takes_part(person, case, _years, _today):
    """C5: a partner or the demand company of the same application."""
    for partner in case.partners:
        for place in person.places:
            if same := place.same(partner):
                return _("Works for %(name)s, which takes part (%(same)s).") % {
                    "name": partner.name,
                    "same": same,
                }
        if shares_mail(person, case, partner):
            return _("Has the same domain of mail as people of %(name)s, which takes part: %(domain)s.") % {
                "name": partner.name,
                "domain": person.domain,
            }
    return ""


def applies_too(person, case, _years, _today):
    """C6: the institution or the account itself applies in the same call."""
    for applicant in case.applicants:
        if any(place.same(applicant) and not place.same(case.firm) for place in person.places):
            return _("Works for %(name)s, which applies in the same call.") % {"name": applicant.name}
    return ""


def same_department(person, case, _years, _today):
    """C7: the plan names the reviewer's institution and department as those of its leader."""
    leader = name_key(case.leader)
    for place, department in person.units:
        if not name_key(department) or name_key(department) not in leader:
            continue
        if name_key(place.name) in leader or any(place.same(party) for party in case.parties):
            return _("Belongs to the department of the project leader: %(department)s.") % {
                "department": department
            }
    return ""


def declared(code):
    """What the reviewer has declared of the firm before, and what of it still stands."""

    def found(person, case, years, today):
        for declared_code, day, _same, _back in person.declared:
            lasts = code in LASTING or (years and within(day, years, today=today))
            if declared_code == code and lasts:
                return _("Declared so of %(firm)s on %(day)s.") % {
                    "firm": case.firm.name,
                    "day": on_paper(day),
                }
        return ""

    return found


def challenged(person, case, _years, _today):
    """C11: the firm asked to exclude this person or everybody of this institution, and staff agreed."""
    for name, institution in case.challenges:
        there = not institution or any(
            name_key(place.name) == name_key(institution) for place in person.places
        )
        if there and (not name or name_key(name) == name_key(person.name)):
            who = ", ".join(filter(None, (name, institution)))
            return _("The firm asked to exclude %(who)s, and it was accepted.") % {"who": who}
    return ""


def sanctioned(person, _case, years, today):
    """C12: barred at present, or until so many years ago."""
    for until, reason in person.sanctions:
        if until is None:
            return _("Sanctioned without an end: %(reason)s") % {"reason": reason}
        if within(until, years, today=today):
            return _("Sanctioned until %(until)s: %(reason)s") % {"until": on_paper(until), "reason": reason}
    return ""


def judge_each_other(person, case, years, today):
    """C14: somebody of those who apply here reviews, or not so many years ago reviewed, what the reviewer's institution applies with."""
    for one in case.judged:
        is_over = one.until and not within(one.until, years, today=today)
        if is_over or not any(one.judge.same(party) for party in case.parties):
            continue
        for theirs in one.of:
            if any(place.same(theirs) for place in person.places):
                return _("Somebody of %(judge)s was asked on %(day)s to review %(number)s of %(theirs)s.") % {
                    "judge": one.judge.name,
                    "day": on_paper(one.day),
                    "number": one.number,
                    "theirs": theirs.name,
                }
    return ""


DETECTORS = {
    "C1": employed,
    "C2": was_employed,
    "C3": declared("C3"),
    "C4": declared("C4"),
    "C5": takes_part,
    "C6": applies_too,
    "C7": same_department,
    "C8": declared("C8"),
    "C9": declared("C9"),
    "C10": lambda *_facts: "",  # of one plan only: see stepped_back
    "C11": challenged,
    "C12": sanctioned,
    "C14": judge_each_other,
}


def findings(person, case, rules, *, today):
    """Every rule that holds, in order. rules: {code: years} of the call."""
    found = []
    for code in DETECTORS.keys() & rules.keys():
        back = stepped_back(person, code)
        if why := back or DETECTORS[code](person, case, rules[code], today):
            advised = RULES[code].advised and not back
            found.append(Finding(code, str(why), waived=code in person.waived, advised=advised))
    if person.was_set_aside:  # law, not a choice of the call, and without exception (혁신법 제14조)
        said = _("Scored this application before an appeal against it was upheld.")
        found.append(Finding("C13", str(said)))
    return sorted(found, key=lambda finding: int(finding.code[1:]))


def stepped_back(person, code):
    """Who stepped back from this very application by a rule is not asked again, in another stage either."""
    for declared_code, day, same, back in person.declared:
        if declared_code == code and same and back:
            return _("Stepped back from this application on %(day)s.") % {"day": on_paper(day)}
    return ""


def undeclared(call, *, code, note, stays):
    """Why a declaration cannot stand: a rule that the call does not ask, or going on where one must step back."""
    if not code:
        return []
    if code not in declarations(call):
        return [Reason(_("This call does not ask that rule."), "conflict")]
    if stays and not RULES[code].advised:
        return [Reason(_("With this conflict nobody can go on."), "stays")]
    if stays:
        return too_short(note, "note")
    return []


def barring(name, found):
    """Why this reviewer may not judge, for staff: one sentence for each finding that bars."""
    return [Reason(f"{name}: {finding}") for finding in found if finding.bars]


def halting(found):
    """The same for the reviewer, who is not told what staff know."""
    if any(finding.bars for finding in found):
        return [
            Reason(
                _(
                    "Our data shows a conflict of interest with this application. Please ask the office; what you wrote before is kept."
                )
            )
        ]
    return []

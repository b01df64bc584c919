"""What the rules of the screening look at: plain facts of one application, gathered by screened.py."""

from dataclasses import dataclass, field
from datetime import date
from difflib import SequenceMatcher
from fractions import Fraction
from typing import NamedTuple

ALIKE = Fraction(4, 5)  # ours: from here on two plans are looked at side by side (E12)


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
    def assets(self):
        return self.equity + self.liabilities

    @property
    def debt(self):
        """Debts in percent of the equity; None where no equity is left."""
        return percent(self.liabilities, self.equity)

    @property
    def liquid(self):
        """Current assets in percent of the current liabilities; None where there are none."""
        return percent(self.current_assets, self.current_liabilities)


class Lookup(NamedTuple):
    """What a person found for another application of the firm by the same rule, not long ago."""

    outcome: str
    evidence: str
    on: date
    number: str


class GivenUp(NamedTuple):
    """A selection or designation that the firm no longer has. how: revoked, returned or given_up."""

    on: date
    how: str
    reason: str = ""


class Running(NamedTuple):
    """An agreement of the firm on another R&D project, by its number and its last day."""

    number: str
    ends_on: date


class Similar(NamedTuple):
    """Another plan of the firm that reads like this one. funded: an agreement on it is in force."""

    number: str
    title: str
    likeness: Fraction
    funded: bool


@dataclass(frozen=True)
class Facts:
    """All that the rules look at. The firm is as it was handed in; standing and the rest are as they are now."""

    business_number: str
    size: str
    track: str
    founded_on: date
    field: str  # code
    closing: date
    is_rnd: bool = False
    technologies: frozenset = frozenset()  # codes, of the plan
    sales: int | None = None  # of last year, as the profile says
    employees: int | None = None
    open_to: tuple = ()  # codes of fields; none: all of them
    least_years: int | None = None
    most_years: int | None = None
    opening_changed_on: date | None = None  # the day of opening was written anew since the call was published
    standing: str = ""  # of firms.BusinessStatus, empty where nobody has asked
    asked_on: date | None = None
    balances: tuple = ()  # of Balance, the latest first
    papers: dict | None = None  # {code: Paper}
    asked_papers: frozenset = frozenset()  # codes that the call takes
    dated: frozenset = frozenset()  # codes of papers that run out
    declared: dict = field(default_factory=dict)  # {code of a question that the firm was asked: its answer}
    unsettled: tuple = ()  # what is said of partners that have not confirmed
    by_letter: tuple = ()  # names of partners that a letter speaks for
    partners: int = 0
    others: int = 0  # applications of the firm in this call beside this one
    siblings: tuple = ()  # numbers of those under another business number of the same corporation
    takes_part_in: tuple = ()  # numbers of those of this call in which the firm is a partner in research
    designated: str = ""  # the number of the designation that the firm holds
    similar: tuple = ()  # of Similar
    running: tuple = ()  # of Running
    barred: tuple = ()  # why reviewers who work for the firm are barred
    lookups: dict = field(default_factory=dict)  # {code of a rule: Lookup}
    given_up: tuple = ()  # of GivenUp

    def paper(self, code):
        return (self.papers or {}).get(code)


def percent(part, whole):
    return Fraction(part * 100, whole) if whole > 0 else None


def likeness(first, second):
    """How far two texts are alike, from 0 to 1: what they have in common in the same order, white space left out."""
    first, second = ("".join(text.split())[:600] for text in (first, second))
    matched = sum(
        block.size for block in SequenceMatcher(None, first, second, autojunk=False).get_matching_blocks()
    )
    return Fraction(2 * matched, max(1, len(first) + len(second)))

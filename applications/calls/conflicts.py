"""The rules of impartiality that a call may ask, C1 to C12 and C14 (docs/domain.md, conflicts of interest); C13 is asked of every call."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from applications.kernel.errors import Gap


@dataclass(frozen=True)
class Rule:
    """One situation that keeps a reviewer from judging.

    title: for staff; declared: as the reviewer says it of themselves, empty where only data and staff tell; years: the
    usual span where time counts, else 0; advised: to step back is recommended, no more; law: R&D calls cannot do without.
    """

    title: str
    declared: str = ""
    years: int = 0
    advised: bool = False
    law: bool = False


RULES = {
    "C1": Rule(_("Works for the firm or its group"), _("I work for the firm or its group")),
    "C2": Rule(
        _("Worked for the firm or advised it not long ago"),
        _("I worked for it or advised it within the last %(years)d years"),
        years=3,
    ),
    "C3": Rule(
        _("Holds shares of the firm or a claim on it"),
        _("I hold shares of it, or it owes me money"),
        law=True,
    ),
    "C4": Rule(
        _("Related to the representative, the leader or the staff"),
        _("I am related to its representative, leader or staff"),
        law=True,
    ),
    "C5": Rule(
        _("Takes part in the same application"), _("I or my institution take part in this project"), law=True
    ),
    "C6": Rule(_("Applies in the same call"), _("My institution applies in the same call"), law=True),
    "C7": Rule(
        _("Same department as the project leader"),
        _("I belong to the same department as the project leader"),
        law=True,
    ),
    "C8": Rule(
        _("Joint research, paper or patent not long ago"),
        _("I did research, a paper or a patent with them within the last %(years)d years"),
        years=3,
        advised=True,
    ),
    "C9": Rule(
        _("Competes with the firm or supplied it not long ago"),
        _("My institution competes with the firm, or supplied it within the last %(years)d years"),
        years=3,
        advised=True,
    ),
    "C10": Rule(_("Wrote the plan or gave advice on it"), _("I wrote the plan or gave advice on it")),
    "C11": Rule(_("The firm asked to exclude the reviewer, and that was accepted")),
    "C12": Rule(_("Barred or sanctioned as a reviewer"), years=3, law=True),
    "C14": Rule(_("Both sides review each other's plans"), years=1, law=True),
}
MOST_YEARS = 10


def usual(kind=""):
    """{code: years} of a new call of this kind of programme; where time does not count the years are 0."""
    left_out = ("C7",) if kind == "sprout" else ()  # who leads is asked of R&D projects only
    return {code: rule.years for code, rule in RULES.items() if code not in left_out}


def in_force(call):
    """[(code, rule, years)] of a call, in order."""
    return [(code, rule, call.conflicts[code]) for code, rule in RULES.items() if code in call.conflicts]


def declarations(call):
    """{code: sentence} of what a reviewer of this call declares."""
    return {
        code: rule.declared % {"years": years} if rule.years else rule.declared
        for code, rule, years in in_force(call)
        if rule.declared
    }


def unlawful(call):
    """What keeps an R&D call from being published: a rule of the decree (영 제27조 제3항) that it leaves out."""
    return [
        Gap(
            _("An R&D call cannot do without %(code)s: %(rule)s (decree, article 27).")
            % {"code": code, "rule": rule.title},
            f"conflict_{code}",
            "conflicts",
        )
        for code, rule in RULES.items()
        if call.is_rnd and rule.law and code not in call.conflicts
    ]

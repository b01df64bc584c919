"""Where the rules of the screening stand once people have decided: a decision stands over a rule, as long as what it was made on stands."""

import hashlib
import json
from typing import NamedTuple

from django.utils.translation import gettext as _

from applications.calls import declared
from applications.calls.rules import EXCLUSIONS
from applications.intake.screening import FAILED, PASSED, PERSON, RULES, Finding
from applications.kernel.errors import Reason

PAPERS = {  # whose papers a decision on a rule was made on
    "E02": ["D09"], "E03": ["D08"], "E04": ["D01"], "E06": ["D05", "D06"], "E08": ["D04"], "E09": ["D04"], "E12": ["D01"],
    "E15": ["D11", "D12"],
}  # fmt: skip
ANSWERS = {  # and whose answers
    "E07": [declared.DEFAULT, declared.RECOVERY], "E09": [declared.AUDIT], "E10": [declared.BARRED],
    "E11": [declared.LEADS, declared.LEAD_PROJECTS, declared.MEMBERS],
    "E12": [declared.SIMILAR, declared.SIMILAR_PROJECTS], "E14": [declared.SOCIAL],
}  # fmt: skip
NO_EXCLUSION = ("E17",)  # costs points, and is no reason to rule an application out
EVIDENCE_LENGTH = 5


class Verdict(NamedTuple):
    """Where one rule stands: the outcome that counts, what the rule itself says, and the check of a person, if any.

    is_old: the check was made on papers or answers that have been replaced since, and counts no more.
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
    """Every rule in order. checks: {code: the latest check of it, with its outcome and what it was made on}."""
    found = []
    for code, rule in RULES.items():
        finding, check = rule(facts), checks.get(code)
        is_old = check is not None and check.papers != looked_at(code, facts)
        outcome = finding.outcome if check is None or is_old else check.outcome
        found.append(Verdict(code, EXCLUSIONS[code], outcome, finding, check, is_old))
    return found


def looked_at(code, facts):
    """{code of a paper or question: SHA-256} of what a decision on this rule is made on; E16 is about all papers."""
    papers, answers = facts.papers or {}, facts.declared
    named = PAPERS.get(code, papers if code == "E16" else ())
    found = {name: papers[name].sha256 for name in named if name in papers}
    return found | {name: print_of(answers[name]) for name in ANSWERS.get(code, ()) if name in answers}


def print_of(answer):
    """The SHA-256 of an answer."""
    return hashlib.sha256(json.dumps(answer, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


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

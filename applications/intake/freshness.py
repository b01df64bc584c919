"""WHETHER the papers of an application are as fresh as the call asks (calls.validity): pure."""

from django.utils.translation import gettext_lazy as _

from applications.calls import validity
from applications.kernel.errors import Gap, Reason


def keeps(paper, dated, closing):
    """True, False, or None where the day that counts is not known. dated: has issued_on and expires_on; closing: the last day."""
    return validity.met(
        paper.validity, issued_on=dated.issued_on, expires_on=dated.expires_on, closing=closing
    )


def mark(paper, found, closing):
    """Give each of what stands in the place of a paper, or may stand there, its `keeps`; found: rows with days, or None."""
    for dated in filter(None, found):
        dated.keeps = keeps(paper, dated, closing)


def stale(papers, closing, section=None):
    """A gap for each paper of rules.with_scans that is not as fresh as it must be; section: where all stand, or each its own."""
    return [
        Gap(
            _("Not as the call asks (%(rule)s): %(what)s")
            % {"rule": paper.validity_in_words, "what": paper.name},
            f"paper_{paper.code}",
            section or paper.section,
        )
        for paper in papers
        if paper.scan is not None and keeps(paper, paper, closing) is False
    ]


def counts_from_issue(paper):
    """Whether the day of issue is asked for; else it is the last day on which the paper is valid."""
    return paper.validity != validity.CLOSING


def undated(paper, day, *, today, came_on=None):
    """Why a day cannot stand with a paper: where nothing is asked, and a day of issue that is still to come.

    came_on: the day on which it came on paper, if it did; it was issued by then.
    """
    if not paper.validity:
        return [Reason(_("No day is asked of this paper."), "day")]
    if not counts_from_issue(paper):
        return []
    if day > today:
        return [Reason(_("This date is still to come."), "day")]
    if came_on and day > came_on:
        said = _("It came on paper on %(day)s, and was issued by then.")
        return [Reason(said % {"day": came_on.isoformat()}, "day")]
    return []

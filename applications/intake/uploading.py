"""Reads of the rows in which papers are uploaded, with what the vault of the firm has for them and the limits that hold."""

from itertools import groupby

from django.db.models import F

from applications.calls.rules import need, traits_of
from applications.firms.rules.vault import MAX_FIRM_BYTES
from applications.intake import answers, bonus, freshness
from applications.intake.rules import MAX_APPLICATION_BYTES, bytes_of, closing_day, expires_early, not_for
from applications.kernel.files import MAX_FILE_BYTES, TYPES, used
from applications.kernel.files.arriving import PIECE_BYTES


def uploads_of(application, papers, supplement=None):
    """The rows in which these papers are uploaded (intake/_papers.html), with the limits that hold."""
    present = {document.paper_id: document for document in application.documents.select_related("file")}
    kept, closing = by_code(kept_for(application)), closing_day(application.call)
    for paper in papers:
        freshness.mark(paper, [present.get(paper.pk), *kept.get(paper.code, [])], closing)
    traits = traits_of(application.firm) | bonus.traits(application)
    renewed = supplement.papers.all() if supplement else ()
    return {
        "papers": [
            (
                paper,
                present.get(paper.pk),
                kept.get(paper.code, []),
                None if paper in renewed else need(paper, traits),
                None if supplement else after(paper, application.call),
            )
            for paper in papers
            if (answers.is_wanted if supplement else standing)(paper, application)
        ],
        "early": {
            document.pk
            for document in present.values()
            if expires_early(document.expires_on, application.call)
        },
        "closes_on": closing,
        "room": room(application),
        "kinds": TYPES,
    }


def after(paper, call):
    """The code of the question on the same page after whose answer this paper is asked for, if there is one."""
    other = paper.condition and answers.followed(paper.question, call)
    return other.code if other else ""


def standing(paper, application):
    """Whether a paper has a row on its page: the page itself hides one that follows an answer on it."""
    here = {question.code for question in application.call.asked if question.part_id == paper.part_id}
    return answers.is_wanted(paper, application, here)


def room(application):
    """What is used of the limits, and how large a piece of an upload is."""
    return {
        "file": MAX_FILE_BYTES,
        "application": MAX_APPLICATION_BYTES,
        "application_used": bytes_of(application.documents),
        "firm": MAX_FIRM_BYTES,
        "firm_used": used(application.firm.key),
        "piece": PIECE_BYTES,
    }


def by_code(kept):
    """{code of a kind: its papers in the vault}, of papers in this order."""
    return {code: list(papers) for code, papers in groupby(kept, key=lambda paper: paper.kind.code)}


def to_be_taken(application):
    """[(paper, what is taken)] for each paper that is wanted and not there, of which the vault has one that is as the call asks."""
    kept, there = by_code(kept_for(application)), set(application.documents.values_list("paper", flat=True))
    found = []
    for paper in application.call.asked_papers:
        if paper.pk in there or not answers.is_wanted(paper, application):
            continue
        fit = (one for one in kept.get(paper.code, ()) if is_valid(paper, one, application.call))
        if one := next(fit, None):
            found.append((paper, one))
    return found


def is_valid(paper, kept, call):
    """Whether a paper of the vault can stand in this place as it is."""
    return (
        freshness.keeps(paper, kept, closing_day(call)) is True
        and not expires_early(kept.expires_on, call)
        and not not_for(paper, kept)
    )


def kept_for(application):
    """Papers in the firm's vault that this call asks for, by kind, those that are valid longest first."""
    codes = application.call.papers.values("code")
    if application.is_from_office:  # the vault is the firm's own
        return application.firm.papers.none()
    return (
        application.firm.papers.filter(kind__code__in=codes)
        .select_related("kind", "file")
        .order_by("kind__ordinal", F("expires_on").desc(nulls_first=True), "-pk")
    )

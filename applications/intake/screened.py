"""Reads of the checklist: the facts of one application, and what stands beside each rule."""

from datetime import date, timedelta

from django.apps import apps

from applications.firms.models.standing import BusinessStatus
from applications.intake import answers, consortium, freshness, rules
from applications.intake.facts import (
    Balance,
    Facts,
    GivenUp,
    Lookup,
    Paper,
    Running,
    Similar,
    likeness,
)
from applications.intake.models import SELECTED, Application, Status
from applications.intake.models.checks import Check
from applications.intake.models.partners import Partner
from applications.intake.queries import latest_receipt
from applications.intake.verdicts import ANSWERS, verdicts
from applications.kernel import audit, clock
from applications.kernel.taxonomy import PaperKind

OF_THE_FIRM = ("E07", "E10", "E14")  # what is found of a firm holds for its other applications too
LOOKED_UP = timedelta(days=30)  # for so long (ours: as long as a tax certificate)
COMPARED = 10  # plans of the firm that one is compared with
DECLARED = frozenset(code for codes in ANSWERS.values() for code in codes)


def verdicts_of(application):
    """Every rule of the checklist, with the latest check of it."""
    return verdicts(facts_of(application), checks_of(application))


def checks_of(application):
    """{code: the latest check of it}."""
    return {check.code: check for check in Check.objects.filter(application=application).select_related("by")}


def facts_of(application):
    """The facts of an application that was handed in: its firm as of the last receipt, the rest as it is now."""
    call, snapshot = application.call, latest_receipt(application).snapshot
    firm = snapshot["firm"]
    standing = BusinessStatus.objects.filter(firm=application.firm_id, answered=True).first()
    papers = papers_of(application)
    asked = {paper.code: paper.section for paper in call.asked_papers}
    others = consortium.of(application)
    states = others.states(set(papers)) if others.named else []
    return Facts(
        business_number=firm["business_number"],
        size=firm["size"],
        track=firm["track"],
        founded_on=date.fromisoformat(firm["founded_on"]),
        field=application.field.code,
        closing=rules.closing_day(call),
        is_rnd=call.is_rnd,
        technologies=frozenset(snapshot["technologies"]),
        sales=firm["sales_krw"],
        employees=firm["employees"],
        open_to=tuple(call.open_to.values_list("code", flat=True)),
        least_years=call.least_years,
        most_years=call.most_years,
        opening_changed_on=opening_changed(application),
        standing=standing.standing if standing else "",
        asked_on=rules.day_of(standing.asked_at) if standing else None,
        balances=tuple(Balance(**balance) for balance in firm.get("balances", ())),
        papers=papers,
        asked_papers=frozenset(asked),
        dated=frozenset(PaperKind.objects.that_run_out(clock.today()).values_list("code", flat=True)),
        declared=declared_of(application),
        unsettled=tuple(others.unsettled(set(papers), asked)) if others.named else (),
        by_letter=tuple(named.name for named, _partner, state in states if state == "letter"),
        partners=len(others.named),
        others=doubles_of(application),
        siblings=siblings_of(application),
        takes_part_in=parts_of(application),
        designated=designation_of(application.firm_id),
        similar=similar_to(application) if call.is_rnd else (),
        running=running_of(application) if call.is_rnd else (),
        barred=barred_at(firm["business_number"]),
        lookups=lookups_of(application),
        given_up=given_up_by(application.firm_id),
    )


def papers_of(application):
    """{code: Paper} of what stands in the application now."""
    closing = rules.closing_day(application.call)
    return {
        document.paper.code: Paper(
            document.paper.name,
            document.file.sha256,
            document.expires_on,
            str(document.paper.validity_in_words),
            freshness.keeps(document.paper, document, closing),
        )
        for document in application.documents.select_related("paper", "file")
    }


def declared_of(application):
    """{code: answer} of what the call asks a firm to declare of itself, where it is answered."""
    given = application.answers
    return {
        question.code: given[question.code]
        for question in answers.asked(application)
        if question.code in DECLARED and not answers.is_blank(given.get(question.code))
    }


def opening_changed(application):
    """The day on which the firm last wrote its day of opening anew since the call was published; asked where the call has limits."""
    call = application.call
    if call.least_years is None and call.most_years is None:
        return None
    edits = audit.trail(application.firm).filter(verb="edit", at__gte=call.published_at)
    return next(
        (rules.day_of(edit.at) for edit in edits.order_by("-pk") if "founded_on" in (edit.after or {})), None
    )


def handed_in_to(call):
    """Applications that stand in this call."""
    return Application.objects.of_their_own().standing().filter(call=call)


def doubles_of(application):
    """How many more applications of the firm are in this call."""
    return (
        handed_in_to(application.call_id).filter(firm=application.firm_id).exclude(pk=application.pk).count()
    )


def siblings_of(application):
    """Numbers of those under another business number of the same corporation."""
    firm = application.firm
    if not firm.corporate_number:
        return ()
    found = handed_in_to(application.call_id).filter(firm__corporate_number=firm.corporate_number)
    return tuple(found.exclude(firm=firm).order_by("number").values_list("number", flat=True)[:COMPARED])


def parts_of(application):
    """Numbers of those of this call that name the firm as a partner in research."""
    asked = Partner.objects.standing().filter(business_number=application.firm.business_number)
    asked = asked.exclude(part=Partner.Part.DEMAND).values("application")
    found = handed_in_to(application.call_id).filter(pk__in=asked).exclude(pk=application.pk)
    return tuple(found.order_by("number").values_list("number", flat=True)[:COMPARED])


def similar_to(application):
    """The firm's latest other R&D plans that were handed in, each with how far it reads like this one."""
    found = Application.objects.of_their_own().standing().exclude(pk=application.pk)
    found = found.filter(firm=application.firm_id, call__programme__kind="rnd")
    own = application.title + application.summary
    rows = found.order_by("-pk").values_list("number", "title", "summary", "status")[:COMPARED]
    return tuple(
        Similar(number, title, likeness(own, title + summary), status == Status.AGREED)
        for number, title, summary, status in rows
    )


def lookups_of(application):
    """{code: Lookup} of what was found of the firm for another application in the last thirty days."""
    since = clock.now() - LOOKED_UP
    found = Check.objects.filter(application__firm=application.firm_id, code__in=OF_THE_FIRM, at__gte=since)
    found = found.exclude(application=application.pk).select_related("application").order_by("pk")
    return {
        check.code: Lookup(check.outcome, check.evidence, rules.day_of(check.at), check.application.number)
        for check in found.only("code", "outcome", "evidence", "at", "application__number")
    }


# Tables of later rooms, by name only.


def designation_of(firm):
    """The number of the designation that the firm holds, empty where it holds none."""
    held = apps.get_model("applications", "Seat").objects.held().filter(firm=firm)
    return held.values_list("number", flat=True).first() or ""


def running_of(application):
    """The firm's agreements on other R&D projects, in force or offered; not on those that it has given up."""
    table = apps.get_model("applications", "Agreement").objects.exclude(status="draft")
    found = table.filter(application__firm=application.firm_id, application__status__in=SELECTED)
    return tuple(Running(*row) for row in found.order_by("number").values_list("number", "ends_on"))


def barred_at(business_number):
    """Why reviewers who work for this firm are barred today."""
    found = apps.get_model("applications", "Sanction").objects.in_force()
    found = found.filter(profile__affiliation_number=business_number)
    return tuple(found.values_list("reason", flat=True))


def given_up_by(firm):
    """What a firm gave up or lost of its selections and designations, with the reason, by day."""
    seats = apps.get_model("applications", "Seat").objects.filter(firm=firm, end__in=("returned", "revoked"))
    given = apps.get_model("applications", "GiveUp").objects.filter(application__firm=firm, was="selected")
    ended = [GivenUp(*row) for row in seats.values_list("ended_on", "end", "end_reason")]
    gone = [GivenUp(rules.day_of(at), "given_up", reason) for at, reason in given.values_list("at", "reason")]
    return tuple(sorted([*ended, *gone]))

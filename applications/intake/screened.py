"""Reads of the checklist: the facts of one application, and what stands beside each rule."""

from datetime import date

from django.apps import apps

from applications.firms.models.standing import BusinessStatus
from applications.intake import consortium, freshness, rules
from applications.intake.models import Application, Status
from applications.intake.models.checks import Check
from applications.intake.queries import latest_receipt
from applications.intake.screening import Balance, Facts, Paper, verdicts


def verdicts_of(application):
    """Every rule of the checklist, with the latest check of it."""
    return verdicts(facts_of(application), checks_of(application))


def checks_of(application):
    """{code: the latest check of it}."""
    return {check.code: check for check in Check.objects.filter(application=application).select_related("by")}


def facts_of(application):
    """The facts of an application that was handed in: its firm as of the last receipt, the rest as it is now."""
    call, firm = application.call, latest_receipt(application).snapshot["firm"]
    standing = BusinessStatus.objects.filter(firm=application.firm_id, answered=True).first()
    papers = papers_of(application)
    asked = {paper.code: paper.section for paper in call.asked_papers}
    others = consortium.of(application)
    return Facts(
        business_number=firm["business_number"],
        size=firm["size"],
        track=firm["track"],
        founded_on=date.fromisoformat(firm["founded_on"]),
        field=application.field.code,
        closing=rules.closing_day(call),
        open_to=tuple(call.open_to.values_list("code", flat=True)),
        least_years=call.least_years,
        most_years=call.most_years,
        standing=standing.standing if standing else "",
        asked_on=rules.day_of(standing.asked_at) if standing else None,
        balances=tuple(Balance(**balance) for balance in firm.get("balances", ())),
        papers=papers,
        asked_papers=frozenset(asked),
        unsettled=tuple(others.unsettled(set(papers), asked)) if others.named else (),
        partners=len(others.named),
        others=doubles_of(application),
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


def doubles_of(application):
    """How many more applications of the firm are in this call."""
    others = Application.objects.of_their_own().filter(call=application.call_id, firm=application.firm_id)
    return others.exclude(pk=application.pk).exclude(status__in=(Status.DRAFT, Status.WITHDRAWN)).count()


def given_up_by(firm):
    """Days on which a firm gave a selection or a designation up, or lost one; tables of later rooms: by name only."""
    seats = apps.get_model("applications", "Seat").objects
    given = apps.get_model("applications", "GiveUp").objects
    ended = seats.filter(firm=firm, end__in=("returned", "revoked")).values_list("ended_on", flat=True)
    gone = given.filter(application__firm=firm, was="selected").values_list("at", flat=True)
    return tuple(sorted([*ended, *map(rules.day_of, gone)]))

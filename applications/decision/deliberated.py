"""Reads of the committee: which meeting of a call counts, and what it decided."""

from applications.decision import deliberating, rules
from applications.decision.committees import Deliberation, Resolution
from applications.intake.models import Application
from applications.kernel import audit


def closed(call):
    """The meeting that counts for the list of a call: the last one that was closed; None where there is none."""
    return Deliberation.objects.filter(call=call, status=Deliberation.Status.CLOSED).first()


def standing(call):
    """(whether a meeting is open, the id of the one that counts or None), in one query."""
    found = Deliberation.objects.filter(call=call).exclude(status=Deliberation.Status.DROPPED)
    rows = list(found.values_list("pk", "status"))
    return (
        any(status == Deliberation.Status.OPEN for _pk, status in rows),
        next((pk for pk, status in rows if status == Deliberation.Status.CLOSED), None),
    )


def hands(deliberation):
    """Ids of all who wrote in the minutes of a meeting: who keeps them, and whoever its trace names; none for no meeting."""
    if deliberation is None:
        return set()
    return {deliberation.secretary_id, *audit.trail(deliberation).values_list("actor", flat=True)}


def last_on(deliberation):
    """{application id: the last Resolution on it}, those taken back included."""
    return {one.application_id: one for one in Resolution.objects.filter(deliberation=deliberation)}


def shown(deliberation):
    """The last Resolution on each application with what a page shows of it, those taken back included, in the order they were written."""
    found = Resolution.objects.filter(pk__in=[one.pk for one in last_on(deliberation).values()])
    return list(found.select_related("application__firm"))


def in_force(deliberation):
    """{application id: Resolution} of what a meeting decided and did not take back; none for no meeting.

    deliberation: the meeting or its id.
    """
    if deliberation is None:
        return {}
    return {
        pk: one for pk, one in last_on(deliberation).items() if one.result != Resolution.Result.TAKEN_BACK
    }


def grants(resolutions):
    """{application id: won} of the grants that were reduced."""
    return {pk: one.grant_krw for pk, one in resolutions.items() if one.grant_krw is not None}


def drawn(candidates, resolutions, *, limits, decided=None):
    """(Lines with what the committee decided, Lines as the rules have them alone, {id: Deviation}).

    candidates: with their grants as the committee left them; limits: bounding.limits. The words are in the present language.
    """
    plain = rules.cut(candidates, decided=decided, **limits)
    deviations = deliberating.deviations(resolutions, plain)
    if not deviations:
        return plain, plain, deviations
    return rules.cut(candidates, decided=decided, deviations=deviations, **limits), plain, deviations


def numbers(ids):
    """{id: number} of applications."""
    return dict(Application.objects.filter(pk__in=ids).values_list("pk", "number"))


def conditions_of(proposal, ids):
    """{application id: Resolution} of those that a list was drawn with and that say something of grant or conditions."""
    found = in_force(proposal.deliberation_id)
    return {
        pk: found[pk]
        for pk in ids
        if pk in found and (found[pk].grant_krw is not None or found[pk].conditions)
    }


def all_of(call):
    """The meetings of a call, the last one first."""
    return Deliberation.objects.filter(call=call).select_related("secretary")

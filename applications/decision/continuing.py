"""The verbs of a list that is public: a further list, giving a place up, the end of the reserve list."""

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from applications.decision import bounding, following, further, queries, rules
from applications.decision.actions import hold, lock, refuse_unless_open, write
from applications.decision.models import Proposal
from applications.decision.outcomes import GiveUp
from applications.intake import awaiting
from applications.intake.models import Application, Status
from applications.intake.queries import people_of, people_of_firms
from applications.kernel import clock
from applications.kernel.access import require
from applications.kernel.errors import Reason, Refused
from applications.kernel.reasons import too_short
from applications.lifecycle import APPLICATION
from applications.notifications.outbox import notify, notify_each


def draw(call, published, decided=None):
    """(Lines, {id: Standing}, reasons that its order of equals gives, groups of equals that wait for theirs) of the further list.

    After the reserve list has ended nobody comes up from it and nobody comes to it: then no place counts as free.
    decided: {application id: place among equals}, of all of a group.
    """
    now = clock.now()
    candidates, standings = following.going_on(call, published, now=now)
    limits = bounding.limits(call) | {"first_selected": following.first_selected(call)}
    if published.reserve_ends_at <= now:
        limits |= {"first_selected": 0, "reserves": 0}
    with translation.override(settings.LANGUAGE_CODE):
        lines = further.redraw(candidates, standings, decided=decided, **limits)
        equals = further.undecided(candidates, standings, decided=decided, **limits)
    return lines, standings, further.reordered(candidates, standings, decided), equals


def obstacles(call, lines, standings):
    """Why this further list cannot be proposed, whatever the order of its equals."""
    reasons = []
    anew = {pk for pk, one in standings.items() if not one.holds}
    if short := queries.short_of_sheets(call):
        said = _("%(count)d reviews have lost sheets and stand below their quorum; open them again: %(some)s")
        reasons.append(Reason(said % rules.counted(short)))
    if still_open := queries.still_open(call):
        said = _("%(count)d applications are not through yet: %(some)s")
        reasons.append(Reason(said % rules.counted(still_open)))
    if anew and (claims := queries.undecided_claims(call)):
        said = _("%(count)d applications claim a bonus that is not decided on yet: %(some)s")
        reasons.append(Reason(said % rules.counted(claims)))
    if not further.changed(lines, standings):
        reasons.append(Reason(_("Nothing has changed that would change the list.")))
    return reasons


@transaction.atomic
def propose(call, *, note, by, decided=None, why="", replaces=None):
    """Propose the list that follows the published one; another person approves it and it is published like the first.

    decided, why: the order among equals, and its reason; replaces: ordinal of the list in force that the proposer saw: the published one, or a further one that waits.
    """
    require(by, "decision.propose", call)
    call = lock(call)
    hold(call)
    published = queries.published(call)
    if published is None:
        raise Refused(_("This call has no published list yet."), about=call)
    earlier = queries.in_force(call)
    waiting = earlier if earlier.status != Proposal.Status.PUBLISHED else None
    if waiting:
        refuse_unless_open(waiting, replaces, call)
    elif published.ordinal != replaces:
        raise Refused(*rules.replaced_meanwhile(published, replaces), about=call)
    lines, standings, reasons, equals = draw(call, published, decided)
    reasons += obstacles(call, lines, standings) + rules.unordered(equals) + rules.unreasoned(decided, why)
    if reasons:
        raise Refused(*reasons, about=call)
    return write(call, lines, note=note, by=by, decided=decided, why=why, replaces=waiting, follows=published)


@transaction.atomic
def give_up(application, *, reason, by):
    """The firm gives its selection or its place among the reserves up, for good; the reason is kept."""
    application = (
        Application.objects.select_for_update(of=("self",), no_key=True)
        .select_related("call", "firm")
        .get(pk=application.pk)
    )
    APPLICATION.check(application, "give_up", by=by)
    if reasons := too_short(reason) or following.bound_already(application):
        raise Refused(*reasons, about=application)
    GiveUp.objects.create(
        application=application, was=application.status, reason=reason, by=by, at=clock.now()
    )
    APPLICATION.make(application, "give_up", by=by, note=reason, reason=reason)
    notify("place_given_up", to=people_of(application), event=f"given_up:{application.number}",
           application=application, why=reason)  # fmt: skip


@transaction.atomic
def lapse(published, *, by):
    """The reserve list has ended: who is still on it is told. Returns how many were.

    A further list whose instant came before takes effect first.
    """
    lock(published.call)
    published = Proposal.objects.select_related("call").get(pk=published.pk)
    if awaiting.is_due(published.call_id) and not queries.stale(queries.in_force(published.call)):
        return 0
    if published.status != Proposal.Status.PUBLISHED or published.reserve_ends_at > clock.now():
        return 0
    found = Application.objects.filter(call=published.call, status=Status.RESERVED)
    notes = dict.fromkeys(found.values_list("pk", flat=True), "")
    moved = APPLICATION.advance_each(
        found.filter(pk__in=notes).select_related("firm"), "lapse", by=by, notes=notes
    )
    people = people_of_firms({application.firm_id for application in moved})
    notify_each(
        "reserve_ended",
        (
            (
                people[application.firm_id],
                f"reserve_ended:{application.pk}",
                {"application": application, "call": published.call, "ended": published.reserve_until},
            )
            for application in moved
        ),
    )
    return len(moved)

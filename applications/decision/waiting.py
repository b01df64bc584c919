"""Which lists wait for whom."""

from datetime import timedelta

from django.db.models import Q

from applications.accounts.models import Role
from applications.decision import bounding, following, further
from applications.decision.models import Proposal
from applications.intake.models import Application, Status
from applications.kernel import clock

# From its instant on until it takes effect a list has no more than this.
STOPPED_AFTER = timedelta(minutes=5)


def waiting_for(user):
    """Lists that wait for this person: to be approved, by another than who proposed them, or by officers to be published,
    followed by a further one, or looked at, since their instant has come and they did not take effect."""
    to_approve = Q(status=Proposal.Status.PROPOSED) & ~Q(proposed_by=user)
    to_publish = Q(status=Proposal.Status.APPROVED, publish_at=None)
    to_publish |= Q(status=Proposal.Status.APPROVED, publish_at__lt=clock.now() - STOPPED_AFTER)
    found = Proposal.objects.filter(call__cancelled_at=None)
    if user.role != Role.OFFICER:
        return found.filter(to_approve)
    return found.filter(to_approve | to_publish | Q(pk__in=to_go_on()))


def to_go_on():
    """Ids of the published lists that may be changed now: somebody was decided anew, or somebody can come up to a free place.

    Where nobody fits, by a maximum or the money, or no more than the first list filled is free, there is nothing to do.
    """
    now, found = clock.now(), []
    for published in following.to_go_on(now).filter(call__cancelled_at=None).select_related("call"):
        call = published.call
        # Whoever was decided anew changes the list in any case.
        if Application.objects.filter(call=call, status=Status.REVIEWED).exists():
            found.append(published.pk)
            continue
        rows, standings = following.going_on(call, published, now=now)
        rules_of_call = bounding.limits(call) | {"first_selected": following.first_selected(call)}
        if further.changed(further.redraw(rows, standings, **rules_of_call), standings):
            found.append(published.pk)
    return found

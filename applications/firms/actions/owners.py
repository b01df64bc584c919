"""The verbs of ownership: hand the firm over, appoint an owner where the last one is gone, let editors submit."""

import uuid

from django.db import transaction

from applications.firms.actions.joining import answer
from applications.firms.models import Firm, Member, Right
from applications.firms.models.joining import JoinRequest
from applications.firms.queries import owners_of
from applications.firms.rules.owners import first_owner_wrong, owning_wrong
from applications.kernel import audit, clock
from applications.kernel.access import require
from applications.kernel.errors import Refused
from applications.kernel.reasons import too_short
from applications.notifications.outbox import notify


@transaction.atomic
def hand_over(firm, *, member, by):
    """Make another member the owner and oneself an editor, in one act."""
    firm, member = _locked(firm, "firm.manage", member, by)
    member.right = Right.OWNER
    member.save(update_fields=["right"])
    firm.members.filter(user=by).update(right=Right.EDITOR)
    audit.record("hand_over", firm, by=by, before={"user": by.pk}, after={"user": member.user_id})
    _tell(firm, member.user, [by], "handed_over")


@transaction.atomic
def appoint(firm, *, member, reason, by):
    """Make a member the owner where the present one is gone for good; whoever was an owner becomes an editor."""
    firm, member = _locked(firm, "firm.appoint", member, by)
    if reasons := too_short(reason):
        raise Refused(*reasons, about=firm)
    earlier = list(owners_of(firm))
    before = list(firm.members.filter(right=Right.OWNER).values_list("user_id", flat=True))
    firm.members.filter(right=Right.OWNER).update(right=Right.EDITOR)
    member.right = Right.OWNER
    member.save(update_fields=["right"])
    audit.record(
        "appoint_owner", firm, by=by, before={"users": before}, after={"user": member.user_id}, note=reason
    )
    _tell(firm, member.user, earlier, "appointed")


@transaction.atomic
def appoint_first(firm, *, request, reason, by):
    """Make somebody who asks to join the owner of a firm that has no people yet, such as one that was brought in."""
    firm = _held(firm, "firm.appoint", by)
    request = firm.join_requests.open(clock.now()).select_related("person").filter(pk=request.pk).first()
    reasons = first_owner_wrong(request, has_people=firm.members.exists()) or too_short(reason)
    if reasons:
        raise Refused(*reasons, about=firm)
    Member.objects.create(firm=firm, user=request.person, right=Right.OWNER)
    answer(request, JoinRequest.Outcome.ACCEPTED, by=by)
    audit.record(
        "appoint_owner", firm, by=by, before={"users": []}, after={"user": request.person_id}, note=reason
    )
    _tell(firm, request.person, [], "appointed")


@transaction.atomic
def let_editors_submit(firm, *, allowed, by):
    """Say whether editors may submit applications, or owners only."""
    firm = _held(firm, "firm.manage", by)
    if firm.editors_submit == allowed:
        return
    before, firm.editors_submit = firm.editors_submit, allowed
    firm.save(update_fields=["editors_submit"])
    audit.record(
        "let_editors_submit",
        firm,
        by=by,
        before={"editors_submit": before},
        after={"editors_submit": allowed},
    )


def _held(firm, permission, by):
    firm = Firm.objects.select_for_update(no_key=True).get(pk=firm.pk)
    require(by, permission, firm)
    return firm


def _locked(firm, permission, member, by):
    """The firm and the member under the firm's lock, if this member can become the owner."""
    firm = _held(firm, permission, by)
    member = firm.members.select_related("user").filter(pk=member.pk).first()
    if reasons := owning_wrong(member):
        raise Refused(*reasons, about=firm)
    return firm, member


def _tell(firm, owner, earlier, how):
    notify(
        "owner_changed",
        to=[owner, *earlier],
        event=f"owner:{uuid.uuid4().hex}",
        firm=firm,
        owner=owner,
        how=how,
    )

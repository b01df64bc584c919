"""WHETHER of ownership: who can become the owner of a firm."""

from django.utils.translation import gettext_lazy as _

from applications.accounts.models import Role
from applications.firms.models import Right
from applications.kernel.errors import Reason


def owning_wrong(member):
    """Why this member cannot become the owner; None stands for somebody who is no member any more."""
    if member is None:
        return [Reason(_("This person is not a member of the firm any more."), "member")]
    if member.right == Right.OWNER:
        return [Reason(_("This person is an owner already."), "member")]
    if not member.user.is_active or member.user.role != Role.APPLICANT:
        return [Reason(_("This account is closed. Please choose somebody else."), "member")]
    return []


def first_owner_wrong(request, *, has_people):
    """Why the person of this request cannot become the first owner; None stands for a request that is no longer open."""
    if request is None:
        return [Reason(_("This request has ended. The person can ask again."), "member")]
    if has_people:
        return [Reason(_("This firm has people of its own. Please choose one of them."), "member")]
    if not request.person.is_active or request.person.role != Role.APPLICANT:
        return [Reason(_("This account is closed. Please choose somebody else."), "member")]
    return []

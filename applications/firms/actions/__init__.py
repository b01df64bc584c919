"""The verbs of firms: register, edit, invite, join, change and remove members."""

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from applications.accounts.models import User
from applications.accounts.rules import address_wrong
from applications.firms import rules
from applications.firms.models import Firm, Invitation, Member, Namesake, Right
from applications.firms.queries import namesakes_of
from applications.firms.rules.names import name_key
from applications.kernel import audit, clock
from applications.kernel.access import require
from applications.kernel.errors import Reason, Refused
from applications.kernel.turns import take_turn
from applications.notifications.outbox import notify_address

INVITATION_HOURS = 72
INVITATIONS_A_DAY = 20  # letters to strangers that one person can cause


@transaction.atomic
def register(*, business_number, technologies, by, **profile):
    """Register a firm; the person becomes its owner. Raises Refused when the number is known already.

    It says no more of that firm, unless the person works for it.
    """
    require(by, "firm.register")
    firm = _make(business_number, technologies, profile, by=by)
    Member.objects.create(firm=firm, user=by, right=Right.OWNER)
    return firm


def _make(business_number, technologies, profile, *, by, note=""):
    """A new firm, nobody's as yet. Raises Refused when the number is wrong or known already."""
    if reasons := rules.number_wrong(business_number):
        raise Refused(*reasons)
    try:
        with transaction.atomic():
            firm = Firm(business_number=business_number, name_key=name_key(profile["name"]), **profile)
            firm.search_text = firm.words()
            firm.save(force_insert=True)
    except IntegrityError:
        is_own = Member.objects.filter(firm__business_number=business_number, user=by).exists()
        raise Refused(Reason(rules.OWN if is_own else rules.TAKEN, "business_number"))
    firm.technologies.set(technologies)
    audit.record(
        "register", firm, by=by, after={"business_number": business_number, "name": firm.name}, note=note
    )
    _note_namesakes(firm)
    return firm


@transaction.atomic
def bring_in(*, business_number, technologies, by, note, **profile):
    """Make a firm of what an officer's file says, or change one that is nobody's yet; people of its own keep theirs."""
    require(by, "import.make")
    firm = Firm.objects.select_for_update(no_key=True).filter(business_number=business_number).first()
    if firm is None:
        return _make(business_number, technologies, profile, by=by, note=note)
    if firm.members.exists():
        raise Refused(Reason(rules.KEPT_BY_ITS_PEOPLE, "business_number"))
    _change(firm, technologies, profile, by=by, note=note)
    return firm


def _lock(firm, permission, by):
    firm = Firm.objects.select_for_update(no_key=True).get(pk=firm.pk)
    require(by, permission, firm)
    return firm


@transaction.atomic
def edit(firm, *, technologies, by, **profile):
    """Change the profile; the business number stays for ever."""
    _change(_lock(firm, "firm.edit", by), technologies, profile, by=by)


def _change(firm, technologies, profile, *, by, note=""):
    """Write another profile into a locked firm, and into what finds it."""
    before = {
        name: str(getattr(firm, name)) for name, value in profile.items() if getattr(firm, name) != value
    }
    after = {name: str(profile[name]) for name in before}
    if (was := _codes(firm.technologies.all())) != (now := _codes(technologies)):
        before, after = before | {"technologies": was}, after | {"technologies": now}
    for name, value in profile.items():
        setattr(firm, name, value)
    firm.name_key, firm.search_text = name_key(firm.name), firm.words()
    firm.save(update_fields=[*profile, "name_key", "search_text"])
    if "name" in after:
        firm.applications.find_by_firm(firm)
    firm.technologies.set(technologies)
    audit.record("edit", firm, by=by, before=before, after=after, note=note)
    if "name" in after:
        _note_namesakes(firm)


def _note_namesakes(firm):
    """Keep for both whose names look alike, now that this one is named; of two at once the second sees the first."""
    take_turn("namesakes")
    Namesake.objects.filter(Q(firm=firm) | Q(other=firm)).delete()
    found = [other for other, _why in namesakes_of(firm, None)]
    pairs = [pair for other in found for pair in ((firm, other), (other, firm))]
    Namesake.objects.bulk_create(
        (Namesake(firm=one, other=other) for one, other in pairs), ignore_conflicts=True
    )


def _still(firm, member):
    """The member as it is under the firm's lock; two owners may act on the same one."""
    found = firm.members.filter(pk=member.pk).first()
    if found is None:
        raise Refused(_("This person is not a member of the firm any more."), about=firm)
    return found


def _codes(technologies):
    return sorted(technology.code for technology in technologies)


@transaction.atomic
def invite(firm, *, email, right, by):
    """Invite an address into the firm: once, for 72 hours."""
    firm = _lock(firm, "firm.manage", by)
    email = User.objects.normalise(email)
    if reasons := address_wrong(email):
        raise Refused(*reasons, about=firm)
    if firm.members.filter(user__email=email).exists():
        raise Refused(Reason(_("This person is a member already."), "email"))
    now = clock.now()
    within_a_day = Invitation.objects.filter(invited_by=by, invited_at__gt=now - timedelta(days=1))
    if within_a_day.count() >= INVITATIONS_A_DAY:
        raise Refused(
            _("You have sent %(count)d invitations within a day. Please send the next one tomorrow.")
            % {"count": INVITATIONS_A_DAY},
            about=firm,
        )
    firm.invitations.open(now).filter(email=email).update(expires_at=now)  # an earlier link stops working
    invitation = Invitation.objects.create(
        firm=firm, email=email, right=right, invited_by=by, invited_at=now,
        expires_at=now + timedelta(hours=INVITATION_HOURS),
    )  # fmt: skip
    audit.record("invite_member", firm, by=by, after={"email": email, "right": right})
    notify_address(
        "member_invited", address=email, language=by.language, event=f"invitation:{invitation.key}",
        firm=firm, invitation=invitation, inviter=by,
    )  # fmt: skip
    return invitation


@transaction.atomic
def accept(invitation, *, by):
    """Join the firm by an invitation to one's own verified address; one that was taken back is found no more."""
    # The firm first, as whoever acts on its invitations does: no two wait for each other.
    Firm.objects.select_for_update(no_key=True).get(pk=invitation.firm_id)
    invitation = Invitation.objects.select_for_update(no_key=True).filter(pk=invitation.pk).first()
    require(by, "invitation.accept", invitation)
    if invitation.used_at:
        raise Refused(_("This invitation is already used."), about=invitation)
    if invitation.expires_at <= clock.now():
        raise Refused(_("This invitation has expired. Please ask the firm for a new one."), about=invitation)
    invitation.used_at = clock.now()
    invitation.save(update_fields=["used_at"])
    member, _new = Member.objects.get_or_create(
        firm=invitation.firm, user=by, defaults={"right": invitation.right}
    )
    audit.record("join", invitation.firm, by=by, after={"right": member.right})
    return member


@transaction.atomic
def take_back(firm, *, invitation, by):
    """Take back an invitation that nobody has used: its link leads nowhere any more."""
    firm = _lock(firm, "firm.manage", by)
    found = firm.invitations.filter(pk=invitation.pk).first()
    if found is None:
        raise Refused(_("This invitation is taken back already."), about=firm)
    if found.used_at:
        raise Refused(_("This invitation is already used."), about=firm)
    audit.record("take_back_invitation", firm, by=by, before={"email": found.email, "right": found.right})
    found.delete()


@transaction.atomic
def change_right(firm, *, member, right, by):
    """Give a member another right; the last owner keeps theirs."""
    firm = _lock(firm, "firm.manage", by)
    member = _still(firm, member)
    if right != Right.OWNER and (reasons := rules.last_owner(firm, member)):
        raise Refused(*reasons, about=firm)
    before, member.right = member.right, right
    member.save(update_fields=["right"])
    audit.record(
        "change_right", firm, by=by, before={"right": before}, after={"right": right, "user": member.user_id}
    )


@transaction.atomic
def remove(firm, *, member, by):
    """Take a member out of the firm; the last owner stays."""
    firm = _lock(firm, "firm.manage", by)
    member = _still(firm, member)
    if reasons := rules.last_owner(firm, member):
        raise Refused(*reasons, about=firm)
    audit.record("remove_member", firm, by=by, before={"user": member.user_id, "right": member.right})
    now = clock.now()  # an old link lets nobody back in
    firm.invitations.open(now).filter(email=member.user.email).update(expires_at=now)
    member.delete()

"""The verbs of joining: ask, accept, decline, end."""

from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from applications.accounts.models import Role, User
from applications.firms.models import Firm, Member
from applications.firms.models.joining import JoinRequest
from applications.firms.queries import owners_of
from applications.firms.rules import joining as rules
from applications.firms.rules import number_wrong
from applications.kernel import audit, clock
from applications.kernel.access import require
from applications.kernel.errors import Refused
from applications.notifications.outbox import notify
from applications.permissions import TIMETABLE

REQUEST_DAYS = 14
Outcome = JoinRequest.Outcome


@transaction.atomic
def ask(*, business_number, by):
    """Ask to join the firm with this number; its owners get a letter. The person learns nothing of the firm."""
    require(by, "firm.register")
    if reasons := number_wrong(business_number):
        raise Refused(*reasons)
    # One after the other: the limit counts them all. No key: an owner who accepts meanwhile names this person.
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    firm = Firm.objects.select_for_update(no_key=True).filter(business_number=business_number).first()
    now = clock.now()
    own = JoinRequest.objects.filter(person=by)
    here = own.filter(firm=firm)
    reasons = rules.asking_wrong(
        firm=firm,
        is_member=firm is not None and firm.members.filter(user=by).exists(),
        is_open=here.open(now).exists(),
        declined_at=here.filter(outcome=Outcome.DECLINED).order_by("answered_at").values_list(
            "answered_at", flat=True).last(),
        within_a_day=own.filter(asked_at__gt=now - timedelta(days=1)).count(),
        now=now,
    )  # fmt: skip
    if reasons:
        raise Refused(*reasons)
    for earlier in here.run_out(now):
        _end(earlier, by=TIMETABLE)
    request = JoinRequest.objects.create(
        firm=firm, person=by, asked_at=now, ends_at=now + timedelta(days=REQUEST_DAYS)
    )
    audit.record("ask_to_join", firm, by=by)
    notify("join_asked", to=owners_of(firm), event=f"join:{request.key}", request=request)
    return request


@transaction.atomic
def accept(request, *, right, by):
    """Take the person into the firm with this right."""
    request = _open(request, by)
    person = request.person
    if not person.is_active or person.role != Role.APPLICANT:
        raise Refused(_("This account can no longer join a firm."), about=request.firm)
    member, _new = Member.objects.get_or_create(firm=request.firm, user=person, defaults={"right": right})
    answer(request, Outcome.ACCEPTED, by=by)
    audit.record("accept_request", request.firm, by=by, after={"user": person.pk, "right": member.right})
    return member


@transaction.atomic
def decline(request, *, by):
    """Say no. The person is told so, without a name."""
    request = _open(request, by)
    answer(request, Outcome.DECLINED, by=by)
    audit.record("decline_request", request.firm, by=by, before={"user": request.person_id})


@transaction.atomic
def end(request, *, by):
    """End a request that nobody has answered in its time."""
    require(by, "firm.end_request")
    request = _locked(request)
    if request.outcome == "" and request.ends_at <= clock.now():
        _end(request, by=by)


def _locked(request):
    """The request under its firm's lock: two answers stand one after the other."""
    Firm.objects.select_for_update(no_key=True).get(pk=request.firm_id)
    return JoinRequest.objects.select_related("firm", "person").get(pk=request.pk)


def _open(request, by):
    request = _locked(request)
    require(by, "firm.manage", request.firm)
    if request.outcome:
        raise Refused(_("This request is answered already."), about=request.firm)
    if request.ends_at <= clock.now():
        raise Refused(_("This request has ended. The person can ask again."), about=request.firm)
    return request


def answer(request, outcome, *, by):
    """Write down what became of a request that is held, and tell the person."""
    request.outcome, request.answered_by, request.answered_at = outcome, by, clock.now()
    request.save(update_fields=["outcome", "answered_by", "answered_at"])
    notify("join_answered", to=[request.person], event=f"join:{request.key}", request=request)


def _end(request, *, by):
    request.outcome = Outcome.ENDED
    request.save(update_fields=["outcome"])
    audit.record("end_request", request.firm, by=by, before={"user": request.person_id})
    notify("join_answered", to=[request.person], event=f"join:{request.key}", request=request)

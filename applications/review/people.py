"""The verbs of what is known of reviewers: their profile, where they worked before, sanctions, and where their fees go."""

import uuid

from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from applications.accounts import actions as accounts
from applications.accounts.models import Role, User
from applications.firms.rules.names import name_key
from applications.intake.queries import people_of
from applications.kernel import audit, clock, sealing
from applications.kernel.access import require
from applications.kernel.errors import Reason, Refused
from applications.kernel.reasons import too_short
from applications.lifecycle import APPLICATION
from applications.notifications.outbox import notify
from applications.review import facts, queries
from applications.review.models import Affiliation, Assignment, ChallengeAnswer, ReviewerProfile, Sanction
from applications.review.payees import PayeeAccount

KEPT_BY_ITS_REVIEWER = _("This reviewer is here already, and keeps the profile.")
UNTOLD = "gender"  # is for the balance of a panel alone: no trace keeps who said what


@transaction.atomic
def set_profile(user, *, technologies, by, fields=(), **columns):
    """Write down where a reviewer works and what they know, and that it is so today.

    Whoever works elsewhere now, or in another department, is kept where they were: conflicts are found by it for some years.
    """
    before = queries.profile_of(user)
    profile, _new = ReviewerProfile.objects.update_or_create(
        user=user, defaults=columns | {"confirmed_at": clock.now()}
    )
    if before and _moved(before, profile):
        Affiliation.objects.create(
            profile=profile,
            institution=before.affiliation,
            business_number=before.affiliation_number,
            department=before.department,
            role=Affiliation.Role.EMPLOYEE,
            since=before.since,
            until=max(clock.today(), before.since or clock.today()),
            by_moving=True,
        )
    profile.technologies.set(technologies)
    profile.fields.set(fields)
    audit.record(
        "set_profile", profile, by=by, before=_plainly(before, columns), after=_plainly(profile, columns)
    )
    look_again(profile)
    return profile


@transaction.atomic
def bring_in(*, email, name, technologies, fields, by, note, **columns):
    """The profile of a reviewer out of a file, with an account where there is none. They look through it themselves: until then
    it is due to be renewed. Raises Refused where there is a profile. note: which file and why."""
    require(by, "account.bring_in")
    known = User.objects.select_for_update(no_key=True)
    user = known.filter(email=email, role=Role.REVIEWER, is_active=True).first()
    if user is None:
        user = accounts.bring_in(email=email, name=name, by=by, note=note)
    elif queries.profile_of(user):
        raise Refused(Reason(KEPT_BY_ITS_REVIEWER, "email"))
    try:
        with transaction.atomic():
            profile = ReviewerProfile.objects.create(user=user, confirmed_at=None, **columns)
    except IntegrityError:  # the reviewer has saved it at the same moment
        raise Refused(Reason(KEPT_BY_ITS_REVIEWER, "email"))
    profile.technologies.set(technologies)
    profile.fields.set(fields)
    audit.record("set_profile", profile, by=by, after=_plainly(profile, columns), note=note)
    return profile


def _moved(before, now):
    """Whether somebody works elsewhere: another number, or where one has none another name; or in another department there."""
    if before.department and name_key(before.department) != name_key(now.department):
        return True
    if before.affiliation_number and now.affiliation_number:
        return before.affiliation_number != now.affiliation_number
    return name_key(before.affiliation) != name_key(now.affiliation)


def _plainly(profile, columns):
    """Columns of a profile as a trace keeps them."""
    if profile is None:
        return None
    return {
        name: str(value) if (value := getattr(profile, name)) is not None else None
        for name in columns
        if name != UNTOLD
    }


@transaction.atomic
def add_affiliation(*, by, **columns):
    """Write down where a reviewer (by) worked before, or takes part beside their work."""
    require(by, "review.own")
    profile = queries.profile_of(by)
    affiliation = Affiliation.objects.create(profile=profile, **columns)
    audit.record("add_affiliation", profile, by=by, after=_plainly(affiliation, columns))
    look_again(profile)


@transaction.atomic
def remove_affiliation(affiliation, *, by):
    """Take out what they wrote by mistake; the trace keeps it. Where they moved from stays: conflicts are found by it."""
    require(by, "reviewer.forget", affiliation)
    if affiliation.by_moving:
        raise Refused(
            _("This was kept when your place of work changed, and stays: conflicts are found by it for some years. If it is wrong, please write to the office."),
            about=affiliation.profile,
        )  # fmt: skip
    profile = queries.profile_of(affiliation.profile.user)
    columns = ("institution", "business_number", "department", "role", "since", "until")
    audit.record("remove_affiliation", profile, by=by, before=_plainly(affiliation, columns))
    affiliation.delete()


@transaction.atomic
def sanction(profile, *, reason, until, by):
    """Bar a reviewer until a day, or for good; open sheets of theirs are halted at once."""
    require(by, "reviewer.sanction", profile)
    profile = queries.profile_of(profile.user)
    if reasons := too_short(reason):
        raise Refused(*reasons, about=profile)
    Sanction.objects.create(profile=profile, reason=reason, until=until, by=by, at=clock.now())
    audit.record("sanction", profile, by=by, after={"until": until}, note=reason)
    look_again(profile)


@transaction.atomic
def lift(found, *, reason, by):
    """End a sanction that was a mistake or is spent: it counts no more."""
    require(by, "reviewer.lift", found)
    found = (
        Sanction.objects.select_for_update(of=("self",), no_key=True)
        .select_related("profile")
        .get(pk=found.pk)
    )
    if found.lifted_at:
        raise Refused(_("This sanction is lifted already."), about=found.profile)
    if reasons := too_short(reason):
        raise Refused(*reasons, about=found.profile)
    found.lifted_by, found.lifted_at = by, clock.now()
    found.save(update_fields=["lifted_by", "lifted_at"])
    audit.record("lift", found.profile, by=by, before={"reason": found.reason}, note=reason)


@transaction.atomic
def answer_challenge(application, *, accepted, grounds, by):
    """Decide on whom the firm asks to exclude (기피신청); the firm is told, and sheets of theirs are halted at once."""
    application = queries.locked_application(application.pk)
    APPLICATION.check(application, "answer_challenge", by=by)
    if not application.challenge:
        raise Refused(_("The firm asks to exclude nobody."), about=application)
    if reasons := too_short(grounds, "grounds"):
        raise Refused(*reasons, about=application)
    who = {part: application.challenge.get(part, "") for part in ("person", "institution")}
    answer = ChallengeAnswer.objects.create(
        application=application, **who, accepted=accepted, grounds=grounds, by=by, at=clock.now()
    )
    audit.record("answer_challenge", application, by=by, after=who | {"accepted": accepted}, note=grounds)
    notify("challenge_answered", to=people_of(application), event=f"challenge:{answer.pk}",
           application=application, answer=answer)  # fmt: skip
    if accepted:
        for profile in queries.profiles_of(application.assignments.order_by().values("reviewer")):
            look_again(profile)


def look_again(profile):
    """Tell staff of each sheet in a running review whose reviewer now stands in a conflict.

    The sheet can be neither saved nor handed in meanwhile, and if it counts the review cannot be closed.
    """
    sheets = Assignment.objects.in_play().filter(reviewer=profile.user, application__in=queries.in_review())
    related = ("assigned_by", "application__call", "application__firm")
    for sheet in sheets.select_related(*related).order_by("pk"):
        _tell_of_conflicts(sheet.application, [sheet], [profile])


@transaction.atomic
def look_at(application):
    """The same for all sheets of one application, where it is not a reviewer but who takes part that has changed."""
    sheets = application.assignments.in_play().select_related("assigned_by").order_by("pk")
    _tell_of_conflicts(application, sheets, queries.profiles_of(sheets.order_by().values("reviewer")))


def _tell_of_conflicts(application, sheets, profiles):
    """profiles: of the reviewers of these sheets."""
    profiles = {profile.user_id: profile for profile in profiles}
    found = {}
    for sheet in sheets:
        language = sheet.assigned_by.language  # what is found is said to them
        if language not in found:
            with translation.override(language):
                found[language] = facts.findings(application, profiles.values())
        if bars := [one for one in found[language][sheet.reviewer_id] if one.bars]:
            notify(
                "conflict_found", to=[sheet.assigned_by],
                event=f"conflict:{sheet.key}:{' '.join(one.code for one in bars)}",
                application=application, reviewer=profiles[sheet.reviewer_id].user, found=bars,
            )  # fmt: skip


@transaction.atomic
def set_payee(*, bank, number, holder, password, by):
    """Write down, sealed, which account the fees of a reviewer (by) go to. The trace and the letter say that, not which."""
    require(by, "payee.write")
    if not by.check_password(password):
        raise Refused(Reason(_("This is not your password."), "password"))
    sealed = sealing.seal({"bank": bank, "number": number, "holder": holder}, whose=by.key)
    payee, _new = PayeeAccount.objects.update_or_create(
        user=by, defaults={"sealed": sealed, "changed_at": clock.now()}
    )
    audit.record("set_payee", payee, by=by)
    notify("payee_changed", to=[by], event=f"payee:{uuid.uuid4().hex}")
    return payee


@transaction.atomic
def drop_payee(payee, *, by):
    """Forget which account the fees of a reviewer go to."""
    require(by, "payee.drop", payee)
    payee = PayeeAccount.objects.select_for_update(no_key=True).filter(pk=payee.pk).first()
    if payee:  # else it was pressed twice
        audit.record("drop_payee", payee, by=by)
        payee.delete()

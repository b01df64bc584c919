"""The verbs of accounts: invite, change a role, deactivate, unlock, reset a second factor, agree."""

import uuid

from allauth.account import app_settings as account_settings
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from allauth.core import ratelimit
from allauth.mfa.models import Authenticator
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from applications.accounts import rules
from applications.accounts.models import Consent, Role, User, new_session_seed
from applications.kernel import audit, clock
from applications.kernel.access import require
from applications.kernel.errors import Reason, Refused
from applications.kernel.reasons import too_short
from applications.notifications.outbox import notify


def _with_reason(reason):
    if reasons := too_short(reason):
        raise Refused(*reasons)


def _lock(person, by):
    person = User.objects.select_for_update(no_key=True).get(pk=person.pk)
    require(by, "account.manage", person)
    return person


@transaction.atomic
def create_administrator(email, *, name, password):
    """The first account of a new house. Raises Refused when the address is taken."""
    person = _create(email, name=name, role=Role.ADMINISTRATOR, language="ko")
    person.set_password(password)
    person.save(update_fields=["password"])
    audit.record("create_administrator", person, by=person, after={"role": person.role})
    return person


@transaction.atomic
def invite(*, email, name, role, language="ko", reason, by):
    """Make an account for a colleague or a reviewer; a letter with a link to choose a password goes out."""
    require(by, "account.invite")
    _with_reason(reason)
    if role == Role.APPLICANT:
        raise Refused(Reason(_("Applicants sign up by themselves."), "role"))
    person = _create(email, name=name, role=role, language=language)
    audit.record("invite", person, by=by, after={"role": role}, note=reason)
    _send_link(person, event=f"invite:{person.key}")
    return person


@transaction.atomic
def bring_in(*, email, name, by, note):
    """The account of a reviewer who stands in a file of an officer; the same letter goes out. note: which file and why."""
    require(by, "account.bring_in")
    person = _create(email, name=name, role=Role.REVIEWER, language="ko")
    audit.record("invite", person, by=by, after={"role": person.role}, note=note)
    _send_link(person, event=f"invite:{person.key}")
    return person


def _create(email, *, name, role, language):
    email = User.objects.normalise(email)
    if reasons := rules.address_wrong(email):
        raise Refused(*reasons)
    person = User(email=email, name=name, role=role, language=language)
    person.set_unusable_password()
    try:
        with transaction.atomic():
            person.save()
            EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    except IntegrityError:
        raise Refused(Reason(_("There is an account with this address already."), "email"))
    return person


def _send_link(person, *, event):
    notify(
        "account/invited",
        to=[person],
        event=event,
        uid=user_pk_to_url_str(person),
        token=account_settings.PASSWORD_RESET_TOKEN_GENERATOR().make_token(person),
    )


@transaction.atomic
def change_role(person, *, role, reason, by):
    """Give another person another role; their sessions end."""
    person = _lock(person, by)
    _with_reason(reason)
    if role == Role.APPLICANT and person.role != Role.APPLICANT:
        raise Refused(Reason(_("An account of staff does not become one of a firm."), "role"))
    if role != Role.APPLICANT and person.memberships.exists():
        raise Refused(
            Reason(
                _("This person belongs to a firm. Another owner takes the person out of it first."), "role"
            )
        )
    before, person.role = person.role, role
    person.session_seed = new_session_seed()
    person.save(update_fields=["role", "session_seed"])
    audit.record("change_role", person, by=by, before={"role": before}, after={"role": role}, note=reason)
    notify("account_changed", to=[person], event=f"role:{uuid.uuid4().hex}", change="role")


@transaction.atomic
def set_active(person, *, active, reason, by):
    """Close an account, or open it again; its sessions end."""
    person = _lock(person, by)
    _with_reason(reason)
    before, person.is_active = person.is_active, active
    person.session_seed = new_session_seed()
    person.save(update_fields=["is_active", "session_seed"])
    verb = "reactivate" if active else "deactivate"
    audit.record(verb, person, by=by, before={"active": before}, after={"active": active}, note=reason)
    notify("account_changed", to=[person], event=f"{verb}:{uuid.uuid4().hex}", change=verb)


@transaction.atomic
def unlock(person, *, reason, by):
    """Forget the wrong passwords of an account, so that its owner may try again at once."""
    person = _lock(person, by)
    _with_reason(reason)
    ratelimit.clear(None, action="login_failed", key=person.email)  # None: the counter knows no request
    audit.record("unlock", person, by=by, note=reason)
    notify("account_changed", to=[person], event=f"unlock:{uuid.uuid4().hex}", change="unlock")


@transaction.atomic
def reset_second_factor(person, *, reason, by):
    """Remove a lost second factor; the person adds a new one at the next log-in."""
    person = _lock(person, by)
    _with_reason(reason)
    Authenticator.objects.filter(user=person).delete()
    person.session_seed = new_session_seed()
    person.save(update_fields=["session_seed"])
    audit.record("reset_second_factor", person, by=by, note=reason)
    notify("account_changed", to=[person], event=f"factor:{uuid.uuid4().hex}", change="factor")


@transaction.atomic
def consent(person, *, news):
    """Keep what a new account agreed to, with the version of each text (개인정보 보호법 제22조)."""
    now = clock.now()
    for kind, version, given in (
        (Consent.Kind.TERMS, rules.TERMS_VERSION, True),
        (Consent.Kind.PRIVACY, rules.PRIVACY_VERSION, True),
        (Consent.Kind.NEWS, rules.PRIVACY_VERSION, news),
    ):
        Consent.objects.create(user=person, kind=kind, version=version, given=given, at=now)


@transaction.atomic
def edit_own(person, *, name, phone, language):
    """A person's own name, telephone and language."""
    stored = User.objects.select_for_update(no_key=True).get(pk=person.pk)
    after = {"name": name, "phone": phone, "language": language}
    before, changed = audit.changed(audit.values(stored, after), after)
    person.name, person.phone, person.language = name, phone, language
    person.save(update_fields=after)
    audit.record("edit_own", person, by=person, before=before, after=changed)

"""The verbs of agreements: draft, offer, sign by both sides."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from applications.accounts.models import Role, User
from applications.agreement import ledger, queries, rules
from applications.agreement.models import Agreement, Signature
from applications.intake.budget import SHARES_VERSION
from applications.intake.models import Application
from applications.intake.queries import people_of
from applications.kernel import audit, clock
from applications.kernel.access import require
from applications.kernel.errors import Reason, Refused
from applications.kernel.numbers import next_number
from applications.lifecycle import AGREEMENT, APPLICATION
from applications.notifications.outbox import notify


@transaction.atomic
def draft(application, *, by, total_krw, grant_krw, cash_krw, starts_on, ends_on):
    """Draft the agreement of a selected R&D application. All amounts in won."""
    application = (
        Application.objects.select_for_update(of=("self",), no_key=True)
        .select_related("call", "firm")
        .get(pk=application.pk)
    )
    require(by, "agreement.draft", application)
    if application.status != "selected" or not application.call.is_rnd:
        raise Refused(_("Agreements are made with selected R&D projects."), about=application)
    if Agreement.objects.filter(application=application).exists():
        raise Refused(_("There is an agreement for this project already."), about=application)
    terms = {
        "total_krw": total_krw, "grant_krw": grant_krw, "cash_krw": cash_krw, "starts_on": starts_on,
        "ends_on": ends_on,
    }  # fmt: skip
    selection = queries.selection_of(application)
    if reasons := rules.faults(application, granted_krw=selection.place.grant_krw, **terms):
        raise Refused(*reasons, about=application)
    agreement = Agreement.objects.create(
        number=next_number(f"AG-{application.call.year}"),
        application=application,
        line=application.call.budget_line,
        sign_by=selection.sign_by,
        rules_version=SHARES_VERSION,
        drafted_by=by,
        drafted_at=clock.now(),
        **terms,
    )
    audit.record("draft", agreement, by=by, after={key: str(value) for key, value in terms.items()})
    return agreement


@transaction.atomic
def amend_draft(agreement, *, by, **terms):
    """Change the terms before they are offered."""
    application = agreement.application
    granted_krw = queries.selection_of(application).place.grant_krw
    AGREEMENT.advance(
        agreement, "amend_draft", by=by,
        unless=lambda _a: rules.faults(application, granted_krw=granted_krw, **terms), **terms,
    )  # fmt: skip


@transaction.atomic
def offer(agreement, *, by):
    """Send the terms to the firm for its signature; they no longer change."""
    application = Application.objects.select_related("firm").get(pk=agreement.application_id)
    AGREEMENT.advance(
        agreement,
        "offer",
        by=by,
        unless=lambda locked: rules.over_cap(locked.line, locked.grant_krw),
        firm_name=application.firm.name,
        title=application.title,
    )
    notify("agreement_offered", to=people_of(agreement.application), event=f"offer:{agreement.number}",
           agreement=agreement, application=agreement.application)  # fmt: skip


def side_of(user):
    return Signature.Side.AGENCY if user.role == Role.DIRECTOR else Signature.Side.FIRM


@transaction.atomic
def sign(agreement, *, password, by):
    """Sign for one's side after the password was asked again; with both signatures it is in force."""
    locked = Agreement.objects.select_for_update(of=("self",), no_key=True).select_related(
        "application__firm", "application__call"
    )
    agreement = locked.get(pk=agreement.pk)

    def faults(locked):
        if locked.application.status == "given_up":
            return [Reason(_("The firm has given its place up: nothing is signed any more."))]
        return [] if by.check_password(password) else [Reason(_("This is not your password."), "password")]

    AGREEMENT.advance(agreement, "sign", by=by, unless=faults, note=side_of(by))
    try:
        with transaction.atomic():
            Signature.objects.create(
                agreement=agreement,
                side=side_of(by),
                by=by,
                at=clock.now(),
                sha256=rules.text_hash(agreement, queries.conditions_of(agreement.application)),
            )
    except IntegrityError:
        raise Refused(_("Your side has signed already."), about=agreement)
    if agreement.signatures.count() == 2:
        AGREEMENT.advance(agreement, "take_effect", by=by, in_force_at=clock.now())
        ledger.open_grant(agreement, by=by)
        APPLICATION.advance(agreement.application, "agree", by=by)
        told = {*people_of(agreement.application), *User.objects.filter(pk=agreement.drafted_by_id)}
        notify("agreement_in_force", to=told, event=f"in_force:{agreement.number}", agreement=agreement,
               application=agreement.application)  # fmt: skip
    return agreement

"""The verbs of partners: a firm asks the institutions that it names, and each of them answers for itself."""

from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from applications.accounts.models import User
from applications.firms.models import Firm, Right
from applications.intake import consortium, rules
from applications.intake.actions.holding import lock
from applications.intake.models import Application
from applications.intake.models.partners import Partner
from applications.intake.queries import people_of
from applications.kernel import audit, clock
from applications.kernel.errors import Refused
from applications.lifecycle import PARTNER
from applications.notifications.outbox import notify

MOST_A_DAY = 50  # institutions that one person can name: each tells whether its number is registered here


@transaction.atomic
def ask(application, *, by, now):
    """Ask each institution that a draft names to agree to its part, on other terms anew; let go of the unnamed.

    Nobody is asked before the plan has a title. Returns the partners that were asked or wait for a letter.
    """
    application = lock(application, "edit", by)
    if reasons := rules.late_for(application, now=now):
        raise Refused(*reasons, about=application)
    others = consortium.of(application)
    let_go_of_the_unnamed(application, by=by)
    present = set(application.documents.values_list("paper__code", flat=True))
    asked, answering = [], with_owners(others.firms.values())
    for named, partner, state in others.states(present):
        firm = answering.get(named.number)
        if partner and partner.name != named.name:
            partner.name = named.name
            partner.save(update_fields=["name"])
        if application.title and (state == "to_ask" or (state == "no_letter" and firm)):
            asked.append(_ask(application, named, firm, others.before(named), by=by))
    return asked


def with_owners(firms):
    """{business number: firm} of those in which somebody can answer; for one that has only been brought in a letter speaks."""
    ids = [firm.pk for firm in firms]
    found = Firm.objects.filter(pk__in=ids, members__right=Right.OWNER, members__user__is_active=True)
    return {firm.business_number: firm for firm in found} if ids else {}


def _ask(application, named, firm, before, *, by):
    """Put a request in the place of earlier ones of the same institution in this draft, and tell its owners."""
    for partner in before:
        if partner.application_id == application.pk:  # what was handed in stands until its changes are
            PARTNER.advance(partner, "withdraw", by=by)
    _refuse_too_many(by)
    asked = Partner.objects.create(
        application=application, lead_number=application.firm.business_number, firm=firm, part=named.part, name=named.name,
        business_number=named.number, title=application.title, role=named.role, grant_krw=named.grant,
        cash_krw=named.cash, in_kind_krw=named.in_kind, asked_by=by, asked_at=clock.now(),
    )  # fmt: skip
    audit.record("name_partner", application, by=by,
                 after={"partner": named.number or named.name, "registered": firm is not None})  # fmt: skip
    if firm:
        notify("partner_asked", to=owners_of(firm), event=f"partner:{asked.key}", partner=asked, application=application,
               again=any(partner.firm_id for partner in before))  # fmt: skip
    return asked


def _refuse_too_many(by):
    within_a_day = Partner.objects.filter(asked_by=by, asked_at__gt=clock.now() - timedelta(days=1))
    if within_a_day.count() >= MOST_A_DAY:
        raise Refused(
            _("You have named %(count)d institutions within a day. Please go on tomorrow.")
            % {"count": MOST_A_DAY}
        )


def let_go_of_the_unnamed(application, *, by):
    """Let go of those that a locked draft names no longer, in whatever part."""
    let_go(
        [partner for partner in application.partners.standing() if _key(partner) not in _named(application)],
        by=by,
    )


def take_the_place_of(amendment, application, *, by):
    """Put the partners of changes that are handed in beside those of what was handed in before, and end what they replace."""
    let_go_of_the_unnamed(amendment, by=by)
    terms = {named.terms for named in consortium.of(amendment).named}
    for partner in application.partners.standing():
        if _key(partner) not in _named(amendment):
            let_go([partner], by=by)
        elif partner.terms not in terms:
            PARTNER.advance(partner, "withdraw", by=by)
    amendment.partners.standing().update(application=application)


def _named(application):
    return {consortium.key_of(one.part, one.number) for one in consortium.of(application).named}


def _key(partner):
    return consortium.key_of(partner.part, partner.business_number)


def let_go(partners, *, by):
    """Ask these no longer, and tell the owners of those who were asked here and did not decline."""
    for partner in partners:
        firm, declined = partner.firm, partner.status == Partner.Status.DECLINED
        PARTNER.advance(partner, "withdraw", by=by)
        if firm and not declined:
            notify("partner_withdrawn", to=owners_of(firm), event=f"partner:{partner.key}", partner=partner,
                   application=partner.application)  # fmt: skip


@transaction.atomic
def answer(partner, *, accepted, remark, by, now):
    """Take part on the terms that were asked, or not; it can be changed until the application is handed in."""
    application = Application.objects.get(pk=partner.application_id)
    locked = Application.objects.select_for_update(of=("self",), no_key=True).select_related("call", "firm")
    original = locked.get(pk=application.amends_id) if application.amends_id else None
    application = locked.get(pk=application.pk)  # who asks and who answers wait for each other here
    PARTNER.advance(
        partner, "accept" if accepted else "decline", by=by, note=remark,
        unless=lambda _partner: rules.answer_faults(application, now=now),
        remark=remark, answered_by=by, answered_at=clock.now(),
    )  # fmt: skip
    notify("partner_accepted" if accepted else "partner_declined", to=people_of(original or application),
           event=f"partner:{partner.key}:{partner.answered_at.isoformat()}", partner=partner, application=application)  # fmt: skip


def owners_of(firm):
    """Who speaks for a firm: its owners with a living account."""
    return User.objects.filter(memberships__firm=firm, memberships__right="owner", is_active=True)

"""WHO: every permission of the house on one page, and the backend that reads it."""

from allauth.account.auth_backends import AuthenticationBackend
from allauth.mfa.models import Authenticator
from django.db.models import Exists, OuterRef, Q

from applications.accounts.models import Role, User
from applications.kernel.access import Predicate, visible
from applications.notifications.inbox import UNREAD


def role(name):
    return Predicate(lambda user, thing: user.role == name, about_thing=False, name=name)


anyone = Predicate(lambda user, thing: user.is_authenticated, about_thing=False, name="anyone signed in")
applicant = role(Role.APPLICANT)
reviewer = role(Role.REVIEWER)
officer = role(Role.OFFICER)
director = role(Role.DIRECTOR)
finance = role(Role.FINANCE)
ministry = role(Role.MINISTRY)
auditor = role(Role.AUDITOR)
administrator = role(Role.ADMINISTRATOR)
timetable = role("timetable")


def working_for(user, thing):
    """What the person is in the firm that a thing belongs to, as a queryset; the firm itself need not be read."""
    match thing._meta.model_name:
        case "firm":
            firm = thing.pk
        case "agreement" | "submission" | "partner" | "appeal":
            firm = thing.application.firm_id
        case "payment":
            firm = thing.agreement.application.firm_id
        case _:
            firm = thing.firm_id
    return user.memberships.filter(firm=firm)


def right(*rights):
    return Predicate(
        lambda user, thing: working_for(user, thing).filter(right__in=rights).exists(),
        name=f"{' or '.join(rights)} of the firm",
    )


owns_firm = right("owner")
works_for_firm = right("owner", "editor")
belongs_to_firm = right("owner", "editor", "viewer")


@Predicate
def submits_for_firm(user, thing):
    """An owner, or an editor where the owner lets editors submit."""
    may = Q(right="owner") | Q(right="editor", firm__editors_submit=True)
    return working_for(user, thing).filter(may).exists()


@Predicate
def from_office(user, thing):
    """A draft that officers enter from paper, or what belongs to it; its firm reads it."""
    return getattr(thing, "application", thing).is_from_office


@Predicate
def own_assignment(user, thing):
    return thing.reviewer_id == user.pk


@Predicate
def declared_clear(user, thing):
    """Without conflict and under the pledge of today; it is never taken back, so a found one is not looked for again."""
    if not thing.is_clear:
        return False
    pledged = vars(user).setdefault("pledged_for", set())
    if thing.application_id not in pledged:
        if not user.pledges.hold_for(thing.application.call_id):
            return False
        pledged.add(thing.application_id)
    return True


@Predicate
def judged_together(user, sheet):
    """No panel that still judges alone hears what the sheet is about."""
    return not type(sheet).objects.with_alone().filter(pk=sheet.pk, is_alone=True).exists()


@Predicate
def own_seat(user, thing):
    return thing.user_id == user.pk


@Predicate
def own_account(user, payee):
    return payee.user_id == user.pk


def panel_of(thing):
    """The panel that a thing belongs to."""
    return thing if thing._meta.model_name == "panel" else thing.panel


@Predicate
def chairs(user, thing):
    return panel_of(thing).chair_id == user.pk


@Predicate
def after_opening(user, thing):
    """The chair has opened the deliberation."""
    return panel_of(thing).status != "scoring"


@Predicate
def after_judging_alone(user, thing):
    """The chair has opened the deliberation, and this member has no sheet of the panel left to hand in, under the pledge of today."""
    panel = panel_of(thing)
    if panel.status == "scoring":
        return False
    # As it was read: a page asks it for each of its buttons, and an action reads the panel anew under its lock.
    known = vars(panel).setdefault("judged_alone_by", {})
    if user.pk not in known:
        known[user.pk] = not user.assignments.open_in(panel).exists() and user.pledges.hold_for(panel.call_id)
    return known[user.pk]


@Predicate
def chairs_over(user, thing):
    """The sheet of another member, in a panel that this person chairs and that deliberates, free of conflict for both."""
    if thing.reviewer_id == user.pk:
        return False
    hearing = thing.application.hearings.filter(stage=thing.stage_id, panel__status="deliberating").first()
    return (
        hearing is not None
        and hearing.panel.chair_id == user.pk
        and type(hearing).objects.visible_to(user).filter(pk=hearing.pk).exists()
        and after_judging_alone(user, hearing)
    )


@Predicate
def another_person(user, thing):
    return thing.proposed_by_id != user.pk


@Predicate
def asked_by_another(user, thing):
    return thing.by_id != user.pk


def parts_in(appeal):
    """{user id: the part that the person had in what an appeal contests}: a key of contesting.PARTS."""
    application, exclusion = appeal.application, appeal.exclusion
    found = dict.fromkeys(application.assignments.values_list("reviewer", flat=True), "reviewed")
    if exclusion:
        return found | dict.fromkeys((exclusion.proposed_by_id, exclusion.answered_by_id), "excluded")
    found |= dict.fromkeys(application.visit_decisions.values_list("by", flat=True), "visited")
    return found | dict.fromkeys(application.adjustments.values_list("by", flat=True), "adjusted")


@Predicate
def impartial(user, appeal):
    """Has neither reviewed the application, nor decided an item of it, nor ruled it out: who decided the first time does not examine the appeal."""
    return user.pk not in parts_in(appeal)


@Predicate
def not_oneself(user, thing):
    return thing.pk != user.pk


@Predicate
def own_view(user, thing):
    return thing.owner_id == user.pk


@Predicate
def own_letter(user, thing):
    return thing.to_id == user.pk and not thing.is_secret


PERMISSIONS = {
    "account.own": anyone,
    "account.manage": administrator & not_oneself,
    "account.list": administrator | auditor,
    "account.export": auditor,
    "account.invite": administrator,
    "account.bring_in": officer,  # reviewers alone, out of a file
    "firm.register": applicant,
    "firm.view": visible,
    "firm.list": officer | director | ministry | auditor | finance,
    "firm.export": officer | director,
    "firm.edit": applicant & owns_firm,
    "firm.members": (applicant & belongs_to_firm) | ((officer | director | auditor) & visible),
    "firm.manage": applicant & owns_firm,
    "firm.history": (applicant & owns_firm) | ((officer | director | auditor) & visible),
    "firm.end_request": timetable,
    "firm.note_standing": timetable,
    "firm.appoint": administrator,
    # The ministry reads neither names nor telephone numbers of people.
    "contact.read": applicant | reviewer | officer | director | finance | auditor,
    "import.list": officer | director | auditor,
    "import.view": visible,
    "import.make": officer,
    "vault.view": applicant & belongs_to_firm,
    "vault.keep": applicant & works_for_firm,
    "vault.warn": timetable,
    "invitation.accept": applicant & visible,
    "call.list": officer | director | ministry | auditor | administrator,
    "call.export": officer | director,
    "call.view": (officer | director | ministry | auditor | administrator) & visible,
    "call.prepare": officer,
    "call.edit": officer & visible,
    "call.publish": officer & visible,
    "call.change": officer & visible,
    "inquiry.ask": applicant,
    "inquiry.list": officer | director | auditor,
    "inquiry.export": officer | director,
    "inquiry.read": (officer | director | auditor) & visible,
    "inquiry.handle": officer & visible,
    "application.list": officer | director | auditor,
    "application.export": officer | director,
    "application.bulk": officer,
    "application.own": applicant,
    "application.begin": applicant & works_for_firm,
    "application.view": visible,
    "application.enter": officer,
    "application.edit": (applicant & works_for_firm & ~from_office) | (officer & from_office),
    "application.submit": (applicant & submits_for_firm & ~from_office) | (officer & from_office),
    "application.withdraw": (applicant & owns_firm) | (officer & from_office),
    "application.receipt": visible & ~reviewer,
    "application.screen": officer & visible,
    "application.confirm": director & visible,
    "application.readmit": director & visible,
    "application.screen_again": (officer | director) & visible,
    "application.case": (officer | director | auditor) & visible,
    "application.assign": officer & visible,
    "application.waive": director & visible,
    "application.exempt": officer & visible,
    "stage.exempt": officer & visible,
    "exemption.list": director,
    "exemption.decide": director & visible & asked_by_another,
    "exemption.end": director & visible,
    "application.rank": officer & visible,
    "visit.appoint": officer & visible,
    "visit.decide": director & visible,
    "stage.tell": officer & visible,
    "partner.answer": visible,
    "plan.ask": officer,
    "plan.view": visible,
    "plan.use": officer & visible,
    "panel.list": officer | director | auditor,
    "panel.view": (officer | director | auditor) & visible,
    "panel.prepare": officer,
    "panel.manage": officer & visible,
    "panel.fill": (officer & visible) | timetable,
    "panel.seat": officer & visible,
    "panel.remind": (officer & visible) | timetable,
    "panel.lapse": timetable,
    "panel.answer": reviewer & own_seat,
    "panel.meet": (officer | director | auditor | reviewer) & visible,
    "panel.sheets": ((officer | director | auditor) & visible & after_opening)
    | (reviewer & visible & after_judging_alone),
    "panel.exclusions": ((officer | director | auditor) & visible & after_opening)
    | (reviewer & visible & chairs & after_judging_alone),
    "panel.preside": reviewer & visible & chairs,
    "panel.conclude": (officer & visible & after_opening)
    | (reviewer & visible & chairs & after_judging_alone),
    "hearing.view": ((officer | director | auditor) & visible & after_opening)
    | (reviewer & visible & after_judging_alone),
    "hearing.conclude": (officer & visible & after_opening)
    | (reviewer & visible & chairs & after_judging_alone),
    "hearing.explain": reviewer & visible & chairs & after_judging_alone,
    "hearing.exempt": reviewer & visible & chairs & after_judging_alone,
    "talk.view": visible,
    "talk.manage": officer & visible,
    "talk.note": (officer & visible) | (reviewer & visible & chairs),
    "review.own": reviewer,
    "review.pledge": reviewer,
    "review.declare": reviewer & own_assignment,
    "review.read": reviewer & own_assignment & declared_clear,
    "review.score": reviewer & own_assignment & declared_clear,
    "review.explain": reviewer & own_assignment & declared_clear,
    "review.give_back": (officer & visible) | (reviewer & chairs_over),
    "review.manage": officer & visible,
    "review.export": officer | director,
    "review.due": officer & visible,
    "severity.view": (officer | director | auditor) & visible,
    "severity.ask": officer & visible,
    "review.print": (reviewer & own_assignment & declared_clear)
    | ((officer | director | auditor) & visible & judged_together),
    "review.set_aside": director & visible,
    "reviewer.forget": reviewer & visible,
    "reviewer.list": officer | director | auditor,
    "reviewer.export": officer | director,
    "reviewer.view": (officer | director | auditor) & visible,
    "reviewer.sanction": (officer | director) & visible,
    "reviewer.lift": director,
    "payee.write": reviewer,
    "payee.drop": reviewer & own_account,
    "payee.list": finance,
    "payee.export": finance,
    "payee.read": finance & visible,
    "decision.desk": officer | director | auditor,
    "decision.rank": (officer | director | auditor) & visible,
    "decision.propose": officer,
    "stability.view": (officer | director | auditor) & visible,
    "stability.ask": officer & visible,
    "decision.view": visible,
    "decision.approve": (officer | director) & visible & another_person,
    "decision.preview": (officer | director) & visible,  # the letters, before anybody approves
    "decision.publish": officer | timetable,
    "decision.result": applicant & belongs_to_firm,
    "decision.opine": officer & visible,
    "decision.lapse": timetable,
    "committee.view": visible,
    "committee.convene": officer & visible,
    "committee.keep": officer & visible,
    "application.give_up": applicant & owns_firm,
    "application.reconsider": director & visible,
    "appeal.begin": applicant & submits_for_firm,
    "appeal.view": visible,
    "appeal.write": applicant & submits_for_firm,
    "appeal.withdraw": applicant & owns_firm,
    "appeal.list": officer | director | auditor,
    "appeal.export": officer | director,
    "appeal.examine": officer & visible & impartial,
    "appeal.confirm": director & visible & another_person & impartial,
    "agreement.list": officer | director | finance | ministry | auditor,
    "agreement.export": officer | director | finance,
    "agreement.draft": officer,
    "agreement.view": visible,
    "agreement.sign": (director & visible) | (applicant & owns_firm),
    "agreement.take_effect": (director & visible) | (applicant & owns_firm),
    "payment.list": officer | director | finance | ministry | auditor,
    "payment.export": officer | director | finance,
    "payment.view": visible,
    "payment.request": applicant & owns_firm,
    "payment.verify": officer & visible,
    "payment.refuse": (officer | finance) & visible,
    "payment.approve": finance & visible,
    "payment.pay": finance & visible,
    "budget.list": officer | director | finance | ministry | auditor,
    "budget.view": visible,
    "budget.open": finance,
    "budget.allocate": finance & visible,
    "cohort.view": officer | director | ministry | auditor,
    "cohort.export": officer | director,
    "cohort.seat": officer,
    "cohort.end": director,
    "certificate.list": officer | director | auditor,  # they name the representative
    "certificate.view": visible,
    "audit.view": auditor | administrator,
    "audit.values": auditor,  # an administrator reads the values and reasons of accounts only
    "audit.export": auditor,
    "access.view": auditor | administrator,
    "access.export": auditor,
    "view.keep": officer | director | finance | auditor,
    "view.drop": (officer | director | finance | auditor) & own_view,
    "export.list": officer | director | finance | auditor,
    "export.view": (officer | director | finance | auditor) & visible,
    "arrivals.view": officer | director | ministry | auditor,
    "inbox.read": own_letter,
    "outbox.view": officer | director | auditor | administrator,
    "outbox.export": officer | director,
    "outbox.read": (officer | director | auditor | administrator) & visible,
    "outbox.text": officer | director | auditor,  # an administrator reads of a letter only that it went out
}


class TableBackend(AuthenticationBackend):
    """Signs people in by e-mail, and answers has_perm from the table above; an unknown name is a mistake."""

    def get_user(self, user_id):
        """The person of a session, with the number of letters they have not opened and whether they have a second factor: one query."""
        factors = Authenticator.objects.filter(user=OuterRef("pk"))
        person = User.objects.annotate(unread=UNREAD, has_factor=Exists(factors)).filter(pk=user_id).first()
        return person if person and self.user_can_authenticate(person) else None

    def has_perm(self, user_obj, perm, obj=None):
        asked = PERMISSIONS[perm]
        return user_obj.is_authenticated and asked(user_obj, obj)


class Timetable:
    """What acts when an instant falls due: no person, and allowed only what its role is."""

    pk = None
    role = "timetable"
    is_authenticated = True

    @staticmethod
    def has_perm(permission, thing=None):
        return PERMISSIONS[permission](TIMETABLE, thing)


TIMETABLE = Timetable()

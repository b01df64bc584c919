"""The world of the cases: made through the actions, one step at a time; docs/cases.md describes it."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from io import BytesIO

from allauth.account.internal.flows import login
from allauth.account.models import EmailAddress
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image
from xlsxwriter import Workbook

from applications.accounts.models import Role, User
from applications.agreement import actions as agreement
from applications.calls import actions as calls
from applications.calls import answering, subscribing
from applications.calls.filling import fill_visit
from applications.calls.models import BudgetLine, Programme
from applications.calls.stages import OF_VISIT, Criterion, CriterionGroup, Stage
from applications.decision import actions as decision
from applications.firms import actions as firms
from applications.firms.models import Member
from applications.firms.rules import is_business_number
from applications.funding import actions as funding
from applications.intake import actions as intake
from applications.intake.models import Application
from applications.intake.rules import PLEDGES, needed_papers
from applications.intake.screened import verdicts_of
from applications.kernel import clock, files
from applications.kernel.taxonomy import DemandIndustry, IndustryField, Region, RootTechnology
from applications.notifications.models import Letter
from applications.review import actions as review
from applications.review import people, seating, visiting
from applications.review.exemptions import Exemption
from applications.review.queries import criteria_of
from applications.review.rules import USUAL
from tests.remembering import in_steps

PASSWORD = "a-long-password-77"
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
OPENS, CLOSES = clock.kst(2026, 12, 1, 9), clock.kst(2026, 12, 15, 18)
BEFORE, DURING, AFTER = clock.kst(2026, 11, 2, 9), clock.kst(2026, 12, 10, 12), clock.kst(2026, 12, 20, 12)
CERTIFICATES = ["D05", "D06", "D09"]
NUMBERS = ["1108100062", "1108100010", "1108100024", "1108100039", "1108100043", "1108100058"]

TERMS = {
    "total_krw": 800_000_000, "grant_krw": 480_000_000, "cash_krw": 60_000_000, "starts_on": date(2027, 1, 1),
    "ends_on": date(2028, 12, 31),
}  # fmt: skip


def pdf(name="plan.pdf", content=PDF):
    return SimpleUploadedFile(name, content)


def png(name="place.png"):
    """A picture of two by two."""
    file = BytesIO()
    Image.new("RGB", (2, 2)).save(file, "png")
    return SimpleUploadedFile(name, file.getvalue())


def received(upload):
    """An upload as it is kept once it is accepted."""
    return files.store(upload, files.accepted(upload))


def workbook(title, rows, name="list.xlsx", *, edit=lambda book, sheet: None):
    """An upload with one sheet of these rows. edit: what else is done to it."""
    file = BytesIO()
    book = Workbook(file, {"default_date_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet(title)
    for line, row in enumerate(rows):
        sheet.write_row(line, 0, row)
    edit(book, sheet)
    book.close()
    return SimpleUploadedFile(name, file.getvalue())


def browser(user=None):
    """Somebody at a browser that speaks English."""
    client = Client(headers={"accept-language": "en"})
    if user:
        client.force_login(user)
    return client


def at(client, method, instant, address, data=None):
    """What a page answers at this instant."""
    with clock.at(instant):
        return getattr(client, method)(address, data)


def sample(question):
    """An answer that fits the question."""
    match question.kind:
        case "choice":
            return question.options[0][0]
        case "choices":
            return [code for code, _label in question.options[:2]]
        case "table":
            return [{code: "칸의 내용" if kind == "text" else 100 for code, _label, kind in question.options}]
    return {
        "number": 3,
        "won": 500_000_000,
        "date": "2026-03-02",
        "yes_no": "no",
        "text": "Research lead",
        "long": "An answer in words",
        "file": None,  # it comes as a paper
    }[question.kind]


def confirm(session, user, *, at):
    """The password was given again in this session at this instant, as allauth writes it down."""
    session[login.AUTHENTICATION_METHODS_SESSION_KEY] = [
        {"method": "password", "at": at.timestamp(), "reauthenticated": True}
    ]
    session[login._AUTHENTICATION_METHODS_USER_SESSION_KEY] = login.user_id_to_str(user)
    session.save()


def costs(*, total=800_000_000, requested=480_000_000, cash=60_000_000):
    """A budget with this total, grant and own share in cash; the rest of the own share is in kind."""
    in_kind = total - requested - cash
    return {"requested": requested, "personnel_cash": total - in_kind, "equipment_in_kind": in_kind}


@in_steps("number", "owner_of", "client")
@dataclass
class World:
    """Everything is made when it is first asked for."""

    last: int = 0

    def number(self):
        self.last += 1
        return self.last

    # People

    def person(self, role=Role.APPLICANT, email=None, **more):
        number = self.number()
        email = email or f"{role.value}{number}@people{number}.example"
        user = User(email=email, name=more.pop("name", f"{role.value} {number}"), role=role, **more)
        user.set_password(PASSWORD)
        user.save()
        EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
        return user

    def reviewer(self, **more):
        profile = {"affiliation": f"University {self.number()}", "kind": "academia"}
        profile |= {key: more.pop(key) for key in ("affiliation", "affiliation_number") if key in more}
        user = self.person(Role.REVIEWER, **more)
        people.set_profile(user, technologies=RootTechnology.objects.all()[:2], by=self.officer, **profile)
        return user

    @cached_property
    def officer(self):
        return self.person(Role.OFFICER)

    @cached_property
    def officer2(self):
        return self.person(Role.OFFICER)

    @cached_property
    def director(self):
        return self.person(Role.DIRECTOR)

    @cached_property
    def director2(self):
        return self.person(Role.DIRECTOR)

    @cached_property
    def finance(self):
        return self.person(Role.FINANCE)

    @cached_property
    def finance2(self):
        return self.person(Role.FINANCE)

    @cached_property
    def ministry(self):
        return self.person(Role.MINISTRY)

    @cached_property
    def auditor(self):
        return self.person(Role.AUDITOR)

    @cached_property
    def administrator(self):
        return self.person(Role.ADMINISTRATOR)

    # Firms

    def firm(self, owner=None, number=None, **profile):
        ordinal = self.number()
        nine = f"99955{ordinal:04d}"
        number = number or next(f"{nine}{d}" for d in range(10) if is_business_number(f"{nine}{d}"))
        fields = {
            "name": f"Firm {ordinal}",
            "representative": f"Head {ordinal}",
            "size": "small",
            "track": "root",
            "founded_on": date(2010, 1, 4),
            "region": Region.objects.get(code="48"),
            "address": f"Street {ordinal}",
            "phone": "02-000-0000",
            "ksic": "24321",
            "field": IndustryField.objects.get(code="F2"),
            "industry": DemandIndustry.objects.get(code="D01"),
            "employees": 30,
            "sales_krw": 5_000_000_000,
        }
        owner = owner or self.person()
        firm = firms.register(
            by=owner,
            business_number=number,
            technologies=RootTechnology.objects.all()[:1],
            **(fields | profile),
        )
        firm.editors_submit = True  # its owner lets them, without a trace that each test would meet
        firm.save(update_fields=["editors_submit"])
        return firm

    def owner_of(self, firm):
        return firm.members.filter(right="owner").order_by("pk").first().user

    def member(self, firm, right="editor"):
        user = self.person()
        Member.objects.create(firm=firm, user=user, right=right)
        return user

    @cached_property
    def a(self):
        return self.firm(number=NUMBERS[0], name="Firm A")

    @cached_property
    def b(self):
        return self.firm(number=NUMBERS[1], name="Firm B")

    # Calls

    def call(
        self,
        kind="sprout",
        *,
        opens=OPENS,
        closes=CLOSES,
        published=BEFORE,
        by_firm=False,
        with_items=False,
        with_certificates=False,
        quorum=5,
        **fields,
    ):
        """A published call.

        by_firm: some papers are needed from some firms only, as in the outline; else where they apply.
        with_items: with the bonus and penalty items of the outline, and the paper that proves them; with_certificates: with those
        of taxes and of the size; quorum: of each stage.
        """
        programme = Programme.objects.get(kind=kind)
        if kind == "rnd":
            fields = {
                "budget_line": self.line,
                "budget_krw": 1_500_000_000,
                "ceiling_krw": 600_000_000,
            } | fields
        fields = {
            "seats": 3,
            "title": f"Call {self.number()}",
            "summary": "In short",
            "notice": "Notice",
        } | fields
        with clock.at(published):
            call = calls.prepare(
                programme=programme, year=2027, opens_at=opens, closes_at=closes, by=self.officer, **fields
            )
            if not with_items:
                call.items.all().delete()
                call.papers.filter(code="D16").delete()
            if not with_certificates:
                call.papers.filter(code__in=CERTIFICATES).delete()
            call.stages.exclude(kind="visit").update(quorum=quorum)
            if not by_firm:
                call.papers.exclude(needed_from="bonus").update(needed_from="")
            call = calls.publish(call, by=self.officer)
            if quorum < USUAL:
                self.exempted(call)
        return call

    def exempted(self, call):
        """So few sheets suffice in all stages of a call: as a director allowed it, without a trace that each test would meet."""
        for stage in call.stages.exclude(kind="visit"):
            Exemption.objects.create(
                stage=stage, sheets=stage.quorum, reason="위원 3인 분과", by=self.officer, status="allowed",
                decided_by=self.director, decided_at=clock.now(),
            )  # fmt: skip

    @cached_property
    def line(self):
        return BudgetLine.objects.create(
            programme=Programme.objects.get(kind="rnd"), name="R&D", year=2027, cap_krw=9_000_000_000
        )

    @cached_property
    def r1(self):
        """The call of the cases."""
        return self.plain_call()

    def plain_call(self, **fields):
        """0 to 100 with the weights 40, 35, 25; a panel of three."""
        call = self.call(quorum=3, **fields)
        Criterion.objects.filter(group__stage__call=call).delete()
        CriterionGroup.objects.filter(stage__call=call).delete()
        stage = call.stages.get()
        for ordinal, (name, points) in enumerate([("기술성", 40), ("사업성", 35), ("역량", 25)], 1):
            group = CriterionGroup.objects.create(stage=stage, ordinal=ordinal, name=name)
            Criterion.objects.create(group=group, ordinal=1, name=name, points=points)
        type(call).objects.filter(pk=call.pk).update(scale="percent", step=Decimal("0.1"))
        call.refresh_from_db()
        return call

    def inquiry(self, call, *, text="What counts as a plan?", by=None, at=DURING):
        with clock.at(at):
            return answering.ask(call, text=text, by=by or self.person())

    def subscriber(self, address="reader@people.example", *, language="ko", **wish):
        """Somebody who has confirmed by the link of the letter."""
        subscribing.request(address, language=language, **wish)
        letter = Letter.objects.filter(kind="subscription_requested", address=address).latest("pk")
        return subscribing.confirm(re.search(r"/confirm/([^/]+)/", letter.body)[1])

    # Applications

    def draft(self, call, firm=None, *, complete=True, title="A plan", at=DURING, **fields):
        firm = firm or self.firm()
        owner = self.owner_of(firm)
        with clock.at(at):
            draft = intake.begin(call, firm, by=owner, now=at)
            if not complete:
                return draft
            money = {"budget": costs()} if call.is_rnd else {}
            intake.edit(
                draft,
                by=owner,
                now=at,
                version=draft.version,
                title=title,
                summary="A summary",
                field=fields.pop("field", firm.field),
                answers={question.code: sample(question) for question in call.asked},
                consents=dict.fromkeys(PLEDGES, True),
                **(money | fields),
            )
            draft.refresh_from_db(fields=["claims"])
            for paper in needed_papers(draft):
                intake.add_paper(draft, paper=paper, upload=pdf(f"{paper.code}.pdf"), by=owner, now=at)
        return Application.objects.select_related("call__programme", "firm").get(pk=draft.pk)

    def submitted(self, call, firm=None, *, at=DURING, **more):
        draft = self.draft(call, firm, at=at, **more)
        with clock.at(at):
            intake.submit(draft, by=self.owner_of(draft.firm), arrived_at=at)
        draft.refresh_from_db()
        return draft

    def in_review(self, call, firm=None, **more):
        application = self.submitted(call, firm, **more)
        with clock.at(AFTER):
            self.checked(application)
            intake.open_review(application, by=self.officer)
        return application

    def checked(self, application, *, by=None):
        """Every rule of the checklist that is open is found met by a person."""
        by = by or self.officer
        for verdict in verdicts_of(application):
            if verdict.is_open and verdict.outcome == "failed":
                intake.check(
                    application, code=verdict.code, outcome="passed", evidence="CANARY-EVIDENCE", by=by
                )
        intake.check_rest(application, evidence="CANARY-EVIDENCE", by=by)

    def assigned(self, application, reviewer=None, *, clear=True):
        reviewer = reviewer or self.reviewer()
        assignment = review.assign(application, reviewer=reviewer, by=self.officer)
        if clear:
            review.pledge(application.call, by=reviewer)
            review.declare(assignment, code="", by=reviewer)
        assignment.refresh_from_db()
        return assignment

    def seated(self, panel, reviewer=None):
        """A reviewer who was invited to this panel and has accepted."""
        reviewer = reviewer or self.reviewer()
        answer_by = clock.now() + timedelta(days=3)
        panelist = seating.invite(panel, reviewer=reviewer, answer_by=answer_by, by=self.officer)
        review.pledge(panel.call, by=reviewer)
        seating.accept(panelist, by=reviewer)
        return reviewer

    def save(self, assignment, *values):
        """Save scores in the order of the criteria, with comments."""
        criteria = criteria_of(assignment.stage)
        comments = dict.fromkeys(("strengths", "weaknesses", "overall"), "Ten letters and more")
        review.save(
            assignment,
            values={c.pk: Decimal(str(v)) for c, v in zip(criteria, values, strict=False)},
            comments=comments,
            by=assignment.reviewer,
        )

    def handed_in(self, application, *values, reviewer=None):
        assignment = self.assigned(application, reviewer)
        self.save(assignment, *values)
        review.hand_in(assignment, by=assignment.reviewer)
        assignment.refresh_from_db()
        return assignment

    def with_visit(self, call, *, ordinal=2):
        """A call with a site visit as its stage of this place, with the usual points."""
        fill_visit(Stage.objects.create(call=call, ordinal=ordinal, kind="visit", **OF_VISIT))
        return call

    def visited(self, application, *, fit, reviewer=None, unfit=(0,)):
        """A visitor's sheet handed in; not fit: in the points of these places, and as a whole."""
        assignment = self.assigned(application, reviewer)
        points = list(assignment.stage.points.all())
        findings = {
            point.pk: (fit or place not in unfit, f"Seen there: {point.name}")
            for place, point in enumerate(points)
        }
        visiting.save(
            assignment,
            findings=findings,
            fit=fit,
            overall="As the plan says, all in all",
            by=assignment.reviewer,
        )
        return visiting.hand_in(assignment, by=assignment.reviewer)

    def item(self, application, points, *, name="TCB", shown="As the certificate says"):
        """A bonus item of its call (points above zero) that the firm claims, or a penalty item (below)."""
        items = application.call.items
        item = items.create(
            ordinal=items.count() + 1,
            kind="bonus" if Decimal(str(points)) > 0 else "penalty",
            name=name,
            points=abs(Decimal(str(points))),
        )
        if item.is_bonus:
            application.refresh_from_db()
            claims = application.claims | {str(item.pk): shown}
            Application.objects.filter(pk=application.pk).update(claims=claims)
            application.refresh_from_db()
        return item

    def adjusted(self, application, points, *, grounds="Seen in the certificate", **more):
        """An item that counts for this application."""
        item = self.item(application, points, **more)
        review.adjust(application, item=item, counts=True, grounds=grounds, by=self.officer)
        return item

    def reviewed(self, call, firm=None, *, score=80, **more):
        """Through the review with three sheets of this score (in a call of scale percent)."""
        application = self.in_review(call, firm, **more)
        for _sheet in range(3):
            self.handed_in(application, score, score, score)
        application.refresh_from_db()
        review.close_review(application, by=self.officer)
        application.refresh_from_db()
        return application

    def with_score(self, call, score, **more):
        """Reviewed with exactly this final score, written where the ranking reads it."""
        application = self.in_review(call, **more)
        Application.objects.filter(pk=application.pk).update(
            status="reviewed",
            sheets=call.stages.get().quorum,
            base_score=Decimal(score),
            final_score=Decimal(score),
        )
        application.refresh_from_db()
        return application

    def published(self, call):
        with clock.at(AFTER + timedelta(days=1)):
            proposal = decision.propose(call, note="As ranked", by=self.officer)
            decision.approve(proposal, by=self.officer2)
            decision.publish(proposal, by=self.officer)
        return proposal

    @cached_property
    def rnd(self):
        return self.call("rnd", quorum=3)

    def selected_rnd(self, **more):
        application = self.in_review(self.rnd, **more)
        for _sheet in range(3):
            self.handed_in(application, *(c.points for c in criteria_of(application.call.stages.get())))
        application.refresh_from_db()
        review.close_review(application, by=self.officer)
        self.published(self.rnd)
        application.refresh_from_db()
        return application

    def in_force(self):
        """An agreement in force over 480,000,000 won."""
        application = self.selected_rnd()
        made = agreement.draft(
            application, by=self.officer, total_krw=800_000_000, grant_krw=480_000_000, cash_krw=60_000_000,
            starts_on=date(2027, 1, 1), ends_on=date(2028, 12, 31),
        )  # fmt: skip
        agreement.offer(made, by=self.officer)
        agreement.sign(made, password=PASSWORD, by=self.owner_of(application.firm))
        return agreement.sign(made, password=PASSWORD, by=self.director)

    # Clients

    def client(self, user=None):
        client = Client()
        if user:
            client.force_login(user)
        return client

    # Agreements, money, seats

    def drafted(self, application=None, **terms):
        """An agreement over 480,000,000 won that the firm does not see yet."""
        return agreement.draft(application or self.selected_rnd(), by=self.officer, **(TERMS | terms))

    def offered(self, application=None, **terms):
        made = self.drafted(application, **terms)
        agreement.offer(made, by=self.officer)
        return made

    def instalment(self, made, *, krw=288_000_000, upto="approved"):
        """The next instalment of an agreement in force, as far as this status."""
        payment = funding.request(made, krw=krw, by=self.owner_of(made.application.firm))
        if upto in ("verified", "approved", "paid"):
            funding.verify(payment, by=self.officer)
        if upto in ("approved", "paid"):
            funding.approve(payment, by=self.finance)
        if upto == "paid":
            funding.pay(payment, paid_on=clock.today(), by=self.finance2)
        return payment

    def selected_sprout(self, call=None, firm=None, **more):
        """A sprout application that was selected, written where the cohort reads it."""
        application = self.submitted(call or self.sprout, firm, **more)
        Application.objects.filter(pk=application.pk).update(status="selected")
        application.refresh_from_db()
        return application

    @cached_property
    def sprout(self):
        return self.call()

"""Fills an empty database for the bench: applications and sheets in bulk, by the sizes that are asked for."""

import random
from datetime import timedelta
from decimal import Decimal

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db import connection

from applications.accounts.models import Role, User
from applications.calls import actions as calls
from applications.calls.models import Call, Programme
from applications.cohort.models import Seat
from applications.firms.models import Firm, Member
from applications.intake.models import PLEDGES_VERSION, Application, Document, Undertaking
from applications.intake.rules import PLEDGES, needed_papers
from applications.kernel import clock
from applications.kernel.files import StoredFile
from applications.kernel.files.stored import FileText
from applications.kernel.search import search_text
from applications.kernel.taxonomy import DemandIndustry, IndustryField, Region, RootTechnology
from applications.review.models import Assignment, ReviewerProfile
from applications.review.panels import Hearing, Panel, Panelist
from applications.review.pledges import VERSION, Pledge
from applications.review.queries import criteria_of
from tests.world import sample

STATUSES = ["submitted"] * 2 + ["returned", "ineligible"] + ["in_review"] * 2 + ["reviewed"] * 14
SYLLABLES = "가나다라마바사아자차카타파하거너더러머버서어저처"
REVIEWERS = 60
HEARD, MEMBERS = 250, 7  # of the panel whose meeting is measured
LONG = "단계별 목표와 수치를 갖춘 답변입니다. " * 30


class Data:
    """What the measured pages need to be asked for: people, one call, one application ..."""

    def __init__(self, applications, drafts):
        self.count, self.drafts_count = applications, drafts
        self.chance = random.Random(7)

    def person(self, role, number=0):
        user = User.objects.create(
            email=f"{role}{number}@{role}{number}.example", name=f"{role} {number}", role=role, password="!"
        )
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
        if user.is_staff:
            Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": "x"})
        return user

    def fill(self):
        self.officer = self.person(Role.OFFICER)
        self.owner = self.person(Role.APPLICANT)
        self.owners = [self.owner] * self.drafts_count
        self.applicant = self.person(Role.APPLICANT, 1)
        self.reviewers = [self.person(Role.REVIEWER, number) for number in range(REVIEWERS)]
        now = clock.now()
        self.closed = self.call(now - timedelta(days=60), now - timedelta(days=20))
        self.open = self.call(now - timedelta(days=10), now + timedelta(days=20))
        ReviewerProfile.objects.bulk_create(
            ReviewerProfile(user=user, affiliation=f"University {user.pk}", kind="academia")
            for user in self.reviewers
        )
        self.words_of_firms()
        firms = self.firms(self.count + self.drafts_count)
        self.applications(firms[: self.count], now)
        self.sheets()
        self.panel()
        self.drafts(firms[self.count :])
        self.seats(firms)

    def fill_drafts(self):
        """Nothing but complete drafts, each of a firm with an owner of its own."""
        self.officer = self.person(Role.OFFICER)
        self.owners = [self.person(Role.APPLICANT, number) for number in range(self.drafts_count)]
        now = clock.now()
        self.open = self.call(now - timedelta(days=10), now + timedelta(days=20))
        self.words_of_firms()
        self.drafts(self.firms(self.drafts_count))

    def words_of_firms(self):
        self.fields = list(IndustryField.objects.all())
        self.regions = list(Region.objects.valid_on(clock.today()))
        self.industry = DemandIndustry.objects.first()

    def call(self, opens, closes):
        with clock.at(opens - timedelta(days=35)):
            call = calls.prepare(
                programme=Programme.objects.get(kind="sprout"), year=2027, title="뿌리 신산업 새싹기업 선정 공고",
                summary="뿌리 신산업 6대 분야", notice="1. 사업개요\n" * 40, opens_at=opens, closes_at=closes, seats=28,
                by=self.officer,
            )  # fmt: skip
            return calls.publish(call, by=self.officer)

    def word(self):
        return "".join(self.chance.choices(SYLLABLES, k=3))

    def firms(self, count):
        def firm(number):
            firm = Firm(
                business_number=f"{number:010d}", name=f"(주){self.word()}{number}", representative="대표",
                size="small", track="root", founded_on="2010-03-02", region=self.chance.choice(self.regions),
                address="가상로", phone="02-000-0000", ksic="24321", field=self.chance.choice(self.fields),
                industry=self.industry, employees=30, sales_krw=5_000_000_000,
            )  # fmt: skip
            firm.search_text = firm.words()
            return firm

        firms = Firm.objects.bulk_create(map(firm, range(1, count + 1)), batch_size=2000)
        Member.objects.bulk_create(
            Member(firm=firm, user=owner, right="owner")
            for firm, owner in zip(firms[self.count :], self.owners, strict=True)
        )
        if self.count:
            Member.objects.bulk_create(
                Member(firm=firm, user=self.applicant, right="owner") for firm in firms[:3]
            )
        return firms

    def applications(self, firms, now):
        answers = {
            question.code: LONG if question.kind == "long" else sample(question)
            for question in self.closed.asked
        }

        stage = self.closed.stages.get()

        def application(number, firm):
            status = self.chance.choice(STATUSES)
            score = Decimal(self.chance.randrange(4500, 9800)) / 100 if status == "reviewed" else None
            part = (score or 0) / 100
            made = Application(
                number=f"SP-2027-{number:06d}", call=self.closed, firm=firm, status=status, title=f"{self.word()} 공정 첨단화",
                summary="요약 " * 40, field=firm.field, answers=answers,
                created_by=self.owner, submitted_by=self.owner,
                submitted_at=now - timedelta(days=21, seconds=number), created_at=now - timedelta(days=40),
                stage=stage if status in ("in_review", "reviewed") else None,
                base_score=score, final_score=score, sheets=3 if score else 0, spread=score and Decimal("7.50"),
                tie_1=part * 40, tie_2=part * 35, tie_3=part * 25, tie_4=number % 2,
            )  # fmt: skip
            made.search_text = made.words(firm)
            return made

        self.made = Application.objects.bulk_create(
            (application(number, firm) for number, firm in enumerate(firms, 1)), batch_size=1000
        )
        self.paper_of(self.made[:200])
        self.text_of(self.made)

    def text_of(self, applications):
        """A paper with half a page of text for each: 공정 stands in all of them, 스핀들 in one of a hundred."""
        paper = self.closed.papers.filter(required=False).last()
        files = StoredFile.objects.bulk_create(
            (
                StoredFile(
                    name="설명.pdf", kind="pdf", size=1000, sha256="1" * 64, path=f"text/{application.pk}",
                    stored_at=clock.now(), text_state="read",
                )
                for application in applications
            ),
            batch_size=1000,
        )  # fmt: skip
        FileText.objects.bulk_create(
            (self.text(place, file) for place, file in enumerate(files)), batch_size=1000
        )
        Document.objects.bulk_create(
            (
                Document(
                    application=application, paper=paper, file=file, added_by_id=application.created_by_id
                )
                for application, file in zip(applications, files, strict=True)
            ),
            batch_size=1000,
        )

    def text(self, place, file):
        words = [self.word() for _word in range(80)] + ["공정", "" if place % 100 else "스핀들"]
        return FileText(file=file, text=" ".join(words), search_text=search_text(*words))

    def paper_of(self, applications):
        """The papers that are needed of these firms, all of one kind, as rows: the bytes are not read by any measured page."""
        for paper in needed_papers(applications[0]):
            files = StoredFile.objects.bulk_create(
                StoredFile(
                    name="사업계획서.pdf", kind="pdf", size=1000, sha256="0" * 64, path=f"{paper.pk}/{application.pk}",
                    stored_at=clock.now(),
                )
                for application in applications
            )  # fmt: skip
            Document.objects.bulk_create(
                Document(
                    application=application, paper=paper, file=file, added_by_id=application.created_by_id
                )
                for application, file in zip(applications, files, strict=True)
            )

    def sheets(self):
        """Two and a half sheets for each application on average, each with all its scores."""
        stage = self.closed.stages.get()
        Pledge.objects.bulk_create(
            Pledge(user=user, call=self.closed, version=VERSION) for user in self.reviewers
        )

        def assignment(application, place):
            handed_in = application.status != "in_review" or place < 2
            return Assignment(
                application=application, stage=stage, reviewer=self.reviewers[(application.pk + place) % REVIEWERS],
                assigned_by=self.officer, declaration="clear", status="handed_in" if handed_in else "open",
                total=Decimal("81") if handed_in else None, strengths="의견 " * 20, weaknesses="의견 " * 20,
                overall="의견 " * 20,
            )  # fmt: skip

        wanted = [a for a in self.made if a.status in ("in_review", "reviewed")]
        share = self.count * 25 // 10 / len(wanted)
        Assignment.objects.bulk_create(
            (
                assignment(application, place)
                for number, application in enumerate(wanted)
                for place in range(int(share * (number + 1)) - int(share * number))
            ),
            batch_size=2000,
        )
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO applications_score (assignment_id, criterion_id, value) "
                "SELECT a.id, c.id, c.points - 1 FROM applications_assignment a CROSS JOIN applications_criterion c "
                "WHERE c.id = ANY(%s)",
                [[criterion.pk for criterion in criteria_of(stage)]],
            )

    def panel(self):
        """A panel of seven that deliberates on 250 applications, each with a sheet of everybody."""
        stage = self.closed.stages.get()
        self.chair, members = self.reviewers[0], self.reviewers[:MEMBERS]
        self.meeting = Panel.objects.create(
            call=self.closed, stage=stage, ordinal=1, name="기가캐스팅 분과", status="deliberating", chair=self.chair,
            secretary=self.officer, made_by=self.officer, opened_at=clock.now(),
        )  # fmt: skip
        Panelist.objects.bulk_create(
            Panelist(panel=self.meeting, user=user, status="accepted", answer_by=clock.now(), answered_at=clock.now())
            for user in members
        )  # fmt: skip
        heard = [application for application in self.made if application.status == "reviewed"][:HEARD]
        Hearing.objects.bulk_create(
            Hearing(panel=self.meeting, stage=stage, application=application) for application in heard
        )
        Assignment.objects.filter(application__in=heard, reviewer__in=members).delete()
        Assignment.objects.filter(application__in=heard).update(status="excluded")
        Assignment.objects.bulk_create(
            Assignment(
                application=application, stage=stage, reviewer=user, assigned_by=self.officer, declaration="clear",
                status="handed_in", total=Decimal(self.chance.randrange(550, 980)) / 10, strengths="의견 " * 20,
                weaknesses="의견 " * 20, overall="의견 " * 20, handed_in_at=clock.now(),
                prints=" ".join(f"{self.chance.getrandbits(40):010x}" for _text in range(3)),
            )
            for application in heard
            for user in members
        )  # fmt: skip

    def drafts(self, firms):
        """Complete drafts in the open call, to be handed in one after the other."""
        answers = {question.code: sample(question) for question in self.open.asked}
        self.drafts = Application.objects.bulk_create(
            Application(
                call=self.open, firm=firm, title="공정 첨단화", summary="요약", field=firm.field, answers=answers,
                created_by=owner,
            )
            for firm, owner in zip(firms, self.owners, strict=True)
        )  # fmt: skip
        Undertaking.objects.bulk_create(
            Undertaking(
                application=draft, code=code, version=PLEDGES_VERSION, given=True, by_id=draft.created_by_id, at=clock.now()
            )
            for draft in self.drafts
            for code in PLEDGES
        )  # fmt: skip
        technology = RootTechnology.objects.first()
        through = Application.technologies.through
        through.objects.bulk_create(
            through(application_id=draft.pk, roottechnology_id=technology.pk) for draft in self.drafts
        )
        self.paper_of(self.drafts)

    def seats(self, firms):
        Seat.objects.bulk_create(
            Seat(
                number=f"제2026-새싹-{place:03d}호", place=place, firm=firm, application=application, field=firm.field,
                region=firm.region, year=2023 + place % 4, designated_on=clock.today(), designated_by=self.officer,
            )
            for place, (firm, application) in enumerate(zip(firms[:74], self.made[:74], strict=True), 1)
        )  # fmt: skip

    def assignment(self):
        """An open sheet of a reviewer in an application that is in review."""
        return (
            Assignment.objects.filter(status="open", application__status="in_review", declaration="clear")
            .select_related("reviewer")
            .order_by("pk")
            .first()
        )

    def latest_call(self):
        return Call.objects.get(pk=self.closed.pk)

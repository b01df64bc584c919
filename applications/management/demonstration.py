"""The demonstration's people, firms and history: all fictional, all written through the actions."""

import csv
import random
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import F

from applications.accounts.models import Role, User
from applications.agreement import actions as agreement
from applications.calls import actions as calls
from applications.calls.models import BudgetLine, Programme
from applications.cohort import actions as cohort
from applications.decision import actions as decision
from applications.firms import actions as firms
from applications.firms import rules as firm_rules
from applications.funding import actions as funding
from applications.intake import actions as intake
from applications.intake.models import Application
from applications.intake.rules import PLEDGES
from applications.kernel import clock
from applications.kernel.taxonomy import DemandIndustry, IndustryField, Region, RootTechnology
from applications.notifications.models import Letter
from applications.review import actions as review
from applications.review.queries import criteria_of

PASSWORD = "rootgrants-demo-2026"
STAFF = [
    (Role.OFFICER, "officer1", "주무관 가상일"),
    (Role.OFFICER, "officer2", "주무관 가상이"),
    (Role.DIRECTOR, "director", "과장 가상삼"),
    (Role.DIRECTOR, "director2", "과장 가상사"),
    (Role.FINANCE, "finance1", "회계 가상오"),
    (Role.FINANCE, "finance2", "회계 가상육"),
    (Role.MINISTRY, "ministry", "부처열람 가상칠"),
    (Role.AUDITOR, "auditor", "감사 가상팔"),
    (Role.ADMINISTRATOR, "admin", "관리자 가상구"),
]
REVIEWERS = [
    "김가온",
    "이도윤",
    "박서린",
    "최하람",
    "정다솔",
    "강이레",
    "조은결",
    "윤새봄",
    "장한별",
    "임누리",
    "오시원",
    "한예강",
    "서라온",
    "신태오",
    "권미르",
    "황보담",
    "안도하",
    "송지음",
    "전새론",
    "홍가람",
    "문하준",
    "양보미",
    "배소율",
    "백이든",
]
KINDS = ["industry"] * 9 + ["academia"] * 9 + ["institute"] * 6
AFFILIATIONS = {
    "industry": "가상산업기술(주)",
    "academia": "가상대학교 기계공학과",
    "institute": "가상생산기술연구소",
}
SIZES = {"중소": "small", "중견": "mid", "초기중견": "early_mid"}
TRACKS = {"기존 뿌리": "root", "사업재편": "restructuring", "벤처": "venture", "비뿌리 전환": "conversion"}
REGIONS = {"광주·전남": "12"}
HISTORY = {  # year: (opens, closes, selected, ended at the end of the year): net 12, 31, 52, 74
    2023: (date(2023, 5, 8), date(2023, 6, 9), 12, 0),
    2024: (date(2024, 1, 8), date(2024, 2, 2), 20, 1),
    2025: (date(2025, 1, 6), date(2025, 1, 31), 23, 2),
    2026: (date(2026, 1, 5), date(2026, 1, 30), 25, 3),
}
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
NOTICE = (
    "1. 사업개요\n뿌리 신산업 6대 분야에 진출하는 기업을 선정해 육성합니다. (시연용 가상 공고)\n\n"
    "2. 신청자격\n뿌리기업 또는 사업재편·전환·벤처 기업\n\n3. 평가절차\n요건검토 → 평가 → 종합심의 → 결과통보\n\n"
    "4. 이의신청\n결과를 통보받은 날부터 10일 이내\n\n5. 문의처\n뿌리첨단화 사업담당(가상) 02-000-0000"
)


def at(day, hour=18, minute=0):
    """An hour of a Korean day."""
    return datetime.combine(day, time(hour, minute), clock.KST)


class Demonstration:
    """Loads everything, in the order in which it would have happened."""

    def __init__(self, say=lambda text: None):
        self.say = say
        self.chance = random.Random(2023)
        self.password = make_password(PASSWORD)
        self.used = set()

    def load(self):
        self.say("people")
        self.staff = {name: self.person(f"{name}@demo.example", shown, role) for role, name, shown in STAFF}
        self.officer, self.second = self.staff["officer1"], self.staff["officer2"]
        self.director, self.finance = self.staff["director"], (self.staff["finance1"], self.staff["finance2"])
        self.reviewers = [self.reviewer(number, name) for number, name in enumerate(REVIEWERS)]
        self.say("firms")
        self.firms = self.all_firms(112)
        self.sprout, self.rnd = Programme.objects.get(kind="sprout"), Programme.objects.get(kind="rnd")
        for year in HISTORY:
            self.say(f"sprout call {year}")
            self.past_call(year)
        today = clock.today()
        self.year = max(2027, today.year)
        self.say("R&D call, decided")
        self.decided_rnd_call(today)
        self.say("sprout call in review")
        self.call_in_review(today)
        self.say("sprout call, open")
        self.open_call(today)
        # The letters of the past left in the past.
        Letter.objects.update(status=Letter.Status.SENT, sent_at=F("written_at"), tries=1)

    # People and firms

    def person(self, email, name, role):
        user = User.objects.create(email=email, name=name, role=role, password=self.password)
        EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
        return user

    def reviewer(self, number, name):
        user = self.person(f"reviewer{number + 1:02d}@panel.example", name, Role.REVIEWER)
        codes = {f"T{(number + shift) % 14 + 1:02d}" for shift in (0, 3, 7)}
        kind = KINDS[number]
        review.set_profile(
            user,
            affiliation=f"{AFFILIATIONS[kind]} {number + 1}",
            kind=kind,
            technologies=RootTechnology.objects.filter(code__in=codes),
            by=self.officer,
        )
        return user

    def all_firms(self, count):
        rows = list(csv.DictReader((Path(__file__).parent / "firms.csv").read_text("utf-8-sig").splitlines()))
        self.technology = {t.name: t for t in RootTechnology.objects.all()}
        self.field = {f.name: f for f in IndustryField.objects.all()}
        self.industry = {i.name: i for i in DemandIndustry.objects.all()}
        valid = Region.objects.valid_on(clock.today())
        self.region = {r.name: r for r in valid} | {
            name: valid.get(code=code) for name, code in REGIONS.items()
        }
        found = [self.firm_of_row(number, row) for number, row in enumerate(rows, 1)]
        return found + [self.made_firm(number) for number in range(len(rows) + 1, count + 1)]

    def owner(self, number):
        email = "owner@firm.example" if number == 1 else f"owner{number:03d}@firm{number:03d}.example"
        return self.person(email, f"대표 가상{number:03d}", Role.APPLICANT)

    def firm_of_row(self, number, row):
        technology = self.technology[row["뿌리기술"]]
        industry = next(
            (i for name, i in self.industry.items() if row["주 수요산업"][:2] in name), self.industry["기계"]
        )
        return firms.register(
            by=self.owner(number),
            business_number=firm_rules.digits_of(row["사업자등록번호(가상)"]),
            corporate_number=firm_rules.digits_of(row["법인등록번호(가상)"]),
            name=row["상호(가상)"],
            representative=f"대표 가상{number:03d}",
            size=SIZES.get(row["규모"], "small"),
            track=TRACKS.get(row["유형"], "root"),
            founded_on=date(int(row["설립"]), 3, 2),
            region=self.region[row["시도"]],
            address=f"{row['시도']} {row['시군구']} 가상로 {number}",
            phone="02-000-0000",
            ksic=row["KSIC(10차)"],
            ksic_version="KSIC10",
            field=self.field[row["신산업 분야"]],
            industry=industry,
            employees=int(row["상시근로자"]),
            sales_krw=int(float(row["매출(억원, 직전년)"]) * 100_000_000),
            technologies=[technology],
        )

    def made_firm(self, number):
        """A generated firm: 가상기업 041 ..., with a 999- number that passes the check."""
        nine = f"99988{number:04d}"
        digits = next(f"{nine}{last}" for last in range(10) if firm_rules.is_business_number(f"{nine}{last}"))
        choose = self.chance.choice
        return firms.register(
            by=self.owner(number),
            business_number=digits,
            name=f"(주)가상기업 {number:03d}",
            representative=f"대표 가상{number:03d}",
            size=choose(["small"] * 5 + ["mid"]),
            track=choose(list(TRACKS.values())),
            founded_on=date(choose(range(1990, 2021)), 5, 1),
            region=choose(list(self.region.values())),
            address=f"가상시 가상로 {number}",
            phone="02-000-0000",
            ksic="25914",
            field=choose(list(self.field.values())),
            industry=choose(list(self.industry.values())),
            employees=choose(range(8, 180)),
            sales_krw=choose(range(10, 400)) * 100_000_000,
            technologies=[choose(list(self.technology.values()))],
        )

    # One call through its steps

    def call(self, programme, year, opens, closes, *, title, seats, **more):
        """A published call; it was prepared before it opened."""
        with clock.at(at(opens - timedelta(days=20), 9)):
            call = calls.prepare(
                programme=programme,
                year=year,
                title=title,
                summary="뿌리 신산업 6대 분야로 나아가는 기업을 찾습니다. (시연용 가상 공고)",
                notice=NOTICE,
                opens_at=at(opens, 10),
                closes_at=at(closes, 18),
                seats=seats,
                by=self.officer,
                **more,
            )
            return calls.publish(call, by=self.officer)

    def take_firms(self, count):
        """Firms that hold no seat yet, in order; each is taken once for a sprout call."""
        free = [firm for firm in self.firms if firm.pk not in self.used][:count]
        self.used |= {firm.pk for firm in free}
        return free

    def fill(self, call, firm, when):
        """A complete draft."""
        owner = firm.members.get().user
        draft = intake.begin(call, firm, by=owner, now=when)
        answers = {
            question.code: {"number": 6, "yes_no": "no", "text": "기술연구소 책임"}.get(
                question.kind, f"{firm.name}의 {question.label}: 단계별 목표와 수치를 갖춘 가상의 답변입니다."
            )
            for question in call.questions.all()
        }
        money = {}
        if call.is_rnd:
            money = {"total_krw": 800_000_000, "requested_krw": 480_000_000, "cash_krw": 60_000_000}
        intake.edit(
            draft,
            by=owner,
            now=when,
            version=draft.version,
            title=f"{firm.field.name} 공정 첨단화 계획",
            summary=f"{firm.name}의 가상 계획입니다. {firm.field.name} 분야의 공정을 자동화합니다.",
            field=firm.field,
            answers=answers,
            consents=dict.fromkeys(PLEDGES, True),
            **money,
        )
        for paper in call.papers.filter(required=True):
            upload = SimpleUploadedFile(f"{paper.name}(가상).pdf", PDF)
            intake.add_paper(draft, paper=paper, upload=upload, by=owner, now=when)
        return draft, owner

    def submit(self, call, firm, when):
        with clock.at(when):
            draft, owner = self.fill(call, firm, when)
            intake.submit(draft, by=owner, arrived_at=when)
        return Application.objects.select_related("call", "firm").get(pk=draft.pk)

    def panel(self, number, size):
        start = number * 5 % len(self.reviewers)
        return [self.reviewers[(start + shift) % len(self.reviewers)] for shift in range(size)]

    def reviewed(self, application, number, size, share, *, handed_in=None):
        """Assign a panel and let so many of it hand in sheets of about this share of the points."""
        criteria = criteria_of(application.call.stages.get())
        for place, reviewer in enumerate(self.panel(number, size)):
            assignment = review.assign(application, reviewer=reviewer, by=self.officer)
            review.pledge(application.call, by=reviewer)
            if handed_in is not None and place >= handed_in:
                continue
            review.declare(assignment, code="", by=reviewer)
            values = {
                criterion.pk: (
                    Decimal(criterion.points) * Decimal(str(share + self.chance.uniform(-0.06, 0.06)))
                ).quantize(Decimal("1"))
                for criterion in criteria
            }
            values = {pk: max(Decimal(0), value) for pk, value in values.items()}
            comments = {
                "strengths": "목표와 수치가 분명하고 수요기업이 정해져 있습니다. (가상 의견)",
                "weaknesses": "인력 계획을 더 자세히 적어야 합니다. (가상 의견)",
                "overall": "계획의 실행 가능성이 있다고 판단합니다. (가상 의견)",
            }
            review.save(assignment, values=values, comments=comments, by=reviewer)
            review.hand_in(assignment, by=reviewer)

    def decide(self, call, day):
        with clock.at(at(day, 10)):
            review.close_all(call, by=self.officer)
            proposal = decision.propose(call, note="종합심의 결과에 따름 (가상)", by=self.officer)
        with clock.at(at(day, 15)):
            decision.approve(proposal, by=self.second)
        with clock.at(at(day + timedelta(days=1), 10)):
            decision.publish(proposal, by=self.officer)
        return (
            Application.objects.filter(call=call, status="selected")
            .select_related("call", "firm")
            .order_by("pk")
        )

    def past_call(self, year):
        opens, closes, selected, ended = HISTORY[year]
        call = self.call(
            self.sprout,
            year,
            opens,
            closes,
            title=f"{year}년도 뿌리 신산업 새싹기업 선정계획 공고",
            seats=selected,
            quorum=3,
        )
        firms_of_year = self.take_firms(selected)
        hopefuls = self.firms[-2:]  # the same two apply every year, in vain
        for number, firm in enumerate([*firms_of_year, *hopefuls]):
            application = self.submit(
                call, firm, at(closes - timedelta(days=3), 9) + timedelta(minutes=number)
            )
            with clock.at(at(closes + timedelta(days=7), 10)):
                intake.open_review(application, by=self.officer)
            with clock.at(at(closes + timedelta(days=20), 10)):
                self.reviewed(application, number, 3, 0.82 if firm in firms_of_year else 0.58)
        for application in self.decide(call, closes + timedelta(days=40)):
            with clock.at(at(closes + timedelta(days=55), 10)):
                seat = cohort.seat(application, by=self.officer)
            if ended:
                ended -= 1
                with clock.at(at(date(year, 12, 15) if year < 2026 else closes + timedelta(days=120), 10)):
                    cohort.end(
                        seat, kind="returned", reason="사업 전환에 따른 자진 반납 (가상)", by=self.director
                    )

    def decided_rnd_call(self, today):
        line = BudgetLine.objects.create(
            programme=self.rnd, name="뿌리 공통핵심기술개발 (가상)", year=self.year, cap_krw=9_000_000_000
        )
        BudgetLine.objects.create(
            programme=self.rnd,
            name="전략 발표 R&D 2025–2030 국비 (가상 배정)",
            year=2025,
            cap_krw=306_120_000_000,
        )
        opens, closes = today - timedelta(days=130), today - timedelta(days=95)
        call = self.call(
            self.rnd, self.year, opens, closes, title=f"{self.year}년도 뿌리 공통핵심기술개발 신규지원 공고 (가상)", seats=3,
            quorum=5, budget_line=line, budget_krw=1_500_000_000, ceiling_krw=600_000_000,
        )  # fmt: skip
        for number, firm in enumerate(self.firms[4:10]):
            application = self.submit(
                call, firm, at(closes - timedelta(days=2), 9) + timedelta(minutes=number)
            )
            with clock.at(at(closes + timedelta(days=5), 10)):
                intake.open_review(application, by=self.officer)
            with clock.at(at(closes + timedelta(days=15), 10)):
                self.reviewed(application, number, 5, 0.86 - number * 0.05)
        selected = list(self.decide(call, closes + timedelta(days=30)))
        begins = today - timedelta(days=45)
        for number, application in enumerate(selected[:2]):
            owner = application.firm.members.get().user
            with clock.at(at(begins - timedelta(days=5), 10)):
                made = agreement.draft(
                    application, by=self.officer, total_krw=application.total_krw, grant_krw=application.requested_krw,
                    cash_krw=application.cash_krw, starts_on=begins, ends_on=begins + timedelta(days=730),
                )  # fmt: skip
                agreement.offer(made, by=self.officer)
            if number == 0:
                with clock.at(at(begins - timedelta(days=3), 10)):
                    made = agreement.sign(made, password=PASSWORD, by=owner)
                    made = agreement.sign(made, password=PASSWORD, by=self.director)
                with clock.at(at(begins, 10)):
                    payment = funding.request(made, krw=288_000_000, by=owner)
                    funding.verify(payment, by=self.officer)
                    funding.approve(payment, by=self.finance[0])
                    funding.pay(payment, paid_on=begins, by=self.finance[1])
                with clock.at(at(today - timedelta(days=2), 10)):
                    funding.request(made, krw=144_000_000, by=owner)

    def call_in_review(self, today):
        opens, closes = today - timedelta(days=70), today - timedelta(days=35)
        call = self.call(
            self.sprout,
            self.year,
            opens,
            closes,
            title=f"{self.year}년도 뿌리 신산업 새싹기업 1차 선정 공고 (가상)",
            seats=5,
        )
        for number, firm in enumerate(self.take_firms(8)):
            application = self.submit(
                call, firm, at(closes - timedelta(days=2), 9) + timedelta(minutes=number)
            )
            with clock.at(at(closes + timedelta(days=5), 10)):
                intake.open_review(application, by=self.officer)
            with clock.at(at(closes + timedelta(days=15), 10)):
                self.reviewed(application, number, 6, 0.75 + number * 0.02, handed_in=3)

    def open_call(self, today):
        opens, closes = today - timedelta(days=12), today + timedelta(days=20)
        call = self.call(
            self.sprout, self.year, opens, closes, title=f"{self.year}년도 뿌리 신산업 새싹기업 2차 선정 공고 (가상)", seats=10,
            quotas=[(field, 3) for field in self.field.values()],
        )  # fmt: skip
        for number, firm in enumerate(self.take_firms(7)):
            self.submit(call, firm, at(today - timedelta(days=4), 9) + timedelta(minutes=number * 7))
        for firm in self.take_firms(3):
            with clock.at(at(today - timedelta(days=1), 14)):
                intake.begin(call, firm, by=firm.members.get().user, now=clock.now())

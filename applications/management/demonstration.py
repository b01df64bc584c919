"""The demonstration's people, firms and history: all fictional, all written through the actions."""

import csv
import random
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import F

from applications.accounts.models import Role, User
from applications.agreement import actions as agreement
from applications.agreement.queries import selection_of
from applications.calls import actions as calls
from applications.calls import announcing, answering, building
from applications.calls.declared import LEAD_PROJECTS, LEADS, MONTHS, PROJECTS
from applications.calls.models import BudgetLine, Programme
from applications.cohort import actions as cohort
from applications.decision import actions as decision
from applications.decision import appealing
from applications.firms import actions as firms
from applications.firms import rules as firm_rules
from applications.firms.actions import figures, joining, vault
from applications.firms.rules.figures import years_open
from applications.funding import actions as funding
from applications.intake import actions as intake
from applications.intake.actions import partners
from applications.intake.bonus import claimed
from applications.intake.models import Application
from applications.intake.models.partners import Partner
from applications.intake.rules import PLEDGES, needed_papers
from applications.kernel import clock
from applications.kernel.taxonomy import DemandIndustry, IndustryField, PaperKind, Region, RootTechnology
from applications.management import committee, edges, seated, staged
from applications.management.days import at
from applications.notifications.models import Letter
from applications.review import actions as review
from applications.review import people
from applications.review.queries import criteria_of

PASSWORD = "rootgrants-demo-2026"
CERTIFICATES = {"D05": "국세 납세증명서", "D06": "지방세 납세증명서", "D09": "중소기업·중견기업 확인서"}
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
UNFILLED = {2026: 2}  # places that a list left unfilled
PDF = (  # an empty page
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\n"
    b"xref\n0 4\n0000000000 65535 f \n0000000009 00000 n \n0000000052 00000 n \n0000000101 00000 n \n"
    b"trailer<</Size 4/Root 1 0 R>>\nstartxref\n164\n%%EOF\n"
)
NOTICE = (
    "1. 사업개요\n뿌리 신산업 6대 분야에 진출하는 기업을 선정해 육성합니다. (시연용 가상 공고)\n\n"
    "2. 신청자격\n뿌리기업 또는 사업재편·전환·벤처 기업\n\n3. 평가절차\n요건검토 → 평가 → 종합심의 → 결과통보\n\n"
    "4. 이의신청\n결과를 통보받은 날부터 10일 이내\n\n5. 문의처\n뿌리첨단화 사업담당(가상) 02-000-0000"
)


COSTS = {  # of an R&D project: 800,000,000 won, of it 60,000,000 own cash and 260,000,000 in kind
    "requested": 480_000_000,
    "personnel_cash": 250_000_000,
    "personnel_in_kind": 200_000_000,
    "equipment_in_kind": 60_000_000,
    "materials_cash": 150_000_000,
    "activities_cash": 70_000_000,
    "allowance_cash": 30_000_000,
    "indirect_cash": 40_000_000,
}


class Demonstration:
    """Loads everything, in the order in which it would have happened."""

    def __init__(self, say=lambda text: None):
        self.say = say
        self.chance = random.Random(2023)
        self.password = make_password(PASSWORD)
        self.used = set()
        self.past = {}  # year: its sprout call

    def load(self):
        self.say("people")
        self.staff = {name: self.person(f"{name}@demo.example", shown, role) for role, name, shown in STAFF}
        self.officer, self.second = self.staff["officer1"], self.staff["officer2"]
        self.director, self.finance = self.staff["director"], (self.staff["finance1"], self.staff["finance2"])
        self.regions = list(Region.objects.valid_on(clock.today()))
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
        self.say("R&D call, open")
        self.open_rnd_call(today)
        self.say("what firms keep of themselves")
        self.keep_house(today)
        self.say("sprout call in stages")
        staged.load(self, today)
        self.say("cases at the edge")
        edges.load(self, today)
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
        people.set_profile(
            user,
            affiliation=f"{AFFILIATIONS[kind]} {number + 1}",
            kind=kind,
            region=self.regions[number % len(self.regions)],
            technologies=RootTechnology.objects.filter(code__in=codes),
            fields=IndustryField.objects.filter(code=f"F{number % 6 + 1}"),
            keywords="공정 자동화, 품질 검사",
            gender=("female", "male", "female", "male", "unsaid", "")[number % 6],
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
        with clock.at(at(date(2023, 4, 3), 10)):
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

    def call(
        self,
        programme,
        year,
        opens,
        closes,
        *,
        title,
        seats,
        with_proofs=True,
        quotas=(),
        quorum=5,
        carries_from=None,
        certificates=False,
        **more,
    ):
        """A published call; it was prepared before it opened.

        with_proofs: it asks for papers that only some firms have, and for what a bonus is claimed by; quorum: of its scored
        stages; carries_from: a call whose unfilled places it takes over; certificates: it asks for those of taxes and of the size.
        """
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
            for quota in quotas:
                fields = {"field": None, "region": None, "least": 0, "most": None} | quota
                building.add(call, "quota", version=call.version, by=self.officer, **fields)
                call.refresh_from_db()
            for code, name in CERTIFICATES.items() if certificates else ():
                building.add(
                    call, "paper", version=call.version, by=self.officer, code=code, name=name, help="접수마감일에 유효한 것",
                    required=False, needed_from="", kinds=[],
                )  # fmt: skip
                call.refresh_from_db()
            if carries_from:
                calls.edit(
                    call, section="places", version=call.version, carries_from=carries_from, by=self.officer
                )
                call.refresh_from_db()
            call.stages.exclude(kind="visit").update(quorum=quorum)
            if not with_proofs:
                call.papers.filter(required=False).delete()
                call.items.filter(kind="bonus").delete()
            return calls.publish(call, by=self.officer)

    def take_firms(self, count):
        """Firms that hold no seat yet, in order; each is taken once for a sprout call."""
        free = [firm for firm in self.firms if firm.pk not in self.used][:count]
        self.used |= {firm.pk for firm in free}
        return free

    def fill(self, call, firm, when, without=()):
        """A complete draft. without: codes of certificates that are missing in it."""
        owner = owner_of(firm)
        draft = intake.begin(call, firm, by=owner, now=when)
        answers = {question.code: answer_to(question, firm) for question in call.asked}
        money = {}
        if call.is_rnd:
            money = {"budget": COSTS}
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
            claims=self.claims_of(call, firm),
            **money,
        )
        draft.refresh_from_db(fields=["claims"])
        for paper in needed_papers(draft):
            upload = SimpleUploadedFile(f"{paper.name}(가상).pdf", PDF)
            intake.add_paper(draft, paper=paper, upload=upload, by=owner, now=when)
        for paper in call.papers.filter(code__in=CERTIFICATES.keys() - set(without)):
            kept = vault.keep(
                firm, kind=PaperKind.objects.get(code=paper.code), issued_on=clock.today() - timedelta(days=9),
                expires_on=None, number="", file=SimpleUploadedFile(f"{paper.name}(가상).pdf", PDF), by=owner,
            )  # fmt: skip
            intake.take_paper(draft, paper=paper, kept=kept, by=owner, now=when)
        return draft, owner

    def claims_of(self, call, firm):
        """A seat outside the capital area, and of each third firm another item with its certificate."""
        items = call.bonus_items
        found = [
            (item, "사업자등록증명의 소재지(가상)")
            for item in items
            if item.name == "비수도권 소재" and not firm.region.capital_area
        ]
        if items and firm.pk % 3 == 0:
            item = items[firm.pk % len(items)]
            found.append((item, f"{item.evidence} 가상-{firm.pk:03d}호"))
        return {str(item.pk): words for item, words in found}

    def check_claims(self, application):
        """Each claim is decided on: it counts, but for a certificate of some that has ended."""
        for place, (item, _words) in enumerate(claimed(application)):
            counts = application.pk % 5 != 0 or place == 0
            grounds = "제출한 증빙을 확인함 (가상)" if counts else "접수마감일에 유효하지 않은 증빙임 (가상)"
            review.adjust(application, item=item, counts=counts, grounds=grounds, by=self.officer)

    def submit(self, call, firm, when, without=()):
        with clock.at(when):
            draft, owner = self.fill(call, firm, when, without)
            intake.submit(draft, by=owner, arrived_at=when)
        return Application.objects.select_related("call", "firm").get(pk=draft.pk)

    def panel(self, number, size):
        start = number * 5 % len(self.reviewers)
        return [self.reviewers[(start + shift) % len(self.reviewers)] for shift in range(size)]

    def reviewed(self, application, number, size, share, *, handed_in=None):
        """Assign a panel and let so many of it hand in sheets of about this share of the points."""
        if handed_in is None:
            self.check_claims(application)
        criteria = []
        for place, reviewer in enumerate(self.panel(number, size)):
            assignment = review.assign(application, reviewer=reviewer, by=self.officer)
            criteria = criteria or criteria_of(assignment.stage)
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
        if handed_in is None:
            decision.opine(
                application, text="목표와 수치가 분명하고 수요기업이 정해져 있어 실행 가능성이 있습니다. (가상 의견)",
                to_improve="인력 계획과 양산 일정을 더 자세히 적어 주시기 바랍니다. (가상 의견)", by=self.officer,
            )  # fmt: skip

    def decide(self, call, day, *, deliberated=False):
        with clock.at(at(day, 10)):
            review.close_all(call, by=self.officer)
        if deliberated:
            committee.meet(self, call, at(day, 10))
        with clock.at(at(day, 14)):
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
        call = self.past[year] = self.call(
            self.sprout,
            year,
            opens,
            closes,
            title=f"{year}년도 뿌리 신산업 새싹기업 선정계획 공고",
            seats=selected + UNFILLED.get(year, 0),
            quorum=3,
            with_proofs=False,  # each paper of a hundred applications takes its time
        )
        firms_of_year = self.take_firms(selected)
        hopefuls = self.firms[-2:]  # the same two apply every year, in vain
        for number, firm in enumerate([*firms_of_year, *hopefuls]):
            application = self.submit(
                call, firm, at(closes - timedelta(days=3), 9) + timedelta(minutes=number)
            )
            with clock.at(at(closes + timedelta(days=7), 10)):
                intake.check_rest(application, evidence="서류와 공개 명단을 확인함 (가상)", by=self.officer)
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
            budget_line=line, budget_krw=1_500_000_000, ceiling_krw=600_000_000,
        )  # fmt: skip
        for number, firm in enumerate(self.firms[4:10]):
            application = self.submit(
                call, firm, at(closes - timedelta(days=2), 9) + timedelta(minutes=number)
            )
            with clock.at(at(closes + timedelta(days=5), 10)):
                intake.check_rest(application, evidence="서류와 공개 명단을 확인함 (가상)", by=self.officer)
                intake.open_review(application, by=self.officer)
            with clock.at(at(closes + timedelta(days=15), 10)):
                self.reviewed(application, number, 5, 0.86 - number * 0.05)
        selected = list(self.decide(call, closes + timedelta(days=30), deliberated=True))
        self.contested(call, closes + timedelta(days=34))
        begins = today - timedelta(days=45)
        for number, application in enumerate(selected[:2]):
            owner = owner_of(application.firm)
            with clock.at(at(begins - timedelta(days=5), 10)):
                made = agreement.draft(
                    application, by=self.officer, total_krw=application.total_krw, grant_krw=selection_of(application).place.grant_krw,
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

    def contested(self, call, day):
        """Two of those who were not selected appeal: one is answered, one waits for longer than it should."""
        others = Application.objects.filter(call=call, status__in=("reserved", "declined"))
        for number, application in enumerate(others.select_related("firm").order_by("pk")[:2]):
            owner, when = owner_of(application.firm), at(day, 10 + number)
            with clock.at(when):
                appeal = appealing.begin(application, by=owner, now=when)
                appealing.write(
                    appeal, ground="misread", wanted="다시 평가해 주시기 바랍니다. (가상)", by=owner, now=when,
                    text="계획서 3쪽의 양산 시점을 1년 늦게 읽은 것으로 보입니다. (가상)",
                )  # fmt: skip
                appealing.hand_in(appeal, by=owner, arrived_at=when)
            if number == 0:
                with clock.at(at(day + timedelta(days=17), 10)):
                    appealing.propose_decision(
                        appeal, outcome="dismissed", by=self.second,
                        reasons="평가표와 계획서를 대조한 결과 양산 시점을 올바르게 읽었습니다. (가상)",
                    )  # fmt: skip
                    appealing.confirm(appeal, by=self.director)

    def call_in_review(self, today):
        opens, closes = today - timedelta(days=70), today - timedelta(days=35)
        call = self.call(
            self.sprout,
            self.year,
            opens,
            closes,
            title=f"{self.year}년도 뿌리 신산업 새싹기업 1차 선정 공고 (가상)",
            seats=5,
            quotas=[
                *({"field": field, "most": 2} for field in self.field.values()),
                {"region": Region.objects.get(code="48"), "least": 1},
            ],
        )
        found = []
        for number, firm in enumerate(self.take_firms(8)):
            application = self.submit(
                call, firm, at(closes - timedelta(days=2), 9) + timedelta(minutes=number)
            )
            with clock.at(at(closes + timedelta(days=5), 10)):
                intake.check_rest(application, evidence="서류와 공개 명단을 확인함 (가상)", by=self.officer)
                intake.open_review(application, by=self.officer)
            found.append(application)
        panel = seated.made(self, call, found, closes)
        for number, application in enumerate(found):
            with clock.at(at(closes + timedelta(days=15), 10)):
                handed_in = 6 if number == seated.SEVENTH else 3
                self.reviewed(application, number, 6, 0.75 + number * 0.02, handed_in=handed_in)
            if not number:
                self.one_left_two_years_ago(application, self.reviewers[20], today)

        seated.met(self, panel, closes)

    def one_left_two_years_ago(self, application, reviewer, today):
        """Somebody who cannot review this firm: they worked there until two years ago (rule C2)."""
        with clock.at(at(today, 8)):
            people.add_affiliation(
                institution=application.firm.name,
                business_number=application.firm.business_number,
                role="employee",
                since=today - timedelta(days=2200),
                until=today - timedelta(days=730),
                by=reviewer,
            )

    def open_call(self, today):
        opens, closes = today - timedelta(days=12), today + timedelta(days=20)
        call = self.call(
            self.sprout, self.year, opens, closes, title=f"{self.year}년도 뿌리 신산업 새싹기업 2차 선정 공고 (가상)", seats=10,
            quotas=[{"field": field, "least": 1, "most": 3} for field in self.field.values()],
        )  # fmt: skip
        for number, firm in enumerate(self.take_firms(7)):
            self.submit(call, firm, at(today - timedelta(days=4), 9) + timedelta(minutes=number * 7))
        begun = self.take_firms(3)
        for firm in begun:
            with clock.at(at(today - timedelta(days=1), 14)):
                intake.begin(call, firm, by=owner_of(firm), now=clock.now())
        self.follow(call, begun, today)

    def follow(self, call, asking, today):
        """A correction, and questions: answered for all, answered to the asker only, late, and asked yesterday."""
        askers = [owner_of(self.firms[0]), *(owner_of(firm) for firm in asking)]
        asked = []
        for days, person, text in (
            (8, askers[1], "사업재편계획 승인을 받지 않은 기업도 신청할 수 있습니까?"),
            (
                7,
                askers[2],
                "뿌리기업 확인서를 갱신하는 중입니다. 접수마감일까지 나오지 않으면 어떻게 합니까?",
            ),
            (9, askers[0], "귀 기관에 제출한 재무제표의 금액 단위를 잘못 적었습니다. 다시 내야 합니까?"),
            (1, askers[0], "공동기관이 두 곳이면 참여의사확인서를 기관마다 제출해야 합니까?"),
        ):
            with clock.at(at(today - timedelta(days=days), 11)):
                asked.append(answering.ask(call, text=text, by=person))
        with clock.at(at(today - timedelta(days=6), 16)):
            answering.answer(
                asked[0],
                shown=asked[0].text,
                answer="신청할 수 있습니다. 승인 여부는 평가에서 참고합니다. (가상 답변)",
                by=self.officer,
            )
            answering.publish(asked[0], by=self.officer)
            answering.answer(
                asked[2],
                shown=asked[2].text,
                answer="접수마감 전에는 제출을 회수해 서류를 바꿀 수 있습니다. (가상 답변)",
                by=self.second,
            )
            answering.reply(asked[2], by=self.second)
            answering.assign(asked[1], person=self.second, by=self.officer)
        with clock.at(at(today - timedelta(days=5), 10)):
            texts = {
                "notice": NOTICE.replace(
                    "3. 평가절차", "※ 비수도권 기업도 같은 기준으로 평가합니다.\n\n3. 평가절차"
                ),
                "paper:D08": "기존 뿌리기업은 접수마감일까지 유효한 확인서를 제출해 주세요.",
            }
            announcing.correct(
                call,
                texts=texts,
                reason="신청기업의 문의가 많은 내용을 분명히 합니다. (가상)",
                revision=0,
                by=self.officer,
            )

    def leads_four(self, call, firm, when):
        """An application whose leader leads three other projects that go on for long (E11)."""
        draft, owner = self.fill(call, firm, when)
        draft.refresh_from_db()
        others = [
            {"name": f"다른 과제 {number} (가상)", "agency": "가상전문기관", MONTHS: months}
            for number, months in enumerate((30, 18, 9), 1)
        ]
        given = {LEADS: "yes", LEAD_PROJECTS: others}
        intake.edit(draft, by=owner, now=when, version=draft.version, answers=given)
        draft.refresh_from_db()
        intake.submit(draft, by=owner, arrived_at=when)

    def open_rnd_call(self, today):
        """A draft that names a joint institution which still has to answer, a university by letter, a demand company.

        Beside it an application of a leader with too many projects.
        """
        opens, closes = today - timedelta(days=8), today + timedelta(days=25)
        call = self.call(
            self.rnd, self.year, opens, closes, title=f"{self.year}년도 뿌리 공통핵심기술개발 2차 신규지원 공고 (가상)", seats=3,
            budget_line=BudgetLine.objects.get(year=self.year), budget_krw=1_500_000_000, ceiling_krw=600_000_000,
        )  # fmt: skip
        lead, asked, demand = self.firms[10], self.firms[0], self.firms[11]
        with clock.at(at(today - timedelta(days=2), 15)) as now:
            self.leads_four(call, self.firms[12], now)
        with clock.at(at(today - timedelta(days=1), 15)) as now:
            draft, owner = self.fill(call, lead, now)
            draft.refresh_from_db()
            intake.edit(
                draft,
                by=owner,
                now=now,
                version=draft.version,
                budget=COSTS | {"subcontract_cash": 40_000_000, "materials_cash": 110_000_000},
                institutions=[
                    {
                        "name": asked.name,
                        "number": asked.business_number,
                        "part": "joint",
                        "size": asked.size,
                        "role": "시제품 제작과 현장 실증",
                        "grant": 90_000_000,
                        "cash": 5_000_000,
                        "in_kind": 30_000_000,
                    },
                    {
                        "name": "가상대학교 산학협력단",
                        "number": "9999900005",
                        "part": "commissioned",
                        "role": "공정 해석과 시험 평가",
                        "grant": 40_000_000,
                    },
                ],
                demand={"name": demand.name, "number": demand.business_number, "item": "차체 구조부품 금형"},
            )
            partners.ask(draft, by=owner, now=now)
            request = Partner.objects.get(application=draft, part="demand")
            partners.answer(request, accepted=True, remark="", by=owner_of(demand), now=now)

    def keep_house(self, today):
        """Yearly figures and papers of a few firms; the colleagues of the first one, and somebody who asks to join it."""
        for firm in self.firms[:12]:
            self.figures_of(firm, today)
        for firm in (self.firms[0], self.firms[10]):
            self.papers_of(firm, today)
        firm, owner = self.firms[0], owner_of(self.firms[0])
        for name, shown, right in (
            ("editor", "과장 가상편집", "editor"),
            ("viewer", "사원 가상열람", "viewer"),
        ):
            colleague = self.person(f"{name}@firm.example", shown, Role.APPLICANT)
            with clock.at(at(today - timedelta(days=15), 10)):
                invitation = firms.invite(firm, email=colleague.email, right=right, by=owner)
            with clock.at(at(today - timedelta(days=15), 13)):
                firms.accept(invitation, by=colleague)
        newcomer = self.person("newcomer@firm.example", "대리 가상신입", Role.APPLICANT)
        with clock.at(at(today - timedelta(days=2), 9)):
            joining.ask(business_number=firm.business_number, by=newcomer)

    def figures_of(self, firm, today):
        """The last three closed years, growing towards the sales of the profile."""
        owner = owner_of(firm)
        with clock.at(at(today - timedelta(days=20), 10)):
            years = years_open(founded_on=firm.founded_on, today=clock.today())[:3]
            for ago, year in enumerate(years):
                sales = firm.sales_krw * (100 - 8 * ago) // 100
                figures.set_figures(
                    firm, year=year, sales_krw=sales, exports_krw=sales // 5, rnd_krw=sales // 25,
                    employees=max(1, firm.employees - 3 * ago), by=owner,
                )  # fmt: skip

    def papers_of(self, firm, today):
        """A vault with a paper that lasts, one that is valid, and one that expires soon."""
        owner = owner_of(firm)
        for code, days_ago, number in (
            ("D02", 40, "가상-사업자-1"),
            ("D08", 400, "가상-뿌리-2"),
            ("D06", 26, ""),
        ):
            kind = PaperKind.objects.get(code=code)
            day = today - timedelta(days=days_ago)
            with clock.at(at(day, 11)):
                vault.keep(
                    firm, kind=kind, issued_on=day, expires_on=None, number=number,
                    file=SimpleUploadedFile(f"{kind}(가상).pdf", PDF), by=owner,
                )  # fmt: skip


def owner_of(firm):
    return firm.members.get(right="owner").user


def answer_to(question, firm):
    """A fictional answer of a firm, of the kind that the question asks for."""
    match question.kind:
        case "choice":
            return question.options[1][0]
        case "choices":
            return [code for code, _label in question.options[:2]]
        case "table":
            return [
                {
                    code: f"가상 {label} {number}"
                    if kind == "text"
                    else number * (1 if code == PROJECTS else 30)
                    for code, label, kind in question.options
                }
                for number in (1, 2)
            ]
    plain = {
        "number": 6,
        "won": 1_200_000_000,
        "date": "2025-11-03",
        "yes_no": "no",
        "text": "기술연구소 책임",
    }
    return plain.get(
        question.kind, f"{firm.name}의 {question.label}: 단계별 목표와 수치를 갖춘 가상의 답변입니다."
    )

"""The demonstration's people, firms and history: all fictional; what people do is written through the actions."""

import random
from datetime import timedelta
from decimal import Decimal

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import F, Q

from applications.accounts.models import Role, User
from applications.calls import actions as calls
from applications.calls import building
from applications.calls.models import Programme
from applications.decision import actions as decision
from applications.firms.actions import vault
from applications.intake import actions as intake
from applications.intake.bonus import claimed
from applications.intake.models import Application
from applications.intake.rules import PLEDGES, needed_papers
from applications.kernel import clock
from applications.kernel.taxonomy import IndustryField, PaperKind, Region, RootTechnology
from applications.management import committee, edges, kept, past, registered, staged, under_way
from applications.management.days import at
from applications.management.fiction import COSTS, NOTICE, PASSWORD, PDF, answer_to, owner_of
from applications.notifications.models import Letter
from applications.review import actions as review
from applications.review import exempting, people
from applications.review.queries import criteria_of
from applications.review.rules import USUAL

CERTIFICATES = ("D05", "D06", "D09")  # taken out of the vault, where they have their days
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
    "김가온", "이도윤", "박서린", "최하람", "정다솔", "강이레", "조은결", "윤새봄", "장한별", "임누리", "오시원", "한예강",
    "서라온", "신태오", "권미르", "황보담", "안도하", "송지음", "전새론", "홍가람", "문하준", "양보미", "배소율", "백이든",
]  # fmt: skip
KINDS = ["industry"] * 9 + ["academia"] * 9 + ["institute"] * 6
AFFILIATIONS = {
    "industry": "가상산업기술(주)",
    "academia": "가상대학교 기계공학과",
    "institute": "가상생산기술연구소",
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
        self.firms = registered.load(self, 112)
        self.sprout, self.rnd = Programme.objects.get(kind="sprout"), Programme.objects.get(kind="rnd")
        for year in past.HISTORY:
            self.say(f"sprout call {year}")
            past.sprout_call(self, year)
        today = clock.today()
        self.year = max(2027, today.year)
        self.say("R&D call, decided")
        past.rnd_call(self, today)
        self.say("sprout call in review")
        under_way.in_review(self, today)
        self.say("sprout call, open")
        under_way.opened(self, today)
        self.say("R&D call, open")
        under_way.opened_rnd(self, today)
        self.say("what firms keep of themselves")
        kept.load(self, today)
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
        **more,
    ):
        """A published call; it was prepared before it opened.

        with_proofs: it asks for papers that only some firms have, the certificates of taxes and of the size among them, and for
        what a bonus is claimed by; quorum: of its scored stages; carries_from: a call whose unfilled places it takes over.
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
                screening_ends_on=closes + timedelta(days=10),
                review_ends_on=closes + timedelta(days=60),
                result_on=closes + timedelta(days=75),
                seats=seats,
                by=self.officer,
                **more,
            )
            for quota in quotas:
                fields = {"field": None, "region": None, "least": 0, "most": None} | quota
                building.add(call, "quota", version=call.version, by=self.officer, **fields)
                call.refresh_from_db()
            if carries_from:
                calls.edit(
                    call, section="places", version=call.version, carries_from=carries_from, by=self.officer
                )
                call.refresh_from_db()
            call.stages.exclude(kind="visit").update(quorum=quorum)
            if not with_proofs:
                call.papers.filter(Q(required=False) | Q(code__in=CERTIFICATES)).delete()
                call.items.filter(kind="bonus").delete()
            call = calls.publish(call, by=self.officer)
        if quorum < USUAL:
            self.exempt(call, at(opens, 11))
        return call

    def exempt(self, call, when):
        """A director allows that the few sheets which the call asks for suffice."""
        for stage in call.stages.exclude(kind="visit"):
            with clock.at(when):
                asked = exempting.ask_for_all(
                    stage, reason="소규모 분과로 운영하는 사업임 (가상)", by=self.officer
                )
                exempting.decide(
                    asked, allowed=True, grounds="규모를 고려하여 승인함 (가상)", by=self.director
                )

    def take_firms(self, count):
        """Firms that hold no seat yet, in order; each is taken once for a sprout call."""
        free = [firm for firm in self.firms if firm.pk not in self.used][:count]
        self.used |= {firm.pk for firm in free}
        return free

    def fill(self, call, firm, when, undated=()):
        """A complete draft. undated: codes of certificates that it has as a file, so that nobody knows their days."""
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
            if paper.code not in CERTIFICATES or paper.code in undated:
                upload = SimpleUploadedFile(f"{paper.name}(가상).pdf", PDF)
                intake.add_paper(draft, paper=paper, upload=upload, by=owner, now=when)
                continue
            kept = vault.keep(
                firm, kind=PaperKind.objects.get(code=paper.code), issued_on=clock.today() - timedelta(days=1),
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

    def submit(self, call, firm, when, undated=()):
        with clock.at(when):
            draft, owner = self.fill(call, firm, when, undated)
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

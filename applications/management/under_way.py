"""The calls of the demonstration that are under way: a sprout call in review, an open one with its questions, an open R&D call."""

from datetime import timedelta

from applications.calls import announcing, answering
from applications.calls.declared import LEAD_PROJECTS, LEADS, MONTHS
from applications.calls.models import BudgetLine
from applications.intake import actions as intake
from applications.intake.actions import partners
from applications.intake.models.partners import Partner
from applications.kernel import clock
from applications.kernel.taxonomy import Region
from applications.management import seated
from applications.management.days import at
from applications.management.fiction import COSTS, NOTICE, owner_of
from applications.review import exempting, people

FEW = 7  # the application that four reviewers have judged: whether they suffice waits for the director


def in_review(house, today):
    opens, closes = today - timedelta(days=70), today - timedelta(days=35)
    call = house.call(
        house.sprout,
        house.year,
        opens,
        closes,
        title=f"{house.year}년도 뿌리 신산업 새싹기업 1차 선정 공고 (가상)",
        seats=5,
        quotas=[
            *({"field": field, "most": 2} for field in house.field.values()),
            {"region": Region.objects.get(code="48"), "least": 1},
        ],
    )
    found = []
    for number, firm in enumerate(house.take_firms(8)):
        application = house.submit(call, firm, at(closes - timedelta(days=2), 9) + timedelta(minutes=number))
        with clock.at(at(closes + timedelta(days=5), 10)):
            intake.check_rest(application, evidence="서류와 공개 명단을 확인함 (가상)", by=house.officer)
            intake.open_review(application, by=house.officer)
        found.append(application)
    panel = seated.made(house, call, found, closes)
    for number, application in enumerate(found):
        with clock.at(at(closes + timedelta(days=15), 10)):
            handed_in = {seated.SEVENTH: 6, seated.SECOND: 3}.get(number, 2)  # half of all
            size, handed_in = (4, 4) if number == FEW else (6, handed_in)
            house.reviewed(application, number, size, 0.75 + number * 0.02, handed_in=handed_in)
        if number == FEW:
            with clock.at(at(closes + timedelta(days=26), 10)):
                exempting.ask(
                    application, reason="평가위원 2명이 당일 회피하여 4명이 평가함 (가상)", by=house.officer
                )
        if not number:
            one_left_two_years_ago(house, application, house.reviewers[20], today)

    seated.met(house, panel, closes)


def one_left_two_years_ago(house, application, reviewer, today):
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


def opened(house, today):
    opens, closes = today - timedelta(days=12), today + timedelta(days=20)
    call = house.call(
        house.sprout, house.year, opens, closes, title=f"{house.year}년도 뿌리 신산업 새싹기업 2차 선정 공고 (가상)", seats=10,
        quotas=[{"field": field, "least": 1, "most": 3} for field in house.field.values()],
    )  # fmt: skip
    for number, firm in enumerate(house.take_firms(7)):
        house.submit(call, firm, at(today - timedelta(days=4), 9) + timedelta(minutes=number * 7))
    begun = house.take_firms(3)
    for firm in begun:
        with clock.at(at(today - timedelta(days=1), 14)):
            intake.begin(call, firm, by=owner_of(firm), now=clock.now())
    follow(house, call, begun, today)


def follow(house, call, asking, today):
    """A correction, and questions: answered for all, answered to the asker only, late, and asked yesterday."""
    askers = [owner_of(house.firms[0]), *(owner_of(firm) for firm in asking)]
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
            by=house.officer,
        )
        answering.publish(asked[0], by=house.officer)
        answering.answer(
            asked[2],
            shown=asked[2].text,
            answer="접수마감 전에는 제출을 회수해 서류를 바꿀 수 있습니다. (가상 답변)",
            by=house.second,
        )
        answering.reply(asked[2], by=house.second)
        answering.assign(asked[1], person=house.second, by=house.officer)
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
            by=house.officer,
        )


def leads_four(house, call, firm, when):
    """An application whose leader leads three other projects that go on for long (E11)."""
    draft, owner = house.fill(call, firm, when)
    draft.refresh_from_db()
    others = [
        {"name": f"다른 과제 {number} (가상)", "agency": "가상전문기관", MONTHS: months}
        for number, months in enumerate((30, 18, 9), 1)
    ]
    given = {LEADS: "yes", LEAD_PROJECTS: others}
    intake.edit(draft, by=owner, now=when, version=draft.version, answers=given)
    draft.refresh_from_db()
    intake.submit(draft, by=owner, arrived_at=when)


def opened_rnd(house, today):
    """A draft that names a joint institution which still has to answer, a university by letter, a demand company.

    Beside it an application of a leader with too many projects.
    """
    opens, closes = today - timedelta(days=8), today + timedelta(days=25)
    call = house.call(
        house.rnd, house.year, opens, closes, title=f"{house.year}년도 뿌리 공통핵심기술개발 2차 신규지원 공고 (가상)", seats=3,
        budget_line=BudgetLine.objects.get(year=house.year), budget_krw=1_500_000_000, ceiling_krw=600_000_000,
    )  # fmt: skip
    lead, asked, demand = house.firms[10], house.firms[0], house.firms[11]
    with clock.at(at(today - timedelta(days=2), 15)) as now:
        leads_four(house, call, house.firms[12], now)
    with clock.at(at(today - timedelta(days=1), 15)) as now:
        draft, owner = house.fill(call, lead, now)
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

"""The calls of the demonstration that are decided: the sprout calls of the years, and an R&D call with an agreement, a payment and appeals."""

from datetime import date, timedelta

from applications.agreement import actions as agreement
from applications.agreement.queries import selection_of
from applications.calls.models import BudgetLine
from applications.cohort import actions as cohort
from applications.decision import appealing
from applications.funding import actions as funding
from applications.intake import actions as intake
from applications.intake.models import Application
from applications.kernel import clock
from applications.management.days import at
from applications.management.fiction import PASSWORD, owner_of

HISTORY = {  # year: (opens, closes, selected, ended at the end of the year): net 12, 31, 52, 74
    2023: (date(2023, 5, 8), date(2023, 6, 9), 12, 0),
    2024: (date(2024, 1, 8), date(2024, 2, 2), 20, 1),
    2025: (date(2025, 1, 6), date(2025, 1, 31), 23, 2),
    2026: (date(2026, 1, 5), date(2026, 1, 30), 25, 3),
}
UNFILLED = {2026: 2}  # places that a list left unfilled


def sprout_call(house, year):
    opens, closes, selected, ended = HISTORY[year]
    call = house.past[year] = house.call(
        house.sprout,
        year,
        opens,
        closes,
        title=f"{year}년도 뿌리 신산업 새싹기업 선정계획 공고",
        seats=selected + UNFILLED.get(year, 0),
        quorum=3,
        with_proofs=False,  # each paper of a hundred applications takes its time
    )
    firms_of_year = house.take_firms(selected)
    hopefuls = house.firms[-2:]  # the same two apply every year, in vain
    for number, firm in enumerate([*firms_of_year, *hopefuls]):
        application = house.submit(call, firm, at(closes - timedelta(days=3), 9) + timedelta(minutes=number))
        with clock.at(at(closes + timedelta(days=7), 10)):
            intake.check_rest(application, evidence="서류와 공개 명단을 확인함 (가상)", by=house.officer)
            intake.open_review(application, by=house.officer)
        with clock.at(at(closes + timedelta(days=20), 10)):
            house.reviewed(application, number, 3, 0.82 if firm in firms_of_year else 0.58)
    for application in house.decide(call, closes + timedelta(days=40)):
        with clock.at(at(closes + timedelta(days=55), 10)):
            seat = cohort.seat(application, by=house.officer)
        if ended:
            ended -= 1
            with clock.at(at(date(year, 12, 15) if year < 2026 else closes + timedelta(days=120), 10)):
                cohort.end(
                    seat, kind="returned", reason="사업 전환에 따른 자진 반납 (가상)", by=house.director
                )


def rnd_call(house, today):
    line = BudgetLine.objects.create(
        programme=house.rnd, name="뿌리 공통핵심기술개발 (가상)", year=house.year, cap_krw=9_000_000_000
    )
    BudgetLine.objects.create(
        programme=house.rnd,
        name="전략 발표 R&D 2025–2030 국비 (가상 배정)",
        year=2025,
        cap_krw=306_120_000_000,
    )
    opens, closes = today - timedelta(days=130), today - timedelta(days=95)
    call = house.call(
        house.rnd, house.year, opens, closes, title=f"{house.year}년도 뿌리 공통핵심기술개발 신규지원 공고 (가상)", seats=3,
        budget_line=line, budget_krw=1_500_000_000, ceiling_krw=600_000_000,
    )  # fmt: skip
    for number, firm in enumerate(house.firms[4:10]):
        application = house.submit(call, firm, at(closes - timedelta(days=2), 9) + timedelta(minutes=number))
        with clock.at(at(closes + timedelta(days=5), 10)):
            intake.check_rest(application, evidence="서류와 공개 명단을 확인함 (가상)", by=house.officer)
            intake.open_review(application, by=house.officer)
        with clock.at(at(closes + timedelta(days=15), 10)):
            house.reviewed(application, number, 5, 0.86 - number * 0.05)
    selected = list(house.decide(call, closes + timedelta(days=30), deliberated=True))
    contested(house, call, closes + timedelta(days=34))
    begins = today - timedelta(days=45)
    for number, application in enumerate(selected[:2]):
        owner = owner_of(application.firm)
        with clock.at(at(begins - timedelta(days=5), 10)):
            made = agreement.draft(
                application, by=house.officer, total_krw=application.total_krw, grant_krw=selection_of(application).place.grant_krw,
                cash_krw=application.cash_krw, starts_on=begins, ends_on=begins + timedelta(days=730),
            )  # fmt: skip
            agreement.offer(made, by=house.officer)
        if number == 0:
            with clock.at(at(begins - timedelta(days=3), 10)):
                made = agreement.sign(made, password=PASSWORD, by=owner)
                made = agreement.sign(made, password=PASSWORD, by=house.director)
            with clock.at(at(begins, 10)):
                payment = funding.request(made, krw=288_000_000, by=owner)
                funding.verify(payment, by=house.officer)
                funding.approve(payment, by=house.finance[0])
                funding.pay(payment, paid_on=begins, by=house.finance[1])
            with clock.at(at(today - timedelta(days=2), 10)):
                funding.request(made, krw=144_000_000, by=owner)


def contested(house, call, day):
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
                    appeal, outcome="dismissed", by=house.second,
                    reasons="평가표와 계획서를 대조한 결과 양산 시점을 올바르게 읽었습니다. (가상)",
                )  # fmt: skip
                appealing.confirm(appeal, by=house.director)

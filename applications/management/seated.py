"""A panel in the middle of its work, for the demonstration: a chair, members, one who declined, the deliberation open, one opinion written."""

from datetime import timedelta

from applications.kernel import clock
from applications.management.days import at
from applications.review import actions as review
from applications.review import deliberation, seating
from applications.review.panels import Hearing

MEMBERS = range(5, 12)  # of the reviewers: those who judge the second and the seventh application
CHAIR, SECOND, SEVENTH = 7, 1, 6


def made(house, call, applications, closes):
    """The panel with its members, before anybody is asked for a sheet. house: the Demonstration."""
    with clock.at(at(closes + timedelta(days=7), 10)):
        panel = seating.make(
            call, stage=call.stages.get(), name="정밀가공 분과 (가상)", secretary=house.second,
            picked=[applications[SECOND], applications[SEVENTH]], by=house.officer,
        )  # fmt: skip
        seats = [
            seating.invite(panel, reviewer=house.reviewers[number], answer_by=clock.now() + timedelta(days=5), by=house.officer)
            for number in (*MEMBERS, MEMBERS.stop)
        ]  # fmt: skip
    with clock.at(at(closes + timedelta(days=8), 14)):
        for seat in seats[:-1]:
            review.pledge(call, by=seat.user)
            seating.accept(seat, by=seat.user)
        seating.decline(
            seats[-1],
            reason="평가 기간에 해외 출장이 있습니다. (가상)",
            suggestion="가상대학교 금속공학과 (가상)",
            by=seats[-1].user,
        )
        seating.appoint(panel, member=house.reviewers[CHAIR], by=house.officer)
    return panel


def met(house, panel, closes):
    """The chair has opened the deliberation; on the application that all have judged the panel has its opinion."""
    chair = house.reviewers[CHAIR]
    with clock.at(at(closes + timedelta(days=25), 14)):
        deliberation.open_deliberation(panel, by=chair)
        hearing = Hearing.objects.filter(panel=panel).order_by("pk").last()
        deliberation.conclude(
            hearing, version=0, by=chair,
            opinion="수요기업과의 협력이 구체적이고 목표 수치를 확인할 수 있습니다. 양산 일정은 더 자세히 적어야 합니다. (가상 의견)",
        )  # fmt: skip

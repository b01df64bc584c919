"""A meeting of the committee for the demonstration: a smaller grant under a condition, and if the scores allow one out of rank."""

from datetime import timedelta

from applications.decision import actions as decision
from applications.decision import resolving, rules
from applications.intake.models import Application
from applications.kernel import clock

MEMBERS = [
    ("위원 가상하나", "가상대학교 신소재공학과"),
    ("위원 가상두리", "가상생산기술연구소"),
    ("위원 가상서이", "가상뿌리산업협회"),
    ("위원 가상너이", "가상회계법인"),
    ("위원 가상다섯", "가상대학교 경영학과"),
    ("위원 가상여섯", "가상특허법률사무소"),
    ("위원 가상일곱", "가상산업연구원"),
]
MINUTES = (
    "1. 간사가 평가 결과와 순위를 보고함.\n2. 수요처 확약과 예산 규모를 중심으로 논의함.\n"
    "3. 아래 의결을 제외한 나머지는 순위대로 하기로 함. (가상 회의록)"
)


def meet(house, call, when):
    """Held at this instant by officer1 as secretary. house: the Demonstration."""
    by = house.officer
    with clock.at(when):
        meeting = resolving.convene(call, held_at=when, place="가상청사 301호", secretary=by, by=by)
        members = [(*who, not place, place != 5) for place, who in enumerate(MEMBERS)]
        resolving.attend(meeting, version=1, members=members, by=by)
    with clock.at(when + timedelta(hours=1)):
        resolving.edit(
            meeting, version=2, held_at=when, place="가상청사 301호", secretary=by, minutes=MINUTES, by=by
        )
        for application, said in decisions(call):
            resolving.resolve(meeting, application=application, by=by, **said)
    with clock.at(when + timedelta(hours=2)):
        resolving.close(meeting, version=3, by=by)


def decisions(call):
    """[(application, what is decided)], from the list as the rules have it."""
    lines = decision.draw(call)
    selected = [line for line in lines if line.result == "selected"]
    passed = [
        line
        for line in lines
        if line.result == "reserved" and rules.is_selectable(line.candidate, call.pass_mark, call.select_mark)
    ]
    votes = {"votes_for": 5, "votes_against": 1}
    found = []
    if len(selected) > 2:
        less = {
            "result": "as_ruled", "grant_krw": 420_000_000, "conditions": "협약 전에 수요기업의 구매의향서를 제출할 것 (가상)",
            "reason": "장비 구입 계획이 사업 규모에 비해 큼 (가상)",
        }  # fmt: skip
        found.append((selected[1], less | votes))
    if passed and len(selected) > 2:
        found.append(
            (selected[-1], {"result": "reserved", "reason": "같은 품목의 과제가 먼저 선정됨 (가상)"} | votes)
        )
        found.append(
            (passed[0], {"result": "selected", "reason": "수요기업의 구매 확약이 있음 (가상)"} | votes)
        )
    applications = Application.objects.in_bulk([line.candidate.pk for line, _said in found])
    return [(applications[line.candidate.pk], said) for line, said in found]

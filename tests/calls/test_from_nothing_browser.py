"""An officer builds an R&D call from nothing at a browser, in Korean and by clicking only, until a firm begins a draft in it."""

import re
from datetime import date
from decimal import Decimal

import pytest
import time_machine
from django.urls import reverse

from applications.calls.models import Call
from applications.intake.models import Application
from applications.kernel import clock
from tests.browser import said

PREPARING, OPEN = clock.kst(2027, 1, 4, 9, 5), clock.kst(2027, 2, 2, 10)
TITLE = "2027년 뿌리공정 제조혁신 연구개발 공고"
SUMMARY = "뿌리공정의 제조혁신 과제를 찾습니다."
NOTICE = "1. 사업 목적\n뿌리공정의 제조혁신을 돕습니다.\n2. 문의\n사업관리실 02-000-0000"
STEPS = ("Excellent", "Good", "Fair", "Poor", "Very poor")
ANCHORS = ["역할이 뚜렷함", "대체로 뚜렷함", "보통", "겹치는 역할이 있음", "역할을 알 수 없음"]


class Builder:
    """The officer, who opens a section from the overview and adds its pieces one by one."""

    def __init__(self, officer):
        self.officer = officer

    @property
    def missing(self):
        """What the page says is missing, line by line."""
        return self.officer.page.locator(".panel-warning li").all_inner_texts()

    @property
    def shown(self):
        """What firms would see of what is typed."""
        return self.officer.page.frame_locator("#shown iframe").get_by_role("main")

    def saves(self, section, values):
        """A section that is one form; the overview comes back."""
        self.officer.follow(section).enter(values).press("Save")

    def opens(self, section):
        self.officer.follow(section)

    def adds(self, what, values, *, within=""):
        """A piece of the section that is open, in what it stands in."""
        self.officer.follow(re.compile(rf"^{re.escape(said(what))}\s*{re.escape(within)}$"))
        self.officer.enter(values).press("Save")

    def moves_by_keyboard(self, name, way):
        """With the focus on its button and Enter, as whoever uses no mouse."""
        self.officer.page.get_by_role("button", name=f"{said(way)} {name}", exact=True).focus()
        with self.officer.page.expect_navigation():
            self.officer.page.keyboard.press("Enter")
        self.officer.arrived()

    def goes_back(self):
        self.officer.follow("Back to the overview")


@pytest.mark.browser
def test_an_officer_builds_an_rnd_call_from_nothing_and_a_firm_begins_a_draft_in_it(street, world):
    with time_machine.travel(PREPARING, tick=True) as traveller:
        line, firm = world.line, world.a
        officer = street.comes_back(world.officer, reverse("calls:desk"), looked_at=True)
        builder = Builder(officer)
        begins(officer)
        assert builder.missing == [
            said("The call has no summary in one sentence yet."),
            said("The text of the notice is still empty."),
            said("A notice of less than %(days)d days needs a reason (decree, article 9).", days=30),
            said("The call asks no question yet."),
            said("The weights of the stages must sum to 100."),
            said("An R&D call needs a budget line."),
            said("An R&D call needs its budget."),
            said("An R&D call needs the ceiling of one grant."),
        ]
        announces(builder)
        asks(builder)
        measures(builder)
        decides(builder)
        assert builder.missing == []
        officer.press("Publish the call")
        assert said("The call is published.") in officer.text
        call = Call.objects.get()
        assert columns_of(call) == {"budget_line": line, "law": "subsidy", "number": "RC-2027-R01"} | COLUMNS
        assert pieces_of(call) == PIECES

        traveller.move_to(OPEN)
        visitor = street.comes()
        visitor.menu("Calls").follow(TITLE)
        assert shown_to(visitor) == SHOWN
        owner = street.comes_back(world.owner_of(firm), call.get_absolute_url(), looked_at=True)
        owner.press("Apply")
        draft = Application.objects.get()
        assert (draft.call, draft.firm, draft.status) == (call, firm, "draft")
        owner.follow("개발 내용")
        assert owner.page.get_by_label("선행 연구와 다른 점").is_hidden()
        owner.tick("Yes")
        assert owner.page.get_by_label("선행 연구와 다른 점").is_visible()
    assert street.complaints == [], "\n".join(street.complaints)


def begins(officer):
    officer.follow("Prepare a call").enter({
        "programme": "Root-industry R&D", "nothing, and build all of it": True, "programme year": "2027",
        "title": "뿌리 연구개발 공고", "places": "4", "opens": "2027-02-01T09:00", "closes": "2027-02-02T18:00",
    })  # fmt: skip
    officer.press("Begin the call")


def announces(builder):
    """What everybody reads: title, text, days, and who may apply."""
    officer = builder.officer
    officer.follow("Title and notice").enter({
        "title": TITLE, "in one sentence": SUMMARY, "notice": NOTICE, "Subsidy under the Subsidy Act": True,
    }).press("Preview")  # fmt: skip
    assert officer.field("notice").input_value() == NOTICE
    assert [
        line for line in builder.shown.inner_text().split("\n") if line in NOTICE.split("\n")
    ] == NOTICE.split("\n")
    assert Call.objects.get().notice == ""
    officer.press("Save")
    builder.saves("Schedule", {
        "opens": "2027-02-01T09:30", "closes": "2027-03-05T16:45", "Screening until (planned)": "2027-03-19",
        "Review until (planned)": "2027-04-16", "Result on (planned)": "2027-04-30",
    })  # fmt: skip
    builder.saves(
        "Who may apply", {"기가캐스팅": True, "초고속 열처리": True, "most years in business": "30"}
    )


def asks(builder):
    """Two parts with questions of all kinds, and the papers."""
    builder.opens("Parts and questions")
    builder.adds("Add a part", {"Title of the part": "개발 내용", "Hint": "수치로 적어 주세요."})
    builder.adds("Add a part", {"Title of the part": "사업화"})
    assert builder.missing == [
        said("The call asks no question yet."),
        said("The part “%(title)s” asks nothing.", title="개발 내용"),
        said("The part “%(title)s” asks nothing.", title="사업화"),
    ]
    for part, label, kind, more in QUESTIONS:
        values = {"Question": label, "How it is answered": kind, **more}
        builder.adds("Add a question", values, within=part)
    looks_at_a_question(builder)
    builder.moves_by_keyboard("과제 한 줄 소개", "Up")
    builder.moves_by_keyboard("시험성적서", "Up")
    builder.goes_back()

    builder.opens("Papers to be handed in")
    builder.adds(
        "Add a paper",
        {"Kind": "D01 " + said("The plan itself"), "Name": "연구개발계획서", "every firm": True, "PDF": True},
    )
    builder.adds("Add a paper", {
        "Kind": "D05 국세 납세증명서", "every firm": True, "valid on the closing day": True
    })  # fmt: skip
    builder.adds("Add a paper", {
        "Kind": "D07 4대보험 사업장 가입자명부", "corporations": True,
        "issued within some time before the closing day": True, "Within how many": "45", "days": True,
    })  # fmt: skip
    builder.goes_back()


def looks_at_a_question(builder):
    """What is typed is seen as firms will answer it; who goes away without saving is asked first, and nothing is saved."""
    officer, asked = builder.officer, []
    officer.follow(re.compile(f"^{said('Change')} 선행 연구와 다른 점$")).enter({"Hint": "새 도움말"}).press(
        "Preview"
    )
    hint = builder.shown.get_by_text("새 도움말")
    assert hint.is_hidden()
    builder.shown.get_by_role("radio", name=said("Yes"), exact=True).check()
    assert hint.is_visible()
    officer.page.once("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    officer.follow("Back without saving")
    assert asked == ["beforeunload"]


QUESTIONS = [  # part, label, kind, what else is entered
    ("개발 내용", "개발 목표", "Long text", {"Limit": "3000"}),
    ("개발 내용", "과제 한 줄 소개", "One line", {"Hint": "50자 안팎"}),
    ("개발 내용", "선행 연구가 있습니까?", "Yes or no", {}),
    ("개발 내용", "선행 연구와 다른 점", "Long text", {"선행 연구가 있습니까? – 예": True}),
    ("개발 내용", "지금의 기술 단계", "One of several", {"Answers to choose from": "실험실\n시제품\n양산"}),
    ("개발 내용", "성능지표", "Table", {"Columns of the table": "지표\n목표값 | 숫자", "Limit": "10"}),
    ("사업화", "참여 연구원(명)", "Whole number", {"Limit": "3"}),
    ("사업화", "양산을 시작할 날", "Date", {"It must be answered": False}),
    ("사업화", "3년간 매출 목표", "Amount in won", {}),
    (
        "사업화",
        "판로",
        "Any of several",
        {"Answers to choose from": "내수\n수출", "Existing root firm": True},
    ),
    ("사업화", "시험성적서", "File", {"PDF": True, "Limit": "20"}),
]


def measures(builder):
    """Two stages with their groups and criteria, and the scale."""
    builder.opens("Stages and criteria")
    builder.adds(
        "Add a stage", {"Kind of review": "Paper review", "weight (%)": "40", "threshold to go on": "60"}
    )
    builder.adds("Add a group", {"Name of the group": "기술성", "Floor (%)": "50"}, within="서면평가")
    builder.adds("Add a group", {"Name of the group": "사업성", "Floor (%)": "40"}, within="서면평가")
    builder.adds("Add a stage", {
        "Kind of review": "Presentation review", "weight (%)": "50", "sheets needed": "7",
        "from five sheets on leave out one best and one worst": False,
    })  # fmt: skip
    builder.adds("Add a group", {"Name of the group": "수행역량", "Floor (%)": "60"}, within="발표평가")
    add = "Add a criterion"
    builder.adds(
        add, {"Criterion": "목표의 타당성", "What is looked at": "정량지표", "Points": "30"}, within="기술성"
    )
    builder.adds(add, {"Criterion": "개발 방법", "Points": "30", "Knocked out at": "9.5"}, within="기술성")
    builder.adds(add, {"Criterion": "시장과 판로", "Points": "35"}, within="사업성")
    builder.adds(add, {
        "Criterion": "추진체계", "Points": "60", "by the five steps only": True, **dict(zip(STEPS, ANCHORS, strict=True)),
    }, within="수행역량")  # fmt: skip
    builder.adds(add, {"Criterion": "연구책임자", "Points": "40"}, within="수행역량")
    assert builder.missing == [
        said("The weights of the stages must sum to 100."),
        said("The points of the criteria sum to %(sum)d, not to 100.", sum=95),
    ]
    builder.officer.follow("Points of the criteria").enter({"시장과 판로": "40"}).press("Save the points")
    builder.officer.follow(re.compile(f"^{said('Change')} 발표평가$")).enter({"weight (%)": "60"}).press(
        "Save"
    )
    assert builder.missing == []
    builder.goes_back()
    builder.saves("Scale, marks and caps", {
        "Points": True, "Step of a score": "0.5", "pass mark": "60", "select mark": "75", "cap of bonus points": "3",
        "cap of penalty points": "2.5", "least length of a comment": "30",
        "reviewers may take the papers away as files": False,
    })  # fmt: skip


def decides(builder):
    """What follows from the scores: items, ties, places, quotas, conflicts, what is disclosed, money."""
    builder.opens("Bonus and penalty items")
    builder.adds("Add an item", {
        "Bonus": True, "Name": "청년 고용", "Points": "2", "Evidence that is asked for": "고용보험 명부",
        "The evidence is uploaded as a file": True,
    })  # fmt: skip
    builder.adds("Add an item", {"Penalty": True, "Name": "사업비 미정산", "Points": "1.5"})
    builder.goes_back()
    assert builder.missing[0] == said(
        "A bonus is proven by a file, but no paper is asked of firms that claim one."
    )
    builder.opens("A bonus is proven by a file, but no paper is asked of firms that claim one.")
    builder.adds("Add a paper", {
        "Kind": "D16 가점 증빙", "firms that claim a bonus by a file": True
    })  # fmt: skip
    builder.goes_back()

    number = said("%(number)d. What breaks a tie")
    builder.saves("Equal scores", dict(zip(
        (number % {"number": place} for place in (1, 2, 3)),
        ("기술성 · 수행역량", "a seat outside the capital area", "참여 연구원(명)"), strict=True,
    )))  # fmt: skip
    builder.saves("Places", {"places": "6", "reserve places": "2"})
    builder.opens("Quotas")
    builder.adds("Add a quota", {"Of": "초고속 열처리", "At least": "1", "At most": "4"})
    builder.adds("Add a quota", {"Of": "경남", "At least": "2", "At most": "3"})
    builder.goes_back()

    shares = "C3 " + said("Holds shares of the firm or a claim on it")
    builder.saves("Conflicts of interest", {
        "C8 " + said("Joint research, paper or patent not long ago"): False, shares: False,
        said("%(code)s: within how many years", code="C2"): "5",
    })  # fmt: skip
    unlawful = said(
        "An R&D call cannot do without %(code)s: %(rule)s (decree, article 27).", code="C3", rule=shares[3:]
    )
    builder.saves(unlawful, {shares: True})
    builder.saves("Results and appeals", {
        "the committee deliberates before any list": True, "its mean in each group, beside the mean of its field": False,
        "days to appeal": "14", "days to answer an appeal": "20", "days that the reserve list lasts": "90",
    })  # fmt: skip
    builder.saves("Money", {
        "budget line": "2027 R&D", "Budget of the call (won)": "1,500,000,000", "Ceiling of one grant (won)": "300,000,000",
    })  # fmt: skip


COLUMNS = {
    "title": TITLE, "summary": SUMMARY, "notice": NOTICE.replace("\n", "\r\n"), "year": 2027, "revision": 0,
    "opens_at": clock.kst(2027, 2, 1, 9, 30), "closes_at": clock.kst(2027, 3, 5, 16, 45),
    "screening_ends_on": date(2027, 3, 19), "review_ends_on": date(2027, 4, 16), "result_on": date(2027, 4, 30),
    "short_notice_reason": "", "least_years": None, "most_years": 30, "tracks": [], "regions": [], "seats": 6,
    "reserves": 2, "budget_krw": 1_500_000_000, "ceiling_krw": 300_000_000, "scale": "points", "step": Decimal("0.5"),
    "pass_mark": 60, "select_mark": 75, "bonus_cap": 3, "penalty_cap": Decimal("2.5"), "comment_length": 30,
    "reviewers_download": False, "tie_keys": ["group-1", "outside", "answer-q07"],
    "conflicts": {"C1": 0, "C2": 5, "C3": 0, "C4": 0, "C5": 0, "C6": 0, "C7": 0, "C9": 3, "C10": 0, "C11": 0, "C12": 3, "C14": 1},
    "discloses_opinion": True, "discloses_means": False, "discloses_panel": True, "appeal_days": 14, "answer_days": 20,
    "reserve_days": 90, "needs_committee": True,
}  # fmt: skip
PIECES = {
    "fields": ["기가캐스팅", "초고속 열처리"],
    "parts": [("개발 내용", "수치로 적어 주세요."), ("사업화", "")],
    "questions": [  # part, ordinal, code, label, hint, kind, must, limit, options, condition, tracks
        (1, 1, "q02", "과제 한 줄 소개", "50자 안팎", "text", True, 100, [], {}, []),
        (1, 2, "q01", "개발 목표", "", "long", True, 3000, [], {}, []),
        (1, 3, "q03", "선행 연구가 있습니까?", "", "yes_no", True, 2000, [], {}, []),
        (1, 4, "q04", "선행 연구와 다른 점", "", "long", True, 2000, [], {"question": "q03", "is": ["yes"]}, []),
        (1, 5, "q05", "지금의 기술 단계", "", "choice", True, 2000, [["a1", "실험실"], ["a2", "시제품"], ["a3", "양산"]], {}, []),
        (1, 6, "q06", "성능지표", "", "table", True, 10, [["c1", "지표", "text"], ["c2", "목표값", "number"]], {}, []),
        (2, 1, "q07", "참여 연구원(명)", "", "number", True, 3, [], {}, []),
        (2, 2, "q08", "양산을 시작할 날", "", "date", False, 2000, [], {}, []),
        (2, 3, "q09", "3년간 매출 목표", "", "won", True, 2000, [], {}, []),
        (2, 4, "q11", "시험성적서", "", "file", True, 20, ["pdf"], {}, []),
        (2, 5, "q10", "판로", "", "choices", True, 2000, [["a1", "내수"], ["a2", "수출"]], {}, ["root"]),
    ],
    "papers": [  # code, name, of all, of whom, kinds of files, how fresh
        ("D01", "연구개발계획서", True, "", ["pdf"], ""),
        ("D05", "국세 납세증명서", True, "", [], "closing"),
        ("D07", "4대보험 사업장 가입자명부", False, "corporation", [], "45d"),
        ("D16", "가점 증빙", False, "bonus", [], ""),
        ("F01", "시험성적서", True, "", ["pdf"], ""),
    ],
    "stages": [("paper", 40, 60, 5, True), ("presentation", 60, None, 7, False)],
    "groups": [(1, "기술성", 50), (1, "사업성", 40), (2, "수행역량", 60)],
    "criteria": [  # group, name, what is looked at, points, knocked out at, by steps, steps in words
        ("기술성", "목표의 타당성", "정량지표", 30, None, False, []),
        ("기술성", "개발 방법", "", 30, Decimal("9.5"), False, []),
        ("사업성", "시장과 판로", "", 40, None, False, []),
        ("수행역량", "추진체계", "", 60, None, True, ANCHORS),
        ("수행역량", "연구책임자", "", 40, None, False, []),
    ],
    "items": [("bonus", "청년 고용", 2, "고용보험 명부", True), ("penalty", "사업비 미정산", Decimal("1.5"), "", False)],
    "quotas": [("F4", None, 1, 4), (None, "48", 2, 3)],
}  # fmt: skip


def columns_of(call):
    return {name: getattr(call, name) for name in ("budget_line", "law", "number", *COLUMNS)}


def pieces_of(call):
    stages = call.stages.order_by("ordinal")
    groups = [group for stage in stages for group in stage.groups.order_by("ordinal")]
    return {
        "fields": [str(field) for field in call.open_to.order_by("code")],
        "parts": list(call.parts.values_list("title", "help")),
        "questions": list(call.questions.values_list(
            "part__ordinal", "ordinal", "code", "label", "help", "kind", "required", "max_length", "options",
            "condition", "tracks",
        )),
        "papers": list(call.papers.values_list("code", "name", "required", "needed_from", "kinds", "validity")),
        "stages": list(stages.values_list("kind", "weight", "threshold", "quorum", "trimmed")),
        "groups": [(group.stage.ordinal, group.name, group.floor_percent) for group in groups],
        "criteria": [
            (group.name, *row)
            for group in groups
            for row in group.criteria.values_list("name", "help", "points", "knock_out_at", "by_steps", "anchors")
        ],
        "items": list(call.items.values_list("kind", "name", "points", "evidence", "by_file")),
        "quotas": list(call.quotas.values_list("field__code", "region__code", "least", "most")),
    }  # fmt: skip


SHOWN = {
    "heading": TITLE,
    "ties": ["기술성 · 수행역량", "비수도권 소재", "참여 연구원(명)"],
    "quotas": ["초고속 열처리: 1~4개", "경남: 2~3개"],
    "papers": [
        "연구개발계획서 (필수)",
        "국세 납세증명서 (필수) 마감일에 유효할 것",
        "4대보험 사업장 가입자명부 (법인 필수) 마감일 전 45일 안에 발급",
        "가점 증빙 (파일로 가점을 증빙하는 기업 필수)",
        "시험성적서 (필수)",
    ],
}


def shown_to(visitor):
    """What the public page says, part by part."""

    def listed(section):
        found = visitor.page.get_by_role("region", name=said(section), exact=True)
        return found.get_by_role("listitem").all_inner_texts()

    return {
        "heading": visitor.heading,
        "ties": listed("Where scores are equal"),
        "quotas": listed("Places by field and region"),
        "papers": listed("Papers"),
    }

"""What a call asks a firm to declare of itself, as questions with codes of their own: the screening reads the answers by them
(docs/domain.md, eligibility). They are questions like all others: a call may ask them in other words, or not at all; then a person looks.
"""

DEFAULT, RECOVERY, AUDIT, BARRED, SOCIAL = "in_default", "recovery", "audit", "barred", "social"
SIMILAR, SIMILAR_PROJECTS = "similar", "similar_projects"
LEADS, LEAD_PROJECTS, MEMBERS = "leads", "lead_projects", "members"
MONTHS, PROJECTS = (
    "months",
    "projects",
)  # columns: what a project still takes after the close; projects of a researcher
NO_AUDIT, IN_ORDER, NOT_IN_ORDER = "none", ("unqualified", "qualified"), ("adverse", "disclaimer")
YES_NO = {"kind": "yes_no"}


def after_yes(code):
    return {"condition": {"question": code, "is": ["yes"]}}


STATEMENTS = (  # a part of the plan
    "신청자격 확인",
    [
        (
            DEFAULT,
            "신청기업이 부도·채무불이행 상태이거나 회생·파산 절차 중입니까?",
            "신용상태는 동의하신 범위에서 조회해 확인합니다.",
            YES_NO,
        ),
        (
            RECOVERY,
            "법원이 회생계획을 인가했습니까?",
            "인가 결정문을 확인합니다.",
            YES_NO | after_yes(DEFAULT),
        ),
        (
            AUDIT,
            "최근 결산의 감사의견",
            "외부감사를 받지 않는 기업은 첫째를 골라 주세요.",
            {
                "kind": "choice",
                "options": [
                    [NO_AUDIT, "외부감사 대상이 아님"],
                    ["unqualified", "적정"],
                    ["qualified", "한정"],
                    ["adverse", "부적정"],
                    ["disclaimer", "의견거절"],
                ],
            },
        ),
        (
            BARRED,
            "신청기업, 대표자, 과제책임자 가운데 국가연구개발사업 참여제한 중인 곳이나 사람이 있습니까?",
            "",
            YES_NO,
        ),
        (
            SOCIAL,
            "임금체불 사업주 명단이나 중대재해 발생 사업장 명단에 공표되어 있습니까?",
            "공개된 명단으로 확인합니다.",
            YES_NO,
        ),
    ],
)
OF_RESEARCH = [  # R&D only, where the project is organised
    (
        SIMILAR,
        "이 과제와 같거나 비슷한 과제로 지원을 받았거나 신청했습니까?",
        "다른 부처와 기관의 사업도 포함합니다.",
        YES_NO,
    ),
    (
        SIMILAR_PROJECTS,
        "같거나 비슷한 과제",
        "한 줄에 하나씩, 이 과제와 무엇이 다른지 적어 주세요.",
        {
            "kind": "table",
            "max_length": 10,
            "options": [
                ["name", "과제명", "text"],
                ["agency", "기관과 연도", "text"],
                ["other", "다른 점", "text"],
            ],
        }
        | after_yes(SIMILAR),
    ),
    (
        LEADS,
        "연구책임자가 지금 다른 국가연구개발과제의 책임자입니까?",
        "책임자로 동시에 3개까지 수행할 수 있습니다.",
        YES_NO,
    ),
    (
        LEAD_PROJECTS,
        "연구책임자가 책임자로 수행하는 다른 과제",
        "접수마감 뒤 6개월 안에 끝나는 과제는 수에 넣지 않습니다.",
        {
            "kind": "table",
            "max_length": 10,
            "options": [
                ["name", "과제명", "text"],
                ["agency", "기관", "text"],
                [MONTHS, "접수마감 뒤 남은 개월", "number"],
            ],
        }
        | after_yes(LEADS),
    ),
]

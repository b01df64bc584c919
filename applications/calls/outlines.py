"""What a call may begin with: stages, criteria, questions, papers, bonus and penalty items (docs/domain.md)."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from applications.calls.declared import MEMBERS, OF_RESEARCH, PROJECTS, STATEMENTS
from applications.calls.models import Programme
from applications.calls.outline_texts import RND, RND_SUMMARY, SPROUT, SPROUT_SUMMARY
from applications.calls.stages import OF_VISIT

SPROUT_PAPER = [
    (
        "기술성",
        50,
        [
            ("신산업 분야 부합성·차별성", 15, "6대 분야와의 부합, 현재 기술과의 차이"),
            ("핵심기술 보유 수준", 15, "특허, 전담부서, 인증, 숙련기술자"),
            ("공정 첨단화(자동화·지능화) 수준과 계획", 10, "기준값과 목표값"),
        ],
    ),
    (
        "사업성",
        50,
        [
            ("수요기업 확보·시장성", 15, "구매의향서, 핵심품목 연계"),
            ("사업화·매출 확대 계획", 10, "수치와 판로"),
            ("재무건전성·투자여력", 10, "부채, 유동성, 자기 부담 여력"),
        ],
    ),
    (
        "정책부합성",
        0,
        [
            ("신산업 진출(사업재편) 의지·실행력", 10, "이사회 의결, 설비 투자"),
            ("고용·청년·지역 파급", 10, "채용 계획, 비수도권"),
            ("친환경·에너지·산업안전", 5, ""),
        ],
    ),
]
SPROUT_TALK = [  # its groups stand in the order of those on paper, so that a tie is broken by both
    ("기술경쟁력 입증", 50, [("기술경쟁력 입증", 30, "현재 기술과의 차이를 보여 주는 자료와 시연")]),
    ("수요연계·사업화 실행력", 50, [("수요연계·사업화 실행력", 30, "수요기업과의 협의, 양산과 판로")]),
    ("성장비전·전략", 50, [("성장비전·전략", 25, "신산업 진출의 목표와 순서")]),
    ("경영진·조직역량", 50, [("경영진·조직역량", 15, "경영진의 의지, 인력과 조직")]),
]
VISIT_POINTS = [  # practice: what a visit of the place looks at
    ("설비 실재", "계획서에 적은 설비가 현장에 있고 쓰이는지"),
    ("인력", "계획서에 적은 인력이 실제로 일하는지"),
    ("계획서 일치", "현장과 공정이 계획서의 내용과 같은지"),
    ("안전", "작업장의 안전과 환경 관리"),
]
RND_TALK = [
    (
        "기술성",
        50,
        [
            ("필요성·차별성(중복성)", 10, ""),
            ("목표·정량지표의 타당성", 15, "평가방법, 공인시험 포함"),
            ("개발방법·추진체계", 10, ""),
            ("지식재산 전략", 5, ""),
        ],
    ),
    (
        "사업성",
        50,
        [
            ("시장·수요기업 연계(핵심품목)", 15, ""),
            ("사업화·양산 계획", 10, ""),
            ("경제성·매출·수출 기여", 10, ""),
        ],
    ),
    ("수행역량", 0, [("주관·공동기관 역량", 10, ""), ("연구책임자 역량", 5, "")]),
    ("연구비", 0, [("연구비 구성의 적정성", 5, "")]),
    ("파급·정책", 0, [("기술이전·공유 확산, 탄소·에너지", 5, "")]),
]
LONG = {"kind": "long"}
SPROUT_PARTS = [
    (
        "신산업 진출 계획",
        [
            (
                "entry",
                "신산업 진출 배경과 목표",
                "지금 하는 일과, 새 분야에서 하려는 일을 적어 주세요.",
                LONG,
            ),
            ("strength", "보유한 핵심기술과 인력", "특허, 인증, 전담부서, 숙련기술자를 적어 주세요.", LONG),
            ("automation", "공정 첨단화 계획", "현재 수준과 목표를 수치로 적어 주세요.", LONG),
            ("demand", "수요기업과 판로", "협의 중이거나 납품하는 기업과 품목을 적어 주세요.", LONG),
        ],
    ),
    (
        "인력·투자와 사업재편",
        [
            ("hiring", "3년간 새로 뽑을 인원(명)", "", {"kind": "number", "max_length": 6}),
            (
                "equipment",
                "들여올 설비",
                "계획이 있으면 한 줄에 하나씩 적어 주세요.",
                {
                    "kind": "table",
                    "required": False,
                    "max_length": 20,
                    "options": [
                        ["name", "설비", "text"],
                        ["use", "쓰임", "text"],
                        ["krw", "금액(원)", "won"],
                    ],
                },
            ),
            ("restructuring", "사업재편계획 승인을 받았습니까?", "", {"kind": "yes_no"}),
            (
                "restructured_on",
                "사업재편계획 승인일",
                "",
                {"kind": "date", "condition": {"question": "restructuring", "is": ["yes"]}},
            ),
            (
                "support",
                "함께 받고 싶은 지원",
                "해당하는 것을 모두 골라 주세요.",
                {
                    "kind": "choices",
                    "required": False,
                    "options": [
                        ["rnd", "연구개발"],
                        ["investment", "동반투자"],
                        ["people", "인력"],
                        ["export", "수출"],
                        ["finance", "금융"],
                    ],
                },
            ),
            (
                "remarks",
                "그 밖에 알리고 싶은 것",
                "",
                {"kind": "long", "required": False, "max_length": 1000},
            ),
        ],
    ),
    STATEMENTS,
]
RND_PARTS = [
    (
        "기술개발 계획",
        [
            ("need", "기술개발의 필요성과 차별성", "기존 과제·기술과 무엇이 다른지 적어 주세요.", LONG),
            ("goal", "최종목표와 정량지표", "지표마다 단위, 목표값, 평가방법을 적어 주세요.", LONG),
            ("method", "개발방법과 추진체계", "", LONG),
            (
                "readiness",
                "시작할 때의 기술 수준",
                "",
                {
                    "kind": "choice",
                    "options": [
                        ["idea", "개념을 세웠습니다"],
                        ["lab", "실험실에서 확인했습니다"],
                        ["prototype", "시제품이 있습니다"],
                        ["line", "양산 공정에서 시험했습니다"],
                    ],
                },
            ),
        ],
    ),
    (
        "시장과 사업화",
        [
            ("market", "수요기업과 사업화 계획", "", LONG),
            ("sales", "개발을 마친 뒤 3년간의 매출 목표(원)", "", {"kind": "won"}),
        ],
    ),
    (
        "수행 체계",
        [
            (
                "leader",
                "연구책임자 소속과 직위",
                "이름과 연락처는 적지 않습니다.",
                {"kind": "text", "max_length": 100},
            ),
            ("months", "개발기간(개월)", "", {"kind": "number", "max_length": 3}),
            (
                MEMBERS,
                "참여연구원",
                "이름은 적지 않습니다. 한 줄에 한 사람씩 적어 주세요.",
                {
                    "kind": "table",
                    "required": False,
                    "max_length": 30,
                    "options": [
                        ["office", "소속과 직위", "text"],
                        ["task", "맡은 일", "text"],
                        ["share", "참여율(%)", "number"],
                        [PROJECTS, "동시에 수행하는 과제 수(이 과제 포함)", "number"],
                    ],
                },
            ),
            *OF_RESEARCH,
        ],
    ),
    STATEMENTS,
]
SPROUT_PAPERS = [  # code, name, help, which firms need it: all, a RequiredPaper.Trait, or as the plan goes
    ("D01", "사업계획서", "HWP, HWPX, PDF", "all"),
    ("D02", "사업자등록증명", "", "all"),
    ("D03", "법인등기사항전부증명서", "", "corporation"),
    ("D04", "재무제표 최근 2개년", "", ""),
    ("D05", "국세 납세증명서", "", "all"),
    ("D06", "지방세 납세증명서", "", "all"),
    ("D08", "뿌리기업 확인서", "", "root"),
    ("D09", "중소기업·중견기업 확인서", "", "all"),
    ("D10", "공장등록증명서", "", "manufacturer"),
    ("D12", "수요기업 구매의향서", "", ""),
    ("D16", "가점 증빙", "신청한 항목의 증빙을 한 파일로 모아 주세요.", "bonus"),
]
RND_PAPERS = [
    ("D01", "연구개발계획서", "HWP, HWPX, PDF", "all"),
    ("D02", "사업자등록증명", "", "all"),
    ("D03", "법인등기사항전부증명서", "", "corporation"),
    ("D05", "국세 납세증명서", "", "all"),
    ("D06", "지방세 납세증명서", "", "all"),
    ("D08", "뿌리기업 확인서", "", "root"),
    ("D09", "중소기업·중견기업 확인서", "", "all"),
    ("D10", "공장등록증명서", "", "manufacturer"),
    ("D11", "참여의사확인서", "공동기관이 있을 때", ""),
    ("D12", "수요기업 확약서", "", ""),
    ("D17", "연구시설·장비 도입계획", "부가세를 더해 1천만 원 이상인 장비를 들여올 때", ""),
    ("D16", "가점 증빙", "신청한 항목의 증빙을 한 파일로 모아 주세요.", "bonus"),
]
PARTS = {"D17": 3}  # the part of the plan that asks for a paper, where it does not stand among all of them
VALIDITY = {  # practice; as in validity.py
    "D02": "3m", "D03": "3m", "D05": "closing", "D06": "closing", "D09": "closing",
}  # fmt: skip
KINDS = {"D01": ["pdf", "hwp", "hwpx"]}  # the plan is a document, not a picture of one
BONUS = [  # name, points, evidence, whether it is uploaded
    ("뿌리기술 전문기업", "2", "뿌리기술 전문기업 지정증", True),
    ("사업재편계획 승인", "2", "사업재편계획 승인 통보서", True),
    ("수요기업 동반투자 확약", "2", "금액과 시기를 적은 동반투자 확약서", True),
    ("특화단지 입주", "1", "뿌리산업 특화단지 입주 확인서", True),
    ("비수도권 소재", "1", "본사 또는 사업장 소재지(사업자등록증명으로 확인)", False),
    ("뿌리기업 명가 또는 일하기 좋은 뿌리기업", "1", "확인서", True),
    ("이노비즈·메인비즈", "1", "확인서", True),
    ("여성기업·장애인기업", "1", "확인서", True),
    ("내일채움공제 가입", "1", "가입 확인서", True),
]
PENALTIES = [
    ("3년 안에 받은 제재", "3", "참여제한·제재부가금 처분 이력"),
    ("3년 안에 정당한 사유 없이 포기", "2", "포기 이력"),
    ("환수금·제재부가금 미납", "3", "납부 이력"),
    ("직전 평가 최하위", "2", "직전 과제의 평가 결과"),
]
TIE_KEYS = {  # higher first; after them the committee decides
    Programme.Kind.SPROUT: ["group-1", "group-2", "group-3", "outside", "answer-hiring"],
    Programme.Kind.RND: ["group-1", "group-2", "group-3", "outside"],
}

NOTICES = {  # the sentence in the list of calls, and the text that the notice begins with
    Programme.Kind.SPROUT: (SPROUT_SUMMARY, SPROUT),
    Programme.Kind.RND: (RND_SUMMARY, RND),
}


@dataclass(frozen=True)
class Outline:
    """What a call may begin with. stages: (fields of the stage, its groups of criteria; of a site visit none); label: of one that is not usual."""

    programme: str
    stages: list
    parts: list
    papers: list
    label: str = ""


OUTLINES = {
    "sprout": Outline(
        Programme.Kind.SPROUT,
        [({"kind": "paper", "weight": 100}, SPROUT_PAPER)],
        SPROUT_PARTS,
        SPROUT_PAPERS,
    ),
    "sprout_talk": Outline(
        Programme.Kind.SPROUT,
        [
            ({"kind": "paper", "weight": 30, "threshold": 60}, SPROUT_PAPER),
            ({"kind": "presentation", "weight": 70}, SPROUT_TALK),
        ],
        SPROUT_PARTS,
        SPROUT_PAPERS,
        _("the template of sprout companies in two stages: paper review 30%, presentation review 70%"),
    ),
    "sprout_visit": Outline(
        Programme.Kind.SPROUT,
        [
            ({"kind": "paper", "weight": 30, "threshold": 60}, SPROUT_PAPER),
            ({"kind": "presentation", "weight": 70}, SPROUT_TALK),
            ({"kind": "visit", **OF_VISIT}, []),
        ],
        SPROUT_PARTS,
        SPROUT_PAPERS,
        _(
            "the template of sprout companies in two stages and a site visit: paper review 30%, presentation review 70%"
        ),
    ),
    "rnd": Outline(
        Programme.Kind.RND,
        [({"kind": "presentation", "weight": 100}, RND_TALK)],
        RND_PARTS,
        RND_PAPERS,
    ),
}

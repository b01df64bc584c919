"""What a call of each programme begins with: stages, criteria, questions and papers (docs/domain.md, criteria)."""

from applications.calls.models import Criterion, CriterionGroup, Programme, Question, RequiredPaper, Stage

SPROUT_STAGES = [
    (
        "paper",
        100,
        [
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
        ],
    )
]
RND_STAGES = [
    (
        "presentation",
        100,
        [
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
        ],
    )
]
SPROUT_QUESTIONS = [
    (
        "entry",
        "long",
        "신산업 진출 배경과 목표",
        "지금 하는 일과, 새 분야에서 하려는 일을 적어 주세요.",
        True,
        2000,
    ),
    (
        "strength",
        "long",
        "보유한 핵심기술과 인력",
        "특허, 인증, 전담부서, 숙련기술자를 적어 주세요.",
        True,
        2000,
    ),
    ("automation", "long", "공정 첨단화 계획", "현재 수준과 목표를 수치로 적어 주세요.", True, 2000),
    ("demand", "long", "수요기업과 판로", "협의 중이거나 납품하는 기업과 품목을 적어 주세요.", True, 2000),
    ("hiring", "number", "3년간 새로 뽑을 인원(명)", "", True, 6),
    ("restructuring", "yes_no", "사업재편계획 승인을 받았습니까?", "", True, 5),
    ("remarks", "long", "그 밖에 알리고 싶은 것", "", False, 1000),
]
RND_QUESTIONS = [
    ("need", "long", "기술개발의 필요성과 차별성", "기존 과제·기술과 무엇이 다른지 적어 주세요.", True, 2000),
    ("goal", "long", "최종목표와 정량지표", "지표마다 단위, 목표값, 평가방법을 적어 주세요.", True, 2000),
    ("method", "long", "개발방법과 추진체계", "", True, 2000),
    ("market", "long", "수요기업과 사업화 계획", "", True, 2000),
    ("leader", "text", "연구책임자 소속과 직위", "이름과 연락처는 적지 않습니다.", True, 100),
    ("months", "number", "개발기간(개월)", "", True, 3),
]
SPROUT_PAPERS = [
    ("D01", "사업계획서", "HWP, HWPX, PDF", True),
    ("D02", "사업자등록증명", "발급일 3개월 이내", True),
    ("D04", "재무제표 최근 2개년", "", False),
    ("D08", "뿌리기업 확인서", "기존 뿌리기업은 제출해 주세요.", False),
    ("D12", "수요기업 구매의향서", "", False),
]
RND_PAPERS = [
    ("D01", "연구개발계획서", "HWP, HWPX, PDF", True),
    ("D02", "사업자등록증명", "발급일 3개월 이내", True),
    ("D11", "참여의사확인서", "공동기관이 있을 때", False),
    ("D12", "수요기업 확약서", "", False),
]
KINDS = {"D01": ["pdf", "hwp", "hwpx"]}  # the plan is a document, not a picture of one
OUTLINES = {
    Programme.Kind.SPROUT: (SPROUT_STAGES, SPROUT_QUESTIONS, SPROUT_PAPERS),
    Programme.Kind.RND: (RND_STAGES, RND_QUESTIONS, RND_PAPERS),
}


def fill(call):
    """Give a new call the stages, criteria, questions and papers of its programme."""
    stages, questions, papers = OUTLINES[call.programme.kind]
    for ordinal, (kind, weight, groups) in enumerate(stages, 1):
        stage = Stage.objects.create(call=call, ordinal=ordinal, kind=kind, weight=weight)
        for place, (name, floor, criteria) in enumerate(groups, 1):
            group = CriterionGroup.objects.create(stage=stage, ordinal=place, name=name, floor_percent=floor)
            Criterion.objects.bulk_create(
                Criterion(group=group, ordinal=number, name=label, points=points, help=hint)
                for number, (label, points, hint) in enumerate(criteria, 1)
            )
    Question.objects.bulk_create(
        Question(
            call=call,
            ordinal=number,
            code=code,
            kind=kind,
            label=label,
            help=hint,
            required=required,
            max_length=most,
        )
        for number, (code, kind, label, hint, required, most) in enumerate(questions, 1)
    )
    RequiredPaper.objects.bulk_create(
        RequiredPaper(
            call=call,
            ordinal=number,
            code=code,
            name=name,
            help=hint,
            required=required,
            kinds=KINDS.get(code, []),
        )
        for number, (code, name, hint, required) in enumerate(papers, 1)
    )

"""The first contents of the taxonomy (docs/domain.md, "Words of the programme")."""

TECHNOLOGIES = [  # 뿌리산업법 시행령 별표 1, in force from 2021-12-16
    ("base", "T01", "주조", "Casting"),
    ("base", "T02", "금형", "Moulds and dies"),
    ("base", "T03", "소성가공", "Forming"),
    ("base", "T04", "열처리", "Heat treatment"),
    ("base", "T05", "표면처리", "Surface treatment"),
    ("base", "T06", "용접", "Welding"),
    ("materials", "T07", "사출·프레스", "Injection and pressing"),
    ("materials", "T08", "정밀가공", "Precision machining"),
    ("materials", "T09", "적층제조", "Additive manufacturing"),
    ("materials", "T10", "산업용 필름·지류", "Industrial film and paper"),
    ("intelligent", "T11", "로봇", "Robots"),
    ("intelligent", "T12", "센서", "Sensors"),
    ("intelligent", "T13", "산업지능형 SW", "Industrial intelligence software"),
    ("intelligent", "T14", "엔지니어링 설계", "Engineering design"),
]
FIELDS = [  # K-뿌리산업 첨단화 전략, 2023-03-28
    ("F1", "지능형금형", "Intelligent moulds"),
    ("F2", "기가캐스팅", "Giga casting"),
    ("F3", "마이크로 성형", "Micro forming"),
    ("F4", "초고속 열처리", "High-speed heat treatment"),
    ("F5", "친환경 표면처리", "Clean surface treatment"),
    ("F6", "무인용접", "Unmanned welding"),
]
NATURAL = {  # the technologies that a plan of each field usually stands on; ours, after the strategy
    "F1": frozenset({"T02", "T07", "T12", "T13"}),
    "F2": frozenset({"T01", "T02", "T03"}),
    "F3": frozenset({"T03", "T08", "T09", "T10"}),
    "F4": frozenset({"T04", "T14"}),
    "F5": frozenset({"T05", "T10"}),
    "F6": frozenset({"T06", "T11", "T12", "T13"}),
}
INDUSTRIES = [
    ("D01", "자동차", "Automobiles"),
    ("D02", "반도체", "Semiconductors"),
    ("D03", "조선", "Shipbuilding"),
    ("D04", "항공우주", "Aerospace"),
    ("D05", "바이오·의료", "Bio and medical"),
    ("D06", "기계", "Machinery"),
    ("D07", "이차전지", "Secondary batteries"),
    ("D08", "가전·전자", "Home appliances and electronics"),
    ("D09", "방산", "Defence"),
]
PILLARS = [("P1", "기업", "Firms"), ("P2", "투자", "Investment"), ("P3", "시스템", "System")]
LONG_AGO = "2000-01-01"
REGIONS = [  # administrative codes; code, name, English, capital area, from, to
    ("11", "서울", "Seoul", True, LONG_AGO, None),
    ("26", "부산", "Busan", False, LONG_AGO, None),
    ("27", "대구", "Daegu", False, LONG_AGO, None),
    ("28", "인천", "Incheon", True, LONG_AGO, None),
    ("29", "광주", "Gwangju", False, LONG_AGO, "2026-06-30"),
    ("30", "대전", "Daejeon", False, LONG_AGO, None),
    ("31", "울산", "Ulsan", False, LONG_AGO, None),
    ("36", "세종", "Sejong", False, "2012-07-01", None),
    ("41", "경기", "Gyeonggi", True, LONG_AGO, None),
    ("42", "강원도", "Gangwon Province", False, LONG_AGO, "2023-06-10"),
    ("51", "강원", "Gangwon", False, "2023-06-11", None),
    ("43", "충북", "Chungbuk", False, LONG_AGO, None),
    ("44", "충남", "Chungnam", False, LONG_AGO, None),
    ("45", "전라북도", "Jeollabuk Province", False, LONG_AGO, "2024-01-17"),
    ("52", "전북", "Jeonbuk", False, "2024-01-18", None),
    ("46", "전남", "Jeonnam", False, LONG_AGO, "2026-06-30"),
    ("12", "전남광주", "Jeonnam-Gwangju", False, "2026-07-01", None),
    ("47", "경북", "Gyeongbuk", False, LONG_AGO, None),
    ("48", "경남", "Gyeongnam", False, LONG_AGO, None),
    ("50", "제주", "Jeju", False, LONG_AGO, None),
]
KSIC = [
    ("KSIC10", "한국표준산업분류 제10차", "KSIC revision 10", "2017-07-01", "2024-06-30"),
    ("KSIC11", "한국표준산업분류 제11차", "KSIC revision 11", "2024-07-01", None),
]
PAPER_KINDS = [  # code, name, English, how long one is valid (docs/domain.md, papers)
    ("D02", "사업자등록증명", "Certificate of business registration", {"valid_months": 3}),
    ("D03", "법인등기사항전부증명서", "Certificate of corporate registration", {"valid_months": 3}),
    ("D04", "재무제표", "Financial statements", {}),
    ("D05", "국세 납세증명서", "Certificate of national tax payment", {"valid_days": 30}),
    ("D06", "지방세 납세증명서", "Certificate of local tax payment", {"valid_days": 30}),
    ("D07", "4대보험 사업장 가입자명부", "List of insured employees", {}),
    ("D08", "뿌리기업 확인서", "Certificate of a root firm", {"valid_months": 36}),
    ("D09", "중소기업·중견기업 확인서", "Certificate of the firm's size", {"valid_until": "03-31"}),
    ("D10", "공장등록증명서", "Certificate of factory registration", {}),
    ("D16", "가점 증빙", "Proof for bonus points", {}),
    ("D19", "기업부설연구소·전담부서 인정서", "Certificate of a research institute or department", {}),
]


def load(apps, schema_editor):
    """Fill the empty tables of the taxonomy; called by a migration with its own models."""

    def fill(model, rows):
        table = apps.get_model("applications", model)
        table.objects.bulk_create(table(ordinal=number, **row) for number, row in enumerate(rows, 1))

    fill(
        "RootTechnology",
        [
            {"group": group, "code": code, "name": name, "name_en": english, "valid_from": "2021-12-16"}
            for group, code, name, english in TECHNOLOGIES
        ],
    )
    for model, rows, begun in (
        ("IndustryField", FIELDS, "2023-03-28"),
        ("DemandIndustry", INDUSTRIES, "2023-03-28"),
        ("Pillar", PILLARS, "2023-03-28"),
    ):
        fill(model, [{"code": c, "name": n, "name_en": e, "valid_from": begun} for c, n, e in rows])
    fill(
        "Region",
        [
            {
                "code": c,
                "name": n,
                "name_en": e,
                "capital_area": capital,
                "valid_from": begun,
                "valid_to": ended,
            }
            for c, n, e, capital, begun, ended in REGIONS
        ],
    )
    fill(
        "IndustryCodeVersion",
        [{"code": c, "name": n, "name_en": e, "valid_from": b, "valid_to": t} for c, n, e, b, t in KSIC],
    )


def load_paper_kinds(apps, schema_editor):
    """The kinds of papers that firms keep; a migration of their own."""
    table = apps.get_model("applications", "PaperKind")
    table.objects.bulk_create(
        table(code=code, name=name, name_en=english, ordinal=number, valid_from=LONG_AGO, **validity)
        for number, (code, name, english, validity) in enumerate(PAPER_KINDS, 1)
    )

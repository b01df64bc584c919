"""What the applications of the demonstration are made of: one password, a file, a notice, costs, answers."""

from applications.calls.declared import PROJECTS

PASSWORD = "rootgrants-demo-2026"
PDF = (  # an empty page
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\n"
    b"xref\n0 4\n0000000000 65535 f \n0000000009 00000 n \n0000000052 00000 n \n0000000101 00000 n \n"
    b"trailer<</Size 4/Root 1 0 R>>\nstartxref\n164\n%%EOF\n"
)
NOTICE = (
    "1. 사업개요\n뿌리 신산업 6대 분야에 진출하는 기업을 선정해 육성합니다. (시연용 가상 공고)\n\n"
    "2. 신청자격\n뿌리기업 또는 사업재편·전환·벤처 기업\n\n3. 평가절차\n요건검토 → 평가 → 종합심의 → 결과통보\n\n"
    "4. 이의신청\n결과를 통보받은 날부터 10일 이내\n\n5. 문의처\n뿌리첨단화 사업담당(가상) 02-000-0000"
)
COSTS = {  # of an R&D project: 800,000,000 won, of it 60,000,000 own cash and 260,000,000 in kind
    "requested": 480_000_000,
    "personnel_cash": 250_000_000,
    "personnel_in_kind": 200_000_000,
    "equipment_in_kind": 60_000_000,
    "materials_cash": 150_000_000,
    "activities_cash": 70_000_000,
    "allowance_cash": 30_000_000,
    "indirect_cash": 40_000_000,
}


def owner_of(firm):
    return firm.members.get(right="owner").user


def answer_to(question, firm):
    """A fictional answer of a firm, of the kind that the question asks for."""
    match question.kind:
        case "choice":
            return question.options[1][0]
        case "choices":
            return [code for code, _label in question.options[:2]]
        case "table":
            return [
                {
                    code: f"가상 {label} {number}"
                    if kind == "text"
                    else number * (1 if code == PROJECTS else 30)
                    for code, label, kind in question.options
                }
                for number in (1, 2)
            ]
    plain = {
        "number": 6,
        "won": 1_200_000_000,
        "date": "2025-11-03",
        "yes_no": "no",
        "text": "기술연구소 책임",
    }
    return plain.get(
        question.kind, f"{firm.name}의 {question.label}: 단계별 목표와 수치를 갖춘 가상의 답변입니다."
    )

"""Cases at the edge of screening, for the demonstration: debts, a certificate that ends too early, taxes, a firm that closed, names, numbers."""

import unicodedata
from datetime import timedelta
from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile
from xlsxwriter import Workbook

from applications.firms import actions as firms
from applications.firms.actions import figures, vault
from applications.firms.actions.standing import note_standing
from applications.firms.importing import FIRMS
from applications.firms.rules.figures import years_open
from applications.firms.taxoffice import answer_of
from applications.intake import actions as intake
from applications.kernel import clock, importing
from applications.kernel.taxonomy import PaperKind
from applications.management.taxoffice import fictional, row_of
from applications.permissions import TIMETABLE

RESIDENT_NUMBER = "000101-3000000"  # fictional
DEBTS = (640, 512)  # percent of the equity, latest year first


def load(house, today):
    """A call that closed a week ago, with an application for each case. house: the Demonstration."""
    closes = today - timedelta(days=7)
    call = house.call(
        house.sprout, house.year, today - timedelta(days=45), closes,
        title=f"{house.year}년도 뿌리 신산업 새싹기업 추가 선정 공고 (가상)", seats=3,
    )  # fmt: skip
    decomposed, renamed, hot, spotted, taxed, indebted, ended = (
        house.firms[number - 1] for number in (6, 21, 19, 22, 25, 37, 40)
    )
    when = clock.kst(closes.year, closes.month, closes.day, 15)
    with clock.at(when):
        debts_of(house, indebted)
        house.submit(call, indebted, when)
        with_paper(
            house,
            call,
            decomposed,
            "D01",
            unicodedata.normalize("NFD", "사업계획서(가상).pdf"),
            page("사업계획"),
        )
        with_paper(house, call, spotted, "D01", "사업계획서(가상).pdf", page(f"ID {RESIDENT_NUMBER}"))
        ends_early(house, call, hot, closes)
        application = house.submit(call, taxed, when, undated=("D06",))
        house.submit(call, renamed, when)
        house.submit(call, ended, when)
    owner = renamed.members.get(right="owner").user
    with clock.at(when + timedelta(days=1)):
        firms.edit(renamed, technologies=renamed.technologies.all(), name="(주)라온열처리홀딩스", by=owner)
    in_arrears(house, application, when)
    told_by_the_tax_office([indebted, ended, renamed], when)
    list_of_firms(house)


def debts_of(house, firm):
    """Two closed years with debts above five times the equity (E08)."""
    owner, equity = firm.members.get(right="owner").user, 100_000_000
    years = years_open(founded_on=firm.founded_on, today=clock.today())
    for year, percent in zip(years, DEBTS, strict=False):
        figures.set_figures(
            firm, year=year, sales_krw=firm.sales_krw, exports_krw=0, employees=firm.employees, rnd_krw=firm.sales_krw // 3,
            equity_krw=equity, liabilities_krw=equity * percent // 100, current_assets_krw=equity,
            current_liabilities_krw=equity, by=owner,
        )  # fmt: skip


def with_paper(house, call, firm, code, name, content):
    """An application in which this paper is this file."""
    draft, owner = house.fill(call, firm, clock.now())
    paper = call.papers.get(code=code)
    intake.add_paper(draft, paper=paper, upload=SimpleUploadedFile(name, content), by=owner, now=clock.now())
    intake.submit(draft, by=owner, arrived_at=clock.now())


def ends_early(house, call, firm, closes):
    """The root-firm certificate ends two days before the close (E03, E16)."""
    draft, owner = house.fill(call, firm, clock.now())
    kept = vault.keep(
        firm, kind=PaperKind.objects.get(code="D08"), issued_on=closes - timedelta(days=1097), number="가상-뿌리-19",
        expires_on=closes - timedelta(days=2), file=SimpleUploadedFile("뿌리기업 확인서(가상).pdf", page("D08")), by=owner,
    )  # fmt: skip
    intake.take_paper(draft, paper=call.papers.get(code="D08"), kept=kept, by=owner, now=clock.now())
    intake.submit(draft, by=owner, arrived_at=clock.now())


def in_arrears(house, application, when):
    """A tax certificate with its day is asked for, does not come, and the director confirms that the application is ruled out (E06)."""
    with clock.at(when + timedelta(days=1)) as now:
        papers = application.call.papers.filter(code="D06")
        intake.request_supplement(
            application, papers=papers, message="납세증명서를 다시 제출해 주세요. (가상)", due_at=now + timedelta(days=2),
            by=house.officer,
        )  # fmt: skip
    with clock.at(when + timedelta(days=4)):
        intake.take_as_is(application, by=house.officer)
        intake.check(
            application, code="E06", outcome="failed", evidence="국세 체납이 확인됨 (가상)", by=house.officer
        )
        intake.propose_exclusion(
            application, code="E06", reason="국세 체납이 확인됨 (가상)", by=house.officer
        )
    with clock.at(when + timedelta(days=5)):
        intake.answer_exclusion(application, confirmed=True, by=house.director)


def told_by_the_tax_office(found, when):
    """What the register says of these firms: one is suspended, one closed (E01)."""
    numbers = [firm.business_number for firm in found]
    answers = {number: answer_of(row_of(number, *fictional(number))) for number in numbers}
    with clock.at(when + timedelta(days=1)):
        note_standing(found, answers, by=TIMETABLE)


def list_of_firms(house):
    """A workbook that an officer has brought in and not confirmed yet: one row is new, one has a wrong check digit."""
    row = [
        "999-88-80207", "(주)가상기업 명부", "대표 가상", "", "2015-03-02", "small", "root", "경기", "가상로 1", "031-000-0000",
        "25914", "금형", "지능형금형", "자동차", "12", "3,400,000,000",
    ]  # fmt: skip
    file = BytesIO()
    book = Workbook(file)
    sheet = book.add_worksheet(str(FIRMS.title))
    sheet.write_row(0, 0, [str(one.label) for one in FIRMS.fields])
    sheet.write_row(1, 0, row)
    sheet.write_row(2, 0, ["999-81-10377", *row[1:]])
    book.close()
    upload = SimpleUploadedFile("기업명부(가상).xlsx", file.getvalue())
    importing.begin(FIRMS, upload=upload, reason="협회가 보낸 명부 (가상)", by=house.officer)


def page(text):
    """A PDF of one page that says this."""
    words = text.encode("ascii", "ignore")
    stream = b"BT /F1 12 Tf 72 720 Td (%s) Tj ET" % words
    parts = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    content, places = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(content))
        content += b"%d 0 obj%s\nendobj\n" % (number, part)
    xref = b"".join(b"%010d 00000 n \n" % place for place in places)
    return content + b"xref\n0 6\n0000000000 65535 f \n%strailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (
        xref, len(content),
    )  # fmt: skip

"""The whole way through the programme in Korean, by clicking only: from an empty house to a seat and a first payment."""

import io
import re

import pytest
import time_machine
from django.core.management import call_command
from django.utils import translation
from playwright.sync_api import expect

from applications.accounts.models import Role
from applications.intake.rules import PLEDGES
from applications.kernel import clock
from applications.portal.tasks import carry_imports_on
from applications.review.importing import REVIEWERS as SHEET
from applications.review.pledges import PLEDGE
from tests.browser import said
from tests.fixtures import hwp, hwpx, pdf
from tests.world import workbook

PASSWORD = "a-long-password-77"
PREPARING, OPEN, CLOSED = (
    clock.kst(2027, 1, 4, 9, 5),
    clock.kst(2027, 1, 5, 10),
    clock.kst(2027, 1, 20, 18, 30),
)
STAFF = {
    "officer@agency.example": ("주무관 가온", Role.OFFICER),
    "officer2@agency.example": ("주무관 나래", Role.OFFICER),
    "director@agency.example": ("과장 다솜", Role.DIRECTOR),
    "finance@agency.example": ("회계 라온", Role.FINANCE),
    "finance2@agency.example": ("회계 마루", Role.FINANCE),
}
REVIEWERS = {
    f"reviewer{number}@panel.example": f"위원 {name}" for number, name in enumerate("가나다라마바", 1)
}
SPROUT, RND = "2027년 새싹기업 선정 공고", "2027년 첨단뿌리 연구개발 공고"
CALL_FIELDS = {
    "programme year": "2027",
    "opens": "2027-01-05T09:00",
    "closes": "2027-01-20T18:00",
    "places": "3",
}
CALL_TEXTS = {
    "in one sentence": "뿌리 신산업 6대 분야로 나아가는 기업을 찾습니다.",
    "notice": "1. 사업개요\n2. 신청자격\n3. 평가절차",
}
FIRM_FIELDS = {
    "representative": "김가상",
    "business opened on": "2010-03-02",
    "size class": "Small or medium firm",
    "track": "Existing root firm",
    "region": "경남",
    "address": "창원시 성산구 가상로 1",
    "telephone": "055-000-0000",
    "industry code (KSIC)": "25922",
    "new-industry field": "초고속 열처리",
    "main demand industry": "자동차",
    "full-time employees": "42",
    "Sales of last year (won)": "11,800,000,000원",
}
SPROUT_POINTS, RND_POINTS = (15, 15, 10, 15, 10, 10, 10, 10, 5), (10, 15, 10, 5, 15, 10, 10, 10, 5, 5, 5)


def upload(name, content):
    return {"name": name, "mimeType": "application/octet-stream", "buffer": content}


class Journey:
    """Everybody on the way, each with a browser of their own."""

    def __init__(self, street, traveller):
        self.street, self.traveller = street, traveller
        self.secrets = {}  # of the apps that show codes
        self.visitor = street.comes()
        self.postbox = street.comes()

    def letter(self, address, subject):
        """The text of the latest letter to this address under this subject of the catalogue."""
        self.postbox.follow("Letters of the demonstration")
        self.postbox.enter({"To": address}).press("Search")
        parts = re.split(r"%\(\w+\)s", said(subject))
        self.postbox.follow(re.compile(".*".join(map(re.escape, parts))))
        return self.postbox.page.locator(".letter").inner_text()

    def comes_again(self, email):
        """Somebody signs in; who has an app gives the code that it shows."""
        person = self.street.comes()
        person.sign_in(email, PASSWORD)
        return person.types_the_code_of(self.secrets[email]) if email in self.secrets else person

    def accepts_the_invitation(self, email):
        """Somebody opens the letter, chooses a password and signs in for the first time."""
        person = self.street.comes()
        person.follow("Letters of the demonstration")
        person.follow("[RootGrants] Your account is ready", within=person.row(email))
        person.click("link", re.compile("password.reset.key"))
        person.enter({"New Password": PASSWORD, "New Password (again)": PASSWORD})
        person.press("Change Password")
        return person.sign_in(email, PASSWORD)

    # The house is opened

    def an_administrator_invites_the_staff(self, monkeypatch):
        monkeypatch.setattr("sys.stdin", io.StringIO(PASSWORD + "\n"))
        call_command("create_administrator", "admin@agency.example", name="관리자 바다")
        admin = self.comes_again("admin@agency.example")
        admin.adds_an_app(PASSWORD)
        admin.menu("People")
        for email, (name, role) in STAFF.items():
            admin.follow("Invite a colleague or a reviewer")
            admin.enter({"E-mail": email, "Name": name, "Role": role.label, "Reason": "새로 맡은 일"})
            admin.press("Invite")
            assert said("The invitation is on its way.") in admin.text
        came = {email: self.accepts_the_invitation(email) for email in STAFF}
        self.secrets = {email: person.adds_an_app(PASSWORD) for email, person in came.items()}
        self.officer, self.finance = came["officer@agency.example"], came["finance@agency.example"]

    # The calls

    def an_officer_publishes_two_calls(self):
        officer = self.officer
        finance = self.finance
        finance.menu("Budget")
        finance.follow("Open a budget line")
        finance.enter({"programme": "Root-industry R&D", "year": "2027", "name": "첨단뿌리 연구개발"})
        finance.enter({"Cap (won)": "3,000,000,000"}).press("Open the line")
        money = {
            "budget line": "2027 첨단뿌리 연구개발",
            "Budget of the call (won)": "1,500,000,000",
            "Ceiling of one grant (won)": "600,000,000",
        }
        for programme, title, more in [
            ("Selection of sprout companies", SPROUT, {}),
            ("Root-industry R&D", RND, money),
        ]:
            officer.menu("Calls")
            officer.follow("Prepare a call")
            officer.enter({"programme": programme, "title": title, **CALL_FIELDS}).press("Begin the call")
            assert (
                said("A notice of less than %(days)d days needs a reason (decree, article 9).", days=30)
                in officer.text
            )
            officer.follow(re.compile("【 】")).enter(CALL_TEXTS).press("Save")
            officer.follow("A notice of less than %(days)d days needs a reason (decree, article 9).", days=30)
            officer.enter({"reason for less than 30 days": "연내 집행을 위한 긴급 공고"}).press("Save")
            if more:
                officer.follow("Money").enter(more).press("Save")
            officer.press("Publish the call")
            assert said("The call is published.") in officer.text
        self.visitor.menu("Calls")
        assert SPROUT in self.visitor.text and RND in self.visitor.text

    # Two firms apply

    def two_firms_sign_up_and_register(self):
        self.traveller.move_to(OPEN)
        self.sprout = self.signs_up("sprout@firm.example", "박새싹")
        self.registers(self.sprout, "110-81-00062", "(주)가온열처리", "열처리")
        self.rnd = self.signs_up("rnd@firm.example", "이연구")
        self.registers(self.rnd, "110-81-00010", "(주)나래금형", "금형")

    def signs_up(self, email, name):
        person = self.street.comes(email)
        person.follow("Sign up", within=person.page.get_by_role("banner"))
        person.enter({"Email": email, "Name": name, "Password": PASSWORD, "Password (again)": PASSWORD})
        person.enter(
            {
                "I agree to the terms of use (required)": True,
                "I agree to the collection and use of my personal data (required)": True,
            }
        )
        person.press("Sign Up")
        code = re.search(r"^[A-Z0-9-]{6,9}$", self.postbox.reads_letter(email, "이메일"), re.MULTILINE)[0]
        person.enter({"Code": code}).press("Confirm")
        return person

    def registers(self, person, number, name, technology):
        person.follow("Register a firm")
        person.enter({"Business registration number": "110-81-00063", "firm name": name, **FIRM_FIELDS})
        person.tick(technology).press("Register the firm")
        assert person.page.get_by_role("alert").inner_text().count("110-81") == 0
        assert (
            said("This is not a valid business registration number. Please check the ten digits.")
            in person.text
        )
        person.enter({"Business registration number": number}).press("Register the firm")
        assert said("Your firm is registered. You can apply now.") in person.text

    def begins(self, person, title):
        person.follow("See the calls")
        person.follow(title)
        person.press("Apply")
        person.follow("Check and submit")
        assert person.page.get_by_role("button", name=said("Submit the application")).count() == 0

    def mends_a_gap(self, person, what):
        person.follow(said("Missing: %(what)s", what=said(what)))

    def two_firms_apply(self):
        self.begins(self.sprout, SPROUT)
        assert said("Missing: %(what)s", what="사업계획서") in self.sprout.text
        self.mends_a_gap(self.sprout, "title of the plan")
        self.plans(self.sprout)
        self.sprout.press("Save and continue")  # no demand company
        for question in (
            "신산업 진출 배경과 목표",
            "보유한 핵심기술과 인력",
            "공정 첨단화 계획",
            "수요기업과 판로",
        ):
            self.sprout.enter({question: "초고속 열처리 공정을 새로 세워 자동차 부품에 씁니다."})
        self.sprout.press("Save and continue")
        self.sprout.enter({"3년간 새로 뽑을 인원(명)": "7"}).tick("No").press("Save and continue")
        self.declares(self.sprout)
        self.sprout.press("Save and continue")  # no bonus is claimed
        self.adds(self.sprout, "사업계획서", "사업계획서.hwpx", hwpx())
        self.adds(self.sprout, "사업자등록증명", "사업자등록증명.pdf", pdf())
        self.adds(self.sprout, "뿌리기업 확인서", "확인서.pdf", pdf())
        self.adds(self.sprout, "공장등록증명서", "공장등록증명서.pdf", pdf())
        self.certifies(self.sprout)
        self.pledges(self.sprout)

        self.begins(self.rnd, RND)
        self.costs(self.rnd)
        self.names_partners(self.rnd)
        for question in (
            "기술개발의 필요성과 차별성",
            "최종목표와 정량지표",
            "개발방법과 추진체계",
        ):
            self.rnd.enter({question: "금형에 센서를 넣어 온도를 1도 안으로 지킵니다."})
        self.rnd.tick("시제품이 있습니다").press("Save and continue")
        self.rnd.enter(
            {
                "수요기업과 사업화 계획": "자동차 부품 두 곳과 협의합니다.",
                "개발을 마친 뒤 3년간의 매출 목표(원)": "5,000,000,000",
            }
        )
        self.rnd.press("Save and continue")
        self.rnd.enter({"연구책임자 소속과 직위": "기술연구소 소장", "개발기간(개월)": "24"})
        self.denies(self.rnd, "이 과제와 같거나 비슷한 과제로", "연구책임자가 지금 다른 국가연구개발과제의")
        self.rnd.press("Save and continue")
        self.declares(self.rnd)
        self.rnd.press("Save and continue")
        self.adds(self.rnd, "연구개발계획서", "연구개발계획서.pdf", pdf())
        self.adds(self.rnd, "사업자등록증명", "사업자등록증명.pdf", pdf())
        self.adds(self.rnd, "뿌리기업 확인서", "확인서.pdf", pdf())
        self.adds(self.rnd, "공장등록증명서", "공장등록증명서.pdf", pdf())
        self.certifies(self.rnd)
        self.adds(self.rnd, "수요기업 확약서", "확약서.hwp", hwp())
        self.pledges(self.rnd)
        self.mends_a_gap(self.rnd, "title of the plan")
        self.plans(self.rnd)
        self.the_other_firm_confirms_as_its_demand_company()

    def declares(self, person):
        """What keeps a firm out is asked in a part of its own."""
        self.denies(
            person, "부도·채무불이행 상태이거나", "국가연구개발사업 참여제한 중인", "임금체불 사업주 명단이나"
        )
        person.tick("외부감사 대상이 아님").press("Save and continue")

    def denies(self, person, *questions):
        for question in questions:
            group = person.page.get_by_role("group", name=question)
            group.get_by_role("radio", name=said("No"), exact=True).check()

    def costs(self, person):
        """Costs by item; the table adds itself up, and what does not fit is saved and said."""
        self.mends_a_gap(person, "cost items")
        cell = "%(item)s, %(manner)s"
        for item, manner, krw in [
            ("Personnel", "In cash", "500,000,000"),
            ("Personnel", "In kind", "200,000,000"),
            ("Facilities and equipment", "In kind", "60,000,000"),
            ("Indirect cost", "In cash", "40000000"),
        ]:
            person.enter({said(cell, item=said(item), manner=said(manner)): krw})
        person.enter({"Grant asked for (won)": "700,000,000"})
        sums = person.page.locator("tfoot [data-sum]").all_inner_texts()
        assert sums == ["540,000,000", "260,000,000", "800,000,000"]
        person.press("Save and continue")
        person.follow("Previous")
        assert said("The ceiling of this call is %(krw)s won.", krw="600,000,000") in person.text
        person.enter({"Grant asked for (won)": "480,000,000"})
        person.page.get_by_text(said("Own share in cash")).first.click()
        person.page.locator(".panel-warning").wait_for(state="detached")
        assert "60,000,000" in person.page.locator("#id_own_cash").inner_text()
        person.press("Save and continue")

    def names_partners(self, person):
        """The other firm is named as the demand company and confirms in its own account."""
        person.enter({"Name of the demand company": "(주)가온열처리", "Item in demand": "금형 온도 제어"})
        person.enter({"Business registration number (optional)": "110-81-00062"}).press("Save and continue")
        assert "(주)가온열처리" not in person.text  # nobody is asked before there is a title

    def the_other_firm_confirms_as_its_demand_company(self):
        self.rnd.follow("Check and submit")
        gap = said("%(name)s is not asked yet: please save this section.", name="(주)가온열처리")
        self.rnd.follow(gap)
        self.rnd.press("Save and continue")
        assert (
            said("Asked to confirm in their own account: %(names)s.", names="(주)가온열처리") in self.rnd.text
        )
        self.sprout.menu("My page")
        self.sprout.follow("See what is asked")
        assert "초고속 공정 실증" in self.sprout.text and "480,000,000" not in self.sprout.text
        self.sprout.press("Confirm our part")
        assert "(주)가온열처리" in self.postbox.reads_letter(
            "rnd@firm.example", "[Confirmed] %(partner)s takes part"
        )
        self.sprout.menu("My applications")
        self.sprout.follow(SPROUT)
        self.sprout.follow("Check and submit")
        self.rnd.follow("Check and submit")

    def plans(self, person):
        person.enter({"Title": "초고속 공정 실증", "Summary": "공정을 실증하고 양산합니다."})
        person.press("Save and continue")

    def adds(self, person, paper, name, content):
        person.follow(paper)
        person.enter({"File": upload(name, content)}).press("Upload")
        assert said("%(paper)s is uploaded.", paper=paper) in person.text

    def certifies(self, person):
        """What tax offices and the ministry certify, valid on the closing day."""
        for paper in ("국세 납세증명서", "지방세 납세증명서", "중소기업·중견기업 확인서"):
            self.adds(person, paper, f"{paper}.pdf", pdf())

    def pledges(self, person):
        person.follow("Continue")
        person.tick(*map(str, PLEDGES.values())).press("Save and continue")

    def they_hand_in_and_a_third_click_changes_nothing(self):
        self.sprout.confirms(PASSWORD)
        self.rnd.confirms(PASSWORD)
        self.sprout.follow("Back to the overview")
        first, second = self.sprout.page, self.sprout.opens_in_a_tab("Check and submit")
        self.sprout.follow("Check and submit")
        with first.expect_navigation():
            first.get_by_role("button", name=said("Submit the application")).dblclick()
        self.sprout.arrived()
        assert self.sprout.heading == said("Application received")
        assert "SP-2027-0001-1" in self.sprout.text
        receipt = first.url
        self.sprout.page = second
        self.sprout.press("Submit the application")
        assert second.url == receipt
        assert said("Already submitted by %(name)s at %(time)s.").partition("%")[0] in self.sprout.text
        self.rnd.press("Submit the application")
        assert "RD-2027-0001-1" in self.rnd.text
        assert "SP-2027-0001-1" in self.postbox.reads_letter(
            "sprout@firm.example", "[Received] Application %(number)s has been received"
        )

    # Screening

    def staff_screen_them(self):
        self.traveller.move_to(CLOSED)
        self.officer = self.comes_again("officer@agency.example")
        self.officer.follow(re.compile("요건검토|검토 대기|" + said("To be screened")))
        self.officer.follow("SP-2027-0001")
        self.officer.follow("Request a supplement")
        self.officer.enter({"What is to be mended": "날짜가 지난 증명입니다.", "Until": "2027-01-29T18:00"})
        self.officer.tick("사업자등록증명").press("Request the supplement")
        self.officer.menu("Applications")
        self.officer.follow("RD-2027-0001")
        self.officer_finds_it_eligible()

        assert "날짜가 지난 증명입니다." in self.postbox.reads_letter(
            "sprout@firm.example", "[Supplement] Please mend %(number)s item until %(due)s"
        )
        self.sprout = self.comes_again("sprout@firm.example")
        self.sprout.follow(SPROUT)
        self.sprout.follow("Go to what is to be mended")
        self.adds(self.sprout, "사업자등록증명", "새 사업자등록증명.pdf", pdf())
        self.sprout.confirms(PASSWORD)
        self.sprout.press("Hand in the supplement")
        assert "SP-2027-0001-2" in self.sprout.text

        self.officer.menu("Applications")
        self.officer.follow("SP-2027-0001")
        self.officer_finds_it_eligible()

    def officer_finds_it_eligible(self):
        """One rule is decided on alone, those that are left in one go; then nothing keeps the review from beginning."""
        self.officer.follow("Go through the checklist")
        self.officer.follow(re.compile("E12"))
        self.officer.tick("Met").enter({"What it was seen in": "과제 검색에서 같은 과제를 찾지 못했습니다."})
        self.officer.press("Write down")
        self.officer.follow(re.compile("한 번에"))
        self.officer.enter({"What it was seen in": "제출 서류와 공개 명단에서 확인했습니다."})
        self.officer.press("All of these are met")
        self.officer.press("Eligible: open the review")

    # Review

    def an_officer_invites_six_reviewers_by_a_file(self):
        officer = self.officer
        officer.menu("Reviews")
        officer.follow("Reviewers")
        officer.follow("Import from Excel")
        officer.follow("Upload a filled template")
        rows = [
            [email, name, "가상대학교", "", "", "", "학계", "경남", "열처리, 금형", "", "", ""]
            for email, name in REVIEWERS.items()
        ]  # fmt: skip
        with translation.override("ko"):
            head = [str(field.label) for field in SHEET.fields]
            file = workbook(str(SHEET.title), [head, *rows])
        officer.enter({"Filled template (XLSX)": upload("평가위원.xlsx", file.read())})
        officer.enter({"Reason": "2027년 평가위원 후보"}).press("Upload and check")
        carry_imports_on()  # as the timetable does
        officer.follow("Refresh now")
        officer.click("button", re.compile(str(len(rows))))
        carry_imports_on()
        officer.follow("Refresh now")
        assert officer.text.count(said("Written")) >= len(rows)

    def six_reviewers_each_are_asked(self):
        for number in ("SP-2027-0001", "RD-2027-0001"):
            self.officer.menu("Reviews")
            self.officer.follow(number)
            self.officer.tick(*REVIEWERS.values()).press("Ask the chosen reviewers")
            assert self.officer.page.get_by_role("button", name=said("Close the review")).is_disabled()

    def one_stands_in_a_conflict_and_five_hand_in(self):
        for place, email in enumerate(REVIEWERS):
            reviewer = self.accepts_the_invitation(email)
            if place == 0:
                reviewer.follow("My expertise")
                reviewer.press("Save: this is true today")
                assert said("The profile is saved.") in reviewer.text
            for number, points in (("SP-2027-0001", SPROUT_POINTS), ("RD-2027-0001", RND_POINTS)):
                reviewer.menu("My reviews")
                reviewer.follow(number)
                assert "초고속 열처리 공정을" not in reviewer.text
                reviewer.tick(PLEDGE)
                if place == 5:
                    reviewer.page.get_by_role("radio", name=re.compile("^C2 ")).check()
                    reviewer.press("Declare")
                    assert number not in reviewer.text
                    continue
                reviewer.tick("No, none of these applies to me").press("Declare")
                self.scores(reviewer, points, less=11 + place)

    def scores(self, reviewer, points, *, less):
        boxes = reviewer.page.get_by_role("spinbutton").all()
        for box, most, ordinal in zip(boxes, points, range(len(points)), strict=True):
            box.fill(str(most - less if ordinal == points.index(15) else most))
        # the server counts, once the sheet has saved itself
        expect(reviewer.page.locator("[data-live='total']")).to_contain_text(f"{100 - less} / 100")
        reviewer.enter(
            {
                "Strengths": "공정 기술이 앞서 있습니다.",
                "Points to mend": "판로 계획을 더 적어야 합니다.",
                "Overall opinion": "지원할 만한 계획입니다.",
            }
        )
        reviewer.press("Read back and hand in")
        assert f"{100 - less}" in reviewer.text
        reviewer.press("Hand in the sheet")

    # Decision

    def the_list_is_ranked_proposed_and_approved_by_another(self):
        officer = self.officer
        officer.menu("Reviews")
        officer.follow("SP-2027-0001")
        assert "87.00" in officer.text  # five totals, 85 to 89, without the best and the worst
        officer.press("Close the review")
        officer.menu("Reviews")
        officer.page.get_by_role("search").get_by_label(said("Call"), exact=True).select_option(
            label="RC-2027-R01 " + RND
        )
        officer.press("Search", within=officer.page.get_by_role("main"))
        officer.press("Close all reviews that have their sheets")
        second = self.comes_again("officer2@agency.example")
        for number in ("RC-2027-S01", "RC-2027-R01"):
            officer.menu("Decisions")
            officer.follow(number)
            officer.follow("Propose the result list")
            officer.enter({"Reason and remarks of the committee": "종합심의 결과와 같음"}).press(
                "Propose this list"
            )
            assert officer.page.get_by_role("button", name=said("Approve the list")).count() == 0
            second.menu("Decisions")
            second.row(number).get_by_role("link").last.click()
            second.page.wait_for_load_state()
            second.arrived().press("Approve the list")
        self.sprout.menu("My applications")
        self.sprout.follow(SPROUT)
        assert said("See the result") not in self.sprout.text
        self.postbox.follow("Letters of the demonstration")
        assert said("[Result] %(call)s: your result").partition("%")[0] not in self.postbox.text

    def the_results_are_published_and_the_firms_are_told(self):
        for number in ("RC-2027-S01", "RC-2027-R01"):
            self.officer.menu("Decisions")
            self.officer.row(number).get_by_role("link").last.click()
            self.officer.page.wait_for_load_state()
            self.officer.arrived().follow("Publish the result")
            self.officer.press("Publish")
        assert said("Result: selected") in self.postbox.reads_letter(
            "sprout@firm.example", "[Result] %(call)s: your result"
        )
        self.sprout.menu("My applications")
        self.sprout.follow(SPROUT)
        self.sprout.follow("See the result")
        assert "87.00" in self.sprout.text

    # After

    def a_seat_is_taken_and_counted(self):
        self.visitor.menu("The hundred")
        assert "0 / 100" in self.visitor.text
        self.officer.menu("Cohort")
        self.officer.press(said("Give %(firm)s a seat", firm="(주)가온열처리"))
        self.visitor.menu("The hundred")
        assert "1 / 100" in self.visitor.text
        assert "(주)가온열처리" in self.postbox.reads_letter(
            "sprout@firm.example", "[Designation] Designated as a sprout company: %(number)s"
        )
        self.sprout.menu("My applications")
        self.sprout.follow(SPROUT)
        self.sprout.follow("See the result")
        for document in ("Notice of the result (PDF)", "Certificate of designation %(number)s (PDF)"):
            words = re.escape(said(document).partition("%")[0])
            link = self.sprout.page.get_by_role("link", name=re.compile(words)).get_attribute("href")
            assert self.sprout.page.request.get(self.street.address + link).body().startswith(b"%PDF")

    def the_agreement_is_signed_by_both_sides(self):
        officer, firm = self.officer, self.rnd
        officer.menu("Agreements")
        officer.follow("Draft the agreement")
        officer.enter({"Begins": "2027-02-01", "Ends": "2029-01-31"}).press("Save the terms")
        officer.press("Offer it to the firm")
        assert "AG-2027-0001" in self.postbox.reads_letter(
            "rnd@firm.example", "[Agreement] Please sign the agreement until %(day)s"
        )
        firm = self.rnd = self.comes_again("rnd@firm.example")
        firm.follow("AG-2027-0001")
        director = self.comes_again("director@agency.example")
        director.menu("Agreements")
        director.follow("AG-2027-0001")
        for person in (firm, director):
            person.follow("Sign")
            person.enter({"I have read the agreement and sign it for my side.": True, "Password": PASSWORD})
            person.press("Sign")
        assert said("Both sides have signed: the agreement is in force.") in director.text

    def the_first_instalment_is_paid_by_four_people(self):
        firm, self.finance = self.rnd, self.comes_again("finance@agency.example")
        firm.menu("My page")
        firm.follow("AG-2027-0001")
        firm.follow("Request an instalment")
        firm.press("Request the instalment")
        assert "288,000,000" in firm.text
        for person in (self.officer, self.finance):
            person.menu("Payments")
            person.follow("PY-2027-0001-1")
            person.press("Verify" if person is self.officer else "Approve")
        assert self.finance.page.get_by_role("link", name=said("Record as paid"), exact=True).count() == 0
        second = self.comes_again("finance2@agency.example")
        second.menu("Payments")
        second.follow("PY-2027-0001-1")
        second.follow("Record as paid")
        second.press("Record as paid")
        assert said("The payment is recorded and the firm is told.") in second.text
        assert "288,000,000" in self.postbox.reads_letter(
            "rnd@firm.example", "[Grant] Instalment %(tranche)s of %(krw)s won has been paid"
        )
        firm.menu("My page")
        firm.follow("AG-2027-0001")
        assert said("Paid") in firm.row("PY-2027-0001-1").inner_text()


@pytest.mark.browser
def test_from_an_empty_house_to_a_seat_and_a_first_payment(street, monkeypatch, settings):
    settings.STAFF_SECOND_FACTOR = True
    with time_machine.travel(PREPARING, tick=True) as traveller:
        journey = Journey(street, traveller)
        journey.an_administrator_invites_the_staff(monkeypatch)
        journey.an_officer_publishes_two_calls()
        journey.two_firms_sign_up_and_register()
        journey.two_firms_apply()
        journey.they_hand_in_and_a_third_click_changes_nothing()
        journey.staff_screen_them()
        journey.an_officer_invites_six_reviewers_by_a_file()
        journey.six_reviewers_each_are_asked()
        journey.one_stands_in_a_conflict_and_five_hand_in()
        journey.the_list_is_ranked_proposed_and_approved_by_another()
        journey.the_results_are_published_and_the_firms_are_told()
        journey.a_seat_is_taken_and_counted()
        journey.the_agreement_is_signed_by_both_sides()
        journey.the_first_instalment_is_paid_by_four_people()
    assert street.complaints == []

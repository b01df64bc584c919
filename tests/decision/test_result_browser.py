"""From the sheets of a call to what everybody reads of its result, by clicking only: the bonus seen in its paper, the committee,
the list, the letters, the certificate, an appeal, a place given up, who comes up, and the public figures."""

import io
import re
from datetime import timedelta

import pytest
import time_machine
from pypdf import PdfReader

from applications.decision.tasks import carry_resamplings_on, report_fairness
from applications.kernel import clock
from tests.browser import said
from tests.decision.contested import results
from tests.world import AFTER, NUMBERS

MINUTES = "순위를 위에서부터 검토하고 아래와 같이 의결함. (시험)"
CONTRACT = "수요기업의 구매 확약이 있음"
OPINION = "공정 기술이 앞서 있고 수요처가 분명합니다. (시험)"
TO_IMPROVE = "양산 일정을 분기마다 나누어 적기 바랍니다. (시험)"
CONFIRMED = clock.kst(2027, 1, 10, 9)  # nobody can appeal any more
# Looked at in tests/test_journey.py.
KNOWN = {
    "calls:detail", "calls:list", "cohort:desk", "decision:desk", "decision:proposal", "decision:propose", "decision:publish",
    "decision:ranking", "decision:result", "intake:detail", "intake:own", "portal:demo_letter", "portal:demo_letters",
    "portal:front", "portal:home", "review:case", "review:desk",
}  # fmt: skip
# Of each plan, by the same three reviewers.
SHEETS = [(96, 98, 97), (84, 88, 92), (79, 85, 91), (80, 84, 88), (78, 83, 88)]


@pytest.fixture
def traveller(street):
    """After the deadline of the call."""
    with time_machine.travel(AFTER, tick=True) as traveller:
        yield traveller


@pytest.fixture
def plans(traveller, world):
    """Five plans with all their sheets; the last one claims a bonus with a paper. Three places, one reserve."""
    call = world.plain_call(with_items=True, reserves=1)
    call.items.exclude(ordinal__in=(2, 10)).delete()
    reviewers = [world.reviewer() for _sheet in range(3)]
    claims = {str(call.items.get(ordinal=2).pk): "확인서 2쪽"}
    plans = [
        world.in_review(call, world.firm(number=NUMBERS[place], name=f"(주)시험{place + 1}"), claims=claims if place == 4 else {})
        for place in range(5)
    ]  # fmt: skip
    for plan, points in zip(plans, SHEETS, strict=True):
        for reviewer, each in zip(reviewers, points, strict=True):
            world.handed_in(plan, each, each, each, reviewer=reviewer)
    return plans


class Way:
    """Everybody on the way, each with a browser of their own, from their own page on."""

    def __init__(self, street, world, plans):
        self.street, self.world, self.plans, street.known = street, world, plans, KNOWN
        self.call = plans[0].call
        self.officer, self.examiner, self.director = map(
            self.comes, (world.officer, world.officer2, world.director)
        )
        self.visitor = street.comes()

    def comes(self, user):
        return self.street.comes_back(user, "/", looked_at=True)

    def firm(self, place):
        """Somebody of the firm of this plan."""
        return self.comes(self.world.owner_of(self.plans[place].firm))

    def case(self, place):
        self.officer.menu("Reviews").follow(self.plans[place].number)
        return self.officer

    def ranking(self):
        return self.officer.menu("Decisions").follow(self.call.number)

    def list_of(self, person):
        """The list of the call that is to be looked at now."""
        person.menu("Decisions").click(
            "link", re.compile("."), within=person.row(self.call.number).get_by_role("cell").last
        )
        return person

    # Before the list

    def an_officer_sees_the_bonus_in_its_paper_and_counts_a_penalty(self):
        """The claim of the last plan is refused by a mistake; the penalty changes the second plan."""
        officer = self.case(4)
        officer.follow(re.compile(said("Decide")), within=officer.row("확인서 2쪽"))
        paper = officer.opens_in_a_tab("Papers of the application")
        assert "가점 증빙" in paper.inner_text("main")
        paper.close()
        officer.tick("It does not count").enter({"Grounds": "확인서의 유효기간이 지남"}).press(
            "Write it down"
        )
        assert said("It does not count") in officer.row("확인서의 유효기간이 지남").inner_text()
        officer = self.case(1)
        penalty = self.call.items.get(ordinal=10).name
        officer.follow(re.compile(said("Decide")), within=officer.row(penalty))
        officer.tick("It counts").enter({"Grounds": "제재 처분 명단에서 확인"}).press("Write it down")

    def the_panel_tells_the_first_firm_what_it_thinks(self):
        officer = self.case(0)
        officer.follow("Write or change").enter(
            {"Opinion of the panel": OPINION, "What to improve": TO_IMPROVE}
        )
        officer.press("Save the opinion").menu("Reviews")
        officer.page.get_by_role("search").get_by_label(said("Call"), exact=True).select_option(
            label=f"{self.call.number} {self.call.title}"
        )
        officer.press("Search", within=officer.page.get_by_role("main"))
        officer.press("Close all reviews that have their sheets")

    def how_firm_the_cut_is_stands_beside_it_and_what_if_changes_nothing(self):
        officer = self.ranking()
        officer.follow("How firm the cut is").press("Work it out")
        carry_resamplings_on()
        officer.follow("Refresh now")
        assert officer.page.get_by_role("img").first.is_visible()
        self.ranking().follow("What if other rules held").enter({"Places": "2"}).press("Try it")
        assert said("They would go out") in officer.text

    def the_committee_meets(self):
        """Four members of whom three are present; the fourth plan is selected before the third."""
        officer = self.ranking().follow("Begin a meeting").enter({"Place of the meeting": "301호"})
        officer.press("Begin the meeting").follow("Attendance")
        for number in (1, 2, 3, 4):
            names = {"number": number}
            officer.enter(
                {
                    said("Name of member %(number)d", **names): f"위원 {number}",
                    said("Affiliation of member %(number)d", **names): "가상대학교",
                }
            )
            if number < 4:
                officer.tick(said("Member %(number)d is present", **names))
        officer.tick(said("Member %(number)s is in the chair", number=1)).press("Save")
        officer.follow("Write a decision down").tick("Selected")
        officer.enter({"Application number": self.plans[3].number, "Reason": CONTRACT})
        officer.page.locator("#id_votes_for").fill("2")
        officer.press("Write the decision down")
        assert CONTRACT in officer.row(self.plans[3].number).inner_text()
        officer.follow("Write the minutes").enter({"Minutes": MINUTES}).press("Save")
        officer.follow("Close the meeting").press("Close the meeting for good")
        assert MINUTES in officer.text

    # The list

    def the_list_is_proposed_approved_and_published(self, *, begin, place, letter, sent_back="", waits=False):
        """begin: what leads to the proposal; place: of a plan whose letter is read before it goes; sent_back: why the first one is; waits: with an instant first."""
        officer = self.ranking().follow(begin).enter({"Reason and remarks of the committee": "의결에 따름"})
        officer.press("Propose this list")
        if sent_back:
            self.list_of(self.director).follow("Send the list back").enter({"Reason": sent_back}).press(
                "Send it back"
            )
            officer = self.ranking()
            assert sent_back in officer.text
            officer.follow(begin).enter({"Reason and remarks of the committee": "의결에 따름"}).press(
                "Propose this list"
            )
        director = self.list_of(self.director).press("Approve the list")
        assert officer.page.get_by_role("button", name=said("Approve the list")).count() == 0
        self.list_of(officer).follow("Publish the result")
        counts = officer.page.locator("dl").first.inner_text()
        officer.follow("The letter of each firm")
        officer.follow(re.compile(said(letter)), within=officer.row(self.plans[place].number))
        assert self.plans[place].number in officer.page.locator(".letter").inner_text()
        if waits:
            self.the_instant_of_the_list_is_set_and_taken_back()
        self.list_of(officer).follow("Publish the result").press("Publish")
        assert said("The result is published and every firm is told.") in officer.text
        return counts, director.text

    def the_instant_of_the_list_is_set_and_taken_back(self):
        officer = self.list_of(self.officer).follow("Publish the result")
        officer.enter({"Publish at": f"{clock.today() + timedelta(days=2)}T09:00"}).press("Publish")
        assert said("The result will be published at the instant you set.") in officer.text
        officer.follow("Take the instant back").enter({"Reason": "명단을 한 번 더 확인합니다."}).press(
            "Take the instant back"
        )
        assert said("The instant is taken back. Nothing is published until it is set again.") in officer.text

    def result(self, place, subject):
        """Somebody of a firm follows the link of its letter to its result."""
        firm = self.firm(place)
        firm.reads_letter(firm.name, subject)
        return firm.follow(re.compile("decisions.results"))

    def document(self, person, words):
        """The document behind the link with these words."""
        link = person.page.get_by_role("link", name=re.compile(re.escape(said(words).partition("%")[0])))
        pdf = person.page.request.get(self.street.address + link.get_attribute("href")).body()
        return PdfReader(io.BytesIO(pdf)).pages[0]

    def a_selected_firm_reads_its_result_and_its_certificate_is_checked(self):
        firm = self.result(0, "[Result] %(call)s: your result")
        assert OPINION in firm.text and TO_IMPROVE in firm.text and "97.00" in firm.text
        assert self.plans[0].number in self.document(firm, "Notice of the result (PDF)").extract_text()
        self.officer.menu("Cohort").press(said("Give %(firm)s a seat", firm="(주)시험1"))
        firm.menu("My applications").follow(self.call.title).follow("See the result")
        certificate = self.document(firm, "Certificate of designation %(number)s (PDF)")
        [printed] = [
            link.get_object()["/A"]["/URI"] for link in certificate["/Annots"] if "/A" in link.get_object()
        ]
        self.visitor.goes(printed.removeprefix(self.street.address)).press("Check")
        assert said("Registered, unchanged.") in self.visitor.text

    # After the list

    def who_was_not_selected_appeals_and_is_heard(self):
        firm = self.result(4, "[Result] %(call)s: your result (appeal until %(day)s)")
        assert said("Not selected") in firm.text and "확인서의 유효기간이 지남" in firm.text
        firm.follow("Appeal").press("Begin the appeal").tick("A clerical error of the office")
        firm.enter({"Why the decision is wrong": "확인서는 2028년까지 유효합니다. 2쪽을 보아 주십시오."})
        firm.press("Hand the appeal in")
        self.document(firm, "Receipt (PDF)")
        examiner = self.examiner.menu("Decisions").follow("Appeals").follow(re.compile("^AP-"))
        examiner.follow("Propose the decision").tick("Upheld")
        examiner.enter(
            {
                "What is opened again": "It is decided again with the scores as they are",
                "Reasons": "확인서 2쪽의 유효기간을 잘못 읽은 것이 확인되었습니다. (시험)",
            }
        )
        examiner.press("Propose the decision")
        self.director.menu("Decisions").follow("Appeals").follow(re.compile("^AP-")).press(
            "Decide as proposed"
        )
        officer = self.case(4)
        officer.follow(re.compile(said("Decide")), within=officer.row("확인서 2쪽"))
        officer.tick("It counts").enter({"Grounds": "확인서 2쪽, 2028년까지 유효"}).press("Write it down")

    def a_selected_firm_gives_its_place_up(self):
        firm = self.result(1, "[Result] %(call)s: your result").follow("Give the place up")
        firm.enter({"Reason": "설비 투자 계획이 취소되었습니다."}).press("Give up for good")
        assert said("You have given your place up.") in firm.text

    def everybody_reads_the_figures_of_the_call(self):
        visitor = self.visitor.menu("Calls")
        visitor.follow(self.call.title).follow("Who applied and who was selected, in figures")
        assert "시험1" not in visitor.text
        return re.findall(r"\d+", visitor.page.locator("dl").first.inner_text())[:4]


@pytest.mark.browser
def test_from_the_sheets_to_the_public_figures_of_a_call(street, world, traveller, plans):
    way = Way(street, world, plans)

    way.an_officer_sees_the_bonus_in_its_paper_and_counts_a_penalty()
    way.the_panel_tells_the_first_firm_what_it_thinks()
    way.how_firm_the_cut_is_stands_beside_it_and_what_if_changes_nothing()
    way.the_committee_meets()
    counts, listed = way.the_list_is_proposed_approved_and_published(
        begin="Propose the result list",
        place=2,
        letter="On the reserve list",
        sent_back="회의록 번호를 적어 주세요. (시험)",
        waits=True,
    )
    assert [int(number) for number in re.findall(r"\d+", counts)] == [3, 1, 1]
    assert said("The committee decided otherwise than by rank: %(reason)s", reason=CONTRACT) in listed
    assert results(plans) == ["selected", "selected", "reserved", "selected", "declined"]
    way.a_selected_firm_reads_its_result_and_its_certificate_is_checked()
    way.who_was_not_selected_appeals_and_is_heard()
    way.a_selected_firm_gives_its_place_up()
    way.the_list_is_proposed_approved_and_published(
        begin="Further list", place=2, letter="Came up from the reserve list"
    )
    assert results(plans) == ["selected", "given_up", "selected", "selected", "selected"]
    assert said("Selected") in way.result(2, "[Further selection] From reserve %(rank)s to selected").text
    traveller.move_to(CONFIRMED)
    report_fairness()
    assert way.everybody_reads_the_figures_of_the_call() == ["5", "5", "4", "3"]
    assert street.complaints == []

"""Every letter that the house writes, produced by the action that writes it, in both languages."""

import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.template import engines

from applications.accounts import actions as accounts
from applications.accounts.models import Role
from applications.calls import announcing, answering
from applications.calls.models import RequiredPaper
from applications.calls.stages import CriterionGroup, Point
from applications.cohort import actions as cohort
from applications.cohort.models import Seat
from applications.decision import actions as decision
from applications.decision import appealing, continuing
from applications.decision.models import Place
from applications.decision.tasks import publish_due
from applications.firms import actions as firms
from applications.firms.actions import joining, owners, vault
from applications.firms.models.joining import JoinRequest
from applications.funding import actions as funding
from applications.intake import actions as intake
from applications.intake.actions import partners
from applications.intake.models import Application
from applications.intake.tasks import remind, remind_of_supplements
from applications.kernel import clock
from applications.kernel.files.stored import Scan
from applications.kernel.taxonomy import PaperKind
from applications.notifications.models import Letter
from applications.permissions import Timetable
from applications.review import actions as review
from applications.review import deliberation, exempting, people, seating, timetabling, visiting
from applications.review.exemptions import Exemption
from applications.review.queries import criteria_of
from applications.review.tasks import remind_reviewers
from tests.decision.contested import LAST_DAY, REASONS, appealed, decided, further, published_list
from tests.world import AFTER, CLOSES, DURING, PASSWORD, World, pdf

BRACKETS = {  # the first words of each subject (docs/domain.md, letters)
    "account/invited": ("[뿌리첨단화]", "[RootGrants]"),
    "account_changed": ("[뿌리첨단화]", "[RootGrants]"),
    "member_invited": ("[뿌리첨단화]", "[RootGrants]"),
    "subscription_requested": ("[뿌리첨단화]", "[RootGrants]"),
    "call_announced": ("[공고]", "[Call]"),
    "call_corrected": ("[정정공고]", "[Correction]"),
    "call_extended": ("[접수연장]", "[Extension]"),
    "call_cancelled": ("[공고취소]", "[Cancellation]"),
    "inquiry_assigned": ("[질의]", "[Question]"),
    "inquiry_answered": ("[답변]", "[Answer]"),
    "application_received": ("[접수완료]", "[Received]"),
    "supplement_requested": ("[보완요청]", "[Supplement]"),
    "supplement_due": ("[보완기한 D-1]", "[Supplement due D-1]"),
    "supplement_received": ("[접수완료]", "[Received]"),
    "supplement_lapsed": ("[보완기한 경과]", "[Supplement]"),
    "application_eligible": ("[요건검토 결과]", "[Eligibility]"),
    "application_ruled_out": ("[요건검토 결과]", "[Eligibility]"),
    "application_readmitted": ("[요건검토]", "[Eligibility]"),
    "application_screened_again": ("[요건검토]", "[Eligibility]"),
    "application_recalled": ("[주의]", "[Attention]"),
    "application_kept": ("[안내]", "[Notice]"),
    "draft_reminder": ("[마감 3시간 전]", "[Deadline: 3 hours left]"),
    "recall_reminder": ("[마감 3시간 전]", "[Deadline: 3 hours left]"),
    "application_withdrawn": ("[신청철회]", "[Withdrawn]"),
    "panel_invited": ("[위촉요청]", "[Invitation]"),
    "panel_reminded": ("[위촉 회신 요청]", "[Reminder]"),
    "panel_answered": ("[위촉 회신]", "[Panel]"),
    "panel_released": ("[위촉 취소]", "[Panel]"),
    "panel_chaired": ("[위원장]", "[Panel]"),
    "panel_closed": ("[분과 종료]", "[Panel]"),
    "panel_reopened": ("[분과 재개]", "[Panel]"),
    "talk_scheduled": ("[발표평가]", "[Presentation]"),
    "talk_moved": ("[발표 변경]", "[Presentation moved]"),
    "talks_scheduled": ("[발표평가 일정]", "[Presentations]"),
    "total_questioned": ("[사유요청]", "[Please explain]"),
    "payee_changed": ("[뿌리첨단화]", "[RootGrants]"),
    "partner_asked": ("[확인요청]", "[Please confirm]"),
    "partner_accepted": ("[참여확인]", "[Confirmed]"),
    "partner_declined": ("[참여거절]", "[Declined]"),
    "partner_withdrawn": ("[요청취소]", "[No longer asked]"),
    "visit_announced": ("[현장실사]", "[Site visit]"),
    "visit_planned": ("[현장실사]", "[Site visit]"),
    "stage_passed": ("[서면평가 결과]", "[Result of a stage: Paper review]"),
    "conflict_found": ("[확인요청]", "[Please check]"),
    "conflict_advised": ("[확인요청]", "[Please check]"),
    "challenge_answered": ("[결정]", "[Decision]"),
    "exemption_asked": ("[결정요청]", "[Please decide]"),
    "exemption_decided": ("[결정]", "[Decision]"),
    "review_requested": ("[평가요청]", "[Review request]"),
    "sheet_returned": ("[확인요청]", "[Please check]"),
    "review_due": ("[평가마감 D-1]", "[Review due D-1]"),
    "join_asked": ("[뿌리첨단화]", "[RootGrants]"),
    "join_answered": ("[뿌리첨단화]", "[RootGrants]"),
    "owner_changed": ("[뿌리첨단화]", "[RootGrants]"),
    "paper_expires": ("[만료예정]", "[Document vault]"),
    "paper_infected": ("[제출서류]", "[Papers]"),
    "list_sent_back": ("[확인요청]", "[Please check]"),
    "list_without": ("[확인요청]", "[Please check]"),
    "list_stopped": ("[확인요청]", "[Please check]"),
    "result_published": ("[평가결과 통보]", "[Result]"),
    "appeal_received": ("[이의신청 접수]", "[Appeal received]"),
    "appeal_withdrawn": ("[이의신청]", "[Appeal]"),
    "appeal_turned_down": ("[확인요청]", "[Please check]"),
    "appeal_decided": ("[이의신청 결과]", "[Appeal result]"),
    "place_given_up": ("[포기]", "[Given up]"),
    "reserve_promoted": ("[추가선정]", "[Further selection]"),
    "reserve_moved": ("[예비순위]", "[Reserve list]"),
    "reserve_ended": ("[예비순위]", "[Reserve list]"),
    "seat_taken": ("[지정]", "[Designation]"),
    "agreement_offered": ("[협약]", "[Agreement]"),
    "agreement_in_force": ("[협약]", "[Agreement]"),
    "payment_made": ("[사업비]", "[Grant]"),
    "payment_refused": ("[사업비]", "[Grant]"),
}


SUBJECTS = {  # of the matrix of letters, to the letter (docs/domain.md, "Letters")
    "member_invited": r"\[뿌리첨단화\] .+ 담당자로 초대되었습니다",
    "call_announced": r"\[공고\] .+ 안내 \(접수 ~.+ 18:00\)",
    "call_corrected": r"\[정정공고\] 제RC-2027-S\d\d-1호 변경사항 안내 \(붙임 신구대조표\)",
    "call_extended": r"\[접수연장\] 마감이 .+ 18:00로 연장되었습니다 — 기제출 건도 수정 가능",
    "draft_reminder": r"\[마감 3시간 전\] 작성 중인 신청서가 아직 제출되지 않았습니다",
    "partner_asked": r"\[확인요청\] .+의 과제에 수요기업으로 참여를 확인해 주세요",
    "application_received": r"\[접수완료\] 접수번호 [SR][PD]-2027-\d{4}-\d 신청서가 정상 접수되었습니다",
    "application_recalled": r"\[주의\] SP-2027-\d{4} 제출을 회수하여 수정 중입니다 \(마감까지 다시 제출하지 않으면 직전 제출본이 유지됩니다\)",
    "supplement_requested": r"\[보완요청\] .+까지 서류 1건을 보완해 주세요",
    "supplement_due": r"\[보완기한 D-1\] 미보완 시 지원제외될 수 있습니다",
    "application_eligible": r"\[요건검토 결과\] 적합 — 서면평가를 진행합니다",
    "application_ruled_out": r"\[요건검토 결과\] 지원제외 안내 및 이의신청 방법",
    "panel_invited": r"\[위촉요청\] .+ 발표평가\(7\) 평가위원 수락 여부를 회신해 주세요",
    "review_due": r"\[평가마감 D-1\] 미확정 평가표 1건이 있습니다",
    "sheet_returned": r"\[확인요청\] 평가표 1건의 보완을 요청했습니다",
    "stage_passed": r"\[서면평가 결과\] 현장실사 대상으로 선정되었습니다",
    "talk_scheduled": r"\[발표평가\] .+ 발표 안내",
    "visit_announced": r"\[현장실사\] .+ 방문 예정 및 준비사항 안내",
    "result_published": r"\[평가결과 통보\] .+ 최종 선정 결과 안내( \(이의신청 ~.+\))?|\[평가결과 통보\] 예비 \d순위로 선정되었습니다",
    "reserve_promoted": r"\[추가선정\] 예비 \d순위에서 선정으로 변경되었습니다",
    "appeal_received": r"\[이의신청 접수\] AP-2027-\d{4} 처리기한 .+",
    "appeal_decided": r"\[이의신청 결과\] AP-2027-\d{4} 인용 결정 안내",
    "agreement_offered": r"\[협약\] 전자협약 체결을 요청드립니다 \(기한 .+\)",
    "payment_made": r"\[사업비\] 1차 정부지원금 288,000,000원이 지급되었습니다",
    "paper_expires": r"\[만료예정\] .+, \d+일 후 만료됩니다",
}  # fmt: skip


class World(World):
    """All its people read this language."""

    language = "ko"

    def person(self, *role, **more):
        return super().person(*role, language=self.language, **more)


def everything_that_is_told(world):
    """Walk the whole way, with its side ways."""
    firms.invite(world.a, email="colleague@firm.example", right="viewer", by=world.owner_of(world.a))
    accounts.invite(
        email="new@demo.example", name="New", role=Role.OFFICER, language=world.language, reason="New colleague",
        by=world.administrator,
    )  # fmt: skip
    accounts.change_role(world.officer2, role=Role.OFFICER, reason="Back again", by=world.administrator)
    accounts.reset_second_factor(world.officer2, reason="Lost the phone", by=world.administrator)

    draft = world.draft(world.sprout, at=DURING)
    owner, demand = draft.created_by, {"name": "B", "number": world.b.business_number, "item": "1"}
    for number in (1, 2):
        demand["item"] = str(number)
        with clock.at(DURING) as now:
            intake.edit(draft, by=owner, now=now, version=10**6, demand=demand)
            [partner] = partners.ask(draft, by=owner, now=now)
            for accepted in (False, True):
                partners.answer(partner, accepted=accepted, remark="7", by=world.owner_of(world.b), now=now)
    intake.withdraw(draft, reason="", by=owner)

    mended, lapsed, out, gone = (world.submitted(world.sprout) for _ in range(4))
    paper = world.sprout.papers.filter(required=True).first()
    with clock.at(AFTER):
        for application in (mended, lapsed):
            due = AFTER + timedelta(days=7)
            intake.request_supplement(
                application, papers=[paper], message="Page 2 is missing", due_at=due, by=world.officer
            )
        owner = world.owner_of(mended.firm)
        intake.add_paper(mended, paper=paper, upload=pdf("page2.pdf"), by=owner, now=AFTER)
        mended.refresh_from_db()
        intake.hand_in_supplement(mended, by=owner, arrived_at=AFTER)
        intake.propose_exclusion(out, code="E01", reason="The firm is closed", by=world.officer)
        intake.answer_exclusion(out, confirmed=True, by=world.director)
        intake.readmit(out, reason="It is open", by=world.director2)
        out.refresh_from_db()
        world.checked(out)
        intake.open_review(out, by=world.officer)
        intake.screen_again(out, reason="It is closed", by=world.director)
        intake.withdraw(gone, reason="Other plans", by=world.owner_of(gone.firm))
    with clock.at(AFTER + timedelta(days=6)):
        remind_of_supplements()
    with clock.at(AFTER + timedelta(days=8)):
        intake.take_as_is(lapsed, by=world.officer)

    listed = world.call()
    with clock.at(AFTER):
        leaving = world.with_score(listed, 80)
        proposal = decision.propose(listed, note="As ranked", by=world.officer)
        decision.send_back(proposal, reason="Two firms are missing", by=world.director)
        proposal = decision.propose(listed, note="As ranked", by=world.officer)
        decision.approve(proposal, by=world.director)
        decision.publish(proposal, publish_at=AFTER + timedelta(days=1), by=world.officer)
        intake.withdraw(leaving, reason="Other plans", by=world.owner_of(leaving.firm))
        stopped = world.call()
        changed = world.with_score(stopped, 80)
        proposal = decision.propose(stopped, note="As ranked", by=world.officer)
        decision.approve(proposal, by=world.director)
        decision.publish(proposal, publish_at=AFTER + timedelta(days=1), by=world.officer)
        Application.objects.filter(pk=changed.pk).update(final_score=79)
    with clock.at(AFTER + timedelta(days=1)):
        publish_due()

    world.draft(world.sprout)
    changed = world.submitted(world.sprout)
    owner = world.owner_of(changed.firm)
    with clock.at(DURING):
        intake.recall(changed, by=owner, now=DURING)
        intake.keep(changed, by=owner)
        intake.recall(changed, by=owner, now=DURING + timedelta(minutes=1))
    for before_the_end in (timedelta(days=1), timedelta(hours=3)):
        with clock.at(CLOSES - before_the_end):
            remind()

    cohort.seat(world.selected_sprout(), by=world.officer)
    made = world.in_force()
    world.instalment(made, upto="paid")
    funding.refuse(
        world.instalment(made, krw=1_000_000, upto="requested"), reason="No invoice", by=world.officer
    )

    world.subscriber(language=world.language)
    call = world.call()
    world.draft(call)
    with clock.at(DURING):
        inquiry = world.inquiry(call)
        answering.assign(inquiry, person=world.officer2, by=world.officer)
        answering.answer(inquiry, shown="What is a plan?", answer="See the notice.", by=world.officer)
        answering.publish(inquiry, by=world.officer)
        why = {"reason": "The mail server was down", "by": world.officer}
        announcing.correct(call, texts={"title": "Another call"}, revision=0, **why)
        announcing.extend(call, closes_at=CLOSES + timedelta(days=1), revision=1, **why)
        announcing.cancel(call, revision=2, **why)

    reopened = world.handed_in(world.in_review(world.r1), 80, 80, 80)
    review.reopen(reopened, reason="A total does not fit", by=world.officer)
    review.set_due(reopened.stage, at=clock.now() + timedelta(hours=20), by=world.officer)
    remind_reviewers()
    reviewers_stand_in_conflict(world)
    a_panel_meets(world)
    firms_tell(world, reopened.application.firm)
    stages_are_told(world)
    a_result_is_contested_and_given_up(world)


def stages_are_told(world):
    """One goes on from paper to the visit of its place, which gets a date."""
    call = world.with_visit(world.call(quorum=3))
    with clock.at(AFTER):
        application = world.in_review(call)
        for _sheet in range(3):
            criteria = criteria_of(application.stage)
            world.handed_in(application, *(criterion.points for criterion in criteria))
        review.close_review(application, by=world.officer)
        visiting.tell(call, stage=call.stages.last(), by=world.officer)
        application.refresh_from_db()
        world.assigned(application)
        visiting.appoint(application, at=AFTER + timedelta(days=5), place="7", by=world.officer)


def a_result_is_contested_and_given_up(world):
    """An appeal comes in among the reserves, another is withdrawn; who is selected gives up, and the reserves end."""
    call = world.call(seats=1, reserve_days=60)
    _list, [first, _second, _third, withdrawn, upheld] = published_list(
        world, ["90", "80", "75", "52", "51"], call
    )
    appealing.withdraw(appealed(world, withdrawn), reason="Read again", by=world.owner_of(withdrawn.firm))
    appeal = appealed(world, upheld)
    appealing.propose_decision(appeal, outcome="dismissed", reasons=REASONS, by=world.officer2)
    appealing.turn_down(appeal, reason="Please look at page 2", by=world.director)
    decided(world, appeal)
    type(upheld).objects.filter(pk=upheld.pk).update(base_score=85, final_score=85)
    further(world, call)
    continuing.give_up(first, reason="Other plans", by=world.owner_of(first.firm))
    last = further(world, call)
    with clock.at(LAST_DAY + timedelta(days=90)):
        continuing.lapse(last, by=Timetable())


def reviewers_stand_in_conflict(world):
    """One declares something and goes on, one is asked to be excluded, and of one it is found later."""
    challenge = {"person": "Kim", "institution": "KIMM", "reason": "We were in a dispute"}
    application, reviewer = world.in_review(world.call(), challenge=challenge), world.reviewer()
    sheet = world.assigned(application, reviewer, clear=False)
    review.pledge(application.call, by=reviewer)
    review.declare(sheet, code="C8", note="12345", stays=True, by=reviewer)
    asked = Exemption.objects.create(
        stage=application.stage, application=application, sheets=3, reason="12345", by=world.officer
    )
    exempting.decide(asked, allowed=True, grounds="7 of 2026", by=world.director)
    few = world.call(quorum=3).stages.get()
    few.exemptions.all().delete()
    exempting.ask_for_all(few, reason="12345", by=world.officer)
    people.answer_challenge(application, accepted=True, grounds="7 of 2026", by=world.officer)
    people.set_payee(bank="088", number="110123456789", holder=reviewer.name, password=PASSWORD, by=reviewer)
    people.add_affiliation(
        institution="KIMM", business_number=application.firm.business_number,
        role="adviser", by=reviewer,
    )  # fmt: skip
    people.look_again(reviewer.reviewer_profile)


def a_panel_meets(world):
    """Somebody is reminded and accepts, one is released, one is far off; the panel closes and opens again."""
    call, field = world.call(quorum=3), world.a.field
    application = world.in_review(call, world.firm(name="7"))
    panel = seating.make(call, stage=call.stages.get(), name="7", fields=[field], by=world.officer)
    chair, *members, gone = (world.seated(panel) for _number in range(4))
    seating.release(panel.panelists.get(user=gone), reason="12345", by=world.officer)
    waiting = seating.invite(
        panel, reviewer=world.reviewer(), answer_by=clock.now() + timedelta(days=2), by=world.officer
    )
    seating.remind(waiting, by=world.officer)
    seating.decline(waiting, reason="12345", suggestion="7", by=waiting.user)
    seating.appoint(panel, member=chair, by=world.officer)
    for person, share in ((chair, 1), (members[0], 1), (members[1], 0)):
        sheet = world.assigned(application, person)
        world.save(sheet, *(criterion.points * share for criterion in criteria_of(sheet.stage)))
        review.hand_in(sheet, by=person)
    deliberation.open_deliberation(panel, by=chair)
    hearing = panel.hearings.get()
    deliberation.explain(hearing, text="12345", by=chair)
    deliberation.conclude(hearing, opinion="7" * 20, version=0, by=chair)
    deliberation.close(panel, by=chair)
    deliberation.reopen(panel, reason="12345", by=world.officer)
    firms_present(world)


def firms_present(world):
    """A timetable is told, and one time of it changes."""
    call, starts_at = world.call(outline="sprout_talk", quorum=3), clock.now() + timedelta(days=3)
    application, stage = world.in_review(call, world.firm(name="7")), call.stages.get(kind="presentation")
    type(application).objects.filter(pk=application.pk).update(stage=stage)
    panel = seating.make(call, stage=stage, name="7", fields=[application.field], by=world.officer)
    world.seated(panel)
    hours = {"slots": 1, "length": 20, "pause": 0, "place": "7"}
    timetabling.add_sitting(panel, starts_at=starts_at, **hours, by=world.officer)
    timetabling.draw_order(panel, by=world.officer)
    timetabling.tell(panel, by=world.officer)
    later = starts_at + timedelta(hours=1)
    timetabling.move(panel.slots.get(), starts_at=later, place="8", reason="12345", by=world.officer)


def firms_tell(world, firm):
    """What the owners of a firm hear: of who asks to join, of a new owner, of their papers."""
    owner, newcomer = world.owner_of(firm), world.person()
    joining.ask(business_number=firm.business_number, by=newcomer)
    joining.accept(JoinRequest.objects.get(person=newcomer), right="editor", by=owner)
    paper = vault.keep(
        firm, kind=PaperKind.objects.get(code="D02"), issued_on=clock.today(), expires_on=None, number="1",
        file=pdf("certificate.pdf"), by=owner,
    )  # fmt: skip
    vault.warn_of_expiry(paper, by=Timetable())
    type(paper.file).objects.filter(pk=paper.file_id).update(scan=Scan.INFECTED, virus="Eicar")
    vault.tell_of_virus(paper, by=Timetable())
    owners.hand_over(firm, member=firm.members.get(user=newcomer), by=owner)


@pytest.mark.parametrize(("language", "place"), [("ko", 0), ("en", 1)])
def test_every_letter_is_complete_in_both_languages(db, monkeypatch, language, place):
    monkeypatch.setattr(engines["django"].engine, "string_if_invalid", "NOTHING")
    world = World()
    world.language = language
    everything_that_is_told(world)

    found = {letter.kind: letter for letter in Letter.objects.order_by("pk")}
    templates = settings.BASE_DIR / "templates/mail"
    assert set(found) == {
        str(path.relative_to(templates).with_suffix("")) for path in templates.rglob("*.txt")
    }
    assert [
        letter.kind for letter in Letter.objects.all() if "\n\n\n" in letter.body
    ] == []  # what is left out leaves no gap
    brackets = {kind: re.match(r"\[[^]]+\]", letter.subject)[0] for kind, letter in found.items()}
    assert brackets == {kind: both[place] for kind, both in BRACKETS.items()}
    if language == "ko":
        subjects = {kind: found[kind].subject for kind in SUBJECTS}
        assert {
            kind: subject for kind, subject in subjects.items() if not re.fullmatch(SUBJECTS[kind], subject)
        } == {}
    # The words of a call, the number of a seat and the reasons of a list are the same in both languages.
    names = [*RequiredPaper.objects.values_list("name", flat=True), Seat.objects.get().number]
    names += PaperKind.objects.values_list("name", flat=True)
    names += Point.objects.values_list("name", flat=True)
    names += CriterionGroup.objects.values_list("name", flat=True)
    names += Place.objects.exclude(reason="").values_list("reason", flat=True)
    for kind, letter in found.items():
        text = re.sub("|".join(map(re.escape, names)), "", f"{letter.subject}\n{letter.body}")
        assert not re.search(r"NOTHING|None|&#|<", text), kind
        assert all(link.startswith(settings.SITE_URL) for link in re.findall(r"https?://\S+", text)), kind
        assert bool(re.search("[가-힣]", text)) == (language == "ko"), text

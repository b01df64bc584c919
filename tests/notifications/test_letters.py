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
from applications.cohort import actions as cohort
from applications.cohort.models import Seat
from applications.decision import actions as decision
from applications.decision.models import Place
from applications.firms import actions as firms
from applications.firms.actions import joining, owners, vault
from applications.firms.models.joining import JoinRequest
from applications.funding import actions as funding
from applications.intake import actions as intake
from applications.intake.actions import partners
from applications.intake.tasks import remind
from applications.kernel import clock
from applications.kernel.files.stored import Scan
from applications.kernel.taxonomy import PaperKind
from applications.notifications.models import Letter
from applications.permissions import Timetable
from applications.review import actions as review
from applications.review import people
from tests.world import AFTER, CLOSES, DURING, World, pdf

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
    "supplement_received": ("[접수완료]", "[Received]"),
    "supplement_lapsed": ("[보완기한 경과]", "[Supplement]"),
    "application_eligible": ("[요건검토 결과]", "[Eligibility]"),
    "application_ruled_out": ("[요건검토 결과]", "[Eligibility]"),
    "application_readmitted": ("[요건검토]", "[Eligibility]"),
    "application_recalled": ("[주의]", "[Attention]"),
    "application_kept": ("[안내]", "[Notice]"),
    "draft_reminder": ("[마감 3시간 전]", "[Deadline: 3 hours left]"),
    "recall_reminder": ("[마감 3시간 전]", "[Deadline: 3 hours left]"),
    "application_withdrawn": ("[신청철회]", "[Withdrawn]"),
    "partner_asked": ("[확인요청]", "[Please confirm]"),
    "partner_accepted": ("[참여확인]", "[Confirmed]"),
    "partner_declined": ("[참여거절]", "[Declined]"),
    "partner_withdrawn": ("[요청취소]", "[No longer asked]"),
    "conflict_found": ("[확인요청]", "[Please check]"),
    "conflict_advised": ("[확인요청]", "[Please check]"),
    "challenge_answered": ("[결정]", "[Decision]"),
    "review_requested": ("[평가요청]", "[Review request]"),
    "sheet_returned": ("[확인요청]", "[Please check]"),
    "join_asked": ("[뿌리첨단화]", "[RootGrants]"),
    "join_answered": ("[뿌리첨단화]", "[RootGrants]"),
    "owner_changed": ("[뿌리첨단화]", "[RootGrants]"),
    "paper_expires": ("[서류 보관함]", "[Document vault]"),
    "paper_infected": ("[제출서류]", "[Papers]"),
    "list_sent_back": ("[확인요청]", "[Please check]"),
    "result_published": ("[평가결과 통보]", "[Result]"),
    "seat_taken": ("[지정]", "[Designation]"),
    "agreement_offered": ("[협약]", "[Agreement]"),
    "agreement_in_force": ("[협약]", "[Agreement]"),
    "payment_made": ("[사업비]", "[Grant]"),
    "payment_refused": ("[사업비]", "[Grant]"),
}


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
        intake.withdraw(gone, reason="Other plans", by=world.owner_of(gone.firm))
    with clock.at(AFTER + timedelta(days=8)):
        intake.take_as_is(lapsed, by=world.officer)

    listed = world.call()
    with clock.at(AFTER):
        world.with_score(listed, 80)
        proposal = decision.propose(listed, note="As ranked", by=world.officer)
        decision.send_back(proposal, reason="Two firms are missing", by=world.director)

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
    reviewers_stand_in_conflict(world)
    firms_tell(world, reopened.application.firm)


def reviewers_stand_in_conflict(world):
    """One declares something and goes on, one is asked to be excluded, and of one it is found later."""
    challenge = {"person": "Kim", "institution": "KIMM", "reason": "We were in a dispute"}
    application, reviewer = world.in_review(world.call(), challenge=challenge), world.reviewer()
    sheet = world.assigned(application, reviewer, clear=False)
    review.pledge(application.call, by=reviewer)
    review.declare(sheet, code="C8", note="12345", stays=True, by=reviewer)
    people.answer_challenge(application, accepted=True, grounds="7 of 2026", by=world.officer)
    people.add_affiliation(
        institution="KIMM", business_number=application.firm.business_number,
        role="adviser", by=reviewer,
    )  # fmt: skip
    people.look_again(reviewer.reviewer_profile)


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
    brackets = {kind: re.match(r"\[[^]]+\]", letter.subject)[0] for kind, letter in found.items()}
    assert brackets == {kind: both[place] for kind, both in BRACKETS.items()}
    # The words of a call, the number of a seat and the reasons of a list are the same in both languages.
    names = [*RequiredPaper.objects.values_list("name", flat=True), Seat.objects.get().number]
    names += PaperKind.objects.values_list("name", flat=True)
    names += Place.objects.exclude(reason="").values_list("reason", flat=True)
    for kind, letter in found.items():
        text = re.sub("|".join(map(re.escape, names)), "", f"{letter.subject}\n{letter.body}")
        assert not re.search(r"NOTHING|None|&#|<", text), kind
        assert all(link.startswith(settings.SITE_URL) for link in re.findall(r"https?://\S+", text)), kind
        assert bool(re.search("[가-힣]", text)) == (language == "ko"), text

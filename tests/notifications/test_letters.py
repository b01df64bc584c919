"""Every letter that the house writes, produced by the action that writes it, in both languages."""

import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.template import engines

from applications.accounts import actions as accounts
from applications.accounts.models import Role
from applications.calls.models import RequiredPaper
from applications.cohort import actions as cohort
from applications.cohort.models import Seat
from applications.decision.models import Place
from applications.firms import actions as firms
from applications.funding import actions as funding
from applications.intake import actions as intake
from applications.kernel import clock
from applications.notifications.models import Letter
from applications.review import actions as review
from tests.world import AFTER, World, pdf

BRACKETS = {  # the first words of each subject (docs/domain.md, letters)
    "account/invited": ("[뿌리첨단화]", "[RootGrants]"),
    "account_changed": ("[뿌리첨단화]", "[RootGrants]"),
    "member_invited": ("[뿌리첨단화]", "[RootGrants]"),
    "application_received": ("[접수완료]", "[Received]"),
    "supplement_requested": ("[보완요청]", "[Supplement]"),
    "supplement_received": ("[접수완료]", "[Received]"),
    "supplement_lapsed": ("[보완기한 경과]", "[Supplement]"),
    "application_eligible": ("[요건검토 결과]", "[Eligibility]"),
    "application_ruled_out": ("[요건검토 결과]", "[Eligibility]"),
    "application_readmitted": ("[요건검토]", "[Eligibility]"),
    "application_withdrawn": ("[신청철회]", "[Withdrawn]"),
    "review_requested": ("[평가요청]", "[Review request]"),
    "sheet_returned": ("[확인요청]", "[Please check]"),
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

    cohort.seat(world.selected_sprout(), by=world.officer)
    made = world.in_force()
    world.instalment(made, upto="paid")
    funding.refuse(
        world.instalment(made, krw=1_000_000, upto="requested"), reason="No invoice", by=world.officer
    )

    reopened = world.handed_in(world.in_review(world.r1), 80, 80, 80)
    review.reopen(reopened, reason="A total does not fit", by=world.officer)


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
    names += Place.objects.exclude(reason="").values_list("reason", flat=True)
    for kind, letter in found.items():
        text = re.sub("|".join(map(re.escape, names)), "", f"{letter.subject}\n{letter.body}")
        assert not re.search(r"NOTHING|None|&#|<", text), kind
        assert all(link.startswith(settings.SITE_URL) for link in re.findall(r"https?://\S+", text)), kind
        assert bool(re.search("[가-힣]", text)) == (language == "ko"), text

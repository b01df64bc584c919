"""Firms whose applications go on to the next stage are told by an act of its own, and nobody else learns anything (docs/domain.md, stages)."""

from decimal import Decimal

import pytest
from django.urls import reverse

from applications.accounts.models import User
from applications.calls.models import Call
from applications.kernel import audit
from applications.kernel.errors import Denied
from applications.notifications.models import Letter
from applications.review import actions, visiting
from applications.review.visits import GoingOn
from tests.asking import fresh, reasons, text
from tests.remembering import step
from tests.review.test_stages import PAPER, of
from tests.together import refusals, together
from tests.world import AFTER, browser

pytestmark = pytest.mark.usefixtures("english", "after_the_deadline")


@pytest.fixture
def call(world):
    return world.call(outline="sprout_talk", quorum=3)


@step
def through_paper(world, application, share):
    for _sheet in range(3):
        world.handed_in(fresh(application), *of(PAPER, Decimal(share)))
    actions.close_review(application, by=world.officer)


@pytest.fixture
@step
def two(world, call):
    """One goes on, the review of the other has ended."""
    a1, b1 = world.in_review(call, world.a), world.in_review(call, world.b)
    through_paper(world, a1, "0.8")
    through_paper(world, b1, "0.5")
    return a1, b1


def talk(call):
    return call.stages.get(kind="presentation")


def letters(kind="stage_passed"):
    return list(Letter.objects.filter(kind=kind).order_by("pk"))


def test_those_that_go_on_are_told_what_comes_next_and_no_score(world, call, two):
    a1, _b1 = two
    User.objects.update(language="en")

    count = visiting.tell(call, stage=talk(call), by=world.officer)

    [letter] = letters()
    assert count == 1
    assert letter.address == world.owner_of(world.a).email
    assert letter.subject == "[Result of a stage: Paper review] Your application goes on: Presentation review"
    assert "80.00" not in letter.body
    assert "You are told when and how to present your plan." in letter.body
    assert [(one.application, one.stage, one.by) for one in GoingOn.objects.all()] == [
        (a1, talk(call), world.officer)
    ]
    entry = audit.trail(call).get(verb="tell_stage")
    assert entry.after == {"stage": 2, "told": [a1.number]}


def test_before_the_act_and_for_those_that_end_every_page_says_under_review(world, call, two):
    pages = [reverse("intake:detail", args=[one.key]) for one in two]
    clients = [browser(world.owner_of(firm)) for firm in (world.a, world.b)]
    before = [text(client.get(page)) for client, page in zip(clients, pages, strict=True)]

    visiting.tell(call, stage=talk(call), by=world.officer)
    after = [text(client.get(page)) for client, page in zip(clients, pages, strict=True)]

    assert "Your application goes on: Presentation review" in after[0]
    assert after[1] == before[1]
    assert not any("Presentation" in page for page in [*before, after[1]])
    assert all("Under review" in page for page in [*before, *after])


def test_nobody_is_told_before_all_are_through_the_stages_before(world, call):
    a1, b1 = world.in_review(call, world.a), world.in_review(call, world.b)
    waiting = world.submitted(call)
    through_paper(world, a1, "0.8")
    said = ["2 applications are not through the stages before."]

    assert reasons(visiting.tell, call, stage=talk(call), by=world.officer) == said
    through_paper(world, b1, "0.8")
    assert len(reasons(visiting.tell, call, stage=talk(call), by=world.officer)) == 1
    type(waiting).objects.filter(pk=waiting.pk).update(status="withdrawn")
    assert visiting.tell(call, stage=talk(call), by=world.officer) == 2


def test_each_is_told_once_also_after_its_review_was_opened_again(world, call, two):
    a1, b1 = two
    visiting.tell(call, stage=talk(call), by=world.officer)
    nobody = ["Nobody is left to be told."]
    assert reasons(visiting.tell, call, stage=talk(call), by=world.officer) == nobody

    actions.reopen_review(a1, reason="A sheet was wrong", by=world.officer)
    firm = browser(world.owner_of(world.a))
    assert "Presentation" not in text(firm.get(reverse("intake:detail", args=[a1.key])))
    actions.close_review(a1, by=world.officer)
    assert reasons(visiting.tell, call, stage=talk(call), by=world.officer) == nobody

    actions.reopen_review(b1, reason="A sheet was wrong", by=world.officer)
    for _sheet in range(6):
        world.handed_in(fresh(b1), *of(PAPER, Decimal("0.9")))
    actions.close_review(b1, by=world.officer)
    assert visiting.tell(call, stage=talk(call), by=world.officer) == 1
    assert [letter.address for letter in letters()] == [
        world.owner_of(firm).email for firm in (world.a, world.b)
    ]


def test_the_first_stage_and_a_cancelled_call_are_told_to_nobody(world, call, two):
    first = call.stages.first()
    assert reasons(visiting.tell, call, stage=first, by=world.officer) == [
        "Every eligible application begins with this stage."
    ]
    Call.objects.filter(pk=call.pk).update(cancelled_at=AFTER)
    assert reasons(visiting.tell, call, stage=talk(call), by=world.officer) == ["This call was cancelled."]


def test_officers_tell_and_nobody_else(world, call, two):
    page = reverse("review:tell", args=[call.key, 2])
    for person in (world.director, world.auditor, world.owner_of(world.a), world.reviewer()):
        with pytest.raises(Denied):
            visiting.tell(call, stage=talk(call), by=person)
        assert browser(person).get(page).status_code == 404
    assert letters() == []


def test_the_page_says_how_many_and_which_before_it_is_done(world, call, two):
    a1, b1 = two
    officer = browser(world.officer)
    stages, page = reverse("review:stages", args=[call.key]), reverse("review:tell", args=[call.key, 2])

    table, asked = text(officer.get(stages)), text(officer.get(page))
    done = officer.post(page, follow=True)
    after, again = text(officer.get(stages)), officer.post(page)

    assert "1. Paper review 0 1 – –" in table
    assert "2. Presentation review 1 0 0 Tell 1 firm" in table
    assert "1 firm is told that it goes on" in asked
    assert (a1.number in asked, b1.number in asked) == (True, False)
    assert [str(message) for message in done.context["messages"]] == ["1 firm is told."]
    assert "2. Presentation review 1 0 1 –" in after
    assert again.status_code == 409
    assert officer.get(reverse("review:tell", args=[call.key, 7])).status_code == 404


@pytest.mark.postgresql
def test_of_two_who_tell_at_once_one_does_and_each_firm_gets_one_letter(committed, world, call, two):
    outcomes = together(*[lambda: visiting.tell(call, stage=talk(call), by=world.officer)] * 2)

    assert refusals(outcomes) == ["Nobody is left to be told."]
    assert len(letters()) == 1

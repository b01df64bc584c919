"""Exceptions for several applications at once: asked for with one reason, told to the directors by one letter, decided each or together."""

import pytest
from django.urls import reverse

from applications.accounts.models import User
from applications.kernel import audit
from applications.kernel.errors import Denied
from applications.notifications.models import Letter
from applications.review import actions, exempting, seating
from applications.review.exemptions import Exemption
from tests.asking import addressed, fresh, reasons, text
from tests.copies import another, another_application, cost_of
from tests.review.test_quorum import WHY, judged
from tests.together import refusals, together
from tests.world import browser

pytestmark = pytest.mark.usefixtures("english", "after_the_deadline")


@pytest.fixture
def call(world):
    """Three applications with four sheets where five are needed: one heard by a panel, two by none."""
    call = world.call()
    world.people = [world.officer, world.director, world.director2]
    User.objects.update(language="en")
    world.first = judged(world, call, 70, 71, 72, 73)
    world.second, world.heard = (like(world.first) for _two in range(2))
    seating.make(call, stage=call.stages.get(), name="Castings", picked=[world.heard], by=world.officer)
    return call


def like(application):
    """Another application with sheets as this one has."""
    made = another_application(application)
    for sheet in application.assignments.all():
        another(sheet, application_id=made.pk)
    return made


def several(call):
    return reverse("review:exempt_several", args=[call.key, 1])


def test_an_officer_asks_for_several_with_one_reason_and_each_is_a_row_of_its_own(world, call):
    few, many = like(world.first), like(world.first)
    few.assignments.all()[0].delete()
    few.assignments.all()[0].delete()
    another(many.assignments.all()[0], application_id=many.pk, reviewer_id=world.reviewer().pk)
    page = browser(world.officer).get(several(call))
    answer = browser(world.officer).post(
        several(call), {"applications": [world.first.key, world.second.key], "reason": WHY}
    )

    offered = [label for _key, label in page.context["form"].fields["applications"].choices]
    assert offered == [f"{one.number} {one.firm.name} · 4 sheets" for one in (world.first, world.second)]
    assert answer.url == reverse("review:stages", args=[call.key])
    assert list(Exemption.objects.values_list("application", "sheets", "reason", "by", "status")) == [
        (one.pk, 4, WHY, world.officer.pk, "asked") for one in (world.first, world.second)
    ]
    for one in (world.first, world.second):
        [entry] = [entry for entry in audit.trail(one) if entry.verb == "ask_exemption"]
        assert (entry.actor, entry.note, entry.after) == (world.officer, WHY, {"stage": 1, "sheets": 4})
    assert browser(world.officer).get(several(call)).url == reverse("review:stages", args=[call.key])


def test_the_directors_get_one_letter_of_all_that_is_asked_for_at_once(world, call):
    User.objects.filter(pk=world.director2.pk).update(is_active=False)

    exempting.ask_for_several([world.second, world.first], reason=WHY, by=world.officer)

    assert addressed("exemption_asked") == [world.director.email]
    letter = Letter.objects.get(kind="exemption_asked")
    assert letter.subject == "[Please decide] 2 exceptions to the number of sheets are asked for"
    assert [line for line in letter.body.splitlines() if line.startswith("- ")] == [
        f"- {one.number}: 4 sheets" for one in (world.first, world.second)
    ]
    assert WHY in letter.body and world.officer.name in letter.body
    assert letter.body.rstrip().endswith(reverse("review:exemptions"))


def test_one_exception_and_one_for_all_of_a_stage_are_told_too(world, call):
    whole = world.call(quorum=3).stages.get()
    whole.exemptions.all().delete()

    exempting.ask(world.first, reason=WHY, by=world.officer)
    exempting.ask_for_all(whole, reason="A small programme", by=world.officer)

    to_one = Letter.objects.filter(kind="exemption_asked", address=world.director.email)
    one, all_of_it = to_one.order_by("pk")
    assert one.subject == "[Please decide] 1 exception to the number of sheets is asked for"
    assert f"- {world.first.number}: 4 sheets" in one.body
    assert "- all applications of the stage: 3 sheets" in all_of_it.body


def test_of_several_of_which_one_cannot_be_asked_for_none_is_and_the_page_names_it_and_keeps_the_reason(
    world, call
):
    client = browser(world.officer)
    exempting.ask(world.second, reason=WHY, by=world.officer)
    Letter.objects.all().delete()

    assert reasons(
        exempting.ask_for_several, [world.first, world.second, world.heard], reason=WHY, by=world.officer
    ) == [
        f"{world.second.number}: This is asked for already.",
        f"{world.heard.number}: A panel hears it: its chair asks for the exception.",
    ]
    gone = client.post(several(call), {"applications": [world.first.key, world.second.key], "reason": WHY})
    without = client.post(several(call), {"reason": WHY})
    short = client.post(several(call), {"applications": [world.first.key], "reason": "ill"})

    assert (gone.status_code, without.status_code, short.status_code) == (200, 200, 409)
    assert "Please choose at least one application." in text(without)
    assert "Please write the reason (at least 5 characters)." in text(short)
    assert (
        f'value="{world.first.key}" id="id_applications_0" checked'
        in " ".join(short.content.decode().replace("\n", " ").split())
        or "checked" in short.content.decode()
    )
    assert (Exemption.objects.count(), Letter.objects.count()) == (1, 0)


def test_only_officers_ask_for_several_and_only_directors_decide_several(world, call):
    for person in (world.director, world.auditor, world.first.assignments.first().reviewer):
        with pytest.raises(Denied):
            exempting.ask_for_several([world.first], reason=WHY, by=person)
        assert browser(person).get(several(call)).status_code == 404
    asked = exempting.ask_for_several([world.first, world.second], reason=WHY, by=world.officer)
    for person in (world.officer, world.auditor):
        with pytest.raises(Denied):
            exempting.decide_several(asked, allowed=True, grounds="", by=person)
        assert browser(person).get(reverse("review:exemptions")).status_code == 404


def test_a_director_decides_several_at_once_and_who_asked_gets_one_letter(world, call):
    asked = exempting.ask_for_several([world.first, world.second], reason=WHY, by=world.officer)
    third = exempting.ask(like(world.first), reason="Of another officer", by=world.officer2)
    client, address = browser(world.director), reverse("review:exemptions")

    page = client.get(address)
    without_grounds = client.post(address, {"exemptions": [one.key for one in asked], "allowed": "no"})
    done = client.post(
        address, {"exemptions": [one.key for one in asked], "allowed": "yes", "grounds": "Two fell ill"}
    )

    assert [str(key) for key, _label in page.context["form"].fields["exemptions"].choices] == [
        str(one.key) for one in (*asked, third)
    ]
    assert WHY in text(page) and world.officer2.name in text(page)
    assert without_grounds.status_code == 409
    assert done.url == reverse("review:desk")
    assert [(one.status, one.grounds, one.decided_by) for one in map(fresh, asked)] == [
        ("allowed", "Two fell ill", world.director)
    ] * 2
    assert fresh(third).status == "asked"
    assert [entry.verb for one in asked for entry in audit.trail(one)] == ["allow_exemption"] * 2
    [letter] = Letter.objects.filter(kind="exemption_decided")
    assert (letter.address, letter.subject) == (
        world.officer.email,
        "[Decision] 2 exceptions to the number of sheets are allowed",
    )
    assert [line for line in letter.body.splitlines() if line.startswith("- ")] == [
        f"- {one.number}: 4 sheets" for one in (world.first, world.second)
    ]
    assert "Two fell ill" in letter.body
    actions.close_review(world.first, by=world.officer)


def test_what_another_has_decided_meanwhile_is_named_and_nothing_of_it_is_decided(world, call):
    asked = exempting.ask_for_several([world.first, world.second], reason=WHY, by=world.officer)
    exempting.decide(asked[0], allowed=True, grounds="", by=world.director2)

    [said] = reasons(exempting.decide_several, asked, allowed=True, grounds="", by=world.director)

    assert said.startswith(f"{world.first.number}: ")
    assert [fresh(one).status for one in asked] == ["allowed", "asked"]


def test_several_lead_from_the_desk_of_the_director_and_from_the_stages_and_the_case_of_the_officer(
    world, call
):
    officer, director = browser(world.officer), browser(world.director)
    of_stages, of_case = (
        officer.get(reverse("review:stages", args=[call.key])),
        officer.get(reverse("review:case", args=[world.first.key])),
    )
    exempting.ask(world.first, reason=WHY, by=world.officer)
    of_one = director.get(reverse("review:desk"))
    exempting.ask(world.second, reason=WHY, by=world.officer)
    of_two = director.get(reverse("review:desk"))
    none_left = officer.get(reverse("review:stages", args=[call.key]))

    assert "Ask for exceptions: 2 applications" in text(of_stages)
    assert several(call) in of_case.content.decode()
    assert "Decide several at once" not in text(of_one)
    assert "Decide several at once" in text(of_two)
    assert several(call) not in none_left.content.decode()


def test_the_page_that_asks_for_several_costs_the_same_for_few_and_many(world, call):
    client = browser(world.officer)
    client.get(several(call))

    few, _page = cost_of(client, several(call))
    for _more in range(20):
        like(world.first)
    many, page = cost_of(client, several(call))

    assert len(page.context["form"].fields["applications"].choices) == 22
    assert few == many


def test_what_an_appeal_has_set_aside_is_asked_for_by_an_officer_although_a_panel_heard_it(world, call):
    heard = world.heard
    heard.assignments.filter(pk=heard.assignments.first().pk).update(status="set_aside")
    for _number in range(4):
        another(world.first.assignments.first(), application_id=heard.pk, reviewer_id=world.reviewer().pk)
    heard.assignments.exclude(status="set_aside").filter(
        reviewer__in=world.first.assignments.values("reviewer")
    ).delete()

    offered = [application for application, _sheets in exempting.askable(call.stages.get())]

    assert offered == [world.first, world.second, heard]


@pytest.mark.postgresql
def test_two_who_ask_for_the_same_several_at_once_ask_once(committed, world):
    first = judged(world, world.call(), 70, 71, 72, 73)
    second = like(first)

    found = together(
        lambda: exempting.ask_for_several([first, second], reason=WHY, by=world.officer),
        lambda: exempting.ask_for_several([second, first], reason=WHY, by=world.officer),
    )

    [said] = refusals(found)
    assert said == f"{first.number}: This is asked for already. {second.number}: This is asked for already."
    assert Exemption.objects.count() == 2


def test_where_nothing_is_to_be_asked_or_decided_the_pages_say_so(world):
    asks = browser(world.officer).get(several(world.r1), follow=True)
    decides = browser(world.director).get(reverse("review:exemptions"), follow=True)

    assert "There is no application of this stage to ask for now." in text(asks)
    assert "No exception waits for your decision." in text(decides)

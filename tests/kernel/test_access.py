"""Predicates, the access log, and how a no is answered."""

import pytest
from django.test import RequestFactory

from applications.kernel import clock
from applications.kernel.access import Predicate, require
from applications.kernel.accesslog import AccessEntry, log_view
from applications.kernel.errors import Denied, Reason, Refused

yes = Predicate(lambda user, thing: True, about_thing=False, name="yes")
no = Predicate(lambda user, thing: False, about_thing=False, name="no")
of_it = Predicate(lambda user, thing: thing == user, name="of it")


@pytest.mark.parametrize(
    ("predicate", "thing", "answer"),
    [
        (yes & no, None, False),
        (yes | no, None, True),
        (~no, None, True),
        (of_it, "me", True),
        (of_it, "you", False),
        (of_it, None, False),
        (~of_it, "you", True),
        (~of_it, "me", False),
        (~of_it, None, False),  # a question about a thing is never yes without one
        (yes & ~of_it, None, False),
        (yes & of_it, None, False),
        (yes | of_it, None, True),
        (no | of_it, None, False),
        (no | of_it, "me", True),
        (~(yes & of_it), None, False),
        (~(no | of_it), "me", False),
        (~(no | of_it), "you", True),
    ],
)
def test_predicates_combine_and_are_no_without_the_thing_they_ask_about(predicate, thing, answer):
    assert predicate("me", thing) is answer


def test_a_predicate_says_what_it_asks():
    assert (yes & ~of_it | no).name == "(yes and not of it or no)"


def test_a_predicate_says_which_answers_things_may_bring():
    asked = [yes & of_it, no & of_it, no | of_it, yes | of_it, ~of_it, ~yes]

    assert [sorted(one.possible("me")) for one in asked] == [
        [False, True], [False], [False, True], [True], [False, True], [False],
    ]  # fmt: skip


def test_who_may_not_is_denied_and_an_unknown_permission_is_a_mistake_of_ours(world):
    require(world.officer, "outbox.view")
    with pytest.raises(Denied):
        require(world.person(), "outbox.view")
    with pytest.raises(KeyError):
        require(world.officer, "outbox.vew")


def test_a_deactivated_person_may_nothing_even_in_a_session_that_lives(world):
    world.officer.is_active = False

    with pytest.raises(Denied):
        require(world.officer, "outbox.view")


def looked(user, *subjects, **more):
    request = RequestFactory().get("/", REMOTE_ADDR=more.pop("address", "192.0.2.7"))
    request.user = user
    log_view(request, "firm.view", *subjects, **more)
    return AccessEntry.objects.all()


def test_a_view_of_personal_data_by_staff_is_one_row_with_who_when_where_whose_and_why(world):
    at = clock.kst(2026, 12, 10, 12)

    with clock.at(at):
        (entry,) = looked(world.officer, world.a, world.b, reason="A call from the firm")

    assert (entry.actor, entry.actor_role, entry.at) == (world.officer, "officer", at)
    assert (entry.address, entry.act, entry.reason) == ("192.0.2.7", "firm.view", "A call from the firm")
    assert (entry.subject_kind, entry.subject_ids) == ("firm", [world.a.pk, world.b.pk])


def test_reviewers_are_logged_and_applicants_who_look_at_their_own_are_not(world):
    assert looked(world.reviewer(), world.a).count() == 1
    assert looked(world.owner_of(world.a), world.a).count() == 1
    assert looked(world.officer).count() == 1  # nobody's data was shown


def test_an_address_that_the_server_does_not_know_is_left_empty(world):
    (entry,) = looked(world.officer, world.a, address="")

    assert entry.address is None


def test_a_refusal_shows_each_reason_where_it_belongs():
    refusal = Refused("On top", Reason("Beside", "name"), about="the thing")

    assert [(reason.text, reason.field) for reason in refusal.reasons] == [("On top", ""), ("Beside", "name")]
    assert (str(refusal), refusal.about) == ("On top Beside", "the thing")

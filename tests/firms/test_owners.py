"""Who owns a firm: handing over, appointing where the owner is gone, and who submits. G06 stays."""

import pytest
from django.urls import reverse

from applications.accounts.models import Role
from applications.firms import actions
from applications.firms.actions import owners
from applications.firms.models import Firm, Right
from applications.kernel import audit
from applications.kernel.accesslog import AccessEntry
from applications.kernel.errors import Denied, Refused
from applications.notifications.models import Letter
from tests.firms.test_firms import errors
from tests.together import refusals, together
from tests.world import DURING, at, browser

APPOINT = reverse("firms:appoint")
REASON = "The owner has died; the register of deaths was shown."


def rights(firm):
    return dict(firm.members.values_list("user__email", "right"))


def letters():
    return sorted(Letter.objects.filter(kind="owner_changed").values_list("address", flat=True))


def refused(act):
    with pytest.raises(Refused) as refusal:
        act()
    return [str(reason) for reason in refusal.value.reasons]


# Handing over


def test_an_owner_hands_the_firm_over_in_one_act_and_becomes_an_editor(world):
    owner, heir = world.owner_of(world.a), world.member(world.a, "viewer")
    page = reverse("firms:hand_over", args=[world.a.key, heir.memberships.get().key])
    client = browser(owner)

    assert client.get(page).status_code == 200
    assert list(errors(client.post(page, {}))) == ["sure"]
    response = client.post(page, {"sure": "on"})

    assert response.url == reverse("firms:members", args=[world.a.key])
    assert rights(world.a) == {owner.email: "editor", heir.email: "owner"}
    trace = audit.trail(world.a).last()
    assert (trace.verb, trace.actor) == ("hand_over", owner)
    assert (trace.before, trace.after) == ({"user": owner.pk}, {"user": heir.pk})
    assert letters() == sorted([owner.email, heir.email])
    assert client.get(page).status_code == 404


def test_another_owner_stays_one(world):
    owner, second, heir = world.owner_of(world.a), world.member(world.a, "owner"), world.member(world.a)

    owners.hand_over(world.a, member=heir.memberships.get(), by=owner)

    assert rights(world.a) == {owner.email: "editor", second.email: "owner", heir.email: "owner"}


def test_nobody_hands_over_to_themselves_to_an_owner_or_to_a_closed_account(world, english):
    owner, second, closed = world.owner_of(world.a), world.member(world.a, "owner"), world.member(world.a)
    type(closed).objects.filter(pk=closed.pk).update(is_active=False)

    def handing(person):
        return refused(lambda: owners.hand_over(world.a, member=person.memberships.get(), by=owner))

    assert handing(owner) == handing(second) == ["This person is an owner already."]
    assert handing(closed) == ["This account is closed. Please choose somebody else."]
    assert rights(world.a)[owner.email] == "owner"


def test_only_an_owner_hands_over_and_only_to_a_member_of_that_firm(world):
    editor, rival = world.member(world.a), world.owner_of(world.b)

    with pytest.raises(Denied):
        owners.hand_over(world.a, member=editor.memberships.get(), by=editor)
    assert (
        len(
            refused(
                lambda: owners.hand_over(world.a, member=rival.memberships.get(), by=world.owner_of(world.a))
            )
        )
        == 1
    )
    page = reverse("firms:hand_over", args=[world.a.key, rival.memberships.get().key])
    assert world.client(world.owner_of(world.a)).get(page).status_code == 404


@pytest.mark.postgresql
def test_handing_over_to_somebody_who_is_taken_out_at_the_same_moment_leaves_an_owner(committed, world):
    first, second, heir = world.owner_of(world.a), world.member(world.a, "owner"), world.member(world.a)
    member, key = heir.memberships.get(), world.a.pk

    outcomes = together(
        lambda: owners.hand_over(Firm.objects.get(pk=key), member=member, by=first),
        lambda: actions.remove(Firm.objects.get(pk=key), member=member, by=second),
    )

    told = refusals(outcomes)
    assert told in ([], ["This person is not a member of the firm any more."])
    assert rights(world.a)[second.email] == "owner"
    assert rights(world.a)[first.email] == ("owner" if told else "editor")


@pytest.mark.postgresql
def test_g06_handing_over_while_the_new_owner_takes_the_old_one_out_leaves_an_owner(committed, world):
    """The only owner hands over to an editor; another owner of the same moment is the one who was just made."""
    first, second, heir = world.owner_of(world.a), world.member(world.a, "owner"), world.member(world.a)
    mine, key = first.memberships.get(), world.a.pk

    def removes():
        try:
            actions.remove(Firm.objects.get(pk=key), member=mine, by=second)
        except Denied as denied:
            return denied

    def hands_over():
        try:
            owners.hand_over(Firm.objects.get(pk=key), member=heir.memberships.get(), by=first)
        except Denied as denied:
            return denied

    together(hands_over, removes)

    assert first.email not in rights(world.a)
    assert rights(world.a)[second.email] == "owner"
    assert world.a.members.filter(right=Right.OWNER).exists()


# Where the owner is gone for good


def test_an_administrator_appoints_a_member_with_a_reason_and_both_are_told(world):
    gone, heir = world.owner_of(world.a), world.member(world.a, "viewer")
    client = browser(world.administrator)

    found = client.get(APPOINT, {"number": "110-81-00062"})
    response = client.post(
        APPOINT, {"number": "1108100062", "member": heir.memberships.get().key, "reason": REASON}
    )

    assert "Firm A" in found.content.decode() and response.url == APPOINT
    assert rights(world.a) == {gone.email: "editor", heir.email: "owner"}
    trace = audit.trail(world.a).last()
    assert (trace.verb, trace.actor, trace.note) == ("appoint_owner", world.administrator, REASON)
    assert (trace.before, trace.after) == ({"users": [gone.pk]}, {"user": heir.pk})
    assert letters() == sorted([gone.email, heir.email])
    looked = AccessEntry.objects.first()
    assert (looked.act, looked.actor, looked.subject_ids) == (
        "firm.members",
        world.administrator,
        [world.a.pk],
    )


@pytest.mark.parametrize(
    ("posted", "wrong"),
    [
        ({"reason": ""}, ["reason"]),
        ({"reason": "abc"}, ["reason"]),
        ({"member": ""}, ["member"]),
        ({"member": "owner"}, ["member"]),
        ({"member": "rival"}, ["member"]),
    ],
)
def test_without_a_reason_or_a_member_nobody_is_appointed(world, posted, wrong):
    heir = world.member(world.a)
    people = {"owner": world.owner_of(world.a), "rival": world.owner_of(world.b), "": None}
    typed = {"number": "1108100062", "member": heir.memberships.get().key, "reason": REASON} | posted
    if posted.get("member"):
        typed["member"] = people[posted["member"]].memberships.get().key

    response = browser(world.administrator).post(APPOINT, typed)

    assert list(errors(response)) == wrong
    assert rights(world.a)[heir.email] == "editor"
    assert letters() == []


@pytest.mark.parametrize("typed", ["", "words", "110-81-00063", "1168200276", "11081"])
def test_an_administrator_finds_a_firm_by_its_whole_number_only(world, typed):
    world.a  # noqa: B018  there is a firm to be found by mistake

    response = browser(world.administrator).get(APPOINT, {"number": typed})

    assert response.status_code == 200 and response.context["firm"] is None
    assert "Firm A" not in response.content.decode()


@pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMINISTRATOR])
def test_nobody_else_appoints(world, role):
    person, heir = world.person(role), world.member(world.a)

    assert world.client(person).get(APPOINT, {"number": "1108100062"}).status_code == 404
    with pytest.raises(Denied):
        owners.appoint(world.a, member=heir.memberships.get(), reason=REASON, by=person)


# Who submits


def test_editors_submit_where_the_owner_lets_them(world):
    assert Firm().editors_submit is False  # who registers says it first
    draft = world.draft(world.call(), world.a)
    owner, editor, viewer = world.owner_of(world.a), world.member(world.a), world.member(world.a, "viewer")
    page = reverse("firms:submitting", args=[world.a.key])

    def may():
        return [person.has_perm("application.submit", draft) for person in (owner, editor, viewer)]

    assert may() == [True, True, False]
    world.client(owner).post(page, {})
    assert may() == [True, False, False]
    assert editor.has_perm("application.edit", draft)
    world.client(owner).post(page, {"allowed": "on"})
    assert may() == [True, True, False]
    assert [t.after for t in audit.trail(world.a).filter(verb="let_editors_submit")] == [
        {"editors_submit": False},
        {"editors_submit": True},
    ]


def test_an_editor_who_may_not_submit_is_answered_as_if_there_were_no_such_page(world):
    draft = world.draft(world.call(), world.a)
    editor = world.client(world.member(world.a))
    owners.let_editors_submit(world.a, allowed=False, by=world.owner_of(world.a))

    submitted = at(editor, "post", DURING, reverse("intake:submit", args=[draft.key]))
    overview = at(editor, "get", DURING, draft.get_absolute_url())

    draft.refresh_from_db()
    assert (submitted.status_code, overview.status_code, draft.status) == (404, 200, "draft")


def test_saying_the_same_again_leaves_no_trace(world):
    owners.let_editors_submit(world.a, allowed=True, by=world.owner_of(world.a))

    assert [t.verb for t in audit.trail(world.a)] == ["register"]


def test_only_an_owner_decides_who_submits(world):
    for person in (world.member(world.a), world.owner_of(world.b), world.officer):
        assert (
            world.client(person).post(reverse("firms:submitting", args=[world.a.key]), {}).status_code == 404
        )
    world.a.refresh_from_db()
    assert world.a.editors_submit

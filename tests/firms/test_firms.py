"""Firms: registration, profile, members, invitations; G01 to G06."""

import re
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from applications.accounts.models import Role
from applications.firms import actions
from applications.firms.models import Firm, Invitation, Member, Right
from applications.intake.models import Application
from applications.kernel import audit, clock
from applications.kernel.accesslog import AccessEntry
from applications.kernel.errors import Denied, Refused
from applications.kernel.taxonomy import DemandIndustry, IndustryField, Region, RootTechnology
from applications.notifications.models import Letter
from tests.together import refusals, together

REGISTER = reverse("firms:register")
TAKEN = "This firm is registered already. Please check the number, or ask to join the firm."


def profile(**more):
    """A whole registration as a browser posts it."""
    fields = {
        "business_number": "110-81-00062",
        "name": "가상뿌리",
        "representative": "김대표",
        "corporate_number": "",
        "founded_on": "2010-01-04",
        "size": "small",
        "track": "root",
        "region": Region.objects.get(code="48").pk,
        "address": "창원시 1",
        "phone": "055-000-0000",
        "ksic": "24321",
        "technologies": [
            RootTechnology.objects.get(code="T01").pk,
            RootTechnology.objects.get(code="T06").pk,
        ],
        "field": IndustryField.objects.get(code="F2").pk,
        "industry": DemandIndustry.objects.get(code="D01").pk,
        "employees": "30",
        "sales_krw": "5,000,000,000",
    }
    return fields | more


def english(client):
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def errors(response):
    return {field: list(said) for field, said in response.context["form"].errors.items()}


# G01 to G03: registration


def test_g01_a_firm_is_registered_by_its_number_and_shown_as_people_write_it(world):
    person = world.person()
    client = world.client(person)

    response = client.post(REGISTER, profile(), follow=True)

    firm = Firm.objects.get()
    assert response.redirect_chain[-1][0] == firm.get_absolute_url()
    assert "110-81-00062" in response.content.decode()
    assert (firm.business_number, firm.name, firm.sales_krw) == ("1108100062", "가상뿌리", 5_000_000_000)
    assert sorted(t.code for t in firm.technologies.all()) == ["T01", "T06"]
    assert [(m.user, m.right) for m in firm.members.all()] == [(person, Right.OWNER)]
    (trace,) = audit.trail(firm)
    assert (trace.verb, trace.actor) == ("register", person)
    assert trace.after == {"business_number": "1108100062", "name": "가상뿌리"}


def test_g01_a_second_registration_names_nobody_and_makes_no_second_firm(world):
    owner = world.owner_of(world.a)
    typed = profile(business_number="1108100062", name="Other words")

    response = english(world.client(world.person())).post(REGISTER, typed)

    assert errors(response) == {"business_number": [TAKEN]}
    assert response.context["form"]["name"].value() == "Other words"
    page = response.content.decode()
    assert owner.name not in page and owner.email not in page and world.a.representative not in page
    assert (Firm.objects.count(), Member.objects.count()) == (1, 1)


@pytest.mark.parametrize("right", Right.values)
def test_g01_who_works_for_the_firm_already_is_led_to_it(world, right):
    typed = profile(business_number="1108100062", name="Other words")
    firm, person = world.a, world.member(world.a, right)

    response = english(world.client(person)).post(REGISTER, typed)

    assert errors(response) == {"business_number": ["You work for this firm here already."]}
    assert response.context["own"] == firm
    page = response.content.decode()
    assert f'href="{firm.get_absolute_url()}"' in page and reverse("firms:ask") not in page
    assert (firm.name in page, firm.members.count()) == (True, 2)


def test_whether_a_number_is_taken_is_told_only_when_nothing_else_is_wrong(world):
    client = english(world.client(world.person()))
    taken, free = world.a.business_number, "1108100010"

    answers = [client.post(REGISTER, profile(business_number=number, ksic="1")) for number in (taken, free)]

    said = [(errors(answer), answer.context["known"], answer.context["own"]) for answer in answers]
    assert said == [({"ksic": ["An industry code has five digits."]}, "", None)] * 2


def test_errors_are_listed_in_the_order_of_the_page(world):
    response = english(world.client(world.person())).post(REGISTER, {"name": ""})

    assert list(response.context["form"].fields)[:3] == ["business_number", "name", "representative"]
    listed = re.findall(r'<li><a href="#id_(\w+)">', response.content.decode())
    assert listed[:2] == ["business_number", "name"]


def test_g02_a_wrong_check_digit_is_told_beside_it_and_what_was_typed_stays(world):
    typed = profile(business_number="110-81-00063")

    response = english(world.client(world.person())).post(REGISTER, typed)

    assert errors(response) == {
        "business_number": ["This is not a valid business registration number. Please check the ten digits."]
    }
    form = response.context["form"]
    kept = {name: form[name].value() for name in typed}
    assert kept == {
        name: [str(v) for v in value] if isinstance(value, list) else str(value)
        for name, value in typed.items()
    }
    assert Firm.objects.count() == 0


@pytest.mark.postgresql
def test_g03_the_same_number_twice_at_once_is_one_firm_and_one_message(committed, world):
    clients = [english(world.client(world.person())) for _who in range(2)]
    typed = profile(business_number="1108100024")

    answers = together(*[lambda client=client: client.post(REGISTER, typed) for client in clients])

    assert sorted(answer.status_code for answer in answers) == [200, 302]
    (told,) = [errors(answer) for answer in answers if answer.status_code == 200]
    assert told == {"business_number": [TAKEN]}
    assert Firm.objects.filter(business_number="1108100024").count() == 1
    assert Member.objects.count() == 1


def test_the_action_and_the_database_hold_the_number_too(world):
    firm = world.a

    with pytest.raises(Refused):
        world.firm(number="1108100063")
    with pytest.raises(IntegrityError), transaction.atomic():
        Firm.objects.filter(pk=firm.pk).update(business_number="11081-0006")
    with pytest.raises(Denied):
        world.firm(owner=world.officer)

    assert [found.business_number for found in Firm.objects.all()] == ["1108100062"]


BAD = {
    "name": ["", "가\u200b나", "x" * 101, "a\nb\x0bc"],
    "founded_on": ["", "2999-01-01", "2010-02-30", "words", "0000-00-00"],
    "employees": ["", "-1", "1.5", "99999999999999999999", "words"],
    "sales_krw": ["", "-1", "1E9", "words", "99999999999999"],
    "ksic": ["", "2432", "243210", "2432x", "２４３２１"],
    "region": ["", "0", "words", "99999999999999999999"],
    "technologies": [[], ["0"], ["words"], ["99999999999999999999"]],
    "size": ["", "huge"],
    "corporate_number": ["123", "words", "１３０１１１０００６２４６"],
    "phone": ["", "0" * 21, "02\u202e000"],
}


@pytest.mark.parametrize(
    ("field", "value"), [(field, value) for field, values in BAD.items() for value in values]
)
def test_bad_input_is_told_beside_its_field_alone_and_changes_nothing(world, field, value):
    response = world.client(world.person()).post(REGISTER, profile(**{field: value}))

    assert list(errors(response)) == [field]
    assert Firm.objects.count() == 0


def test_a_region_that_has_ended_is_not_offered(world):
    ended = Region.objects.get(code="29")  # Gwangju, until 2026-06-30
    with clock.at(clock.kst(2026, 6, 30, 12)):
        before = world.client(world.person()).post(REGISTER, profile(region=ended.pk))
    with clock.at(clock.kst(2026, 7, 1, 12)):
        after = world.client(world.person()).post(
            REGISTER, profile(region=ended.pk, business_number="1108100010")
        )

    assert before.status_code == 302
    assert list(errors(after)) == ["region"]


def test_a_doubtful_corporate_number_is_a_warning_and_no_wall(world):
    response = world.client(world.person()).post(
        REGISTER, profile(corporate_number="110111-1234567"), follow=True
    )

    assert Firm.objects.get().corporate_number == "1101111234567"
    assert [m.level_tag for m in response.context["messages"]] == ["success", "warning"]
    assert response.context["doubtful_number"]


# The profile


def test_an_owner_edits_the_profile_and_the_trace_keeps_both_values(world):
    owner = world.owner_of(world.a)
    typed = profile(
        name="새 이름",
        employees="31",
        region=world.a.region_id,
        technologies=[RootTechnology.objects.first().pk],
    )

    response = world.client(owner).post(reverse("firms:edit", args=[world.a.key]), typed)

    assert response.url == world.a.get_absolute_url()
    firm = Firm.objects.get()
    assert (firm.name, firm.employees, firm.business_number) == ("새 이름", 31, "1108100062")
    trace = audit.trail(firm).last()
    assert (trace.verb, trace.actor) == ("edit", owner)
    assert (trace.before["name"], trace.after["name"]) == ("Firm A", "새 이름")
    assert (trace.before["employees"], trace.after["employees"]) == ("30", "31")
    assert "size" not in trace.before


def test_the_business_number_stays_whatever_is_posted(world):
    world.client(world.owner_of(world.a)).post(
        reverse("firms:edit", args=[world.a.key]), profile(business_number="1108100010")
    )

    assert Firm.objects.get().business_number == "1108100062"


@pytest.mark.parametrize(
    ("who", "sees", "edits", "manages"),
    [
        ("owner", 200, 200, 200),
        ("editor", 200, 404, 404),
        ("viewer", 200, 404, 404),
        ("stranger", 404, 404, 404),
        (Role.OFFICER, 200, 404, 404),
        (Role.DIRECTOR, 200, 404, 404),
        (Role.FINANCE, 200, 404, 404),
        (Role.MINISTRY, 200, 404, 404),
        (Role.AUDITOR, 200, 404, 404),
        (Role.REVIEWER, 404, 404, 404),
        (Role.ADMINISTRATOR, 404, 404, 404),
    ],
)
def test_who_sees_and_edits_a_firm(world, who, sees, edits, manages):
    firm = world.a
    people = {"owner": lambda: world.owner_of(firm), "stranger": world.person}
    person = people.get(who, lambda: world.member(firm, who) if who in Right.values else world.person(who))()
    client = world.client(person)

    for name, status in (("detail", sees), ("edit", edits), ("invite", manages)):
        assert client.get(reverse(f"firms:{name}", args=[firm.key])).status_code == status, name


ALL_TABS = ["Profile", "Members", "Yearly figures", "Document vault", "History"]


@pytest.mark.parametrize(
    ("who", "seen"),
    [
        ("owner", ALL_TABS),
        ("editor", ALL_TABS[:4]),
        ("viewer", ALL_TABS[:4]),
        (Role.OFFICER, ["Profile", "Members", "Yearly figures", "History"]),
        (Role.FINANCE, ["Profile", "Yearly figures"]),
        (Role.MINISTRY, ["Profile", "Yearly figures"]),
    ],
)
def test_every_page_of_a_firm_has_the_tabs_that_the_person_may_open(world, who, seen):
    person = world.member(world.a, who) if who in Right.values else world.person(who)
    client = english(world.client(person))

    tabs = client.get(world.a.get_absolute_url()).context["tabs"]

    assert [str(tab.label) for tab in tabs] == seen
    for tab in tabs:
        page = client.get(tab.url)
        assert (page.status_code, [one.url for one in page.context["tabs"]]) == (
            200,
            [one.url for one in tabs],
        )
        assert [one.label for one in page.context["tabs"] if one.current] == [tab.label]


def test_a_corporate_number_is_shown_as_people_write_it(world):
    Firm.objects.filter(pk=world.a.pk).update(corporate_number="1101110000017")

    assert "110111-0000017" in world.client(world.officer).get(world.a.get_absolute_url()).content.decode()


def test_the_ministry_reads_a_firm_without_its_people(world):
    page = world.client(world.ministry).get(world.a.get_absolute_url()).content.decode()

    assert "Firm A" in page
    assert world.a.representative not in page and world.a.phone not in page


def test_a_view_by_staff_is_logged_and_one_by_the_firm_is_not(world):
    world.client(world.owner_of(world.a)).get(world.a.get_absolute_url())
    world.client(world.officer).get(world.a.get_absolute_url())

    assert [(e.actor, e.act, e.subject_ids) for e in AccessEntry.objects.all()] == [
        (world.officer, "firm.view", [world.a.pk])
    ]


# G04: invitations

NOW = clock.kst(2026, 12, 1, 9)


def invited(world, email="x@ex.kr", right="editor", at=NOW):
    with clock.at(at):
        return actions.invite(world.a, email=email, right=right, by=world.owner_of(world.a))


def page_of(invitation):
    return reverse("firms:invitation", args=[invitation.key])


def test_g04_an_invitation_is_one_letter_with_its_link_and_one_trace(world):
    owner = world.owner_of(world.a)
    with clock.at(NOW):
        response = world.client(owner).post(
            reverse("firms:invite", args=[world.a.key]), {"email": "X@ex.kr", "right": "viewer"}
        )

    assert response.url == reverse("firms:members", args=[world.a.key])
    invitation = Invitation.objects.get()
    assert (invitation.email, invitation.right, invitation.expires_at) == (
        "x@ex.kr",
        "viewer",
        NOW + timedelta(hours=72),
    )
    letter = Letter.objects.get()
    assert (letter.kind, letter.address) == ("member_invited", "x@ex.kr")
    assert page_of(invitation) in letter.body
    trace = audit.trail(world.a).last()
    assert (trace.verb, trace.after) == ("invite_member", {"email": "x@ex.kr", "right": "viewer"})


def test_one_person_sends_twenty_invitations_a_day_whatever_their_firms_and_addresses(world):
    for number in range(20):
        invited(world, email=f"x{number % 2}@ex.kr")

    with pytest.raises(Refused):
        invited(world, email="other@ex.kr", at=NOW + timedelta(hours=23))
    invited(world, email="other@ex.kr", at=NOW + timedelta(hours=24))

    assert Letter.objects.filter(kind="member_invited").count() == 21


def test_g04_an_invitation_is_used_once(world):
    invitation, guest = invited(world), world.person(email="x@ex.kr")
    client = world.client(guest)

    with clock.at(NOW + timedelta(hours=71, minutes=59)):
        assert client.get(page_of(invitation)).context["state"] == "open"
        assert client.post(page_of(invitation)).url == world.a.get_absolute_url()
        assert client.get(page_of(invitation)).context["state"] == "used"
        assert client.post(page_of(invitation)).status_code == 409

    assert [(m.user, m.right) for m in world.a.members.order_by("pk")][1:] == [(guest, "editor")]
    assert [t.verb for t in audit.trail(world.a)] == ["register", "invite_member", "join"]


def test_g04_somebody_else_finds_no_invitation(world):
    invitation = invited(world)
    owner_of_b = world.client(world.owner_of(world.b))

    assert owner_of_b.get(page_of(invitation)).status_code == 404
    assert owner_of_b.post(page_of(invitation)).status_code == 404
    assert world.client(world.officer).post(page_of(invitation)).status_code == 404
    assert world.client().get(page_of(invitation)).url.startswith(reverse("account_login"))
    assert (world.a.members.count(), Invitation.objects.get().used_at) == (1, None)


def test_g04_after_72_hours_it_has_expired_and_can_be_sent_again(world):
    invitation, guest = invited(world), world.person(email="x@ex.kr")
    client = world.client(guest)

    with clock.at(NOW + timedelta(hours=72)):
        assert client.get(page_of(invitation)).context["state"] == "expired"
        assert client.post(page_of(invitation)).status_code == 409
        assert world.a.members.count() == 1
        again = invited(world, at=NOW + timedelta(hours=72))
        assert client.post(page_of(again)).status_code == 302

    assert Letter.objects.filter(kind="member_invited").count() == 2
    assert world.a.members.filter(user=guest).count() == 1


def test_a_second_invitation_ends_the_first(world):
    first, second = invited(world), invited(world, right="viewer")
    client = world.client(world.person(email="x@ex.kr"))

    with clock.at(NOW + timedelta(minutes=1)):
        assert client.post(page_of(first)).status_code == 409
        assert client.post(page_of(second)).status_code == 302

    assert world.a.members.last().right == "viewer"


def taking_back(invitation):
    return reverse("firms:take_back", args=[invitation.firm.key, invitation.key])


def test_an_owner_takes_back_an_invitation_that_waits_and_its_link_leads_nowhere(world):
    invitation, guest = invited(world), world.client(world.person(email="x@ex.kr"))
    owner, members = world.client(world.owner_of(world.a)), reverse("firms:members", args=[world.a.key])

    with clock.at(NOW + timedelta(hours=1)):
        assert taking_back(invitation) in owner.get(members).content.decode()
        assert owner.post(taking_back(invitation)).url == members
        assert taking_back(invitation) not in owner.get(members).content.decode()
        answers = [guest.get(page_of(invitation)), guest.post(page_of(invitation))]
        unknown = guest.get(reverse("firms:invitation", args=[world.a.key]))

    assert [answer.status_code for answer in answers] == [404, 404]
    assert unknown.status_code == 404
    assert world.a.members.count() == 1
    trace = audit.trail(world.a).last()
    assert (trace.verb, trace.actor, trace.before) == (
        "take_back_invitation",
        world.owner_of(world.a),
        {"email": "x@ex.kr", "right": "editor"},
    )


def test_an_invitation_that_was_used_is_not_taken_back(world, english):
    invitation, guest = invited(world), world.person(email="x@ex.kr")
    with clock.at(NOW + timedelta(hours=1)):
        actions.accept(invitation, by=guest)
        with pytest.raises(Refused) as refusal:
            actions.take_back(world.a, invitation=invitation, by=world.owner_of(world.a))
        said = str(refusal.value)
        answer = world.client(world.owner_of(world.a)).post(taking_back(invitation))

    assert answer.status_code == 409
    assert said == "This invitation is already used."
    assert world.a.members.filter(user=guest).count() == 1


def test_only_an_owner_of_the_firm_takes_its_invitations_back(world):
    invitation = invited(world, at=clock.now())
    elsewhere = reverse("firms:take_back", args=[world.b.key, invitation.key])

    for person in (world.member(world.a), world.owner_of(world.b), world.officer):
        assert world.client(person).post(taking_back(invitation)).status_code == 404
    assert world.client(world.owner_of(world.b)).post(elsewhere).status_code == 404
    page = world.client(world.member(world.a)).get(reverse("firms:members", args=[world.a.key]))
    assert taking_back(invitation) not in page.content.decode()
    assert Invitation.objects.get() == invitation


@pytest.mark.postgresql
def test_an_invitation_taken_back_and_accepted_at_once_has_one_outcome(committed, world):
    invitation, guest = invited(world, at=clock.now()), world.person(email="x@ex.kr")
    owner = world.owner_of(world.a)

    def accept():
        try:
            return actions.accept(invitation, by=guest)
        except Denied:
            return None

    joined, taken = together(accept, lambda: actions.take_back(world.a, invitation=invitation, by=owner))

    outcome = (joined is not None, refusals([taken]), Invitation.objects.count(), guest.memberships.count())
    accepted_first = (True, ["This invitation is already used."], 1, 1)
    assert outcome == (accepted_first if joined else (False, [], 0, 0))


def test_the_link_survives_signing_up(world, client):
    """Who has no account yet comes back to the invitation after the code."""
    invitation = invited(world, at=clock.now())
    login = client.get(page_of(invitation)).url
    form = client.get(login).context["signup_url"]
    client.post(
        form,
        {
            "email": "x@ex.kr",
            "name": "Guest",
            "password1": "a-long-password-77",
            "password2": "a-long-password-77",
            "terms": "on",
            "privacy": "on",
            "next": client.get(form).context["redirect_field_value"],
        },
    )
    body = Letter.objects.get(kind="account/email_confirmation_signup").body
    (code,) = re.findall(r"(?m)^([0-9A-Z]{3,4}-?[0-9A-Z]{3,4})$", body)

    confirmed = client.post(reverse("account_email_verification_sent"), {"code": code})

    assert confirmed.url == page_of(invitation)


@pytest.mark.parametrize("email", ["", "x", "x@ex.kr\u200b", "a@[127.0.0.1]", "x@ex.kr,y@ex.kr"])
def test_an_invitation_to_no_address_is_told_beside_the_field(world, email):
    response = world.client(world.owner_of(world.a)).post(
        reverse("firms:invite", args=[world.a.key]), {"email": email, "right": "editor"}
    )

    assert list(errors(response)) == ["email"]
    assert (Invitation.objects.count(), Letter.objects.count()) == (0, 0)


def test_a_member_is_not_invited_again(world):
    member = world.member(world.a)

    with pytest.raises(Refused) as refusal:
        invited(world, email=member.email.upper())

    assert [reason.field for reason in refusal.value.reasons] == ["email"]


def test_what_an_inviter_is_called_adds_no_header_to_the_letter(world):
    owner = world.owner_of(world.a)
    Firm.objects.filter(pk=world.a.pk).update(name="A\r\nBcc: victim@x.example")
    owner.name = "Kim\nBcc: victim@x.example"
    owner.save()

    actions.invite(Firm.objects.get(), email="x@ex.kr", right="editor", by=owner)

    letter = Letter.objects.get()
    assert letter.address == "x@ex.kr"
    assert not {"\r", "\n"} & set(letter.subject)


# G05, G06: members


def member_page(member):
    return reverse("firms:member", args=[member.firm.key, member.key])


def test_g05_who_was_removed_while_editing_saves_nothing(world):
    draft = world.draft(world.call(), world.a)
    editor = world.member(world.a)
    client, section = world.client(editor), reverse("intake:section", args=[draft.key, "project"])
    assert client.get(section).status_code == 200

    removed = world.client(world.owner_of(world.a)).post(
        member_page(editor.memberships.get()), {"remove": "1"}
    )
    saved = client.post(section, {"title": "Written after", "version": draft.version})

    assert removed.url == reverse("firms:members", args=[world.a.key])
    assert saved.status_code == 404
    assert client.get(world.a.get_absolute_url()).status_code == 404
    assert Application.objects.get().title == draft.title
    trace = audit.trail(world.a).last()
    assert (trace.verb, trace.actor) == ("remove_member", world.owner_of(world.a))
    assert trace.before == {"user": editor.pk, "right": "editor"}


@pytest.mark.parametrize("posted", [{"remove": "1"}, {"right": "editor"}, {"right": "viewer"}])
def test_g06_the_last_owner_stays(world, posted):
    owner = world.owner_of(world.a)
    world.member(world.a)

    response = english(world.client(owner)).post(member_page(owner.memberships.get()), posted)

    assert errors(response) == {"right": ["A firm needs an owner. Please make somebody else an owner first."]}
    assert owner.memberships.get().right == Right.OWNER
    assert [t.verb for t in audit.trail(world.a)] == ["register"]


def test_g06_the_last_owner_whose_account_is_open_stays(world):
    owner, closed = world.owner_of(world.a), world.member(world.a, "owner")
    type(closed).objects.filter(pk=closed.pk).update(is_active=False)

    response = english(world.client(owner)).post(member_page(owner.memberships.get()), {"remove": "1"})
    gone = world.client(owner).post(member_page(closed.memberships.get()), {"remove": "1"})

    assert errors(response) == {"right": ["A firm needs an owner. Please make somebody else an owner first."]}
    assert (gone.status_code, [m.user for m in world.a.members.all()]) == (302, [owner])


def test_who_was_taken_out_does_not_come_back_by_an_invitation_of_before(world):
    owner, person = world.owner_of(world.a), world.person()
    invitation = actions.invite(world.a, email=person.email, right="owner", by=owner)
    member = world.a.members.create(user=person, right="editor")  # let in on their own request meanwhile

    actions.remove(world.a, member=member, by=owner)

    with pytest.raises(Refused):
        actions.accept(invitation, by=person)
    assert list(world.a.members.values_list("user", flat=True)) == [owner.pk]


def test_g06_one_of_two_owners_may_leave(world):
    owner, second = world.owner_of(world.a), world.member(world.a, "owner")

    response = world.client(owner).post(member_page(owner.memberships.get()), {"remove": "1"})

    assert response.url == reverse("portal:home")
    assert [m.user for m in world.a.members.all()] == [second]


@pytest.mark.parametrize(
    "act",
    [
        lambda firm, member, by: actions.remove(firm, member=member, by=by),
        lambda firm, member, by: actions.change_right(firm, member=member, right="viewer", by=by),
    ],
)
def test_who_was_taken_out_just_now_is_no_member_any_more(world, english, act):
    owner, member = world.owner_of(world.a), world.member(world.a, "editor").memberships.get()
    member.user.memberships.get().delete()

    with pytest.raises(Refused, match="not a member of the firm any more"):
        act(world.a, member, owner)


@pytest.mark.postgresql
def test_g06_two_owners_who_take_each_other_out_at_once_leave_one(committed, world):
    first, second = world.owner_of(world.a), world.member(world.a, "owner")
    firm = world.a

    def takes_out(by, whom):
        try:
            actions.remove(Firm.objects.get(pk=firm.pk), member=whom.memberships.get(), by=by)
        except Denied as denied:
            return denied

    outcomes = together(lambda: takes_out(first, second), lambda: takes_out(second, first))

    assert [type(o).__name__ for o in outcomes].count("NoneType") == 1
    assert refusals(outcomes) == []
    assert firm.members.filter(right=Right.OWNER).count() == 1


def test_a_right_is_changed_with_a_trace_and_at_once(world):
    member = world.member(world.a, "viewer")
    page = member_page(member.memberships.get())

    world.client(world.owner_of(world.a)).post(page, {"right": "owner"})

    assert member.memberships.get().right == "owner"
    trace = audit.trail(world.a).last()
    assert (trace.verb, trace.before, trace.after) == (
        "change_right",
        {"right": "viewer"},
        {"right": "owner", "user": member.pk},
    )
    assert world.client(member).get(page).status_code == 200


def test_a_member_of_another_firm_is_out_of_reach(world):
    stranger = world.owner_of(world.b).memberships.get()
    page = reverse("firms:member", args=[world.a.key, stranger.key])

    assert world.client(world.owner_of(world.a)).post(page, {"remove": "1"}).status_code == 404
    assert world.b.members.count() == 1


@pytest.mark.parametrize("posted", [{"right": "emperor"}, {"right": ""}, {}])
def test_no_other_right_can_be_given(world, posted):
    member = world.member(world.a)

    response = world.client(world.owner_of(world.a)).post(member_page(member.memberships.get()), posted)

    assert response.status_code == 200
    assert member.memberships.get().right == "editor"


# The list


@pytest.mark.parametrize(
    ("role", "status"),
    [
        (role, 200 if role in ("officer", "director", "finance", "ministry", "auditor") else 404)
        for role in Role
    ],
)
def test_the_list_of_firms_exists_for_those_who_work_with_all_of_them(world, role, status):
    assert world.client(world.person(role)).get(reverse("firms:list")).status_code == status


@pytest.mark.parametrize(
    "words",
    ["뿌리", "나무뿌", "1108100062", "110-81-00062", '"110 81"', "110 81", "11081", "１１０", " 뿌리 "],
)
def test_a_firm_is_found_by_two_syllables_or_by_its_number_as_anybody_writes_it(world, words):
    wanted = world.firm(number="1108100062", name="나무뿌리금형")
    world.firm(number="1168200276", name="소나무금형")

    response = world.client(world.officer).get(reverse("firms:list"), {"q": words})

    assert response.context["page"].rows == [wanted]


@pytest.mark.parametrize("words", ["%", "_", "'; DROP TABLE", "없는이름", "9" * 200])
def test_what_is_searched_is_text_and_nothing_more(world, words):
    world.a  # noqa: B018  there is a firm to be found by mistake

    assert world.client(world.officer).get(reverse("firms:list"), {"q": words}).context["page"].rows == []


@pytest.mark.parametrize("rows", [1, 3, 60])
def test_the_list_costs_the_same_for_any_number_of_firms(world, django_assert_num_queries, rows):
    one = world.a
    fields = {
        f.attname: getattr(one, f.attname)
        for f in Firm._meta.concrete_fields
        if f.name not in ("id", "key", "business_number")
    }
    Firm.objects.bulk_create(Firm(**fields, business_number=f"{n:010d}") for n in range(1, rows))
    client = world.client(world.officer)
    client.get(reverse("firms:list"))

    with django_assert_num_queries(4):  # session, account, firms, views
        page = client.get(reverse("firms:list")).context["page"]

    assert len(page.rows) == min(rows, 50)


def test_a_search_is_kept_on_the_way_to_the_next_page(world):
    one = world.a
    fields = {
        f.attname: getattr(one, f.attname)
        for f in Firm._meta.concrete_fields
        if f.name not in ("id", "key", "business_number", "name", "search_text")
    }
    firms = [
        Firm(**fields, name=f"{'뿌리' if n % 2 else '나무'} {n:03d}", business_number=f"{n:010d}")
        for n in range(1, 121)
    ]
    for firm in firms:
        firm.search_text = firm.words()
    Firm.objects.bulk_create(firms)
    client = world.client(world.officer)

    first = client.get(reverse("firms:list"), {"q": "뿌리"})
    (following,) = re.findall(r'href="(\?[^"]*mark=[^"]*)"', first.content.decode())
    second = client.get(reverse("firms:list") + following.replace("&amp;", "&"))

    names = [firm.name for page in (first, second) for firm in page.context["page"].rows]
    assert names == [f"뿌리 {n:03d}" for n in range(1, 121, 2)]
    assert second.context["asked"].line == "뿌리"

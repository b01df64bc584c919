"""What administrators do with other people's accounts: each with a reason, a trace and a letter; never their own."""

import re
from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.urls import reverse

from applications.accounts import actions
from applications.accounts.models import Role, User
from applications.kernel import audit
from applications.kernel.errors import Denied, Refused
from applications.notifications.models import Letter
from tests.world import PASSWORD

HOME, LOGIN = reverse("portal:home"), reverse("account_login")
WHY = "As agreed by letter"
EVERYBODY_ELSE = [role for role in Role if role != Role.ADMINISTRATOR]


def sign_in(client, email, password=PASSWORD):
    return client.post(LOGIN, {"login": email, "password": password})


def traces(person):
    return [(t.verb, t.before, t.after, t.note) for t in audit.trail(person)]


def letters_to(person):
    return [letter.kind for letter in Letter.objects.filter(address=person.email)]


# The first account


def create_administrator(monkeypatch, email, password=PASSWORD):
    monkeypatch.setattr("sys.stdin", StringIO(f"{password}\n"))
    call_command("create_administrator", email, stdout=StringIO())


def test_the_first_account_is_made_by_a_command(db, client, monkeypatch):
    create_administrator(monkeypatch, "Admin@Office.example")

    person = User.objects.get()
    assert (person.email, person.role) == ("admin@office.example", Role.ADMINISTRATOR)
    assert traces(person) == [("create_administrator", None, {"role": "administrator"}, "")]
    assert sign_in(client, person.email).url == HOME


@pytest.mark.parametrize(
    ("email", "password"),
    [("admin@office.example", "short"), ("admin@office", PASSWORD), ("ADMIN1@people1.example", PASSWORD)],
)
def test_the_command_says_what_is_wrong_and_makes_nothing(world, monkeypatch, email, password):
    world.person(Role.ADMINISTRATOR, email="admin1@people1.example")

    with pytest.raises(CommandError):
        create_administrator(monkeypatch, email, password)

    assert User.objects.count() == 1


def test_the_database_keeps_one_account_for_one_address(world):
    world.person(email="kim@firm.example")

    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create(email="KIM@firm.example", name="Kim")


# Inviting


def test_an_invited_colleague_chooses_a_password_by_the_letter_and_signs_in(world):
    client = world.client(world.administrator)
    fields = {"email": "Kim@Office.example", "name": "김담당", "role": "officer", "reason": WHY}

    assert client.post(reverse("accounts:invite"), fields).url == reverse("accounts:people")

    person = User.objects.get(email="kim@office.example")
    assert (person.name, person.role) == ("김담당", Role.OFFICER)
    assert traces(person) == [("invite", None, {"role": "officer"}, WHY)]
    (link,) = re.findall(r"/auth/password/reset/key/\S+", Letter.objects.get(kind="account/invited").body)
    visitor = world.client()
    page = visitor.get(link, follow=True)
    visitor.post(page.redirect_chain[-1][0], {"password1": PASSWORD, "password2": PASSWORD})
    assert sign_in(visitor, person.email).url == HOME


def test_who_has_an_account_is_not_invited_again(world):
    person = world.person(email="kim@firm.example")

    response = world.client(world.administrator).post(
        reverse("accounts:invite"),
        {"email": "KIM@firm.example", "name": "Kim", "role": "officer", "reason": WHY},
    )

    assert list(response.context["form"].errors) == ["email"]
    assert response.context["form"]["reason"].value() == WHY
    assert User.objects.get(email="kim@firm.example").role == person.role
    assert Letter.objects.count() == 0


def test_applicants_are_not_invited_they_sign_up(world):
    with pytest.raises(Refused):
        actions.invite(email="a@b.example", name="A", role=Role.APPLICANT, reason=WHY, by=world.administrator)


# Acts on an account


ACTS = {
    "role": (actions.change_role, {"role": Role.DIRECTOR}),
    "deactivate": (actions.set_active, {"active": False}),
    "unlock": (actions.unlock, {}),
    "factor": (actions.reset_second_factor, {}),
}


@pytest.mark.parametrize("act", ACTS)
def test_nobody_acts_on_their_own_account(world, act):
    action, fields = ACTS[act]

    with pytest.raises(Denied):
        action(world.administrator, **fields, reason=WHY, by=world.administrator)

    assert audit.trail(world.administrator).count() == 0
    assert world.client(world.administrator).get(own_page(world, act)).status_code == 404


def own_page(world, act):
    return reverse("accounts:act", args=[world.administrator.key, act])


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("role", EVERYBODY_ELSE)
def test_nobody_but_an_administrator_acts_on_an_account(world, act, role):
    action, fields = ACTS[act]

    with pytest.raises(Denied):
        action(world.officer, **fields, reason=WHY, by=world.person(role))

    assert audit.trail(world.officer).count() == 0


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("reason", ["", "    ", "ok", "1234"])
def test_each_act_asks_for_a_reason(world, act, reason):
    action, fields = ACTS[act]

    with pytest.raises(Refused) as refusal:
        action(world.officer, **fields, reason=reason, by=world.administrator)

    assert [r.field for r in refusal.value.reasons] == ["reason"]
    world.officer.refresh_from_db()
    assert (world.officer.role, world.officer.is_active) == (Role.OFFICER, True)
    assert (audit.trail(world.officer).count(), Letter.objects.count()) == (0, 0)


def test_g40_a_role_taken_away_ends_the_sessions_and_the_pages_are_gone(world):
    person = world.officer2
    client, desk = world.client(person), reverse("intake:desk")
    assert client.get(desk).status_code == 200

    response = world.client(world.administrator).post(
        reverse("accounts:act", args=[person.key, "role"]), {"role": "reviewer", "reason": WHY}
    )

    assert response.url == reverse("accounts:person", args=[person.key])
    assert client.get(desk).url == f"{LOGIN}?next={desk}"
    assert sign_in(client, person.email).url == HOME
    assert client.get(desk).status_code == 404
    assert traces(person) == [("change_role", {"role": "officer"}, {"role": "reviewer"}, WHY)]
    assert letters_to(person) == ["account_changed"]


def test_an_account_of_staff_never_becomes_one_of_a_firm(world):
    with pytest.raises(Refused):
        actions.change_role(world.officer, role=Role.APPLICANT, reason=WHY, by=world.administrator)


def test_a_closed_account_is_out_at_once_and_can_be_opened_again(world):
    person = world.officer
    client = world.client(person)

    actions.set_active(person, active=False, reason=WHY, by=world.administrator)
    assert client.get(HOME).status_code == 302
    assert sign_in(client, person.email).url == reverse("account_inactive")

    actions.set_active(person, active=True, reason=WHY, by=world.administrator)
    assert sign_in(client, person.email).url == HOME
    assert traces(person) == [
        ("deactivate", {"active": True}, {"active": False}, WHY),
        ("reactivate", {"active": False}, {"active": True}, WHY),
    ]
    assert letters_to(person) == ["account_changed", "account_changed"]


def test_unlocking_forgets_the_wrong_passwords_of_one_account_alone(world, settings):
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"login_failed": "2/5m/key"}
    person, other = world.person(), world.person()
    for locked in (person, other):
        for _turn in range(2):
            sign_in(world.client(), locked.email, "wrong")
    cache.set("something", 1)

    actions.unlock(person, reason=WHY, by=world.administrator)

    assert sign_in(world.client(), person.email).url == HOME
    assert sign_in(world.client(), other.email).status_code == 200
    assert cache.get("something") == 1
    assert traces(person) == [("unlock", None, None, WHY)]
    assert letters_to(person) == ["account_changed"]


@pytest.mark.parametrize("role", [Role.APPLICANT, Role.REVIEWER])
def test_whoever_needs_no_second_factor_is_invited_to_add_one_until_they_have(world, role):
    person = world.person(role)
    client, invitation = world.client(person), f'class="button" href="{reverse("mfa_index")}"'

    assert invitation in client.get(reverse("accounts:me")).text
    TOTP.activate(person, generate_totp_secret())
    assert invitation not in client.get(reverse("accounts:me")).text


def test_a_lost_second_factor_is_taken_away_with_the_sessions(world, settings):
    person = world.officer
    TOTP.activate(person, generate_totp_secret())
    client = world.client(person)

    actions.reset_second_factor(person, reason=WHY, by=world.administrator)

    assert Authenticator.objects.filter(user=person).count() == 0
    assert client.get(HOME).status_code == 302
    settings.STAFF_SECOND_FACTOR = True
    sign_in(client, person.email)
    assert client.get(HOME).url == reverse("mfa_activate_totp")
    assert traces(person) == [("reset_second_factor", None, None, WHY)]
    assert letters_to(person) == ["account_changed"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("role", "your role is now: Programme officer"),
        ("factor", "your second factor was reset"),
        ("unlock", "your account was unlocked"),
        ("deactivate", "your account was closed"),
        ("reactivate", "your account is open again"),
    ],
)
def test_the_letter_says_what_was_changed(world, change, said):
    person = world.person(Role.OFFICER, language="en")
    act = {
        "role": lambda: actions.change_role(person, role=Role.OFFICER, reason=WHY, by=world.administrator),
        "factor": lambda: actions.reset_second_factor(person, reason=WHY, by=world.administrator),
        "unlock": lambda: actions.unlock(person, reason=WHY, by=world.administrator),
        "deactivate": lambda: actions.set_active(person, active=False, reason=WHY, by=world.administrator),
        "reactivate": lambda: actions.set_active(person, active=True, reason=WHY, by=world.administrator),
    }[change]

    act()

    assert said in Letter.objects.get(to=person).body


# Pages


@pytest.mark.parametrize("role", EVERYBODY_ELSE)
def test_pages_of_people_exist_for_administrators_and_to_read_for_auditors(world, role):
    client, someone = world.client(world.person(role)), world.officer
    seen = 200 if role == Role.AUDITOR else 404

    assert client.get(reverse("accounts:people")).status_code == seen
    assert client.get(reverse("accounts:person", args=[someone.key])).status_code == seen
    assert client.get(reverse("accounts:invite")).status_code == 404
    for act in ACTS:
        assert (
            client.post(reverse("accounts:act", args=[someone.key, act]), {"reason": WHY}).status_code == 404
        )
    someone.refresh_from_db()
    assert (someone.is_active, User.objects.count()) == (True, 2)


def test_an_act_that_does_not_exist_is_missing(world):
    client = world.client(world.administrator)

    assert client.get(reverse("accounts:act", args=[world.officer.key, "promote"])).status_code == 404


def test_people_are_found_by_a_part_of_their_name_or_address(world):
    wanted, _other = world.person(name="김새싹", email="ssak@firm.example"), world.person(name="이뿌리")
    client, people = world.client(world.administrator), reverse("accounts:people")

    for words in ("새싹", "SSAK", "ssak@firm"):
        assert client.get(people, {"q": words}).context["page"].rows == [wanted], words
    assert client.get(people, {"q": "없음"}).context["page"].rows == []


@pytest.mark.parametrize("hostile", ["%", "_", "'", "\\", "()", "*", "가" * 500, "<script>"])
def test_what_is_searched_is_text_and_nothing_more(world, hostile):
    world.person()
    response = world.client(world.administrator).get(reverse("accounts:people"), {"q": hostile})

    assert response.context["page"].rows == []
    assert b"<script>" not in response.content.split(b"<main", 1)[1].replace(b"<script src", b"")


@pytest.mark.parametrize("rows", [1, 3, 60])
def test_the_list_of_people_costs_the_same_for_any_number_of_them(world, django_assert_num_queries, rows):
    client = world.client(world.administrator)
    User.objects.bulk_create(User(email=f"p{n}@x.example", name=f"P {n}") for n in range(rows))
    client.get(reverse("accounts:people"))

    with django_assert_num_queries(4):  # session, account, people, that they were seen
        client.get(reverse("accounts:people"))


def test_a_person_keeps_their_own_name_telephone_and_language(world):
    person = world.person()
    called, client, me = person.name, world.client(person), reverse("accounts:me")

    assert (
        client.post(me, {"name": "박뿌리", "phone": "010-1234-5678", "language": "en", "role": "officer"}).url
        == me
    )

    person.refresh_from_db()
    assert (person.name, person.phone, person.language) == ("박뿌리", "010-1234-5678", "en")
    assert person.role == Role.APPLICANT
    trace = audit.trail(person).get()
    assert (trace.verb, trace.actor, trace.before, trace.after) == (
        "edit_own",
        person,
        {"name": called, "phone": "", "language": "ko"},
        {"name": "박뿌리", "phone": "010-1234-5678", "language": "en"},
    )


def test_what_is_typed_wrong_about_oneself_is_told_beside_it_and_kept(world):
    person = world.person()

    response = world.client(person).post(
        reverse("accounts:me"), {"name": "박\u200b뿌리", "phone": "0" * 21, "language": "xx"}
    )

    assert sorted(response.context["form"].errors) == ["language", "name", "phone"]
    assert response.context["form"]["phone"].value() == "0" * 21
    before = person.name
    person.refresh_from_db()
    assert person.name == before


def test_who_belongs_to_a_firm_does_not_become_staff_and_decides_over_it(world, english):
    owner = world.owner_of(world.a)

    with pytest.raises(Refused) as refusal:
        actions.change_role(
            owner, role=Role.OFFICER, reason="A new post", by=world.person(Role.ADMINISTRATOR)
        )

    owner.refresh_from_db()
    assert (
        str(refusal.value) == "This person belongs to a firm. Another owner takes the person out of it first."
    )
    assert (owner.role, world.a.members.filter(user=owner).count()) == (Role.APPLICANT, 1)

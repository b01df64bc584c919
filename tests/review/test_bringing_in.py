"""Reviewers out of an officer's workbook: the dry run, the accounts and letters, and everything that is refused with its reason."""

from datetime import date

import pytest
from django.urls import reverse

from applications.accounts import actions as accounts
from applications.accounts.models import Role, User
from applications.kernel import audit, clock, importing
from applications.kernel.errors import Denied, Refused
from applications.notifications.models import Letter
from applications.review import facts, people, queries
from applications.review.importing import REVIEWERS
from applications.review.models import ReviewerProfile
from tests import bringing
from tests.asking import reasons, text
from tests.bringing import said, written
from tests.together import together
from tests.world import AFTER, PASSWORD, browser

HEAD = [str(one.label) for one in REVIEWERS.fields]
ROW = [
    "Kim@Uni.example", "김가온", "가상대학교", "110-81-00062", "기계공학과", date(2019, 3, 2), "Academia", "경남", "금형, 주조",
    "", "사출, 냉각", 10.0,
]  # fmt: skip
SHORT = ["lee@place.example", "이도윤", "다온기술(주)", "", "", "", "산업계", "", "금형", "", "", ""]
NAMES = ("affiliation", "affiliation_number", "department", "since", "kind", "keywords", "most_sessions")


@pytest.fixture(autouse=True)
def december(english, world):
    world.officer.language = "en"
    world.officer.save()
    with clock.at(AFTER):
        yield


def brought(world, rows):
    return bringing.brought(world, REVIEWERS, [HEAD, *rows])


def test_a_reviewer_is_shown_first_and_then_made_with_account_letter_and_profile(world):
    found = brought(world, [ROW, SHORT])
    assert (said(found), ReviewerProfile.objects.count()) == ([(2, "new", []), (3, "new", [])], 0)

    written(found, world)

    kim, lee = (User.objects.get(email=email) for email in ("kim@uni.example", "lee@place.example"))
    assert (kim.name, kim.role, kim.has_usable_password()) == ("김가온", "reviewer", False)
    assert [getattr(kim.reviewer_profile, name) for name in NAMES] == [
        "가상대학교", "1108100062", "기계공학과", date(2019, 3, 2), "academia", "사출, 냉각", 10,
    ]  # fmt: skip
    assert {one.name for one in kim.reviewer_profile.technologies.all()} == {"금형", "주조"}
    assert (str(kim.reviewer_profile.region.name), lee.reviewer_profile.region) == ("경남", None)
    assert (lee.reviewer_profile.kind, lee.reviewer_profile.most_sessions) == ("industry", 45)
    assert set(Letter.objects.filter(kind="account/invited").values_list("to", flat=True)) == {kim.pk, lee.pk}
    note = "Imported from list.xlsx, row 2: A list of the ministry"
    assert [(one.verb, one.actor, one.note) for one in audit.trail(kim)] == [("invite", world.officer, note)]
    trace = audit.trail(kim.reviewer_profile).get()
    assert (trace.verb, trace.after["affiliation"], trace.note) == ("set_profile", "가상대학교", note)


def test_the_same_file_twice_makes_nothing_twice(world):
    written(brought(world, [ROW]), world)
    again = brought(world, [ROW])

    here = "This reviewer is here already, and keeps the profile."
    assert said(again) == [(2, "same", [["email", here]])]
    assert reasons(importing.confirm, again, good_only=False, by=world.officer) == [
        "There is nothing to write in this file."
    ]
    assert (
        User.objects.filter(role=Role.REVIEWER).count(),
        Letter.objects.filter(kind="account/invited").count(),
    ) == (1, 1)


def test_a_file_never_changes_what_a_reviewer_has_written(world):
    reviewer = world.reviewer(email="kim@uni.example", affiliation="Own words")

    found = brought(world, [ROW, SHORT])
    written(found, world)

    reviewer.reviewer_profile.refresh_from_db()
    assert [row.outcome for row in found.rows.order_by("line")] == ["same", "new"]
    assert reviewer.reviewer_profile.affiliation == "Own words"


def test_somebody_who_was_invited_and_has_no_profile_gets_it_without_another_letter(world):
    invited = world.person(Role.REVIEWER, email="kim@uni.example", name="Kim")

    found = brought(world, [ROW])
    [row] = found.rows.all()
    assert (row.outcome, row.after) == ("changed", {"affiliation": "가상대학교", "department": "기계공학과"})
    written(found, world)

    invited.refresh_from_db()
    assert (invited.name, invited.reviewer_profile.affiliation) == ("Kim", "가상대학교")
    assert not Letter.objects.filter(kind="account/invited").exists()


@pytest.mark.parametrize("role", [role for role in Role if role != Role.REVIEWER])
def test_an_address_with_another_role_is_refused_with_the_reason(world, role):
    world.person(role, email="kim@uni.example")

    found = brought(world, [ROW])

    words = f"There is an account with this address already, and it is no reviewer's: {role.label}."
    assert said(found) == [(2, "wrong", [["email", words]])]


def test_a_closed_account_is_left_closed(world):
    reviewer = world.person(Role.REVIEWER, email="kim@uni.example")
    accounts.set_active(reviewer, active=False, reason="Has retired", by=world.administrator)

    found = brought(world, [ROW, SHORT])
    written(found, world)

    assert said(found)[0] == (2, "same", [["email", "The account of this reviewer is closed."]])
    assert not ReviewerProfile.objects.filter(user=reviewer).exists()


@pytest.mark.parametrize(
    ("changes", "field", "fault"),
    [
        ({0: "kim at uni"}, "email", "Please enter an e-mail address in Latin letters, such as name@firm.co.kr."),
        ({0: "김@uni.example"}, "email", "Please enter an e-mail address in Latin letters, such as name@firm.co.kr."),
        ({0: ""}, "email", "Please fill this in."),
        ({3: "110-81-00063"}, "affiliation_number", "This is not a valid business registration number. Please check the ten digits."),
        ({5: date(2031, 1, 1)}, "since", "This date is still to come."),
        ({6: "somebody"}, "kind", "“somebody” is none of the words that may stand here."),
        ({8: ","}, "technologies", "Please fill this in."),
        ({11: 46}, "most_sessions", "Please enter a number from 1 to 45."),
        ({11: 0}, "most_sessions", "Please enter a number from 1 to 45."),
    ],
)  # fmt: skip
def test_a_row_that_is_wrong_says_where_and_why(world, changes, field, fault):
    found = brought(world, [[changes.get(place, value) for place, value in enumerate(ROW)], SHORT])

    assert said(found) == [(2, "wrong", [[field, fault]]), (3, "new", [])]


def test_an_address_that_stands_twice_is_wrong_the_second_time_however_it_is_written(world):
    found = brought(world, [ROW, [" KIM@uni.EXAMPLE ", *SHORT[1:]]])

    assert said(found)[1] == (3, "wrong", [["email", "This reviewer stands in row 2 already."]])


def test_who_signed_up_between_the_dry_run_and_the_writing_is_looked_at_again(world):
    found = brought(world, [ROW, SHORT])
    world.person(email="kim@uni.example")

    written(found, world)

    assert (found.state, [row.outcome for row in found.rows.order_by("line")]) == (
        "checked",
        ["wrong", "new"],
    )
    assert not ReviewerProfile.objects.exists()
    written(found, world, good_only=True)
    assert list(ReviewerProfile.objects.values_list("user__email", flat=True)) == ["lee@place.example"]


def test_what_was_brought_in_is_to_be_looked_through_and_finds_conflicts_meanwhile(world):
    written(brought(world, [[*ROW[:3], world.a.business_number, *ROW[4:]]]), world)
    kim = User.objects.get(email="kim@uni.example")
    kim.set_password(PASSWORD)
    kim.save()

    assert (kim.reviewer_profile.confirmed_at, kim.reviewer_profile.is_stale) == (None, True)
    application = world.in_review(world.call(quorum=3), firm=world.a)
    assert [one.code for one in facts.against(application, kim.reviewer_profile)] == ["C1"]
    assert "The office has written down what it knew of you." in text(
        browser(kim).get(reverse("portal:home"))
    )
    assert "The office has written down what it knew of you." in text(
        browser(kim).get(reverse("review:profile"))
    )
    seen = text(browser(world.officer).get(kim.reviewer_profile.get_absolute_url()))
    assert "An officer has brought this in. The reviewer has not looked through it yet." in seen
    profile = kim.reviewer_profile
    people.set_profile(
        kim, technologies=profile.technologies.all(), affiliation="Here", kind="academia", by=kim
    )
    assert not queries.roster().get(user=kim).is_stale


def test_only_officers_make_reviewers_out_of_a_file(world):
    columns = {"technologies": [], "fields": [], "affiliation": "X", "kind": "academia", "note": "x"}
    for person in (world.director, world.administrator, world.auditor, world.reviewer()):
        with pytest.raises(Denied):
            people.bring_in(email="new@place.example", name="New", **columns, by=person)
        with pytest.raises(Denied):
            accounts.bring_in(email="new@place.example", name="New", by=person, note="x")
    assert not User.objects.filter(email="new@place.example").exists()


def test_an_officer_goes_from_the_list_to_the_template_and_back(world):
    client = browser(world.officer)
    imports = reverse("portal:imports", args=["reviewers"])

    assert imports in client.get(reverse("review:reviewers")).content.decode()
    assert reverse("portal:import_begin", args=["reviewers"]) in client.get(imports).content.decode()
    template = client.get(reverse("portal:import_template", args=["reviewers"]))
    assert (template.status_code, template["Content-Disposition"]) == (
        200,
        'attachment; filename="Reviewers.xlsx"',
    )


@pytest.mark.postgresql
def test_a_reviewer_who_saves_at_the_moment_of_the_import_keeps_their_own_words(committed, world):
    def bring(email):
        with clock.at(AFTER):
            people.bring_in(
                email=email, name="X", technologies=[], fields=[], affiliation="The file", kind="academia", note="A list",
                by=world.officer,
            )  # fmt: skip

    def save(user):
        with clock.at(AFTER):
            people.set_profile(user, technologies=[], affiliation="Own words", kind="academia", by=user)

    for _turn in range(5):
        user = world.person(Role.REVIEWER)
        outcomes = together(lambda user=user: bring(user.email), lambda user=user: save(user))

        assert type(outcomes[0]) in (type(None), Refused)
        assert type(outcomes[1]) is type(None)
        assert ReviewerProfile.objects.get(user=user).affiliation == "Own words"

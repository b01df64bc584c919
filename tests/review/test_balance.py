"""How a panel is made up: women and men are counted where enough of them say it, and nothing else asks for it."""

import pytest
from django.conf import settings as configured

from applications.kernel import audit, clock
from applications.kernel.taxonomy import IndustryField
from applications.review import drawing, seating
from applications.review import people as profiles
from applications.review.models import ReviewerProfile
from tests.asking import fresh, text
from tests.world import AFTER, browser

pytestmark = pytest.mark.usefixtures("english")


@pytest.fixture
def panel(world):
    with clock.at(AFTER):
        call = world.call(quorum=3)
        made = seating.make(
            call,
            stage=call.stages.get(),
            name="Castings",
            fields=IndustryField.objects.filter(code="F1"),
            by=world.officer,
        )
        yield made


WORDS = {"female": "Women", "male": "Men"}


@pytest.mark.parametrize(
    ("said", "rows"),
    [
        (["female", "male", "unsaid", ""], []),
        (["female", "male", "female"], [("Women", 2), ("Men", 1), ("Not said", 0)]),
        (["male", "male", "", "male", "unsaid"], [("Women", 0), ("Men", 3), ("Not said", 2)]),
        ([], []),
    ],
)
def test_women_and_men_are_counted_from_three_on_who_say_it(said, rows):
    found = drawing.shares_of_genders(said, WORDS, unsaid="Not said")

    assert [row[:2] for row in found] == rows


def test_a_page_counts_women_and_men_and_says_of_nobody_what_they_are(world, panel):
    people = [world.seated(panel) for _number in range(4)]
    client, page = browser(world.officer), panel.get_absolute_url()
    for person, said in zip(people[:2], ("female", "male"), strict=True):
        ReviewerProfile.objects.filter(user=person).update(gender=said)
    before = client.get(page).context["balance"]

    ReviewerProfile.objects.filter(user=people[2]).update(gender="female")
    after = client.get(page).context["balance"]

    assert ([title for title, _rows in before["tables"]], before["without_genders"]) == (
        ["Kind", "Region", "Institution"], True,
    )  # fmt: skip
    assert dict(after["tables"])["Gender"] == [
        ("Woman", 2, 50, 100), ("Man", 1, 25, 50), ("Not said", 1, 25, 50),
    ]  # fmt: skip
    profile = text(client.get(people[2].reviewer_profile.get_absolute_url()))
    assert not [word for word in ("Woman", "Man ", "gender", "Gender") if word in profile]


def test_what_somebody_says_they_are_is_asked_for_by_nothing_but_the_balance():
    """Neither matching nor conflicts, draws, lists and traces know the word."""
    rooms = configured.BASE_DIR / "applications"
    knowing = {
        path.name
        for path in rooms.rglob("*.py")
        if "gender" in path.read_text() and "migrations" not in path.parts
    }

    assert knowing == {"demonstration.py", "models.py", "forms.py", "people.py", "convening.py", "drawing.py"}


def test_a_trace_of_a_profile_does_not_say_it(world):
    reviewer = world.reviewer()
    profile = reviewer.reviewer_profile
    profiles.set_profile(
        reviewer,
        technologies=profile.technologies.all(),
        affiliation="Elsewhere",
        kind="academia",
        gender="female",
        by=reviewer,
    )

    assert fresh(profile).gender == "female"
    assert "female" not in str(list(audit.trail(profile).values("before", "after", "note")))

"""How a panel is made up: women and men are counted where enough of them say it, and nothing else asks for it."""

import pytest
from django.conf import settings as configured

from applications.kernel import audit, clock
from applications.kernel.taxonomy import IndustryField, Region
from applications.review import actions, drawing, seating
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


def test_who_judged_in_earlier_years_of_the_programme_is_named_with_the_years(world, panel):
    """By a sheet or a seat of before; not by one that was stepped back from, of this year, or of another programme."""
    by_sheet, by_seat, back, this_year, elsewhere, new = (
        world.reviewer(name=name) for name in ("Ahn", "Bae", "Cho", "Do", "Eom", "Gil")
    )
    with clock.at(AFTER):
        calls = {2025: world.call(quorum=3), 2026: world.call(quorum=3), 2027: world.call(quorum=3)}
        calls["rnd"] = world.call("rnd", quorum=3)
        asked = [(2025, by_sheet), (2026, by_sheet), (2026, back), (2027, this_year), ("rnd", elsewhere)]
        for year, reviewer in asked:
            sheet = world.assigned(world.in_review(calls[year]), reviewer, clear=False)
            if reviewer is back:
                actions.declare(sheet, code="C10", by=back)
        there = seating.make(
            calls[2026], stage=calls[2026].stages.get(), name="Before", fields=IndustryField.objects.filter(code="F2"),
            by=world.officer,
        )  # fmt: skip
        world.seated(there, by_seat)
        for year in (2025, 2026, "rnd"):
            type(calls[year]).objects.filter(pk=calls[year].pk).update(year=2026 if year == "rnd" else year)
        for reviewer in (by_sheet, by_seat, back, this_year, elsewhere, new):
            world.seated(panel, reviewer)
        page = browser(world.officer).get(panel.get_absolute_url())

    assert page.context["balance"]["again"] == [("Ahn", [2025, 2026]), ("Bae", [2026])]
    assert "Ahn: 2025, 2026" in text(page)


def test_two_of_one_institution_are_two_of_one_business_number_however_it_is_written(world, panel):
    regions = {region.code: region for region in Region.objects.all()}
    people = [
        world.reviewer(affiliation="(주)한국", affiliation_number="1108100062"),
        world.reviewer(affiliation="한국 본사", affiliation_number="1108100062"),
        world.reviewer(affiliation="KIMM"),
        world.reviewer(affiliation="Firm X"),
    ]
    for person, kind, code in zip(
        people, ("academia", "academia", "institute", "industry"), ("11", "11", "48", None), strict=True
    ):
        ReviewerProfile.objects.filter(user=person).update(kind=kind, region=regions.get(code))
        world.seated(panel, person)

    page = browser(world.officer).get(panel.get_absolute_url())

    balance = page.context["balance"]
    counted = {title: [row[:2] for row in rows] for title, rows in balance["tables"]}
    assert counted == {
        "Kind": [("Industry", 1), ("Academia", 2), ("Research institute", 1)],
        "Region": [(str(regions["11"]), 2), (str(regions["48"]), 1), ("Not given", 1)],
        "Institution": [("(주)한국", 2), ("Firm X", 1), ("KIMM", 1)],
    }
    assert balance["twice"] == ["(주)한국"]
    assert "(주)한국" in text(page)

"""May a firm apply: the rules as far as it can tell itself, and the page that asks."""

from datetime import date, timedelta
from urllib.parse import urlencode

import pytest
from django.db import IntegrityError
from django.urls import reverse

from applications.calls.models import Call, RequiredPaper
from applications.calls.outlines import SPROUT_PAPERS
from applications.calls.rules import Situation, against, is_manufacturer, need, traits_of, years_between
from applications.firms.models import Firm
from applications.kernel import clock
from applications.kernel.taxonomy import IndustryField
from tests.calls.test_actions import prepare
from tests.calls.test_building import add
from tests.calls.test_views import desk
from tests.intake.test_views import browser, text
from tests.sweep import stored
from tests.world import BEFORE, CLOSES, DURING

pytestmark = pytest.mark.usefixtures("english")
CLOSING = date(2026, 12, 15)
GOOD = {
    "registered": True, "size": "small", "track": "root", "certificate": True, "field": "F2",
    "founded_on": date(2010, 1, 4), "arrears": False, "default": False, "impaired": False, "indebted": False,
    "illiquid": False, "adverse": False, "corporation": True, "manufacturer": True,
}  # fmt: skip


def codes(limits=(), **changes):
    found = against(Situation(**GOOD | changes), closes_on=CLOSING, **dict(limits))
    return [obstacle.code for obstacle in found]


def test_nothing_stands_against_a_sound_firm():
    assert codes() == []


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"registered": False}, "E01"),
        ({"size": "large"}, "E02"),
        ({"certificate": False}, "E03"),
        ({"field": ""}, "E04"),
        ({"arrears": True}, "E06"),
        ({"default": True}, "E07"),
        ({"impaired": True}, "E08"),
        ({"indebted": True}, "E08"),
        ({"illiquid": True}, "E08"),
        ({"adverse": True}, "E09"),
    ],
)
def test_each_exclusion_that_a_firm_can_tell_itself_is_found_with_its_reason_and_advice(changes, code):
    [obstacle] = against(Situation(**GOOD | changes), closes_on=CLOSING)

    assert obstacle.code == code
    assert str(obstacle) and str(obstacle.advice)


def test_everything_at_once_is_told_in_the_order_of_the_rules():
    worst = {"registered": False, "size": "large", "certificate": False, "field": "", "arrears": True, "default": True,
             "impaired": True, "indebted": True, "illiquid": True, "adverse": True}  # fmt: skip

    assert codes({"most_years": 1}.items(), **worst) == [f"E0{number}" for number in range(1, 10)]


@pytest.mark.parametrize("size", ["small", "early_mid", "mid"])
def test_small_medium_and_mid_size_firms_may_apply(size):
    assert codes(size=size) == []


@pytest.mark.parametrize("track", ["restructuring", "venture", "conversion"])
def test_only_existing_root_firms_need_the_certificate(track):
    assert codes(track=track, certificate=False) == []


def test_a_call_may_name_its_fields():
    assert codes({"fields": ["F1", "F2"]}.items()) == []
    assert codes({"fields": ["F1"]}.items()) == ["E04"]
    assert codes({"fields": []}.items()) == []


@pytest.mark.parametrize(
    ("founded_on", "least", "most", "found"),
    [
        (date(2019, 12, 15), 7, 7, []),  # seven years on the day
        (date(2019, 12, 14), 7, 7, ["E05"]),  # a day more than seven years
        (date(2019, 12, 16), 7, None, ["E05"]),  # a day less
        (date(2026, 12, 1), 0, None, []),
        (date(2000, 2, 29), None, None, []),
    ],
)
def test_years_in_business_are_counted_to_the_closing_date(founded_on, least, most, found):
    limits = {"least_years": least, "most_years": most}.items()

    assert codes(limits, founded_on=founded_on) == found


@pytest.mark.parametrize(("founded_on", "found"), [(date(2023, 12, 16), []), (date(2023, 12, 15), ["E08"])])
def test_firms_under_three_years_are_spared_the_ratios_but_not_a_lost_capital(founded_on, found):
    assert codes(founded_on=founded_on, indebted=True, illiquid=True) == found
    assert codes(founded_on=founded_on, impaired=True) == ["E08"]


@pytest.mark.parametrize(
    ("begun", "day", "years"),
    [
        (date(2020, 2, 29), date(2021, 2, 28), 0),
        (date(2020, 2, 29), date(2021, 3, 1), 1),
        (date(2020, 5, 1), date(2026, 5, 1), 6),
        (date(2026, 5, 1), date(2026, 4, 30), -1),
    ],
)
def test_whole_years(begun, day, years):
    assert years_between(begun, day) == years


@pytest.mark.parametrize(
    ("ksic", "makes"),
    [("10111", True), ("34019", True), ("09900", False), ("35111", False), ("62010", False)],
)
def test_manufacturers_are_section_c_of_the_classification(ksic, makes):
    assert is_manufacturer(ksic) is makes


PAPERS = [
    RequiredPaper(code=code, required=firms == "all", needed_from="" if firms == "all" else firms)
    for code, _name, _help, firms in SPROUT_PAPERS  # D01 to D06, D08, D09, D10, D12, D16
]


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({}, [True, True, True, None, True, True, True, True, True, None, None]),
        ({"corporation": False}, [True, True, False, None, True, True, True, True, True, None, None]),
        ({"track": "venture"}, [True, True, True, None, True, True, False, True, True, None, None]),
        ({"manufacturer": False}, [True, True, True, None, True, True, True, True, False, None, None]),
    ],
)
def test_the_papers_follow_from_what_the_firm_is(changes, wanted):
    traits = Situation(**GOOD | changes).traits

    assert [need(paper, traits).holds for paper in PAPERS] == wanted


@pytest.mark.parametrize("trait", ["corporation", "root", "manufacturer"])
def test_what_follows_from_the_firm_is_told_with_its_reason_either_way(trait):
    paper = RequiredPaper(required=False, needed_from=trait)
    because, because_not = (str(need(paper, traits).why) for traits in ({trait}, set()))

    assert (because[:14], because_not[:10]) == ("needed because", "not needed")
    assert (
        need(RequiredPaper(required=True), set()).why
        == need(RequiredPaper(required=False), {trait}).why
        == ""
    )


def test_a_proof_is_needed_once_a_bonus_is_claimed_and_else_where_it_applies():
    paper = RequiredPaper(required=False, needed_from="bonus")

    assert [need(paper, traits).holds for traits in ({"bonus"}, set())] == [True, None]
    assert need(paper, {"bonus"}).why == "needed because a bonus is claimed that it proves"


@pytest.mark.parametrize(
    ("profile", "found"),
    [
        ({}, {"root", "manufacturer"}),
        ({"corporate_number": "9999117009115"}, {"root", "manufacturer", "corporation"}),
        ({"track": "venture", "ksic": "62010"}, set()),
    ],
)
def test_a_profile_says_what_a_firm_is(profile, found):
    assert traits_of(Firm(**{"track": "root", "ksic": "24321"} | profile)) == found


def test_a_paper_of_all_firms_is_not_one_of_some(world):
    with pytest.raises(IntegrityError):
        world.r1.papers.filter(code="D01").update(needed_from="root")


# The page


def query(**changes):
    words = {name: {True: "yes", False: "no"}.get(value, value) for name, value in (GOOD | changes).items()}
    return {name: str(value) for name, value in words.items()}


def ask(call, client=None, **given):
    with clock.at(DURING):
        return (client or browser()).get(f"{call.get_absolute_url()}check/", given)


def test_whoever_comes_may_check_without_signing_in_and_nothing_is_kept(world):
    call = world.call(by_firm=True)
    before = stored()

    page = text(ask(call, **query()))

    assert "As you answered, nothing stands against an application" in page
    assert (
        "법인등기사항전부증명서 (needed because the firm is a corporation)"
        " issued within 3 months before the closing day Needed" in page
    )
    assert "Is the firm a corporation? Yes" in page
    assert stored() == before


def test_a_file_that_other_tracks_are_asked_for_is_not_needed_and_the_notice_says_of_whom(world):
    call = prepare(world)
    asked = {"kind": "file", "label": "A deed", "max_length": 2, "tracks": ["venture", "conversion"]}
    add(call, "question", world, within=call.parts.first(), **asked)
    Call.objects.filter(pk=call.pk).update(published_at=BEFORE)

    tracks, form = ("root", "venture"), reverse("intake:section_preview", args=[call.key, "plan"])

    pages = [text(ask(call, **query(track=track))) for track in tracks]
    previews = [text(browser(world.officer).get(form, {"track": track})) for track in tracks]

    assert "A deed (not needed: firms of other tracks are asked for it) Not needed" in pages[0]
    assert "A deed Needed" in pages[1]
    assert ["A deed required of" in page for page in previews] == [False, True]
    for page in (call.get_absolute_url(), desk("preview", call.key)):
        assert "A deed (required of Venture, Conversion" in text(browser(world.officer).get(page))


def test_what_stands_against_it_is_told_with_its_rule_and_advice(world):
    page = text(ask(world.call(by_firm=True), **query(arrears=True, certificate=False, manufacturer=False)))

    assert "As you answered, this stands against an application" in page
    assert "No valid root-firm certificate on the closing date (E03)" in page
    assert "Taxes in arrears (E06) Pay what is due" in page
    assert "공장등록증명서 (not needed: the firm is no manufacturer) Not needed" in page


def test_the_limits_of_the_call_count(world):
    call = world.call(least_years=3, most_years=7)
    call.open_to.set(IndustryField.objects.filter(code="F1"))

    response = ask(call, **query())

    assert [obstacle.code for obstacle in response.context["obstacles"]] == ["E04", "E05"]
    notice = text(browser().get(call.get_absolute_url()))
    assert "Fields that may apply: Intelligent moulds" in notice
    assert "At least 3 years in business on the closing date At most 7 years" in notice


def test_the_result_stands_in_the_address_and_can_be_printed(world):
    response = ask(world.r1, **query())

    page = response.content.decode()
    assert response.request["QUERY_STRING"] == urlencode(query())
    assert 'method="get"' in page
    assert "data-print" in page
    assert "csrfmiddlewaretoken" not in page.partition("<main")[2].partition("</main>")[0]


def test_unknown_words_in_the_address_do_nothing(world):
    response = ask(world.r1, x="1", page="2")

    assert not response.context["form"].is_bound
    assert "papers" not in response.context


def test_half_an_answer_is_asked_for_the_rest_and_kept(world):
    response = ask(world.r1, size="small", track="root")

    form = response.context["form"]
    assert form.errors["certificate"] == ["An existing root firm needs the certificate: please answer."]
    assert set(form.errors) == set(GOOD) - {"size", "track"}
    assert (form["size"].value(), form["track"].value()) == ("small", "root")


@pytest.mark.parametrize(
    ("given", "field", "said"),
    [
        ({"founded_on": "2999-01-01"}, "founded_on", "This date is still to come."),
        ({"founded_on": "yesterday"}, "founded_on", "Enter a valid date."),
        ({"size": "x"}, "size", "Select a valid choice. x is not one of the available choices."),
        (
            {"arrears": "maybe"},
            "arrears",
            "Select a valid choice. maybe is not one of the available choices.",
        ),
        ({"field": "F9"}, "field", "Select a valid choice. F9 is not one of the available choices."),
    ],
)
def test_answers_that_are_none_are_refused_beside_their_question(world, given, field, said):
    assert ask(world.r1, **query() | given).context["form"].errors == {field: [said]}


def test_none_of_the_fields_is_an_answer_too(world):
    response = ask(world.r1, **query() | {"field": "none"})

    assert [obstacle.code for obstacle in response.context["obstacles"]] == ["E04"]


def test_a_firm_that_is_signed_in_finds_its_profile_filled_in(world):
    firm = world.firm(
        corporate_number="1101110000005", founded_on=date(2012, 3, 2), track="venture", size="mid"
    )
    with clock.at(DURING):
        client = browser(world.owner_of(firm))

    form = ask(world.r1, client).context["form"]

    assert {name: form[name].value() for name in ("size", "track", "field", "corporation", "manufacturer")} == {
        "size": "mid", "track": "venture", "field": "F2", "corporation": "yes", "manufacturer": "yes",
    }  # fmt: skip
    assert form["founded_on"].value() == date(2012, 3, 2)
    assert form["arrears"].value() is None


def test_staff_and_people_without_a_firm_find_it_empty(world):
    with clock.at(DURING):
        clients = [browser(world.person()), browser(world.officer)]

    assert [ask(world.r1, client).context["form"].initial for client in clients] == [{}, {}]


def test_a_call_in_preparation_is_checked_by_its_staff_only(world):
    call = prepare(world)

    assert ask(call).status_code == 404


def test_after_the_closing_it_says_what_would_have_stood_but_offers_nothing(world):
    with clock.at(CLOSES + timedelta(days=1)):
        page = text(browser().get(f"{world.r1.get_absolute_url()}check/", query()))

    assert "To the call, and apply" not in page


@pytest.mark.parametrize("signed_in", [False, True])
def test_the_page_costs_the_same_for_few_and_many_papers(world, django_assert_num_queries, signed_in):
    call = world.r1
    with clock.at(DURING):
        client = browser(world.owner_of(world.a) if signed_in else None)
    ask(call, client)

    queries = 5 if signed_in else 3  # call, its fields, papers; session, person
    for more in range(2):
        with django_assert_num_queries(queries):
            ask(call, client, **query())
        RequiredPaper.objects.create(call=call, ordinal=90 + more, code=f"X{more}", name="More")

"""The pages of review, by role: the sheet and what is typed into it, the declaration, the desk."""

import re
from decimal import Decimal

import pytest
from django.utils.html import strip_tags

from applications.calls.stages import Criterion, CriterionGroup
from applications.intake.models import Application
from applications.kernel import clock
from applications.kernel.taxonomy import IndustryField, Region
from applications.notifications.models import Letter
from applications.review import actions, queries
from applications.review.models import Assignment, Score
from applications.review.pledges import Pledge
from tests.copies import another, another_application, another_firm, cost_of

pytestmark = pytest.mark.usefixtures("english", "after_the_deadline")
G44 = [(80, 70, 60), (90, 65, 75), (61, 62, 63)]
WEIGHTS = [("기술성", 40), ("사업성", 35), ("역량", 25)]
OPINIONS = dict.fromkeys(("strengths", "weaknesses", "overall"), "Ten letters and more")


@pytest.fixture
def a1(world):
    return world.in_review(world.r1, world.a, title="CANARY-A1-TITLE")


def text(response):
    return response.content.decode()


def names(assignment):
    return [f"score_{criterion.pk}" for criterion in queries.criteria_of(assignment.stage)]


def typed(assignment, *values, **more):
    return OPINIONS | dict(zip(names(assignment), values, strict=True)) | more


def url(assignment, page=""):
    return f"/reviews/{assignment.key}/{page}"


# The sheet


def test_a_sheet_is_saved_read_back_and_handed_in(world, a1):
    assignment = world.assigned(a1)
    client = world.client(assignment.reviewer)

    saved = client.post(url(assignment), typed(assignment, "80", "70", "60", check="1"))
    read_back = client.get(url(assignment, "check/"))
    first, second = (client.post(url(assignment, "hand-in/")) for _press in range(2))

    assert (saved.status_code, saved.url) == (302, url(assignment, "check/"))
    assert "71.5" in text(read_back)
    assert [(r.status_code, r.url) for r in (first, second)] == [(302, "/reviews/")] * 2
    a1.refresh_from_db()
    assert (a1.sheets, a1.final_score) == (1, Decimal("71.50"))


def test_a_sheet_in_percent_says_what_each_criterion_weighs_and_one_in_points_needs_no_more(world, a1):
    percent = world.assigned(a1)
    points = world.assigned(world.in_review(world.call()))

    page, check, other = (
        strip_tags(text(world.client(one.reviewer).get(url(one, where))))
        for one, where in ((percent, ""), (percent, "check/"), (points, ""))
    )

    assert [f"{name} (0 to 100 points, weight {weight}%)" in page for name, weight in WEIGHTS] == [True] * 3
    assert [f"weight {weight}%" in check for _name, weight in WEIGHTS] == [True] * 3
    assert ("(0 to " in other, "weight" in other) == (True, False)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("-1", "From 0 to 100 points."),
        ("100.1", "From 0 to 100 points."),
        ("80.55", "In steps of 0.1 points."),
        *[
            (value, "Please enter a number in digits, such as 80.5.")
            for value in (
                "abc",
                "1_0",
                "1E2",
                "８５",
                "٨٥",
                "-0",
                "NaN",
                "Infinity",
                "1e309",
                "80,5",
                "+80",
                "0x10",
            )
        ],
    ],
)
def test_g45_a_wrong_value_is_refused_beside_its_field_and_the_others_are_kept(world, a1, value, message):
    assignment = world.assigned(a1)
    response = world.client(assignment.reviewer).post(url(assignment), typed(assignment, "80.5", value, "60"))

    wrong = names(assignment)[1]
    page = text(response)
    assert response.context["form"].errors == {wrong: [message]}
    assert f'id="id_{wrong}_error"' in page
    assert f'href="#id_{wrong}"' in page
    assert [re.search(rf'name="{name}" value="([^"]*)"', page)[1] for name in names(assignment)] == [
        "80.5",
        value,
        "60",
    ]
    assert page.count("Ten letters and more") == 3
    assert not Score.objects.exists()


def test_a_comment_has_an_end(world, a1):
    assignment = world.assigned(a1)

    response = world.client(assignment.reviewer).post(
        url(assignment), typed(assignment, "80", "70", "60", strengths="가" * 5001)
    )

    assert response.context["form"].errors == {"strengths": ["At most 5000 characters; these are 5001."]}
    assert not Score.objects.exists()


def test_g45_an_empty_criterion_is_saved_and_named_before_handing_in(world, a1):
    assignment = world.assigned(a1)
    client = world.client(assignment.reviewer)

    client.post(url(assignment), typed(assignment, "80", "", "60"))
    read_back = client.get(url(assignment, "check/"))
    refused = client.post(url(assignment, "hand-in/"))

    assert list(assignment.scores.values_list("value", flat=True)) == [80, 60]
    assert "No score yet: 사업성" in text(read_back)
    assert url(assignment, "hand-in/") not in text(read_back)
    assert refused.status_code == 409
    assert "No score yet: 사업성" in text(refused)


@pytest.mark.parametrize("by", ["hand in", "close"])
def test_g47_what_is_typed_too_late_stays_on_the_page_and_changes_nothing(world, a1, by):
    sheets = [world.handed_in(a1, *values) for values in G44]
    late = sheets[0]
    if by == "close":
        late = world.assigned(a1)
        actions.close_review(a1, by=world.officer)
    before = list(Score.objects.values())

    response = world.client(late.reviewer).post(url(late), typed(late, "11", "12", "13"))

    assert response.status_code == 409
    assert 'value="11"' in text(response)
    assert response.context["form"].non_field_errors() == [
        "The review of this application is closed."
        if by == "close"
        else "This is not possible while the status is “Handed in”."
    ]
    assert list(Score.objects.values()) == before


# Declaration


def test_before_the_declaration_a_reviewer_sees_the_names_and_nothing_else(world, a1):
    assignment = world.assigned(a1, clear=False)
    document = a1.documents.select_related("file").first()
    client = world.client(assignment.reviewer)

    opened = client.get(url(assignment))
    page = text(client.get(url(assignment, "declare/")))

    assert (opened.status_code, opened.url) == (302, url(assignment, "declare/"))
    assert "Firm A" in page
    assert "A summary" not in page
    for hidden in (
        url(assignment, f"files/{document.file.key}/"),
        url(assignment, "check/"),
        a1.get_absolute_url(),
    ):
        assert client.get(hidden).status_code == 404


def test_the_pledge_is_required_once_for_a_call(world, a1):
    reviewer = world.reviewer()
    first = world.assigned(a1, reviewer, clear=False)
    second = world.assigned(world.in_review(world.r1, world.b), reviewer, clear=False)
    client = world.client(reviewer)

    without = client.post(url(first, "declare/"), {"conflict": "none"})
    with_pledge = client.post(url(first, "declare/"), {"conflict": "none", "pledge": "on"})
    again = client.post(url(second, "declare/"), {"conflict": "none"})

    assert list(without.context["form"].errors) == ["pledge"]
    assert [(r.status_code, r.url) for r in (with_pledge, again)] == [(302, url(first)), (302, url(second))]
    assert Pledge.objects.count() == 1
    assert set(Assignment.objects.values_list("declaration", flat=True)) == {"clear"}


def test_g38_from_the_next_request_on_the_application_does_not_exist(world, a1):
    assignment = world.handed_in(a1, 80, 70, 60)
    document = a1.documents.select_related("file").first()
    client = world.client(assignment.reviewer)
    hidden = [
        url(assignment),
        url(assignment, "check/"),
        url(assignment, "declare/"),
        url(assignment, f"files/{document.file.key}/"),
        a1.get_absolute_url(),
    ]
    paper = client.get(hidden[3])
    assert b"".join(paper).startswith(b"%PDF")

    client.post(url(assignment, "declare/"), {"conflict": "C4", "note": "A cousin"})

    assert [client.get(address).status_code for address in hidden] == [404] * 5
    assert client.post(url(assignment), typed(assignment, 1, 2, 3)).status_code == 404
    assert "CANARY-A1" not in text(client.get("/reviews/"))
    row = text(world.client(world.officer).get(f"/reviews/desk/{a1.key}/"))
    assert "C4" in row
    assert "Excluded" in row


# Who sees what


def test_g35_who_is_not_assigned_finds_nothing(world, a1):
    assignment = world.handed_in(a1, 80, 70, 60)
    client = world.client(world.reviewer())

    assert client.get(url(assignment)).status_code == 404
    assert client.get(a1.get_absolute_url()).status_code == 404
    assert client.get(f"/reviews/desk/{a1.key}/").status_code == 404
    assert "CANARY-A1" not in text(client.get("/reviews/"))


def test_g36_nothing_that_a_reviewer_sees_depends_on_another_sheet(world, a1):
    first, second = world.assigned(a1), world.assigned(a1)
    world.save(first, *G44[0])
    client = world.client(second.reviewer)
    pages = [
        "/",
        "/reviews/",
        url(second),
        url(second, "check/"),
        url(second, "declare/"),
        a1.get_absolute_url(),
    ]

    def seen():
        # What differs between any two answers: the token of the form and the place where axe or errors count.
        return [
            re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"|nonce="[^"]*"', "", text(client.get(p)))
            for p in pages
        ]

    before = seen()
    actions.hand_in(first, by=first.reviewer)

    assert seen() == before
    assert client.get(url(first)).status_code == 404


def test_officers_alone_give_back_and_exclude_with_a_reason(world, a1):
    assignment = world.handed_in(a1, 80, 70, 60)
    address = f"/reviews/desk/sheets/{assignment.key}/exclude/"

    for person in (
        world.director,
        world.auditor,
        world.finance,
        assignment.reviewer,
        world.owner_of(a1.firm),
    ):
        assert world.client(person).post(address, {"reason": "Was not present"}).status_code == 404
    client = world.client(world.officer)
    short = client.post(address, {"reason": "no"})
    assert (short.status_code, short.context["form"].errors) == (
        409,
        {"reason": ["Please write the reason (at least 5 characters)."]},
    )
    done = client.post(address, {"reason": "Was not present"})
    assert (done.status_code, done.url) == (302, f"/reviews/desk/{a1.key}/")
    assert client.get(f"/reviews/desk/sheets/{assignment.key}/burn/").status_code == 404


def test_g43_barred_reviewers_are_shown_with_the_rule_and_refused_when_chosen_anyway(world, a1):
    barred = world.reviewer(affiliation="Firm A", name="Kim Barred")
    free = world.reviewer(name="Lee Free")
    client = world.client(world.officer)
    case = f"/reviews/desk/{a1.key}/"

    page = text(client.get(case))
    chosen = client.post(
        f"{case}assign/", {"reviewer": [str(barred.key), str(free.key), "nonsense"]}, follow=True
    )

    disabled = re.findall(r'value="([^"]+)" disabled', page)
    assert disabled == [str(barred.key)]
    assert page.index("Lee Free") < page.index("Kim Barred")
    assert [str(message) for message in chosen.context["messages"]] == [
        "Kim Barred: C1 Works for Firm A (same name).",
        "Lee Free is asked for a sheet.",
    ]
    assert list(a1.assignments.values_list("reviewer", flat=True)) == [free.pk]


def test_an_officer_decides_on_each_claim_beside_what_the_firm_says(world, a1):
    world.item(a1, 2, name="Restructuring", shown="Decision no. 7")
    a1.call.items.create(ordinal=2, kind="bonus", name="Not claimed", points=1)
    world.item(a1, -3, name="Sanction")
    client = world.client(world.officer)
    case, address = f"/reviews/desk/{a1.key}/", f"/reviews/desk/{a1.key}/adjust/1/"

    def words(response):
        return " ".join(strip_tags(text(response)).split())

    before, form = words(client.get(case)), words(client.get(address))
    empty = client.post(address, {"counts": "yes", "grounds": ""})
    client.post(address, {"counts": "no", "grounds": "The decision is withdrawn"})

    assert "Restructuring2Decision no. 7 To be decided" in before.replace(" 2 ", "2")
    assert "Sanction−3" in before
    assert "Not claimed" not in before
    assert "What the firm saysDecision no. 7" in form
    assert list(empty.context["form"].errors) == ["grounds"]
    assert "It does not countThe decision is withdrawn" in words(client.get(case))
    assert client.get(f"/reviews/desk/{a1.key}/adjust/2/").status_code == 404


def test_g48_every_page_shows_the_score_without_the_excluded_sheet_at_once(world, a1):
    sheets = [world.handed_in(a1, *values) for values in G44]
    client = world.client(world.officer)
    pages = [f"/reviews/desk/{a1.key}/", f"/reviews/desk/?call={world.r1.key}"]
    assert ["70.28" in text(client.get(page)) for page in pages] == [True, True]

    client.post(f"/reviews/desk/sheets/{sheets[1].key}/exclude/", {"reason": "Was not present"})

    assert ["66.68" in text(client.get(page)) for page in pages] == [True, True]
    assert ["70.28" in text(client.get(page)) for page in pages] == [False, False]


# Odd labels

ODD = "기술 'A' \"핵심\" <b>, 40% {{ form }} {% now %}"
SCRIPT = "<script>alert(1)</script> of ten letters"


def test_g50_odd_labels_and_comments_are_shown_literally_to_everybody(world):
    call = world.r1
    CriterionGroup.objects.filter(stage__call=call, ordinal=1).update(name=ODD)
    Criterion.objects.filter(group__stage__call=call, group__ordinal=1).update(name=ODD, help=f"{ODD} help")
    a1 = world.in_review(call, world.a)
    assignment = world.assigned(a1)
    client = world.client(assignment.reviewer)
    client.post(url(assignment), typed(assignment, "80", "70", "60") | dict.fromkeys(OPINIONS, SCRIPT))
    pages = [client.get(url(assignment)), client.get(url(assignment, "check/"))]
    client.post(url(assignment, "hand-in/"))
    pages.append(client.get(url(assignment)))

    literal = "기술 &#x27;A&#x27; &quot;핵심&quot; &lt;b&gt;, 40% "
    for page in map(text, pages):
        assert literal in page.replace("&#123;", "{")
        assert "{{ form }} {% now %}" in page.replace("&#123;", "{")
        assert "40% <form" not in page
        assert "<b>" not in page
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
        assert "<script>alert(1)" not in page
    assert (
        text(pages[0]).replace("&#123;", "{").count(literal) == 5
    )  # the legend, the label, the help, and twice the comment on it
    a1.refresh_from_db()
    assert a1.final_score == Decimal("71.50")

    for values in G44[1:]:
        world.handed_in(a1, *values)
    actions.reopen(assignment, reason=SCRIPT, by=world.officer)
    letter = Letter.objects.get(kind="sheet_returned")
    assert SCRIPT in letter.body
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in letter.html
    assert "<script>" not in letter.html


def test_g50_a_failing_group_with_an_odd_name_is_shown_literally_at_the_desk(world):
    call = world.r1
    CriterionGroup.objects.filter(stage__call=call, ordinal=1).update(name=ODD[:60], floor_percent=50)
    a1 = world.in_review(call, world.a)
    world.handed_in(a1, 10, 100, 100)

    page = text(world.client(world.officer).get(f"/reviews/desk/{a1.key}/"))

    assert "기술 &#x27;A&#x27; &quot;핵심&quot; &lt;b&gt;, 40% {{ form }} {% now %}" in page
    assert "<b>" not in page


# Size


def test_the_desk_and_the_sheet_cost_the_same_for_many_as_for_few(world, a1):
    """With 1, 3 and 60 applications of the call, each with a sheet of the same reviewer: more than a page of both lists."""
    assignment = world.assigned(a1)
    staff, reviewer = world.client(world.officer), world.client(assignment.reviewer)
    pages = [
        (staff, "/reviews/desk/", 9), (reviewer, url(assignment), 18), (reviewer, "/reviews/", 7),
        (staff, f"/reviews/desk/{a1.key}/", 36),
    ]  # fmt: skip
    for client, address, _most in pages:
        client.get(address)  # the session writes once in thirty seconds that somebody was here

    def costs(more):
        for _one in range(more):
            another(assignment, application_id=another_application(a1).pk)
        return [cost_of(client, address)[0] for client, address, _most in pages]

    few, three, many = costs(0), costs(2), costs(57)

    assert few == three == many
    assert [cost <= most for cost, (_client, _address, most) in zip(few, pages, strict=True)] == [True] * len(
        pages
    )
    assert Application.objects.count() == 60
    assert len(staff.get("/reviews/desk/").context["page"].rows) < 60


def test_after_closing_all_reviews_of_a_call_the_way_leads_to_its_ranking(world):
    application = world.in_review(world.r1)
    for _sheet in range(3):
        world.handed_in(application, 80, 70, 60)
    client = world.client(world.officer)

    closed = client.post("/reviews/desk/close/", {"call": str(world.r1.key)}, follow=True)

    assert closed.redirect_chain[-1][0] == f"/reviews/desk/?call={world.r1.key}"
    assert f'href="/decisions/calls/{world.r1.key}/"' in text(closed)


def test_a_sheet_whose_result_is_published_is_closed_and_stands_among_what_is_done(world):
    application = world.in_review(world.r1, title="CANARY-DONE-TITLE")
    sheets = [world.handed_in(application, 80, 80, 80) for _sheet in range(3)]
    reviewer, other = sheets[0].reviewer, world.reviewer()
    client = world.client(reviewer)
    before = client.get("/reviews/").context["done"]

    actions.close_review(Application.objects.get(), by=world.officer)
    world.published(world.r1)
    page = client.get("/reviews/")

    assert (list(before), list(page.context["done"]), page.context["page"].rows) == ([], [sheets[0]], [])
    assert application.number in text(page) and "CANARY-DONE-TITLE" not in text(page)
    assert client.get(url(sheets[0])).status_code == 404
    assert list(world.client(other).get("/reviews/").context["done"]) == []


def test_the_list_of_reviews_is_narrowed_by_reviewer_sheets_and_score(world, a1):
    reviewer = world.reviewer(name="김심사")
    world.assigned(a1, reviewer)
    other = world.in_review(world.r1)
    officer = world.client(world.officer)

    def found(line):
        return officer.get("/reviews/desk/", {"q": line, "sort": "number"}).context["page"].rows

    assert found("reviewer:김심") == found("reviewer:me") == [a1]
    assert found("sheets:<1") == found("status:in_review") == [a1, other]
    assert found("reviewer:nobody") == found("score:>=1") == []
    assert world.client(world.director).get("/reviews/desk/", {"q": "reviewer:me"}).context["page"].rows == []
    counted = re.findall(r'data-count="status:\w+">([^<]+)<', text(officer.get("/reviews/desk/?part=counts")))
    assert counted == ["In review 2", "Review closed 0"]


LINE = "field:기가캐스팅 region:경남 status:eligible score:>=70 reviewer:me submitted:>2027-01-20"


def test_the_line_of_the_help_means_the_same_on_the_screening_desk_and_among_the_reviews(world, a1):
    """Each other application differs in one of the words only."""
    giga, mould = (IndustryField.objects.get(code=code).pk for code in ("F2", "F1"))
    there, elsewhere = (Region.objects.get(code=code).pk for code in ("48", "11"))

    def written(region=there, **changes):
        fits = {
            "field_id": giga,
            "status": "in_review",
            "final_score": 70,
            "submitted_at": clock.kst(2027, 1, 21),
        }
        return another_application(a1, firm=another_firm(a1.firm, region_id=region), **fits | changes)

    found, selected = written(), written(status="selected")
    late = clock.kst(2027, 1, 20, 23, 59, 59)
    others = [
        written(elsewhere), written(field_id=mould), written(status="returned"), written(final_score=Decimal("69.99")),
        written(submitted_at=late),
    ]  # fmt: skip
    nobody_asked = written()
    reviewer = world.reviewer()
    Assignment.objects.bulk_create(
        Assignment(application=application, stage=a1.stage, reviewer=reviewer, assigned_by=world.officer)
        for application in (found, selected, *others)
    )
    officer = world.client(world.officer)

    desk, reviews = (
        officer.get(address, {"q": LINE, "sort": "number"}).context
        for address in ("/applications/desk/", "/reviews/desk/")
    )

    assert (desk["asked"].remarks, reviews["asked"].remarks) == ([], [])
    assert (desk["page"].rows, reviews["page"].rows) == ([found, selected], [found])
    assert (
        nobody_asked
        in officer.get("/reviews/desk/", {"q": LINE.replace("reviewer:me ", "")}).context["page"].rows
    )

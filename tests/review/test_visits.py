"""Site visits: when they are, who may go, what they come to, what pages show of them (docs/domain.md, site visits)."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.files.storage import storages
from django.db import IntegrityError, transaction
from django.urls import reverse

from applications.accounts.models import User
from applications.calls.stages import Stage
from applications.decision import actions as decision
from applications.intake.models import Application
from applications.kernel import audit, clock
from applications.kernel.clocks import LegalClock
from applications.kernel.errors import Denied, Refused
from applications.kernel.files import StoredFile
from applications.notifications.models import Letter
from applications.review import actions, fitness, people, visited, visiting
from applications.review.panel_forms import PanelForm
from applications.review.visits import Photo, Visit, VisitDecision
from tests.asking import fresh, paper_text, reasons, text
from tests.kernel.test_pictures import taken
from tests.remembering import step
from tests.together import refusals, together
from tests.world import AFTER, browser, pdf, png

pytestmark = pytest.mark.usefixtures("english", "after_the_deadline")
SOON, LATER = AFTER + timedelta(days=4), AFTER + timedelta(days=5)


@pytest.fixture
def call(world):
    """Scored once, then visited."""
    return world.with_visit(world.r1)


@step
def to_be_visited(world, call, firm=None, score=80):
    """An application whose scored stage is closed, so that its place is visited next."""
    application = world.in_review(call, firm)
    for _sheet in range(3):
        world.handed_in(application, score, score, score)
    actions.close_review(application, by=world.officer)
    return fresh(application)


@pytest.fixture
def a1(world, call):
    return to_be_visited(world, call, world.a)


@step
def appointed(world, application, at=SOON, **more):
    return visiting.appoint(application, at=at, place="Street 1", by=world.officer, **more)


def after_the_visit(world, application, *verdicts):
    """The place was visited, and the visitors found this."""
    appointed(world, application)
    with clock.at(LATER):
        return [world.visited(fresh(application), fit=fit) for fit in verdicts]


def state(application):
    a = fresh(application)
    return a.status, a.stage.kind, a.base_score, a.failings


# The rules


@dataclass
class Row:
    """A point, or a decision, as the rules read it."""

    pk: int = 1
    name: str = "Safety"
    is_visit: bool = True
    fit: bool = True
    reason: str = "The press stands there"
    at: object = LATER

    def __str__(self):
        return "Site visit"


def found(*verdicts):
    return [fitness.Found(fit, SOON, () if fit else ("Safety",)) for fit in verdicts]


@pytest.mark.parametrize(
    ("at", "days"),
    [
        (AFTER + timedelta(hours=11), 0),
        (AFTER + timedelta(hours=12), 1),  # midnight in Korea
        (AFTER + timedelta(days=2, hours=23), 3),
        (AFTER + timedelta(days=3), 3),
    ],
)
def test_days_ahead_are_counted_by_the_calendar_in_korea_without_the_first(at, days):
    assert fitness.days_ahead(at, now=AFTER) == days


def test_a_firm_is_told_three_days_before_or_hears_why_not():
    def said(days, reason, *, least_days=3, stage=Row):
        found = fitness.unsettable(
            stage(), AFTER + timedelta(days=days), reason, now=AFTER, least_days=least_days
        )
        return [str(one) for one in found]

    late = "A firm is told at least %d days before, unless you write a reason."

    assert said(3, "") == said(2, "The firm asks for it") == said(2, "", least_days=2) == []
    assert (said(2, " no "), said(3, "", least_days=5)) == ([late % 3], [late % 5])
    assert said(0, "The firm asks for it") == ["A visit is still to come."]
    assert len(said(3, "", stage=lambda: Row(is_visit=False))) == 1


@pytest.mark.parametrize(
    ("verdicts", "decided", "failings"),
    [
        ([], None, []),
        ([False], None, []),  # one alone decides nothing
        ([True, True], None, []),
        ([False, False], None, ["Site visit: not fit (Safety)"]),
        ([True, False], None, []),
        ([True, False], Row(fit=True), []),
        ([True, False], Row(fit=False), ["Site visit: not fit (The press stands there)"]),
        ([True, False], Row(fit=False, at=AFTER), []),  # made before a finding that was handed in anew
        ([True, True], Row(fit=False), []),  # they no longer differ
        ([False, False], Row(fit=True), ["Site visit: not fit (Safety)"]),
    ],
)
def test_what_two_findings_and_a_decision_come_to(db, english, verdicts, decided, failings):
    standing = fitness.standing(Row(), found(*verdicts), decided)

    assert ([str(one) for one in standing.failings], standing.score) == (failings, None)


def test_only_a_difference_is_decided_and_holds_a_stage_open():
    assert (len(fitness.undecided(found(True, False), None)), fitness.undecidable(found(True, False))) == (
        1,
        [],
    )
    assert (fitness.undecided(found(True, True), None), len(fitness.undecidable(found(True, True)))) == (
        [],
        1,
    )
    assert fitness.undecided(found(True, False), Row()) == []
    assert len(fitness.undecided(found(True, False), Row(at=AFTER))) == 1


def test_what_a_visitors_sheet_still_lacks(english):
    points, words = [Row(1, "Plant"), Row(2, "Safety")], "Seen in the hall"

    def lacks(findings, fit, overall="As the plan says"):
        return [str(r) for r in fitness.unfinished(points, findings, fit=fit, overall=overall, least=10)]

    assert lacks({1: (True, words), 2: (True, words)}, True) == []
    assert lacks({1: (True, words), 2: (False, words)}, True) == []  # a shortfall that does not weigh
    assert lacks({1: (True, words), 2: (True, words)}, False) == [
        "A place that is not fit has a point that is not."
    ]
    assert lacks({1: (True, " ")}, None, "short") == [
        "Please write what you found: Plant",
        "Fit or not? Safety",
        "Please write what you found: Safety",
        "Please say whether the place is fit as a whole.",
        "Please write at least 10 characters: overall opinion",
    ]


# The database


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "visit", "weight": 10, "quorum": 2},
        {"kind": "visit", "weight": 0, "quorum": 3},
        {"kind": "visit", "weight": 0, "quorum": 2, "threshold": 60},
        {"kind": "paper", "weight": 0},
        {"kind": "paper", "weight": 10, "quorum": 2},
    ],
)
def test_the_database_knows_no_visit_with_a_weight_and_no_scored_stage_without(world, fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        Stage.objects.create(call=world.sprout, ordinal=2, **fields)


def test_the_database_keeps_no_visit_on_short_notice_without_a_reason(world, a1):
    with pytest.raises(IntegrityError), transaction.atomic():
        Visit.objects.create(
            application=a1, stage=a1.stage, at=SOON, place="X", days_ahead=2, least_days=3, by=world.officer
        )


# What happens


def test_two_say_fit_and_the_score_stays_what_the_sheets_make_it(world, call, a1):
    assert state(a1) == ("in_review", "visit", Decimal("80.00"), [])
    sheets = after_the_visit(world, a1, True, True)

    assert actions.close_review(a1, by=world.officer) is None

    assert state(a1) == ("reviewed", "visit", Decimal("80.00"), [])
    a = fresh(a1)
    assert (a.sheets, a.final_score, a.stage_scores) == (3, Decimal("80.00"), [[1, 3, "80.00"], [2, 2, None]])
    assert [(sheet.total, sheet.fit) for sheet in sheets] == [(None, True)] * 2
    assert [line.result for line in decision.draw(call)] == ["selected"]


def test_two_say_not_fit_and_the_review_ends_with_the_points_that_are_not(world, call, a1):
    appointed(world, a1)
    with clock.at(LATER):
        world.visited(fresh(a1), fit=False, unfit=(0, 3))
        world.visited(fresh(a1), fit=False, unfit=(3,))

    actions.close_review(a1, by=world.officer)

    failing = "Site visit: not fit (설비 실재, 안전)"
    assert state(a1) == ("reviewed", "visit", Decimal("80.00"), [failing])
    [line] = decision.draw(call)
    assert (line.result, failing in line.reason) == ("declined", True)


def test_where_the_two_differ_a_director_decides_and_the_stage_waits_for_it(world, a1):
    after_the_visit(world, a1, True, False)
    waits = ["The two visitors differ: a director decides first, with a reason."]
    assert reasons(actions.close_review, a1, by=world.officer) == waits
    assert list(visited.to_decide()) == [a1]

    with pytest.raises(Denied):
        visiting.decide(a1, fit=True, reason="The press came since", by=world.officer)
    assert len(reasons(visiting.decide, a1, fit=False, reason=" no ", by=world.director)) == 1
    with clock.at(LATER + timedelta(hours=1)):
        visiting.decide(a1, fit=False, reason="No press stands there", by=world.director)
        assert list(visited.to_decide()) == []
        actions.close_review(a1, by=world.officer)

    assert state(a1) == (
        "reviewed",
        "visit",
        Decimal("80.00"),
        ["Site visit: not fit (No press stands there)"],
    )
    entry = audit.trail(a1).get(verb="decide_visit")
    assert (entry.actor, entry.note, entry.after) == (
        world.director, "No press stands there", {"fit": False, "stage": 2},
    )  # fmt: skip


def test_a_decision_falls_with_the_findings_it_was_made_on(world, a1):
    _yes, no = after_the_visit(world, a1, True, False)
    with clock.at(LATER + timedelta(hours=1)):
        visiting.decide(a1, fit=True, reason="The press came since", by=world.director)
    with clock.at(LATER + timedelta(hours=2)):
        actions.reopen(no, reason="A slip of the pen", by=world.officer)
        assert reasons(actions.close_review, a1, by=world.officer) == [
            "Site visit: 2 sheets are needed; 1 are handed in."
        ]
        visiting.hand_in(fresh(no), by=no.reviewer)
        assert len(reasons(actions.close_review, a1, by=world.officer)) == 1
        assert list(visited.to_decide()) == [a1]
        visiting.decide(a1, fit=True, reason="Seen it myself", by=world.director)
        actions.close_review(a1, by=world.officer)

    assert state(a1) == ("reviewed", "visit", Decimal("80.00"), [])
    assert VisitDecision.objects.count() == 2
    assert len(reasons(visiting.decide, a1, fit=True, reason="Once more", by=world.director)) == 1


def test_a_visit_may_come_first_and_end_a_review_that_has_no_score(world):
    call = world.with_visit(world.r1, ordinal=0)
    a1, b1 = world.in_review(call, world.a), world.in_review(call, world.b)
    for application, fit in ((a1, False), (b1, True)):
        after_the_visit(world, application, fit, fit)
    with clock.at(LATER):
        closed, gone_on, waiting = actions.close_all(call, by=world.officer)
        for _sheet in range(3):
            world.handed_in(fresh(b1), 80, 80, 80)
        actions.close_review(b1, by=world.officer)

    assert (closed, gone_on, waiting) == (1, 1, [])
    assert state(a1) == ("reviewed", "visit", Decimal("0.00"), ["Site visit: not fit (설비 실재)"])
    assert state(b1) == ("reviewed", "paper", Decimal("80.00"), [])
    assert [line.result for line in decision.draw(call)] == ["selected", "declined"]


def test_two_visitors_are_asked_without_a_conflict_and_no_third(world, a1):
    employed = world.reviewer()
    people.add_affiliation(
        institution="Somewhere", business_number=a1.firm.business_number, role="employee", by=employed
    )
    [barred] = reasons(actions.assign, a1, reviewer=employed, by=world.officer)
    assert "C2" in barred or "C1" in barred

    first, _second = world.assigned(a1), world.assigned(a1)

    third = world.reviewer()
    assert reasons(actions.assign, a1, reviewer=third, by=world.officer) == [
        "Two visitors are asked already."
    ]
    actions.declare(first, code="C4", by=first.reviewer)
    assert world.assigned(a1, third).stage.kind == "visit"


def test_visitors_whom_an_appeal_set_aside_leave_their_places_to_others(world, a1):
    for _visitor in range(2):
        world.assigned(a1)
    a1.assignments.filter(stage=a1.stage).update(status="set_aside")

    new = [world.assigned(a1).reviewer for _visitor in range(2)]

    assert [one.reviewer for one in visited.visitors(a1, a1.stage)] == new
    third = world.reviewer()
    assert reasons(actions.assign, a1, reviewer=third, by=world.officer) == [
        "Two visitors are asked already."
    ]


def test_the_firm_and_the_visitors_are_told_of_the_date_and_of_each_change(world, a1):
    visitor = world.assigned(a1).reviewer
    User.objects.update(language="en")

    appointed(world, a1, preparation="The list of machines")
    appointed(world, a1, at=LATER)

    firm = list(Letter.objects.filter(kind="visit_announced").order_by("pk"))
    assert {letter.address for letter in firm} == {world.owner_of(world.a).email}
    assert "The list of machines" in firm[0].body
    assert "설비 실재" in firm[0].body
    assert visitor.name not in firm[0].body + firm[1].body
    assert ("has changed" in firm[0].body, "has changed" in firm[1].body) == (False, True)
    assert (
        list(Letter.objects.filter(kind="visit_planned").values_list("address", flat=True))
        == [visitor.email] * 2
    )
    assert Visit.objects.values_list("at", "days_ahead", "revision").get() == (LATER, 5, 2)
    assert [entry.after["place"] for entry in audit.trail(a1).filter(verb="appoint")] == ["Street 1"] * 2


def test_who_may_set_a_date_and_what_is_refused(world, a1):
    with pytest.raises(Denied):
        appointed(world, a1, at=SOON) if False else visiting.appoint(
            a1, at=SOON, place="Street 1", by=world.director
        )
    assert len(reasons(appointed, world, a1, at=AFTER + timedelta(days=1))) == 1
    appointed(world, a1, at=AFTER + timedelta(days=1), short_notice_reason="The firm asks for it")
    with clock.at(LATER):
        world.visited(fresh(a1), fit=True)
        assert reasons(appointed, world, a1, at=LATER + timedelta(days=9)) == [
            "A visitor has handed in the findings already; the date stands."
        ]
    assert Visit.objects.get().short_notice_reason == "The firm asks for it"


def test_how_many_days_before_it_is_a_clock_and_a_visit_keeps_what_held_when_it_was_set(world, a1):
    LegalClock.objects.filter(code="visit_notice").update(days=7)
    said = reasons(appointed, world, a1, at=AFTER + timedelta(days=6))

    LegalClock.objects.filter(code="visit_notice").update(days=2)
    appointed(world, a1, at=AFTER + timedelta(days=2))

    assert said == ["A firm is told at least 7 days before, unless you write a reason."]
    assert Visit.objects.values_list("days_ahead", "least_days").get() == (2, 2)


def test_nothing_is_handed_in_before_the_visit_or_unfinished(world, a1):
    visitor = world.assigned(a1)
    with pytest.raises(Refused, match="The visit has no date yet"):
        visiting.hand_in(visitor, by=visitor.reviewer)
    appointed(world, a1)
    with pytest.raises(Refused, match="The visit is still to come"):
        visiting.hand_in(visitor, by=visitor.reviewer)
    with clock.at(LATER):
        assert len(reasons(visiting.hand_in, visitor, by=visitor.reviewer)) == 10
    assert fresh(visitor).status == "open"


def test_a_visit_is_not_scored_and_a_sheet_is_not_visited(world, call, a1):
    visitor, b1 = world.assigned(a1), world.in_review(call, world.b)
    sheet = world.assigned(b1)

    actions.save(
        visitor,
        values={},
        comments=dict.fromkeys(actions.COMMENTS, "Ten letters and more"),
        by=visitor.reviewer,
    )
    assert reasons(actions.hand_in, visitor, by=visitor.reviewer) == ["Nothing is scored in this stage."]
    assert reasons(visiting.save, sheet, findings={}, fit=True, overall="", by=sheet.reviewer) == [
        "This is no site visit."
    ]
    assert reasons(appointed, world, b1) == ["This application is not in a stage with a site visit."]


def test_what_a_conflict_takes_away_after_the_closing_asks_for_the_stage_again(world, call, a1):
    first, _second = after_the_visit(world, a1, True, True)
    actions.close_review(a1, by=world.officer)

    actions.declare(first, code="C4", by=first.reviewer)

    with clock.at(LATER):
        assert any(a1.number in reason for reason in map(str, decision.obstacles(call, decision.draw(call))))


def test_photos_are_pictures_and_leave_with_the_findings(world, a1):
    visitor = world.assigned(a1)
    stored = StoredFile.objects.count()

    kept = visiting.add_photo(visitor, upload=png(), caption="The press", by=visitor.reviewer)
    with pytest.raises(Refused):
        visiting.add_photo(visitor, upload=pdf(), by=visitor.reviewer)
    other = visiting.add_photo(visitor, upload=taken(), by=visitor.reviewer)
    with storages["default"].open(other.file.path) as content:
        assert b"SECRET" not in content.read()  # where and with what a phone took it
    visiting.remove_photo(other, by=visitor.reviewer)

    assert [(photo.file.name, photo.file.kind, photo.caption) for photo in Photo.objects.all()] == [
        ("place.png", "png", "The press")
    ]
    assert StoredFile.objects.count() == stored + 1
    with pytest.raises(Denied):
        visiting.add_photo(visitor, upload=png(), by=world.assigned(a1).reviewer)
    appointed(world, a1)
    officer, path = browser(world.officer), reverse("review:desk_photo_download", args=[a1.key, kept.key])
    assert officer.get(path).status_code == 404  # staff see it once it is handed in
    with clock.at(LATER):
        visiting.save(visitor, findings={p.pk: (True, "Seen there") for p in a1.stage.points.all()}, fit=True,
                      overall="As the plan says", by=visitor.reviewer)  # fmt: skip
        visiting.hand_in(visitor, by=visitor.reviewer)
        assert browser(world.officer).get(path).getvalue() == png().read()
        assert len(reasons(visiting.remove_photo, kept, by=visitor.reviewer)) == 1


def test_twenty_photos_are_enough():
    assert (fitness.too_many_photos(19), len(fitness.too_many_photos(20))) == ([], 1)


@pytest.mark.postgresql
def test_of_three_visitors_asked_at_once_two_are(committed, world, call, a1):
    people = [world.reviewer() for _ in range(3)]

    outcomes = together(
        *[
            lambda one=one: actions.assign(Application.objects.get(pk=a1.pk), reviewer=one, by=world.officer)
            for one in people
        ]
    )

    assert refusals(outcomes) == ["Two visitors are asked already."]
    assert visited.visitors(a1, a1.stage).count() == 2


# Pages


def test_the_visitor_writes_reads_back_and_hands_in_on_a_phone_or_tablet(world, a1):
    visitor = world.assigned(a1)
    appointed(world, a1)
    reviewer = browser(visitor.reviewer)
    path = reverse("review:visit", args=[visitor.key])
    points = list(a1.stage.points.all())
    typed = {f"fit_{p.pk}": "yes" for p in points} | {f"words_{p.pk}": "Seen in the hall" for p in points}
    typed |= {"fit": "yes", "overall": "As the plan says", "check": "1"}

    mine = text(reviewer.get("/reviews/"))
    shown = text(reviewer.get(path))
    saved = reviewer.post(path, typed)
    early = text(reviewer.get(saved.url))
    with clock.at(LATER):
        reviewer = browser(visitor.reviewer)
        back = text(reviewer.get(saved.url))
        done = reviewer.post(saved.url)
        again = reviewer.post(saved.url)
        after = reviewer.get(path)

    assert ("Site visit" in mine, "24 Dec 2026" in mine) == (True, True)
    assert all(part in shown for part in ("Street 1", "설비 실재", "Checklist", "An answer in words"))
    assert saved.url == reverse("review:visit_check", args=[visitor.key])
    assert ("The visit is still to come" in early, "Hand in the findings" in early) == (True, False)
    assert ("Not complete yet" in back, "Hand in the findings" in back) == (False, True)
    assert (done.status_code, again.status_code, done.url) == (302, 302, "/reviews/")
    assert ('name="overall"' in after.content.decode(), "Seen in the hall" in text(after)) == (False, True)
    assert fresh(visitor).fit is True
    assert reviewer.get(reverse("review:sheet", args=[visitor.key])).url == path


def test_what_was_found_on_a_phone_is_not_overwritten_by_the_page_of_a_tablet(world, a1):
    visitor = world.assigned(a1)
    reviewer, path = browser(visitor.reviewer), reverse("review:visit", args=[visitor.key])
    first = a1.stage.points.first()
    loaded = reviewer.get(path).context["form"]["version"].value()
    typed = {f"fit_{p.pk}": "" for p in a1.stage.points.all()}
    typed |= {f"words_{p.pk}": "" for p in a1.stage.points.all()} | {
        "fit": "",
        "version": loaded,
        "save": "1",
    }

    phone = reviewer.post(
        path, typed | {f"fit_{first.pk}": "yes", f"words_{first.pk}": "Seen", "overall": "Well kept"}
    )
    tablet = reviewer.post(
        path, typed | {f"fit_{first.pk}": "no", f"words_{first.pk}": "Gone", "overall": "Well kept"}
    )

    assert (phone.status_code, tablet.status_code) == (302, 409)
    assert tablet.context["differences"] == [(first.name, "Found fit · Seen", "Not fit · Gone")]
    assert visited.findings_of(visitor)[first.pk] == (True, "Seen")
    form = tablet.context["form"]
    again = reviewer.post(path, {name: form[name].value() or "" for name in form.fields} | {"save": "1"})
    assert again.status_code == 302
    assert visited.findings_of(visitor)[first.pk] == (False, "Gone")


def test_before_pledge_and_declaration_a_visitor_sees_nothing_of_the_plan(world, a1):
    visitor = world.assigned(a1, clear=False)
    reviewer = browser(visitor.reviewer)

    answers = [
        reviewer.get(reverse(f"review:{name}", args=[visitor.key]))
        for name in ("visit", "visit_check", "photos")
    ]

    assert [answer.status_code for answer in answers] == [302, 404, 404]
    assert answers[0].url == reverse("review:declare", args=[visitor.key])


def test_a_score_sheet_has_no_page_of_a_visit(world, call):
    sheet = world.assigned(world.in_review(call, world.a))
    reviewer = browser(sheet.reviewer)

    for name in ("visit", "visit_check", "photos"):
        assert reviewer.get(reverse(f"review:{name}", args=[sheet.key])).status_code == 404


def test_a_visitor_uploads_a_photo_and_takes_it_out_again(world, a1):
    visitor = world.assigned(a1)
    reviewer, path = browser(visitor.reviewer), reverse("review:photos", args=[visitor.key])

    refused = reviewer.post(path, {"file": pdf("place.jpg"), "caption": "", "upload": "1"})
    reviewer.post(path, {"file": png(), "caption": "The press", "upload": "1"})
    photo = Photo.objects.get()
    page = text(reviewer.get(path))
    own = reviewer.get(reverse("review:photo_download", args=[visitor.key, photo.key]))
    rival = browser(world.assigned(a1).reviewer).get(
        reverse("review:photo_download", args=[visitor.key, photo.key])
    )
    reviewer.post(reverse("review:remove_photo", args=[visitor.key, photo.key]))

    assert refused.status_code == 409
    assert "place.png The press" in page
    assert (own.getvalue(), own["Content-Type"], rival.status_code) == (png().read(), "image/png", 404)
    assert Photo.objects.count() == 0


def test_the_desk_sets_the_date_shows_both_findings_and_leaves_the_decision_to_a_director(world, a1):
    officer, director = browser(world.officer), browser(world.director)
    case, path = (reverse(f"review:{name}", args=[a1.key]) for name in ("case", "appoint"))
    typed = {"at": "2026-12-21T10:00", "place": "Street 1", "preparation": "", "short_notice_reason": ""}

    begun, empty = officer.get(path), text(officer.get(case))
    refused = officer.post(path, typed)
    officer.post(path, typed | {"at": "2026-12-24T10:00"}, follow=True)
    after_set = text(officer.get(case))
    with clock.at(LATER):
        officer, director = browser(world.officer), browser(world.director)
        for fit in (True, False):
            world.visited(fresh(a1), fit=fit)
        waits, decide = officer.get(case), reverse("review:decide_visit", args=[a1.key])
        narrowed = director.get("/reviews/desk/", {"waiting": "visit"}).context["page"].rows
        home = text(director.get(reverse("portal:home")))
        seen = text(director.get(decide))
        director.post(decide, {"fit": "yes", "reason": "The press came since"})
        decided = text(officer.get(case))

    assert world.a.address in begun.content.decode()
    assert "no date yet" in empty
    assert (refused.status_code, "at least 3 days before" in text(refused)) == (409, True)
    assert "24 Dec 2026, 10:00" in after_set
    assert all(part in text(waits) for part in ("Seen there: 설비 실재", "a director decides first"))
    assert "disabled" in waits.content.decode()
    assert narrowed == [a1]
    assert "Site visits to be decided" in home
    assert "Seen there: 설비 실재" in seen
    assert "The press came since" in decided
    for client, name in ((officer, "decide_visit"), (director, "appoint")):
        assert client.get(reverse(f"review:{name}", args=[a1.key])).status_code == 404


def test_the_firm_reads_when_its_place_is_visited_and_nothing_of_what_was_found(world, a1):
    firm, path = browser(world.owner_of(world.a)), reverse("intake:detail", args=[a1.key])
    quiet = text(firm.get(path))
    appointed(world, a1, preparation="The list of machines")
    before = text(firm.get(path))
    with clock.at(LATER):
        firm = browser(world.owner_of(world.a))
        for _visitor in range(2):
            world.visited(fresh(a1), fit=False)
        during = text(firm.get(path))
        actions.close_review(a1, by=world.officer)
        after = text(firm.get(path))

    assert "visit" not in quiet.lower()
    assert all(
        part in before for part in ("24 Dec 2026, 12:00", "Street 1", "The list of machines", "Under review")
    )
    assert ("The site visit was on 24 Dec 2026, 12:00" in during, during) == (True, after)
    assert ("Not fit" in after, "Seen there" in after) == (False, False)


def test_the_printed_papers_say_what_a_visit_came_to_in_the_place_of_points(world, call, a1):
    first, _second = after_the_visit(world, a1, True, False)
    officer = browser(world.officer)

    report, scores = (
        paper_text(officer.get(reverse(f"review:{name}", args=[a1.key])).content)
        for name in ("report_pdf", "scores_pdf")
    )
    own = browser(first.reviewer).get(reverse("review:sheet_pdf", args=[first.key]))

    for said in (
        "Site visit",
        "As a whole Found fit Not fit",
        "Site visit R1",
        "As the plan says, all in all",
    ):
        assert said in report, said
    assert f"{first.reviewer.name} Found fit" in scores
    assert own.status_code == 404  # it has no points


def test_the_pages_of_a_visit_ask_a_fixed_number_of_questions(world, a1, django_assert_max_num_queries):
    sheets = after_the_visit(world, a1, True, False)
    visiting_reviewer, officer = browser(sheets[0].reviewer), browser(world.officer)
    for client, path in (
        (visiting_reviewer, reverse("review:visit", args=[sheets[0].key])),
        (officer, reverse("review:case", args=[a1.key])),
    ):
        client.get(path)
        with django_assert_max_num_queries(32):
            client.get(path)


def test_the_own_list_asks_for_all_dates_at_once(world, call, django_assert_max_num_queries):
    reviewer = world.reviewer()
    applications = [to_be_visited(world, call) for _ in range(3)]
    counts = []
    for application in applications:
        world.assigned(application, reviewer)
        appointed(world, application)
        with django_assert_max_num_queries(40) as asked:
            browser(reviewer).get("/reviews/")
        counts.append(len(asked))
    assert counts[1] == counts[2]


def test_no_panel_is_made_for_a_site_visit(world, call):
    assert [stage.kind for stage in PanelForm(call=call).fields["stage"].queryset] == ["paper"]

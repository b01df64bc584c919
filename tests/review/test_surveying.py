"""Conflicts of many applications at once are those of each pair by itself: on random facts, and in the database with every rule."""

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from applications.calls.conflicts import RULES
from applications.kernel import clock
from applications.review import actions, conflicts, facts, people, planning, queries, rules
from applications.review.conflicts import Case, Judgement, Party, Person, Tie
from applications.review.models import Affiliation
from applications.review.surveying import Crowd, people_of, survey
from tests.world import AFTER

pytestmark = pytest.mark.usefixtures("english")
TODAY = date(2027, 1, 10)
PARTIES = [
    Party(number, name)
    for number, name in (("1108100062", "한결몰드"), ("1108100010", "Institute B"), ("", "Maker C"), ("1108100024", ""), ("", ""), ("", "(주)"))
]  # fmt: skip
DAYS = [TODAY - timedelta(days=days) for days in (0, 400, 1095, 1096, 1097, 4000)]
NAMES = ["Kim", "Lee", "", "(주)"]
DOMAINS = ["a.example", "b.example", "naver.com", ""]

parties, days, names, domains = map(st.sampled_from, (PARTIES, DAYS, NAMES, DOMAINS))
codes = st.sampled_from([*RULES])
persons = st.builds(
    Person,
    name=names,
    email=domains.map(lambda domain: domain and f"r@{domain}"),
    ties=st.lists(st.builds(
        Tie, parties, st.sampled_from(Affiliation.Role.values), st.none() | days, st.sampled_from(["", "기계공학과", "Lab"])
    ), max_size=3),
    sanctions=st.lists(st.tuples(st.none() | days, st.just("Why")), max_size=1),
)  # fmt: skip
own = st.fixed_dictionaries({
    "declared": st.lists(st.tuples(codes, days, st.booleans(), st.booleans()), max_size=2),
    "waived": st.sets(codes, max_size=2),
    "was_set_aside": st.booleans(),
})  # fmt: skip
cases = st.fixed_dictionaries({
    "firm": parties,
    "partners": st.lists(parties, max_size=2),
    "mail": st.sets(st.tuples(domains, parties), max_size=2),
    "leader": st.sampled_from(["", "Institute B 기계공학과", "Lab of Maker C"]),
    "challenges": st.lists(st.tuples(names, st.sampled_from(["", "Institute B", "(주)"])), max_size=1),
    "judged": st.lists(st.builds(
        Judgement, parties, st.lists(parties, max_size=2).map(tuple), st.just("RD-1"), days, st.none() | days
    ), max_size=2),
})  # fmt: skip


@pytest.mark.once
@settings(max_examples=500, deadline=None)
@given(
    st.lists(persons, min_size=1, max_size=4), st.lists(parties, max_size=2), cases,
    st.dictionaries(st.integers(0, 3), own), st.dictionaries(codes, st.sampled_from([1, 3, 10])),
)  # fmt: skip
def test_whoever_is_not_near_an_application_is_judged_as_of_an_application_of_nobody(
    everybody, applicants, told, beside, asked
):
    everybody = dict(enumerate(everybody))
    crowd = Crowd(everybody, asked, applicants=applicants, today=TODAY)
    case = Case(**told, applicants=applicants)
    mine = {who: Person(**vars(everybody[who]) | more) for who, more in beside.items() if who in everybody}

    near = crowd.near(case) | mine.keys()
    found = {who for who in everybody if who in crowd.far and who not in near} | {
        who for who in near if crowd.bars(mine.get(who) or everybody[who], case)
    }

    one_by_one = {
        who: conflicts.findings(mine.get(who) or person, case, asked, today=TODAY)
        for who, person in everybody.items()
    }
    assert found == {who for who, findings in one_by_one.items() if any(one.bars for one in findings)}
    assert {who for who, person in everybody.items() if case.has(person)} <= near


@pytest.fixture
def entangled(world):
    """A call in whose stage five applications are under review, and reviewers of whom most stand in some conflict with some of them."""
    world.applications = [
        world.in_review(world.r1, firm, challenge=challenge)
        for firm, challenge in (
            (world.a, {"person": "", "institution": "KIMM", "reason": "We were in a dispute"}),
            (world.b, {}), (world.firm(), {}), (world.firm(), {}), (world.firm(), {}),
        )
    ]  # fmt: skip
    a1, b1, c1, d1, e1 = world.applications
    world.pool = [world.reviewer(name=f"Reviewer {place}") for place in range(12)]
    works, was, mails, applies, barred, challenged, declares, waived, aside, judges, _free, free = world.pool
    people.set_profile(
        works,
        affiliation="Firm A",
        affiliation_number=world.a.business_number,
        kind="industry",
        technologies=[],
        by=world.officer,
    )
    with clock.at(AFTER):
        until = clock.today() - timedelta(days=300)
    people.add_affiliation(institution="Firm B", role="employee", until=until, by=was)
    mails.email = f"x@{world.owner_of(c1.firm).email.partition('@')[2]}"
    mails.save(update_fields=["email"])
    people.set_profile(applies, affiliation=d1.firm.name, kind="industry", technologies=[], by=world.officer)
    people.sanction(barred.reviewer_profile, reason="Told a firm", until=None, by=world.officer)
    people.set_profile(challenged, affiliation="KIMM", kind="institute", technologies=[], by=world.officer)
    people.answer_challenge(a1, accepted=True, grounds="As they were in a dispute", by=world.officer)
    actions.declare(world.assigned(e1, declares), code="C3", by=declares)
    people.add_affiliation(institution="Firm B", role="adviser", by=waived)
    actions.waive(b1, reviewer=waived, reason="Nobody else knows it", by=world.director)
    world.assigned(a1, aside)
    a1.assignments.filter(reviewer=aside).update(status="set_aside")
    people.set_profile(judges, affiliation=c1.firm.name, kind="industry", technologies=[], by=world.officer)
    people.set_profile(free, affiliation=e1.firm.name, kind="industry", technologies=[], by=world.officer)
    world.r1.conflicts |= {"C7": None, "C14": 1}
    world.r1.save(update_fields=["conflicts"])
    return world


def test_the_tables_of_a_stage_are_what_each_pair_comes_to(entangled):
    call = entangled.r1
    with clock.at(AFTER):
        profiles = list(queries.profiles_of(entangled.pool))
        barred, inside, allowed = survey(call, entangled.applications, profiles)
        each = [facts.known(application, profiles) for application in entangled.applications]

        whom = [profile.user_id for profile in profiles]
        assert [
            [any(one.bars for one in conflicts.findings(known[who], case, call.conflicts, today=clock.today())) for who in whom]
            for known, case in each
        ] == barred.tolist()  # fmt: skip
    assert [[case.has(known[who]) for who in whom] for known, case in each] == inside.tolist()
    assert [["C14" in known[who].waived for who in whom] for known, _case in each] == allowed.tolist()
    assert (barred.any(), inside.any(), barred.all()) == (True, True, False)


def test_it_asks_as_many_queries_for_five_applications_as_for_one(entangled, django_assert_num_queries):
    profiles = list(queries.profiles_of(entangled.pool))

    with clock.at(AFTER):
        with django_assert_num_queries(12) as first:
            survey(entangled.r1, entangled.applications[:1], profiles)
        with django_assert_num_queries(len(first.captured_queries)):
            survey(entangled.r1, entangled.applications, profiles)


def test_what_is_known_of_people_is_what_is_known_of_each_application(entangled):
    profiles = list(queries.profiles_of(entangled.pool))
    with clock.at(AFTER):
        everybody = people_of(profiles)
        known, _case = facts.known(entangled.applications[2], profiles)

    def said(person):
        return person.name, person.email, sorted(map(repr, person.ties)), person.sanctions

    assert {who: said(person) for who, person in everybody.items()} == {
        who: said(person) for who, person in known.items()
    }


def test_the_matches_of_all_pairs_are_those_of_each(entangled):
    words = ["plan, summary, 없는말", "A PLAN,plan ,, ", "", "plan"] * 3
    for profile, keywords in zip(queries.profiles_of(entangled.pool), words, strict=True):
        profile.keywords = keywords
        profile.save(update_fields=["keywords"])
        profile.fields.set([entangled.a.field] if keywords else [])
    everybody = list(queries.reviewers(beside=entangled.r1.stages.get()))

    found = planning._matches(entangled.applications, everybody)

    assert np.array_equal(found, [
        [rules.match(person.reviewer_profile, application, {one.pk for one in application.technologies.all()}) for person in everybody]
        for application in entangled.applications
    ])  # fmt: skip

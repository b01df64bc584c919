"""What the bench measures of decisions: a proposal under quotas, the publication of a list, how firm a cut is, and what-if of a small call."""

import time
from datetime import timedelta
from decimal import Decimal

from django.db import connection

from applications.accounts.models import Role, User
from applications.calls.models import Call
from applications.calls.ruling import Quota
from applications.decision import actions, fairness, resampling
from applications.decision.reports import FairnessReport
from applications.firms.models import Firm, Member
from applications.intake.models import Application
from applications.kernel import clock
from applications.notifications.models import Letter
from applications.review.models import Assignment
from applications.review.queries import criteria_of

SHEETS = 5  # of each application whose result is published


def ranked(data, firms, prefix, **limits):
    """A closed call in which each of these firms has a reviewed application with a score of its own."""
    now = clock.now()
    call = data.call(now - timedelta(days=60), now - timedelta(days=20))
    Call.objects.filter(pk=call.pk).update(**limits)
    call = Call.objects.get(pk=call.pk)
    stage = call.stages.get()
    Application.objects.bulk_create(
        (
            Application(
                number=f"{prefix}-{number:06d}", call=call, firm=firm, status="reviewed", title="공정 첨단화", summary="요약",
                field_id=firm.field_id, region_id=firm.region_id, created_by=data.officer, submitted_by=data.officer,
                submitted_at=now - timedelta(days=21), stage=stage, sheets=SHEETS, stage_scores=[[stage.ordinal, SHEETS, str(score)]],
                base_score=score, final_score=score, spread=Decimal("7.50"), tie_1=score * Decimal("0.4"),
                tie_2=Decimal(number % 997),
            )
            for number, (firm, score) in enumerate(
                ((firm, Decimal(data.chance.randrange(4500, 9800)) / 100) for firm in firms), 1
            )
        ),
        batch_size=1000,
    )  # fmt: skip
    return call


def quotas(data, call):
    """A least and a most for each field and each region."""
    ends = [{"field": one, "least": 40, "most": 60} for one in data.fields]
    ends += [{"region": one, "least": 12, "most": 30} for one in data.regions]
    Quota.objects.bulk_create(Quota(call=call, ordinal=place, **end) for place, end in enumerate(ends, 1))


def proposal(data):
    """Seconds that it takes to propose the list of a call with all applications of the bench, under quotas."""
    call = ranked(data, Firm.objects.order_by("pk")[: data.count], "PQ", seats=300, reserves=100)
    quotas(data, call)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return timed(lambda: actions.propose(call, note="As ranked", by=data.officer))[0]


def publication(data, count=1000):
    """Seconds of the one transaction that publishes so many results: statuses, notices, traces, letters to each firm."""
    firms = list(Firm.objects.order_by("pk")[:count])
    people = User.objects.bulk_create(
        User(email=f"result{number}@firm.example", name="대표", role=Role.APPLICANT, password="!")
        for number in range(len(firms))
    )
    Member.objects.bulk_create(
        Member(firm=firm, user=user, right="owner") for firm, user in zip(firms, people, strict=True)
    )
    call = ranked(data, firms, "PB", seats=100, reserves=50)
    write_sheets(data, call)
    listed = actions.propose(call, note="As ranked", by=data.officer)
    actions.approve(listed, by=data.person(Role.DIRECTOR))
    letters = Letter.objects.count()
    seconds, _none = timed(lambda: actions.publish(listed, by=data.officer))
    if Letter.objects.count() < letters + len(firms):
        raise SystemExit("bench: not every firm was told its result")
    return seconds


def firmness(data, count=500):
    """Seconds in which it is worked out how firm the cut of so many applications is, under quotas."""
    call = ranked(data, Firm.objects.order_by("pk")[:count], "FI", seats=28, reserves=10)
    Quota.objects.bulk_create(
        Quota(call=call, ordinal=place, field=field, least=3, most=7)
        for place, field in enumerate(data.fields, 1)
    )
    write_sheets(data, call)
    seconds, found = timed(lambda: resampling.worked_out(call, draws=resampling.DRAWS, seed=1))
    if found["known"] < count:
        raise SystemExit("bench: not every application was drawn")
    return seconds


def write_sheets(data, call):
    """The sheets of each application of a call, with a score of each criterion; totals lie around the score of the application."""
    stage, applications = call.stages.get(), list(call.applications.all())
    Assignment.objects.bulk_create(
        (
            Assignment(
                application=application, stage=stage, reviewer=data.reviewers[(application.pk + place) % len(data.reviewers)],
                assigned_by=data.officer, declaration="clear", status="handed_in", total=application.base_score + data.chance.randrange(-5, 3),
                strengths="의견 " * 20, weaknesses="의견 " * 20, overall="의견 " * 20, handed_in_at=clock.now(),
            )
            for application in applications
            for place in range(SHEETS)
        ),
        batch_size=1000,
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO applications_score (assignment_id, criterion_id, value) "
            "SELECT a.id, c.id, c.points - 1 FROM applications_assignment a CROSS JOIN applications_criterion c "
            "JOIN applications_application p ON p.id = a.application_id WHERE c.id = ANY(%s) AND p.call_id = %s",
            [[criterion.pk for criterion in criteria_of(stage)], call.pk],
        )
        cursor.execute("ANALYZE")


def small(data):
    """A call with 250 reviewed applications under the quotas of two fields."""
    call = ranked(data, Firm.objects.order_by("pk")[:250], "WI", seats=28, reserves=10)
    Quota.objects.bulk_create(
        Quota(call=call, ordinal=place, field=field, least=3, most=8)
        for place, field in enumerate(data.fields[:2], 1)
    )
    return call


def report(call, data):
    """The public figures of this call, as they are written once its list is confirmed."""
    listed = actions.propose(call, note="As ranked", by=data.officer)
    FairnessReport.objects.create(
        call=call, proposal=listed, made_at=clock.now(), facts=fairness.facts_of(listed)
    )


def timed(act):
    """(seconds, what it gives back)."""
    began = time.perf_counter()
    found = act()
    return time.perf_counter() - began, found

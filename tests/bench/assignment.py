"""Measures who reviews what: the solver by itself, and a proposal as the timetable works it out, on PostgreSQL.

    make bench-assignment                           2,000 and 10,000 applications, 300 reviewers, five for each
    APPLICATIONS=500 REVIEWERS=60 make bench-assignment    whether it runs at all

Prints seconds, peak memory and quality beside the goals: 10 seconds for 2,000 and 30 for 10,000, under a gibibyte, no conflict, nobody too few,
the worst total within a hundredth and the sum within a thousandth of what no plan exceeds. Where experts of what half of the applications ask for are
few, the same is printed; its goals are time, memory, conflicts and places, since what no plan exceeds is known less well there. The whole proposal (who
stands in a conflict, what matches, the solver, why these, the rows) has no goal of its own: its page says how far it is; its parts are
printed. Exit 1 where a goal is missed.
"""

import contextlib
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))

from tests.bench.run import fresh_database  # noqa: E402
from tests.lanes import postgresql  # noqa: E402

COUNT, PEOPLE, REVIEWS = (
    int(os.environ.get("APPLICATIONS", "10000")),
    int(os.environ.get("REVIEWERS", "300")),
    5,
)
GOALS = {2_000: 10, 10_000: 30}  # seconds of the solver
MEMORY = 1024  # MiB
FLOOR, SUM = 1.0, 0.1  # per cent that the worst total, and the sum, may stand below what no plan exceeds


def peak():
    """The most memory that this process has held, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def instance(applications, reviewers, seed=1, *, scarce=False):
    """A Problem as a call brings it: each knows some of fourteen technologies and six fields, one in fifty pairs is barred.

    scarce: half of the applications are about one technology that three in a hundred reviewers know.
    """
    from applications.review.asking import Problem  # noqa: PLC0415  after Django is set up

    chance = np.random.default_rng(seed)
    wanted = chance.random((applications, 14)) < 2 / 14
    known = chance.random((reviewers, 14)) < 4 / 14
    if scarce:
        wanted[: applications // 2, 0] = True
        known[:, 0] = chance.random(reviewers) < 0.03
    field, of_field = chance.integers(0, 6, applications), chance.random((reviewers, 6)) < 1 / 3
    shared = wanted.astype(int) @ known.T.astype(int) + of_field[:, field].T
    load = -(-applications * REVIEWS // reviewers)
    return Problem(
        match=np.minimum(1.0, shared / (wanted.sum(axis=1, keepdims=True) + 1)),
        barred=chance.random((applications, reviewers)) < 0.02, reviews=REVIEWS, least=np.full(reviewers, load // 2),
        most=np.full(reviewers, load + load // 5), institution=chance.integers(0, reviewers // 2, reviewers),
        kind=chance.integers(0, 3, reviewers), seed=seed,
    )  # fmt: skip


def solved(applications, scarce):
    """One line: the solver alone, in a process of its own, so that its memory is its own."""
    from applications.review import matching  # noqa: PLC0415

    problem = instance(applications, PEOPLE, scarce=scarce)
    begun, worked = time.perf_counter(), time.process_time()
    plan = matching.assign(problem)
    spent, worked = time.perf_counter() - begun, time.process_time() - worked
    pairs = np.array(plan.pairs)
    conflicts = int(problem.barred[pairs[:, 0], pairs[:, 1]].sum())
    floor = 100 * (1 - (plan.worst or 0) / plan.hope) if plan.hope else 0.0
    below = 100 * (1 - plan.total / plan.bound) if plan.bound else float("nan")
    print(
        f"{spent} {worked} {peak()} {conflicts} {len(plan.short)} {floor:.2f} {below:.3f}",
        file=sys.stderr,
    )


def is_good(conflicts, short, floor=0.0, below=0.0):
    """Whether a plan keeps the rules, and is as good as can be. floor, below: per cent that the worst total, and the sum, stand below
    what no plan exceeds; not a number where nothing is known of that."""
    return not conflicts and not short and floor <= FLOOR and below <= SUM


def line(name, seconds, goal=None, mib=None, more="", good=True):
    met = good and (goal is None or seconds <= goal) and (mib is None or mib <= MEMORY)
    print(
        f"{name:52}{seconds:8.1f} s{f'{goal:6} s' if goal else '':9}{f'{mib:8.0f} MiB' if mib else '':13}{more}{'' if met else '  MISSED'}"
    )
    return met


def filled():
    """A call in whose only stage so many applications are under review, and so many reviewers, some of whom stand in a conflict."""
    from applications.accounts.models import Role, User  # noqa: PLC0415
    from applications.firms.models import Member  # noqa: PLC0415
    from applications.intake.models import Application  # noqa: PLC0415
    from applications.intake.models.partners import Partner  # noqa: PLC0415
    from applications.kernel import clock  # noqa: PLC0415
    from applications.kernel.taxonomy import RootTechnology  # noqa: PLC0415
    from applications.review.models import Affiliation, ReviewerProfile  # noqa: PLC0415
    from tests.bench.data import Data  # noqa: PLC0415

    data, chance, now = Data(COUNT, drafts=0), random.Random(3), clock.now()
    data.drafts_count, data.owners = 0, []
    data.officer, data.owner = data.person(Role.OFFICER), data.person(Role.APPLICANT)
    data.applicant = data.person(Role.APPLICANT, 1)
    data.closed = data.call(now - timedelta(days=60), now - timedelta(days=20))
    data.words_of_firms()
    firms = data.firms(COUNT)
    data.applications(firms, now)
    stage = data.closed.stages.get()
    Application.objects.update(status="in_review", stage=stage, final_score=None, base_score=None, sheets=0)
    owners = User.objects.bulk_create(
        User(email=f"head@firm{firm.pk}.example", name="대표", role=Role.APPLICANT, password="!")
        for firm in firms
    )
    Member.objects.bulk_create(
        Member(firm=firm, user=user, right="owner") for firm, user in zip(firms, owners, strict=True)
    )
    technologies = list(RootTechnology.objects.all())
    through = Application.technologies.through
    through.objects.bulk_create(
        through(application_id=application.pk, roottechnology=technology)
        for application in data.made
        for technology in chance.sample(technologies, 2)
    )
    Partner.objects.bulk_create(
        Partner(
            application=application, lead_number=application.firm.business_number, part="joint", title=application.title,
            name=f"연구소 {chance.randrange(200)}", business_number=f"{9_000_000_000 + chance.randrange(200)}",
            role="시험", status="asked", asked_by=data.officer, asked_at=now,
        )
        for application in data.made[::3]
    )  # fmt: skip
    people = [data.person(Role.REVIEWER, number) for number in range(PEOPLE)]
    profiles = ReviewerProfile.objects.bulk_create(
        ReviewerProfile(
            user=user, affiliation=f"연구소 {chance.randrange(200)}", kind=chance.choice(ReviewerProfile.Kind.values),
            affiliation_number=f"{9_000_000_000 + place % 250}", keywords=f"{data.word()}, 공정 {data.word()}",
        )
        for place, user in enumerate(people)
    )  # fmt: skip
    for profile in profiles:
        profile.technologies.set(chance.sample(technologies, 4))
        profile.fields.set(chance.sample(data.fields, 2))
    Affiliation.objects.bulk_create(
        Affiliation(
            profile=profile, institution=firm.name, business_number=firm.business_number, role="employee",
            until=clock.today() - timedelta(days=chance.randrange(1500)),
        )
        for profile in profiles
        for firm in chance.sample(firms, 2)
    )  # fmt: skip
    return data, stage


def proposed(data, stage):
    """(the plan, seconds, seconds of a core here) of a proposal, as the timetable works it out."""
    from applications.review import planning  # noqa: PLC0415

    most = -(-COUNT * REVIEWS // PEOPLE) * 6 // 5
    plan = planning.ask(
        data.closed,
        stage=stage,
        reviews=REVIEWS,
        least=0,
        most=most,
        per_kind={"industry": 1},
        by=data.officer,
    )
    begun, worked = time.perf_counter(), time.process_time()
    planning.carry_on(plan)
    plan.refresh_from_db()
    return plan, time.perf_counter() - begun, time.process_time() - worked


def main():
    met = True
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(postgresql())
        if server is None:
            raise SystemExit("bench: no PostgreSQL (make system)")
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="rootgrants-bench-"))
        name = os.environ.get("BENCH_DATABASE", "rootgrants_bench_assignment")
        os.environ |= {
            "DATABASE_URL": stack.enter_context(fresh_database(server, name)), "VAR_DIR": folder, "DEBUG": "0", "DEMO": "0",
            "HTTPS": "0", "SECRET_KEY": "only-for-measuring-" + "x" * 40, "SEALING_KEYS": "b25seS1mb3ItbWVhc3VyaW5nLTMyLWJ5dGVzLS0tLSE=",
            "ALLOWED_HOSTS": "localhost", "EMAIL_URL": "dummymail://", "LOG_LEVEL": "ERROR", "DJANGO_SETTINGS_MODULE": "rootgrants.settings",
        }  # fmt: skip
        sizes = sorted({min(2_000, COUNT), COUNT})
        for applications, scarce in [(size, scarce) for scarce in (False, True) for size in sizes]:
            command = [sys.executable, __file__, str(applications), *["scarce"] * scarce]
            said = subprocess.run(command, stderr=subprocess.PIPE, text=True, check=True).stderr.split()
            spent, worked, mib, conflicts, short, floor, below = map(float, said[-7:])
            more = f"  {worked:.1f} s of a core, conflicts {conflicts:.0f}, short {short:.0f}, worst {floor:.2f}% and sum {below:.3f}% below their bounds"
            name = f"solver, {applications:,} x {PEOPLE} x {REVIEWS}{', few experts' if scarce else ''}"
            good = is_good(conflicts, short) if scarce else is_good(conflicts, short, floor, below)
            met &= line(name, spent, GOALS.get(applications), mib, more, good)
        for command in (["migrate", "-v0"], ["createcachetable"]):
            subprocess.run([sys.executable, str(ROOT / "manage.py"), *command], check=True)
        import django  # noqa: PLC0415  the environment is set only now

        django.setup()
        from django.db import connections  # noqa: PLC0415

        begun = time.monotonic()
        data, stage = filled()
        print(f"filled in {time.monotonic() - begun:.0f} s")
        plan, spent, worked = proposed(data, stage)
        more = f"  {worked:.1f} s of a core, {plan.state}, {plan.percent}%, {plan.reviews_planned.count():,} reviews"
        met &= line(f"whole proposal, {COUNT:,} x {PEOPLE} x {REVIEWS}", spent, None, peak(), more)
        connections.close_all()
        connections["default"].close_pool()
    return 0 if met else 1


if __name__ == "__main__":
    if len(sys.argv) > 1:
        import django

        django.setup()
        solved(int(sys.argv[1]), "scarce" in sys.argv)
    else:
        sys.exit(main())

"""What the tests of appeals begin with: a call with three places whose list is published, and one who appeals."""

from datetime import timedelta

from applications.decision import actions, appealing, continuing
from applications.intake.models import Application
from applications.kernel import clock
from tests.remembering import step

PUBLISHED = clock.kst(2026, 12, 21, 12)
LAST_DAY = clock.kst(2026, 12, 31, 12)  # the tenth day after the notice
END = clock.kst(2027, 1, 1)  # exclusive
SCORES = [
    "91.00",
    "88.50",
    "85.10",
    "84.90",
    "75.00",
    "51.00",
]  # three selected, two reserves, one not selected
TEXT = "The panel read the wrong year of sales."
REASONS = "The sales of 2025 were read as those of 2024."


@step
def approve_and_publish(world, proposal):
    actions.approve(proposal, by=world.officer2)
    actions.publish(proposal, by=world.officer)
    return proposal


@step
def published_list(world, scores=SCORES, call=None, **more):
    """(the list, its applications, best first)."""
    applications = [world.with_score(call or world.r1, score, **more) for score in scores]
    with clock.at(PUBLISHED):
        proposal = actions.propose(call or world.r1, note="As ranked", by=world.officer)
        approve_and_publish(world, proposal)
    for application in applications:
        application.refresh_from_db()
    return proposal, applications


@step
def begun(world, application, at=LAST_DAY):
    with clock.at(at):
        return appealing.begin(application, by=world.owner_of(application.firm), now=at)


@step
def appealed(world, application, at=LAST_DAY, *, ground="misread", text=TEXT):
    """An appeal that has arrived."""
    owner = world.owner_of(application.firm)
    appeal = begun(world, application, at)
    with clock.at(at):
        appealing.write(appeal, ground=ground, text=text, wanted="", by=owner, now=at)
        return appealing.hand_in(appeal, by=owner, arrived_at=at)


@step
def decided(world, appeal, outcome="upheld", remedy="decide", *, stage=None, at=LAST_DAY + timedelta(days=5)):
    with clock.at(at):
        appealing.propose_decision(
            appeal, outcome=outcome, remedy=remedy if outcome == "upheld" else "", stage=stage, reasons=REASONS,
            by=world.officer2,
        )  # fmt: skip
        return appealing.confirm(appeal, by=world.director)


@step
def further(world, call=None, *, at=LAST_DAY + timedelta(days=9), publish=True, **more):
    """A further list of the call, published."""
    call = call or world.r1
    with clock.at(at):
        replaces = call.proposals.in_force().first().ordinal
        proposal = continuing.propose(call, note="After appeals", by=world.officer, replaces=replaces, **more)
        if publish:
            approve_and_publish(world, proposal)
    return proposal


def results(applications):
    """The status of each, as it is stored now."""
    found = Application.objects.in_bulk([application.pk for application in applications])
    return [found[application.pk].status for application in applications]

"""What the tests of the committee begin with: a meeting of seven, of whom five are present, that decides by four votes."""

from applications.decision import resolving
from applications.kernel import clock
from tests.remembering import step

MINUTES = "The list was gone through from the top; the points below were voted on."
REASON = "A buyer is bound by contract"


def people(present=5, absent=2):
    return [(f"Member {n}", f"Institute {n}", n == 1, n <= present) for n in range(1, present + absent + 1)]


@step
def convened(world, call=None, *, present=5, absent=2):
    """An open meeting with its attendance and its minutes."""
    call = call or world.r1
    meeting = resolving.convene(
        call, held_at=clock.now(), place="Room 301", secretary=world.officer, by=world.officer
    )
    meeting = resolving.attend(meeting, version=1, members=people(present, absent), by=world.officer)
    return resolving.edit(
        meeting, version=2, held_at=meeting.held_at, place="Room 301", secretary=world.officer, minutes=MINUTES,
        by=world.officer,
    )  # fmt: skip


def decided(
    world, meeting, application, result="as_ruled", *, votes=(4, 1, 0), reason=REASON, by=None, **more
):
    names = dict(zip(("votes_for", "votes_against", "votes_abstained"), votes, strict=True))
    return resolving.resolve(
        meeting,
        application=application,
        result=result,
        reason=reason,
        by=by or world.officer,
        **names,
        **more,
    )


def closed(world, meeting):
    meeting.refresh_from_db()
    return resolving.close(meeting, version=meeting.version, by=world.officer)

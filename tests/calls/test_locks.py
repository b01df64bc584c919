"""Who holds a call lets others refer to it (docs/decisions/0031-locks.md)."""

import pytest
from django.db import connection, transaction

from applications.calls import announcing
from applications.intake.actions import drafts
from tests.together import together
from tests.world import DURING, World


@pytest.mark.postgresql
def test_a_firm_begins_its_draft_while_an_officer_holds_the_call(committed):
    world = World()
    call, firm = world.sprout, world.a
    owner = world.owner_of(firm)

    def begin():
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '5s'")
        return drafts.begin(call, firm, by=owner, now=DURING)

    with transaction.atomic():
        announcing._lock(call)
        [draft] = together(begin)

    assert draft.call == call

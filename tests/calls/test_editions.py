"""What a published call asks is read once in each process, and again after a notice."""

import pytest

from applications.calls.models import Call
from applications.calls.stages import Criterion
from applications.review.queries import remembered_criteria
from tests.calls.test_actions import prepare
from tests.calls.test_notices import correct

pytestmark = pytest.mark.usefixtures("english")


def asks(call):
    """What is asked in this call, as a request that has just fetched it learns it."""
    call = Call.objects.get(pk=call.pk)
    stage = call.stages.order_by("pk").first()
    return call.asked, call.asked_papers, remembered_criteria(stage.pk, call)


def test_a_published_call_is_asked_once_for_what_it_asks(world, django_assert_num_queries):
    before = asks(world.r1)

    with django_assert_num_queries(2):  # the call and its stage
        assert asks(world.r1) == before


def test_a_call_in_preparation_is_read_as_it_stands_now(world):
    call = prepare(world)
    _questions, _papers, criteria = asks(call)

    Criterion.objects.filter(pk=criteria[0].pk).update(name="Another one")
    call.papers.all().delete()

    _questions, papers, criteria = asks(call)
    assert (papers, criteria[0].name) == ((), "Another one")


def test_after_a_correction_the_new_words_are_asked(world):
    paper = asks(world.r1)[1][0]

    correct(world, world.r1, **{f"paper__{paper.code}": "At most ten pages"})

    assert asks(world.r1)[1][0].help == "At most ten pages"

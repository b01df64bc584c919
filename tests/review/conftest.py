"""What most tests of review begin with."""

import pytest

from applications.kernel import clock
from tests.world import AFTER


@pytest.fixture
def after_the_deadline(settings):
    """The call is closed, and what is kept in the language of the house is English."""
    settings.LANGUAGE_CODE = "en"
    with clock.at(AFTER):
        yield

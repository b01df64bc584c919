"""One town (tests/town.py) for all that is asked of the whole house: built once, in a transaction around all these tests."""

import pytest

from applications.kernel import clock
from tests.standing import building, taken_back
from tests.town import NOW, Town


@pytest.fixture(scope="package")
def one_town(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), taken_back():
        yield


@pytest.fixture
def db(one_town):
    """Everything here stands in the transaction of the town."""


@pytest.fixture(scope="package")
def built_town(one_town, tmp_path_factory):
    files = tmp_path_factory.mktemp("town")
    with building(files, "ko"):
        return Town(files=files)


@pytest.fixture
def town(db, built_town, settings):
    """Everybody and everything at once (tests/town.py), outside the demonstration; changes are taken back."""
    settings.MEDIA_ROOT, settings.DEMO = built_town.files, False
    with clock.at(NOW), taken_back():
        yield built_town

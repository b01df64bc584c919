"""One town (tests/town.py) for all that is asked of the whole house: built once, in a transaction around all these tests."""

import pytest
from django.db import transaction
from django.test import override_settings
from django.utils import translation

from applications.kernel import clock
from tests.town import NOW, Town


@pytest.fixture(scope="package")
def one_town(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def db(one_town):
    """Everything here stands in the transaction of the town."""


@pytest.fixture(scope="package")
def built_town(one_town, tmp_path_factory):
    quick = {"PASSWORD_HASHERS": ["django.contrib.auth.hashers.MD5PasswordHasher"],
             "MEDIA_ROOT": tmp_path_factory.mktemp("town")}  # fmt: skip
    with override_settings(**quick), translation.override("ko"):  # whatever a test before has left
        return Town(files=quick["MEDIA_ROOT"])


@pytest.fixture
def town(db, built_town, settings):
    """Everybody and everything at once (tests/town.py), outside the demonstration; changes are taken back."""
    settings.MEDIA_ROOT, settings.DEMO = built_town.files, False
    with clock.at(NOW), transaction.atomic():
        yield built_town
        transaction.set_rollback(True)

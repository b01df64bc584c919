"""What many tests begin with: built once, and what a test changes is taken back."""

from contextlib import contextmanager

import pytest
from django.db import transaction
from django.test import override_settings
from django.utils import translation

from applications.kernel import clock
from tests.remembering import step
from tests.world import AFTER


@contextmanager
def taken_back():
    """A transaction, or a savepoint in one, that leaves nothing."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@contextmanager
def building(files, language):
    """What outlives a test is built with cheap passwords and files of its own, whatever the test before has left."""
    cheap = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    with override_settings(PASSWORD_HASHERS=cheap, MEDIA_ROOT=files), translation.override(language):
        yield


def standing(build):
    """The world of a module, with what its tests begin with, after the deadline: `world = standing(build)`; build(world)."""
    build = step(build)

    @pytest.fixture
    def world(world):
        with override_settings(LANGUAGE_CODE="en"), translation.override("en"), clock.at(AFTER):
            build(world)
        return world

    return world

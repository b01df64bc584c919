"""A world that stands while all tests of a module are run: built once, each test gets a copy and what it changes is taken back."""

from copy import deepcopy

import pytest
from django.db import transaction
from django.test import override_settings
from django.utils import translation

from applications.kernel import clock
from tests.world import AFTER, World


def standing(build):
    """The fixtures of a module: `built, db, world = standing(build)`; build(world) makes what its tests begin with, after the deadline.

    None of these tests may commit: all of them live in one transaction.
    """

    @pytest.fixture(scope="module")
    def built(one_transaction, tmp_path_factory):
        world, files = World(), tmp_path_factory.mktemp("world")
        cheap = {"PASSWORD_HASHERS": ["django.contrib.auth.hashers.MD5PasswordHasher"], "MEDIA_ROOT": files, "LANGUAGE_CODE": "en"}  # fmt: skip
        with override_settings(**cheap), translation.override("en"), clock.at(AFTER):
            build(world)
        return world, files

    @pytest.fixture
    def db(one_transaction):
        with transaction.atomic():
            yield
            transaction.set_rollback(True)

    @pytest.fixture
    def world(db, built, settings):
        world, settings.MEDIA_ROOT = built
        return deepcopy(world)

    return built, db, world

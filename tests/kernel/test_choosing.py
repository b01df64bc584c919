"""One act on many rows, piece by piece: two presses at the same moment, as two requests that have read the same session."""

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.test import RequestFactory

from applications.kernel import choosing

pytestmark = pytest.mark.django_db


def pressed(session_key, act):
    """A request that confirms an act, whose session is read and is to be written again, as once in thirty seconds."""
    request = RequestFactory().post("/", {"confirm": act["key"]})
    request.session = SessionStore(session_key)
    request.session["seen"] = 1
    return request


def test_who_comes_second_gets_nothing_and_does_not_bring_the_act_back(monkeypatch):
    monkeypatch.setattr(choosing, "AT_ONCE", 2)
    beginning = RequestFactory().post("/")
    beginning.session = SessionStore()
    act = choosing.begin(beginning, [1, 2, 3])
    beginning.session.save()
    first, second = (pressed(beginning.session.session_key, act) for _press in range(2))

    taken, piece = choosing.take(first)
    late = choosing.take(second)
    second.session.save()

    stored = SessionStore(beginning.session.session_key)["act"]
    assert (piece, late) == ([1, 2], None)
    assert (stored["key"], stored["at"]) == (taken["key"], 2)
    assert taken["key"] != act["key"]

"""Writing letters: with the change they tell of, once for each event and person, in the person's language."""

import os
import socket
import subprocess
import sys

import pytest
from django.conf import settings as configured
from django.core import mail
from django.db import transaction

from applications.decision import actions as decision
from applications.firms import actions as firms
from applications.kernel import clock
from applications.notifications.delivery import deliver
from applications.notifications.models import Letter
from applications.notifications.outbox import notify, notify_each, post
from tests.lanes import free_port
from tests.world import AFTER

KICK = (
    "import django; django.setup(); from applications.notifications.outbox import kick; kick(['a', 'b', 'c'])"
)


def tell(*people, event="role:1"):
    notify("account_changed", to=people, event=event, change="factor")


def addresses():
    return list(Letter.objects.order_by("pk").values_list("event", "address"))


def test_one_event_writes_one_letter_to_each_person(world):
    a, b = world.person(email="a@firm.example"), world.person(email="b@firm.example")
    tell(a, b, a)
    tell(a, b)
    tell(a, event="role:2")

    assert addresses() == [
        ("role:1", "a@firm.example"),
        ("role:1", "b@firm.example"),
        ("role:2", "a@firm.example"),
    ]
    assert list(Letter.objects.values_list("to", flat=True).order_by("pk")) == [a.pk, b.pk, a.pk]


def test_a_letter_that_stood_there_before_keeps_its_text_and_is_not_sent_again(
    world, django_capture_on_commit_callbacks
):
    person = world.person()
    with django_capture_on_commit_callbacks(execute=True):
        tell(person)
    first = Letter.objects.values().get()
    person.name = "Another name"
    with django_capture_on_commit_callbacks(execute=True):
        tell(person)

    assert Letter.objects.values().get() == first
    assert len(mail.outbox) == 1


def test_a_list_of_many_is_written_in_one_statement(world, django_assert_num_queries):
    people = [world.person() for _ in range(50)]
    with django_assert_num_queries(1):
        notify_each("account_changed", [([person], "role:1", {"change": "factor"}) for person in people])

    assert Letter.objects.count() == 50


def test_without_a_broker_letters_leave_in_process_after_the_commit(
    world, django_capture_on_commit_callbacks
):
    person = world.person()
    with django_capture_on_commit_callbacks() as callbacks:
        tell(person)
    assert (len(callbacks), mail.outbox, Letter.objects.get().status) == (1, [], "waiting")
    callbacks[0]()

    assert [message.to for message in mail.outbox] == [[person.email]]
    assert Letter.objects.get().status == "sent"


def test_g56_a_publication_that_is_rolled_back_leaves_no_result_and_no_letter(
    world, django_capture_on_commit_callbacks
):
    application = world.with_score(world.sprout, 80)
    with clock.at(AFTER):
        proposal = decision.propose(world.sprout, note="As ranked", by=world.officer)
        decision.approve(proposal, by=world.officer2)
    before = Letter.objects.count()

    class PowerCut(Exception):
        pass

    with (
        clock.at(AFTER),
        django_capture_on_commit_callbacks() as callbacks,
        pytest.raises(PowerCut),
        transaction.atomic(),
    ):
        decision.publish(proposal, by=world.officer)
        application.refresh_from_db()
        assert (application.status, Letter.objects.count()) == ("selected", before + 1)
        raise PowerCut

    application.refresh_from_db()
    proposal.refresh_from_db()
    assert (application.status, proposal.status) == ("reviewed", "approved")
    assert (Letter.objects.count(), callbacks) == (before, [])


@pytest.mark.parametrize(
    ("language", "subject", "html"),
    [
        ("ko", "[뿌리첨단화] 계정이 변경되었습니다", '<html lang="ko">'),
        ("en", "[RootGrants] Your account was changed", '<html lang="en">'),
    ],
)
def test_a_letter_is_in_the_language_of_its_reader(world, language, subject, html):
    tell(world.person(language=language))

    letter = Letter.objects.get()
    assert letter.subject == subject
    assert html in letter.html


def test_what_a_firm_calls_itself_adds_no_header(world, mail_server):
    firm = world.firm(name="Firm\r\nBcc: all@firm.example\u2028X: y")
    firms.invite(firm, email="colleague@firm.example", right="viewer", by=world.owner_of(firm))
    letter = Letter.objects.get(kind="member_invited")
    deliver(letter.key)

    [message] = mail_server.box
    assert (
        message["Subject"].strip() == "[뿌리첨단화] Firm Bcc: all@firm.example X: y 담당자로 초대되었습니다"
    )
    assert (message["Bcc"], message["X"]) == (None, None)
    assert mail_server.envelopes == [("no-reply@localhost", ["colleague@firm.example"])]


def test_a_subject_too_long_for_its_column_is_cut_and_the_letter_leaves(world, mail_server):
    post("notice", address="ceo@firm.example", subject="가" * 400, body="Text")
    letter = Letter.objects.get()
    deliver(letter.key)

    assert [message["Subject"].strip() for message in mail_server.box] == ["가" * 250]


def test_the_html_twin_shows_what_was_typed_literally(db):
    post(
        "notice",
        address="ceo@firm.example",
        subject="<b>S</b>",
        body="<script>alert(1)</script>\nhttps://a.example/?x=1&y=2",
    )

    letter = Letter.objects.get()
    assert letter.body == "<script>alert(1)</script>\nhttps://a.example/?x=1&y=2\n"
    assert "<title>&lt;b&gt;S&lt;/b&gt;</title>" in letter.html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;<br>" in letter.html
    assert '<a href="https://a.example/?x=1&amp;y=2"' in letter.html


@pytest.fixture(params=["closed", "silent"])
def dead_broker(request):
    """A port that refuses, and one that takes the connection and never says a word."""
    if request.param == "closed":
        yield free_port()
        return
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_a_dead_broker_neither_breaks_nor_holds_a_request(dead_broker, tmp_path):
    timed = (
        f"import time; {KICK.replace('kick([', 't = time.monotonic(); kick([')}; print(time.monotonic() - t)"
    )
    child = subprocess.run(
        [sys.executable, "-c", timed], cwd=configured.BASE_DIR, capture_output=True, text=True, check=True,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "rootgrants.settings", "VAR_DIR": str(tmp_path), "IS_WEB": "1",
             "CELERY_BROKER_URL": f"redis://127.0.0.1:{dead_broker}/0", "LOG_LEVEL": "WARNING"},
    )  # fmt: skip

    assert float(child.stdout) < 3
    assert "3 letters wait for the sweep: the broker does not answer." in child.stderr


def test_letters_of_two_instants_are_written_at_their_instant(world):
    instant = clock.kst(2026, 12, 10, 12)
    with clock.at(instant):
        tell(world.person())

    assert Letter.objects.values_list("written_at", "next_try_at").get() == (instant, instant)

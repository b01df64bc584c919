"""What becomes of a letter at the mail server: sent once, tried again, failed, or uncertain."""

import time
from datetime import timedelta

import pytest

from applications.kernel import clock
from applications.notifications.delivery import LEASE, deliver
from applications.notifications.models import BACK_OFF, GIVE_UP_AFTER, Letter
from applications.notifications.tasks import deliver_letter, sweep_letters
from tests.lanes import free_port
from tests.together import together

NOW = clock.kst(2026, 12, 10, 12)
Status = Letter.Status


@pytest.fixture(autouse=True)
def at_noon():
    with clock.at(NOW):
        yield


def state(letter):
    letter.refresh_from_db()
    return letter.status, letter.tries, letter.lease_until


def test_a_letter_leaves_as_text_and_html_to_its_one_address(letter, mail_server):
    deliver(letter.key)

    assert state(letter) == (Status.SENT, 1, None)
    assert letter.sent_at == NOW
    [message] = mail_server.box
    assert mail_server.envelopes == [("no-reply@localhost", ["ceo@firm.example"])]
    assert message["Subject"] == "[평가결과 통보] 결과 안내"
    assert message["Message-ID"] == f"<{letter.key}@rootgrants>"
    assert message["Auto-Submitted"] == "auto-generated"
    parts = [(part.get_content_type(), part.get_content().strip()) for part in message.iter_parts()]
    assert parts == [("text/plain", "안녕하세요."), ("text/html", "<p>안녕하세요.</p>")]


def test_a_task_delivered_twice_sends_once(letter, mail_server):
    deliver_letter(str(letter.key))
    before = Letter.objects.values().get()
    deliver_letter(str(letter.key))
    with clock.at(NOW + timedelta(hours=1)):
        deliver_letter(str(letter.key))
        sweep_letters()

    assert len(mail_server.box) == 1
    assert Letter.objects.values().get() == before


def test_a_letter_to_nobody_fails_and_is_not_tried_again(letter, mail_server):
    mail_server.mode = "knows nobody"
    deliver(letter.key)
    mail_server.mode = "takes"
    with clock.at(NOW + timedelta(days=1)):
        sweep_letters()

    assert state(letter) == (Status.FAILED, 1, None)
    assert "550" in letter.error
    assert mail_server.box == []


def test_a_greylisted_letter_is_sent_later_with_the_same_message_id(letter, mail_server):
    mail_server.mode = "greylists"
    deliver(letter.key)
    assert state(letter) == (Status.WAITING, 1, None)
    assert letter.next_try_at == NOW + timedelta(minutes=1)

    mail_server.mode = "takes"
    with clock.at(NOW + timedelta(seconds=59)):
        sweep_letters()
    assert mail_server.box == []
    with clock.at(NOW + timedelta(minutes=1)):
        sweep_letters()

    assert state(letter) == (Status.SENT, 2, None)
    assert [message["Message-ID"] for message in mail_server.box] == [f"<{letter.key}@rootgrants>"]


def test_without_a_mail_server_the_letter_is_tried_with_growing_patience_for_three_days(
    letter, mail_server, settings
):
    settings.EMAIL_PORT = free_port()
    instant, waits = NOW, []
    while True:
        with clock.at(instant):
            deliver(letter.key)
        letter.refresh_from_db()
        if letter.status != Status.WAITING:
            break
        waits.append(letter.next_try_at - instant)
        instant = letter.next_try_at

    assert letter.status == Status.FAILED
    assert waits[:6] == BACK_OFF
    assert set(waits[6:]) == {timedelta(hours=12)}
    assert GIVE_UP_AFTER < instant - letter.written_at <= GIVE_UP_AFTER + timedelta(hours=12)


def test_a_line_that_breaks_after_the_text_leaves_the_letter_uncertain_and_never_sends_it_again(
    letter, mail_server
):
    mail_server.mode = "drops"
    deliver(letter.key)
    mail_server.mode = "takes"
    deliver(letter.key)
    with clock.at(NOW + timedelta(days=1)):
        sweep_letters()

    assert state(letter) == (Status.UNCERTAIN, 1, None)
    assert len(mail_server.box) == 1


def test_a_mail_server_that_dawdles_does_not_hold_the_sender(letter, mail_server, settings):
    settings.EMAIL_TIMEOUT = 0.2
    mail_server.mode = "dawdles"
    begun = time.monotonic()
    deliver(letter.key)

    assert time.monotonic() - begun < 0.9
    assert state(letter) == (Status.UNCERTAIN, 1, None)


def test_an_address_that_no_mail_can_carry_fails(letter, mail_server):
    Letter.objects.update(address="ceo@firm.example\nBcc: all@firm.example")
    deliver(letter.key)

    assert state(letter) == (Status.FAILED, 1, None)
    assert mail_server.box == []


def test_a_sender_that_was_lost_on_the_way_is_replaced_when_its_lease_ends(letter, mail_server):
    lost = Letter.objects.claim(letter.key, lease=LEASE)
    with clock.at(NOW + LEASE):
        sweep_letters()
    assert mail_server.box == []
    with clock.at(NOW + LEASE + timedelta(seconds=1)):
        sweep_letters()

    assert state(letter) == (Status.SENT, 2, None)
    assert len(mail_server.box) == 1
    assert not Letter.objects.hand_over(lost)


def test_a_sender_that_was_lost_at_the_server_leaves_the_letter_uncertain(letter, mail_server):
    lost = Letter.objects.claim(letter.key, lease=LEASE)
    assert Letter.objects.hand_over(lost)
    with clock.at(NOW + LEASE + timedelta(seconds=1)):
        sweep_letters()

    assert state(letter) == (Status.UNCERTAIN, 1, None)
    assert mail_server.box == []


def test_a_sender_whose_lease_ran_out_hands_nothing_over(letter):
    slow = Letter.objects.claim(letter.key, lease=LEASE)
    with clock.at(NOW + LEASE + timedelta(seconds=1)):
        quick = Letter.objects.claim(letter.key, lease=LEASE)

    assert (Letter.objects.hand_over(slow), Letter.objects.hand_over(quick)) == (False, True)


@pytest.mark.parametrize(
    ("mode", "is_demo", "body"),
    [
        ("takes", False, ""),
        ("knows nobody", False, ""),
        ("drops", False, ""),
        ("greylists", False, "Code 123456"),
        ("takes", True, "Code 123456"),
    ],
)
def test_codes_and_links_are_erased_once_their_letter_is_settled(
    letter, mail_server, settings, mode, is_demo, body
):
    settings.DEMO = is_demo
    Letter.objects.update(kind="account/email_confirmation_signup", body="Code 123456", html="Code 123456")
    mail_server.mode = mode
    deliver(letter.key)

    letter.refresh_from_db()
    assert (letter.body, letter.html) == (body, body)


@pytest.mark.postgresql
def test_eight_senders_at_once_send_one_letter(committed, letter, mail_server):
    Letter.objects.update(next_try_at=NOW - timedelta(days=30))  # the threads live in the present

    together(*[lambda: deliver(letter.key)] * 8)

    assert state(letter) == (Status.SENT, 1, None)
    assert len(mail_server.box) == 1

"""The only caller of the mail server: claims a letter, sends it once, writes down what the server said."""

import smtplib
from datetime import timedelta

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection

from applications.kernel import clock
from applications.notifications.models import BACK_OFF, GIVE_UP_AFTER, Letter

LEASE = timedelta(minutes=5)


def deliver(key):
    """Send one letter unless another has it. Safe to run twice and at once."""
    letter = Letter.objects.claim(key, lease=LEASE)
    if letter is None:
        return
    connection = get_connection()
    try:
        connection.open()
    except OSError as error:  # smtplib's errors are of this kind too
        retry(letter, error)
        return
    try:
        if Letter.objects.hand_over(letter):
            connection.send_messages([compose(letter)])
            settle(letter, Letter.Status.SENT)
    except smtplib.SMTPServerDisconnected as error:
        # The server may have taken it before the line broke: a person decides, nothing is sent twice blindly.
        settle(letter, Letter.Status.UNCERTAIN, error)
    except smtplib.SMTPRecipientsRefused as error:
        code = max(code for code, _answer in error.recipients.values())
        retry(letter, error) if code < 500 else settle(letter, Letter.Status.FAILED, error)
    except smtplib.SMTPResponseException as error:
        retry(letter, error) if error.smtp_code < 500 else settle(letter, Letter.Status.FAILED, error)
    except (
        smtplib.SMTPException,
        ValueError,
    ) as error:  # an address or a text that cannot be written as mail
        settle(letter, Letter.Status.FAILED, error)
    except OSError as error:
        settle(letter, Letter.Status.UNCERTAIN, error)
    finally:
        connection.close()


def compose(letter):
    headers = {"Message-ID": f"<{letter.key}@rootgrants>", "Auto-Submitted": "auto-generated"}
    if letter.unsubscribe_url:
        headers["List-Unsubscribe"] = f"<{letter.unsubscribe_url}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message = EmailMultiAlternatives(
        letter.subject,
        letter.body,
        settings.DEFAULT_FROM_EMAIL,
        [letter.address],
        headers=headers,
    )
    if letter.html:
        message.attach_alternative(letter.html, "text/html")
    return message


def retry(letter, error):
    """Try again later with growing patience, and give up after three days."""
    now = clock.now()
    if now - letter.written_at > GIVE_UP_AFTER:
        settle(letter, Letter.Status.FAILED, error)
        return
    wait = BACK_OFF[min(letter.tries, len(BACK_OFF)) - 1]
    Letter.objects.filter(pk=letter.pk).update(
        status=Letter.Status.WAITING, next_try_at=now + wait, lease_until=None, error=str(error)[:500]
    )


def settle(letter, status, error=""):
    """Write down how it ended; codes and links are not kept for a second time."""
    change = {"status": status, "lease_until": None, "error": str(error)[:500]}
    if status == Letter.Status.SENT:
        change["sent_at"] = clock.now()
    if letter.is_secret and not settings.DEMO:
        change |= {"body": "", "html": ""}
    Letter.objects.filter(pk=letter.pk).update(**change)

"""Writing letters: in the same transaction as the change they tell of; they leave after it."""

import logging
import re
import uuid
from functools import partial

from django.conf import settings
from django.db import transaction
from django.template import Context
from django.template.loader import get_template, render_to_string
from django.utils import translation

from applications.notifications.models import Letter
from applications.notifications.tasks import deliver_letter

logger = logging.getLogger(__name__)
CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]+")


def notify(kind, *, to, event, **context):
    """Write a letter of this kind to each person; it leaves when the transaction commits.

    event: what happened, once per letter and person (unique key): the same event never writes twice.
    The text is templates/mail/<kind>.txt in the person's language: the subject, an empty line, the body.
    """
    for person in to:
        _write(kind, person.email, person.language, event, {**context, "person": person}, person)


def notify_address(kind, *, address, language, event, **context):
    """The same, to somebody who may have no account yet."""
    _write(kind, address, language, event, context, None)


def post(kind, *, address, subject, body):
    """Post a text that is already written (sign-up codes, password links), once."""
    _store(kind, address, uuid.uuid4().hex, subject, body, None)


def _write(kind, address, language, event, context, person):
    with translation.override(language):
        text = get_template(f"mail/{kind}.txt").template.render(
            Context({**context, "site": settings.SITE_URL}, autoescape=False)
        )
        subject, _, body = text.strip().partition("\n")
        _store(kind, address, event, subject, body.strip(), person)


def _store(kind, address, event, subject, body, person):
    subject = CONTROL.sub(" ", subject).strip()[:250]  # what a firm typed never adds a header
    letter, is_new = Letter.objects.get_or_create(
        kind=kind,
        event=event,
        address=address,
        defaults={
            "to": person,
            "subject": subject,
            "body": body + "\n",
            "html": render_to_string("mail/letter.html", {"subject": subject, "body": body}),
        },
    )
    if is_new:
        transaction.on_commit(partial(kick, letter.pk), robust=True)


def kick(letter_id):
    """Ask for delivery now; without a broker the sweep will."""
    try:
        deliver_letter.delay(letter_id)
    except Exception:  # whatever a broker throws: the letter stands in the outbox
        logger.warning("Letter %s waits for the sweep: the broker does not answer.", letter_id)

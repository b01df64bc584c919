"""Writing letters: in the same transaction as the change they tell of; they leave after it."""

import logging
import re
import uuid
from functools import partial

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.template import Context
from django.template.loader import get_template, render_to_string
from django.utils import translation

from applications.notifications.models import Letter
from applications.notifications.tasks import deliver_letter

logger = logging.getLogger(__name__)
CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]+")
GAP = re.compile(r"\n{3,}")  # what a template leaves out leaves no gap


def notify(kind, *, to, event, **context):
    """Write a letter of this kind to each person; it leaves when the transaction commits.

    event: what happened, once per letter and person (unique key): the same event never writes twice.
    The text is templates/mail/<kind>.txt in the person's language: the subject, an empty line, the body.
    """
    notify_each(kind, [(to, event, context)])


def notify_each(kind, news):
    """The same for many events at once, as when a list is published: (people, event, context) of each."""
    _post(
        _written(kind, person.email, person.language, event, {**context, "person": person}, person)
        for people, event, context in news
        for person in people
    )


def notify_address(kind, *, address, language, event, erase_at=None, **context):
    """The same, to somebody who may have no account yet.

    erase_at: when the letter is erased again, where its address was only lent for an answer.
    """
    _post([_written(kind, address, language, event, context, None, erase_at=erase_at)])


def notify_subscribers(kind, subscribers, *, event, **context):
    """The same to many who only left an address: (address, language, path that ends it) of each."""
    _post(
        _written(kind, address, language, event, {**context, "ends_at": path}, None,
                 unsubscribe_url=settings.SITE_URL + path)
        for address, language, path in subscribers
    )  # fmt: skip


def forget(address):
    """Erase every letter that an address of no account got as a subscriber; those that wait do not leave."""
    lent = Q(erase_at__isnull=False) | ~Q(unsubscribe_url="")
    Letter.objects.filter(lent, to=None, address=address).delete()


def post(kind, *, address, subject, body):
    """Post a text that is already written (sign-up codes, password links), once."""
    _post([_letter(kind, address, uuid.uuid4().hex, _one_line(subject), body, None)])


def replace(events):
    """E-mails about these events that have not left yet do not leave: a later letter takes their place. Their text stays in the inbox."""
    Letter.objects.filter(event__in=events).hold_back()


def text_of(kind, language, context):
    """(subject, body) of a letter of this kind, as it is written and as it is shown before."""
    with translation.override(language):
        text = get_template(f"mail/{kind}.txt").template.render(
            Context({**context, "site": settings.SITE_URL}, autoescape=False)
        )
    subject, _, body = text.strip().partition("\n\n")
    return _one_line(subject), GAP.sub("\n\n", body.strip())


def _one_line(subject):
    """What a firm typed never adds a header."""
    return CONTROL.sub(" ", subject).strip()[:250]


def _written(kind, address, language, event, context, person, **more):
    subject, body = text_of(kind, language, context)
    with translation.override(language):
        return _letter(kind, address, event, subject, body, person, **more)


def _letter(kind, address, event, subject, body, person, **more):
    return Letter(
        kind=kind,
        event=event,
        address=address,
        to=person,
        subject=subject,
        body=body + "\n",
        html=render_to_string("mail/letter.html", {"subject": subject, "body": body}),
        **more,
    )


def _post(letters):
    letters = Letter.objects.bulk_create(letters, ignore_conflicts=True, batch_size=2000)
    transaction.on_commit(partial(kick, [str(letter.key) for letter in letters]), robust=True)


def kick(keys):
    """Ask for delivery now; without a broker the sweep will. A letter that stood there before has another key."""
    try:
        for key in keys:
            deliver_letter.delay(key)
    except Exception:  # whatever a broker throws: the letters stand in the outbox
        logger.warning("%s letters wait for the sweep: the broker does not answer.", len(keys))

"""The verbs of subscribers, who need no account: ask for a subscription, confirm it by its letter, end it."""

import uuid
from datetime import timedelta

from django.core import signing
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from applications.calls.audience import Subscriber
from applications.calls.models import Programme
from applications.calls.rules import LINK_HOURS
from applications.kernel import clock
from applications.kernel.errors import Refused
from applications.kernel.taxonomy import IndustryField
from applications.notifications.outbox import forget, notify_address

SALT = "subscription to new calls"


@transaction.atomic
def request(address, *, language, programme=None, field=None):
    """Send a letter with a signed link. Nothing is kept of the address until its owner confirms by it."""
    ends = clock.now() + timedelta(hours=LINK_HOURS)
    wish = {
        "address": address,
        "language": language,
        "programme": programme and programme.kind,
        "field": field and field.code,
        "ends": int(ends.timestamp()),
    }
    notify_address("subscription_requested", address=address, language=language, event=f"subscription:{uuid.uuid4().hex}",
                   erase_at=ends, token=signing.dumps(wish, salt=SALT, compress=True), programme=programme, field=field,
                   ends=ends)  # fmt: skip


def wish_of(token):
    """What a signed link asks for, or None where it is not ours or its time is over."""
    try:
        wish = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        return None
    return wish if clock.now().timestamp() < wish["ends"] else None


@transaction.atomic
def confirm(token):
    """Keep the address; confirmed again, it is kept with what was asked for last. Returns the Subscriber."""
    wish = wish_of(token)
    if wish is None:
        raise Refused(_("This link no longer works."))
    Subscriber.objects.bulk_create(
        [
            Subscriber(
                address=wish["address"],
                language=wish["language"],
                programme=Programme.objects.filter(kind=wish["programme"]).first(),
                field=IndustryField.objects.filter(code=wish["field"]).first(),
                confirmed_at=clock.now(),
            )
        ],
        update_conflicts=True,
        unique_fields=["address"],
        update_fields=["language", "programme", "field", "confirmed_at"],
    )
    return Subscriber.objects.get(address=wish["address"])


@transaction.atomic
def unsubscribe(subscriber):
    """Delete the address, and every letter to it."""
    forget(subscriber.address)
    subscriber.delete()

"""Loads the demonstration: fictional people, firms and history. Refused where the demonstration is off."""

import logging
import time

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from applications.accounts.models import User
from applications.management.demonstration import Demonstration


class Command(BaseCommand):
    help = __doc__

    def handle(self, **options):
        if not settings.DEMO:
            raise CommandError("The demonstration is off (DEMO): its data is not loaded.")
        if User.objects.exists():
            raise CommandError(
                "There are accounts already: the demonstration is loaded into an empty database only."
            )
        begun = time.monotonic()
        for name in ("celery", "applications"):
            logging.getLogger(name).setLevel(logging.WARNING)
        with transaction.atomic():
            Demonstration(say=lambda text: self.stdout.write(f"  {text}")).load()
        self.stdout.write(f"The demonstration is loaded ({time.monotonic() - begun:.0f} s).")

"""Seals every bank account of a reviewer with the first key of SEALING_KEYS; after that the other keys are needed no more."""

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from applications.kernel.sealing import Unreadable, sealed_anew
from applications.review.payees import PayeeAccount


class Command(BaseCommand):
    help = __doc__

    def handle(self, **options):
        done, lost = 0, []
        for pk in PayeeAccount.objects.order_by("pk").values_list("pk", flat=True):
            with transaction.atomic():
                payee = (
                    PayeeAccount.objects.select_for_update(of=("self",), no_key=True).filter(pk=pk).first()
                )
                if payee is None:  # forgotten meanwhile
                    continue
                try:
                    payee.sealed = sealed_anew(payee.sealed)
                except Unreadable:
                    lost.append(pk)
                    continue
                payee.save(update_fields=["sealed"])
                done += 1
        self.stdout.write(f"{done} sealed with the first key.")
        if lost:
            raise CommandError(f"No key opens {len(lost)} of them: {', '.join(map(str, lost))}")

"""Does the queued work and the timetable without a broker: what beat and a worker do where there is one."""

import time

from django.core.management.base import BaseCommand
from django.db import close_old_connections

from applications.decision.tasks import publish_due
from applications.notifications.tasks import sweep_letters

SECONDS = 10


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument("--once", action="store_true", help="one round, then end")

    def handle(self, once, **options):
        while True:
            for task in (publish_due, sweep_letters):
                try:
                    task()
                except Exception as error:  # a broken round is told and the next one tries again
                    self.stderr.write(f"{task.name}: {error}")
            if once:
                return
            close_old_connections()
            time.sleep(SECONDS)

"""Does the queued work and the timetable without a broker: what beat and a worker do where there is one."""

import time

from django.core.management.base import BaseCommand
from django.db import close_old_connections

from applications.decision.tasks import carry_resamplings_on, end_reserves, publish_due, report_fairness
from applications.firms.tasks import ask_tax_office, end_requests, warn_of_expiry
from applications.firms.tasks import tell_of_viruses as tell_of_viruses_in_vaults
from applications.intake.tasks import remind, remind_of_supplements, tell_of_viruses
from applications.kernel.files.tasks import examine_files, sweep_uploads
from applications.notifications.tasks import sweep_letters
from applications.portal.tasks import carry_exports_on, carry_imports_on
from applications.review.tasks import (
    carry_calibrations_on,
    carry_plans_on,
    keep_invitations,
    look_at_participants,
    measure_paces,
    remind_reviewers,
)

SECONDS = 10
TASKS = (
    publish_due,
    end_reserves,
    report_fairness,
    remind,
    remind_of_supplements,
    sweep_letters,
    end_requests,
    ask_tax_office,
    examine_files,
    carry_imports_on,
    carry_exports_on,
    carry_plans_on,
    carry_calibrations_on,
    carry_resamplings_on,
    remind_reviewers,
    look_at_participants,
    keep_invitations,
    measure_paces,
    tell_of_viruses,
    tell_of_viruses_in_vaults,
    warn_of_expiry,
    sweep_uploads,
)


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument("--once", action="store_true", help="one round, then end")

    def handle(self, once, **options):
        while True:
            for task in TASKS:
                try:
                    task()
                except Exception as error:  # a broken round is told and the next one tries again
                    self.stderr.write(f"{task.name}: {error}")
            if once:
                return
            close_old_connections()
            time.sleep(SECONDS)

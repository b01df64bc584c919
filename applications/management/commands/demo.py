"""Starts the demonstration: database, fictional data, server, timetable; prints the address and the accounts."""

import os
import subprocess
import sys

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from applications.accounts.models import User
from applications.management.demonstration import PASSWORD

ACCOUNTS = [
    ("firm", "owner@firm.example"),
    ("reviewer", "reviewer01@panel.example"),
    ("programme officer", "officer1@demo.example, officer2@demo.example"),
    ("director", "director@demo.example"),
    ("finance", "finance1@demo.example, finance2@demo.example"),
    ("ministry", "ministry@demo.example"),
    ("auditor", "auditor@demo.example"),
    ("administrator", "admin@demo.example"),
]


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument("--port", default=os.environ.get("PORT", "8000"))

    def handle(self, port, **options):
        if not settings.DEMO:
            raise CommandError("The demonstration is off (DEMO).")
        call_command("migrate", verbosity=0)
        call_command("createcachetable", verbosity=0)
        if not User.objects.exists():
            call_command("seed")
        manage = [sys.executable, str(settings.BASE_DIR / "manage.py")]
        self.stdout.write(f"\nRootGrants (demonstration): http://localhost:{port}\n")
        for role, address in ACCOUNTS:
            self.stdout.write(f"  {role:18} {address}")
        self.stdout.write(f"  password of all    {PASSWORD}")
        self.stdout.write(f"  letters            http://localhost:{port}/demo/letters/\n\nStop with Ctrl-C.")
        self.stdout.flush()
        tick = subprocess.Popen([*manage, "tick"])
        try:
            subprocess.run(
                [sys.executable, "-m", "gunicorn", "rootgrants.wsgi", "--bind", f"127.0.0.1:{port}", "--workers", "2",
                 "--threads", "4", "--chdir", str(settings.BASE_DIR)],
                check=False,
            )  # fmt: skip
        except KeyboardInterrupt:
            pass
        finally:
            tick.terminate()
            tick.wait()

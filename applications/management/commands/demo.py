"""Starts the demonstration: database, fictional data, server, timetable; prints the address and the accounts."""

import os
import signal
import socket
import subprocess
import sys
import threading

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from applications.accounts.models import User
from applications.management import taxoffice
from applications.management.fiction import PASSWORD

ACCOUNTS = [
    ("firm", "owner@firm.example, editor@firm.example, viewer@firm.example"),
    ("asks to join it", "newcomer@firm.example"),
    ("reviewer", "reviewer01@panel.example"),
    ("chair of a panel", "reviewer08@panel.example"),
    ("programme officer", "officer1@demo.example, officer2@demo.example"),
    ("director", "director@demo.example, director2@demo.example"),
    ("finance", "finance1@demo.example, finance2@demo.example"),
    ("ministry", "ministry@demo.example"),
    ("auditor", "auditor@demo.example"),
    ("administrator", "admin@demo.example"),
]


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument("--port", type=int, default=int(os.environ.get("PORT", "8000")))

    def handle(self, port, **options):
        if not settings.DEMO:
            raise CommandError("The demonstration is off (DEMO).")
        if is_taken(port):
            raise CommandError(f"Port {port} is taken. Another one: PORT={port + 1} make run")
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # ended like by Ctrl-C
        try:
            call_command("migrate", verbosity=0)
            call_command("createcachetable", verbosity=0)
            settings.STATIC_ROOT.mkdir(
                parents=True, exist_ok=True
            )  # served from the sources; whitenoise asks for it
            if not User.objects.exists():
                call_command("seed", stdout=self.stdout)
            self.tell(port)
            with taxoffice.open_desk() as address:
                os.environ.setdefault("SITE_URL", f"http://localhost:{port}")
                os.environ |= {"TAXOFFICE_URL": address, "TAXOFFICE_KEY": taxoffice.KEY}
                serve(port)
        except KeyboardInterrupt:
            pass
        self.stdout.write("\nStopped. The data stays: `make run` goes on from here.")

    def tell(self, port):
        self.stdout.write(f"\nRootGrants (demonstration): http://localhost:{port}\n")
        for role, address in ACCOUNTS:
            self.stdout.write(f"  {role:18} {address}")
        self.stdout.write(f"  password of all    {PASSWORD}")
        self.stdout.write(f"  letters            http://localhost:{port}/demo/letters/\n\nStop with Ctrl-C.")
        self.stdout.flush()


def is_taken(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


def serve(port):
    """Run the server and the timetable until the signal to stop, or until one of them ends; then end both."""
    told = threading.Event()  # not an exception, which could fall between a start and writing it down
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: told.set())
    commands = {
        "server": [sys.executable, "-m", "gunicorn", "rootgrants.wsgi", "--bind", f"127.0.0.1:{port}", "--workers",
                   "2", "--threads", "4", "--graceful-timeout", "5", "--no-control-socket", "--chdir", str(settings.BASE_DIR)],
        "timetable": [sys.executable, str(settings.BASE_DIR / "manage.py"), "tick"],
    }  # fmt: skip
    # In sessions of their own: Ctrl-C reaches this process alone, which ends both in order.
    running = {name: subprocess.Popen(command, start_new_session=True) for name, command in commands.items()}
    try:
        while not told.wait(0.5):
            for name, process in running.items():
                if process.poll() is not None:
                    raise CommandError(f"The {name} has ended (exit code {process.returncode}).")
    finally:
        for process in running.values():
            process.terminate()
        for process in running.values():
            process.wait()

"""Commands that write a page of docs/, and say when it is stale."""

from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import translation


class PageCommand(BaseCommand):
    """Prints its page; --write puts it into docs/, --check fails when what is there differs."""

    path = ""

    def add_arguments(self, parser):
        parser.add_argument("--write", action="store_true")
        parser.add_argument("--check", action="store_true")

    def handle(self, **options):
        with translation.override("en"):
            text = self.page()
        place = Path(settings.BASE_DIR) / self.path
        if options["write"]:
            place.parent.mkdir(exist_ok=True)
            place.write_text(text)
        elif options["check"]:
            if not place.exists() or place.read_text() != text:
                raise CommandError(f"{self.path} is stale: run `make docs`.")
        else:
            self.stdout.write(text)

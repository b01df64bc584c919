"""Computes every score again from the events of its sheets and says where what is stored differs."""

from django.core.management.base import BaseCommand, CommandError

from applications.review.recomputing import recompute


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument(
            "--check", action="store_true", help="write nothing; exit 1 where anything differs"
        )

    def handle(self, check, **options):
        differing = left = 0
        for one in recompute(mend=not check):
            differing, left = differing + 1, left + (not one.mended)
            where = f" {one.where}" if one.where else ""
            done = " (mended)" if one.mended else ""
            self.stdout.write(
                f"{one.number}{where}: {one.what} is {one.stored}, the events say {one.computed}{done}"
            )
        if left:
            raise CommandError(f"{left} of {differing} differences stand as they are.")
        self.stdout.write(
            f"{differing} differences, all mended." if differing else "Everything is as the events say."
        )

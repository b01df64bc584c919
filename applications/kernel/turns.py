"""One after the other, where what must not happen twice at once has no row of its own to lock."""

from django.db import connection


def take_turn(name: str):
    """Until this transaction ends nobody else takes a turn of this name; it is the last lock that anybody takes.

    SQLite lets one write at a time as it is.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [name])

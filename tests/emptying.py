"""What real transactions leave behind is taken out again after the test, on PostgreSQL without a lock on every table.

TRUNCATE of a hundred tables costs more than most tests. Here only tables that hold rows are emptied, and what the migrations
put in is filled in again from a copy, in the same transaction: whoever empties leaves the database as it was migrated.
"""


def not_empty(cursor, tables):
    asked = " UNION ALL ".join(f"SELECT '{table}' WHERE EXISTS (SELECT FROM \"{table}\")" for table in tables)
    cursor.execute(asked)
    return [table for (table,) in cursor.fetchall()]


def empty_quickly(connection):
    """Teach this connection's backend; a role that may not put triggers to rest goes on with TRUNCATE."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        if not cursor.fetchone()[0]:
            return
        cursor.execute("DROP SCHEMA IF EXISTS migrated CASCADE")
        cursor.execute("CREATE SCHEMA migrated")
        tables = set(connection.introspection.table_names(cursor)) - {"django_migrations"}
        kept = not_empty(cursor, sorted(tables))
        for table in kept:
            cursor.execute(f'CREATE TABLE migrated."{table}" AS TABLE public."{table}"')

    def sql_flush(self, style, tables, *, reset_sequences=False, allow_cascade=False):
        with self.connection.cursor() as cursor:
            found = not_empty(cursor, tables)
        return [
            "SET LOCAL session_replication_role = replica",  # neither guards nor keys: all of it goes
            *(f'DELETE FROM "{table}"' for table in found),
            *(f'INSERT INTO "{table}" SELECT * FROM migrated."{table}"' for table in kept),
        ]

    type(connection.ops).sql_flush = sql_flush
    type(connection)._test_serialized_contents = connection._test_serialized_contents = (
        "[]"  # nothing is left to fill in
    )

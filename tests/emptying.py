"""What real transactions leave behind is taken out again after the test, and the database stands as it was migrated.

TRUNCATE of a hundred tables costs more than most tests, and SQLite's guards of the append-only tables see every row. Here
only tables that hold rows are emptied, while a window for retention is open, and what the migrations put in is filled in
again from a copy, all in one transaction.
"""

from applications.kernel.records import RETENTION_TABLE

COPY = "migrated_"


def not_empty(cursor, tables):
    asked = " UNION ALL ".join(
        f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM \"{table}\")" for table in tables
    )
    cursor.execute(asked)
    return [table for (table,) in cursor.fetchall()]


def empty_quickly(connection):
    """Copy what the migrations put in, and teach this kind of connection to come back to it."""
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor)) - {"django_migrations"}
        kept = not_empty(cursor, sorted(tables))
        for table in kept:
            cursor.execute(f'CREATE TABLE "{COPY}{table}" AS SELECT * FROM "{table}"')

    def sql_flush(self, style, tables, *, reset_sequences=False, allow_cascade=False):
        with self.connection.cursor() as cursor:
            found = not_empty(cursor, tables)
        return [
            f"INSERT INTO {RETENTION_TABLE} (reason, opened_at) VALUES ('the end of a test', CURRENT_TIMESTAMP)",
            *(f'DELETE FROM "{table}"' for table in found),
            *(f'INSERT INTO "{table}" SELECT * FROM "{COPY}{table}"' for table in kept),
            f"DELETE FROM {RETENTION_TABLE}",
        ]

    type(connection.ops).sql_flush = sql_flush
    # Nothing is left to fill in; a test that commits asks for it so that Django does not ask every app for its first rows.
    type(connection)._test_serialized_contents = connection._test_serialized_contents = "[]"

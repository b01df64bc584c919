"""Append-only rows: written once, never changed; the database holds them to it."""

from django.db import migrations, models

# The one way past the guard: while a row stands in this table (seen only inside its own transaction),
# the retention job may delete. See docs/decisions/.
RETENTION_TABLE = "applications_retentionwindow"


class AppendOnlyQuerySet(models.QuerySet):
    def update(self, **kwargs):
        raise TypeError(f"{self.model.__name__} rows are never changed.")

    def delete(self):
        raise TypeError(f"{self.model.__name__} rows are never deleted.")


class AppendOnly(models.Model):
    """A row that is written once. Triggers on both databases refuse UPDATE and DELETE, REPLACE and TRUNCATE too."""

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args, **kwargs):
        if not self._state.adding:
            raise TypeError(f"{type(self).__name__} rows are never changed.")
        super().save(*args, **kwargs)

    def delete(self, *args, **kwargs):
        raise TypeError(f"{type(self).__name__} rows are never deleted.")


class RetentionWindow(models.Model):
    """Opened inside the transaction of the retention job only, with its reason."""

    reason = models.CharField(max_length=200)
    opened_at = models.DateTimeField()


class Tables(migrations.operations.base.Operation):
    """Many tables in one step. Step by step, Django draws all that point to the people anew after each of them."""

    reversible = False

    def __init__(self, *steps):
        self.steps = steps

    def state_forwards(self, app_label, state):
        vars(state).pop("apps", None)  # drawn when next asked for
        for step in self.steps:
            step.state_forwards(app_label, state)

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        for step in self.steps:
            step.database_forwards(app_label, schema_editor, from_state, to_state)


class GuardAppendOnly(migrations.RunPython):
    """Give the tables of these models their triggers; repeat it after every change of such a table.

    SQLite rebuilds a changed table and drops its triggers silently, hence the repetition.
    """

    def __init__(self, *tables):
        self.tables = tables
        super().__init__(self.guard, self.unguard)

    def deconstruct(self):
        return self.__class__.__name__, list(self.tables), {}

    def guard(self, apps, schema_editor):
        for table in self.tables:
            for statement in GUARDS[schema_editor.connection.vendor]:
                schema_editor.execute(statement.format(table=table, retention=RETENTION_TABLE), params=None)

    def unguard(self, apps, schema_editor):
        for table in self.tables:
            for statement in UNGUARDS[schema_editor.connection.vendor]:
                schema_editor.execute(statement.format(table=table), params=None)


GUARDS = {
    "sqlite": [
        "DROP TRIGGER IF EXISTS {table}_keep_update",
        "DROP TRIGGER IF EXISTS {table}_keep_delete",
        "CREATE TRIGGER {table}_keep_update BEFORE UPDATE ON {table} "
        "BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END",
        "CREATE TRIGGER {table}_keep_delete BEFORE DELETE ON {table} "
        "WHEN NOT EXISTS (SELECT 1 FROM {retention}) "
        "BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END",
    ],
    "postgresql": [
        "CREATE OR REPLACE FUNCTION {table}_keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF TG_OP = 'DELETE' AND EXISTS (SELECT 1 FROM {retention}) THEN RETURN OLD; END IF; "
        "RAISE EXCEPTION '{table} is append-only' USING ERRCODE = 'integrity_constraint_violation'; END $$",
        "DROP TRIGGER IF EXISTS {table}_keep ON {table}",
        "CREATE TRIGGER {table}_keep BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_keep()",
        "DROP TRIGGER IF EXISTS {table}_keep_all ON {table}",
        "CREATE TRIGGER {table}_keep_all BEFORE TRUNCATE ON {table} EXECUTE FUNCTION {table}_keep()",
    ],
}
UNGUARDS = {
    "sqlite": ["DROP TRIGGER IF EXISTS {table}_keep_update", "DROP TRIGGER IF EXISTS {table}_keep_delete"],
    "postgresql": [
        "DROP TRIGGER IF EXISTS {table}_keep ON {table}",
        "DROP TRIGGER IF EXISTS {table}_keep_all ON {table}",
        "DROP FUNCTION IF EXISTS {table}_keep()",
    ],
}

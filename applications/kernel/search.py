"""Search by any part of a text, two syllables or a few digits of a number; docs/decisions/0015-lists.md tells how."""

from django.db import connection, migrations
from django.db.models import BooleanField, F, Func, Q, TextField, Value
from django.db.models.functions import StrIndex
from django.db.models.lookups import GreaterThan

from applications.kernel.queryline import ASIDE, folded


def search_text(*parts):
    """What a thing is found by, for a column that its actions keep: each part folded, on a line of its own."""
    return "\n".join(filter(None, map(folded, parts)))


def grams(word):
    """The pairs of neighbouring characters of a word; a single one stands for itself."""
    return sorted({word[i : i + 2] for i in range(len(word) - 1)}) or [word]


class Holds(Func):
    """Whether a search column holds this folded word. On PostgreSQL the index of its pairs (SearchIndex) is asked."""

    output_field = BooleanField()

    def __init__(self, column, word):
        self.word = word
        super().__init__(F(column))

    def as_sql(self, compiler, connection, **more):
        column, given = compiler.compile(self.source_expressions[0])
        return f"INSTR({column}, %s) > 0", (*given, self.word)

    def as_postgresql(self, compiler, connection, **more):
        column, given = compiler.compile(self.source_expressions[0])
        sql = f"(applications_grams({column}) @> %s::text[] AND strpos({column}, %s) > 0)"
        return sql, (*given, grams(self.word), *given, self.word)


class Folded(Func):
    """A text as the database folds it: by queryline.folded on SQLite, on PostgreSQL by the same steps in SQL."""

    function = "applications_folded"
    output_field = TextField()

    def as_sqlite(self, compiler, connection, **more):
        connection.ensure_connection()
        # Once: none may be replaced while rows are read.
        if getattr(connection, "folds", None) is not connection.connection:
            connection.connection.create_function(
                self.function, 1, lambda text: text and folded(text), deterministic=True
            )
            connection.folds = connection.connection
        return self.as_sql(compiler, connection, **more)

    def as_postgresql(self, compiler, connection, **more):
        plain = "lower(normalize(%(expressions)s, NFKC))"
        sql = rf"normalize(regexp_replace({plain}, '{ASIDE.pattern}', '', 'g'), NFKC)"
        return self.as_sql(compiler, connection, template=sql, **more)


def held_in(word, *paths):
    """Whether one of these texts holds a word, both folded alike: read through, for lists of some thousand rows."""
    wanted = Folded(Value(word))
    return Q(*(GreaterThan(StrIndex(Folded(F(path)), wanted), 0) for path in paths), _connector=Q.OR)


MANY = 1000  # texts that are listed by their ids


def texts_with(word):
    """Ids of the files whose text holds this folded word; None where they are too many, or where no index tells."""
    if connection.vendor != "postgresql":
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT applications_texts_with(%s::text[], %s, %s)", [grams(word), word, MANY])
        found = [pk for (pk,) in cursor.fetchall()]
    return found if len(found) <= MANY else None


# The index alone tells of a word of two characters; a longer one is looked for in the texts that hold all its pairs. A function,
# so that the table is never read through: the planner does not know that the pairs of a whole text take 50 ms.
TEXTS_WITH = """
CREATE OR REPLACE FUNCTION applications_texts_with(pairs text[], word text, most int) RETURNS SETOF bigint
LANGUAGE sql STABLE ROWS 100 SET enable_seqscan TO off AS $$
    WITH found AS MATERIALIZED (
        SELECT file_id FROM applications_filetext WHERE applications_grams(search_text) @> pairs LIMIT most + 1
    )
    SELECT file_id FROM found
    WHERE length(word) <= 2 OR (SELECT count(*) FROM found) > most
        OR EXISTS (SELECT FROM applications_filetext AS one
                   WHERE one.file_id = found.file_id AND strpos(one.search_text, word) > 0)
$$
"""


# As grams() above, and every character by itself. The quickest of four ways that were measured.
GRAMS = """
CREATE OR REPLACE FUNCTION applications_grams(given text) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    single text[] := string_to_array(given, NULL);
    size int := coalesce(array_length(single, 1), 0);
    found text[] := single;
BEGIN
    FOR i IN 2..size LOOP
        found[size + i - 1] := single[i - 1] || single[i];
    END LOOP;
    RETURN found;
END $$
"""


class SearchIndex(migrations.RunPython):
    """Index the pairs of characters of a search column, where the database can; another reads the column through."""

    def __init__(self, table, column="search_text"):
        self.table, self.column = table, column
        super().__init__(self.index, self.drop)

    def deconstruct(self):
        return self.__class__.__name__, [self.table, self.column], {}

    def index(self, apps, schema_editor):
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(GRAMS, params=None)
            # Without a list of what is still to be sorted in: every search would read it through.
            schema_editor.execute(
                f"CREATE INDEX {self.table}_search ON {self.table} USING gin (applications_grams({self.column})) "
                "WITH (fastupdate = off)",
                params=None,
            )

    def drop(self, apps, schema_editor):
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(f"DROP INDEX IF EXISTS {self.table}_search", params=None)


class TextIndex(SearchIndex):
    """The same of the texts of files, and the function that asks it."""

    def __init__(self):
        super().__init__("applications_filetext")

    def deconstruct(self):
        return self.__class__.__name__, [], {}

    def index(self, apps, schema_editor):
        super().index(apps, schema_editor)
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(TEXTS_WITH, params=None)

    def drop(self, apps, schema_editor):
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute("DROP FUNCTION IF EXISTS applications_texts_with", params=None)
        super().drop(apps, schema_editor)

"""Provides what the search needs of PostgreSQL: trigrams, unaccent, and unaccent in a form that may be indexed.

For migrations only; the name begins with an underscore so that Django does not take it for one.
"""

from django.db import transaction
from django.db.utils import ProgrammingError

EXTENSIONS = ("pg_trgm", "unaccent")


class ExtensionMissing(Exception):
    """Says in one sentence what an administrator has to do."""


def _provide(cursor, connection, name):
    cursor.execute("SELECT 1 FROM pg_extension WHERE extname = %s", [name])
    if cursor.fetchone():
        return
    database = connection.settings_dict["NAME"]
    cursor.execute("SELECT 1 FROM pg_available_extensions WHERE name = %s", [name])
    if not cursor.fetchone():
        raise ExtensionMissing(
            f"PostgreSQL has no extension {name!r}: install the server's contrib package"
            " (on Debian it is part of postgresql-NN) and migrate again."
        )
    try:
        with transaction.atomic(using=connection.alias):
            cursor.execute(f"CREATE EXTENSION IF NOT EXISTS {name}")
    except ProgrammingError as error:
        raise ExtensionMissing(
            f"The database user may not create the extension {name!r}: have an administrator run"
            f" “CREATE EXTENSION {name};” in database {database!r}, then migrate again."
        ) from error


def _schema_of(cursor, name):
    cursor.execute(
        "SELECT quote_ident(n.nspname) FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace"
        " WHERE e.extname = %s",
        [name],
    )
    return cursor.fetchone()[0]


def provide(_apps, schema_editor):
    connection = schema_editor.connection
    with connection.cursor() as cursor:
        for name in EXTENSIONS:
            _provide(cursor, connection, name)
        schema = _schema_of(cursor, "unaccent")
        # unaccent() is only STABLE because its dictionary could be altered; ours is not. The dictionary is
        # named with its schema, so that no search_path decides what an index contains.
        cursor.execute(f"""
            CREATE OR REPLACE FUNCTION catalog_unaccent(text) RETURNS text
            LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
            AS $$ SELECT {schema}.unaccent('{schema}.unaccent'::regdictionary, $1) $$
        """)


def withdraw(_apps, schema_editor):
    """The function goes, the extensions stay: somebody else may use them."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("DROP FUNCTION IF EXISTS catalog_unaccent(text)")

"""German stems, umlauts as ae, oe and ue, and Arabic words without article and ending: what PostgreSQL indexes and asks by."""

from django.db import migrations

# As `arabic_forms` of `catalog.words` has them: each word without article or “and”, then without its ending.
CREATE = r"""
CREATE FUNCTION catalog_arabic(plain text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT bare || ' ' || regexp_replace(bare, '([ء-ي]{3})(ي?(ات|ه)|ي)(?= |$)', '\1', 'g')
    FROM (
        SELECT regexp_replace(
            regexp_replace(plain, '[^ء-ي ]+', '', 'g'),
            '(^| )([وفبك]?ال(?=[ء-ي]{2})|لل(?=[ء-ي]{2})|و(?=[ء-ي]{3}))', '\1', 'g'
        ) AS bare
    ) AS text
$$;

-- The words as they are, with what Arabic words and words with an umlaut are also found by.
CREATE FUNCTION catalog_words(words text) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT to_tsvector('pg_catalog.simple', plain)
        || CASE WHEN plain ~ '[ء-ي]' THEN to_tsvector('pg_catalog.simple', catalog_arabic(plain)) ELSE '' END
        || CASE WHEN words ~ '[äöü]' THEN to_tsvector('pg_catalog.simple', catalog_unaccent(
            replace(replace(replace(regexp_replace(words, '(^| )[^ äöü]+(?= |$)', '', 'g'), 'ä', 'ae'), 'ö', 'oe'), 'ü', 'ue')
        )) ELSE '' END
    FROM (SELECT catalog_unaccent(words) AS plain) AS text
$$;

CREATE OR REPLACE FUNCTION catalog_vector(words text) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT catalog_words(words)
        || to_tsvector('pg_catalog.english', plain)
        || to_tsvector('pg_catalog.spanish', plain)
        || to_tsvector('pg_catalog.portuguese', plain)
        || to_tsvector('pg_catalog.french', plain)
        || to_tsvector('pg_catalog.german', plain)
    FROM (SELECT catalog_unaccent(words) AS plain) AS text
$$;
"""

# Every word must be found: as it is (or as a beginning, where `starts` says so), or by its stem in one of the
# languages. NULL when there is no word.
QUERY = r"""
CREATE OR REPLACE FUNCTION catalog_query(words text[], starts boolean[]) RETURNS tsquery
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET client_min_messages = warning AS $$
DECLARE
    whole tsquery;
    part tsquery;
    plain text;
BEGIN
    FOR i IN 1 .. coalesce(array_length(words, 1), 0) LOOP
        plain := replace(replace(catalog_unaccent(words[i]), '''', ''), '\', '');
        CONTINUE WHEN plain = '';
        part := to_tsquery('pg_catalog.simple', '''' || plain || '''' || CASE WHEN starts[i] THEN ':*' ELSE '' END)
            || plainto_tsquery('pg_catalog.english', plain)
            || plainto_tsquery('pg_catalog.spanish', plain)
            || plainto_tsquery('pg_catalog.portuguese', plain)
            || plainto_tsquery('pg_catalog.french', plain){more};
{forms}        whole := CASE WHEN whole IS NULL THEN part ELSE whole && part END;
    END LOOP;
    RETURN whole;
END
$$;
"""
MORE = """
            || plainto_tsquery('pg_catalog.german', plain)"""
FORMS = """        IF plain ~ '[ء-ي]' THEN
            part := part || replace(plainto_tsquery('pg_catalog.simple', catalog_arabic(plain))::text, '&', '|')::tsquery;
        END IF;
        IF words[i] ~ '[äöü]' THEN
            part := part || plainto_tsquery('pg_catalog.simple',
                catalog_unaccent(replace(replace(replace(words[i], 'ä', 'ae'), 'ö', 'oe'), 'ü', 'ue')));
        END IF;
"""
BEFORE = """
CREATE OR REPLACE FUNCTION catalog_vector(words text) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT to_tsvector('pg_catalog.simple', plain)
        || to_tsvector('pg_catalog.english', plain)
        || to_tsvector('pg_catalog.spanish', plain)
        || to_tsvector('pg_catalog.portuguese', plain)
        || to_tsvector('pg_catalog.french', plain)
    FROM (SELECT catalog_unaccent(words) AS plain) AS text
$$;
DROP FUNCTION catalog_words(text);
DROP FUNCTION catalog_arabic(text);
"""


class Migration(migrations.Migration):
    """Rows written before keep their vectors until `rebuild_search` writes them anew; they are found as before."""

    dependencies = [
        ("catalog", "0045_variants_weights_hold"),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        migrations.RunSQL(CREATE, BEFORE),
        migrations.RunSQL(
            QUERY.replace("{more}", MORE).replace("{forms}", FORMS),
            QUERY.replace("{more}", "").replace("{forms}", ""),
        ),
    ]

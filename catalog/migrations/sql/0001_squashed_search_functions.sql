-- The two functions that say what a text is indexed as and what a question matches.

CREATE FUNCTION catalog_vector(words text) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT to_tsvector('pg_catalog.simple', plain)
        || to_tsvector('pg_catalog.english', plain)
        || to_tsvector('pg_catalog.spanish', plain)
        || to_tsvector('pg_catalog.portuguese', plain)
        || to_tsvector('pg_catalog.french', plain)
    FROM (SELECT catalog_unaccent(words) AS plain) AS text
$$;

-- Every word must be found: as it is (or as a beginning, where `starts` says so), or by its stem in one of
-- the four languages PostgreSQL brings. NULL when there is no word.
CREATE FUNCTION catalog_query(words text[], starts boolean[]) RETURNS tsquery
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
            || plainto_tsquery('pg_catalog.french', plain);
        whole := CASE WHEN whole IS NULL THEN part ELSE whole && part END;
    END LOOP;
    RETURN whole;
END
$$;




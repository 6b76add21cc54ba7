from django.db import migrations

NOTE = """
CREATE OR REPLACE FUNCTION catalog_note_changes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    {unless}
    INSERT INTO catalog_searchchange (product_id, transaction_id, noted_at)
    SELECT DISTINCT product_id, pg_current_xact_id()::text::bigint, clock_timestamp() FROM changed;
    RETURN NULL;
END
$$;
"""
# Set for one transaction by `catalog.operations.texts_anew`, which changes nothing there but by which words texts were made.
UNLESS = """
    IF current_setting('portolan.texts_are_the_same', true) = 'on' THEN
        RETURN NULL;
    END IF;
"""


class Migration(migrations.Migration):
    """A search text that comes out the same with today's words is no change that an index must look at."""

    dependencies = [
        ("catalog", "0034_answer_times_and_known_buyers"),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        migrations.RunSQL(NOTE.format(unless=UNLESS), NOTE.format(unless="")),
    ]

from django.contrib.postgres.fields import ArrayField
from django.db import migrations, models

# A change is written down by the database itself, in the transaction that makes it, whoever makes it: a row
# here says only *that* a product must be looked at again, so that the order of two changes never matters.
CREATE = """
CREATE FUNCTION catalog_note_changes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO catalog_searchchange (product_id, transaction_id, noted_at)
    SELECT DISTINCT product_id, pg_current_xact_id()::text::bigint, clock_timestamp() FROM changed;
    RETURN NULL;
END
$$;
CREATE TRIGGER note_inserted AFTER INSERT ON catalog_searchentry
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION catalog_note_changes();
CREATE TRIGGER note_updated AFTER UPDATE ON catalog_searchentry
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION catalog_note_changes();
CREATE TRIGGER note_deleted AFTER DELETE ON catalog_searchentry
    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION catalog_note_changes();

CREATE FUNCTION catalog_note_supplier(supplier bigint) RETURNS void LANGUAGE sql AS $$
    INSERT INTO catalog_searchchange (product_id, transaction_id, noted_at)
    SELECT product_id, pg_current_xact_id()::text::bigint, clock_timestamp()
    FROM catalog_searchentry WHERE supplier_id = supplier;
$$;
CREATE FUNCTION catalog_note_company() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM catalog_note_supplier(NEW.id);
    RETURN NULL;
END
$$;
CREATE TRIGGER note_for_search AFTER UPDATE ON accounts_company FOR EACH ROW
    WHEN ((OLD.state = 'verified') IS DISTINCT FROM (NEW.state = 'verified') OR OLD.legal_name IS DISTINCT FROM NEW.legal_name)
    EXECUTE FUNCTION catalog_note_company();
CREATE FUNCTION catalog_note_visibility() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM catalog_note_supplier(NEW.supplier_id);
    RETURN NULL;
END
$$;
CREATE TRIGGER note_first_visibility AFTER INSERT ON catalog_supplierfacts FOR EACH ROW
    WHEN (NEW.visibility <> 'full') EXECUTE FUNCTION catalog_note_visibility();
CREATE TRIGGER note_visibility AFTER UPDATE ON catalog_supplierfacts FOR EACH ROW
    WHEN (OLD.visibility IS DISTINCT FROM NEW.visibility) EXECUTE FUNCTION catalog_note_visibility();

-- Words that stand side by side in the order given. NULL when there is none.
CREATE FUNCTION catalog_phrase(words text[]) RETURNS tsquery
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT to_tsquery('pg_catalog.simple', string_agg('''' || plain || '''', ' <-> ' ORDER BY place))
    FROM (
        SELECT replace(replace(catalog_unaccent(word), '''', ''), '\\', '') AS plain, place
        FROM unnest(words) WITH ORDINALITY AS asked (word, place)
    ) AS folded WHERE plain <> ''
$$;
"""

DROP = """
DROP FUNCTION catalog_phrase(text[]);
DROP TRIGGER note_visibility ON catalog_supplierfacts;
DROP TRIGGER note_first_visibility ON catalog_supplierfacts;
DROP TRIGGER note_for_search ON accounts_company;
DROP TRIGGER note_deleted ON catalog_searchentry;
DROP TRIGGER note_updated ON catalog_searchentry;
DROP TRIGGER note_inserted ON catalog_searchentry;
DROP FUNCTION catalog_note_visibility();
DROP FUNCTION catalog_note_company();
DROP FUNCTION catalog_note_supplier(bigint);
DROP FUNCTION catalog_note_changes();
"""


class Migration(migrations.Migration):
    """The feed that the search index follows, and the texts it is made of."""

    dependencies = [
        ("catalog", "0003_listing_visibility"),
        ("accounts", "0001_initial"),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        migrations.AddField(
            model_name="searchentry",
            name="texts",
            field=ArrayField(
                base_field=models.TextField(),
                db_default=[],
                default=list,
                help_text="title; category, codes, supplier; facts; description: cut into words",
            ),
        ),
        migrations.CreateModel(
            name="SearchChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("product_id", models.BigIntegerField()),
                ("transaction_id", models.BigIntegerField()),
                ("noted_at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["transaction_id"], name="search_change_in_order")],
            },
        ),
        migrations.CreateModel(
            name="SearchFeed",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kept_from", models.BigIntegerField()),
            ],
        ),
        migrations.RunSQL(CREATE, DROP),
    ]

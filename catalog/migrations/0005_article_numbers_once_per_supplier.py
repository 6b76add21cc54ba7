import django.db.models.deletion
from django.db import migrations, models

# The database copies the supplier itself, so that no writer can name another one, and SQL that fills tables in
# bulk need not know of it.
_FOLLOW = """
    CREATE FUNCTION catalog_variant_follow_supplier() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        SELECT supplier_id INTO NEW.supplier_id FROM catalog_product WHERE id = NEW.product_id;
        RETURN NEW;
    END $$;
    CREATE TRIGGER variant_follows_its_supplier
        BEFORE INSERT OR UPDATE OF product_id, supplier_id ON catalog_variant
        FOR EACH ROW EXECUTE FUNCTION catalog_variant_follow_supplier();
    CREATE FUNCTION catalog_product_keep_supplier() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'a listing stays with its supplier' USING ERRCODE = 'check_violation';
    END $$;
    CREATE TRIGGER product_stays_with_its_supplier
        BEFORE UPDATE OF supplier_id ON catalog_product
        FOR EACH ROW WHEN (OLD.supplier_id IS DISTINCT FROM NEW.supplier_id)
        EXECUTE FUNCTION catalog_product_keep_supplier();
"""
_UNFOLLOW = """
    DROP TRIGGER variant_follows_its_supplier ON catalog_variant;
    DROP FUNCTION catalog_variant_follow_supplier();
    DROP TRIGGER product_stays_with_its_supplier ON catalog_product;
    DROP FUNCTION catalog_product_keep_supplier();
"""
# The oldest listing keeps the number; the others get " (2)", " (3)" … and a row of history that says so.
_RENAME = """
    DO $$
    DECLARE
        twin record; fresh text; count integer;
    BEGIN
        FOR twin IN
            SELECT v.id, v.product_id, v.supplier_id, v.sku FROM catalog_variant v
            WHERE v.sku <> '' AND EXISTS (
                SELECT 1 FROM catalog_variant o
                WHERE o.supplier_id = v.supplier_id AND o.sku = v.sku AND o.id < v.id)
            ORDER BY v.id
        LOOP
            count := 2;
            LOOP
                fresh := left(twin.sku, 60 - length(' (' || count || ')')) || ' (' || count || ')';
                EXIT WHEN NOT EXISTS (
                    SELECT 1 FROM catalog_variant o WHERE o.supplier_id = twin.supplier_id AND o.sku = fresh);
                count := count + 1;
            END LOOP;
            UPDATE catalog_variant SET sku = fresh WHERE id = twin.id;
            UPDATE catalog_product SET revision = revision + 1 WHERE id = twin.product_id;
            INSERT INTO catalog_productchange (product_id, revision, before, after, actor, actor_label, at)
            SELECT id, revision, jsonb_build_object('sku', twin.sku), jsonb_build_object('sku', fresh),
                   'system:unique_article_numbers', 'unique_article_numbers', now()
            FROM catalog_product WHERE id = twin.product_id;
        END LOOP;
    END $$;
"""


class Migration(migrations.Migration):
    """An article number names one listing of its supplier: the import finds listings by it.

    Of several with one number the oldest keeps it; the history of the others says what theirs was.
    """

    dependencies = [
        ("accounts", "0001_initial"),
        ("catalog", "0004_search_feed"),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        migrations.AddField(
            model_name="variant",
            name="supplier",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.company",
            ),
        ),
        migrations.RunSQL(
            "UPDATE catalog_variant v SET supplier_id = p.supplier_id FROM catalog_product p WHERE p.id = v.product_id",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(_RENAME, migrations.RunSQL.noop),
        # What foreign keys still want to look at stands in the way of ALTER TABLE.
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", "SET CONSTRAINTS ALL IMMEDIATE"),
        migrations.AlterField(
            model_name="variant",
            name="supplier",
            field=models.ForeignKey(
                editable=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.company",
            ),
        ),
        migrations.AddConstraint(
            model_name="variant",
            constraint=models.UniqueConstraint(
                condition=models.Q(("sku", ""), _negated=True),
                fields=("supplier", "sku"),
                name="article_number_once_per_supplier",
            ),
        ),
        migrations.RunSQL(_FOLLOW, _UNFOLLOW),
    ]

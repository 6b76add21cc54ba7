import django.db.models.deletion
from django.db import migrations, models

# Until now a listing had one form, so what stands in a cart or has none is its first.
BACKFILL = """
UPDATE orders_cartline AS line SET variant_id = first.id
FROM catalog_variant AS first WHERE first.product_id = line.product_id AND first.position = 1;
DELETE FROM orders_cartline WHERE variant_id IS NULL;
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
"""
# What a line is of is part of the contract, like its quantity and its price.
FROZEN = """
DROP TRIGGER order_lines_are_frozen ON orders_orderline;
CREATE TRIGGER order_lines_are_frozen BEFORE UPDATE ON orders_orderline
    FOR EACH ROW WHEN (
        NEW.quantity <> OLD.quantity OR NEW.unit_price <> OLD.unit_price OR NEW.discount_bps <> OLD.discount_bps
        OR NEW.amount_minor <> OLD.amount_minor OR NEW.unit_code <> OLD.unit_code OR NEW.order_id <> OLD.order_id
        OR NEW.title <> OLD.title OR NEW.variant_name <> OLD.variant_name OR NEW.sku <> OLD.sku
        OR NEW.product_id <> OLD.product_id OR NEW.variant_id IS DISTINCT FROM OLD.variant_id)
    EXECUTE FUNCTION orders_refuse_changed_lines();
"""
AS_BEFORE = """
DROP TRIGGER order_lines_are_frozen ON orders_orderline;
CREATE TRIGGER order_lines_are_frozen BEFORE UPDATE ON orders_orderline
    FOR EACH ROW WHEN (
        NEW.quantity <> OLD.quantity OR NEW.unit_price <> OLD.unit_price OR NEW.discount_bps <> OLD.discount_bps
        OR NEW.amount_minor <> OLD.amount_minor OR NEW.unit_code <> OLD.unit_code OR NEW.order_id <> OLD.order_id)
    EXECUTE FUNCTION orders_refuse_changed_lines();
"""


class Migration(migrations.Migration):
    """Lines of carts and orders say which variant they are of; an agreed line cannot become another one."""

    dependencies = [
        ("catalog", "0023_several_variants_per_listing"),
        ("orders", "0011_counted_cart_additions"),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        migrations.AddField(
            model_name="orderline",
            name="variant_name",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="empty: the listing has one form",
                max_length=120,
            ),
        ),
        migrations.RunSQL(FROZEN, AS_BEFORE),
        migrations.RemoveConstraint(model_name="cartline", name="cart_line_once_per_product"),
        migrations.AddField(
            model_name="cartline",
            name="variant",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="catalog.variant",
            ),
        ),
        migrations.RunSQL(BACKFILL, migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="cartline",
            name="variant",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="catalog.variant"
            ),
        ),
        migrations.AddConstraint(
            model_name="cartline",
            constraint=models.UniqueConstraint(fields=("cart", "variant"), name="cart_line_once_per_variant"),
        ),
    ]

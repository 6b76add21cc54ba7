from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """Listings are found by the beginning of their HS code: rules about goods, prices of the same goods."""

    atomic = False

    dependencies = [
        ("catalog", "0016_goods_rules_flags_and_decisions"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="product",
            index=models.Index(
                fields=["hs_code"], name="product_by_hs_code", opclasses=["varchar_pattern_ops"]
            ),
        ),
    ]

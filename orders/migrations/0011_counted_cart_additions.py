import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """How often products were put into carts, by day."""

    dependencies = [
        ("catalog", "0014_searches_and_views_counted"),
        ("orders", "0010_sample_orders"),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        migrations.CreateModel(
            name="CartAdditions",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("added_on", models.DateField()),
                ("times", models.PositiveIntegerField()),
                (
                    "product",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="catalog.product"
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "cart additions",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("product", "added_on"), name="cart_additions_summed_by_day"
                    )
                ],
            },
        ),
    ]

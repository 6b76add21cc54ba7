import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Which orders are of samples, and whether their price comes off a later order."""

    dependencies = [
        ("accounts", "0002_company_keeps_an_owner"),
        ("catalog", "0012_translations_of_listings"),
        ("orders", "0009_products_say_how_their_supplier_is_paid"),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        migrations.CreateModel(
            name="SampleOrder",
            fields=[
                (
                    "order",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="sample",
                        serialize=False,
                        to="orders.order",
                    ),
                ),
                ("is_credited", models.BooleanField()),
                ("ordered_at", models.DateTimeField()),
                (
                    "buyer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.company"
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="catalog.product"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["buyer", "product"], name="sample_order_by_buyer")],
            },
        ),
    ]

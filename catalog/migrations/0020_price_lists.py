import django.db.models.deletion
from django.db import migrations, models

import catalog.models.price_list


class Migration(migrations.Migration):
    """What suppliers ask of chosen buyers, apart from what everybody may read."""

    dependencies = [
        ("accounts", "0002_company_keeps_an_owner"),
        ("catalog", "0019_reviews_of_completed_orders"),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        migrations.CreateModel(
            name="PriceList",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "ref",
                    models.CharField(
                        default=catalog.models.price_list.new_price_list_ref, max_length=32, unique=True
                    ),
                ),
                ("name", models.CharField(max_length=120)),
                ("valid_from", models.DateField()),
                (
                    "valid_until",
                    models.DateField(help_text="the last day it applies; null: it has no end", null=True),
                ),
                ("percent_off_bps", models.PositiveIntegerField(default=0)),
                ("ended_at", models.DateTimeField(null=True)),
                ("revision", models.PositiveIntegerField(default=1)),
                ("created_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField()),
                (
                    "supplier",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="price_lists",
                        to="accounts.company",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PriceListBuyer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "company",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.company"
                    ),
                ),
                (
                    "price_list",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="buyers",
                        to="catalog.pricelist",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PriceListChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("revision", models.PositiveIntegerField()),
                ("after", models.JSONField()),
                ("actor", models.CharField(max_length=120)),
                ("actor_label", models.CharField(blank=True, max_length=300)),
                ("at", models.DateTimeField()),
                (
                    "price_list",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="changes",
                        to="catalog.pricelist",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PrivatePrice",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("min_quantity", models.DecimalField(decimal_places=3, max_digits=14)),
                ("unit_price", models.DecimalField(decimal_places=6, max_digits=18)),
                ("currency", models.CharField(max_length=3)),
                (
                    "price_list",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="prices",
                        to="catalog.pricelist",
                    ),
                ),
                (
                    "variant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="private_prices",
                        to="catalog.variant",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="pricelist",
            index=models.Index(fields=["supplier", "ended_at"], name="price_list_by_supplier"),
        ),
        migrations.AddConstraint(
            model_name="pricelist",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("valid_until__isnull", True),
                    ("valid_until__gte", models.F("valid_from")),
                    _connector="OR",
                ),
                name="price_list_ends_not_before_it_begins",
            ),
        ),
        migrations.AddConstraint(
            model_name="pricelist",
            constraint=models.CheckConstraint(
                condition=models.Q(("percent_off_bps__lte", 9000)),
                name="price_list_takes_off_at_most_90_percent",
            ),
        ),
        migrations.AddConstraint(
            model_name="pricelistbuyer",
            constraint=models.UniqueConstraint(
                fields=("company", "price_list"), name="price_list_names_a_buyer_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="pricelistchange",
            constraint=models.UniqueConstraint(
                fields=("price_list", "revision"), name="price_list_change_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="privateprice",
            constraint=models.UniqueConstraint(
                fields=("price_list", "variant", "min_quantity"), name="private_price_once_per_quantity"
            ),
        ),
        migrations.AddConstraint(
            model_name="privateprice",
            constraint=models.CheckConstraint(
                condition=models.Q(("min_quantity__gt", 0)), name="private_price_quantity_above_zero"
            ),
        ),
        migrations.AddConstraint(
            model_name="privateprice",
            constraint=models.CheckConstraint(
                condition=models.Q(("unit_price__gt", 0)), name="private_price_above_zero"
            ),
        ),
    ]

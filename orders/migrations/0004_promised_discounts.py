import functools

import django.db.models.deletion
from django.db import migrations, models

import marketplace.core.ids


class Migration(migrations.Migration):
    """Discounts that a supplier has promised on the next order, used by one order at a time."""

    dependencies = [
        ("accounts", "0002_company_keeps_an_owner"),
        ("catalog", "0002_search_functions"),
        ("orders", "0003_payment_schedules"),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        migrations.CreateModel(
            name="PromisedDiscount",
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
                        default=functools.partial(marketplace.core.ids.new_ref, *("disc",)),
                        max_length=32,
                        unique=True,
                    ),
                ),
                ("currency", models.CharField(max_length=3)),
                ("amount_minor", models.BigIntegerField()),
                ("cause", models.CharField(max_length=32, unique=True)),
                ("promised_by", models.CharField(max_length=120)),
                ("promised_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="orderline",
            name="order_line_not_negative",
        ),
        migrations.AddField(
            model_name="orderline",
            name="promised_discount_minor",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddConstraint(
            model_name="orderline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("amount_minor__gte", 0),
                    ("discount_bps__lte", 10000),
                    ("promised_discount_minor__gte", 0),
                    ("quantity__gte", 0),
                    ("unit_price__gte", 0),
                ),
                name="order_line_not_negative",
            ),
        ),
        migrations.AddField(
            model_name="promiseddiscount",
            name="buyer",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.company"
            ),
        ),
        migrations.AddField(
            model_name="promiseddiscount",
            name="supplier",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.company"
            ),
        ),
        migrations.AddField(
            model_name="order",
            name="promised_discount",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="orders",
                to="orders.promiseddiscount",
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["cancelled", "declined", "lapsed"]), _negated=True),
                fields=("promised_discount",),
                name="order_uses_a_promised_discount_alone",
            ),
        ),
        migrations.AddIndex(
            model_name="promiseddiscount",
            index=models.Index(fields=["buyer", "supplier"], name="promised_discount_by_sides"),
        ),
        migrations.AddConstraint(
            model_name="promiseddiscount",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_minor__gt", 0)), name="promised_discount_above_zero"
            ),
        ),
        migrations.AddConstraint(
            model_name="promiseddiscount",
            constraint=models.CheckConstraint(
                condition=models.Q(("buyer", models.F("supplier")), _negated=True),
                name="promised_discount_between_two_companies",
            ),
        ),
        migrations.AddConstraint(
            model_name="promiseddiscount",
            constraint=models.CheckConstraint(
                condition=models.Q(("expires_at__gt", models.F("promised_at"))),
                name="promised_discount_lasts_a_while",
            ),
        ),
    ]

import django.db.models.deletion
import django.db.models.functions.text
from django.db import migrations, models

import catalog.models.buyer_group


class Migration(migrations.Migration):
    """Companies that a supplier names together, and the price lists that name them."""

    dependencies = [
        ("accounts", "0002_company_keeps_an_owner"),
        ("catalog", "0026_reviews_reported_answered_and_pictured"),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        migrations.CreateModel(
            name="BuyerGroup",
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
                        default=catalog.models.buyer_group.new_buyer_group_ref, max_length=32, unique=True
                    ),
                ),
                ("name", models.CharField(max_length=80)),
                ("revision", models.PositiveIntegerField(default=1)),
                ("dissolved_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField()),
                (
                    "supplier",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="buyer_groups",
                        to="accounts.company",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="BuyerGroupChange",
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
                    "group",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="changes",
                        to="catalog.buyergroup",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="BuyerGroupMember",
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
                    "group",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="members",
                        to="catalog.buyergroup",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PriceListGroup",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "group",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="price_lists",
                        to="catalog.buyergroup",
                    ),
                ),
                (
                    "price_list",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="groups",
                        to="catalog.pricelist",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="buyergroup",
            constraint=models.UniqueConstraint(
                models.F("supplier"),
                django.db.models.functions.text.Lower("name"),
                condition=models.Q(("dissolved_at__isnull", True)),
                name="buyer_group_named_once_per_supplier",
            ),
        ),
        migrations.AddConstraint(
            model_name="buyergroup",
            constraint=models.CheckConstraint(
                condition=models.Q(("name", ""), _negated=True), name="buyer_group_has_a_name"
            ),
        ),
        migrations.AddConstraint(
            model_name="buyergroupchange",
            constraint=models.UniqueConstraint(fields=("group", "revision"), name="buyer_group_change_once"),
        ),
        migrations.AddConstraint(
            model_name="buyergroupmember",
            constraint=models.UniqueConstraint(
                fields=("company", "group"), name="buyer_group_has_a_member_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="pricelistgroup",
            constraint=models.UniqueConstraint(
                fields=("group", "price_list"), name="price_list_names_a_group_once"
            ),
        ),
    ]

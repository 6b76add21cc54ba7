import django.db.models.deletion
from django.db import migrations, models

import catalog.models.favourite


class Migration(migrations.Migration):
    """Products that companies keep in lists."""

    dependencies = [
        ("accounts", "0002_company_keeps_an_owner"),
        ("catalog", "0017_listings_by_hs_code"),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        migrations.CreateModel(
            name="FavouriteList",
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
                        default=catalog.models.favourite.new_favourite_list_ref, max_length=32, unique=True
                    ),
                ),
                ("name", models.CharField(max_length=80)),
                ("created_at", models.DateTimeField()),
                (
                    "company",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.company"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Favourite",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=300)),
                ("added_by", models.CharField(max_length=200)),
                ("added_at", models.DateTimeField()),
                (
                    "product",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="catalog.product"
                    ),
                ),
                (
                    "list",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="favourites",
                        to="catalog.favouritelist",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="favouritelist",
            constraint=models.UniqueConstraint(
                fields=("company", "name"), name="favourite_list_named_once_per_company"
            ),
        ),
        migrations.AddConstraint(
            model_name="favouritelist",
            constraint=models.CheckConstraint(
                condition=models.Q(("name", ""), _negated=True), name="favourite_list_has_a_name"
            ),
        ),
        migrations.AddConstraint(
            model_name="favourite",
            constraint=models.UniqueConstraint(fields=("list", "product"), name="favourite_once_per_list"),
        ),
    ]

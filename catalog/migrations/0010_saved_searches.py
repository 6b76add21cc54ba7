import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import catalog.models.saved_search


class Migration(migrations.Migration):
    """The searches people keep, and the offers they were told of."""

    dependencies = [
        ("accounts", "0002_company_keeps_an_owner"),
        ("catalog", "0009_tolerance_of_a_listing"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        migrations.CreateModel(
            name="SavedSearch",
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
                        default=catalog.models.saved_search.new_saved_search_ref, max_length=32, unique=True
                    ),
                ),
                ("name", models.CharField(max_length=200)),
                ("address", models.CharField(max_length=1000)),
                ("alerts", models.BooleanField(default=True, help_text="mail about new offers")),
                ("created_at", models.DateTimeField()),
                ("looked_until", models.DateTimeField()),
                (
                    "company",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.company"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "saved searches",
            },
        ),
        migrations.CreateModel(
            name="SavedSearchFound",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("found_at", models.DateTimeField()),
                (
                    "product",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="catalog.product"
                    ),
                ),
                (
                    "search",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="found",
                        to="catalog.savedsearch",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="savedsearch",
            constraint=models.UniqueConstraint(
                fields=("user", "company", "address"), name="saved_search_once_per_person_and_company"
            ),
        ),
        migrations.AddConstraint(
            model_name="savedsearchfound",
            constraint=models.UniqueConstraint(
                fields=("search", "product"), name="saved_search_tells_of_an_offer_once"
            ),
        ),
    ]

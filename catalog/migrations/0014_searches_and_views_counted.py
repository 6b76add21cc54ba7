import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Sums by day of what was searched and looked at."""

    dependencies = [
        ("catalog", "0013_storefronts"),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        migrations.CreateModel(
            name="SearchedWords",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("searched_on", models.DateField()),
                ("query", models.CharField(max_length=80)),
                ("language", models.CharField(max_length=8)),
                ("country", models.CharField(blank=True, max_length=2)),
                ("times", models.PositiveIntegerField()),
                ("found", models.PositiveIntegerField()),
            ],
            options={
                "verbose_name_plural": "searched words",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("searched_on", "query", "language", "country"),
                        name="searched_words_summed_by_day",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ProductViews",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("viewed_on", models.DateField()),
                ("country", models.CharField(blank=True, max_length=2)),
                ("views", models.PositiveIntegerField()),
                ("from_search", models.PositiveIntegerField()),
                (
                    "product",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="catalog.product"
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "product views",
                "indexes": [models.Index(fields=["viewed_on"], name="product_views_by_day")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("product", "viewed_on", "country"), name="product_views_summed_by_day"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("from_search__lte", models.F("views"))),
                        name="product_views_include_those_from_search",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SearchVisit",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("visited_on", models.DateField()),
                ("query", models.CharField(max_length=80)),
                ("times", models.PositiveIntegerField()),
                (
                    "product",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="catalog.product"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["visited_on"], name="search_visit_by_day")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("product", "visited_on", "query"), name="search_visits_summed_by_day"
                    )
                ],
            },
        ),
    ]

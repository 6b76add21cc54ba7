import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """What listings say in other languages, and in which one they are written."""

    dependencies = [
        ("catalog", "0011_certificates_markets_and_samples"),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        migrations.AddField(
            model_name="product",
            name="written_in",
            field=models.CharField(
                blank=True, db_default="", default="", help_text="a language; empty: not said", max_length=8
            ),
        ),
        migrations.CreateModel(
            name="Translation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("language", models.CharField(max_length=8)),
                ("texts", models.JSONField()),
                ("based_on", models.JSONField()),
                ("revision", models.PositiveIntegerField(default=1)),
                ("updated_at", models.DateTimeField()),
                (
                    "product",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="translations",
                        to="catalog.product",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("product", "language"), name="translation_once_per_language"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("texts", {}), _negated=True), name="translation_says_something"
                    ),
                ],
            },
        ),
    ]

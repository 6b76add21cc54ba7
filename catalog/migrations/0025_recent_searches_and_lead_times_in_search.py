import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# What a change of the lead times writes from now on, for listings that have some already.
_STATED = """
UPDATE catalog_searchentry e SET
    lead_from = (SELECT array_agg(round((step->>0)::numeric * e.unit_factor, 6) ORDER BY place)
                 FROM jsonb_array_elements(o.lead_steps) WITH ORDINALITY AS steps (step, place)),
    lead_days = (SELECT array_agg((step->>1)::integer ORDER BY place)
                 FROM jsonb_array_elements(o.lead_steps) WITH ORDINALITY AS steps (step, place))
FROM catalog_offering o WHERE o.product_id = e.product_id AND o.lead_steps <> '[]'
"""


class Migration(migrations.Migration):
    """Search knows lead times by quantity and with which words its texts were made; people's last searches are kept."""

    dependencies = [
        ("catalog", "0024_variants_told_apart"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        migrations.AddField(
            model_name="searchentry",
            name="lead_days",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.PositiveIntegerField(), db_default=[], default=list, size=None
            ),
        ),
        migrations.AddField(
            model_name="searchentry",
            name="lead_from",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.DecimalField(decimal_places=9, max_digits=24),
                db_default=[],
                default=list,
                size=None,
            ),
        ),
        migrations.AddField(
            model_name="searchentry",
            name="recipe",
            field=models.CharField(
                db_default="",
                default="",
                help_text="with which words and rules the texts were made",
                max_length=16,
            ),
        ),
        migrations.CreateModel(
            name="RecentSearch",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("words", models.CharField(max_length=200)),
                ("searched_at", models.DateTimeField()),
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
                "verbose_name_plural": "recent searches",
                "indexes": [models.Index(fields=["searched_at"], name="recent_search_by_age")],
                "constraints": [
                    models.UniqueConstraint(fields=("user", "words"), name="recent_search_once_per_person")
                ],
            },
        ),
        migrations.RunSQL(_STATED, migrations.RunSQL.noop),
    ]

from django.db import migrations, models


class Migration(migrations.Migration):
    """How a supplier's listings stand in search."""

    dependencies = [
        ("catalog", "0002_search_functions"),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        migrations.AddField(
            model_name="supplierfacts",
            name="visibility",
            field=models.CharField(
                choices=[
                    ("full", "as every other"),
                    ("lowered", "after all others"),
                    ("hidden", "not found in search"),
                ],
                db_default="full",
                default="full",
                max_length=8,
            ),
        ),
    ]

from django.db import migrations, models


class Migration(migrations.Migration):
    """The rows of imports that ended long ago are cleared away; their figures stay beside the import."""

    dependencies = [("catalog", "0028_stock_and_capacity_per_period")]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        migrations.AddField(
            model_name="listingimport",
            name="counts",
            field=models.JSONField(
                db_default={}, default=dict, help_text="rows by outcome, once they are cleared"
            ),
        ),
        migrations.AddField(
            model_name="listingimport",
            name="rows_cleared_at",
            field=models.DateTimeField(help_text="when its rows, too old, were cleared away", null=True),
        ),
    ]

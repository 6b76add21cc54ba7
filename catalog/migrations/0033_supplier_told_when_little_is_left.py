from django.db import migrations, models


class Migration(migrations.Migration):
    """When the supplier was told that little of a period is left, so that they are told once."""

    dependencies = [
        ("catalog", "0032_files_of_imports_go_with_their_rows"),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        migrations.AddField(
            model_name="capacityperiod",
            name="low_told_at",
            field=models.DateTimeField(null=True),
        ),
    ]

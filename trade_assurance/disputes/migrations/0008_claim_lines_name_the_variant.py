from django.db import migrations, models


class Migration(migrations.Migration):
    """The name of a claimed line has room for the listing's title and its variant's name."""

    dependencies = [
        ("ta_disputes", "0007_evidence_bundles"),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="claimline",
            name="title",
            field=models.CharField(help_text="with its variant", max_length=330),
        ),
    ]

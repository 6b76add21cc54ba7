from django.db import migrations, models


class Migration(migrations.Migration):
    """A company may say what its own words for units, countries and the like mean, for the files of one layout."""

    dependencies = [
        ("catalog", "0046_german_and_arabic_words"),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        migrations.AddField(
            model_name="listingimport",
            name="readings",
            field=models.JSONField(db_default={}, default=dict),
        ),
        migrations.AddField(
            model_name="rememberedcolumns",
            name="readings",
            field=models.JSONField(db_default={}, default=dict),
        ),
    ]

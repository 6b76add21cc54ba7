from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """Pictures are found by the parts that stand out; sketches of before are made anew by the worker, with wider bands."""

    atomic = False
    dependencies = [
        ("catalog", "0047_words_of_a_file_are_read_as_names"),
    ]

    operations = [
        migrations.RunSQL("SET lock_timeout = '5s'", "SET lock_timeout = '5s'"),
        migrations.AddField(
            model_name="picturesketch",
            name="part_bands",
            field=ArrayField(base_field=models.IntegerField(), db_default=[], default=list, size=None),
        ),
        migrations.AddField(
            model_name="picturesketch",
            name="parts",
            field=ArrayField(
                base_field=models.CharField(max_length=39), db_default=[], default=list, size=None
            ),
        ),
        AddIndexConcurrently(
            model_name="picturesketch",
            index=GinIndex(fields=["part_bands"], name="picture_sketch_by_part"),
        ),
        migrations.RunSQL("UPDATE catalog_picturesketch SET mirrored = ''", migrations.RunSQL.noop),
        migrations.RunSQL("RESET lock_timeout", "RESET lock_timeout"),
    ]

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    """Pictures are found mirrored and without their borders too; the sketches of before are made anew by the worker."""

    dependencies = [
        ("accounts", "0002_company_keeps_an_owner"),
        ("catalog", "0029_rows_of_old_imports_cleared"),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        migrations.AddField(
            model_name="picturesketch",
            name="cut_bits",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=32), db_default=[], default=list, size=None
            ),
        ),
        migrations.AddField(
            model_name="picturesketch",
            name="cut_tones",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=96), db_default=[], default=list, size=None
            ),
        ),
        migrations.AddField(
            model_name="picturesketch",
            name="mirrored",
            field=models.CharField(
                db_default="", default="", help_text="the bits in a mirror", max_length=32
            ),
        ),
        migrations.AddIndex(
            model_name="picturesketch",
            index=models.Index(
                condition=models.Q(("mirrored", "")), fields=["image"], name="picture_sketch_to_renew"
            ),
        ),
    ]

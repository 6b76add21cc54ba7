from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """What is typed on another page of a listing, such as its variants, is kept beside what is typed in its form."""

    dependencies = [
        ("accounts", "0002_company_keeps_an_owner"),
        ("catalog", "0030_pictures_found_mirrored_and_cut"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        migrations.AddField(
            model_name="keptinput",
            name="section",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="the page of the listing; empty: its form",
                max_length=20,
            ),
        ),
        migrations.RemoveConstraint(
            model_name="keptinput",
            name="kept_input_once_per_person_and_listing",
        ),
        migrations.AddConstraint(
            model_name="keptinput",
            constraint=models.UniqueConstraint(
                fields=("person", "supplier", "product", "section"),
                name="kept_input_once_per_person_and_page",
                nulls_distinct=False,
            ),
        ),
    ]

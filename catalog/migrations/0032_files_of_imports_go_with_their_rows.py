import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """The files of an import that ended long ago go with its rows; what it came to stays."""

    dependencies = [
        ("accounts", "0002_company_keeps_an_owner"),
        ("catalog", "0031_input_kept_page_by_page"),
        ("files", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="listingimport",
            name="file",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="files.storedfile",
            ),
        ),
        migrations.AlterField(
            model_name="listingimport",
            name="rows_cleared_at",
            field=models.DateTimeField(help_text="when its rows and files, too old, were cleared", null=True),
        ),
        migrations.AddConstraint(
            model_name="listingimport",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("file__isnull", False),
                    models.Q(("pictures__isnull", True), ("rows_cleared_at__isnull", False)),
                    _connector="OR",
                ),
                name="listing_import_has_its_file_until_cleared",
            ),
        ),
    ]

from django.db import migrations

# Without texts and vector a row of the projection has some 350 bytes; what is smaller than this stays in it.
_APART = "ALTER TABLE catalog_searchentry SET (toast_tuple_target = 512)"


class Migration(migrations.Migration):
    """Long texts of the search projection lie beside their rows: a page of offers reads 24 rows and none of the texts.

    What is there already moves when it is next written.
    """

    dependencies = [
        ("catalog", "0037_the_newest_listings_first"),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        migrations.RunSQL(_APART, "ALTER TABLE catalog_searchentry RESET (toast_tuple_target)"),
    ]

from django.db import migrations


class Migration(migrations.Migration):
    """Sketches of pictures are made anew by the worker: smaller parts and pictures with a border are found by them."""

    dependencies = [
        ("catalog", "0040_appeals_about_reviews"),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        migrations.RunSQL("UPDATE catalog_picturesketch SET mirrored = ''", migrations.RunSQL.noop),
    ]

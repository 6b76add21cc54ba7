from django.db import migrations, models


class Migration(migrations.Migration):
    """How a supplier's orders are paid, kept beside its products so that they can say it."""

    dependencies = [
        ("catalog", "0007_picture_recipe"),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        migrations.AddField(
            model_name="supplierfacts",
            name="payments",
            field=models.JSONField(db_default=[], default=list),
        ),
    ]

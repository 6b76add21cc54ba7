from django.db import migrations, models


class Migration(migrations.Migration):
    """Which pictures still have the sizes and formats of an older recipe."""

    dependencies = [
        ("catalog", "0006_listing_imports"),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        migrations.AddField(
            model_name="productimage",
            name="recipe",
            field=models.PositiveSmallIntegerField(db_default=0, default=0, help_text="of the renditions"),
        ),
        migrations.AddIndex(
            model_name="productimage",
            index=models.Index(fields=["recipe", "id"], name="product_image_by_recipe"),
        ),
    ]

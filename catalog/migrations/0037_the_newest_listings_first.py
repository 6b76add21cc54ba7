from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    """The programming interface lists the newest first: fifty of a million without sorting them all."""

    atomic = False

    dependencies = [
        ("catalog", "0036_orders_take_from_several_periods"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="product",
            index=models.Index(
                F("published_at").desc(),
                F("id").desc(),
                condition=Q(state="live"),
                name="product_newest_live",
            ),
        ),
    ]

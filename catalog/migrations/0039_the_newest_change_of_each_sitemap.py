from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    """The index of the sitemaps says when each changed: a probe for each instead of every listing read."""

    atomic = False

    dependencies = [
        ("catalog", "0038_long_search_texts_lie_beside_their_rows"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="product",
            index=models.Index(
                F("id") / 50_000, "updated_at", condition=Q(state="live"), name="product_by_sitemap"
            ),
        ),
        AddIndexConcurrently(
            model_name="product",
            index=models.Index(
                F("supplier_id") / 50_000,
                "updated_at",
                condition=Q(state="live"),
                name="product_by_supplier_sitemap",
            ),
        ),
    ]

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    """Looks through the rows there are, beside a running site; what has no price, and broke lists, leaves search."""

    dependencies = [
        ("catalog", "0042_search_entries_have_a_price"),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        migrations.RunSQL(
            "DELETE FROM catalog_searchentry WHERE cardinality(tier_prices) = 0", migrations.RunSQL.noop
        ),
        ValidateConstraint(model_name="searchentry", name="search_entry_has_a_price"),
    ]

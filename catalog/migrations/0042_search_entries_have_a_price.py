from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):
    """What search finds has a price: holds for every row written from now on, without looking through the table."""

    dependencies = [
        ("catalog", "0041_pictures_found_by_smaller_parts"),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        AddConstraintNotValid(
            model_name="searchentry",
            constraint=models.CheckConstraint(
                condition=models.Q(("tier_prices__len__gt", 0)), name="search_entry_has_a_price"
            ),
        ),
    ]

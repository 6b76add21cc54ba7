from decimal import Decimal

import django.db.models.functions.comparison
from django.db import migrations, models


class Migration(migrations.Migration):
    """A line of an order may take of several periods, and beside what is agreed what waits for an answer.

    What lines hold so far is agreed; where an amendment waits it may be the larger of both, and settles with the answer.
    """

    dependencies = [
        ("catalog", "0035_confirmed_texts_are_no_change"),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        migrations.RemoveConstraint(
            model_name="capacitytaking",
            name="capacity_taken_once_per_line",
        ),
        migrations.RemoveConstraint(
            model_name="capacitytaking",
            name="capacity_taken_not_negative",
        ),
        migrations.AddField(
            model_name="capacitytaking",
            name="agreed",
            field=models.DecimalField(decimal_places=3, default=Decimal(0), max_digits=14),
        ),
        migrations.AddField(
            model_name="capacitytaking",
            name="proposed",
            field=models.DecimalField(decimal_places=3, default=Decimal(0), max_digits=14),
        ),
        migrations.RunSQL("UPDATE catalog_capacitytaking SET agreed = quantity", migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="capacitytaking",
            constraint=models.UniqueConstraint(
                fields=("order_ref", "line_position", "period"),
                name="capacity_taken_once_per_line_and_period",
            ),
        ),
        migrations.AddConstraint(
            model_name="capacitytaking",
            constraint=models.CheckConstraint(
                condition=models.Q(("agreed__gte", 0), ("proposed__gte", 0)),
                name="capacity_taken_not_negative",
            ),
        ),
        migrations.AddConstraint(
            model_name="capacitytaking",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("quantity", django.db.models.functions.comparison.Greatest("agreed", "proposed"))
                ),
                name="capacity_held_for_either_answer",
            ),
        ),
    ]

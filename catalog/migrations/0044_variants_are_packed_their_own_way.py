from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):
    """A variant may state its own packaging and weights; where it states none it is packed as its listing says."""

    dependencies = [
        ("catalog", "0043_search_entries_had_a_price"),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        migrations.AddField(
            model_name="variant",
            name="gross_weight_kg",
            field=models.DecimalField(decimal_places=4, max_digits=14, null=True),
        ),
        migrations.AddField(
            model_name="variant",
            name="net_weight_kg",
            field=models.DecimalField(decimal_places=4, max_digits=14, null=True),
        ),
        migrations.AddField(
            model_name="variant",
            name="packaging",
            field=models.CharField(blank=True, db_default="", default="", max_length=200),
        ),
        migrations.AddField(
            model_name="variant",
            name="units_per_package",
            field=models.DecimalField(decimal_places=6, max_digits=14, null=True),
        ),
        AddConstraintNotValid(
            model_name="variant",
            constraint=models.CheckConstraint(
                condition=models.Q(("gross_weight_kg__isnull", True))
                | models.Q(("net_weight_kg__isnull", True))
                | models.Q(("gross_weight_kg__gte", models.F("net_weight_kg"))),
                name="variant_gross_weight_not_below_net",
            ),
        ),
    ]

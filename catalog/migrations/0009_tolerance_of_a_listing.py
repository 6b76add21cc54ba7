from django.db import migrations, models


class Migration(migrations.Migration):
    """A supplier says with a listing how much more or less may be delivered; null is the operator's default."""

    dependencies = [
        ("accounts", "0002_company_keeps_an_owner"),
        ("catalog", "0008_how_suppliers_are_paid"),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        migrations.AddField(
            model_name="product",
            name="quantity_tolerance_bps",
            field=models.PositiveIntegerField(
                help_text="so much more or less may be delivered; null: the operator's default", null=True
            ),
        ),
        migrations.AddConstraint(
            model_name="product",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("quantity_tolerance_bps__isnull", True),
                    ("quantity_tolerance_bps__lte", 2000),
                    _connector="OR",
                ),
                name="product_tolerance_at_most_20_percent",
            ),
        ),
    ]

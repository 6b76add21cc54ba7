import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """How soon a supplier answers questions, and which buyers it has dealt with."""

    dependencies = [
        ("accounts", "0002_company_keeps_an_owner"),
        ("catalog", "0033_supplier_told_when_little_is_left"),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        migrations.AddField(
            model_name="supplierfacts",
            name="enquiries_answered_in_hours",
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="supplierfacts",
            name="enquiries_counted",
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        migrations.CreateModel(
            name="KnownBuyer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("since", models.DateTimeField()),
                (
                    "buyer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.company"
                    ),
                ),
                (
                    "supplier",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="known_buyers",
                        to="accounts.company",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("supplier", "buyer"), name="known_buyer_once_per_supplier"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("supplier", models.F("buyer")), _negated=True),
                        name="known_buyer_is_another_company",
                    ),
                ],
            },
        ),
    ]

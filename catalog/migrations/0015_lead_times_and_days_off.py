import django.db.models.deletion
from django.db import migrations, models

import catalog.models.holiday_pause


class Migration(migrations.Migration):
    """Lead times that grow with the quantity, and the days on which a supplier is away."""

    dependencies = [
        ("accounts", "0002_company_keeps_an_owner"),
        ("catalog", "0014_searches_and_views_counted"),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        migrations.AddField(
            model_name="offering",
            name="lead_steps",
            field=models.JSONField(
                db_default=[],
                default=list,
                help_text="from a quantity on so many days: [[quantity, days], …], rising",
            ),
        ),
        migrations.CreateModel(
            name="HolidayPause",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "ref",
                    models.CharField(
                        default=catalog.models.holiday_pause.new_pause_ref, max_length=32, unique=True
                    ),
                ),
                ("first_day", models.DateField()),
                ("last_day", models.DateField()),
                ("takes_orders", models.BooleanField(default=True)),
                ("words", models.CharField(blank=True, max_length=300)),
                ("stated_by_label", models.CharField(blank=True, max_length=300)),
                ("created_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "supplier",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="pauses",
                        to="accounts.company",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=["supplier", "last_day"],
                        name="holiday_pause_of_a_supplier",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("last_day__gte", models.F("first_day"))),
                        name="holiday_pause_ends_after_it_begins",
                    )
                ],
            },
        ),
    ]

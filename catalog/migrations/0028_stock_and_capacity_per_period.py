from decimal import Decimal
from pathlib import Path

import django.contrib.postgres.constraints
import django.db.models.deletion
from django.db import migrations, models

import catalog.models.capacity

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    """Stock and capacity per period, and the book of who took and gave back. See the SQL file for its guards."""

    dependencies = [
        ("catalog", "0027_buyer_groups"),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        migrations.CreateModel(
            name="CapacityPeriod",
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
                        default=catalog.models.capacity.new_capacity_ref, max_length=32, unique=True
                    ),
                ),
                ("unit_code", models.CharField(max_length=4)),
                ("first_day", models.DateField()),
                ("last_day", models.DateField(help_text="null: stock, it has no end", null=True)),
                ("offered", models.DecimalField(decimal_places=3, max_digits=14)),
                ("taken", models.DecimalField(decimal_places=3, default=Decimal(0), max_digits=14)),
                ("moves", models.PositiveIntegerField(default=0)),
                ("created_at", models.DateTimeField()),
                ("withdrawn_at", models.DateTimeField(null=True)),
                (
                    "variant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="capacity",
                        to="catalog.variant",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CapacityTaking",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("order_ref", models.CharField(max_length=32)),
                ("order_number", models.CharField(max_length=20)),
                ("line_position", models.PositiveIntegerField()),
                ("quantity", models.DecimalField(decimal_places=3, max_digits=14)),
                (
                    "period",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="takings",
                        to="catalog.capacityperiod",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CapacityMovement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField(help_text="1, 2, 3 … within the period")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("offered", "offered"),
                            ("taken", "taken"),
                            ("given_back", "given back"),
                            ("withdrawn", "offered no more"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "offered_change",
                    models.DecimalField(decimal_places=3, default=Decimal(0), max_digits=14),
                ),
                ("taken_change", models.DecimalField(decimal_places=3, default=Decimal(0), max_digits=14)),
                ("offered_after", models.DecimalField(decimal_places=3, max_digits=14)),
                ("taken_after", models.DecimalField(decimal_places=3, max_digits=14)),
                ("actor", models.CharField(max_length=120)),
                ("actor_label", models.CharField(blank=True, max_length=300)),
                ("at", models.DateTimeField()),
                (
                    "period",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="movements",
                        to="catalog.capacityperiod",
                    ),
                ),
                (
                    "taking",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="movements",
                        to="catalog.capacitytaking",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="capacityperiod",
            index=models.Index(
                condition=models.Q(("withdrawn_at__isnull", True)),
                fields=["variant", "first_day"],
                name="capacity_of_a_variant",
            ),
        ),
        migrations.AddConstraint(
            model_name="capacityperiod",
            constraint=models.CheckConstraint(
                condition=models.Q(("taken__gte", 0), ("taken__lte", models.F("offered"))),
                name="capacity_never_more_taken_than_offered",
            ),
        ),
        migrations.AddConstraint(
            model_name="capacityperiod",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("last_day__isnull", True), ("last_day__gte", models.F("first_day")), _connector="OR"
                ),
                name="capacity_period_ends_not_before_it_begins",
            ),
        ),
        migrations.AddConstraint(
            model_name="capacityperiod",
            constraint=models.UniqueConstraint(
                condition=models.Q(("withdrawn_at__isnull", True), ("last_day__isnull", True)),
                fields=("variant", "first_day"),
                name="capacity_stock_once_per_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="capacityperiod",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(("withdrawn_at__isnull", True), ("last_day__isnull", False)),
                expressions=[
                    (
                        models.Func(
                            models.F("variant"), models.F("variant"), models.Value("[]"), function="int8range"
                        ),
                        "&&",
                    ),
                    (
                        models.Func(
                            models.F("first_day"),
                            models.F("last_day"),
                            models.Value("[]"),
                            function="daterange",
                        ),
                        "&&",
                    ),
                ],
                name="capacity_periods_of_a_variant_do_not_overlap",
            ),
        ),
        migrations.AddConstraint(
            model_name="capacitytaking",
            constraint=models.UniqueConstraint(
                fields=("order_ref", "line_position"), name="capacity_taken_once_per_line"
            ),
        ),
        migrations.AddConstraint(
            model_name="capacitytaking",
            constraint=models.CheckConstraint(
                condition=models.Q(("quantity__gte", 0)), name="capacity_taken_not_negative"
            ),
        ),
        migrations.AddConstraint(
            model_name="capacitymovement",
            constraint=models.UniqueConstraint(
                fields=("period", "number"), name="capacity_movement_once_per_number"
            ),
        ),
        migrations.AddConstraint(
            model_name="capacitymovement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("kind", "taken"),
                        ("offered_change", 0),
                        ("taken_change__gt", 0),
                        ("taking__isnull", False),
                    ),
                    models.Q(
                        ("kind", "given_back"),
                        ("offered_change", 0),
                        ("taken_change__lt", 0),
                        ("taking__isnull", False),
                    ),
                    models.Q(
                        ("kind__in", ["offered", "withdrawn"]), ("taken_change", 0), ("taking__isnull", True)
                    ),
                    _connector="OR",
                ),
                name="capacity_movement_says_what_it_is",
            ),
        ),
        migrations.RunSQL(
            (SQL / "capacity_book.sql").read_text(), (SQL / "capacity_book_reverse.sql").read_text()
        ),
    ]

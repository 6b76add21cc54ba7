from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    """Sealed days: their roots, the seals of transactions, and the function that seals. See the SQL file."""

    dependencies = [
        ("ta_ledger", "0003_kinds_for_chargebacks_and_reserves"),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        migrations.CreateModel(
            name="DayRoot",
            fields=[
                ("day", models.DateField(primary_key=True, serialize=False)),
                ("previous_root", models.CharField(max_length=64, unique=True)),
                ("merkle_root", models.CharField(max_length=64)),
                ("transactions", models.BigIntegerField()),
                ("entries", models.BigIntegerField()),
                ("totals", models.TextField(blank=True)),
                ("figures_salt", models.CharField(max_length=64)),
                ("figures_hash", models.CharField(max_length=64)),
                ("root", models.CharField(max_length=64, unique=True)),
                ("sealed_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Seal",
            fields=[
                (
                    "transaction",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="seal",
                        serialize=False,
                        to="ta_ledger.transaction",
                    ),
                ),
                ("position", models.IntegerField()),
                ("salt", models.BinaryField()),
                ("parts", models.BinaryField()),
                (
                    "day",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="seals",
                        to="ta_ledger.dayroot",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("day", "position"), name="ledger_seal_has_one_place")
                ],
            },
        ),
        migrations.RunSQL(
            sql=(SQL / "0004_day_roots.sql").read_text(encoding="utf-8"),
            reverse_sql=(SQL / "0004_day_roots_reverse.sql").read_text(encoding="utf-8"),
        ),
    ]

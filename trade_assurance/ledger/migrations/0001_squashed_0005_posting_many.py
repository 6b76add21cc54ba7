from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

from marketplace.core.schema import CreateModels

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    """The books as migrations 0001 to 0005 left them: tables, then guards, sealing and posting (see the SQL files)."""

    initial = True

    replaces = [
        ("ta_ledger", "0001_initial"),
        ("ta_ledger", "0002_guards_and_posting"),
        ("ta_ledger", "0003_kinds_for_chargebacks_and_reserves"),
        ("ta_ledger", "0004_day_roots"),
        ("ta_ledger", "0005_posting_many"),
    ]

    dependencies = []

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        CreateModels(
            models=[
                migrations.CreateModel(
                    name="Account",
                    fields=[
                        ("id", models.BigAutoField(primary_key=True, serialize=False)),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("escrow", "Held for a trade"),
                                    ("supplier_payable", "Owed to the supplier"),
                                    ("payout_in_transit", "Payout under way"),
                                    ("refund_payable", "Refund under way to the buyer"),
                                    ("buyer_credit", "Credit of the buyer"),
                                    ("supplier_debt", "Owed by the supplier"),
                                    ("supplier_reserve", "Kept back from the supplier for a time"),
                                    ("chargeback_pending", "Taken by the payer's bank, not decided yet"),
                                    ("commission", "Commission"),
                                    ("provider_fees", "Fees of payment providers"),
                                    ("platform_loss", "Borne by the marketplace"),
                                    ("provider_clearing", "With the payment provider"),
                                    ("fx_clearing", "Currency exchange"),
                                    ("suspense", "Unexplained, to be cleared up"),
                                ],
                                max_length=32,
                            ),
                        ),
                        ("owner", models.CharField(max_length=120)),
                        ("tracks_balance", models.BooleanField()),
                        ("min_balance", models.BigIntegerField(null=True)),
                        ("balance", models.BigIntegerField(null=True)),
                        (
                            "currency",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="ta_ledger.currency",
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("kind", "owner", "currency"), name="ledger_account_once_per_owner"
                            ),
                            models.UniqueConstraint(
                                fields=("id", "currency"), name="ledger_account_has_one_currency"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("min_balance", None),
                                    ("balance__gte", models.F("min_balance")),
                                    _connector="OR",
                                ),
                                name="ledger_balance_not_below_minimum",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("owner", ""), _negated=True),
                                name="ledger_account_owner_is_named",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "kind__in",
                                        [
                                            "escrow",
                                            "supplier_payable",
                                            "payout_in_transit",
                                            "refund_payable",
                                            "buyer_credit",
                                            "supplier_debt",
                                            "supplier_reserve",
                                            "chargeback_pending",
                                            "commission",
                                            "provider_fees",
                                            "platform_loss",
                                            "provider_clearing",
                                            "fx_clearing",
                                            "suspense",
                                        ],
                                    )
                                ),
                                name="ledger_account_kind_is_known",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("balance", None),
                                        (
                                            "kind__in",
                                            (
                                                "commission",
                                                "provider_fees",
                                                "platform_loss",
                                                "provider_clearing",
                                                "fx_clearing",
                                                "suspense",
                                            ),
                                        ),
                                        ("min_balance", None),
                                        ("tracks_balance", False),
                                    ),
                                    models.Q(
                                        models.Q(
                                            (
                                                "kind__in",
                                                (
                                                    "commission",
                                                    "provider_fees",
                                                    "platform_loss",
                                                    "provider_clearing",
                                                    "fx_clearing",
                                                    "suspense",
                                                ),
                                            ),
                                            _negated=True,
                                        ),
                                        ("balance__isnull", False),
                                        ("tracks_balance", True),
                                    ),
                                    _connector="OR",
                                ),
                                name="ledger_hot_account_has_no_balance_row",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        (
                                            "kind__in",
                                            (
                                                "escrow",
                                                "supplier_payable",
                                                "payout_in_transit",
                                                "refund_payable",
                                                "buyer_credit",
                                                "supplier_reserve",
                                            ),
                                        ),
                                        _negated=True,
                                    ),
                                    models.Q(("min_balance", 0), ("min_balance__isnull", False)),
                                    _connector="OR",
                                ),
                                name="ledger_held_money_has_a_floor",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="BalanceSnapshot",
                    fields=[
                        (
                            "account",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                primary_key=True,
                                related_name="snapshot",
                                serialize=False,
                                to="ta_ledger.account",
                            ),
                        ),
                        ("balance", models.BigIntegerField()),
                        ("taken_at", models.DateTimeField()),
                    ],
                ),
                migrations.CreateModel(
                    name="Currency",
                    fields=[
                        ("code", models.CharField(max_length=3, primary_key=True, serialize=False)),
                        ("iso_exponent", models.PositiveSmallIntegerField()),
                        ("provider_exponent", models.PositiveSmallIntegerField()),
                        ("provider_step", models.PositiveSmallIntegerField(default=1)),
                    ],
                    options={
                        "verbose_name_plural": "currencies",
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("code__regex", "^[A-Z]{3}$")),
                                name="ledger_currency_code_has_three_letters",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Transaction",
                    fields=[
                        ("id", models.BigAutoField(primary_key=True, serialize=False)),
                        ("kind", models.CharField(max_length=64)),
                        ("subject", models.CharField(max_length=120)),
                        ("key", models.CharField(max_length=200, unique=True)),
                        ("request_hash", models.CharField(max_length=64)),
                        ("happened_at", models.DateTimeField()),
                        ("booked_at", models.DateTimeField()),
                        (
                            "reverses",
                            models.OneToOneField(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="reversed_by",
                                to="ta_ledger.transaction",
                            ),
                        ),
                    ],
                    options={
                        "indexes": [
                            models.Index(fields=["subject", "id"], name="ledger_transaction_by_subject")
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("kind", ""), _negated=True),
                                    models.Q(("subject", ""), _negated=True),
                                    models.Q(("key", ""), _negated=True),
                                ),
                                name="ledger_transaction_is_named",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Entry",
                    fields=[
                        ("id", models.BigAutoField(primary_key=True, serialize=False)),
                        ("currency", models.CharField(max_length=3)),
                        ("amount_minor", models.BigIntegerField()),
                        (
                            "account",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="entries",
                                to="ta_ledger.account",
                            ),
                        ),
                        (
                            "transaction",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="entries",
                                to="ta_ledger.transaction",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name_plural": "entries",
                        "indexes": [models.Index(fields=["account", "id"], name="ledger_entry_by_account")],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("amount_minor", 0), _negated=True),
                                name="ledger_entry_moves_something",
                            )
                        ],
                    },
                ),
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
                            models.UniqueConstraint(
                                fields=("day", "position"), name="ledger_seal_has_one_place"
                            )
                        ],
                    },
                ),
            ],
        ),
        migrations.RunSQL(
            sql=(SQL / "0002_guards_and_posting.sql").read_text(encoding="utf-8"),
            reverse_sql=(SQL / "0002_guards_and_posting_reverse.sql").read_text(encoding="utf-8"),
        ),
        migrations.RunSQL(
            sql=(SQL / "0004_day_roots.sql").read_text(encoding="utf-8"),
            reverse_sql=(SQL / "0004_day_roots_reverse.sql").read_text(encoding="utf-8"),
        ),
        migrations.RunSQL(
            sql=(SQL / "0005_posting_many.sql").read_text(encoding="utf-8"),
            reverse_sql=(SQL / "0005_posting_many_reverse.sql").read_text(encoding="utf-8"),
        ),
    ]

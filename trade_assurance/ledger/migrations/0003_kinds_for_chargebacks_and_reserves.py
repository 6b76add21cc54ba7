from django.db import migrations, models


class Migration(migrations.Migration):
    """Kinds of account for chargebacks, reserves, fees and losses."""

    dependencies = [
        ("ta_ledger", "0002_guards_and_posting"),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        migrations.RemoveConstraint(
            model_name="account",
            name="ledger_account_kind_is_known",
        ),
        migrations.RemoveConstraint(
            model_name="account",
            name="ledger_hot_account_has_no_balance_row",
        ),
        migrations.RemoveConstraint(
            model_name="account",
            name="ledger_held_money_has_a_floor",
        ),
        migrations.AlterField(
            model_name="account",
            name="kind",
            field=models.CharField(
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
        migrations.AddConstraint(
            model_name="account",
            constraint=models.CheckConstraint(
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
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.CheckConstraint(
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
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.CheckConstraint(
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
        ),
    ]

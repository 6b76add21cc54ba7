import functools

import django.db.models.deletion
from django.db import migrations, models

import marketplace.core.ids


class Migration(migrations.Migration):
    """Own bank accounts, batches of transfers, statements with their lines; a return as a kind of operation."""

    dependencies = [
        ("accounts", "0002_company_keeps_an_owner"),
        ("files", "0001_initial"),
        ("ta_payments", "0005_chargebacks"),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        migrations.CreateModel(
            name="BankAccount",
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
                        default=functools.partial(marketplace.core.ids.new_ref, *("bka",)),
                        max_length=32,
                        unique=True,
                    ),
                ),
                ("currency", models.CharField(max_length=3)),
                ("holder", models.CharField(max_length=140)),
                ("bank_name", models.CharField(max_length=140)),
                ("account_number", models.CharField(max_length=34)),
                ("bank_code", models.CharField(blank=True, max_length=32)),
                ("country", models.CharField(max_length=2)),
                ("csv_layout", models.JSONField(default=dict)),
                ("added_by", models.CharField(max_length=120)),
                ("added_by_label", models.CharField(blank=True, max_length=300)),
                ("added_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="BankStatement",
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
                        default=functools.partial(marketplace.core.ids.new_ref, *("bst",)),
                        max_length=32,
                        unique=True,
                    ),
                ),
                ("format", models.CharField(max_length=20)),
                ("number", models.CharField(blank=True, max_length=80)),
                ("from_on", models.DateField(null=True)),
                ("to_on", models.DateField(null=True)),
                ("opening_minor", models.BigIntegerField(null=True)),
                ("closing_minor", models.BigIntegerField(null=True)),
                ("problems", models.JSONField(default=list)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("needs_layout", "columns to be named"),
                            ("read", "read, not taken yet"),
                            ("taken", "taken"),
                            ("discarded", "put aside"),
                        ],
                        max_length=12,
                    ),
                ),
                ("uploaded_by", models.CharField(max_length=120)),
                ("uploaded_by_label", models.CharField(blank=True, max_length=300)),
                ("uploaded_at", models.DateTimeField()),
                ("taken_by_label", models.CharField(blank=True, max_length=300)),
                ("taken_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="BankStatementLine",
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
                        default=functools.partial(marketplace.core.ids.new_ref, *("bsl",)),
                        max_length=32,
                        unique=True,
                    ),
                ),
                ("position", models.PositiveIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("amount_minor", models.BigIntegerField()),
                ("booked_on", models.DateField()),
                ("bank_reference", models.CharField(blank=True, max_length=120)),
                ("end_to_end", models.CharField(blank=True, max_length=70)),
                ("batch_reference", models.CharField(blank=True, max_length=70)),
                ("party_name", models.CharField(blank=True, max_length=200)),
                ("party_account", models.CharField(blank=True, max_length=64)),
                ("party_bank", models.CharField(blank=True, max_length=64)),
                ("text", models.TextField(blank=True)),
                ("is_reversal", models.BooleanField(default=False)),
                ("fingerprint", models.CharField(max_length=64)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("read", "not taken yet"),
                            ("repeated", "taken before"),
                            ("matched", "matched"),
                            ("unmatched", "to be explained"),
                            ("assigned", "assigned"),
                            ("returning", "on its way back"),
                            ("returned", "sent back"),
                            ("fee", "bank charge"),
                            ("noted", "noted"),
                        ],
                        default="read",
                        max_length=10,
                    ),
                ),
                ("why", models.CharField(blank=True, max_length=32)),
                ("note", models.TextField(blank=True)),
                ("resolved_by_label", models.CharField(blank=True, max_length=300)),
                ("resolved_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="BankStatementLineTransition",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("from_state", models.CharField(blank=True, max_length=32)),
                ("to_state", models.CharField(max_length=32)),
                ("actor", models.CharField(max_length=120)),
                ("actor_label", models.CharField(blank=True, max_length=300)),
                ("at", models.DateTimeField()),
                ("key", models.CharField(blank=True, max_length=200)),
                ("reason", models.TextField(blank=True)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="BankStatementTransition",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("from_state", models.CharField(blank=True, max_length=32)),
                ("to_state", models.CharField(max_length=32)),
                ("actor", models.CharField(max_length=120)),
                ("actor_label", models.CharField(blank=True, max_length=300)),
                ("at", models.DateTimeField()),
                ("key", models.CharField(blank=True, max_length=200)),
                ("reason", models.TextField(blank=True)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="PayoutBatch",
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
                        default=functools.partial(marketplace.core.ids.new_ref, *("bat",)),
                        max_length=32,
                        unique=True,
                    ),
                ),
                ("debtor", models.JSONField()),
                ("currency", models.CharField(max_length=3)),
                ("total_minor", models.BigIntegerField()),
                ("execute_on", models.DateField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "open"),
                            ("exported", "exported"),
                            ("rejected", "refused by the bank"),
                            ("cancelled", "cancelled"),
                        ],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("approvals_needed", models.PositiveSmallIntegerField()),
                ("approvals_given", models.PositiveSmallIntegerField(default=0)),
                ("sha256", models.CharField(blank=True, max_length=64)),
                ("created_by", models.CharField(max_length=120)),
                ("created_by_label", models.CharField(blank=True, max_length=300)),
                ("created_at", models.DateTimeField()),
                ("exported_at", models.DateTimeField(null=True)),
                ("ended_because", models.TextField(blank=True)),
            ],
        ),
        migrations.CreateModel(
            name="PayoutBatchApproval",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("person", models.CharField(max_length=120)),
                ("label", models.CharField(blank=True, max_length=300)),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="PayoutBatchExport",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("format", models.CharField(max_length=12)),
                ("sha256", models.CharField(max_length=64)),
                ("exported_by", models.CharField(max_length=120)),
                ("exported_by_label", models.CharField(blank=True, max_length=300)),
                ("exported_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="PayoutBatchLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("pay_in", "payment"),
                            ("cancel", "cancellation of a payment"),
                            ("refund", "refund"),
                            ("pay_out", "payout"),
                            ("reverse", "reversal of a payout"),
                            ("onboard", "registration of a supplier"),
                            ("evidence", "evidence against a chargeback"),
                            ("return", "return of money nobody expected"),
                        ],
                        max_length=12,
                    ),
                ),
                ("subject", models.CharField(max_length=64)),
                ("amount_minor", models.BigIntegerField()),
                ("destination", models.JSONField()),
                ("concerns", models.JSONField(default=list)),
                ("released_at", models.DateTimeField(null=True)),
                ("released_because", models.CharField(blank=True, max_length=300)),
            ],
        ),
        migrations.CreateModel(
            name="PayoutBatchTransition",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("from_state", models.CharField(blank=True, max_length=32)),
                ("to_state", models.CharField(max_length=32)),
                ("actor", models.CharField(max_length=120)),
                ("actor_label", models.CharField(blank=True, max_length=300)),
                ("at", models.DateTimeField()),
                ("key", models.CharField(blank=True, max_length=200)),
                ("reason", models.TextField(blank=True)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.RemoveConstraint(
            model_name="provideroperation",
            name="operation_state_is_known",
        ),
        migrations.RemoveConstraint(
            model_name="provideroperation",
            name="operation_final_is_not_looked_at",
        ),
        migrations.AlterField(
            model_name="provideroperation",
            name="kind",
            field=models.CharField(
                choices=[
                    ("pay_in", "payment"),
                    ("cancel", "cancellation of a payment"),
                    ("refund", "refund"),
                    ("pay_out", "payout"),
                    ("reverse", "reversal of a payout"),
                    ("onboard", "registration of a supplier"),
                    ("evidence", "evidence against a chargeback"),
                    ("return", "return of money nobody expected"),
                ],
                max_length=12,
            ),
        ),
        migrations.AlterField(
            model_name="provideroperation",
            name="state",
            field=models.CharField(
                choices=[
                    ("created", "not sent yet"),
                    ("sent", "sent, no answer yet"),
                    ("unknown", "answer unknown"),
                    ("pending", "under way"),
                    ("done", "done"),
                    ("declined", "declined"),
                    ("refused", "refused"),
                    ("returned", "done, and sent back by the bank"),
                ],
                default="created",
                max_length=12,
            ),
        ),
        migrations.AddConstraint(
            model_name="provideroperation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        ["created", "sent", "unknown", "pending", "done", "declined", "refused", "returned"],
                    )
                ),
                name="operation_state_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="provideroperation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ("done", "declined", "refused", "returned")), _negated=True),
                    models.Q(("ended_at__isnull", False), ("wake_at", None)),
                    _connector="OR",
                ),
                name="operation_final_is_not_looked_at",
            ),
        ),
        migrations.AddConstraint(
            model_name="bankaccount",
            constraint=models.UniqueConstraint(
                fields=("account_number", "currency"), name="bank_account_once_per_currency"
            ),
        ),
        migrations.AddField(
            model_name="bankstatement",
            name="account",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="statements",
                to="ta_payments.bankaccount",
            ),
        ),
        migrations.AddField(
            model_name="bankstatement",
            name="file",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="files.storedfile"
            ),
        ),
        migrations.AddField(
            model_name="bankstatementline",
            name="account",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="lines",
                to="ta_payments.bankaccount",
            ),
        ),
        migrations.AddField(
            model_name="bankstatementline",
            name="operation",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="bank_lines",
                to="ta_payments.provideroperation",
            ),
        ),
        migrations.AddField(
            model_name="bankstatementline",
            name="payment",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="bank_lines",
                to="ta_payments.payment",
            ),
        ),
        migrations.AddField(
            model_name="bankstatementline",
            name="statement",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="lines",
                to="ta_payments.bankstatement",
            ),
        ),
        migrations.AddField(
            model_name="bankreceipt",
            name="statement_line",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="receipt",
                to="ta_payments.bankstatementline",
            ),
        ),
        migrations.AddField(
            model_name="bankstatementlinetransition",
            name="line",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="transitions",
                to="ta_payments.bankstatementline",
            ),
        ),
        migrations.AddField(
            model_name="bankstatementtransition",
            name="statement",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="transitions",
                to="ta_payments.bankstatement",
            ),
        ),
        migrations.AddField(
            model_name="payoutbatch",
            name="account",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="batches",
                to="ta_payments.bankaccount",
            ),
        ),
        migrations.AddField(
            model_name="bankstatementline",
            name="batch",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="bank_lines",
                to="ta_payments.payoutbatch",
            ),
        ),
        migrations.AddField(
            model_name="payoutbatchapproval",
            name="batch",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="approvals",
                to="ta_payments.payoutbatch",
            ),
        ),
        migrations.AddField(
            model_name="payoutbatchexport",
            name="batch",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="exports",
                to="ta_payments.payoutbatch",
            ),
        ),
        migrations.AddField(
            model_name="payoutbatchline",
            name="batch",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="lines",
                to="ta_payments.payoutbatch",
            ),
        ),
        migrations.AddField(
            model_name="payoutbatchline",
            name="operation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="batch_lines",
                to="ta_payments.provideroperation",
            ),
        ),
        migrations.AddField(
            model_name="payoutbatchtransition",
            name="batch",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="transitions",
                to="ta_payments.payoutbatch",
            ),
        ),
        migrations.AddIndex(
            model_name="bankstatement",
            index=models.Index(fields=["account", "to_on"], name="statement_by_account_and_day"),
        ),
        migrations.AddConstraint(
            model_name="bankstatement",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["needs_layout", "read", "taken", "discarded"])),
                name="statement_state_is_known",
            ),
        ),
        migrations.AddIndex(
            model_name="payoutbatch",
            index=models.Index(fields=["state", "id"], name="batch_by_state"),
        ),
        migrations.AddConstraint(
            model_name="payoutbatch",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["open", "exported", "rejected", "cancelled"])),
                name="batch_state_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="payoutbatch",
            constraint=models.CheckConstraint(
                condition=models.Q(("total_minor__gte", 0)), name="batch_pays_something"
            ),
        ),
        migrations.AddConstraint(
            model_name="payoutbatch",
            constraint=models.CheckConstraint(
                condition=models.Q(("approvals_needed__gte", 1), ("approvals_needed__lte", 2)),
                name="batch_needs_one_or_two_approvals",
            ),
        ),
        migrations.AddConstraint(
            model_name="payoutbatch",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["open", "cancelled"]),
                    models.Q(
                        ("approvals_given__gte", models.F("approvals_needed")), ("exported_at__isnull", False)
                    ),
                    _connector="OR",
                ),
                name="batch_leaves_only_with_all_approvals",
            ),
        ),
        migrations.AddIndex(
            model_name="bankstatementline",
            index=models.Index(
                condition=models.Q(("state__in", ("unmatched", "noted", "returning"))),
                fields=["id"],
                name="bank_line_in_suspense",
            ),
        ),
        migrations.AddIndex(
            model_name="bankstatementline",
            index=models.Index(
                fields=["account", "booked_on", "amount_minor"], name="bank_line_by_day_and_amount"
            ),
        ),
        migrations.AddIndex(
            model_name="bankstatementline",
            index=models.Index(fields=["bank_reference"], name="bank_line_by_bank_reference"),
        ),
        migrations.AddConstraint(
            model_name="bankstatementline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        [
                            "read",
                            "repeated",
                            "matched",
                            "unmatched",
                            "assigned",
                            "returning",
                            "returned",
                            "fee",
                            "noted",
                        ],
                    )
                ),
                name="bank_line_state_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="bankstatementline",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_minor", 0), _negated=True), name="bank_line_moves_something"
            ),
        ),
        migrations.AddConstraint(
            model_name="bankstatementline",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ("read", "repeated")), _negated=True),
                fields=("account", "fingerprint"),
                name="bank_line_taken_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="bankstatementline",
            constraint=models.UniqueConstraint(
                fields=("statement", "position"), name="bank_line_has_its_place"
            ),
        ),
        migrations.AddConstraint(
            model_name="payoutbatchapproval",
            constraint=models.UniqueConstraint(
                fields=("batch", "person"), name="batch_approval_once_per_person"
            ),
        ),
        migrations.AddConstraint(
            model_name="payoutbatchline",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_minor__gt", 0)), name="batch_line_pays_something"
            ),
        ),
        migrations.AddConstraint(
            model_name="payoutbatchline",
            constraint=models.UniqueConstraint(
                condition=models.Q(("released_at__isnull", True)),
                fields=("operation",),
                name="batch_line_once_while_it_stands",
            ),
        ),
    ]

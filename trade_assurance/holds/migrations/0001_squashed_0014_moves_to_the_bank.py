import functools
from pathlib import Path

import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models

import marketplace.core.ids
from marketplace.core.schema import CreateModels

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    """Holds as migrations 0001 to 0014 left them: tables, and the guards that PostgreSQL keeps (see the SQL files)."""

    initial = True

    replaces = [
        ("ta_holds", "0001_initial"),
        ("ta_holds", "0002_guards"),
        ("ta_holds", "0003_fund_by_when_due"),
        ("ta_holds", "0004_changed_accounts_and_returned_payouts"),
        ("ta_holds", "0005_chargebacks_debts_and_reserves"),
        ("ta_holds", "0006_guards_of_chargebacks"),
        ("ta_holds", "0007_buyers_credit"),
        ("ta_holds", "0008_reconciliation"),
        ("ta_holds", "0009_several_freezes_per_hold"),
        ("ta_holds", "0010_parts_of_payouts_and_write_offs"),
        ("ta_holds", "0011_shares_of_shipments"),
        ("ta_holds", "0012_plain_releases"),
        ("ta_holds", "0013_waiting_payouts_can_be_given_back"),
        ("ta_holds", "0014_moves_to_the_bank"),
    ]

    dependencies = [
        ("core", "0001_initial"),
        ("accounts", "0002_company_keeps_an_owner"),
        ("files", "0001_initial"),
        ("orders", "0001_squashed_0006_shares_weights_and_addenda"),
        ("ta_ledger", "0001_squashed_0005_posting_many"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        CreateModels(
            models=[
                migrations.CreateModel(
                    name="Hold",
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
                                default=functools.partial(marketplace.core.ids.new_ref, *("hold",)),
                                max_length=32,
                                unique=True,
                            ),
                        ),
                        ("currency", models.CharField(max_length=3)),
                        ("amount_minor", models.BigIntegerField()),
                        ("funded_minor", models.BigIntegerField(default=0)),
                        ("held_minor", models.BigIntegerField(default=0)),
                        ("released_minor", models.BigIntegerField(default=0)),
                        ("refunded_minor", models.BigIntegerField(default=0)),
                        ("charged_back_minor", models.BigIntegerField(default=0)),
                        ("frozen_minor", models.BigIntegerField(default=0)),
                        ("commission_minor", models.BigIntegerField(default=0)),
                        ("refund_due_minor", models.BigIntegerField(default=0)),
                        ("commission_bps", models.PositiveIntegerField()),
                        ("sequence", models.PositiveIntegerField(default=0)),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("awaiting_funds", "waiting for the payment"),
                                    ("held", "held"),
                                    ("settled", "settled"),
                                    ("lapsed", "lapsed, never funded"),
                                ],
                                default="awaiting_funds",
                                max_length=16,
                            ),
                        ),
                        ("fund_by", models.DateTimeField(null=True)),
                        ("funded_at", models.DateTimeField(null=True)),
                        ("release_at", models.DateTimeField(null=True)),
                        ("created_at", models.DateTimeField()),
                        (
                            "milestone",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="hold",
                                to="orders.milestone",
                            ),
                        ),
                        (
                            "order",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="holds",
                                to="orders.order",
                            ),
                        ),
                    ],
                    options={
                        "indexes": [
                            models.Index(
                                condition=models.Q(
                                    ("state", "held"),
                                    models.Q(("held_minor", models.F("frozen_minor")), _negated=True),
                                ),
                                fields=["release_at"],
                                name="hold_free_money_by_release",
                            )
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("amount_minor__gte", 0),
                                    ("funded_minor__gte", 0),
                                    ("held_minor__gte", 0),
                                    ("released_minor__gte", 0),
                                    ("refunded_minor__gte", 0),
                                    ("charged_back_minor__gte", 0),
                                    ("frozen_minor__gte", 0),
                                    ("commission_minor__gte", 0),
                                    ("refund_due_minor__gte", 0),
                                ),
                                name="hold_no_amount_is_negative",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "funded_minor",
                                        django.db.models.expressions.CombinedExpression(
                                            django.db.models.expressions.CombinedExpression(
                                                django.db.models.expressions.CombinedExpression(
                                                    models.F("held_minor"), "+", models.F("released_minor")
                                                ),
                                                "+",
                                                models.F("refunded_minor"),
                                            ),
                                            "+",
                                            models.F("charged_back_minor"),
                                        ),
                                    )
                                ),
                                name="hold_funded_is_held_released_refunded_and_charged_back",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("frozen_minor__lte", models.F("held_minor"))),
                                name="hold_frozen_not_above_held",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("funded_minor__lte", models.F("amount_minor"))),
                                name="hold_funded_not_above_due",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("commission_minor__lte", models.F("released_minor"))),
                                name="hold_commission_not_above_released",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("refund_due_minor", 0),
                                    models.Q(
                                        ("frozen_minor", models.F("held_minor")),
                                        ("refund_due_minor__lte", models.F("frozen_minor")),
                                    ),
                                    _connector="OR",
                                ),
                                name="hold_refund_waits_only_behind_a_freeze",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("state__in", ["settled", "lapsed"]), _negated=True),
                                    ("held_minor", 0),
                                    _connector="OR",
                                ),
                                name="hold_ended_holds_nothing",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("state__in", ["awaiting_funds", "lapsed"]), _negated=True),
                                    models.Q(
                                        ("frozen_minor", 0), ("refund_due_minor", 0), ("released_minor", 0)
                                    ),
                                    _connector="OR",
                                ),
                                name="hold_releases_and_freezes_only_once_funded",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("state__in", ["held", "settled"]), _negated=True),
                                    ("funded_minor", models.F("amount_minor")),
                                    _connector="OR",
                                ),
                                name="hold_held_is_funded_in_full",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("commission_bps__lte", 10000)),
                                name="hold_commission_not_above_all",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Funding",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("payment_ref", models.CharField(max_length=32)),
                        ("provider", models.CharField(max_length=32)),
                        ("amount_minor", models.BigIntegerField()),
                        ("refunded_minor", models.BigIntegerField(default=0)),
                        ("at", models.DateTimeField()),
                        (
                            "hold",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="fundings",
                                to="ta_holds.hold",
                            ),
                        ),
                        ("charged_back_minor", models.BigIntegerField(default=0)),
                        ("root", models.CharField(max_length=32)),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("hold", "payment_ref"), name="hold_funding_once_per_payment"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("charged_back_minor__gte", 0),
                                    ("refunded_minor__gte", 0),
                                    (
                                        "amount_minor__gte",
                                        django.db.models.expressions.CombinedExpression(
                                            models.F("refunded_minor"), "+", models.F("charged_back_minor")
                                        ),
                                    ),
                                ),
                                name="hold_funding_back_not_above_paid",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Freeze",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("subject", models.CharField(max_length=32)),
                        ("amount_minor", models.BigIntegerField()),
                        ("refunded_minor", models.BigIntegerField(default=0)),
                        ("released_minor", models.BigIntegerField(default=0)),
                        ("frozen_at", models.DateTimeField()),
                        ("lifted_at", models.DateTimeField(null=True)),
                        (
                            "hold",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="freezes",
                                to="ta_holds.hold",
                            ),
                        ),
                        ("shipment_ref", models.CharField(blank=True, default="", max_length=32)),
                        ("taken_minor", models.BigIntegerField(default=0)),
                    ],
                    options={
                        "indexes": [models.Index(fields=["subject"], name="hold_freeze_by_claim")],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("amount_minor__gt", 0)),
                                name="hold_freeze_freezes_something",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("lifted_at__isnull", False),
                                    models.Q(("refunded_minor", 0), ("released_minor", 0)),
                                    _connector="OR",
                                ),
                                name="hold_freeze_moves_only_when_lifted",
                            ),
                            models.UniqueConstraint(
                                fields=("hold", "subject"), name="hold_freeze_once_per_claim"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "amount_minor__gte",
                                        django.db.models.expressions.CombinedExpression(
                                            django.db.models.expressions.CombinedExpression(
                                                models.F("taken_minor"), "+", models.F("refunded_minor")
                                            ),
                                            "+",
                                            models.F("released_minor"),
                                        ),
                                    ),
                                    ("refunded_minor__gte", 0),
                                    ("released_minor__gte", 0),
                                    ("taken_minor__gte", 0),
                                ),
                                name="hold_freeze_moves_not_above_frozen",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="HoldMovement",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("sequence", models.PositiveIntegerField()),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("funded", "paid in"),
                                    ("released", "released to the supplier"),
                                    ("refunded", "refunded to the buyer"),
                                    ("charged_back", "charged back"),
                                ],
                                max_length=16,
                            ),
                        ),
                        ("amount_minor", models.BigIntegerField()),
                        ("commission_minor", models.BigIntegerField(default=0)),
                        ("cause", models.CharField(max_length=64)),
                        ("reason", models.CharField(max_length=200)),
                        ("posting_key", models.CharField(max_length=200, unique=True)),
                        ("actor", models.CharField(max_length=120)),
                        ("actor_label", models.CharField(blank=True, max_length=300)),
                        ("at", models.DateTimeField()),
                        (
                            "hold",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="movements",
                                to="ta_holds.hold",
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("hold", "sequence"), name="hold_movement_once_per_sequence"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("amount_minor__gt", 0)),
                                name="hold_movement_moves_something",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("commission_minor", 0),
                                    models.Q(
                                        ("commission_minor__gte", 0),
                                        ("commission_minor__lte", models.F("amount_minor")),
                                        ("kind", "released"),
                                    ),
                                    models.Q(
                                        (
                                            "amount_minor__gte",
                                            django.db.models.expressions.CombinedExpression(
                                                models.F("commission_minor"), "*", models.Value(-1)
                                            ),
                                        ),
                                        ("commission_minor__lt", 0),
                                        ("kind", "charged_back"),
                                    ),
                                    _connector="OR",
                                ),
                                name="hold_movement_commission_only_on_release_or_back",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="HoldTransition",
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
                        (
                            "hold",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="transitions",
                                to="ta_holds.hold",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="Payout",
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
                                default=functools.partial(marketplace.core.ids.new_ref, *("pyo",)),
                                max_length=32,
                                unique=True,
                            ),
                        ),
                        ("currency", models.CharField(max_length=3)),
                        ("amount_minor", models.BigIntegerField()),
                        ("provider", models.CharField(max_length=32)),
                        ("destination", models.JSONField()),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("requested", "waiting for approval"),
                                    ("approved", "approved"),
                                    ("rejected", "rejected"),
                                    ("sent", "sent"),
                                    ("confirmed", "arrived"),
                                    ("failed", "failed"),
                                    ("returned", "returned by the bank"),
                                    ("withdrawn", "taken back"),
                                ],
                                default="requested",
                                max_length=12,
                            ),
                        ),
                        ("approvals_needed", models.PositiveSmallIntegerField()),
                        ("approvals_given", models.PositiveSmallIntegerField(default=0)),
                        ("requested_by", models.CharField(max_length=120)),
                        ("requested_at", models.DateTimeField()),
                        ("sent_at", models.DateTimeField(null=True)),
                        ("ended_at", models.DateTimeField(null=True)),
                        ("refusal", models.TextField(blank=True)),
                        ("bank_reference", models.CharField(blank=True, max_length=140)),
                        (
                            "company",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="payouts",
                                to="accounts.company",
                            ),
                        ),
                        ("returned_minor", models.BigIntegerField(default=0)),
                        (
                            "second_because",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("amount", "The amount is above the limit for one approval."),
                                    (
                                        "account_changed",
                                        "The account it goes to was changed a short time before.",
                                    ),
                                ],
                                max_length=16,
                            ),
                        ),
                        ("waits_because", models.CharField(blank=True, max_length=300)),
                    ],
                    options={
                        "indexes": [
                            models.Index(
                                condition=models.Q(("state__in", ("requested", "approved", "sent"))),
                                fields=["requested_at"],
                                name="payout_under_way",
                            )
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("amount_minor__gt", 0)), name="payout_pays_something"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("approvals_needed__gte", 1), ("approvals_needed__lte", 2)
                                ),
                                name="payout_needs_one_or_two_approvals",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("state__in", ["requested", "rejected"]),
                                    ("approvals_given", models.F("approvals_needed")),
                                    _connector="OR",
                                ),
                                name="payout_goes_only_with_all_approvals",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("state__in", ["rejected", "failed", "returned"]), _negated=True
                                    ),
                                    models.Q(("refusal", ""), _negated=True),
                                    _connector="OR",
                                ),
                                name="payout_turned_down_says_why",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("returned_minor", 0),
                                    models.Q(
                                        ("returned_minor__gt", 0),
                                        ("returned_minor__lte", models.F("amount_minor")),
                                        ("state", "returned"),
                                    ),
                                    _connector="OR",
                                ),
                                name="payout_gives_back_at_most_what_it_paid",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PayoutAccount",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("currency", models.CharField(max_length=3)),
                        ("provider", models.CharField(max_length=32)),
                        ("holder", models.CharField(blank=True, max_length=200)),
                        ("bank_name", models.CharField(blank=True, max_length=200)),
                        ("account_number", models.CharField(blank=True, max_length=64)),
                        ("bank_code", models.CharField(blank=True, max_length=32)),
                        ("changed_at", models.DateTimeField()),
                        ("changed_by", models.CharField(max_length=120)),
                        (
                            "company",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="payout_accounts",
                                to="accounts.company",
                            ),
                        ),
                        ("replaced_at", models.DateTimeField(null=True)),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("company", "currency"), name="payout_account_once_per_currency"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PayoutApproval",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("at", models.DateTimeField()),
                        ("label", models.CharField(max_length=300)),
                        (
                            "payout",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="approvals",
                                to="ta_holds.payout",
                            ),
                        ),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("payout", "user"), name="payout_approval_once_per_person"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PayoutTransition",
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
                        (
                            "payout",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="transitions",
                                to="ta_holds.payout",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="CaseTransition",
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
                        (
                            "case",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="transitions",
                                to="ta_holds.chargebackcase",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="ChargebackCase",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("ref", models.CharField(max_length=32, unique=True)),
                        ("payment_ref", models.CharField(max_length=32)),
                        ("provider", models.CharField(max_length=32)),
                        ("currency", models.CharField(max_length=3)),
                        ("amount_minor", models.BigIntegerField()),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("open", "not decided"),
                                    ("won", "won"),
                                    ("lost", "lost"),
                                    ("overturned", "lost, then won after all"),
                                ],
                                max_length=12,
                            ),
                        ),
                        ("covered_minor", models.BigIntegerField(default=0)),
                        ("from_held_minor", models.BigIntegerField(default=0)),
                        ("from_commission_minor", models.BigIntegerField(default=0)),
                        ("from_kept_minor", models.BigIntegerField(default=0)),
                        ("from_balance_minor", models.BigIntegerField(default=0)),
                        ("to_debt_minor", models.BigIntegerField(default=0)),
                        ("unexplained_minor", models.BigIntegerField(default=0)),
                        ("opened_at", models.DateTimeField()),
                        ("ended_at", models.DateTimeField(null=True)),
                        (
                            "order",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="chargebacks",
                                to="orders.order",
                            ),
                        ),
                    ],
                    options={
                        "indexes": [
                            models.Index(
                                condition=models.Q(("state", "open")),
                                fields=["opened_at"],
                                name="chargeback_case_open",
                            )
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("amount_minor__gt", 0)),
                                name="chargeback_case_is_positive",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("covered_minor__gte", 0),
                                    ("from_held_minor__gte", 0),
                                    ("from_commission_minor__gte", 0),
                                    ("from_kept_minor__gte", 0),
                                    ("from_balance_minor__gte", 0),
                                    ("to_debt_minor__gte", 0),
                                    ("unexplained_minor__gte", 0),
                                ),
                                name="chargeback_case_no_part_is_negative",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("state", "lost"), _negated=True),
                                    (
                                        "amount_minor",
                                        django.db.models.expressions.CombinedExpression(
                                            django.db.models.expressions.CombinedExpression(
                                                django.db.models.expressions.CombinedExpression(
                                                    django.db.models.expressions.CombinedExpression(
                                                        django.db.models.expressions.CombinedExpression(
                                                            django.db.models.expressions.CombinedExpression(
                                                                models.F("covered_minor"),
                                                                "+",
                                                                models.F("from_held_minor"),
                                                            ),
                                                            "+",
                                                            models.F("from_commission_minor"),
                                                        ),
                                                        "+",
                                                        models.F("from_kept_minor"),
                                                    ),
                                                    "+",
                                                    models.F("from_balance_minor"),
                                                ),
                                                "+",
                                                models.F("to_debt_minor"),
                                            ),
                                            "+",
                                            models.F("unexplained_minor"),
                                        ),
                                    ),
                                    _connector="OR",
                                ),
                                name="chargeback_case_lost_is_borne_in_full",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ChargebackPart",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("target_minor", models.BigIntegerField()),
                        ("frozen_minor", models.BigIntegerField(default=0)),
                        ("from_held_minor", models.BigIntegerField(default=0)),
                        ("from_released_minor", models.BigIntegerField(default=0)),
                        ("commission_minor", models.BigIntegerField(default=0)),
                        (
                            "case",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="parts",
                                to="ta_holds.chargebackcase",
                            ),
                        ),
                        (
                            "hold",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="chargeback_parts",
                                to="ta_holds.hold",
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("case", "hold"), name="chargeback_part_once_per_hold"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("frozen_minor__gte", 0), ("frozen_minor__lte", models.F("target_minor"))
                                ),
                                name="chargeback_part_freezes_not_above_target",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="DebtPayment",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "step",
                            models.CharField(
                                choices=[
                                    ("netted", "kept from a release"),
                                    ("written_off", "written off by the marketplace"),
                                ],
                                max_length=12,
                            ),
                        ),
                        ("amount_minor", models.BigIntegerField()),
                        ("cause", models.CharField(max_length=32)),
                        ("reason", models.CharField(blank=True, max_length=500)),
                        ("actor", models.CharField(max_length=120)),
                        ("actor_label", models.CharField(blank=True, max_length=300)),
                        ("at", models.DateTimeField()),
                        (
                            "debt",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="payments",
                                to="ta_holds.supplierdebt",
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("amount_minor__gt", 0)),
                                name="debt_payment_pays_something",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="KeptBack",
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
                                default=functools.partial(marketplace.core.ids.new_ref, *("kept",)),
                                max_length=32,
                                unique=True,
                            ),
                        ),
                        ("currency", models.CharField(max_length=3)),
                        (
                            "kept_for",
                            models.CharField(
                                choices=[
                                    ("reserve", "reserve"),
                                    ("chargeback", "a chargeback that is not decided"),
                                ],
                                max_length=12,
                            ),
                        ),
                        ("subject", models.CharField(max_length=32)),
                        ("order_ref", models.CharField(max_length=32)),
                        ("amount_minor", models.BigIntegerField()),
                        ("taken_minor", models.BigIntegerField(default=0)),
                        ("returned_minor", models.BigIntegerField(default=0)),
                        ("kept_at", models.DateTimeField()),
                        ("ends_at", models.DateTimeField(null=True)),
                        ("ended_at", models.DateTimeField(null=True)),
                        (
                            "company",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.company",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name_plural": "kept back",
                        "indexes": [
                            models.Index(
                                condition=models.Q(("ended_at__isnull", True)),
                                fields=["company", "currency"],
                                name="kept_back_open",
                            )
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("amount_minor__gt", 0)), name="kept_back_keeps_something"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "amount_minor__gte",
                                        django.db.models.expressions.CombinedExpression(
                                            models.F("taken_minor"), "+", models.F("returned_minor")
                                        ),
                                    ),
                                    ("returned_minor__gte", 0),
                                    ("taken_minor__gte", 0),
                                ),
                                name="kept_back_gives_not_more_than_kept",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("ended_at__isnull", True),
                                    (
                                        "amount_minor",
                                        django.db.models.expressions.CombinedExpression(
                                            models.F("taken_minor"), "+", models.F("returned_minor")
                                        ),
                                    ),
                                    _connector="OR",
                                ),
                                name="kept_back_ends_empty",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ReserveChange",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("bps", models.PositiveIntegerField()),
                        ("days", models.PositiveIntegerField()),
                        ("from_at", models.DateTimeField()),
                        ("reason", models.CharField(max_length=500)),
                        ("set_by", models.CharField(max_length=120)),
                        ("set_by_label", models.CharField(blank=True, max_length=300)),
                        ("set_at", models.DateTimeField()),
                        (
                            "company",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.company",
                            ),
                        ),
                    ],
                    options={
                        "indexes": [
                            models.Index(fields=["company", "-id"], name="reserve_change_by_company")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="SupplierAccount",
                    fields=[
                        (
                            "company",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                primary_key=True,
                                related_name="+",
                                serialize=False,
                                to="accounts.company",
                            ),
                        ),
                        ("reserve_bps", models.PositiveIntegerField(default=0)),
                        ("reserve_days", models.PositiveIntegerField(default=0)),
                        ("reserve_from", models.DateTimeField(null=True)),
                    ],
                    options={
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("reserve_bps__lte", 10000)), name="reserve_not_above_all"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("reserve_bps", 0), ("reserve_days__gte", 1), _connector="OR"
                                ),
                                name="reserve_ends_some_day",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="SupplierDebt",
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
                                default=functools.partial(marketplace.core.ids.new_ref, *("debt",)),
                                max_length=32,
                                unique=True,
                            ),
                        ),
                        ("currency", models.CharField(max_length=3)),
                        ("cause", models.CharField(max_length=32)),
                        ("order_ref", models.CharField(max_length=32)),
                        ("amount_minor", models.BigIntegerField()),
                        ("paid_minor", models.BigIntegerField(default=0)),
                        ("written_off_minor", models.BigIntegerField(default=0)),
                        ("arose_at", models.DateTimeField()),
                        ("ended_at", models.DateTimeField(null=True)),
                        (
                            "company",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.company",
                            ),
                        ),
                    ],
                    options={
                        "indexes": [
                            models.Index(
                                condition=models.Q(("ended_at__isnull", True)),
                                fields=["company", "currency"],
                                name="supplier_debt_open",
                            )
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("amount_minor__gt", 0)), name="supplier_debt_is_positive"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "amount_minor__gte",
                                        django.db.models.expressions.CombinedExpression(
                                            models.F("paid_minor"), "+", models.F("written_off_minor")
                                        ),
                                    ),
                                    ("paid_minor__gte", 0),
                                    ("written_off_minor__gte", 0),
                                ),
                                name="supplier_debt_not_paid_twice",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("ended_at__isnull", True),
                                    (
                                        "amount_minor",
                                        django.db.models.expressions.CombinedExpression(
                                            models.F("paid_minor"), "+", models.F("written_off_minor")
                                        ),
                                    ),
                                    _connector="OR",
                                ),
                                name="supplier_debt_ends_paid",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ExcessChoice",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("payment_ref", models.CharField(max_length=32, unique=True)),
                        ("chosen_by", models.CharField(max_length=120)),
                        ("chosen_at", models.DateTimeField()),
                    ],
                ),
                migrations.CreateModel(
                    name="Credit",
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
                                default=functools.partial(marketplace.core.ids.new_ref, *("crd",)),
                                max_length=32,
                                unique=True,
                            ),
                        ),
                        ("currency", models.CharField(max_length=3)),
                        ("root", models.CharField(max_length=32)),
                        ("payment_ref", models.CharField(max_length=32)),
                        ("provider", models.CharField(max_length=32)),
                        ("amount_minor", models.BigIntegerField()),
                        ("used_minor", models.BigIntegerField(default=0)),
                        ("returned_minor", models.BigIntegerField(default=0)),
                        ("sequence", models.PositiveIntegerField(default=0)),
                        ("posting_key", models.CharField(max_length=200, unique=True)),
                        ("at", models.DateTimeField()),
                        (
                            "company",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.company",
                            ),
                        ),
                    ],
                    options={
                        "indexes": [
                            models.Index(
                                condition=models.Q(
                                    (
                                        "amount_minor__gt",
                                        django.db.models.expressions.CombinedExpression(
                                            models.F("used_minor"), "+", models.F("returned_minor")
                                        ),
                                    )
                                ),
                                fields=["company", "currency"],
                                name="credit_left_by_company",
                            ),
                            models.Index(fields=["payment_ref"], name="credit_by_payment"),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("amount_minor__gt", 0)), name="credit_is_something"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "amount_minor__gte",
                                        django.db.models.expressions.CombinedExpression(
                                            models.F("used_minor"), "+", models.F("returned_minor")
                                        ),
                                    ),
                                    ("returned_minor__gte", 0),
                                    ("used_minor__gte", 0),
                                ),
                                name="credit_used_and_returned_not_above_amount",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="BookedMovement",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("provider", models.CharField(max_length=32)),
                        ("entry_id", models.BigIntegerField(unique=True)),
                        ("kind", models.CharField(max_length=64)),
                        ("posting_key", models.CharField(max_length=200)),
                        ("name", models.CharField(blank=True, max_length=160)),
                        ("currency", models.CharField(max_length=3)),
                        ("amount_minor", models.BigIntegerField()),
                        ("at", models.DateTimeField()),
                        ("recorded_at", models.DateTimeField()),
                    ],
                    options={
                        "indexes": [
                            models.Index(
                                fields=["provider", "currency", "name"], name="booked_movement_by_name"
                            ),
                            models.Index(fields=["provider", "at"], name="booked_movement_by_time"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Incident",
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
                                default=functools.partial(marketplace.core.ids.new_ref, *("inc",)),
                                max_length=32,
                                unique=True,
                            ),
                        ),
                        ("provider", models.CharField(max_length=32)),
                        ("currency", models.CharField(max_length=3)),
                        ("name", models.CharField(max_length=160)),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("missing", "missing at the provider"),
                                    ("extra", "not in our books"),
                                    ("wrong_amount", "another amount"),
                                    ("balance", "the balance is not the sum of the movements"),
                                    ("changed", "a movement was changed afterwards"),
                                ],
                                max_length=16,
                            ),
                        ),
                        ("day", models.DateField()),
                        ("booked_minor", models.BigIntegerField()),
                        ("found_minor", models.BigIntegerField()),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("open", "open"),
                                    ("proposed", "waits for a second officer"),
                                    ("agrees", "agrees by itself"),
                                    ("explained", "explained"),
                                    ("corrected", "corrected by a posting"),
                                    ("written_off", "written off"),
                                ],
                                default="open",
                                max_length=12,
                            ),
                        ),
                        ("opened_at", models.DateTimeField()),
                        ("owner_label", models.CharField(blank=True, max_length=300)),
                        ("proposal", models.PositiveIntegerField(default=0)),
                        (
                            "target",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("fees", "a fee of the provider"),
                                    ("bank", "moved to or from the marketplace's bank account"),
                                    ("suspense", "unexplained for now: to be cleared up"),
                                    ("loss", "written off: borne by the marketplace"),
                                ],
                                max_length=12,
                            ),
                        ),
                        ("proposed_reason", models.TextField(blank=True)),
                        ("approvals_needed", models.PositiveSmallIntegerField(default=0)),
                        ("resolution", models.TextField(blank=True)),
                        ("closed_by", models.CharField(blank=True, max_length=200)),
                        ("ended_at", models.DateTimeField(null=True)),
                        (
                            "owner",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "indexes": [
                            models.Index(
                                condition=models.Q(("state__in", ("open", "proposed"))),
                                fields=["opened_at"],
                                name="incident_waiting",
                            )
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("state__in", ("open", "proposed"))),
                                fields=("provider", "currency", "name"),
                                name="incident_open_once_per_thing",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("ended_at", None), ("state__in", ("open", "proposed"))),
                                    models.Q(
                                        models.Q(("state__in", ("open", "proposed")), _negated=True),
                                        ("ended_at__isnull", False),
                                    ),
                                    _connector="OR",
                                ),
                                name="incident_ended_exactly_when_not_waiting",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("state__in", ["open", "proposed", "agrees"]),
                                    models.Q(("resolution", ""), _negated=True),
                                    _connector="OR",
                                ),
                                name="incident_resolved_says_why",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("state__in", ["corrected", "written_off"]), _negated=True),
                                    models.Q(
                                        models.Q(("closed_by", ""), _negated=True),
                                        models.Q(("target", ""), _negated=True),
                                    ),
                                    _connector="OR",
                                ),
                                name="incident_put_right_names_its_posting",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("booked_minor", models.F("found_minor")), _negated=True),
                                name="incident_is_a_difference",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="IncidentApproval",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("proposal", models.PositiveIntegerField()),
                        ("label", models.CharField(max_length=300)),
                        ("at", models.DateTimeField()),
                        (
                            "incident",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="approvals",
                                to="ta_holds.incident",
                            ),
                        ),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("incident", "proposal", "user"),
                                name="incident_approval_once_per_person",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="IncidentNote",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("at", models.DateTimeField()),
                        ("author", models.CharField(max_length=120)),
                        ("author_label", models.CharField(blank=True, max_length=300)),
                        ("text", models.TextField()),
                        (
                            "incident",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="notes",
                                to="ta_holds.incident",
                            ),
                        ),
                    ],
                ),
                migrations.CreateModel(
                    name="IncidentTransition",
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
                        (
                            "incident",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="transitions",
                                to="ta_holds.incident",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="ProviderMovementRow",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("provider", models.CharField(max_length=32)),
                        ("ref", models.CharField(max_length=120)),
                        ("kind", models.CharField(max_length=24)),
                        ("object_ref", models.CharField(blank=True, max_length=120)),
                        ("subject", models.CharField(blank=True, max_length=120)),
                        ("name", models.CharField(blank=True, max_length=160)),
                        ("named_by_hand", models.BooleanField(default=False)),
                        ("currency", models.CharField(max_length=3)),
                        ("amount_minor", models.BigIntegerField()),
                        ("fee_minor", models.BigIntegerField()),
                        ("at", models.DateTimeField()),
                        ("description", models.CharField(blank=True, max_length=300)),
                        ("recorded_at", models.DateTimeField()),
                        ("fee_booked_at", models.DateTimeField(null=True)),
                    ],
                    options={
                        "indexes": [
                            models.Index(
                                fields=["provider", "currency", "name"], name="provider_movement_by_name"
                            ),
                            models.Index(fields=["provider", "at"], name="provider_movement_by_time"),
                            models.Index(
                                condition=models.Q(
                                    ("fee_booked_at", None),
                                    models.Q(
                                        models.Q(("fee_minor", 0), _negated=True),
                                        ("kind", "fee"),
                                        _connector="OR",
                                    ),
                                ),
                                fields=["provider", "id"],
                                name="provider_movement_fee_waits",
                            ),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("provider", "ref"), name="provider_movement_taken_once"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("fee_minor__gte", 0)),
                                name="provider_movement_fee_not_negative",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ReconciliationDay",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("provider", models.CharField(max_length=32)),
                        ("currency", models.CharField(max_length=3)),
                        ("day", models.DateField()),
                        ("provider_opening_minor", models.BigIntegerField()),
                        ("provider_moved_minor", models.BigIntegerField()),
                        ("provider_closing_minor", models.BigIntegerField()),
                        ("books_opening_minor", models.BigIntegerField()),
                        ("books_moved_minor", models.BigIntegerField()),
                        ("books_closing_minor", models.BigIntegerField()),
                        ("reconciled_at", models.DateTimeField()),
                    ],
                    options={
                        "indexes": [models.Index(fields=["day", "id"], name="reconciliation_day_latest")],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("provider", "currency", "day"), name="reconciliation_day_once"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "books_closing_minor",
                                        django.db.models.expressions.CombinedExpression(
                                            models.F("books_opening_minor"),
                                            "+",
                                            models.F("books_moved_minor"),
                                        ),
                                    ),
                                    (
                                        "provider_closing_minor",
                                        django.db.models.expressions.CombinedExpression(
                                            models.F("provider_opening_minor"),
                                            "+",
                                            models.F("provider_moved_minor"),
                                        ),
                                    ),
                                ),
                                name="reconciliation_day_adds_up",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ReconciliationRun",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("provider", models.CharField(max_length=32)),
                        ("started_at", models.DateTimeField()),
                        ("read_since", models.DateTimeField()),
                        ("read_until", models.DateTimeField()),
                        ("finished_at", models.DateTimeField(null=True)),
                        ("new_movements", models.PositiveIntegerField(default=0)),
                        ("new_bookings", models.PositiveIntegerField(default=0)),
                        ("opened", models.PositiveIntegerField(default=0)),
                        ("closed", models.PositiveIntegerField(default=0)),
                        ("error", models.CharField(blank=True, max_length=300)),
                        ("actor", models.CharField(max_length=120)),
                        ("actor_label", models.CharField(blank=True, max_length=300)),
                    ],
                    options={
                        "indexes": [
                            models.Index(fields=["provider", "-id"], name="reconciliation_run_latest")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PayoutPart",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("ref", models.CharField(max_length=32, unique=True)),
                        ("payment_ref", models.CharField(blank=True, max_length=32)),
                        ("amount_minor", models.BigIntegerField()),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("sent", "sent"),
                                    ("confirmed", "arrived"),
                                    ("failed", "failed, back in the balance"),
                                ],
                                default="sent",
                                max_length=12,
                            ),
                        ),
                        ("transfer_ref", models.CharField(blank=True, max_length=140)),
                        ("reversed_minor", models.BigIntegerField(default=0)),
                        ("refusal", models.CharField(blank=True, max_length=300)),
                        ("ended_at", models.DateTimeField(null=True)),
                        (
                            "payout",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="parts",
                                to="ta_holds.payout",
                            ),
                        ),
                    ],
                    options={
                        "indexes": [models.Index(fields=["payment_ref"], name="payout_part_by_payment")],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("amount_minor__gt", 0)), name="payout_part_pays_something"
                            ),
                            models.UniqueConstraint(
                                fields=("payout", "payment_ref"), name="payout_part_once_per_payment"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("reversed_minor", 0),
                                    models.Q(
                                        ("reversed_minor__gt", 0),
                                        ("reversed_minor__lte", models.F("amount_minor")),
                                        ("state", "confirmed"),
                                    ),
                                    _connector="OR",
                                ),
                                name="payout_part_gives_back_at_most_what_it_paid",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PartTransition",
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
                        (
                            "part",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="transitions",
                                to="ta_holds.payoutpart",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="Reversal",
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
                                default=functools.partial(marketplace.core.ids.new_ref, *("rvs",)),
                                max_length=32,
                                unique=True,
                            ),
                        ),
                        ("chargeback_ref", models.CharField(max_length=32)),
                        ("amount_minor", models.BigIntegerField()),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("asked", "asked for"),
                                    ("done", "taken back"),
                                    ("failed", "could not be taken back"),
                                ],
                                default="asked",
                                max_length=12,
                            ),
                        ),
                        ("refusal", models.CharField(blank=True, max_length=300)),
                        ("asked_at", models.DateTimeField()),
                        ("ended_at", models.DateTimeField(null=True)),
                        (
                            "part",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="reversals",
                                to="ta_holds.payoutpart",
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("amount_minor__gt", 0)), name="reversal_takes_something"
                            ),
                            models.UniqueConstraint(
                                fields=("part", "chargeback_ref"), name="reversal_once_per_chargeback"
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ReversalTransition",
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
                        (
                            "reversal",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="transitions",
                                to="ta_holds.reversal",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="WriteOff",
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
                                default=functools.partial(marketplace.core.ids.new_ref, *("wof",)),
                                max_length=32,
                                unique=True,
                            ),
                        ),
                        ("subject", models.CharField(max_length=32)),
                        ("currency", models.CharField(max_length=3)),
                        ("amount_minor", models.BigIntegerField()),
                        ("reason", models.CharField(max_length=500)),
                        ("first_by_label", models.CharField(max_length=300)),
                        ("first_at", models.DateTimeField()),
                        ("second_by_label", models.CharField(blank=True, max_length=300)),
                        ("needs_second", models.BooleanField()),
                        ("done_at", models.DateTimeField(null=True)),
                        (
                            "first_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "second_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("amount_minor__gt", 0)), name="write_off_is_positive"
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("done_at__isnull", True)),
                                fields=("subject",),
                                name="write_off_open_once",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("done_at__isnull", True),
                                    ("needs_second", False),
                                    models.Q(
                                        ("second_by__isnull", False),
                                        models.Q(("second_by", models.F("first_by")), _negated=True),
                                    ),
                                    _connector="OR",
                                ),
                                name="write_off_needs_two_persons",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ShipmentShare",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("shipment_ref", models.CharField(max_length=32)),
                        ("amount_minor", models.BigIntegerField()),
                        ("released_minor", models.BigIntegerField(default=0)),
                        ("taken_minor", models.BigIntegerField(default=0)),
                        ("allotted_at", models.DateTimeField()),
                        ("due_at", models.DateTimeField(null=True)),
                        (
                            "hold",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="shares",
                                to="ta_holds.hold",
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("hold", "shipment_ref"), name="share_once_per_hold_and_shipment"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("amount_minor__gt", 0)), name="share_is_something"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "amount_minor__gte",
                                        django.db.models.expressions.CombinedExpression(
                                            models.F("released_minor"), "+", models.F("taken_minor")
                                        ),
                                    ),
                                    ("released_minor__gte", 0),
                                    ("taken_minor__gte", 0),
                                ),
                                name="share_moves_not_above_itself",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("released_minor", 0), ("due_at__isnull", False), _connector="OR"
                                ),
                                name="share_released_only_when_due",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="BankMove",
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
                                default=functools.partial(marketplace.core.ids.new_ref, *("mov",)),
                                max_length=32,
                                unique=True,
                            ),
                        ),
                        ("provider", models.CharField(max_length=32)),
                        ("currency", models.CharField(max_length=3)),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("open", "waits for a consent"),
                                    ("agreed", "both sides consent"),
                                    ("done", "moved"),
                                    ("ended", "nothing was left to move"),
                                ],
                                max_length=12,
                            ),
                        ),
                        ("opened_at", models.DateTimeField()),
                        ("amount_minor", models.BigIntegerField(default=0)),
                        ("withdrawal_ref", models.CharField(blank=True, max_length=120)),
                        ("bank_reference", models.CharField(blank=True, max_length=120)),
                        ("line_ref", models.CharField(blank=True, max_length=32)),
                        ("confirmed_by", models.CharField(blank=True, max_length=120)),
                        ("confirmed_by_label", models.CharField(blank=True, max_length=300)),
                        ("ended_at", models.DateTimeField(null=True)),
                        (
                            "order",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="bank_moves",
                                to="orders.order",
                            ),
                        ),
                        (
                            "proof",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="files.storedfile",
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("state__in", ("open", "agreed"))),
                                fields=("order", "provider"),
                                name="bank_move_open_once_per_processor",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("state", "done"), _negated=True),
                                    models.Q(
                                        ("amount_minor__gt", 0),
                                        ("proof__isnull", False),
                                        models.Q(("withdrawal_ref", ""), _negated=True),
                                        models.Q(("bank_reference", ""), _negated=True),
                                    ),
                                    _connector="OR",
                                ),
                                name="bank_move_done_is_proven",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("withdrawal_ref", ""), _negated=True),
                                fields=("provider", "withdrawal_ref"),
                                name="bank_move_once_per_withdrawal",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="BankMoveTransition",
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
                        (
                            "move",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="transitions",
                                to="ta_holds.bankmove",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="MoveConsent",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "side",
                            models.CharField(
                                choices=[("buyer", "the buyer"), ("supplier", "the supplier")], max_length=8
                            ),
                        ),
                        ("text", models.TextField()),
                        ("text_hash", models.CharField(max_length=64)),
                        ("typed_name", models.CharField(max_length=200)),
                        ("given_by", models.CharField(max_length=120)),
                        ("given_by_label", models.CharField(max_length=300)),
                        ("given_at", models.DateTimeField()),
                        ("withdrawn_by_label", models.CharField(blank=True, max_length=300)),
                        ("withdrawn_at", models.DateTimeField(null=True)),
                        (
                            "move",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="consents",
                                to="ta_holds.bankmove",
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("withdrawn_at__isnull", True)),
                                fields=("move", "side"),
                                name="move_consent_stands_once_per_side",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="MovedPart",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("amount_minor", models.BigIntegerField()),
                        ("refunded_minor", models.BigIntegerField(default=0)),
                        (
                            "funding",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="moved_parts",
                                to="ta_holds.funding",
                            ),
                        ),
                        (
                            "move",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="parts",
                                to="ta_holds.bankmove",
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("move", "funding"), name="moved_part_once_per_funding"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("amount_minor__gt", 0),
                                    ("amount_minor__gte", models.F("refunded_minor")),
                                    ("refunded_minor__gte", 0),
                                ),
                                name="moved_part_refunds_not_above_moved",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="SuspenseAssignment",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("reason", models.CharField(max_length=500)),
                        ("first_by_label", models.CharField(max_length=300)),
                        ("first_at", models.DateTimeField()),
                        ("needs_second", models.BooleanField()),
                        ("second_by_label", models.CharField(blank=True, max_length=300)),
                        ("done_at", models.DateTimeField(null=True)),
                        ("dropped_at", models.DateTimeField(null=True)),
                        ("dropped_by_label", models.CharField(blank=True, max_length=300)),
                        (
                            "ref",
                            models.CharField(
                                default=functools.partial(marketplace.core.ids.new_ref, *("asg",)),
                                max_length=32,
                                unique=True,
                            ),
                        ),
                        ("to_supplier_minor", models.BigIntegerField()),
                        ("to_buyer_minor", models.BigIntegerField()),
                        ("to_loss_minor", models.BigIntegerField()),
                        (
                            "case",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="assignments",
                                to="ta_holds.chargebackcase",
                            ),
                        ),
                        (
                            "first_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "second_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("to_buyer_minor__gte", 0),
                                    ("to_loss_minor__gte", 0),
                                    ("to_supplier_minor__gte", 0),
                                    models.Q(
                                        ("to_supplier_minor__gt", 0),
                                        ("to_buyer_minor__gt", 0),
                                        ("to_loss_minor__gt", 0),
                                        _connector="OR",
                                    ),
                                ),
                                name="suspense_assignment_assigns_something",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("done_at__isnull", True), ("dropped_at__isnull", True)),
                                fields=("case",),
                                name="suspense_assignment_open_once",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("done_at__isnull", True),
                                    ("needs_second", False),
                                    models.Q(
                                        ("second_by__isnull", False),
                                        models.Q(("second_by", models.F("first_by")), _negated=True),
                                    ),
                                    _connector="OR",
                                ),
                                name="suspense_assignment_needs_two_persons",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="AgeDecision",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("reason", models.CharField(max_length=500)),
                        ("first_by_label", models.CharField(max_length=300)),
                        ("first_at", models.DateTimeField()),
                        ("needs_second", models.BooleanField()),
                        ("second_by_label", models.CharField(blank=True, max_length=300)),
                        ("done_at", models.DateTimeField(null=True)),
                        ("dropped_at", models.DateTimeField(null=True)),
                        ("dropped_by_label", models.CharField(blank=True, max_length=300)),
                        (
                            "outcome",
                            models.CharField(
                                choices=[
                                    ("release", "release it to the supplier"),
                                    ("refund", "refund it to the buyer"),
                                ],
                                max_length=8,
                            ),
                        ),
                        ("amount_minor", models.BigIntegerField()),
                        (
                            "first_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "hold",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="age_decisions",
                                to="ta_holds.hold",
                            ),
                        ),
                        (
                            "second_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("amount_minor__gt", 0)),
                                name="age_decision_moves_something",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("done_at__isnull", True), ("dropped_at__isnull", True)),
                                fields=("hold",),
                                name="age_decision_open_once",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("done_at__isnull", True),
                                    ("needs_second", False),
                                    models.Q(
                                        ("second_by__isnull", False),
                                        models.Q(("second_by", models.F("first_by")), _negated=True),
                                    ),
                                    _connector="OR",
                                ),
                                name="age_decision_needs_two_persons",
                            ),
                        ],
                    },
                ),
            ],
        ),
        migrations.RunSQL(
            sql=(SQL / "0001_squashed_guards.sql").read_text(encoding="utf-8"),
            reverse_sql=(SQL / "0001_squashed_guards_reverse.sql").read_text(encoding="utf-8"),
        ),
        migrations.RunSQL(
            sql=(SQL / "0012_plain_releases.sql").read_text(encoding="utf-8"),
            reverse_sql=(SQL / "0012_plain_releases_reverse.sql").read_text(encoding="utf-8"),
        ),
    ]

import functools

import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models

import marketplace.core.ids


class Migration(migrations.Migration):
    """What chargebacks do to a trade, what suppliers owe, and what is kept back from them."""

    dependencies = [
        ("accounts", "0002_company_keeps_an_owner"),
        ("orders", "0003_payment_schedules"),
        ("ta_holds", "0004_changed_accounts_and_returned_payouts"),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
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
            ],
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
            ],
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
            ],
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
                        choices=[("reserve", "reserve"), ("chargeback", "a chargeback that is not decided")],
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
            ],
            options={
                "verbose_name_plural": "kept back",
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
            ],
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
            ],
        ),
        migrations.RemoveConstraint(
            model_name="funding",
            name="hold_funding_refunded_not_above_paid",
        ),
        migrations.RemoveConstraint(
            model_name="holdmovement",
            name="hold_movement_commission_only_on_release",
        ),
        migrations.AddField(
            model_name="funding",
            name="charged_back_minor",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddConstraint(
            model_name="funding",
            constraint=models.CheckConstraint(
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
        ),
        migrations.AddConstraint(
            model_name="holdmovement",
            constraint=models.CheckConstraint(
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
        ),
        migrations.AddField(
            model_name="chargebackcase",
            name="order",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="chargebacks", to="orders.order"
            ),
        ),
        migrations.AddField(
            model_name="casetransition",
            name="case",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="transitions",
                to="ta_holds.chargebackcase",
            ),
        ),
        migrations.AddField(
            model_name="chargebackpart",
            name="case",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="parts",
                to="ta_holds.chargebackcase",
            ),
        ),
        migrations.AddField(
            model_name="chargebackpart",
            name="hold",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="chargeback_parts",
                to="ta_holds.hold",
            ),
        ),
        migrations.AddField(
            model_name="keptback",
            name="company",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.company"
            ),
        ),
        migrations.AddField(
            model_name="reservechange",
            name="company",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.company"
            ),
        ),
        migrations.AddConstraint(
            model_name="supplieraccount",
            constraint=models.CheckConstraint(
                condition=models.Q(("reserve_bps__lte", 10000)), name="reserve_not_above_all"
            ),
        ),
        migrations.AddConstraint(
            model_name="supplieraccount",
            constraint=models.CheckConstraint(
                condition=models.Q(("reserve_bps", 0), ("reserve_days__gte", 1), _connector="OR"),
                name="reserve_ends_some_day",
            ),
        ),
        migrations.AddField(
            model_name="supplierdebt",
            name="company",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.company"
            ),
        ),
        migrations.AddField(
            model_name="debtpayment",
            name="debt",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="payments",
                to="ta_holds.supplierdebt",
            ),
        ),
        migrations.AddIndex(
            model_name="chargebackcase",
            index=models.Index(
                condition=models.Q(("state", "open")), fields=["opened_at"], name="chargeback_case_open"
            ),
        ),
        migrations.AddConstraint(
            model_name="chargebackcase",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_minor__gt", 0)), name="chargeback_case_is_positive"
            ),
        ),
        migrations.AddConstraint(
            model_name="chargebackcase",
            constraint=models.CheckConstraint(
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
        ),
        migrations.AddConstraint(
            model_name="chargebackcase",
            constraint=models.CheckConstraint(
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
                                                models.F("covered_minor"), "+", models.F("from_held_minor")
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
        ),
        migrations.AddConstraint(
            model_name="chargebackpart",
            constraint=models.UniqueConstraint(fields=("case", "hold"), name="chargeback_part_once_per_hold"),
        ),
        migrations.AddConstraint(
            model_name="chargebackpart",
            constraint=models.CheckConstraint(
                condition=models.Q(("frozen_minor__gte", 0), ("frozen_minor__lte", models.F("target_minor"))),
                name="chargeback_part_freezes_not_above_target",
            ),
        ),
        migrations.AddIndex(
            model_name="keptback",
            index=models.Index(
                condition=models.Q(("ended_at__isnull", True)),
                fields=["company", "currency"],
                name="kept_back_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="keptback",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_minor__gt", 0)), name="kept_back_keeps_something"
            ),
        ),
        migrations.AddConstraint(
            model_name="keptback",
            constraint=models.CheckConstraint(
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
        ),
        migrations.AddConstraint(
            model_name="keptback",
            constraint=models.CheckConstraint(
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
        ),
        migrations.AddIndex(
            model_name="reservechange",
            index=models.Index(fields=["company", "-id"], name="reserve_change_by_company"),
        ),
        migrations.AddIndex(
            model_name="supplierdebt",
            index=models.Index(
                condition=models.Q(("ended_at__isnull", True)),
                fields=["company", "currency"],
                name="supplier_debt_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="supplierdebt",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_minor__gt", 0)), name="supplier_debt_is_positive"
            ),
        ),
        migrations.AddConstraint(
            model_name="supplierdebt",
            constraint=models.CheckConstraint(
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
        ),
        migrations.AddConstraint(
            model_name="supplierdebt",
            constraint=models.CheckConstraint(
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
        ),
        migrations.AddConstraint(
            model_name="debtpayment",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_minor__gt", 0)), name="debt_payment_pays_something"
            ),
        ),
    ]

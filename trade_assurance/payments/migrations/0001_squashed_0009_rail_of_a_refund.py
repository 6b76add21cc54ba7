import functools

import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models

import marketplace.core.ids
from marketplace.core.schema import CreateModels


class Migration(migrations.Migration):
    """Payments, refunds, payouts, batches and statements as migrations 0001 to 0009 left them."""

    initial = True

    replaces = [
        ("ta_payments", "0001_initial"),
        ("ta_payments", "0002_kinds_of_operations"),
        ("ta_payments", "0003_sandbox_scenarios"),
        ("ta_payments", "0004_long_addresses_of_hosted_pages"),
        ("ta_payments", "0005_chargebacks"),
        ("ta_payments", "0006_bank_batches_and_statements"),
        ("ta_payments", "0007_registrations"),
        ("ta_payments", "0008_method_and_refund_window"),
        ("ta_payments", "0009_rail_of_a_refund"),
    ]

    dependencies = [
        ("accounts", "0002_company_keeps_an_owner"),
        ("files", "0001_initial"),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        CreateModels(
            models=[
                migrations.CreateModel(
                    name="SandboxFault",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("call", models.CharField(max_length=16)),
                        ("mode", models.CharField(max_length=24)),
                        ("created_at", models.DateTimeField()),
                        ("request_key", models.CharField(blank=True, max_length=120)),
                    ],
                ),
                migrations.CreateModel(
                    name="Payment",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("ref", models.CharField(max_length=32, unique=True)),
                        ("provider", models.CharField(max_length=32)),
                        ("subject", models.CharField(max_length=64)),
                        ("root", models.CharField(max_length=64)),
                        ("description", models.CharField(max_length=300)),
                        ("currency", models.CharField(max_length=3)),
                        ("amount_minor", models.BigIntegerField()),
                        ("received_minor", models.BigIntegerField(default=0)),
                        ("refunded_minor", models.BigIntegerField(default=0)),
                        ("receipts", models.PositiveIntegerField(default=0)),
                        ("reference", models.CharField(blank=True, max_length=20)),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("started", "waiting for the payment"),
                                    ("processing", "processing"),
                                    ("partly_funded", "partly paid"),
                                    ("succeeded", "paid"),
                                    ("failed", "failed"),
                                    ("expired", "expired"),
                                    ("reversed", "reversed"),
                                ],
                                default="started",
                                max_length=16,
                            ),
                        ),
                        ("provider_ref", models.CharField(blank=True, max_length=120)),
                        ("next_action_url", models.CharField(blank=True, max_length=2000)),
                        ("return_url", models.CharField(max_length=500)),
                        ("decline_code", models.CharField(blank=True, max_length=64)),
                        ("started_by", models.CharField(max_length=120)),
                        ("started_by_label", models.CharField(blank=True, max_length=300)),
                        ("started_at", models.DateTimeField()),
                        ("succeeded_at", models.DateTimeField(blank=True, null=True)),
                        ("expires_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "payer",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.company",
                            ),
                        ),
                        ("charged_back_minor", models.BigIntegerField(default=0)),
                        ("disputed_minor", models.BigIntegerField(default=0)),
                        ("method", models.CharField(blank=True, max_length=32)),
                        ("refundable_until", models.DateTimeField(blank=True, null=True)),
                    ],
                    options={
                        "indexes": [
                            models.Index(fields=["subject"], name="payment_by_subject"),
                            models.Index(fields=["root"], name="payment_by_root"),
                            models.Index(
                                condition=models.Q(("state__in", ["started", "processing", "partly_funded"])),
                                fields=["provider", "started_at"],
                                name="payment_open",
                            ),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("amount_minor__gt", 0)), name="payment_asks_for_something"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("received_minor__gte", 0)),
                                name="payment_received_not_negative",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("refunded_minor__gte", 0),
                                    ("refunded_minor__lte", models.F("received_minor")),
                                ),
                                name="payment_refunded_not_above_received",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("state", "succeeded"), _negated=True),
                                    models.Q(
                                        ("received_minor__gte", models.F("amount_minor")),
                                        ("succeeded_at__isnull", False),
                                    ),
                                    _connector="OR",
                                ),
                                name="payment_succeeded_is_fully_received",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "state__in",
                                        [
                                            "started",
                                            "processing",
                                            "partly_funded",
                                            "succeeded",
                                            "failed",
                                            "expired",
                                            "reversed",
                                        ],
                                    )
                                ),
                                name="payment_state_is_known",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("reference", ""), _negated=True),
                                fields=("reference",),
                                name="payment_reference_once",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("provider_ref", ""), _negated=True),
                                fields=("provider", "provider_ref"),
                                name="payment_once_per_provider_object",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("charged_back_minor__gte", 0),
                                    ("disputed_minor__gte", 0),
                                    (
                                        "received_minor__gte",
                                        django.db.models.expressions.CombinedExpression(
                                            models.F("disputed_minor"), "+", models.F("charged_back_minor")
                                        ),
                                    ),
                                ),
                                name="payment_charged_back_not_above_received",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="BankReceipt",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("amount_minor", models.BigIntegerField()),
                        ("received_on", models.DateField()),
                        ("bank_reference", models.CharField(max_length=120)),
                        ("sender", models.CharField(blank=True, max_length=200)),
                        ("recorded_by", models.CharField(max_length=120)),
                        ("recorded_by_label", models.CharField(blank=True, max_length=300)),
                        ("recorded_at", models.DateTimeField()),
                        (
                            "proof",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="files.storedfile",
                            ),
                        ),
                        (
                            "payment",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="bank_receipts",
                                to="ta_payments.payment",
                            ),
                        ),
                        (
                            "statement_line",
                            models.OneToOneField(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="receipt",
                                to="ta_payments.bankstatementline",
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("amount_minor__gt", 0)), name="bank_receipt_is_positive"
                            ),
                            models.UniqueConstraint(
                                fields=("payment", "bank_reference"),
                                name="bank_receipt_once_per_statement_line",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PaymentTransition",
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
                            "payment",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="transitions",
                                to="ta_payments.payment",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="ProviderOperation",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("provider", models.CharField(max_length=32)),
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
                        ("root", models.CharField(max_length=64)),
                        ("currency", models.CharField(max_length=3)),
                        ("amount_minor", models.BigIntegerField()),
                        ("params", models.JSONField(default=dict)),
                        ("environment", models.CharField(max_length=16)),
                        ("attempt", models.PositiveIntegerField(default=1)),
                        ("calls", models.PositiveIntegerField(default=0)),
                        (
                            "state",
                            models.CharField(
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
                        ("provider_ref", models.CharField(blank=True, max_length=120)),
                        ("outcome", models.JSONField(default=dict)),
                        ("created_by", models.CharField(max_length=120)),
                        ("created_at", models.DateTimeField()),
                        ("sent_at", models.DateTimeField(blank=True, null=True)),
                        ("ended_at", models.DateTimeField(blank=True, null=True)),
                        ("wake_at", models.DateTimeField(blank=True, null=True)),
                        ("leased_until", models.DateTimeField(blank=True, null=True)),
                        ("bank_reference", models.CharField(blank=True, max_length=120)),
                        (
                            "payee",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.company",
                            ),
                        ),
                        (
                            "proof",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="files.storedfile",
                            ),
                        ),
                    ],
                    options={
                        "indexes": [
                            models.Index(
                                condition=models.Q(("wake_at__isnull", False)),
                                fields=["wake_at"],
                                name="operation_due",
                            ),
                            models.Index(fields=["subject"], name="operation_by_subject"),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("amount_minor__gte", 0)),
                                name="operation_amount_not_negative",
                            ),
                            models.UniqueConstraint(
                                fields=("kind", "subject"), name="operation_once_per_kind_and_subject"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "state__in",
                                        [
                                            "created",
                                            "sent",
                                            "unknown",
                                            "pending",
                                            "done",
                                            "declined",
                                            "refused",
                                            "returned",
                                        ],
                                    )
                                ),
                                name="operation_state_is_known",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("state__in", ("done", "declined", "refused", "returned")),
                                        _negated=True,
                                    ),
                                    models.Q(("ended_at__isnull", False), ("wake_at", None)),
                                    _connector="OR",
                                ),
                                name="operation_final_is_not_looked_at",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="OperationTransition",
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
                            "operation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="transitions",
                                to="ta_payments.provideroperation",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="OperationAttempt",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("step", models.CharField(max_length=12)),
                        ("key", models.CharField(max_length=120)),
                        ("called_at", models.DateTimeField()),
                        ("answered_at", models.DateTimeField(blank=True, null=True)),
                        ("answer", models.CharField(blank=True, max_length=12)),
                        ("detail", models.CharField(blank=True, max_length=500)),
                        (
                            "operation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="attempts",
                                to="ta_payments.provideroperation",
                            ),
                        ),
                    ],
                    options={
                        "indexes": [
                            models.Index(fields=["operation", "id"], name="operation_attempt_in_order")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Refund",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("ref", models.CharField(max_length=32, unique=True)),
                        ("amount_minor", models.BigIntegerField()),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("requested", "requested"),
                                    ("sent", "under way"),
                                    ("unknown", "not known yet"),
                                    ("confirmed", "arrived"),
                                    ("failed", "failed"),
                                ],
                                default="requested",
                                max_length=12,
                            ),
                        ),
                        ("reason", models.CharField(blank=True, max_length=300)),
                        ("requested_by", models.CharField(max_length=120)),
                        ("requested_at", models.DateTimeField()),
                        ("bank_reference", models.CharField(blank=True, max_length=120)),
                        ("ended_at", models.DateTimeField(blank=True, null=True)),
                        ("failure", models.CharField(blank=True, max_length=300)),
                        (
                            "payment",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="refunds",
                                to="ta_payments.payment",
                            ),
                        ),
                        (
                            "proof",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="files.storedfile",
                            ),
                        ),
                        (
                            "retry_of",
                            models.OneToOneField(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="retried_by",
                                to="ta_payments.refund",
                            ),
                        ),
                        ("provider", models.CharField(max_length=32)),
                    ],
                    options={
                        "indexes": [
                            models.Index(
                                condition=models.Q(("state__in", ["requested", "sent", "unknown"])),
                                fields=["requested_at"],
                                name="refund_open",
                            )
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("amount_minor__gt", 0)), name="refund_is_positive"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("state__in", ["requested", "sent", "unknown", "confirmed", "failed"])
                                ),
                                name="refund_state_is_known",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="RefundTransition",
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
                            "refund",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="transitions",
                                to="ta_payments.refund",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="ReviewItem",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("provider", models.CharField(max_length=32)),
                        ("subject", models.CharField(max_length=120)),
                        ("reason", models.CharField(max_length=64)),
                        ("text", models.CharField(max_length=500)),
                        ("details", models.JSONField(default=dict)),
                        ("opened_at", models.DateTimeField()),
                        ("resolved_at", models.DateTimeField(blank=True, null=True)),
                        ("resolved_by", models.CharField(blank=True, max_length=120)),
                        ("resolved_by_label", models.CharField(blank=True, max_length=300)),
                        ("note", models.TextField(blank=True)),
                    ],
                    options={
                        "indexes": [
                            models.Index(
                                condition=models.Q(("resolved_at__isnull", True)),
                                fields=["opened_at"],
                                name="review_item_waiting",
                            )
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("resolved_at__isnull", True)),
                                fields=("provider", "subject", "reason"),
                                name="review_item_open_once",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="SandboxDelivery",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("event_id", models.CharField(max_length=32, unique=True)),
                        ("body", models.TextField()),
                        ("created_at", models.DateTimeField()),
                        ("wake_at", models.DateTimeField(blank=True, null=True)),
                        ("attempts", models.PositiveIntegerField(default=0)),
                        ("delivered_at", models.DateTimeField(blank=True, null=True)),
                        ("last_error", models.CharField(blank=True, max_length=300)),
                        ("copies", models.PositiveIntegerField(default=1)),
                        ("forged", models.BooleanField(default=False)),
                    ],
                    options={
                        "verbose_name_plural": "sandbox deliveries",
                        "indexes": [
                            models.Index(
                                condition=models.Q(("delivered_at__isnull", True)),
                                fields=["wake_at"],
                                name="sandbox_delivery_waiting",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="SandboxObject",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("ref", models.CharField(max_length=32, unique=True)),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("session", "session"),
                                    ("refund", "refund"),
                                    ("payout", "payout"),
                                    ("reversal", "reversal"),
                                    ("account", "account"),
                                    ("chargeback", "chargeback"),
                                ],
                                max_length=12,
                            ),
                        ),
                        ("request_key", models.CharField(max_length=120, unique=True)),
                        ("request_hash", models.CharField(max_length=64)),
                        ("trade", models.CharField(max_length=64)),
                        ("metadata", models.JSONField(default=dict)),
                        ("currency", models.CharField(max_length=3)),
                        ("amount_minor", models.BigIntegerField()),
                        ("received_minor", models.BigIntegerField(default=0)),
                        ("description", models.CharField(blank=True, max_length=300)),
                        ("return_url", models.CharField(blank=True, max_length=500)),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("open", "open"),
                                    ("authentication", "authentication"),
                                    ("processing", "processing"),
                                    ("partly_paid", "partly paid"),
                                    ("paid", "paid"),
                                    ("failed", "failed"),
                                    ("expired", "expired"),
                                    ("done", "done"),
                                    ("incomplete", "incomplete"),
                                    ("active", "active"),
                                    ("restricted", "restricted"),
                                    ("inquiry", "inquiry"),
                                    ("under_review", "under review"),
                                    ("won", "won"),
                                    ("lost", "lost"),
                                    ("closed", "closed"),
                                ],
                                max_length=16,
                            ),
                        ),
                        ("code", models.CharField(blank=True, max_length=64)),
                        ("settles_at", models.DateTimeField(blank=True, null=True)),
                        ("settles_as", models.CharField(blank=True, max_length=16)),
                        ("expires_at", models.DateTimeField(blank=True, null=True)),
                        ("created_at", models.DateTimeField()),
                        (
                            "parent",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="parts",
                                to="ta_payments.sandboxobject",
                            ),
                        ),
                        ("appears_at", models.DateTimeField(blank=True, null=True)),
                        ("details", models.JSONField(blank=True, default=dict)),
                    ],
                    options={
                        "indexes": [
                            models.Index(
                                condition=models.Q(("settles_at__isnull", False)),
                                fields=["settles_at"],
                                name="sandbox_object_settling",
                            )
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("amount_minor__gt", 0), ("kind", "account"), _connector="OR"
                                ),
                                name="sandbox_amount_is_positive",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="WebhookEvent",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("provider", models.CharField(max_length=32)),
                        ("event_id", models.CharField(max_length=120)),
                        ("kind", models.CharField(max_length=64)),
                        ("object_kind", models.CharField(max_length=16)),
                        ("object_ref", models.CharField(max_length=120)),
                        ("payload", models.TextField()),
                        ("received_at", models.DateTimeField()),
                        ("processed_at", models.DateTimeField(blank=True, null=True)),
                        ("outcome", models.CharField(blank=True, max_length=200)),
                        ("attempts", models.PositiveIntegerField(default=0)),
                        ("wake_at", models.DateTimeField(blank=True, null=True)),
                        ("last_error", models.CharField(blank=True, max_length=500)),
                    ],
                    options={
                        "indexes": [
                            models.Index(
                                condition=models.Q(("processed_at__isnull", True)),
                                fields=["wake_at"],
                                name="webhook_event_waiting",
                            )
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("provider", "event_id"), name="webhook_event_once_per_provider"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="SandboxMovement",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("ref", models.CharField(max_length=32, unique=True)),
                        ("kind", models.CharField(max_length=24)),
                        ("currency", models.CharField(max_length=3)),
                        ("amount_minor", models.BigIntegerField()),
                        ("fee_minor", models.BigIntegerField(default=0)),
                        ("description", models.CharField(blank=True, max_length=300)),
                        ("at", models.DateTimeField()),
                        (
                            "thing",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="movements",
                                to="ta_payments.sandboxobject",
                            ),
                        ),
                    ],
                    options={
                        "indexes": [models.Index(fields=["at", "id"], name="sandbox_movement_in_order")],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("fee_minor__gte", 0)), name="sandbox_fee_not_negative"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Chargeback",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("ref", models.CharField(max_length=32, unique=True)),
                        ("provider", models.CharField(max_length=32)),
                        ("provider_ref", models.CharField(max_length=120)),
                        ("currency", models.CharField(max_length=3)),
                        ("amount_minor", models.BigIntegerField()),
                        ("fee_currency", models.CharField(max_length=3)),
                        ("fee_minor", models.BigIntegerField(default=0)),
                        ("fee_turns", models.PositiveIntegerField(default=0)),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("inquiry", "the bank asks"),
                                    ("open", "opened, evidence is awaited"),
                                    ("under_review", "the bank decides"),
                                    ("won", "won"),
                                    ("lost", "lost"),
                                    ("closed", "ended without a chargeback"),
                                ],
                                max_length=16,
                            ),
                        ),
                        ("reason", models.CharField(blank=True, max_length=64)),
                        ("taken", models.BooleanField(default=False)),
                        ("turns", models.PositiveIntegerField(default=0)),
                        ("evidence_due_at", models.DateTimeField(blank=True, null=True)),
                        ("opened_at", models.DateTimeField()),
                        ("ended_at", models.DateTimeField(blank=True, null=True)),
                        ("read_at", models.DateTimeField()),
                        ("wake_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "payment",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="chargebacks",
                                to="ta_payments.payment",
                            ),
                        ),
                    ],
                    options={
                        "indexes": [
                            models.Index(
                                condition=models.Q(("wake_at__isnull", False)),
                                fields=["wake_at"],
                                name="chargeback_due",
                            )
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("provider", "provider_ref"),
                                name="chargeback_once_per_provider_object",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("amount_minor__gt", 0)), name="chargeback_is_positive"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("fee_minor__gte", 0)), name="chargeback_fee_not_negative"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "state__in",
                                        ["inquiry", "open", "under_review", "won", "lost", "closed"],
                                    )
                                ),
                                name="chargeback_state_is_known",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ChargebackTransition",
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
                            "chargeback",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="transitions",
                                to="ta_payments.chargeback",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                    },
                ),
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
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("account_number", "currency"), name="bank_account_once_per_currency"
                            )
                        ],
                    },
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
                        (
                            "account",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="statements",
                                to="ta_payments.bankaccount",
                            ),
                        ),
                        (
                            "file",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="files.storedfile",
                            ),
                        ),
                    ],
                    options={
                        "indexes": [
                            models.Index(fields=["account", "to_on"], name="statement_by_account_and_day")
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("state__in", ["needs_layout", "read", "taken", "discarded"])
                                ),
                                name="statement_state_is_known",
                            )
                        ],
                    },
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
                        (
                            "account",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="lines",
                                to="ta_payments.bankaccount",
                            ),
                        ),
                        (
                            "operation",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="bank_lines",
                                to="ta_payments.provideroperation",
                            ),
                        ),
                        (
                            "payment",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="bank_lines",
                                to="ta_payments.payment",
                            ),
                        ),
                        (
                            "statement",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="lines",
                                to="ta_payments.bankstatement",
                            ),
                        ),
                        (
                            "batch",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="bank_lines",
                                to="ta_payments.payoutbatch",
                            ),
                        ),
                    ],
                    options={
                        "indexes": [
                            models.Index(
                                condition=models.Q(("state__in", ("unmatched", "noted", "returning"))),
                                fields=["id"],
                                name="bank_line_in_suspense",
                            ),
                            models.Index(
                                fields=["account", "booked_on", "amount_minor"],
                                name="bank_line_by_day_and_amount",
                            ),
                            models.Index(fields=["bank_reference"], name="bank_line_by_bank_reference"),
                        ],
                        "constraints": [
                            models.CheckConstraint(
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
                            models.CheckConstraint(
                                condition=models.Q(("amount_minor", 0), _negated=True),
                                name="bank_line_moves_something",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("state__in", ("read", "repeated")), _negated=True),
                                fields=("account", "fingerprint"),
                                name="bank_line_taken_once",
                            ),
                            models.UniqueConstraint(
                                fields=("statement", "position"), name="bank_line_has_its_place"
                            ),
                        ],
                    },
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
                        (
                            "line",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="transitions",
                                to="ta_payments.bankstatementline",
                            ),
                        ),
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
                        (
                            "statement",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="transitions",
                                to="ta_payments.bankstatement",
                            ),
                        ),
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
                        (
                            "account",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="batches",
                                to="ta_payments.bankaccount",
                            ),
                        ),
                    ],
                    options={
                        "indexes": [models.Index(fields=["state", "id"], name="batch_by_state")],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("state__in", ["open", "exported", "rejected", "cancelled"])
                                ),
                                name="batch_state_is_known",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("total_minor__gte", 0)), name="batch_pays_something"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("approvals_needed__gte", 1), ("approvals_needed__lte", 2)
                                ),
                                name="batch_needs_one_or_two_approvals",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("state__in", ["open", "cancelled"]),
                                    models.Q(
                                        ("approvals_given__gte", models.F("approvals_needed")),
                                        ("exported_at__isnull", False),
                                    ),
                                    _connector="OR",
                                ),
                                name="batch_leaves_only_with_all_approvals",
                            ),
                        ],
                    },
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
                        (
                            "batch",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="approvals",
                                to="ta_payments.payoutbatch",
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("batch", "person"), name="batch_approval_once_per_person"
                            )
                        ],
                    },
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
                        (
                            "batch",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="exports",
                                to="ta_payments.payoutbatch",
                            ),
                        ),
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
                        (
                            "batch",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="lines",
                                to="ta_payments.payoutbatch",
                            ),
                        ),
                        (
                            "operation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="batch_lines",
                                to="ta_payments.provideroperation",
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("amount_minor__gt", 0)), name="batch_line_pays_something"
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("released_at__isnull", True)),
                                fields=("operation",),
                                name="batch_line_once_while_it_stands",
                            ),
                        ],
                    },
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
                        (
                            "batch",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="transitions",
                                to="ta_payments.payoutbatch",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="Registration",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("provider", models.CharField(max_length=32)),
                        ("account_ref", models.CharField(blank=True, max_length=120)),
                        ("next_action_url", models.CharField(blank=True, max_length=2000)),
                        ("can_receive", models.BooleanField(default=False)),
                        ("missing", models.JSONField(default=list)),
                        ("reason", models.CharField(blank=True, max_length=300)),
                        ("started_by", models.CharField(max_length=120)),
                        ("started_at", models.DateTimeField()),
                        ("read_at", models.DateTimeField(blank=True, null=True)),
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
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("company", "provider"), name="registration_once_per_rail"
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("account_ref", ""), _negated=True),
                                fields=("provider", "account_ref"),
                                name="registration_once_per_account",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("can_receive", False),
                                    models.Q(("account_ref", ""), _negated=True),
                                    _connector="OR",
                                ),
                                name="registration_able_has_an_account",
                            ),
                        ],
                    },
                ),
            ],
        ),
    ]

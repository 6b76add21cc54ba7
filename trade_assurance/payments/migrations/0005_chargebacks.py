import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models


class Migration(migrations.Migration):
    """Chargebacks of payments, and what they took of each payment."""

    dependencies = [
        ("accounts", "0002_company_keeps_an_owner"),
        ("ta_payments", "0004_long_addresses_of_hosted_pages"),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
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
            ],
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
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AddField(
            model_name="payment",
            name="charged_back_minor",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="payment",
            name="disputed_minor",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.CheckConstraint(
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
        ),
        migrations.AddField(
            model_name="chargeback",
            name="payment",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="chargebacks",
                to="ta_payments.payment",
            ),
        ),
        migrations.AddField(
            model_name="chargebacktransition",
            name="chargeback",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="transitions",
                to="ta_payments.chargeback",
            ),
        ),
        migrations.AddIndex(
            model_name="chargeback",
            index=models.Index(
                condition=models.Q(("wake_at__isnull", False)), fields=["wake_at"], name="chargeback_due"
            ),
        ),
        migrations.AddConstraint(
            model_name="chargeback",
            constraint=models.UniqueConstraint(
                fields=("provider", "provider_ref"), name="chargeback_once_per_provider_object"
            ),
        ),
        migrations.AddConstraint(
            model_name="chargeback",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_minor__gt", 0)), name="chargeback_is_positive"
            ),
        ),
        migrations.AddConstraint(
            model_name="chargeback",
            constraint=models.CheckConstraint(
                condition=models.Q(("fee_minor__gte", 0)), name="chargeback_fee_not_negative"
            ),
        ),
        migrations.AddConstraint(
            model_name="chargeback",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["inquiry", "open", "under_review", "won", "lost", "closed"])
                ),
                name="chargeback_state_is_known",
            ),
        ),
    ]

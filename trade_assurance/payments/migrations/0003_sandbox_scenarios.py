import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """What the sandbox needs for accounts, reversals, chargebacks, its own books and mishaps of webhooks."""

    dependencies = [
        ("ta_payments", "0002_kinds_of_operations"),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
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
            ],
        ),
        migrations.RemoveConstraint(
            model_name="sandboxobject",
            name="sandbox_amount_is_positive",
        ),
        migrations.AddField(
            model_name="sandboxdelivery",
            name="copies",
            field=models.PositiveIntegerField(default=1),
        ),
        migrations.AddField(
            model_name="sandboxdelivery",
            name="forged",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="sandboxfault",
            name="request_key",
            field=models.CharField(blank=True, max_length=120),
        ),
        migrations.AddField(
            model_name="sandboxobject",
            name="appears_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="sandboxobject",
            name="details",
            field=models.JSONField(blank=True, default=dict),
        ),
        migrations.AlterField(
            model_name="sandboxfault",
            name="mode",
            field=models.CharField(max_length=24),
        ),
        migrations.AlterField(
            model_name="sandboxobject",
            name="kind",
            field=models.CharField(
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
        migrations.AlterField(
            model_name="sandboxobject",
            name="status",
            field=models.CharField(
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
        migrations.AddConstraint(
            model_name="sandboxobject",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_minor__gt", 0), ("kind", "account"), _connector="OR"),
                name="sandbox_amount_is_positive",
            ),
        ),
        migrations.AddField(
            model_name="sandboxmovement",
            name="thing",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="movements",
                to="ta_payments.sandboxobject",
            ),
        ),
        migrations.AddIndex(
            model_name="sandboxmovement",
            index=models.Index(fields=["at", "id"], name="sandbox_movement_in_order"),
        ),
        migrations.AddConstraint(
            model_name="sandboxmovement",
            constraint=models.CheckConstraint(
                condition=models.Q(("fee_minor__gte", 0)), name="sandbox_fee_not_negative"
            ),
        ),
    ]

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Suppliers as the rails know them that register whom they pay."""

    dependencies = [
        ("accounts", "0002_company_keeps_an_owner"),
        ("ta_payments", "0006_bank_batches_and_statements"),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
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
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.company"
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
    ]

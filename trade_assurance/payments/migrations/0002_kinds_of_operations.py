from django.db import migrations, models


class Migration(migrations.Migration):
    """Reversals, registrations of suppliers and evidence as kinds of operations."""

    dependencies = [
        ("ta_payments", "0001_initial"),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
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
                ],
                max_length=12,
            ),
        ),
    ]

from django.db import migrations, models


class Migration(migrations.Migration):
    """How a payment was paid, and until when that way takes money back."""

    dependencies = [
        ("ta_payments", "0007_registrations"),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        migrations.AddField(
            model_name="payment",
            name="method",
            field=models.CharField(blank=True, max_length=32),
        ),
        migrations.AddField(
            model_name="payment",
            name="refundable_until",
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]

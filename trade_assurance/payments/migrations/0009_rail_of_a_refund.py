from django.db import migrations, models


class Migration(migrations.Migration):
    """A refund says by which rail it goes: money that was moved to the bank goes back from there."""

    dependencies = [
        ("ta_payments", "0008_method_and_refund_window"),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        migrations.AddField(
            model_name="refund",
            name="provider",
            field=models.CharField(default="", max_length=32),
            preserve_default=False,
        ),
        migrations.RunSQL(
            "UPDATE ta_payments_refund r SET provider = p.provider "
            "FROM ta_payments_payment p WHERE p.id = r.payment_id",
            migrations.RunSQL.noop,
        ),
    ]

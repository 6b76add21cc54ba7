from django.db import migrations, models


class Migration(migrations.Migration):
    """Processors' hosted pages have addresses of more than 500 characters."""

    dependencies = [
        ("ta_payments", "0003_sandbox_scenarios"),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="payment",
            name="next_action_url",
            field=models.CharField(blank=True, max_length=2000),
        ),
    ]

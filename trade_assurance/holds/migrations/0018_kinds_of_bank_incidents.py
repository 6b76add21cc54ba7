from django.db import migrations, models


class Migration(migrations.Migration):
    """Differences may lie in the bank's statements themselves: one missing, two that disagree, a sum, silence."""

    dependencies = [
        ("ta_holds", "0017_plain_without_addenda"),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="incident",
            name="kind",
            field=models.CharField(
                choices=[
                    ("missing", "missing at the provider"),
                    ("extra", "not in our books"),
                    ("wrong_amount", "another amount"),
                    ("balance", "the balance is not the sum of the movements"),
                    ("changed", "a movement was changed afterwards"),
                    ("gap", "a statement is missing"),
                    ("overlap", "two statements do not agree"),
                    ("sum", "a statement does not add up"),
                    ("silent", "no statement for days"),
                ],
                max_length=16,
            ),
        ),
    ]

from django.db import migrations, models


class Migration(migrations.Migration):
    """A proposed change of the contract may lapse with its order."""

    dependencies = [
        ("orders", "0007_money_lost_for_goods_to_come"),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="addendum",
            name="state",
            field=models.CharField(
                choices=[
                    ("proposed", "waits for an answer"),
                    ("accepted", "agreed"),
                    ("declined", "declined"),
                    ("withdrawn", "withdrawn"),
                    ("expired", "not answered in time"),
                    ("lapsed", "lapsed with the order"),
                ],
                default="proposed",
                max_length=12,
            ),
        ),
    ]

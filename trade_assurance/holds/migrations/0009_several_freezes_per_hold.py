import django.db.models.expressions
from django.db import migrations, models


class Migration(migrations.Migration):
    """Several claims at a time: a freeze per claim and hold, for one shipment or the order, less what a chargeback took."""

    dependencies = [
        ("ta_holds", "0008_reconciliation"),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        migrations.RemoveConstraint(
            model_name="freeze",
            name="hold_has_one_freeze_at_a_time",
        ),
        migrations.RemoveConstraint(
            model_name="freeze",
            name="hold_freeze_moves_not_above_frozen",
        ),
        migrations.AddField(
            model_name="freeze",
            name="shipment_ref",
            field=models.CharField(blank=True, default="", max_length=32),
        ),
        migrations.AddField(
            model_name="freeze",
            name="taken_minor",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AlterField(
            model_name="freeze",
            name="subject",
            field=models.CharField(max_length=32),
        ),
        migrations.AddIndex(
            model_name="freeze",
            index=models.Index(fields=["subject"], name="hold_freeze_by_claim"),
        ),
        migrations.AddConstraint(
            model_name="freeze",
            constraint=models.UniqueConstraint(fields=("hold", "subject"), name="hold_freeze_once_per_claim"),
        ),
        migrations.AddConstraint(
            model_name="freeze",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "amount_minor__gte",
                        django.db.models.expressions.CombinedExpression(
                            django.db.models.expressions.CombinedExpression(
                                models.F("taken_minor"), "+", models.F("refunded_minor")
                            ),
                            "+",
                            models.F("released_minor"),
                        ),
                    ),
                    ("refunded_minor__gte", 0),
                    ("released_minor__gte", 0),
                    ("taken_minor__gte", 0),
                ),
                name="hold_freeze_moves_not_above_frozen",
            ),
        ),
    ]

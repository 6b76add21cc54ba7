import django.db.models.expressions
from django.db import migrations, models


class Migration(migrations.Migration):
    """A part of a payout that had arrived may come back by itself; the payout counts what came back."""

    dependencies = [
        ("accounts", "0002_company_keeps_an_owner"),
        ("ta_holds", "0014_moves_to_the_bank"),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        migrations.RemoveConstraint(
            model_name="payout",
            name="payout_gives_back_at_most_what_it_paid",
        ),
        migrations.RemoveConstraint(
            model_name="payoutpart",
            name="payout_part_gives_back_at_most_what_it_paid",
        ),
        migrations.AddField(
            model_name="payoutpart",
            name="returned_minor",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AlterField(
            model_name="payoutpart",
            name="state",
            field=models.CharField(
                choices=[
                    ("sent", "sent"),
                    ("confirmed", "arrived"),
                    ("failed", "failed, back in the balance"),
                    ("returned", "came back, in the balance again"),
                ],
                default="sent",
                max_length=12,
            ),
        ),
        migrations.AddConstraint(
            model_name="payout",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("returned_minor", 0),
                    models.Q(
                        ("returned_minor__gt", 0),
                        ("returned_minor__lte", models.F("amount_minor")),
                        ("state__in", ["sent", "confirmed", "returned"]),
                    ),
                    _connector="OR",
                ),
                name="payout_gives_back_at_most_what_it_paid",
            ),
        ),
        migrations.AddConstraint(
            model_name="payoutpart",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("returned_minor", 0), ("reversed_minor", 0)),
                    models.Q(
                        (
                            "amount_minor__gte",
                            django.db.models.expressions.CombinedExpression(
                                models.F("reversed_minor"), "+", models.F("returned_minor")
                            ),
                        ),
                        ("returned_minor__gte", 0),
                        ("reversed_minor__gte", 0),
                        ("state__in", ["confirmed", "returned"]),
                    ),
                    _connector="OR",
                ),
                name="payout_part_gives_back_at_most_what_it_paid",
            ),
        ),
    ]

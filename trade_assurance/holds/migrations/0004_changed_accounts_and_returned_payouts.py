from django.db import migrations, models

STEPS = """
DROP TRIGGER payout_step ON ta_holds_payout;
CREATE TRIGGER payout_step BEFORE UPDATE OF state ON ta_holds_payout FOR EACH ROW
    EXECUTE FUNCTION ta_holds_guard_step('requested>approved', 'requested>rejected', 'approved>sent',
                                         'sent>confirmed', 'sent>failed', 'confirmed>returned');
"""
STEPS_BEFORE = """
DROP TRIGGER payout_step ON ta_holds_payout;
CREATE TRIGGER payout_step BEFORE UPDATE OF state ON ta_holds_payout FOR EACH ROW
    EXECUTE FUNCTION ta_holds_guard_step('requested>approved', 'requested>rejected', 'approved>sent',
                                         'sent>confirmed', 'sent>failed');
"""


class Migration(migrations.Migration):
    """When a payout account was replaced, why two must approve, and what a bank sent back after all was confirmed."""

    dependencies = [
        ("accounts", "0002_company_keeps_an_owner"),
        ("ta_holds", "0003_fund_by_when_due"),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        migrations.RemoveConstraint(
            model_name="payout",
            name="payout_turned_down_says_why",
        ),
        migrations.AddField(
            model_name="payout",
            name="returned_minor",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="payout",
            name="second_because",
            field=models.CharField(
                blank=True,
                choices=[
                    ("amount", "The amount is above the limit for one approval."),
                    ("account_changed", "The account it goes to was changed a short time before."),
                ],
                max_length=16,
            ),
        ),
        migrations.AddField(
            model_name="payoutaccount",
            name="replaced_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AlterField(
            model_name="payout",
            name="state",
            field=models.CharField(
                choices=[
                    ("requested", "waiting for approval"),
                    ("approved", "approved"),
                    ("rejected", "rejected"),
                    ("sent", "sent"),
                    ("confirmed", "arrived"),
                    ("failed", "failed"),
                    ("returned", "returned by the bank"),
                ],
                default="requested",
                max_length=12,
            ),
        ),
        migrations.AddConstraint(
            model_name="payout",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["rejected", "failed", "returned"]), _negated=True),
                    models.Q(("refusal", ""), _negated=True),
                    _connector="OR",
                ),
                name="payout_turned_down_says_why",
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
                        ("state", "returned"),
                    ),
                    _connector="OR",
                ),
                name="payout_gives_back_at_most_what_it_paid",
            ),
        ),
        migrations.RunSQL(STEPS, STEPS_BEFORE),
    ]

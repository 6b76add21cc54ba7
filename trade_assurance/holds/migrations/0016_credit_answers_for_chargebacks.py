import django.db.models.expressions
from django.db import migrations, models

CREDIT = """
CREATE OR REPLACE FUNCTION ta_holds_guard_credit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.company_id <> OLD.company_id OR NEW.currency <> OLD.currency OR NEW.root <> OLD.root
       OR NEW.payment_ref <> OLD.payment_ref OR NEW.amount_minor <> OLD.amount_minor%s
       OR NEW.used_minor < OLD.used_minor OR NEW.returned_minor < OLD.returned_minor OR NEW.sequence < OLD.sequence THEN
        RAISE EXCEPTION 'what became of a credit never un-happens'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'credit_sums_only_grow';
    END IF;
    RETURN NEW;
END $$;
"""
TAKEN = " OR NEW.taken_minor < OLD.taken_minor"


class Migration(migrations.Migration):
    """A chargeback takes what its payment left as the buyer's credit; what was taken never un-happens."""

    dependencies = [
        ("accounts", "0002_company_keeps_an_owner"),
        ("orders", "0007_money_lost_for_goods_to_come"),
        ("ta_holds", "0015_parts_of_payouts_that_come_back"),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        migrations.RemoveConstraint(
            model_name="chargebackcase",
            name="chargeback_case_no_part_is_negative",
        ),
        migrations.RemoveConstraint(
            model_name="chargebackcase",
            name="chargeback_case_lost_is_borne_in_full",
        ),
        migrations.RemoveConstraint(
            model_name="credit",
            name="credit_used_and_returned_not_above_amount",
        ),
        migrations.RemoveIndex(
            model_name="credit",
            name="credit_left_by_company",
        ),
        migrations.AddField(
            model_name="chargebackcase",
            name="from_credit_minor",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="credit",
            name="taken_minor",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddIndex(
            model_name="credit",
            index=models.Index(
                condition=models.Q(
                    (
                        "amount_minor__gt",
                        django.db.models.expressions.CombinedExpression(
                            django.db.models.expressions.CombinedExpression(
                                models.F("used_minor"), "+", models.F("returned_minor")
                            ),
                            "+",
                            models.F("taken_minor"),
                        ),
                    )
                ),
                fields=["company", "currency"],
                name="credit_left_by_company",
            ),
        ),
        migrations.AddConstraint(
            model_name="chargebackcase",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("covered_minor__gte", 0),
                    ("from_credit_minor__gte", 0),
                    ("from_held_minor__gte", 0),
                    ("from_commission_minor__gte", 0),
                    ("from_kept_minor__gte", 0),
                    ("from_balance_minor__gte", 0),
                    ("to_debt_minor__gte", 0),
                    ("unexplained_minor__gte", 0),
                ),
                name="chargeback_case_no_part_is_negative",
            ),
        ),
        migrations.AddConstraint(
            model_name="chargebackcase",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "lost"), _negated=True),
                    (
                        "amount_minor",
                        django.db.models.expressions.CombinedExpression(
                            django.db.models.expressions.CombinedExpression(
                                django.db.models.expressions.CombinedExpression(
                                    django.db.models.expressions.CombinedExpression(
                                        django.db.models.expressions.CombinedExpression(
                                            django.db.models.expressions.CombinedExpression(
                                                django.db.models.expressions.CombinedExpression(
                                                    models.F("covered_minor"),
                                                    "+",
                                                    models.F("from_credit_minor"),
                                                ),
                                                "+",
                                                models.F("from_held_minor"),
                                            ),
                                            "+",
                                            models.F("from_commission_minor"),
                                        ),
                                        "+",
                                        models.F("from_kept_minor"),
                                    ),
                                    "+",
                                    models.F("from_balance_minor"),
                                ),
                                "+",
                                models.F("to_debt_minor"),
                            ),
                            "+",
                            models.F("unexplained_minor"),
                        ),
                    ),
                    _connector="OR",
                ),
                name="chargeback_case_lost_is_borne_in_full",
            ),
        ),
        migrations.AddConstraint(
            model_name="credit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "amount_minor__gte",
                        django.db.models.expressions.CombinedExpression(
                            django.db.models.expressions.CombinedExpression(
                                models.F("used_minor"), "+", models.F("returned_minor")
                            ),
                            "+",
                            models.F("taken_minor"),
                        ),
                    ),
                    ("returned_minor__gte", 0),
                    ("taken_minor__gte", 0),
                    ("used_minor__gte", 0),
                ),
                name="credit_used_and_returned_not_above_amount",
            ),
        ),
        migrations.RunSQL(CREDIT % TAKEN, CREDIT % ""),
    ]

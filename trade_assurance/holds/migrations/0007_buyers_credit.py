"""A buyer's credit from over-payments, with the payment each part of it came by; its sums only grow."""

import functools

import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models

import marketplace.core.ids

GUARDS = """
UPDATE ta_holds_funding f SET root = o.ref
FROM ta_holds_hold h JOIN orders_order o ON o.id = h.order_id WHERE h.id = f.hold_id AND f.root = '';

CREATE FUNCTION ta_holds_guard_credit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.company_id <> OLD.company_id OR NEW.currency <> OLD.currency OR NEW.root <> OLD.root
       OR NEW.payment_ref <> OLD.payment_ref OR NEW.amount_minor <> OLD.amount_minor
       OR NEW.used_minor < OLD.used_minor OR NEW.returned_minor < OLD.returned_minor OR NEW.sequence < OLD.sequence THEN
        RAISE EXCEPTION 'what became of a credit never un-happens'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'credit_sums_only_grow';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER credit_sums BEFORE UPDATE ON ta_holds_credit FOR EACH ROW EXECUTE FUNCTION ta_holds_guard_credit();
CREATE TRIGGER credit_stays BEFORE DELETE ON ta_holds_credit FOR EACH ROW EXECUTE FUNCTION ta_holds_append_only();
"""

UNDO = """
DROP TRIGGER credit_stays ON ta_holds_credit;
DROP TRIGGER credit_sums ON ta_holds_credit;
DROP FUNCTION ta_holds_guard_credit();
"""


class Migration(migrations.Migration):
    """What a buyer keeps with the marketplace."""

    dependencies = [
        ("accounts", "0002_company_keeps_an_owner"),
        ("ta_holds", "0006_guards_of_chargebacks"),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        migrations.CreateModel(
            name="ExcessChoice",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("payment_ref", models.CharField(max_length=32, unique=True)),
                ("chosen_by", models.CharField(max_length=120)),
                ("chosen_at", models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name="funding",
            name="root",
            field=models.CharField(default="", max_length=32),
            preserve_default=False,
        ),
        migrations.CreateModel(
            name="Credit",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "ref",
                    models.CharField(
                        default=functools.partial(marketplace.core.ids.new_ref, "crd"),
                        max_length=32,
                        unique=True,
                    ),
                ),
                ("currency", models.CharField(max_length=3)),
                ("root", models.CharField(max_length=32)),
                ("payment_ref", models.CharField(max_length=32)),
                ("provider", models.CharField(max_length=32)),
                ("amount_minor", models.BigIntegerField()),
                ("used_minor", models.BigIntegerField(default=0)),
                ("returned_minor", models.BigIntegerField(default=0)),
                ("sequence", models.PositiveIntegerField(default=0)),
                ("posting_key", models.CharField(max_length=200, unique=True)),
                ("at", models.DateTimeField()),
                (
                    "company",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.company"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(
                            (
                                "amount_minor__gt",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("used_minor"), "+", models.F("returned_minor")
                                ),
                            )
                        ),
                        fields=["company", "currency"],
                        name="credit_left_by_company",
                    ),
                    models.Index(fields=["payment_ref"], name="credit_by_payment"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount_minor__gt", 0)), name="credit_is_something"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "amount_minor__gte",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("used_minor"), "+", models.F("returned_minor")
                                ),
                            ),
                            ("returned_minor__gte", 0),
                            ("used_minor__gte", 0),
                        ),
                        name="credit_used_and_returned_not_above_amount",
                    ),
                ],
            },
        ),
        migrations.RunSQL(GUARDS, UNDO),
    ]

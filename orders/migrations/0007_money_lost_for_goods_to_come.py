from django.db import migrations, models

DEPARTURE = """
CREATE OR REPLACE FUNCTION orders_refuse_departure() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT %s FROM orders_order o WHERE o.id = NEW.order_id) THEN
        RAISE EXCEPTION 'shipment_leaves_only_when_cleared: shipment %% waits for the buyer''s money', NEW.ref
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
"""
HELD = "o.cleared_to_ship_at IS NULL OR o.lost_minor > o.lost_accepted_minor"


class Migration(migrations.Migration):
    """What a chargeback took of money that goods wait for keeps them from leaving until the supplier goes on."""

    dependencies = [
        ("accounts", "0002_company_keeps_an_owner"),
        ("orders", "0006_shares_weights_and_addenda"),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        migrations.AddField(
            model_name="order",
            name="lost_accepted_minor",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="order",
            name="lost_minor",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("lost_accepted_minor__gte", 0), ("lost_minor__gte", models.F("lost_accepted_minor"))
                ),
                name="order_goes_on_without_no_more_than_was_lost",
            ),
        ),
        migrations.RunSQL(DEPARTURE % HELD, DEPARTURE % "o.cleared_to_ship_at IS NULL"),
    ]

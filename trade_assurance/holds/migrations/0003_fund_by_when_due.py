"""Several milestones: a due moment that is not known yet, a due amount that may shrink, no shipping before all is paid."""

from django.db import migrations, models

GUARDS = """
CREATE OR REPLACE FUNCTION ta_holds_guard_sums() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.order_id <> OLD.order_id OR NEW.milestone_id <> OLD.milestone_id OR NEW.currency <> OLD.currency
       OR NEW.ref <> OLD.ref OR NEW.commission_bps <> OLD.commission_bps THEN
        RAISE EXCEPTION 'what a hold is for never changes'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'hold_is_for_one_milestone';
    END IF;
    -- never below what was paid: hold_funded_not_above_due
    IF NEW.amount_minor <> OLD.amount_minor
       AND NOT (OLD.state = 'awaiting_funds' AND NEW.amount_minor < OLD.amount_minor) THEN
        RAISE EXCEPTION 'what is due only shrinks, and only before it is paid'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'hold_due_only_shrinks_before_it_is_paid';
    END IF;
    IF NEW.funded_minor < OLD.funded_minor OR NEW.released_minor < OLD.released_minor
       OR NEW.refunded_minor < OLD.refunded_minor OR NEW.charged_back_minor < OLD.charged_back_minor
       OR NEW.commission_minor < OLD.commission_minor OR NEW.sequence < OLD.sequence THEN
        RAISE EXCEPTION 'what has moved out of or into a hold never shrinks'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'hold_sums_only_grow';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION ta_holds_guard_clearance() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM ta_holds_hold h JOIN orders_milestone m ON m.id = h.milestone_id
               WHERE h.order_id = NEW.id AND h.state = 'awaiting_funds' AND m.kind = 'scheduled') THEN
        RAISE EXCEPTION 'order % may not ship: a milestone waits for its money', NEW.ref
            USING ERRCODE = 'check_violation', CONSTRAINT = 'order_ships_only_when_paid';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER order_ships_only_when_paid BEFORE UPDATE OF cleared_to_ship_at ON orders_order FOR EACH ROW
    WHEN (OLD.cleared_to_ship_at IS NULL AND NEW.cleared_to_ship_at IS NOT NULL)
    EXECUTE FUNCTION ta_holds_guard_clearance();
"""

UNDO = """
DROP TRIGGER order_ships_only_when_paid ON orders_order;
DROP FUNCTION ta_holds_guard_clearance();
"""


class Migration(migrations.Migration):
    """What several milestones of one order need."""

    dependencies = [("orders", "0003_payment_schedules"), ("ta_holds", "0002_guards")]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="hold",
            name="fund_by",
            field=models.DateTimeField(null=True),
        ),
        migrations.RunSQL(GUARDS, UNDO),
    ]

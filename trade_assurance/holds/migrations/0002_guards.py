"""What PostgreSQL itself refuses about holds and payouts: impossible steps, lost history, shrinking sums."""

from django.db import migrations

STEP_FUNCTION = """
CREATE FUNCTION ta_holds_guard_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- TG_ARGV: the allowed steps, each as 'from>to'
    IF NEW.state IS DISTINCT FROM OLD.state AND NOT (OLD.state || '>' || NEW.state) = ANY (TG_ARGV) THEN
        RAISE EXCEPTION '% has no step from % to %', TG_TABLE_NAME, OLD.state, NEW.state
            USING ERRCODE = 'check_violation', CONSTRAINT = TG_TABLE_NAME || '_step_is_in_the_table';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION ta_holds_guard_sums() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.order_id <> OLD.order_id OR NEW.milestone_id <> OLD.milestone_id OR NEW.currency <> OLD.currency
       OR NEW.ref <> OLD.ref OR NEW.amount_minor <> OLD.amount_minor OR NEW.commission_bps <> OLD.commission_bps THEN
        RAISE EXCEPTION 'what a hold is for never changes'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'hold_is_for_one_milestone';
    END IF;
    IF NEW.funded_minor < OLD.funded_minor OR NEW.released_minor < OLD.released_minor
       OR NEW.refunded_minor < OLD.refunded_minor OR NEW.charged_back_minor < OLD.charged_back_minor
       OR NEW.commission_minor < OLD.commission_minor OR NEW.sequence < OLD.sequence THEN
        RAISE EXCEPTION 'what has moved out of or into a hold never shrinks'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'hold_sums_only_grow';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION ta_holds_guard_birth() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- TG_ARGV[0]: the first state
    IF NEW.state <> TG_ARGV[0] THEN
        RAISE EXCEPTION '% begins as %', TG_TABLE_NAME, TG_ARGV[0]
            USING ERRCODE = 'check_violation', CONSTRAINT = TG_TABLE_NAME || '_begins_at_the_beginning';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION ta_holds_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% of % is refused: this is history', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'check_violation', CONSTRAINT = TG_TABLE_NAME || '_is_history';
END $$;

CREATE TRIGGER hold_step BEFORE UPDATE OF state ON ta_holds_hold FOR EACH ROW
    EXECUTE FUNCTION ta_holds_guard_step('awaiting_funds>held', 'awaiting_funds>lapsed', 'held>settled');
CREATE TRIGGER hold_sums BEFORE UPDATE ON ta_holds_hold FOR EACH ROW EXECUTE FUNCTION ta_holds_guard_sums();
CREATE TRIGGER hold_birth BEFORE INSERT ON ta_holds_hold FOR EACH ROW
    EXECUTE FUNCTION ta_holds_guard_birth('awaiting_funds');
CREATE TRIGGER hold_stays BEFORE DELETE ON ta_holds_hold FOR EACH ROW EXECUTE FUNCTION ta_holds_append_only();
CREATE TRIGGER hold_movement_history BEFORE UPDATE OR DELETE ON ta_holds_holdmovement FOR EACH ROW
    EXECUTE FUNCTION ta_holds_append_only();
CREATE TRIGGER hold_transition_history BEFORE UPDATE OR DELETE ON ta_holds_holdtransition FOR EACH ROW
    EXECUTE FUNCTION ta_holds_append_only();
CREATE TRIGGER hold_funding_stays BEFORE DELETE ON ta_holds_funding FOR EACH ROW
    EXECUTE FUNCTION ta_holds_append_only();
CREATE TRIGGER hold_freeze_stays BEFORE DELETE ON ta_holds_freeze FOR EACH ROW
    EXECUTE FUNCTION ta_holds_append_only();

CREATE TRIGGER payout_step BEFORE UPDATE OF state ON ta_holds_payout FOR EACH ROW
    EXECUTE FUNCTION ta_holds_guard_step('requested>approved', 'requested>rejected', 'approved>sent',
                                         'sent>confirmed', 'sent>failed');
CREATE TRIGGER payout_birth BEFORE INSERT ON ta_holds_payout FOR EACH ROW
    EXECUTE FUNCTION ta_holds_guard_birth('requested');
CREATE TRIGGER payout_stays BEFORE DELETE ON ta_holds_payout FOR EACH ROW EXECUTE FUNCTION ta_holds_append_only();
CREATE TRIGGER payout_transition_history BEFORE UPDATE OR DELETE ON ta_holds_payouttransition FOR EACH ROW
    EXECUTE FUNCTION ta_holds_append_only();
CREATE TRIGGER payout_approval_history BEFORE UPDATE OR DELETE ON ta_holds_payoutapproval FOR EACH ROW
    EXECUTE FUNCTION ta_holds_append_only();
"""

UNDO = """
DROP TRIGGER payout_approval_history ON ta_holds_payoutapproval;
DROP TRIGGER payout_transition_history ON ta_holds_payouttransition;
DROP TRIGGER payout_stays ON ta_holds_payout;
DROP TRIGGER payout_birth ON ta_holds_payout;
DROP TRIGGER payout_step ON ta_holds_payout;
DROP TRIGGER hold_freeze_stays ON ta_holds_freeze;
DROP TRIGGER hold_funding_stays ON ta_holds_funding;
DROP TRIGGER hold_transition_history ON ta_holds_holdtransition;
DROP TRIGGER hold_movement_history ON ta_holds_holdmovement;
DROP TRIGGER hold_stays ON ta_holds_hold;
DROP TRIGGER hold_birth ON ta_holds_hold;
DROP TRIGGER hold_sums ON ta_holds_hold;
DROP TRIGGER hold_step ON ta_holds_hold;
DROP FUNCTION ta_holds_append_only();
DROP FUNCTION ta_holds_guard_birth();
DROP FUNCTION ta_holds_guard_sums();
DROP FUNCTION ta_holds_guard_step();
"""


class Migration(migrations.Migration):
    dependencies = [("ta_holds", "0001_initial")]
    operations = [migrations.RunSQL(STEP_FUNCTION, UNDO)]

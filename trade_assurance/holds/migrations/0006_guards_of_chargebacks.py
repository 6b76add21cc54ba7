"""What PostgreSQL itself refuses about chargebacks, debts and reserves; and the one step in which released shrinks."""

from django.db import migrations

_SUMS = """
CREATE OR REPLACE FUNCTION ta_holds_guard_sums() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    -- A lost chargeback takes back what was released: released shrinks by what charged back grows, beside what is
    -- taken out of held money. Nothing comes in or goes to the buyer in the same step, and it is one movement.
    v_taken_back boolean := NEW.released_minor < OLD.released_minor
        AND NEW.charged_back_minor - OLD.charged_back_minor
            = (OLD.released_minor - NEW.released_minor) + (OLD.held_minor - NEW.held_minor)
        AND NEW.held_minor <= OLD.held_minor
        AND NEW.funded_minor = OLD.funded_minor
        AND NEW.refunded_minor = OLD.refunded_minor
        AND NEW.commission_minor <= OLD.commission_minor
        AND OLD.commission_minor - NEW.commission_minor <= OLD.released_minor - NEW.released_minor
        AND NEW.sequence = OLD.sequence + 1;
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
    IF NEW.funded_minor < OLD.funded_minor OR NEW.refunded_minor < OLD.refunded_minor
       OR NEW.charged_back_minor < OLD.charged_back_minor OR NEW.sequence < OLD.sequence
       OR ((NEW.released_minor < OLD.released_minor OR NEW.commission_minor < OLD.commission_minor)
           AND NOT v_taken_back) THEN
        RAISE EXCEPTION 'what has moved out of or into a hold never shrinks'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'hold_sums_only_grow';
    END IF;
    RETURN NEW;
END $$;
"""
_SUMS_BEFORE = """
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
"""
_GUARDS = """
CREATE FUNCTION ta_holds_guard_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.company_id <> OLD.company_id OR NEW.currency <> OLD.currency OR NEW.amount_minor <> OLD.amount_minor
       OR NEW.taken_minor < OLD.taken_minor OR NEW.returned_minor < OLD.returned_minor THEN
        RAISE EXCEPTION 'what was kept back, and what became of it, only grows'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'kept_back_only_grows';
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION ta_holds_guard_debt() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.company_id <> OLD.company_id OR NEW.currency <> OLD.currency OR NEW.amount_minor <> OLD.amount_minor
       OR NEW.cause <> OLD.cause OR NEW.paid_minor < OLD.paid_minor
       OR NEW.written_off_minor < OLD.written_off_minor THEN
        RAISE EXCEPTION 'a debt, and what was paid of it, only grows'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'supplier_debt_only_grows';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER kept_back_sums BEFORE UPDATE ON ta_holds_keptback FOR EACH ROW EXECUTE FUNCTION ta_holds_guard_kept();
CREATE TRIGGER kept_back_stays BEFORE DELETE ON ta_holds_keptback FOR EACH ROW
    EXECUTE FUNCTION ta_holds_append_only();
CREATE TRIGGER supplier_debt_sums BEFORE UPDATE ON ta_holds_supplierdebt FOR EACH ROW
    EXECUTE FUNCTION ta_holds_guard_debt();
CREATE TRIGGER supplier_debt_stays BEFORE DELETE ON ta_holds_supplierdebt FOR EACH ROW
    EXECUTE FUNCTION ta_holds_append_only();
CREATE TRIGGER debt_payment_history BEFORE UPDATE OR DELETE ON ta_holds_debtpayment FOR EACH ROW
    EXECUTE FUNCTION ta_holds_append_only();
CREATE TRIGGER reserve_change_history BEFORE UPDATE OR DELETE ON ta_holds_reservechange FOR EACH ROW
    EXECUTE FUNCTION ta_holds_append_only();
CREATE TRIGGER chargeback_case_step BEFORE UPDATE OF state ON ta_holds_chargebackcase FOR EACH ROW
    EXECUTE FUNCTION ta_holds_guard_step('open>won', 'open>lost', 'won>open', 'lost>overturned', 'overturned>open');
CREATE TRIGGER chargeback_case_birth BEFORE INSERT ON ta_holds_chargebackcase FOR EACH ROW
    EXECUTE FUNCTION ta_holds_guard_birth('open');
CREATE TRIGGER chargeback_case_stays BEFORE DELETE ON ta_holds_chargebackcase FOR EACH ROW
    EXECUTE FUNCTION ta_holds_append_only();
CREATE TRIGGER case_transition_history BEFORE UPDATE OR DELETE ON ta_holds_casetransition FOR EACH ROW
    EXECUTE FUNCTION ta_holds_append_only();
CREATE TRIGGER chargeback_part_stays BEFORE DELETE ON ta_holds_chargebackpart FOR EACH ROW
    EXECUTE FUNCTION ta_holds_append_only();
"""
_UNDO = """
DROP TRIGGER chargeback_part_stays ON ta_holds_chargebackpart;
DROP TRIGGER case_transition_history ON ta_holds_casetransition;
DROP TRIGGER chargeback_case_stays ON ta_holds_chargebackcase;
DROP TRIGGER chargeback_case_birth ON ta_holds_chargebackcase;
DROP TRIGGER chargeback_case_step ON ta_holds_chargebackcase;
DROP TRIGGER reserve_change_history ON ta_holds_reservechange;
DROP TRIGGER debt_payment_history ON ta_holds_debtpayment;
DROP TRIGGER supplier_debt_stays ON ta_holds_supplierdebt;
DROP TRIGGER supplier_debt_sums ON ta_holds_supplierdebt;
DROP TRIGGER kept_back_stays ON ta_holds_keptback;
DROP TRIGGER kept_back_sums ON ta_holds_keptback;
DROP FUNCTION ta_holds_guard_debt();
DROP FUNCTION ta_holds_guard_kept();
"""


class Migration(migrations.Migration):
    """Guards of chargebacks, debts and reserves."""

    dependencies = [("ta_holds", "0005_chargebacks_debts_and_reserves")]
    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        migrations.RunSQL(_SUMS, _SUMS_BEFORE),
        migrations.RunSQL(_GUARDS, _UNDO),
    ]

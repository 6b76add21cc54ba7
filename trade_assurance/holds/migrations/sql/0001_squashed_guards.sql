-- What PostgreSQL itself refuses about holds, payouts, chargebacks, debts, credit, reconciliation and moves to the bank:
-- impossible steps, lost history, sums that shrink.

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

CREATE FUNCTION ta_holds_guard_clearance() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM ta_holds_hold h JOIN orders_milestone m ON m.id = h.milestone_id
               WHERE h.order_id = NEW.id AND h.state = 'awaiting_funds' AND m.kind = 'scheduled') THEN
        RAISE EXCEPTION 'order % may not ship: a milestone waits for its money', NEW.ref
            USING ERRCODE = 'check_violation', CONSTRAINT = 'order_ships_only_when_paid';
    END IF;
    RETURN NEW;
END $$;

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

CREATE FUNCTION ta_holds_guard_share() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.hold_id <> OLD.hold_id OR NEW.shipment_ref <> OLD.shipment_ref OR NEW.amount_minor <> OLD.amount_minor
       OR NEW.released_minor < OLD.released_minor OR NEW.taken_minor < OLD.taken_minor
       OR (OLD.due_at IS NOT NULL AND NEW.due_at IS DISTINCT FROM OLD.due_at) THEN
        RAISE EXCEPTION 'what a share was allotted, and that it is due, never changes'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'share_only_ever_moves_on';
    END IF;
    RETURN NEW;
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

CREATE TRIGGER payout_birth BEFORE INSERT ON ta_holds_payout FOR EACH ROW
    EXECUTE FUNCTION ta_holds_guard_birth('requested');
CREATE TRIGGER payout_stays BEFORE DELETE ON ta_holds_payout FOR EACH ROW EXECUTE FUNCTION ta_holds_append_only();
CREATE TRIGGER payout_step BEFORE UPDATE OF state ON ta_holds_payout FOR EACH ROW
    EXECUTE FUNCTION ta_holds_guard_step('requested>approved', 'requested>rejected', 'approved>sent',
                                         'approved>rejected', 'approved>withdrawn',
                                         'sent>confirmed', 'sent>failed', 'confirmed>returned');

CREATE TRIGGER payout_transition_history BEFORE UPDATE OR DELETE ON ta_holds_payouttransition FOR EACH ROW
    EXECUTE FUNCTION ta_holds_append_only();

CREATE TRIGGER payout_approval_history BEFORE UPDATE OR DELETE ON ta_holds_payoutapproval FOR EACH ROW
    EXECUTE FUNCTION ta_holds_append_only();

CREATE TRIGGER order_ships_only_when_paid BEFORE UPDATE OF cleared_to_ship_at ON orders_order FOR EACH ROW
    WHEN (OLD.cleared_to_ship_at IS NULL AND NEW.cleared_to_ship_at IS NOT NULL)
    EXECUTE FUNCTION ta_holds_guard_clearance();

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

CREATE TRIGGER credit_sums BEFORE UPDATE ON ta_holds_credit FOR EACH ROW EXECUTE FUNCTION ta_holds_guard_credit();
CREATE TRIGGER credit_stays BEFORE DELETE ON ta_holds_credit FOR EACH ROW EXECUTE FUNCTION ta_holds_append_only();

CREATE TRIGGER incident_step BEFORE UPDATE OF state ON ta_holds_incident FOR EACH ROW
    EXECUTE FUNCTION ta_holds_guard_step('open>proposed', 'open>agrees', 'open>explained', 'open>corrected',
                                         'open>written_off', 'proposed>open', 'proposed>agrees',
                                         'proposed>corrected', 'proposed>written_off');
CREATE TRIGGER incident_birth BEFORE INSERT ON ta_holds_incident FOR EACH ROW
    EXECUTE FUNCTION ta_holds_guard_birth('open');
CREATE TRIGGER incident_stays BEFORE DELETE ON ta_holds_incident FOR EACH ROW EXECUTE FUNCTION ta_holds_append_only();

CREATE TRIGGER incident_transition_history BEFORE UPDATE OR DELETE ON ta_holds_incidenttransition FOR EACH ROW
    EXECUTE FUNCTION ta_holds_append_only();

CREATE TRIGGER incident_note_history BEFORE UPDATE OR DELETE ON ta_holds_incidentnote FOR EACH ROW
    EXECUTE FUNCTION ta_holds_append_only();

CREATE TRIGGER incident_approval_history BEFORE UPDATE OR DELETE ON ta_holds_incidentapproval FOR EACH ROW
    EXECUTE FUNCTION ta_holds_append_only();

CREATE TRIGGER booked_movement_history BEFORE UPDATE OR DELETE ON ta_holds_bookedmovement FOR EACH ROW
    EXECUTE FUNCTION ta_holds_append_only();

CREATE TRIGGER provider_movement_stays BEFORE DELETE ON ta_holds_providermovementrow FOR EACH ROW
    EXECUTE FUNCTION ta_holds_append_only();
-- What a line says is the provider's word: only what it is about and that its fee was booked may be added.
CREATE TRIGGER provider_movement_history
    BEFORE UPDATE OF provider, ref, kind, object_ref, subject, currency, amount_minor, fee_minor, at, recorded_at
    ON ta_holds_providermovementrow FOR EACH ROW EXECUTE FUNCTION ta_holds_append_only();

CREATE TRIGGER hold_share_stays BEFORE DELETE ON ta_holds_shipmentshare FOR EACH ROW
    EXECUTE FUNCTION ta_holds_append_only();
CREATE TRIGGER hold_share_sums BEFORE UPDATE ON ta_holds_shipmentshare FOR EACH ROW
    EXECUTE FUNCTION ta_holds_guard_share();

CREATE TRIGGER bank_move_step BEFORE UPDATE OF state ON ta_holds_bankmove FOR EACH ROW
    EXECUTE FUNCTION ta_holds_guard_step('open>agreed', 'open>ended', 'agreed>open', 'agreed>done', 'agreed>ended');
CREATE TRIGGER bank_move_stays BEFORE DELETE ON ta_holds_bankmove FOR EACH ROW
    EXECUTE FUNCTION ta_holds_append_only();

CREATE TRIGGER moved_part_stays BEFORE DELETE ON ta_holds_movedpart FOR EACH ROW
    EXECUTE FUNCTION ta_holds_append_only();

CREATE TRIGGER move_consent_stays BEFORE DELETE ON ta_holds_moveconsent FOR EACH ROW
    EXECUTE FUNCTION ta_holds_append_only();
CREATE TRIGGER move_consent_words_stay
    BEFORE UPDATE OF move_id, side, text, text_hash, typed_name, given_by, given_by_label, given_at
    ON ta_holds_moveconsent FOR EACH ROW EXECUTE FUNCTION ta_holds_append_only();

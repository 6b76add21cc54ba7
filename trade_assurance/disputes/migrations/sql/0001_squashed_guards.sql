-- What PostgreSQL itself refuses about disputes: impossible steps, a changed claim or decision, overlapping claims, lost
-- history. The functions it calls besides its own are those of ta_holds.

CREATE FUNCTION ta_disputes_guard_claim() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.order_id <> OLD.order_id OR NEW.currency <> OLD.currency OR NEW.claimed_minor <> OLD.claimed_minor
       OR NEW.shipment_id IS DISTINCT FROM OLD.shipment_id
       OR NEW.reason <> OLD.reason OR NEW.clause <> OLD.clause OR NEW.statement <> OLD.statement THEN
        RAISE EXCEPTION 'what is claimed never changes'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'dispute_claim_is_fixed';
    END IF;
    IF NEW.charged_back_minor < OLD.charged_back_minor THEN
        RAISE EXCEPTION 'what a chargeback took of a claim never shrinks'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'dispute_charged_back_only_grows';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION ta_disputes_guard_decision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.dispute_id <> OLD.dispute_id OR NEW.refund_minor <> OLD.refund_minor
       OR NEW.release_minor <> OLD.release_minor OR NEW.divided_minor <> OLD.divided_minor
       OR NEW.reasons <> OLD.reasons OR NEW.officer_id <> OLD.officer_id OR NEW.instance <> OLD.instance
       OR NEW.needs_second <> OLD.needs_second OR NEW.decided_at <> OLD.decided_at
       OR (OLD.second_officer_id IS NOT NULL AND NEW.second_officer_id IS DISTINCT FROM OLD.second_officer_id) THEN
        RAISE EXCEPTION 'a decision never changes'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'decision_is_fixed';
    END IF;
    RETURN NEW;
END $$;

-- INVARIANT: a line (of a shipment) is in one open claim; a claim about the order takes the line of every shipment.
CREATE FUNCTION ta_disputes_guard_overlap() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM ta_disputes_claimline other
        JOIN ta_disputes_dispute theirs ON theirs.id = other.dispute_id
        JOIN ta_disputes_dispute mine ON mine.id = NEW.dispute_id
        WHERE other.line_id = NEW.line_id AND other.dispute_id <> NEW.dispute_id
          AND theirs.state IN ('negotiation', 'escalated', 'agreed', 'decided', 'appealed')
          AND (theirs.shipment_id IS NULL OR mine.shipment_id IS NULL OR theirs.shipment_id = mine.shipment_id)
    ) THEN
        RAISE EXCEPTION 'line % is in an open claim already', NEW.line_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'claim_line_in_one_open_claim';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION ta_disputes_guard_range() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.ended_at IS NOT NULL OR NEW.dispute_id <> OLD.dispute_id OR NEW.side <> OLD.side
       OR NEW.bound_minor <> OLD.bound_minor OR NEW.sealed_at <> OLD.sealed_at THEN
        RAISE EXCEPTION 'a sealed range is only ended'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'sealed_range_is_only_ended';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION ta_disputes_guard_inspection() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.dispute_id <> OLD.dispute_id OR NEW.cost_minor <> OLD.cost_minor OR NEW.currency <> OLD.currency
       OR NEW.advanced_by <> OLD.advanced_by OR NEW.inspector <> OLD.inspector OR NEW.task <> OLD.task
       OR (OLD.spent_minor IS NOT NULL AND NEW.spent_minor IS DISTINCT FROM OLD.spent_minor) THEN
        RAISE EXCEPTION 'what was agreed of an inspection never changes'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'inspection_is_fixed';
    END IF;
    RETURN NEW;
END $$;


CREATE TRIGGER dispute_birth BEFORE INSERT ON ta_disputes_dispute FOR EACH ROW
    EXECUTE FUNCTION ta_holds_guard_birth('negotiation');
CREATE TRIGGER dispute_claim BEFORE UPDATE ON ta_disputes_dispute FOR EACH ROW
    EXECUTE FUNCTION ta_disputes_guard_claim();
CREATE TRIGGER dispute_stays BEFORE DELETE ON ta_disputes_dispute FOR EACH ROW
    EXECUTE FUNCTION ta_holds_append_only();
CREATE TRIGGER dispute_step BEFORE UPDATE OF state ON ta_disputes_dispute FOR EACH ROW
    EXECUTE FUNCTION ta_holds_guard_step(
        'negotiation>escalated', 'negotiation>agreed', 'negotiation>settled', 'negotiation>withdrawn',
        'negotiation>charged_back', 'escalated>decided', 'escalated>agreed', 'escalated>settled',
        'escalated>withdrawn', 'escalated>charged_back', 'agreed>settled', 'agreed>escalated',
        'agreed>withdrawn', 'agreed>charged_back', 'decided>closed', 'decided>appealed', 'decided>charged_back',
        'appealed>closed', 'appealed>charged_back');

CREATE TRIGGER dispute_transition_history BEFORE UPDATE OR DELETE ON ta_disputes_disputetransition FOR EACH ROW
    EXECUTE FUNCTION ta_holds_append_only();

CREATE TRIGGER offer_stays BEFORE DELETE ON ta_disputes_offer FOR EACH ROW EXECUTE FUNCTION ta_holds_append_only();
CREATE TRIGGER offer_step BEFORE UPDATE OF state ON ta_disputes_offer FOR EACH ROW
    EXECUTE FUNCTION ta_holds_guard_step('open>accepted', 'open>superseded', 'open>declined', 'open>withdrawn',
        'open>lapsed', 'open>expired');

CREATE TRIGGER offer_transition_history BEFORE UPDATE OR DELETE ON ta_disputes_offertransition FOR EACH ROW
    EXECUTE FUNCTION ta_holds_append_only();

CREATE TRIGGER message_history BEFORE UPDATE OR DELETE ON ta_disputes_casemessage FOR EACH ROW
    EXECUTE FUNCTION ta_holds_append_only();

CREATE TRIGGER evidence_history BEFORE UPDATE OR DELETE ON ta_disputes_evidence FOR EACH ROW
    EXECUTE FUNCTION ta_holds_append_only();

CREATE TRIGGER decision_fixed BEFORE UPDATE ON ta_disputes_decision FOR EACH ROW
    EXECUTE FUNCTION ta_disputes_guard_decision();
CREATE TRIGGER decision_stays BEFORE DELETE ON ta_disputes_decision FOR EACH ROW
    EXECUTE FUNCTION ta_holds_append_only();
CREATE TRIGGER decision_step BEFORE UPDATE OF state ON ta_disputes_decision FOR EACH ROW
    EXECUTE FUNCTION ta_holds_guard_step('proposed>in_force', 'proposed>rejected', 'proposed>dropped',
        'in_force>overturned', 'in_force>dropped');
CREATE TRIGGER decision_birth BEFORE INSERT ON ta_disputes_decision FOR EACH ROW
    EXECUTE FUNCTION ta_holds_guard_birth('proposed');

CREATE TRIGGER decision_line_history BEFORE UPDATE OR DELETE ON ta_disputes_decisionline FOR EACH ROW
    EXECUTE FUNCTION ta_holds_append_only();

CREATE TRIGGER decision_transition_history BEFORE UPDATE OR DELETE ON ta_disputes_decisiontransition FOR EACH ROW
    EXECUTE FUNCTION ta_holds_append_only();

CREATE TRIGGER promise_step BEFORE UPDATE OF state ON ta_disputes_promise FOR EACH ROW
    EXECUTE FUNCTION ta_holds_guard_step('promised>sent', 'promised>broken', 'promised>dropped', 'sent>kept',
        'sent>broken', 'sent>contested', 'sent>dropped');
CREATE TRIGGER promise_birth BEFORE INSERT ON ta_disputes_promise FOR EACH ROW
    EXECUTE FUNCTION ta_holds_guard_birth('promised');
CREATE TRIGGER promise_stays BEFORE DELETE ON ta_disputes_promise FOR EACH ROW
    EXECUTE FUNCTION ta_holds_append_only();

CREATE TRIGGER promise_transition_history BEFORE UPDATE OR DELETE ON ta_disputes_promisetransition FOR EACH ROW
    EXECUTE FUNCTION ta_holds_append_only();

CREATE TRIGGER claim_line_overlap BEFORE INSERT ON ta_disputes_claimline FOR EACH ROW
    EXECUTE FUNCTION ta_disputes_guard_overlap();
CREATE TRIGGER claim_line_history BEFORE UPDATE OR DELETE ON ta_disputes_claimline FOR EACH ROW
    EXECUTE FUNCTION ta_holds_append_only();

CREATE TRIGGER range_only_ended BEFORE UPDATE ON ta_disputes_sealedrange FOR EACH ROW
    EXECUTE FUNCTION ta_disputes_guard_range();
CREATE TRIGGER range_stays BEFORE DELETE ON ta_disputes_sealedrange FOR EACH ROW
    EXECUTE FUNCTION ta_holds_append_only();

CREATE TRIGGER assignment_stays BEFORE DELETE ON ta_disputes_assignment FOR EACH ROW
    EXECUTE FUNCTION ta_holds_append_only();

-- INVARIANT: evidence is never changed nor removed, its file's row neither (the bytes: their hash in that row).
CREATE TRIGGER evidence_file_history BEFORE UPDATE OR DELETE ON files_storedfile FOR EACH ROW
    WHEN (OLD.kind = 'evidence') EXECUTE FUNCTION ta_holds_append_only();
CREATE TRIGGER bundle_file_history BEFORE UPDATE OR DELETE ON files_storedfile FOR EACH ROW
    WHEN (OLD.kind = 'evidence_bundle') EXECUTE FUNCTION ta_holds_append_only();

CREATE TRIGGER inspection_step BEFORE UPDATE OF state ON ta_disputes_inspection FOR EACH ROW
    EXECUTE FUNCTION ta_holds_guard_step('proposed>agreed', 'proposed>declined', 'proposed>withdrawn',
        'agreed>reported', 'ordered>reported');
CREATE TRIGGER inspection_birth BEFORE INSERT ON ta_disputes_inspection FOR EACH ROW
    WHEN (NEW.state <> 'ordered') EXECUTE FUNCTION ta_holds_guard_birth('proposed');
CREATE TRIGGER inspection_fixed BEFORE UPDATE ON ta_disputes_inspection FOR EACH ROW
    EXECUTE FUNCTION ta_disputes_guard_inspection();
CREATE TRIGGER inspection_stays BEFORE DELETE ON ta_disputes_inspection FOR EACH ROW
    EXECUTE FUNCTION ta_holds_append_only();

CREATE TRIGGER inspection_transition_history BEFORE UPDATE OR DELETE ON ta_disputes_inspectiontransition FOR EACH ROW
    EXECUTE FUNCTION ta_holds_append_only();

CREATE TRIGGER cost_settlement_history BEFORE UPDATE OR DELETE ON ta_disputes_costsettlement FOR EACH ROW
    EXECUTE FUNCTION ta_holds_append_only();

CREATE TRIGGER bundle_history BEFORE UPDATE ON ta_disputes_bundle FOR EACH ROW
    WHEN (OLD.made_at IS NOT NULL) EXECUTE FUNCTION ta_holds_append_only();
CREATE TRIGGER bundle_stays BEFORE DELETE ON ta_disputes_bundle FOR EACH ROW
    EXECUTE FUNCTION ta_holds_append_only();

-- A key is only retired: what it signed stays to be checked.
CREATE TRIGGER signing_key_history BEFORE UPDATE ON ta_disputes_signingkey FOR EACH ROW
    WHEN (NOT OLD.is_current OR NEW.fingerprint <> OLD.fingerprint OR NEW.public_pem <> OLD.public_pem
          OR NEW.private_sealed <> OLD.private_sealed) EXECUTE FUNCTION ta_holds_append_only();
CREATE TRIGGER signing_key_stays BEFORE DELETE ON ta_disputes_signingkey FOR EACH ROW
    EXECUTE FUNCTION ta_holds_append_only();

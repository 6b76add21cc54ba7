"""What PostgreSQL itself refuses about disputes: impossible steps, a changed claim, lost history."""

from django.db import migrations

GUARDS = """
CREATE FUNCTION ta_disputes_guard_claim() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.order_id <> OLD.order_id OR NEW.hold_id <> OLD.hold_id OR NEW.currency <> OLD.currency
       OR NEW.claimed_minor <> OLD.claimed_minor OR NEW.reason <> OLD.reason OR NEW.clause <> OLD.clause THEN
        RAISE EXCEPTION 'what is claimed never changes'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'dispute_claim_is_fixed';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION ta_disputes_guard_decision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.dispute_id <> OLD.dispute_id OR NEW.refund_minor <> OLD.refund_minor
       OR NEW.release_minor <> OLD.release_minor OR NEW.reasons <> OLD.reasons
       OR NEW.officer_id <> OLD.officer_id OR NEW.decided_at <> OLD.decided_at THEN
        RAISE EXCEPTION 'a decision never changes'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'decision_is_fixed';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER dispute_step BEFORE UPDATE OF state ON ta_disputes_dispute FOR EACH ROW
    EXECUTE FUNCTION ta_holds_guard_step('negotiation>escalated', 'negotiation>settled', 'negotiation>withdrawn',
        'escalated>decided', 'escalated>settled', 'escalated>withdrawn', 'decided>closed');
CREATE TRIGGER dispute_birth BEFORE INSERT ON ta_disputes_dispute FOR EACH ROW
    EXECUTE FUNCTION ta_holds_guard_birth('negotiation');
CREATE TRIGGER dispute_claim BEFORE UPDATE ON ta_disputes_dispute FOR EACH ROW
    EXECUTE FUNCTION ta_disputes_guard_claim();
CREATE TRIGGER dispute_stays BEFORE DELETE ON ta_disputes_dispute FOR EACH ROW
    EXECUTE FUNCTION ta_holds_append_only();
CREATE TRIGGER dispute_transition_history BEFORE UPDATE OR DELETE ON ta_disputes_disputetransition FOR EACH ROW
    EXECUTE FUNCTION ta_holds_append_only();
CREATE TRIGGER offer_step BEFORE UPDATE OF state ON ta_disputes_offer FOR EACH ROW
    EXECUTE FUNCTION ta_holds_guard_step('open>accepted', 'open>superseded', 'open>declined', 'open>expired');
CREATE TRIGGER offer_stays BEFORE DELETE ON ta_disputes_offer FOR EACH ROW EXECUTE FUNCTION ta_holds_append_only();
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
"""

UNDO = """
DROP TRIGGER decision_stays ON ta_disputes_decision;
DROP TRIGGER decision_fixed ON ta_disputes_decision;
DROP TRIGGER evidence_history ON ta_disputes_evidence;
DROP TRIGGER message_history ON ta_disputes_casemessage;
DROP TRIGGER offer_transition_history ON ta_disputes_offertransition;
DROP TRIGGER offer_stays ON ta_disputes_offer;
DROP TRIGGER offer_step ON ta_disputes_offer;
DROP TRIGGER dispute_transition_history ON ta_disputes_disputetransition;
DROP TRIGGER dispute_stays ON ta_disputes_dispute;
DROP TRIGGER dispute_claim ON ta_disputes_dispute;
DROP TRIGGER dispute_birth ON ta_disputes_dispute;
DROP TRIGGER dispute_step ON ta_disputes_dispute;
DROP FUNCTION ta_disputes_guard_decision();
DROP FUNCTION ta_disputes_guard_claim();
"""


class Migration(migrations.Migration):
    dependencies = [("ta_disputes", "0001_initial"), ("ta_holds", "0002_guards")]
    operations = [migrations.RunSQL(GUARDS, UNDO)]

"""The only writers of disputes."""

from __future__ import annotations

from trade_assurance.disputes.operations.agreements import (
    confirm_promised,
    contest_promised,
    promise_is_due,
    receipt_is_due,
    send_promised,
)
from trade_assurance.disputes.operations.appeals import (
    appeal,
    execute_decision,
    waive_appeal,
    withdraw_appeal,
)
from trade_assurance.disputes.operations.bundles import ask_bundle, make_bundle
from trade_assurance.disputes.operations.chargebacks import follow_chargeback
from trade_assurance.disputes.operations.claims import Claimed, ClaimedLine, open_claim, withdraw_claim
from trade_assurance.disputes.operations.decisions import approve_decision, decide, reject_decision
from trade_assurance.disputes.operations.escalation import (
    decision_is_late,
    end_evidence,
    escalate,
    escalate_by_clock,
    remind_of_evidence,
)
from trade_assurance.disputes.operations.evidence import rest_case, submit_evidence
from trade_assurance.disputes.operations.inspections import (
    answer_inspection,
    propose_inspection,
    report_inspection,
)
from trade_assurance.disputes.operations.pauses import pause_case, pause_is_over, resume_case
from trade_assurance.disputes.operations.previews import prepare_previews
from trade_assurance.disputes.operations.ranges import seal_range, withdraw_range
from trade_assurance.disputes.operations.signing import signing_key
from trade_assurance.disputes.operations.strikes import (
    answer_strike,
    appeal_strike,
    end_strike,
    give_strike,
    refresh_visibility,
)
from trade_assurance.disputes.operations.talks import (
    accept_claim,
    accept_offer,
    decline_offer,
    lapse_offer,
    make_offer,
    post_message,
    withdraw_offer,
)
from trade_assurance.disputes.operations.turns import assign_case, hand_back_case, take_case

__all__ = [
    "Claimed",
    "ClaimedLine",
    "accept_claim",
    "accept_offer",
    "answer_inspection",
    "answer_strike",
    "appeal",
    "appeal_strike",
    "approve_decision",
    "ask_bundle",
    "assign_case",
    "confirm_promised",
    "contest_promised",
    "decide",
    "decision_is_late",
    "decline_offer",
    "end_evidence",
    "end_strike",
    "escalate",
    "escalate_by_clock",
    "execute_decision",
    "follow_chargeback",
    "give_strike",
    "hand_back_case",
    "lapse_offer",
    "make_bundle",
    "make_offer",
    "open_claim",
    "pause_case",
    "pause_is_over",
    "post_message",
    "prepare_previews",
    "promise_is_due",
    "propose_inspection",
    "receipt_is_due",
    "refresh_visibility",
    "reject_decision",
    "remind_of_evidence",
    "report_inspection",
    "rest_case",
    "resume_case",
    "seal_range",
    "send_promised",
    "signing_key",
    "submit_evidence",
    "take_case",
    "waive_appeal",
    "withdraw_appeal",
    "withdraw_claim",
    "withdraw_offer",
    "withdraw_range",
]

"""The only writers of disputes."""

from __future__ import annotations

from trade_assurance.disputes.operations.claims import open_claim, withdraw_claim
from trade_assurance.disputes.operations.decisions import (
    decide,
    decision_is_late,
    end_evidence,
    escalate,
    escalate_by_clock,
    execute_decision,
    hand_back_case,
    remind_of_evidence,
    take_case,
    waive_appeal,
)
from trade_assurance.disputes.operations.evidence import rest_case, submit_evidence
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
    make_offer,
    post_message,
)

__all__ = [
    "accept_claim",
    "accept_offer",
    "answer_strike",
    "appeal_strike",
    "decide",
    "decision_is_late",
    "decline_offer",
    "end_evidence",
    "end_strike",
    "escalate",
    "escalate_by_clock",
    "execute_decision",
    "give_strike",
    "hand_back_case",
    "make_offer",
    "open_claim",
    "post_message",
    "refresh_visibility",
    "remind_of_evidence",
    "rest_case",
    "submit_evidence",
    "take_case",
    "waive_appeal",
    "withdraw_claim",
]

"""Rows of a case: the claim with its lines, offers, promises, sealed ranges, thread, evidence, decisions; strikes."""

from trade_assurance.disputes.models.case import (
    CaseMessage,
    Decision,
    DecisionLine,
    DecisionTransition,
    Evidence,
    Offer,
    OfferTransition,
    Promise,
    PromiseTransition,
    SealedRange,
)
from trade_assurance.disputes.models.dispute import Assignment, ClaimLine, Dispute, DisputeTransition
from trade_assurance.disputes.models.strike import Strike, StrikeTransition

__all__ = [
    "Assignment",
    "CaseMessage",
    "ClaimLine",
    "Decision",
    "DecisionLine",
    "DecisionTransition",
    "Dispute",
    "DisputeTransition",
    "Evidence",
    "Offer",
    "OfferTransition",
    "Promise",
    "PromiseTransition",
    "SealedRange",
    "Strike",
    "StrikeTransition",
]

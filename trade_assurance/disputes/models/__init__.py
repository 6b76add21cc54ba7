"""Rows of a case: the claim with its lines, offers, promises, sealed ranges, thread, evidence, inspections,
decisions; strikes.
"""

from trade_assurance.disputes.models.bundle import Bundle, SigningKey
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
from trade_assurance.disputes.models.vault import CostSettlement, Inspection, InspectionTransition, Preview

__all__ = [
    "Assignment",
    "Bundle",
    "CaseMessage",
    "ClaimLine",
    "CostSettlement",
    "Decision",
    "DecisionLine",
    "DecisionTransition",
    "Dispute",
    "DisputeTransition",
    "Evidence",
    "Inspection",
    "InspectionTransition",
    "Offer",
    "OfferTransition",
    "Preview",
    "Promise",
    "PromiseTransition",
    "SealedRange",
    "SigningKey",
    "Strike",
    "StrikeTransition",
]

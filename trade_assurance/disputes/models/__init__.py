"""Rows of a case: the dispute, its offers, thread, evidence and decision."""

from trade_assurance.disputes.models.case import CaseMessage, Decision, Evidence, Offer, OfferTransition
from trade_assurance.disputes.models.dispute import Dispute, DisputeTransition
from trade_assurance.disputes.models.strike import Strike, StrikeTransition

__all__ = [
    "CaseMessage",
    "Decision",
    "Dispute",
    "DisputeTransition",
    "Evidence",
    "Offer",
    "OfferTransition",
    "Strike",
    "StrikeTransition",
]

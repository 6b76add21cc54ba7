"""Rows of a case: the dispute, its offers, thread, evidence and decision."""

from trade_assurance.disputes.models.case import CaseMessage, Decision, Evidence, Offer, OfferTransition
from trade_assurance.disputes.models.dispute import Dispute, DisputeTransition

__all__ = ["CaseMessage", "Decision", "Dispute", "DisputeTransition", "Evidence", "Offer", "OfferTransition"]

"""Reads of cases for pages: frozen dataclasses, never lazy querysets."""

from __future__ import annotations

from trade_assurance.disputes.queries.bundles import BundlesPage, bundles_page, public_pem, published_keys
from trade_assurance.disputes.queries.case import CasePage, case_page
from trade_assurance.disputes.queries.claim import ClaimPage, Suggestion, claim_page, suggestion
from trade_assurance.disputes.queries.dashboard import Dashboard, dashboard
from trade_assurance.disputes.queries.desk import DeskRow, DisputesDesk, desk
from trade_assurance.disputes.queries.effect import Effect, effect_of
from trade_assurance.disputes.queries.inspections import InspectionsPage, inspections_page
from trade_assurance.disputes.queries.statistics import Statistics, statistics
from trade_assurance.disputes.queries.strikes import (
    Standing,
    StrikeLine,
    StrikesDesk,
    demand_strike,
    standing,
    strikes_desk,
)
from trade_assurance.disputes.queries.vault import EvidenceView, evidence_view, preview_path
from trade_assurance.payments.queries import needs_two_persons

__all__ = [
    "BundlesPage",
    "CasePage",
    "ClaimPage",
    "Dashboard",
    "DeskRow",
    "DisputesDesk",
    "Effect",
    "EvidenceView",
    "InspectionsPage",
    "Standing",
    "Statistics",
    "StrikeLine",
    "StrikesDesk",
    "Suggestion",
    "bundles_page",
    "case_page",
    "claim_page",
    "dashboard",
    "demand_strike",
    "desk",
    "effect_of",
    "evidence_view",
    "inspections_page",
    "needs_two_persons",
    "preview_path",
    "public_pem",
    "published_keys",
    "standing",
    "statistics",
    "strikes_desk",
    "suggestion",
]

"""Reads of cases for pages: frozen dataclasses, never lazy querysets."""

from __future__ import annotations

from trade_assurance.disputes.queries.case import CasePage, case_page
from trade_assurance.disputes.queries.claim import ClaimPage, claim_page
from trade_assurance.disputes.queries.dashboard import Dashboard, dashboard
from trade_assurance.disputes.queries.desk import DeskRow, DisputesDesk, desk

__all__ = [
    "CasePage",
    "ClaimPage",
    "Dashboard",
    "DeskRow",
    "DisputesDesk",
    "case_page",
    "claim_page",
    "dashboard",
    "desk",
]

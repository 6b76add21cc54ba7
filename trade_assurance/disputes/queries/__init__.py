"""Reads of cases for pages: frozen dataclasses, never lazy querysets."""

from __future__ import annotations

from trade_assurance.disputes.queries.case import CasePage, case_page
from trade_assurance.disputes.queries.claim import ClaimPage, claim_page
from trade_assurance.disputes.queries.dashboard import Dashboard, dashboard
from trade_assurance.disputes.queries.desk import DeskRow, DisputesDesk, desk
from trade_assurance.disputes.queries.statistics import Statistics, statistics
from trade_assurance.disputes.queries.strikes import Standing, StrikeLine, StrikesDesk, standing, strikes_desk

__all__ = [
    "CasePage",
    "ClaimPage",
    "Dashboard",
    "DeskRow",
    "DisputesDesk",
    "Standing",
    "Statistics",
    "StrikeLine",
    "StrikesDesk",
    "case_page",
    "claim_page",
    "dashboard",
    "desk",
    "standing",
    "statistics",
    "strikes_desk",
]

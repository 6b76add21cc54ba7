"""Strikes, reached by what suppliers leave undone."""

from __future__ import annotations

from datetime import datetime

from marketplace.accounts.models import Company
from tests.factories import AT, days
from tests.factories.holds import sweep
from tests.factories.orders import Trade, a_placed_order
from trade_assurance.disputes.models import Strike


def an_unanswered_order(supplier: Company | None = None, *, at: datetime = AT) -> Trade:
    """The supplier said nothing for three days: the order lapsed."""
    trade = a_placed_order(supplier=supplier, at=at, ship_by=(at + days(60)).date())
    sweep(at + days(3))
    return trade


def a_standing_strike(supplier: Company | None = None, *, at: datetime = AT) -> Strike:
    """For an order without an answer."""
    return Strike.objects.get(order=an_unanswered_order(supplier, at=at).order)

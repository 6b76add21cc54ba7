"""Reads of held money for pages and the apps above: frozen dataclasses, never lazy querysets."""

from __future__ import annotations

from trade_assurance.holds.queries.balance import (
    BalancePage,
    CurrencyBalance,
    PayoutLine,
    PayoutPage,
    balance_page,
    balances_of_company,
    payout_page,
)
from trade_assurance.holds.queries.desk import FinanceDesk, finance_desk
from trade_assurance.holds.queries.money import ClaimLine, MoneyView, MovementLine, claims_of, money_of
from trade_assurance.holds.queries.trade import PayPage, TradePage, pay_page, trade_page

__all__ = [
    "BalancePage",
    "ClaimLine",
    "CurrencyBalance",
    "FinanceDesk",
    "MoneyView",
    "MovementLine",
    "PayPage",
    "PayoutLine",
    "PayoutPage",
    "TradePage",
    "balance_page",
    "balances_of_company",
    "claims_of",
    "finance_desk",
    "money_of",
    "pay_page",
    "payout_page",
    "trade_page",
]

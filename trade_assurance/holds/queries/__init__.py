"""Reads of held money for pages and the apps above: frozen dataclasses, never lazy querysets."""

from __future__ import annotations

from trade_assurance.holds.queries.chargebacks.pages import (
    chargeback_list,
    chargeback_page,
    chargebacks_of,
    open_chargebacks,
)
from trade_assurance.holds.queries.credit import CreditLine, credit_of, credits_of
from trade_assurance.holds.queries.payouts.balance import (
    BalancePage,
    CurrencyBalance,
    PayoutLine,
    PayoutPage,
    balance_page,
    balances_of_company,
    payout_page,
    payouts_of_company,
)
from trade_assurance.holds.queries.payouts.desk import FinanceDesk, finance_desk
from trade_assurance.holds.queries.payouts.statements import (
    Statement,
    StatementPage,
    every_line,
    statement_for_export,
    statement_page,
)
from trade_assurance.holds.queries.payouts.supplier_desk import supplier_desk_page, supplier_list
from trade_assurance.holds.queries.payouts.supplier_money import (
    registration_page,
    registrations,
    supplier_money,
)
from trade_assurance.holds.queries.trades.money import ClaimLine, MoneyView, MovementLine, claims_of, money_of
from trade_assurance.holds.queries.trades.order_ledger import OrderLedgerPage, order_ledger
from trade_assurance.holds.queries.trades.trade import PayPage, TradePage, pay_page, trade_page

__all__ = [
    "BalancePage",
    "ClaimLine",
    "CreditLine",
    "CurrencyBalance",
    "FinanceDesk",
    "MoneyView",
    "MovementLine",
    "OrderLedgerPage",
    "PayPage",
    "PayoutLine",
    "PayoutPage",
    "Statement",
    "StatementPage",
    "TradePage",
    "balance_page",
    "balances_of_company",
    "chargeback_list",
    "chargeback_page",
    "chargebacks_of",
    "claims_of",
    "credit_of",
    "credits_of",
    "every_line",
    "finance_desk",
    "money_of",
    "open_chargebacks",
    "order_ledger",
    "pay_page",
    "payout_page",
    "payouts_of_company",
    "registration_page",
    "registrations",
    "statement_for_export",
    "statement_page",
    "supplier_desk_page",
    "supplier_list",
    "supplier_money",
    "trade_page",
]

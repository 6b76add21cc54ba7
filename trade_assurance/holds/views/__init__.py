"""Pages of orders with their money (`trades`), of statements (`statements`), of a company's balance (`balances`) and of the finance desk (`desk`)."""

from trade_assurance.holds.views.balances import balance, credit_return, payout, payout_account
from trade_assurance.holds.views.desk import (
    desk_finance,
    desk_payout,
    payout_approve,
    payout_confirm,
    payout_fail,
    payout_reject,
    refund_retry,
)
from trade_assurance.holds.views.statements import (
    order_ledger,
    statement_csv,
    statement_json,
    statement_pdf,
    statements,
)
from trade_assurance.holds.views.trades import (
    amendment_accept,
    cancellation_postpone,
    deposit_agree,
    order,
    order_accept,
    order_cancel,
    order_confirm,
    orders,
    pay,
    pay_credit,
    unpaid_cancel,
    unshipped_cancel,
)

__all__ = [
    "amendment_accept",
    "balance",
    "cancellation_postpone",
    "credit_return",
    "deposit_agree",
    "desk_finance",
    "desk_payout",
    "order",
    "order_accept",
    "order_cancel",
    "order_confirm",
    "order_ledger",
    "orders",
    "pay",
    "pay_credit",
    "payout",
    "payout_account",
    "payout_approve",
    "payout_confirm",
    "payout_fail",
    "payout_reject",
    "refund_retry",
    "statement_csv",
    "statement_json",
    "statement_pdf",
    "statements",
    "unpaid_cancel",
    "unshipped_cancel",
]

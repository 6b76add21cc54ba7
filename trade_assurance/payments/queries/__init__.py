"""Reads of payments for pages: the payer's page (`payer`) and the finance desk's lists (`desk`)."""

from trade_assurance.payments.bank_files.accounts import AccountUnusable, bank_party, compact
from trade_assurance.payments.limits import needs_two_persons
from trade_assurance.payments.providers.bank_coverage import (
    AccountCoverage,
    StatementClosing,
    bank_coverage,
    closings_on,
    lines_touched_since,
)
from trade_assurance.payments.providers.bank_transfer import NAME as BANK
from trade_assurance.payments.providers.registry import (
    ProviderChoice,
    is_manual,
    pay_in_choices,
    pay_out_choices,
    pays_per_payment,
    reconciling_rails,
    registers_suppliers,
    sandbox_is_active,
)
from trade_assurance.payments.providers.registry import is_manual as is_by_bank
from trade_assurance.payments.queries.asked import Wanted, asked, asked_page
from trade_assurance.payments.queries.batches import bank_accounts, batch_page, batches_page
from trade_assurance.payments.queries.desk import (
    RefundLine,
    desk_counts,
    refund,
    refunds,
    reviews,
    transfer,
    transfers,
)
from trade_assurance.payments.queries.payer import (
    acts_for_company,
    bank_account,
    company_paid_by,
    open_payments,
    payment_of_session,
    payment_page,
    payout_providers,
    rail_label,
)
from trade_assurance.payments.queries.statements import (
    bank_line_page,
    bank_lines,
    in_suspense,
    layout_page,
    likely_payments,
    lines_to_explain,
    statement_page,
    statements,
)

__all__ = [
    "BANK",
    "AccountCoverage",
    "AccountUnusable",
    "ProviderChoice",
    "RefundLine",
    "StatementClosing",
    "Wanted",
    "acts_for_company",
    "asked",
    "asked_page",
    "bank_account",
    "bank_accounts",
    "bank_coverage",
    "bank_line_page",
    "bank_lines",
    "bank_party",
    "batch_page",
    "batches_page",
    "closings_on",
    "compact",
    "company_paid_by",
    "desk_counts",
    "in_suspense",
    "is_by_bank",
    "is_manual",
    "layout_page",
    "likely_payments",
    "lines_to_explain",
    "lines_touched_since",
    "needs_two_persons",
    "open_payments",
    "pay_in_choices",
    "pay_out_choices",
    "payment_of_session",
    "payment_page",
    "payout_providers",
    "pays_per_payment",
    "rail_label",
    "reconciling_rails",
    "refund",
    "refunds",
    "registers_suppliers",
    "reviews",
    "sandbox_is_active",
    "statement_page",
    "statements",
    "transfer",
    "transfers",
]

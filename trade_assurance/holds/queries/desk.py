"""The finance desk's first page: payouts that wait, and the sums the marketplace holds."""

from __future__ import annotations

from dataclasses import dataclass

from marketplace.core.money import Money
from trade_assurance.holds.queries.balance import PayoutLine, payouts_under_way
from trade_assurance.holds.states import PayoutState
from trade_assurance.ledger import queries as books
from trade_assurance.payments.models import Payment, Refund
from trade_assurance.payments.states import PAYMENT_OPEN, REFUND_FINAL


@dataclass(frozen=True, slots=True)
class FinanceDesk:
    """What waits for a finance officer."""

    to_approve: tuple[PayoutLine, ...]
    to_send: tuple[PayoutLine, ...]
    transfers_expected: int
    refunds_open: int
    sums: tuple[tuple[str, Money], ...]


def finance_desk() -> FinanceDesk:
    """The desk's page; five statements."""
    lines = payouts_under_way()
    return FinanceDesk(
        to_approve=tuple(line for line in lines if line.state == PayoutState.REQUESTED),
        to_send=tuple(line for line in lines if line.state != PayoutState.REQUESTED),
        transfers_expected=Payment.objects.filter(provider="bank_transfer", state__in=PAYMENT_OPEN).count(),
        refunds_open=Refund.objects.filter(payment__provider="bank_transfer")
        .exclude(state__in=REFUND_FINAL)
        .count(),
        sums=tuple(
            (line.account_kind, line.total) for line in books.trial_balance() if not line.total.is_zero
        ),
    )

"""The finance desk's first page: payouts that wait, and the sums the marketplace holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from marketplace.core.money import Money
from trade_assurance.holds.queries.payouts.balance import PayoutLine, payouts_under_way
from trade_assurance.holds.states import PayoutState
from trade_assurance.ledger import queries as books
from trade_assurance.payments.models import Payment, Refund
from trade_assurance.payments.states import PAYMENT_OPEN, REFUND_FINAL, RefundState


@dataclass(frozen=True, slots=True)
class FailedRefund:
    """A refund that failed and was not tried again: the buyer is still owed."""

    ref: str
    order_ref: str
    payer: str
    amount: Money
    failure: str
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class FinanceDesk:
    """What waits for a finance officer."""

    to_approve: tuple[PayoutLine, ...]
    to_send: tuple[PayoutLine, ...]
    transfers_expected: int
    refunds_open: int
    refunds_failed: tuple[FailedRefund, ...]
    sums: tuple[tuple[str, Money], ...]


def finance_desk() -> FinanceDesk:
    """The desk's page; seven statements."""
    lines = payouts_under_way()
    return FinanceDesk(
        to_approve=tuple(line for line in lines if line.state == PayoutState.REQUESTED),
        to_send=tuple(line for line in lines if line.state != PayoutState.REQUESTED),
        transfers_expected=Payment.objects.filter(provider="bank_transfer", state__in=PAYMENT_OPEN).count(),
        refunds_open=Refund.objects.filter(provider="bank_transfer").exclude(state__in=REFUND_FINAL).count(),
        refunds_failed=_failed_refunds(),
        sums=tuple(
            (line.account_kind, line.total) for line in books.trial_balance() if not line.total.is_zero
        ),
    )


def _failed_refunds() -> tuple[FailedRefund, ...]:
    rows = (
        Refund.objects.filter(state=RefundState.FAILED, retried_by__isnull=True)
        .select_related("payment__payer")
        .order_by("-pk")[:200]
    )
    return tuple(
        FailedRefund(
            ref=row.ref,
            order_ref=row.payment.root,
            payer=row.payment.payer.legal_name,
            amount=Money(row.amount_minor, row.payment.currency),
            failure=row.failure,
            ended_at=row.ended_at,
        )
        for row in rows
    )

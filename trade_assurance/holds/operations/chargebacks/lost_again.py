"""A chargeback that was lost, won after all, and is taken and lost once more: who has what of it gives it again.

The holds gave theirs the first time and are not touched: what had lain in them waits in suspense, or an officer gave
it to somebody. Runs in the operation's transaction, on a locked trade.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Max

from marketplace.core.actors import Actor
from marketplace.core.money import Money
from trade_assurance.holds.models import ChargebackCase, Hold, SuspenseAssignment
from trade_assurance.holds.operations.payouts.supplier_money import Cause, take_from_supplier
from trade_assurance.holds.rules import MARKETPLACE, Had, release_of
from trade_assurance.holds.states import CaseState
from trade_assurance.ledger import operations as ledger
from trade_assurance.ledger import queries as books
from trade_assurance.ledger.operations import credit, debit
from trade_assurance.ledger.states import AccountKind


def had_by(case: ChargebackCase) -> Had:
    """Who has what of a case that was lost and won after all: what waits, what the supplier and the marketplace got."""
    waits = books.balance(AccountKind.SUSPENSE, case.ref, case.currency).amount_minor
    gross, commission = _assigned(case)
    return Had(
        waiting_minor=max(min(waits, case.from_held_minor + case.from_credit_minor), 0),
        commission_minor=case.from_commission_minor + commission,
        supplier_minor=case.from_supplier_minor + gross - commission,
    )


def lose_again(case: ChargebackCase, covered_minor: int, *, actor: Actor, at: datetime) -> dict[str, Any]:
    """Book the whole of a repeated loss in one posting; the case's new columns.

    What nobody has any more (the buyer was refunded meanwhile as well) is unexplained, for an officer.
    """
    order, currency = case.order, case.currency
    cause = Cause(case.ref, order.ref, actor, at)
    lost = had_by(case).give(case.amount_minor - covered_minor)
    taken, drawn = take_from_supplier(order.supplier, Money(lost.supplier_minor, currency), cause)
    in_suspense = lost.waiting_minor + lost.unexplained_minor
    ledger.post(
        kind="chargeback_lost",
        subject=case.ref,
        key=f"chargeback:{case.ref}:lost:{case.transitions.count()}",
        entries=[
            credit(AccountKind.CHARGEBACK_PENDING, case.ref, case.money),
            debit(AccountKind.REFUND_PAYABLE, order.ref, Money(covered_minor, currency)),
            debit(AccountKind.SUSPENSE, case.ref, Money(in_suspense, currency)),
            debit(AccountKind.COMMISSION, MARKETPLACE, Money(lost.commission_minor, currency)),
            *taken,
        ],
        happened_at=at,
    )
    return {
        "covered_minor": covered_minor,
        "from_credit_minor": 0,
        "from_held_minor": lost.waiting_minor,
        "from_commission_minor": lost.commission_minor,
        "from_kept_minor": drawn.kept_minor,
        "from_balance_minor": drawn.balance_minor,
        "to_debt_minor": drawn.debt_minor,
        "unexplained_minor": lost.unexplained_minor,
    }


def _assigned(case: ChargebackCase) -> tuple[int, int]:
    """What officers gave the supplier of it since it was lost last, and the commission that came off."""
    lost_at = case.transitions.filter(to_state=CaseState.LOST).aggregate(last=Max("at"))["last"]
    if lost_at is None:
        return 0, 0
    bps = Hold.objects.filter(order_id=case.order_id).aggregate(most=Max("commission_bps"))["most"] or 0
    given = SuspenseAssignment.objects.filter(case=case, done_at__gte=lost_at)
    parts = [
        release_of(minor, released_before_minor=0, commission_before_minor=0, commission_bps=bps)
        for minor in given.values_list("to_supplier_minor", flat=True)
    ]
    return sum(part.amount_minor for part in parts), sum(part.commission_minor for part in parts)

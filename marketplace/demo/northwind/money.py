"""The finance officers' and suppliers' part of the replay: refunds confirmed, balances paid out."""

from __future__ import annotations

from datetime import datetime

from marketplace.core.money import Money
from marketplace.demo.northwind.cast import CURRENCY, Cast
from marketplace.demo.northwind.clock import settle
from trade_assurance.holds.models import Payout, PayoutApproval
from trade_assurance.holds.operations import approve_payout, request_payout
from trade_assurance.holds.states import PayoutState
from trade_assurance.ledger.queries import balance
from trade_assurance.ledger.states import AccountKind
from trade_assurance.payments.models import Refund
from trade_assurance.payments.operations import (
    approve_bank_refund,
    confirm_bank_payout,
    confirm_bank_refund,
)
from trade_assurance.payments.states import RefundState


def close_month(cast: Cast, done: set[str], at: datetime) -> None:
    """Confirm what was sent back to buyers; every supplier asks for its balance, and gets it."""
    confirm_refunds(cast, at)
    for number, supplier in cast.suppliers.items():
        key = f"northwind:payout:{number}:{at:%Y-%m-%d}"
        owed = balance(AccountKind.SUPPLIER_PAYABLE, cast.supplier_companies[number].ref, CURRENCY)
        if owed.is_positive and key not in done:
            request_payout(amount=Money(owed.amount_minor, CURRENCY), actor=supplier, key=key, at=at)
            done.add(key)
    _approve(cast, at)
    settle(at)
    _confirm(cast, at)
    settle(at)


def confirm_refunds(cast: Cast, at: datetime) -> None:
    """An officer makes every transfer back to a buyer that is under way."""
    under_way = Refund.objects.filter(state__in=[RefundState.REQUESTED, RefundState.SENT]).order_by("pk")
    for ref in list(under_way.values_list("ref", flat=True)):
        confirm_bank_refund(
            refund_ref=ref,
            reference=f"NW refund {ref}",
            proof=None,
            actor=cast.officers[0],
            key=f"northwind:refund:{ref}",
            at=at,
        )
        if Refund.objects.get(ref=ref).state != RefundState.CONFIRMED:  # above the limit
            approve_bank_refund(
                refund_ref=ref, actor=cast.officers[1], key=f"northwind:refund:{ref}:second", at=at
            )
    settle(at)


def _approve(cast: Cast, at: datetime) -> None:
    for officer in cast.officers:
        approved = PayoutApproval.objects.filter(user_id=officer.user_id or 0).values("payout_id")
        waiting = Payout.objects.filter(state=PayoutState.REQUESTED).exclude(pk__in=approved)
        for ref in list(waiting.order_by("pk").values_list("ref", flat=True)):
            approve_payout(
                payout_ref=ref, actor=officer, key=f"northwind:approve:{ref}:{officer.user_id}", at=at
            )


def _confirm(cast: Cast, at: datetime) -> None:
    for ref in list(
        Payout.objects.filter(state=PayoutState.SENT).order_by("pk").values_list("ref", flat=True)
    ):
        confirm_bank_payout(
            subject=ref,
            reference=f"NW payout {ref}",
            proof=None,
            actor=cast.officers[1],
            key=f"northwind:confirm:{ref}",
            at=at,
        )

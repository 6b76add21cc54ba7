"""Suppliers ask for their balance, officers approve, the bank carries it out: each step one operation."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from marketplace.core.money import Money
from marketplace.demo.story.stage import Stage
from marketplace.demo.story.trade import HELENA, RAHUL
from trade_assurance.holds.models import Payout
from trade_assurance.holds.operations import approve_payout, request_payout
from trade_assurance.holds.states import PayoutState
from trade_assurance.ledger.queries import balance
from trade_assurance.ledger.states import AccountKind
from trade_assurance.payments.operations import confirm_bank_payout


@dataclass
class Payday:
    """One payout of one company, asked for by this person."""

    stage: Stage
    person: str
    currency: str
    ref: str = ""

    def ask(self, amount: str = "") -> None:
        """Ask for this amount, or for all that is owed."""
        company = self.stage.company(self.person)
        owed = balance(AccountKind.SUPPLIER_PAYABLE, company.ref, self.currency)
        self.ref = request_payout(
            amount=Money.from_decimal(Decimal(amount), self.currency) if amount else owed,
            actor=self.stage.actor(self.person),
            key=f"demo:payout:{company.ref}:{self.stage.at:%Y-%m-%d}",
            at=self.stage.at,
        )

    def approve(self, officer: str) -> None:
        """A finance officer says yes."""
        approve_payout(
            payout_ref=self.ref,
            actor=self.stage.actor(officer),
            key=f"demo:approve:{self.ref}:{officer}",
            at=self.stage.at,
        )

    def approve_in_full(self) -> None:
        """Helena says yes, and Rahul where the amount needs a second person."""
        self.approve(HELENA)
        if Payout.objects.get(ref=self.ref).state == PayoutState.REQUESTED:
            self.approve(RAHUL)

    def sent(self, officer: str, *, reference: str) -> None:
        """A finance officer has made the transfer."""
        confirm_bank_payout(
            subject=self.ref,
            reference=reference,
            proof=None,
            actor=self.stage.actor(officer),
            key=f"demo:paid:{self.ref}",
            at=self.stage.at,
        )

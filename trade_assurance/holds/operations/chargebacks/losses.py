"""What a lost chargeback takes out of a trade's holds, and from whom. Steps 5 to 7; the operation is `chargeback`.

Runs in its transaction, on a locked trade.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.db.models import Sum

from marketplace.core.actors import Actor
from marketplace.core.money import Money
from trade_assurance.holds.models import ChargebackCase, ChargebackPart, Freeze, Funding, Hold
from trade_assurance.holds.operations.payouts.supplier_money import Cause, take_from_supplier
from trade_assurance.holds.operations.trades.trade import Trade, move
from trade_assurance.holds.rules import MARKETPLACE, Drawn, Funded, Loss, Standing, loss_of, spread_over
from trade_assurance.holds.states import CaseState, MovementKind
from trade_assurance.ledger import operations as ledger
from trade_assurance.ledger.operations import EntrySpec, credit, debit
from trade_assurance.ledger.states import AccountKind

CHARGEBACK: Final = "chargeback"
BY_BANK: Final = Actor.system("chargeback")


@dataclass(slots=True)
class Borne:
    """Who bears a loss, added up over the holds; `claims` says what disputes lost of what they had frozen."""

    covered_minor: int
    from_credit_minor: int = 0
    from_held_minor: int = 0
    from_commission_minor: int = 0
    from_kept_minor: int = 0
    from_balance_minor: int = 0
    to_debt_minor: int = 0
    claims: list[dict[str, object]] = field(default_factory=list)

    def add(self, loss: Loss, drawn: Drawn) -> None:
        """One hold's share."""
        self.from_held_minor += loss.from_held_minor
        self.from_commission_minor += loss.commission_minor
        self.from_kept_minor += drawn.kept_minor
        self.from_balance_minor += drawn.balance_minor
        self.to_debt_minor += drawn.debt_minor

    def as_fields(self) -> dict[str, Any]:
        """The columns of the case."""
        return {name: getattr(self, name) for name in self.__slots__ if name != "claims"}


def bear(
    trade: Trade, case: ChargebackCase, covered_minor: int, from_credit_minor: int, at: datetime
) -> Borne:
    """Take a lost chargeback out of the holds its payment paid for; less what the buyer's own money answers for:
    refunds it made needless, and credit.
    """
    borne = Borne(covered_minor, from_credit_minor)
    for hold, funding, amount in shares_of(
        trade, case, case.amount_minor - covered_minor - from_credit_minor
    ):
        _lose(trade, case, hold, amount, borne, at)
        Funding.objects.filter(pk=funding.pk).update(charged_back_minor=funding.charged_back_minor + amount)
    return borne


def _lose(
    trade: Trade,
    case: ChargebackCase,
    hold: Hold,
    amount_minor: int,
    borne: Borne,
    at: datetime,
) -> None:
    """One hold's share of a lost chargeback: steps 5 to 7 of the operation."""
    part, _new = ChargebackPart.objects.get_or_create(case=case, hold=hold, defaults={"target_minor": 0})
    loss = loss_of(amount_minor, _standing(hold, part))
    currency = case.currency
    cause = Cause(case.ref, trade.order.ref, BY_BANK, at)
    taken, drawn = take_from_supplier(trade.order.supplier, Money(loss.from_supplier_minor, currency), cause)
    borne.claims += _shrink_claims(hold, loss.claims_shrink_minor, at)
    move(
        hold,
        kind=MovementKind.CHARGED_BACK,
        amount_minor=amount_minor,
        commission_minor=-loss.commission_minor,
        entries=[*_loss_entries(case, hold, loss, amount_minor), *taken],
        cause=case.ref,
        reason=CHARGEBACK,
        actor=BY_BANK,
        at=at,
        held_minor=hold.held_minor - loss.from_held_minor,
        released_minor=hold.released_minor - loss.from_released_minor,
        charged_back_minor=hold.charged_back_minor + amount_minor,
        frozen_minor=loss.frozen_minor,
        refund_due_minor=min(hold.refund_due_minor, hold.held_minor - loss.from_held_minor),
    )
    part.frozen_minor, part.commission_minor = 0, loss.commission_minor
    part.from_held_minor, part.from_released_minor = loss.from_held_minor, loss.from_released_minor
    part.save(update_fields=["frozen_minor", "commission_minor", "from_held_minor", "from_released_minor"])
    borne.add(loss, drawn)


def _standing(hold: Hold, part: ChargebackPart) -> Standing:
    others = ChargebackPart.objects.filter(hold=hold, case__state=CaseState.OPEN).exclude(pk=part.pk)
    return Standing(
        held_minor=hold.held_minor,
        frozen_minor=hold.frozen_minor,
        own_frozen_minor=part.frozen_minor,
        others_frozen_minor=int(others.aggregate(sum=Sum("frozen_minor"))["sum"] or 0),
        released_minor=hold.released_minor,
        commission_minor=hold.commission_minor,
        commission_bps=hold.commission_bps,
    )


def _loss_entries(case: ChargebackCase, hold: Hold, loss: Loss, amount_minor: int) -> list[EntrySpec]:
    """What was released passes through the hold's account once more, so that its story can be read there."""
    currency = case.currency
    released = Money(loss.from_released_minor, currency)
    return [
        credit(AccountKind.CHARGEBACK_PENDING, case.ref, Money(amount_minor, currency)),
        credit(AccountKind.ESCROW, hold.ref, released),
        debit(AccountKind.ESCROW, hold.ref, Money(amount_minor, currency)),
        debit(AccountKind.COMMISSION, MARKETPLACE, Money(loss.commission_minor, currency)),
    ]


def _shrink_claims(hold: Hold, shrink_minor: int, at: datetime) -> list[dict[str, object]]:
    """What claims had frozen is gone in part: the newest loses first. What is told of each, for its case."""
    told: list[dict[str, object]] = []
    for row in Freeze.objects.filter(hold=hold, lifted_at__isnull=True).order_by("-pk"):
        part = min(shrink_minor, row.standing_minor)
        if not part:
            continue
        shrink_minor -= part
        row.taken_minor += part
        left = row.standing_minor
        if not left:
            row.lifted_at = at
        row.save(update_fields=["taken_minor", "lifted_at"])
        told.append({"subject": row.subject, "hold": hold.ref, "lost_minor": part, "left_minor": left})
    return told


def book_rest(
    trade: Trade,
    case: ChargebackCase,
    borne: Borne,
    unexplained_minor: int,
    from_credit: Sequence[EntrySpec],
    at: datetime,
) -> None:
    """What of a loss no hold bears: refunds that it made needless, the buyer's credit, and what was refunded as well."""
    covered_minor, currency = borne.covered_minor, case.currency
    in_all = covered_minor + borne.from_credit_minor + unexplained_minor
    if not in_all:
        return
    ledger.post(
        kind="chargeback_lost",
        subject=case.ref,
        key=f"chargeback:{case.ref}:lost:{case.transitions.count()}",
        entries=[
            credit(AccountKind.CHARGEBACK_PENDING, case.ref, Money(in_all, currency)),
            *from_credit,
            debit(AccountKind.REFUND_PAYABLE, trade.order.ref, Money(covered_minor, currency)),
            debit(AccountKind.SUSPENSE, case.ref, Money(unexplained_minor, currency)),
        ],
        happened_at=at,
    )


def shares_of(trade: Trade, case: ChargebackCase, amount_minor: int) -> list[tuple[Hold, Funding, int]]:
    """How much of an amount falls on each hold that the payment paid for, as far as it is still there or released."""
    holds = {hold.pk: hold for hold in trade.holds}
    rows = {
        str(row.pk): row
        for row in Funding.objects.filter(hold__in=list(holds), payment_ref=case.payment_ref).order_by("pk")
    }
    funded = [
        Funded(key, row.amount_minor, row.refunded_minor, row.charged_back_minor) for key, row in rows.items()
    ]
    return [(holds[rows[key].hold_id], rows[key], part) for key, part in spread_over(amount_minor, funded)]

"""The buyer claims an amount for named goods, and may withdraw the claim."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction

from marketplace.core.actors import Actor
from marketplace.core.idempotency import remember, replayed
from marketplace.core.money import Money
from marketplace.files.operations import upload_hashes
from orders.models import Order, OrderLine, Shipment
from orders.states import GONE, OrderState
from trade_assurance.disputes.claim_values import value_of_named
from trade_assurance.disputes.errors import (
    ClaimAboveValue,
    ClaimOverlaps,
    LateClaimTooEarly,
    LineNotClaimable,
    NothingNamed,
    NotLate,
    ShipmentNotClaimable,
    UnknownReason,
)
from trade_assurance.disputes.models import ClaimLine, Dispute
from trade_assurance.disputes.operations.case import (
    Case,
    case_deadline,
    clean_text,
    demand,
    demand_state,
    end_case,
    lock_case,
    tell,
)
from trade_assurance.disputes.operations.evidence import Upload, store_evidence
from trade_assurance.disputes.policies import can_claim
from trade_assurance.disputes.queries.claimable import claimable_quantities
from trade_assurance.disputes.rules.claims import ClaimValue, spread_over_lines
from trade_assurance.disputes.rules.clocks import NEGOTIATION_END, days_of
from trade_assurance.disputes.states import (
    OPEN_STATES,
    WITHDRAWABLE_STATES,
    Clause,
    DisputeState,
    Ending,
    Reason,
    Side,
)
from trade_assurance.holds.operations import freeze, lock_trade


@dataclass(frozen=True, slots=True)
class ClaimedLine:
    """How much of an order's line the claim is about, in the line's unit."""

    line_id: int
    quantity: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """What the buyer claims: how much, why, by which clause of the contract, and for which goods.

    No lines means all that is ordered (or all that is in the shipment).
    """

    reason: str
    clause: str
    amount: Money
    statement: str
    lines: Sequence[ClaimedLine] = ()
    shipment_ref: str = ""

    @property
    def content(self) -> dict[str, object]:
        """What an idempotency key stands for."""
        return {
            "reason": self.reason,
            "clause": self.clause,
            "amount": self.amount,
            "statement": self.statement,
            "lines": [[line.line_id, line.quantity] for line in self.lines],
            "shipment": self.shipment_ref,
        }


@transaction.atomic
def open_claim(
    *, order_ref: str, claim: Claimed, files: Sequence[Upload] = (), actor: Actor, key: str, at: datetime
) -> str:
    """The buyer claims an amount for the named lines: exactly that freezes, spread over the order's holds.

    Other lines and shipments go on: they are accepted and released, or claimed in a case of their own. Possible from funding until acceptance or
    the end of the (shipment's) inspection window; lateness only once the goods are delivered. Opens the
    negotiation's deadline and tells the supplier. Returns the dispute's reference.
    Raises `TradeNotFound`, `NotYourCase`, `UnknownReason`, `ShipmentNotClaimable`, `LineNotClaimable`,
    `NothingNamed`, `ClaimOverlaps`, `ClaimAboveValue`, `TextMissing`, `LateClaimTooEarly`, `NotLate`, and
    what `holds.operations.freeze` raises (`AmountAboveFree`, `NothingHeld`, `AlreadyAccepted` …).
    """
    trade = lock_trade(order_ref, actor=actor)
    content = {
        "order": order_ref,
        **claim.content,
        "files": upload_hashes(files),
        "actor": actor.as_text,
    }
    if (first := replayed(key=key, operation="open_claim", content=content)) is not None:
        return first
    demand(can_claim(actor, trade.order))
    shipment = _shipment(trade.order, claim.shipment_ref)
    _guard_grounds(trade.order, shipment, claim)
    dispute = _dispute_about(trade.order, shipment, claim, actor, at)
    named = _named_lines(trade.order, shipment, claim.lines)
    value = value_of_named(trade.order, shipment, named)
    _guard_overlap(trade.order, shipment, named)
    _guard_amount(claim.amount, Money(value.bound_minor, trade.order.currency))
    freeze(
        trade,
        subject=dispute.ref,
        shipment_ref=claim.shipment_ref,
        amount=claim.amount,
        actor=actor,
        at=at,
    )
    dispute.save()
    dispute.log_transition("", DisputeState.NEGOTIATION, actor=actor, at=at, key=key)
    _write_lines(dispute, named, value)
    case = Case(trade, dispute, Side.BUYER)
    if files:
        store_evidence(case, note=dispute.statement, files=files, actor=actor, at=at)
    _begin_talks(case, actor=actor, at=at)
    remember(key=key, operation="open_claim", content=content, result=dispute.ref, at=at)
    return dispute.ref


@transaction.atomic
def withdraw_claim(*, dispute_ref: str, actor: Actor, key: str, at: datetime) -> str:
    """The buyer withdraws: the amount unfreezes and goes its way (released if the goods were accepted meanwhile).

    Raises `DisputeNotFound`, `NotYourCase`, `TalksOver` once decided or ended.
    """
    case = lock_case(dispute_ref, actor=actor)
    content = {"dispute": dispute_ref, "actor": actor.as_text}
    if (first := replayed(key=key, operation="withdraw_claim", content=content)) is not None:
        return first
    demand(can_claim(actor, case.order))
    demand_state(case.dispute, WITHDRAWABLE_STATES)
    nothing = Money.zero(case.dispute.currency)
    tell(case, "claim_withdrawn", actor=actor, at=at)
    end_case(
        case,
        DisputeState.WITHDRAWN,
        because=Ending.WITHDRAWN,
        refund=nothing,
        release=nothing,
        actor=actor,
        key=key,
        at=at,
    )
    remember(key=key, operation="withdraw_claim", content=content, result=dispute_ref, at=at)
    return dispute_ref


def _shipment(order: Order, shipment_ref: str) -> Shipment | None:
    if not shipment_ref:
        return None
    shipment = Shipment.objects.filter(order=order, ref=shipment_ref).first()
    if shipment is None or shipment.state not in GONE:
        raise ShipmentNotClaimable(field="shipment")
    return shipment


def _dispute_about(
    order: Order, shipment: Shipment | None, claim: Claimed, actor: Actor, at: datetime
) -> Dispute:
    """The case as it begins, not stored yet. Raises `TextMissing`."""
    return Dispute(
        order=order,
        shipment=shipment,
        opened_by=actor.as_text,
        reason=claim.reason,
        clause=claim.clause,
        statement=clean_text(claim.statement, field="statement"),
        currency=order.currency,
        claimed_minor=claim.amount.amount_minor,
        opened_at=at,
    )


def _named_lines(
    order: Order, shipment: Shipment | None, lines: Sequence[ClaimedLine]
) -> list[tuple[OrderLine, Decimal]]:
    most = claimable_quantities(order, shipment)
    if not lines:
        if not most:
            raise NothingNamed(field="lines")
        return most
    by_id = {line.pk: (line, quantity) for line, quantity in most}
    named: list[tuple[OrderLine, Decimal]] = []
    for wanted in lines:
        found = by_id.pop(wanted.line_id, None)
        if found is None or not 0 < wanted.quantity <= found[1]:
            raise LineNotClaimable(field=f"quantity_{wanted.line_id}")
        named.append((found[0], wanted.quantity))
    return sorted(named, key=lambda pair: pair[0].position)


def _guard_overlap(
    order: Order, shipment: Shipment | None, named: Sequence[tuple[OrderLine, Decimal]]
) -> None:
    """INVARIANT: a line (of a shipment) is in one open claim (enforced by claim_line_in_one_open_claim)."""
    rows = ClaimLine.objects.filter(
        dispute__order=order, dispute__state__in=OPEN_STATES, line__in=[line for line, _quantity in named]
    )
    if shipment is not None:
        rows = rows.filter(dispute__shipment__isnull=True) | rows.filter(dispute__shipment=shipment)
    taken = rows.select_related("dispute").first()
    if taken is not None:
        raise ClaimOverlaps(field="lines", title=taken.title)


def _guard_amount(amount: Money, bound: Money) -> None:
    if amount.is_positive and amount.amount_minor > bound.amount_minor:
        raise ClaimAboveValue(field="amount", bound=f"{bound.as_decimal()} {bound.currency}")


def _begin_talks(case: Case, *, actor: Actor, at: datetime) -> None:
    due_at = at + timedelta(days=days_of(case.order.clocks, "negotiation_days"))
    case_deadline(case, NEGOTIATION_END, due_at=due_at, rule="negotiation_days", at=at)
    tell(case, "claim_opened", actor=actor, at=at, reason=case.dispute.reason)


def _guard_grounds(order: Order, shipment: Shipment | None, claim: Claimed) -> None:
    if claim.reason not in Reason.values:
        raise UnknownReason(field="reason")
    if claim.clause not in Clause.values:
        raise UnknownReason(field="clause")
    if claim.reason != Reason.LATENESS:
        return
    delivered = order.state == OrderState.DELIVERED if shipment is None else bool(shipment.delivered_at)
    if not delivered:
        raise LateClaimTooEarly(field="reason")
    late = shipment.late if shipment else order.late or order.shipments.filter(late=True).exists()
    if not late:
        raise NotLate(field="reason")


def _write_lines(dispute: Dispute, named: Sequence[tuple[OrderLine, Decimal]], value: ClaimValue) -> None:
    parts = spread_over_lines(dispute.claimed_minor, value)
    ClaimLine.objects.bulk_create(
        ClaimLine(
            dispute=dispute,
            line=line,
            position=line.position,
            title=line.full_title,
            unit_code=line.unit_code,
            hs_chapter=line.hs_code[:2],
            quantity=quantity,
            value_minor=whole,
            claimed_minor=part,
        )
        for (line, quantity), whole, part in zip(named, value.whole_minor, parts, strict=True)
    )

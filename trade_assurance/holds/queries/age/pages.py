"""Money that a processor holds no longer, for both sides and for officers: what happens, who consents, what is decided."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from marketplace.core.actors import Actor
from marketplace.core.errors import NotFound, Text
from marketplace.core.models import Deadline
from marketplace.core.money import Money
from marketplace.core.states import DeadlineState
from orders.models import Order
from orders.queries import NextLine
from trade_assurance.holds.age_rules import AgeFacts, AgeStep, age_steps
from trade_assurance.holds.models import AgeDecision, BankMove, Freeze, Hold, MoveConsent, ProviderMovementRow
from trade_assurance.holds.policies import consent_side
from trade_assurance.holds.queries.age.carried import carried, total_of
from trade_assurance.holds.queries.age.consents import consent_text, text_hash
from trade_assurance.holds.queries.age.facts import facts_of_age
from trade_assurance.holds.states import MOVE_OPEN, AgeOutcome, ConsentSide, HoldState, MoveState
from trade_assurance.payments.queries import rail_label

CAP = "hold_age_cap"
LINES = 200


@dataclass(frozen=True, slots=True)
class ConsentLine:
    """One side's consent that stands."""

    side: str
    company: str
    name: str
    at: datetime
    text: str
    text_hash: str


@dataclass(frozen=True, slots=True)
class AgePanel:
    """On the order's page: what a processor holds no longer, what happens by itself, and the way to the bank."""

    provider: str
    rail: Text
    amount: Money
    due_at: datetime
    foretold: tuple[str, ...]
    consents: tuple[ConsentLine, ...]
    text: str
    text_hash: str
    may_consent: bool
    may_withdraw: bool
    agreed: bool


@dataclass(frozen=True, slots=True)
class OldHoldLine:
    """A hold in the desks' list; `over` when its time has passed."""

    ref: str
    order_ref: str
    order_number: str
    buyer: str
    supplier: str
    amount: Money
    due_at: datetime
    over: bool
    waits_for: str


@dataclass(frozen=True, slots=True)
class MoveLine:
    """A move that both sides consent to, for the finance desk to make."""

    ref: str
    order_number: str
    rail: Text
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class HeldLong:
    """The desks' page."""

    holds: tuple[OldHoldLine, ...]
    moves: tuple[MoveLine, ...]


@dataclass(frozen=True, slots=True)
class OldHoldPage:
    """One hold, for the officer who decides."""

    line: OldHoldLine
    held: Money
    frozen: Money
    free: Money
    foretold: tuple[str, ...]
    claims: tuple[str, ...]
    may_decide: bool
    is_own: bool
    decision: str
    decision_reason: str
    decision_by: str
    may_approve: bool


@dataclass(frozen=True, slots=True)
class MovePage:
    """One move at the finance desk."""

    ref: str
    order_ref: str
    order_number: str
    buyer: str
    supplier: str
    rail: Text
    state: str
    state_label: str
    amount: Money
    consents: tuple[ConsentLine, ...]
    withdrawals: tuple[tuple[str, datetime], ...]
    withdrawal_ref: str
    bank_reference: str
    line_ref: str
    confirmed_by: str
    ended_at: datetime | None
    is_own: bool


def age_panels(
    order: Order, holds: Sequence[Hold], deadlines: Sequence[NextLine], actor: Actor, at: datetime
) -> tuple[AgePanel, ...]:
    """One for each processor that has held money of the order for 75 days; no statement for an order without."""
    due = [line.due_at for line in deadlines if line.kind == CAP]
    if not due:
        return ()
    amounts: dict[str, Money] = {}
    for row in carried(list(holds)):
        part = Money(row.amount_minor, row.hold.currency)
        known = amounts.get(row.funding.provider, Money.zero(part.currency))
        amounts[row.funding.provider] = known + part
    moves = {row.provider: row for row in BankMove.objects.filter(order=order, state__in=MOVE_OPEN)}
    consents = _consents(list(moves.values()), order)
    foretold = tuple(foretell(facts_of_age(order, list(holds), at)))
    side = consent_side(actor, order)
    return tuple(
        _panel(order, name, amount, min(due), foretold, moves.get(name), consents, side)
        for name, amount in sorted(amounts.items())
    )


def foretell(facts: AgeFacts) -> Iterable[str]:
    """What the cap does if nobody acts, part by part, in words."""
    steps = age_steps(facts)
    if AgeStep.CANCEL in steps:
        yield _("What has not left the supplier is cancelled and its money is refunded.")
    if AgeStep.ACCEPT in steps:
        yield _("What the buyer has had for three days without a claim counts as accepted and is released.")
    if facts.buyer_consents and facts.supplier_consents:
        yield _("Both sides consent: the marketplace moves the money to its bank.")
    elif AgeStep.OFFICER in steps:
        yield _("An officer decides about %(what)s: released to the supplier or refunded to the buyer.") % {
            "what": ", ".join(_officers(facts, steps)) or _("the rest")
        }


def _officers(facts: AgeFacts, steps: Sequence[AgeStep]) -> Iterable[str]:
    if facts.travelling:
        yield _("goods on their way")
    if facts.claimed:
        yield _("what a claim keeps still")
    if facts.just_came:
        yield _("goods that came lately or are claimed")
    if facts.has_unshipped and AgeStep.CANCEL not in steps:
        yield _("goods that need not have left yet")
    if facts.looked_at and AgeStep.ACCEPT not in steps:
        yield _("goods whose buyer consents to move the money")


def held_long(at: datetime) -> HeldLong:
    """What waits for officers: holds of 75 days and more by their time, moves to make; a fixed number of statements."""
    caps = dict(
        Deadline.objects.filter(kind=CAP).exclude(state=DeadlineState.CLOSED).values_list("subject", "due_at")
    )
    rows = Hold.objects.filter(ref__in=list(caps), state=HoldState.HELD, held_minor__gt=0)
    holds = list(rows.select_related("order__buyer", "order__supplier").order_by("pk")[:LINES])
    amounts: dict[int, int] = {}
    for part in carried(holds):
        amounts[part.hold.pk] = amounts.get(part.hold.pk, 0) + part.amount_minor
    waiting = dict(
        AgeDecision.objects.filter(hold__in=holds, done_at=None, dropped_at=None).values_list(
            "hold_id", "first_by_label"
        )
    )
    lines = [
        _line(hold, amounts[hold.pk], caps[hold.ref], waiting.get(hold.pk, ""), at)
        for hold in holds
        if hold.pk in amounts
    ]
    moves = BankMove.objects.filter(state=MoveState.AGREED, order__holds__held_minor__gt=0)
    return HeldLong(
        holds=tuple(sorted(lines, key=lambda line: line.due_at)),
        moves=tuple(
            MoveLine(row.ref, row.order.number, rail_label(row.provider), row.opened_at)
            for row in moves.select_related("order").distinct().order_by("pk")[:LINES]
        ),
    )


def old_hold_page(ref: str, actor: Actor, at: datetime) -> OldHoldPage:
    """One hold of 75 days and more. Raises `NotFound` for any other."""
    cap = Deadline.objects.filter(kind=CAP, subject=ref).order_by("-pk").first()
    hold = Hold.objects.filter(ref=ref).select_related("order__buyer", "order__supplier").first()
    if cap is None or hold is None:
        raise NotFound
    order = hold.order
    facts = facts_of_age(order, list(order.holds.all()), at)
    row = AgeDecision.objects.filter(hold=hold, done_at=None, dropped_at=None).first()
    is_own = bool({order.buyer_id, order.supplier_id} & actor.member_of)
    there = sum(part.amount_minor for part in carried([hold]))
    open_ = hold.state == HoldState.HELD and hold.free.is_positive and there > 0 and order.is_running
    freezes = Freeze.objects.filter(hold=hold, lifted_at=None).order_by("pk")
    return OldHoldPage(
        line=_line(hold, there, cap.due_at, "" if row is None else row.first_by_label, at),
        held=hold.held,
        frozen=Money(hold.frozen_minor, hold.currency),
        free=hold.free,
        foretold=tuple(foretell(facts)),
        claims=tuple(freezes.values_list("subject", flat=True)),
        may_decide=open_ and row is None and not is_own and AgeStep.OFFICER in age_steps(facts),
        is_own=is_own,
        decision="" if row is None else str(AgeOutcome(row.outcome).label),
        decision_reason="" if row is None else row.reason,
        decision_by="" if row is None else row.first_by_label,
        may_approve=row is not None and not is_own and row.first_by_id != actor.user_id,
    )


def move_page(ref: str, actor: Actor) -> MovePage:
    """One move. Raises `NotFound`."""
    row = BankMove.objects.filter(ref=ref).select_related("order__buyer", "order__supplier").first()
    if row is None:
        raise NotFound
    order = row.order
    parts = [part for part in carried(list(order.holds.all())) if part.funding.provider == row.provider]
    amount = row.money if row.state == MoveState.DONE else total_of(parts, row.currency)
    free = ProviderMovementRow.objects.filter(
        provider=row.provider, kind="withdrawal", currency=row.currency, amount_minor=-amount.amount_minor
    ).exclude(name__startswith="mov_")
    return MovePage(
        ref=row.ref,
        order_ref=order.ref,
        order_number=order.number,
        buyer=order.buyer.legal_name,
        supplier=order.supplier.legal_name,
        rail=rail_label(row.provider),
        state=row.state,
        state_label=row.get_state_display(),
        amount=amount,
        consents=_consents([row], order).get(row.pk, ()),
        withdrawals=tuple(free.order_by("-at").values_list("ref", "at")[:10]),
        withdrawal_ref=row.withdrawal_ref,
        bank_reference=row.bank_reference,
        line_ref=row.line_ref,
        confirmed_by=row.confirmed_by_label,
        ended_at=row.ended_at,
        is_own=bool({order.buyer_id, order.supplier_id} & actor.member_of),
    )


def _panel(
    order: Order,
    provider: str,
    amount: Money,
    due_at: datetime,
    foretold: tuple[str, ...],
    move: BankMove | None,
    consents: dict[int, tuple[ConsentLine, ...]],
    side: str | None,
) -> AgePanel:
    given = () if move is None else consents.get(move.pk, ())
    mine = any(line.side == side for line in given)
    text = consent_text(order, provider, amount)
    return AgePanel(
        provider=provider,
        rail=rail_label(provider),
        amount=amount,
        due_at=due_at,
        foretold=foretold,
        consents=given,
        text=text,
        text_hash=text_hash(text),
        may_consent=side is not None and not mine,
        may_withdraw=mine,
        agreed=move is not None and move.state == MoveState.AGREED,
    )


def _consents(moves: Sequence[BankMove], order: Order) -> dict[int, tuple[ConsentLine, ...]]:
    names = {ConsentSide.BUYER: order.buyer.legal_name, ConsentSide.SUPPLIER: order.supplier.legal_name}
    found: dict[int, tuple[ConsentLine, ...]] = {}
    rows = MoveConsent.objects.filter(move__in=moves, withdrawn_at=None).order_by("pk") if moves else ()
    for row in rows:
        side = ConsentSide(row.side)
        line = ConsentLine(side, names[side], row.typed_name, row.given_at, row.text, row.text_hash)
        found[row.move_id] = (*found.get(row.move_id, ()), line)
    return found


def _line(hold: Hold, minor: int, due_at: datetime, waits_for: str, at: datetime) -> OldHoldLine:
    order = hold.order
    return OldHoldLine(
        ref=hold.ref,
        order_ref=order.ref,
        order_number=order.number,
        buyer=order.buyer.legal_name,
        supplier=order.supplier.legal_name,
        amount=Money(minor, hold.currency),
        due_at=due_at,
        over=due_at <= at,
        waits_for=waits_for,
    )

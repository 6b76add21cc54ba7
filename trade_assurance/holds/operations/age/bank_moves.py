"""Held money leaves a card or wallet processor for the marketplace's bank, with both sides' written consent.

Lock order: Order → Hold → move → ledger accounts. Held stays held: only where it lies changes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from marketplace.core.actors import Actor
from marketplace.core.deadlines import close_deadline
from marketplace.core.errors import IllegalTransition
from marketplace.core.formatting import format_money
from marketplace.core.idempotency import remember, replayed
from marketplace.core.money import Money
from marketplace.core.outbox import emit
from marketplace.files.operations import upload_hashes
from orders import operations as orders
from orders.models import Order
from trade_assurance.holds.errors import (
    ConsentGiven,
    ConsentMissing,
    ConsentTextChanged,
    MoveAmountDiffers,
    MoveNotFound,
    NothingToMove,
    NotYourStep,
    OwnCompanysMoney,
    WithdrawalTaken,
)
from trade_assurance.holds.models import BankMove, MoveConsent, MovedPart, ProviderMovementRow
from trade_assurance.holds.operations.age.warnings import AGE_CLOCKS, HOLD_AGE_CAP, is_clock_open
from trade_assurance.holds.operations.trades.trade import Trade, demand, lock_trade
from trade_assurance.holds.policies import consent_side
from trade_assurance.holds.queries.age.carried import Carried, carried, total_of
from trade_assurance.holds.queries.age.consents import consent_text, text_hash
from trade_assurance.holds.states import MOVE_OPEN, ConsentSide, MoveState
from trade_assurance.ledger import operations as ledger
from trade_assurance.ledger.operations import credit, debit
from trade_assurance.ledger.states import AccountKind
from trade_assurance.payments.errors import ProofMissing
from trade_assurance.payments.models import BankStatementLine
from trade_assurance.payments.operations import explain_line, keep_proof, named_reference
from trade_assurance.payments.queries import BANK

WITHDRAWAL: Final = "withdrawal"
FINANCE: Final = "finance"


@transaction.atomic
def give_consent(
    *,
    order_ref: str,
    provider: str,
    typed_name: str,
    read_hash: str,
    actor: Actor,
    key: str,
    at: datetime,
) -> str:
    """One side consents in writing that what `provider` holds of the order moves to the bank. The move's state.

    Stores the full text with its hash, the typed name, who and when. With the second consent the finance desk is
    asked to make the withdrawal. Offered from the 75th day on. Raises `TradeNotFound`, `NotYourStep`,
    `NothingToMove`, `ConsentTextChanged` when another text was read than holds now, `ConsentGiven`, `ConsentMissing`
    without a name.
    """
    trade = lock_trade(order_ref, actor=actor)
    content = {"order": order_ref, "provider": provider, "hash": read_hash, "actor": actor.as_text}
    if (first := replayed(key=key, operation="give_consent", content=content)) is not None:
        return first
    side = _side(actor, trade.order)
    there = movable(trade, provider)
    if not there or not any(is_clock_open(HOLD_AGE_CAP, row.hold.ref) for row in there):
        raise NothingToMove
    text = consent_text(trade.order, provider, total_of(there))
    if text_hash(text) != read_hash:
        raise ConsentTextChanged
    if not typed_name.strip():
        raise ConsentMissing(field="typed_name")
    move = _open_move(trade, provider, actor, at)
    if move.consents.filter(side=side, withdrawn_at=None).exists():
        raise ConsentGiven
    # INVARIANT: one consent stands per side (enforced by move_consent_stands_once_per_side)
    MoveConsent.objects.create(
        move=move,
        side=side,
        text=text,
        text_hash=read_hash,
        typed_name=typed_name.strip()[:200],
        given_by=actor.as_text,
        given_by_label=actor.label,
        given_at=at,
    )
    _say(trade, "move_consented", move, total_of(there), side, actor, at)
    if move.consents.filter(withdrawn_at=None).count() == len(ConsentSide):
        move.move_to(MoveState.AGREED, actor=actor, at=at, key=key)
        _tell(trade, "bank_move_agreed", move, total_of(there), actor, at)
    remember(key=key, operation="give_consent", content=content, result=move.state, at=at)
    return move.state


@transaction.atomic
def withdraw_consent(*, order_ref: str, provider: str, actor: Actor, key: str, at: datetime) -> str:
    """A side takes its consent back, as long as the move is not recorded. The move's state.

    Raises `TradeNotFound`, `NotYourStep`, `ConsentMissing` when it has given none or the money has moved.
    """
    trade = lock_trade(order_ref, actor=actor)
    content = {"order": order_ref, "provider": provider, "actor": actor.as_text}
    if (first := replayed(key=key, operation="withdraw_consent", content=content)) is not None:
        return first
    side = _side(actor, trade.order)
    move = BankMove.objects.filter(order=trade.order, provider=provider, state__in=MOVE_OPEN).lock().first()
    rows = MoveConsent.objects.filter(move=move, side=side, withdrawn_at=None)
    if move is None or rows.update(withdrawn_at=at, withdrawn_by_label=actor.label) == 0:
        raise ConsentMissing
    if move.state == MoveState.AGREED:
        move.move_to(MoveState.OPEN, actor=actor, at=at, key=key, reason="consent_withdrawn")
    there = total_of(movable(trade, provider), trade.order.currency)
    _say(trade, "move_consent_withdrawn", move, there, side, actor, at)
    remember(key=key, operation="withdraw_consent", content=content, result=move.state, at=at)
    return move.state


@transaction.atomic
def confirm_move(
    *,
    move_ref: str,
    amount: Money,
    withdrawal_ref: str,
    bank_reference: str,
    proof: UploadedFile[bytes] | None,
    actor: Actor,
    key: str,
    at: datetime,
) -> BankMove:
    """A finance officer has withdrawn the money from the processor and it has arrived at the marketplace's bank.

    Books it out of the processor's clearing account into the bank's, exactly what is held there now; refunds of it
    go by bank from then on; the clocks of its age end; both sides are told. The processor's own line of the
    withdrawal and the bank's line of its arrival are matched with it, whichever comes first.
    Raises `MoveNotFound`, `NotYourStep`, `OwnCompanysMoney`, `ConsentMissing`, `NothingToMove`, `MoveAmountDiffers`,
    `WithdrawalTaken`, `ProofMissing`, `IllegalTransition`, and what the file is refused for.
    """
    order_ref = BankMove.objects.filter(ref=move_ref).values_list("order__ref", flat=True).first()
    if order_ref is None:
        raise MoveNotFound
    trade = lock_trade(order_ref, actor=actor)
    move = BankMove.objects.filter(ref=move_ref).lock().get()
    content = {
        "move": move_ref,
        "amount": amount,
        "withdrawal": withdrawal_ref,
        "reference": bank_reference,
        "proof": upload_hashes([proof] if proof else []),
        "actor": actor.as_text,
    }
    if replayed(key=key, operation="confirm_move", content=content) is not None:
        return move
    _demand_officer(trade, actor)
    there = _agreed(trade, move)
    if proof is None:
        raise ProofMissing(field="proof")
    if amount != total_of(there):
        raise MoveAmountDiffers(field="amount", amount=format_money(total_of(there)))
    said = named_reference(bank_reference)
    named = _free_withdrawal(move, withdrawal_ref, amount)
    stored = keep_proof(proof, trade.order.ref, actor, at)
    proven: dict[str, Any] = {"withdrawal_ref": named, "bank_reference": said, "proof": stored}
    _carry_out(trade, move, there, proven, actor=actor, key=key, at=at)
    remember(key=key, operation="confirm_move", content=content, result=move.ref, at=at)
    return move


def _carry_out(
    trade: Trade,
    move: BankMove,
    there: Sequence[Carried],
    proven: Mapping[str, Any],
    *,
    actor: Actor,
    key: str,
    at: datetime,
) -> None:
    """Book what is there to the bank, part by part; end its clocks, match its lines, tell both sides."""
    amount = total_of(there)
    _book(move, amount, at)
    MovedPart.objects.bulk_create(
        MovedPart(move=move, funding=row.funding, amount_minor=row.amount_minor) for row in there
    )
    # INVARIANT: nothing counts as moved without reference and proof (enforced by bank_move_done_is_proven)
    move.move_to(
        MoveState.DONE,
        actor=actor,
        at=at,
        key=key,
        amount_minor=amount.amount_minor,
        confirmed_by=actor.as_text,
        confirmed_by_label=actor.label,
        ended_at=at,
        **proven,
    )
    _match_lines(move, actor, at)
    _end_clocks(trade, there, at)
    _say(trade, "moved_to_bank", move, amount, "", actor, at)
    _tell(trade, "hold_moved_to_bank", move, amount, actor, at)


@transaction.atomic
def bank_line_came(*, line_ref: str, at: datetime) -> bool:
    """A line of the bank's that nobody could match: is it the arrival of a move recorded before? It is taken then."""
    line = BankStatementLine.objects.get(ref=line_ref)
    rows = BankMove.objects.filter(
        state=MoveState.DONE,
        line_ref="",
        bank_reference__iexact=line.bank_reference,
        currency=line.currency,
        amount_minor=line.amount_minor,
    )
    move = rows.order_by("pk").lock().first() if line.bank_reference else None
    if move is None:
        return False
    found = explain_line(
        bank_reference=move.bank_reference,
        money=move.money,
        note=f"{move.ref}: {move.withdrawal_ref}",
        actor=Actor.system("holds"),
        at=at,
    )
    BankMove.objects.filter(pk=move.pk).update(line_ref=found)
    return bool(found)


def movable(trade: Trade, provider: str) -> list[Carried]:
    """What the processor carries of the locked trade's holds."""
    return [row for row in carried(trade.holds) if row.funding.provider == provider]


def _side(actor: Actor, order: Order) -> ConsentSide:
    side = consent_side(actor, order)
    demand(side is not None)
    return ConsentSide(str(side))


def _open_move(trade: Trade, provider: str, actor: Actor, at: datetime) -> BankMove:
    rows = BankMove.objects.filter(order=trade.order, provider=provider, state__in=MOVE_OPEN)
    move = rows.lock().first()
    if move is None:
        move = BankMove.objects.create(
            order=trade.order,
            provider=provider,
            currency=trade.order.currency,
            state=MoveState.OPEN,
            opened_at=at,
        )
        move.log_transition("", MoveState.OPEN, actor=actor, at=at)
    return move


def _demand_officer(trade: Trade, actor: Actor) -> None:
    if not actor.has_desk(FINANCE) or actor.user_id is None:
        raise NotYourStep
    if {trade.order.buyer_id, trade.order.supplier_id} & actor.member_of:
        raise OwnCompanysMoney


def _agreed(trade: Trade, move: BankMove) -> list[Carried]:
    """What both sides consented to move and still lies there. Raises as `confirm_move` says."""
    if move.state == MoveState.OPEN:
        raise ConsentMissing
    if move.state != MoveState.AGREED:
        raise IllegalTransition(state=move.get_state_display(), wanted=MoveState.DONE)
    there = movable(trade, move.provider)
    if not there:
        raise NothingToMove
    return there


def _book(move: BankMove, amount: Money, at: datetime) -> None:
    # What is held for the order is the same before and after: both accounts are where money lies.
    ledger.post(
        kind="moved_to_bank",
        subject=move.ref,
        key=f"move:{move.ref}",
        entries=[
            debit(AccountKind.PROVIDER_CLEARING, BANK, amount),
            credit(AccountKind.PROVIDER_CLEARING, move.provider, amount),
        ],
        happened_at=at,
    )


def _free_withdrawal(move: BankMove, withdrawal_ref: str, amount: Money) -> str:
    """The processor's name of the withdrawal, once for one move; a line of it that is known must be that amount."""
    named = named_reference(withdrawal_ref)
    if BankMove.objects.filter(provider=move.provider, withdrawal_ref=named).exists():
        raise WithdrawalTaken(field="withdrawal_ref")
    line = _withdrawal_line(move.provider, named)
    if line is not None and Money(-line.amount_minor, line.currency) != amount:
        raise MoveAmountDiffers(field="amount", amount=format_money(Money(-line.amount_minor, line.currency)))
    return named


def _withdrawal_line(provider: str, named: str) -> ProviderMovementRow | None:
    rows = ProviderMovementRow.objects.filter(provider=provider, kind=WITHDRAWAL)
    return rows.filter(ref=named).first() or rows.filter(object_ref=named).first()


def _match_lines(move: BankMove, actor: Actor, at: datetime) -> None:
    """The processor's line is about this move from now on; the bank's, if it is there, leaves suspense."""
    line = _withdrawal_line(move.provider, move.withdrawal_ref)
    if line is not None:
        line.name, line.named_by_hand = move.ref, True
        line.save(update_fields=["name", "named_by_hand"])
    found = explain_line(
        bank_reference=move.bank_reference,
        money=move.money,
        note=f"{move.ref}: {move.withdrawal_ref}",
        actor=actor,
        at=at,
    )
    if found:
        BankMove.objects.filter(pk=move.pk).update(line_ref=found)


def _end_clocks(trade: Trade, moved: Sequence[Carried], at: datetime) -> None:
    """A hold of which no processor has anything any more has no age; nor has a payment a window for refunds."""
    still = {row.hold.pk for row in carried(trade.holds)}
    for row in moved:
        if row.hold.pk not in still:
            for kind in AGE_CLOCKS:
                close_deadline(kind=kind, subject=row.hold.ref, outcome="moved_to_bank", at=at)
        close_deadline(
            kind="refund_window_ending", subject=row.funding.payment_ref, outcome="moved_to_bank", at=at
        )


def _say(
    trade: Trade, kind: str, move: BankMove, amount: Money, side: str, actor: Actor, at: datetime
) -> None:
    params: dict[str, object] = {"amount": amount}
    orders.record_event(order=trade.order, kind=kind, params=params, actor=actor, at=at)
    if kind != "moved_to_bank":
        _tell(trade, kind, move, amount, actor, at, side=side)


def _tell(
    trade: Trade, kind: str, move: BankMove, amount: Money, actor: Actor, at: datetime, *, side: str = ""
) -> None:
    emit(
        kind=kind,
        subject=move.ref,
        root=trade.order.ref,
        payload={
            "amount_minor": amount.amount_minor,
            "currency": amount.currency,
            "provider": move.provider,
            "side": side,
        },
        actor=actor,
        at=at,
    )

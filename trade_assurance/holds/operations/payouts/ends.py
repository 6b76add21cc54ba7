"""What the rails say of payouts that were sent: arrived, failed, or come back after they had arrived. Whole or in parts."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from marketplace.core.actors import Actor
from marketplace.core.money import Money
from trade_assurance.holds.models import Payout, PayoutPart
from trade_assurance.holds.operations.chargebacks.exposure import secure_again
from trade_assurance.holds.operations.payouts.parts import all_have_ended, part_ended, part_returned
from trade_assurance.holds.operations.payouts.payout import book, tell
from trade_assurance.holds.operations.payouts.supplier_money import locked_account
from trade_assurance.holds.states import PartState, PayoutState
from trade_assurance.ledger import operations as ledger
from trade_assurance.ledger.operations import credit, debit
from trade_assurance.ledger.states import AccountKind

_ACTOR = Actor.system("payout")


@transaction.atomic
def payout_arrived(*, payout_ref: str, bank_reference: str, at: datetime) -> None:
    """The rail says the money is with the supplier's bank: it leaves the books."""
    if _part_ended(payout_ref, reference=bank_reference, refusal="", at=at):
        return
    payout = Payout.objects.filter(ref=payout_ref).select_related("company").lock().get()
    payout.move_to(
        PayoutState.CONFIRMED, actor=_ACTOR, at=at, ended_at=at, bank_reference=bank_reference[:140]
    )
    ledger.post(
        kind="payout_confirmed",
        subject=payout.ref,
        key=f"payout:{payout.ref}:confirmed",
        entries=[
            debit(AccountKind.PAYOUT_IN_TRANSIT, payout.company.ref, payout.amount),
            credit(AccountKind.PROVIDER_CLEARING, payout.provider, payout.amount),
        ],
        happened_at=at,
    )
    tell(payout, "payout_arrived", actor=_ACTOR, at=at)


@transaction.atomic
def payout_came_back(*, payout_ref: str, reason: str, at: datetime) -> None:
    """The rail says the payout failed: the money returns to the supplier's balance."""
    why = reason or "failed"
    if _part_ended(payout_ref, reference="", refusal=why, at=at):
        return
    payout = Payout.objects.filter(ref=payout_ref).select_related("company").lock().get()
    payout.move_to(PayoutState.FAILED, actor=_ACTOR, at=at, reason=why, refusal=why, ended_at=at)
    book(payout, payout.company, back=True, at=at)
    tell(payout, "payout_returned", actor=_ACTOR, at=at)


@transaction.atomic
def payout_sent_back(*, payout_ref: str, money: Money, reason: str, at: datetime) -> None:
    """The bank or the rail has sent back what had arrived: so much of it is owed to the supplier again.

    Books provider clearing → the supplier's balance and tells the supplier why; what undecided chargebacks ask
    for is kept still there. `payout_ref` may name a part of a payout, which then can be paid out again of its
    own payment; a payout whose last part came back is returned.
    Once per payout or part: a second return raises `IllegalTransition`.
    """
    why = reason or "returned"
    if not _part_returned(payout_ref, money, why, at=at):
        _whole_returned(payout_ref, money, why, at=at)


def _whole_returned(payout_ref: str, money: Money, reason: str, *, at: datetime) -> None:
    payout = Payout.objects.filter(ref=payout_ref).select_related("company").lock().get()
    payout.move_to(
        PayoutState.RETURNED,
        actor=_ACTOR,
        at=at,
        reason=reason,
        refusal=reason,
        returned_minor=money.amount_minor,
    )
    _owe_again(payout, payout.ref, money, reason, at)


def _part_returned(ref: str, money: Money, reason: str, *, at: datetime) -> bool:
    """Whether `ref` names a part, whose return is then recorded; with the last part the payout has come back."""
    found = _locked_part(ref)
    if found is None:
        return False
    payout, part = found
    back = part_returned(payout, part, money, reason=reason, at=at)
    Payout.objects.filter(pk=payout.pk).update(returned_minor=payout.returned_minor + back.amount_minor)
    payout.returned_minor += back.amount_minor
    if back.is_positive:
        _owe_again(payout, part.ref, back, reason, at)
    if payout.state == PayoutState.CONFIRMED:
        _end_if_all_returned(payout, reason, at)
    return True


def _owe_again(payout: Payout, subject: str, money: Money, reason: str, at: datetime) -> None:
    watched = locked_account(payout.company_id)  # before any account of the ledger: the global lock order
    ledger.post(
        kind="payout_sent_back",
        subject=payout.ref,
        key=f"payout:{subject}:sent_back",
        entries=[
            debit(AccountKind.PROVIDER_CLEARING, payout.provider, money),
            credit(AccountKind.SUPPLIER_PAYABLE, payout.company.ref, money),
        ],
        happened_at=at,
    )
    if watched is not None:
        secure_again(payout.company, payout.currency, at=at)
    tell(payout, "payout_returned", actor=_ACTOR, at=at, amount=money, reason=reason)


def _part_ended(ref: str, *, reference: str, refusal: str, at: datetime) -> bool:
    """Whether `ref` names a part of a payout, whose end is then recorded; the last one ends the payout."""
    found = _locked_part(ref)
    if found is None:
        return False
    payout, part = found
    amount = part_ended(payout, part, reference=reference, refusal=refusal, at=at)
    if refusal:
        tell(payout, "payout_returned", actor=_ACTOR, at=at, amount=amount, reason=refusal)
    if all_have_ended(payout):
        _end(payout, reference=reference, refusal=refusal, at=at)
    return True


def _end(payout: Payout, *, reference: str, refusal: str, at: datetime) -> None:
    """All parts have ended: the payout arrived if any of them ever did, and may have come back since."""
    parts = list(payout.parts.order_by("pk"))
    if all(part.state == PartState.FAILED for part in parts):
        payout.move_to(PayoutState.FAILED, actor=_ACTOR, at=at, reason=refusal, refusal=refusal, ended_at=at)
        return
    why = next((part.refusal for part in parts if part.refusal), "")
    named = reference or next((part.transfer_ref for part in parts if part.transfer_ref), "")
    payout.move_to(
        PayoutState.CONFIRMED, actor=_ACTOR, at=at, ended_at=at, bank_reference=named[:140], refusal=why
    )
    arrived = sum(part.amount_minor for part in parts if part.state == PartState.CONFIRMED)
    if arrived:
        tell(payout, "payout_arrived", actor=_ACTOR, at=at, amount=Money(arrived, payout.currency))
    _end_if_all_returned(payout, why, at)


def _end_if_all_returned(payout: Payout, reason: str, at: datetime) -> None:
    if not payout.parts.filter(state=PartState.CONFIRMED).exists():
        payout.move_to(PayoutState.RETURNED, actor=_ACTOR, at=at, reason=reason, refusal=reason)


def _locked_part(ref: str) -> tuple[Payout, PayoutPart] | None:
    """A part and its payout, the payout locked first; None when `ref` names a payout in one."""
    found = PayoutPart.objects.filter(ref=ref).values_list("payout__ref", flat=True).first()
    if found is None:
        return None
    payout = Payout.objects.filter(ref=found).select_related("company").lock().get()
    return payout, PayoutPart.objects.filter(ref=ref).lock().get()

"""Payouts on rails that pay out of certain payments: split, sent part by part, and taken back for a chargeback."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Sum

from marketplace.accounts.models import Company
from marketplace.core.actors import Actor
from marketplace.core.idempotency import lock_key
from marketplace.core.ids import new_ref
from marketplace.core.money import Money
from trade_assurance.holds.models import (
    ChargebackCase,
    Funding,
    KeptBack,
    MovedPart,
    Payout,
    PayoutPart,
    Reversal,
)
from trade_assurance.holds.operations.payouts.supplier_money import Cause, account_for, credit_supplier
from trade_assurance.holds.rules import Paid, left_to_pay, parts_of
from trade_assurance.holds.states import CaseState, KeptFor, PartState, ReversalState
from trade_assurance.ledger import operations as ledger
from trade_assurance.ledger.operations import EntrySpec, credit, debit
from trade_assurance.ledger.states import AccountKind
from trade_assurance.payments import operations as payments
from trade_assurance.payments.models import Payment

_ACTOR = Actor.system("payout")


def send_parts(payout: Payout, destination: dict[str, str], *, at: datetime) -> None:
    """Split a locked payout over the payments whose released money was not paid out yet, and hand each part to the rail."""
    # Two payouts of one company at once must not count the same money twice.
    lock_key(f"parts:{payout.company_id}:{payout.currency}:{payout.provider}")
    parts = parts_of(payout.amount_minor, _left_of_payments(payout))
    names = {row.ref: row.provider_ref for row in Payment.objects.filter(ref__in=[ref for ref, _ in parts])}
    for payment_ref, amount in parts:
        part = PayoutPart.objects.create(
            payout=payout,
            ref=payout.ref if len(parts) == 1 else new_ref("pyp"),
            payment_ref=payment_ref,
            amount_minor=amount,
        )
        part.log_transition("", PartState.SENT, actor=_ACTOR, at=at)
        payments.start_payout(
            provider=payout.provider,
            subject=part.ref,
            root=payout.ref,
            payee_company_id=payout.company_id,
            destination=destination,
            money=Money(amount, payout.currency),
            source=names.get(payment_ref, ""),
            actor=_ACTOR,
            key=f"payout:{part.ref}",
            at=at,
        )


def part_ended(payout: Payout, part: PayoutPart, *, reference: str, refusal: str, at: datetime) -> Money:
    """A locked payout's part arrived (or, with a `refusal`, did not, and goes back to the balance). Its amount.

    Raises `IllegalTransition` for a part that has ended.
    """
    amount = Money(part.amount_minor, payout.currency)
    part.move_to(
        PartState.FAILED if refusal else PartState.CONFIRMED,
        actor=_ACTOR,
        at=at,
        reason=refusal[:200],
        transfer_ref=reference[:140],
        refusal=refusal[:300],
        ended_at=at,
    )
    company = payout.company.ref
    back: EntrySpec = (
        credit(AccountKind.SUPPLIER_PAYABLE, company, amount)
        if refusal
        else credit(AccountKind.PROVIDER_CLEARING, payout.provider, amount)
    )
    ledger.post(
        kind="payout_returned" if refusal else "payout_confirmed",
        subject=payout.ref,
        key=f"payout:{part.ref}:{'returned' if refusal else 'confirmed'}",
        entries=[debit(AccountKind.PAYOUT_IN_TRANSIT, company, amount), back],
        happened_at=at,
    )
    return amount


def part_returned(payout: Payout, part: PayoutPart, money: Money, *, reason: str, at: datetime) -> Money:
    """A locked payout's part that had arrived came back: how much of `money` the rail had not taken back before.

    Raises `IllegalTransition` for a part that has not arrived or came back before.
    """
    # INVARIANT: a part gives back at most what it paid (enforced by payout_part_gives_back_at_most_what_it_paid)
    back = min(money.amount_minor, part.amount_minor - part.reversed_minor)
    part.move_to(
        PartState.RETURNED,
        actor=_ACTOR,
        at=at,
        reason=reason[:200],
        refusal=reason[:300],
        returned_minor=back,
    )
    return Money(back, payout.currency)


def all_have_ended(payout: Payout) -> bool:
    """Whether the rail has said of every part what came of it."""
    return not payout.parts.filter(state=PartState.SENT).exists()


def reverse_for_chargeback(
    case: ChargebackCase, supplier: Company, wanted_minor: int, *, at: datetime
) -> int:
    """Ask the rail to take back what it paid out of the payment that is charged back, up to `wanted_minor`.

    Once per part and chargeback. Returns how much was asked for; what comes back is kept for the chargeback.
    """
    rows = PayoutPart.objects.filter(payment_ref=case.payment_ref, state=PartState.CONFIRMED)
    asked = 0
    for part in rows.select_related("payout").order_by("-pk").lock():
        amount = min(wanted_minor - asked, part.amount_minor - part.reversed_minor)
        if amount <= 0 or part.reversals.filter(chargeback_ref=case.ref).exists():
            continue
        row = Reversal.objects.create(part=part, chargeback_ref=case.ref, amount_minor=amount, asked_at=at)
        row.log_transition("", ReversalState.ASKED, actor=_ACTOR, at=at)
        payments.start_reversal(
            provider=part.payout.provider,
            subject=row.ref,
            root=part.payout.ref,
            payee_company_id=supplier.pk,
            transfer_ref=part.transfer_ref,
            money=Money(amount, case.currency),
            actor=_ACTOR,
            at=at,
        )
        asked += amount
    return asked


@transaction.atomic
def payout_reversed(*, reversal_ref: str, at: datetime) -> None:
    """The rail has taken money back from the supplier's account with it.

    While the chargeback is undecided it is kept for it; afterwards it is the supplier's, debts first.
    """
    row = Reversal.objects.select_related("part__payout__company").get(ref=reversal_ref)
    payout = row.part.payout
    case = ChargebackCase.objects.filter(ref=row.chargeback_ref).select_related("order").lock().get()
    account_for(payout.company_id)
    row = _ended(reversal_ref, ReversalState.DONE, "", at)
    part = PayoutPart.objects.filter(pk=row.part_id).lock().get()
    PayoutPart.objects.filter(pk=part.pk).update(reversed_minor=part.reversed_minor + row.amount_minor)
    amount = Money(row.amount_minor, payout.currency)
    cause = Cause(case.ref, case.order.ref, _ACTOR, at)
    if case.state == CaseState.OPEN:
        KeptBack.objects.create(
            company=payout.company,
            currency=amount.currency,
            kept_for=KeptFor.CHARGEBACK,
            subject=case.ref,
            order_ref=case.order.ref,
            amount_minor=amount.amount_minor,
            kept_at=at,
        )
        entries: tuple[EntrySpec, ...] = (credit(AccountKind.SUPPLIER_RESERVE, payout.company.ref, amount),)
    else:
        entries = credit_supplier(payout.company, amount, cause, keeps_reserve=False).entries
    ledger.post(
        kind="payout_reversed",
        subject=row.ref,
        key=f"reversal:{row.ref}",
        entries=[debit(AccountKind.PROVIDER_CLEARING, payout.provider, amount), *entries],
        happened_at=at,
    )


@transaction.atomic
def payout_not_reversed(*, reversal_ref: str, reason: str, at: datetime) -> None:
    """The supplier's account with the rail lacks the money: a loss will become a debt."""
    _ended(reversal_ref, ReversalState.FAILED, reason or "failed", at)


def _ended(reversal_ref: str, state: ReversalState, refusal: str, at: datetime) -> Reversal:
    row = Reversal.objects.filter(ref=reversal_ref).lock().get()
    row.move_to(state, actor=_ACTOR, at=at, reason=refusal[:200], refusal=refusal[:300], ended_at=at)
    return row


def _left_of_payments(payout: Payout) -> list[tuple[str, int]]:
    """Per payment of this rail what was released out of it and not paid out yet, the oldest payment first."""
    released = Funding.objects.filter(
        hold__order__supplier_id=payout.company_id,
        hold__currency=payout.currency,
        hold__released_minor__gt=0,
    ).select_related("hold")
    paid_out = PayoutPart.objects.filter(payment_ref__in=released.values("payment_ref")).exclude(
        state=PartState.FAILED
    )
    gone = dict(
        paid_out.values_list("payment_ref")
        .annotate(total=Sum("amount_minor") - Sum("reversed_minor") - Sum("returned_minor"))
        .order_by("payment_ref")
    )
    moved = dict(
        MovedPart.objects.filter(funding__in=released)
        .values_list("funding_id")
        .annotate(left=Sum("amount_minor") - Sum("refunded_minor"))
        .order_by("funding_id")
    )
    by_hold: dict[int, list[Paid]] = {}
    net: dict[int, int] = {}
    for row in released.order_by("pk"):
        net[row.hold_id] = row.hold.released_minor - row.hold.commission_minor
        left = row.amount_minor - row.refunded_minor - row.charged_back_minor
        mine = row.provider == payout.provider
        at_bank = moved.get(row.pk, 0) if mine else 0
        # What was released before the move was released first, out of what the rail still had.
        own = [Paid(row.payment_ref, left - at_bank, is_of_rail=mine)]
        by_hold.setdefault(row.hold_id, []).extend(
            [*own, Paid(row.payment_ref, at_bank, is_of_rail=False)] if at_bank else own
        )
    return left_to_pay([(net[hold], rows) for hold, rows in by_hold.items()], gone)

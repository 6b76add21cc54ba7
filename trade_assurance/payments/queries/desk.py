"""The finance desk's lists: transfers, refunds, operations, reviews. Writes nothing, calls no provider."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Generic, TypeVar

from django.db.models import Q, QuerySet
from django.utils.functional import Promise

from marketplace.core.errors import NotFound
from marketplace.core.money import Money
from trade_assurance.payments.errors import PaymentNotByBank
from trade_assurance.payments.limits import needs_two_persons
from trade_assurance.payments.models import Payment, ProviderOperation, Refund, ReviewItem
from trade_assurance.payments.providers.bank_transfer import NAME as BANK
from trade_assurance.payments.providers.references import read_reference
from trade_assurance.payments.providers.registry import rail
from trade_assurance.payments.queries.payer import TONES, ReceiptLine, receipt_lines
from trade_assurance.payments.states import (
    PAYMENT_OPEN,
    REFUND_FINAL,
    OperationState,
    PaymentState,
    RefundState,
)

Line = TypeVar("Line")
Row = TypeVar("Row", Payment, Refund, ProviderOperation, ReviewItem)

PAGE_SIZE = 50
_REFUND_TONES = {RefundState.CONFIRMED: "safe", RefundState.FAILED: "danger", RefundState.UNKNOWN: "danger"}


@dataclass(frozen=True, slots=True)
class TransferLine:
    """An expected or arrived bank transfer in the desk's list."""

    ref: str
    reference: str
    payer: str
    payer_country: str
    description: str
    amount: Money
    received: Money
    missing: Money
    state_label: str
    tone: str
    started_at: datetime
    is_open: bool


@dataclass(frozen=True, slots=True)
class WaitingConfirmation:
    """A transfer back that one officer recorded and another has to confirm."""

    reference: str
    proof_ref: str
    by: str
    at: datetime
    by_user_id: int


@dataclass(frozen=True, slots=True)
class RefundLine:
    """A refund in the desk's list, with what is known of the account it came from."""

    ref: str
    payment_ref: str
    payer: str
    description: str
    amount: Money
    reason: str
    state_label: str
    tone: str
    rail_label: str | Promise
    waits: bool
    requested_at: datetime
    ended_at: datetime | None
    bank_reference: str
    failure: str
    may_retry: bool
    by_bank: bool
    receipts: tuple[ReceiptLine, ...] = ()
    confirmation: WaitingConfirmation | None = None
    two_persons: bool = False


@dataclass(frozen=True, slots=True)
class ReviewLine:
    """Something that differs, for an officer."""

    id: int
    rail_label: str | Promise
    subject: str
    text: str
    details: tuple[tuple[str, str], ...]
    opened_at: datetime
    resolved_at: datetime | None
    resolved_by: str
    note: str


@dataclass(frozen=True, slots=True)
class Listing(Generic[Line]):
    """A part of a list, newest first; `before` is where the next part begins."""

    lines: tuple[Line, ...]
    before: int | None


def transfers(*, waiting: bool, search: str = "", before: int | None = None) -> Listing[TransferLine]:
    """Bank transfers that are expected (or all that ended), found by reference, payer or our own reference."""
    rows = Payment.objects.filter(provider=BANK).select_related("payer")
    found = rows.filter(_search(search)) if search.strip() else rows
    if not search.strip():
        found = found.filter(state__in=PAYMENT_OPEN) if waiting else found.exclude(state__in=PAYMENT_OPEN)
    part, following = _part(found, before)
    return Listing(tuple(_transfer_line(row) for row in part), following)


def transfer(ref: str) -> tuple[TransferLine, tuple[ReceiptLine, ...]]:
    """One bank transfer with what was recorded for it. Raises `NotFound`, `PaymentNotByBank`."""
    payment = Payment.objects.filter(ref=ref).select_related("payer").first()
    if payment is None:
        raise NotFound
    if payment.provider != BANK:
        raise PaymentNotByBank
    return _transfer_line(payment), receipt_lines(payment)


def refunds(*, waiting: bool, before: int | None = None) -> Listing[RefundLine]:
    """Refunds that are under way, or those that ended."""
    rows = Refund.objects.select_related("payment__payer", "retried_by")
    found = rows.exclude(state__in=REFUND_FINAL) if waiting else rows.filter(state__in=REFUND_FINAL)
    part, following = _part(found, before)
    return Listing(tuple(_refund_line(row) for row in part), following)


def refund(ref: str) -> RefundLine:
    """One refund with the transfers it came by, and what waits for a second officer. Raises `NotFound`."""
    row = Refund.objects.filter(ref=ref).select_related("payment__payer", "retried_by").first()
    if row is None:
        raise NotFound
    line = _refund_line(row, receipt_lines(row.payment))
    return replace(
        line, confirmation=_confirmation(row), two_persons=line.waits and needs_two_persons(line.amount)
    )


def reviews(*, waiting: bool, before: int | None = None) -> Listing[ReviewLine]:
    """What differs and waits for an officer, or what officers found."""
    part, following = _part(ReviewItem.objects.filter(resolved_at__isnull=waiting), before)
    return Listing(tuple(_review_line(row) for row in part), following)


@dataclass(frozen=True, slots=True)
class DeskCounts:
    """How much waits on each of the desk's lists of payments."""

    transfers: int
    refunds: int
    reviews: int
    unknown: int


def desk_counts() -> DeskCounts:
    """For the finance desk's front page: bank transfers expected, bank refunds to make, reviews, unknown answers."""
    return DeskCounts(
        transfers=Payment.objects.filter(provider=BANK, state__in=PAYMENT_OPEN).count(),
        refunds=Refund.objects.filter(provider=BANK).exclude(state__in=REFUND_FINAL).count(),
        reviews=ReviewItem.objects.filter(resolved_at__isnull=True).count(),
        unknown=ProviderOperation.objects.filter(state=OperationState.UNKNOWN).count(),
    )


def _part(rows: QuerySet[Row], before: int | None) -> tuple[list[Row], int | None]:
    found = rows if before is None else rows.filter(pk__lt=before)
    part = list(found.order_by("-pk")[: PAGE_SIZE + 1])
    return part[:PAGE_SIZE], part[PAGE_SIZE - 1].pk if len(part) > PAGE_SIZE else None


def _search(search: str) -> Q:
    text = search.strip()
    found = Q(payer__legal_name__icontains=text) | Q(ref=text) | Q(root=text)
    reference = read_reference(text)
    return found if reference is None else found | Q(reference=reference)


def _transfer_line(payment: Payment) -> TransferLine:
    return TransferLine(
        ref=payment.ref,
        reference=payment.reference,
        payer=payment.payer.legal_name,
        payer_country=payment.payer.country,
        description=payment.description,
        amount=payment.money,
        received=payment.received,
        missing=payment.missing,
        state_label=payment.get_state_display(),
        tone=TONES[PaymentState(payment.state)],
        started_at=payment.started_at,
        is_open=payment.state in PAYMENT_OPEN,
    )


def _refund_line(refund: Refund, receipts: tuple[ReceiptLine, ...] = ()) -> RefundLine:
    payment = refund.payment
    return RefundLine(
        ref=refund.ref,
        payment_ref=payment.ref,
        payer=payment.payer.legal_name,
        description=payment.description,
        amount=Money(refund.amount_minor, payment.currency),
        reason=refund.reason,
        state_label=refund.get_state_display(),
        tone=_REFUND_TONES.get(RefundState(refund.state), "waiting"),
        rail_label=rail(refund.provider).description.label,
        waits=refund.provider == BANK and refund.state not in REFUND_FINAL,
        requested_at=refund.requested_at,
        ended_at=refund.ended_at,
        bank_reference=refund.bank_reference,
        failure=refund.failure,
        may_retry=refund.state == RefundState.FAILED and not hasattr(refund, "retried_by"),
        by_bank=refund.provider == BANK,
        receipts=receipts,
    )


def _confirmation(refund: Refund) -> WaitingConfirmation | None:
    rows = refund.confirmations.filter(done_at=None, dropped_at=None).select_related("proof")
    row = None if refund.state in REFUND_FINAL else rows.first()
    if row is None:
        return None
    proof_ref = row.proof.ref if row.proof else ""
    return WaitingConfirmation(
        row.bank_reference, proof_ref, row.first_by_label, row.first_at, row.first_by_id
    )


def _review_line(item: ReviewItem) -> ReviewLine:
    return ReviewLine(
        id=item.pk,
        rail_label=rail(item.provider).description.label,
        subject=item.subject,
        text=item.text,
        details=tuple((name, str(value)) for name, value in sorted(item.details.items())),
        opened_at=item.opened_at,
        resolved_at=item.resolved_at,
        resolved_by=item.resolved_by_label,
        note=item.note,
    )

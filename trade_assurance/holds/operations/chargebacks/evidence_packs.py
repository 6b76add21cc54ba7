"""What is sent to a payer's bank against a chargeback, made of the trade's own facts; and the clock it runs by.

If nobody sends anything, the facts the marketplace has are sent by themselves shortly before the bank's moment: a
chargeback that nobody answers is lost, however right the goods were.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from marketplace.core.actors import Actor
from marketplace.core.deadlines import close_deadline, move_deadline, open_deadline
from marketplace.core.models import Deadline
from marketplace.core.outbox import emit
from marketplace.core.states import DeadlineState
from orders.models import Order
from trade_assurance.holds.errors import DocumentNotOfTrade, NotYourStep, OwnCompanysMoney
from trade_assurance.holds.queries.chargebacks.evidence_packs import EVIDENCE_DUE, documents_of, facts_of
from trade_assurance.payments import operations as payments
from trade_assurance.payments.models import Chargeback, ProviderOperation
from trade_assurance.payments.providers.base import EvidencePack
from trade_assurance.payments.states import CONTESTABLE, OperationKind

REMINDER: Final = "chargeback_evidence_reminder"
# The bank's moment is not ours: what is sent by itself is sent while there is time for a second try.
BEFORE_THE_BANK: Final = timedelta(hours=3)
REMINDERS: Final = (timedelta(hours=48), timedelta(hours=24))
LONGEST_TEXT: Final = 15_000
MOST_FILES: Final = 5
_ADDRESS: Final = ("name", "street", "postal_code", "city", "country")


@transaction.atomic
def send_evidence(
    *, chargeback_ref: str, note: str, documents: Sequence[str], actor: Actor, key: str, at: datetime
) -> None:
    """Send the trade's facts, the officer's note and the chosen documents of the trade to the payer's bank, once.

    Closes the clock. Raises `NotYourStep` without the finance desk, `OwnCompanysMoney`, `DocumentNotOfTrade`, and
    what `payments.operations.submit_evidence` refuses.
    """
    row = Chargeback.objects.filter(ref=chargeback_ref).select_related("payment").first()
    if row is None or not (actor.is_system or actor.has_desk("finance")):
        raise NotYourStep
    order = Order.objects.select_related("buyer", "supplier").get(ref=row.payment.root)
    if {order.buyer_id, order.supplier_id} & actor.member_of:
        raise OwnCompanysMoney
    known = set(documents_of(order).values_list("file__ref", flat=True))
    if not set(documents) <= known or len(documents) > MOST_FILES:
        raise DocumentNotOfTrade(field="documents")
    payments.submit_evidence(
        chargeback_ref=chargeback_ref,
        pack=build_pack(order, row, note),
        files=sorted(documents),
        actor=actor,
        key=key,
        at=at,
    )
    _close(chargeback_ref, "sent", at)


@transaction.atomic
def follow_evidence_clock(*, chargeback_ref: str, at: datetime) -> None:
    """Open, move or close the clock of a chargeback's evidence, as the provider says now. With reminders before it."""
    row = Chargeback.objects.filter(ref=chargeback_ref).select_related("payment").lock().get()
    sent = ProviderOperation.objects.filter(kind=OperationKind.EVIDENCE, subject=row.ref).exists()
    if sent or row.state not in CONTESTABLE or row.evidence_due_at is None:
        _close(row.ref, "answered" if sent else row.state, at)
        return
    due_at = max(row.evidence_due_at - BEFORE_THE_BANK, at)
    running = Deadline.objects.filter(kind=EVIDENCE_DUE, subject=row.ref, state=DeadlineState.OPEN).first()
    if running is None:
        open_deadline(
            kind=EVIDENCE_DUE,
            subject=row.ref,
            root=row.payment.root,
            started_at=row.opened_at,
            due_at=due_at,
            rule="provider.evidence_due",
        )
    elif running.due_at != due_at:
        move_deadline(
            kind=EVIDENCE_DUE,
            subject=row.ref,
            due_at=due_at,
            reason="provider",
            actor=Actor.system("chargeback"),
            at=at,
        )
    _remind(row, due_at, at)


@transaction.atomic
def send_evidence_by_clock(*, chargeback_ref: str, at: datetime) -> None:
    """Nobody sent anything and the bank's moment is near: the trade's facts and its first documents are sent. By the clock."""
    row = Chargeback.objects.select_related("payment").get(ref=chargeback_ref)
    sent = ProviderOperation.objects.filter(kind=OperationKind.EVIDENCE, subject=row.ref).exists()
    if sent or row.state not in CONTESTABLE:
        return
    order = Order.objects.get(ref=row.payment.root)
    papers = documents_of(order).values_list("file__ref", flat=True)[:MOST_FILES]
    send_evidence(
        chargeback_ref=chargeback_ref,
        note="",
        documents=list(papers),
        actor=Actor.system("chargeback"),
        key=f"evidence:{chargeback_ref}",
        at=at,
    )


@transaction.atomic
def remind_of_evidence(*, chargeback_ref: str, at: datetime) -> None:
    """Remind the finance desk, and set the next reminder. By the clock."""
    row = Chargeback.objects.select_related("payment").get(ref=chargeback_ref)
    emit(
        kind=EVIDENCE_DUE,
        subject=row.ref,
        root=row.payment.root,
        payload={"amount_minor": row.amount_minor, "currency": row.currency},
        actor=Actor.system("chargeback"),
        at=at,
    )
    due = Deadline.objects.filter(kind=EVIDENCE_DUE, subject=row.ref, state=DeadlineState.OPEN).first()
    if due is not None:
        _remind(row, due.due_at, at)


def build_pack(order: Order, row: Chargeback, note: str) -> EvidencePack:
    """The facts of a trade in the fields that banks read. Text is plain English: the reader is a bank."""
    shipments = [shipment for shipment in order.shipments.order_by("pk") if shipment.shipped_on is not None]
    first = shipments[0] if shipments else None
    lines = [f"{line.quantity} {line.full_title}" for line in order.lines.order_by("position")]
    parts = [order.delivery_address.get(name) for name in _ADDRESS]
    return EvidencePack(
        product_description="; ".join(lines)[:2000],
        customer_name=order.buyer.legal_name,
        customer_email="",
        shipping_address=", ".join(str(part) for part in parts if part),
        shipping_carrier=first.carrier if first else "",
        shipping_tracking_number=first.tracking_number if first else "",
        shipping_date=first.shipped_on.isoformat() if first and first.shipped_on else "",
        service_date=order.accepted_at.date().isoformat() if order.accepted_at else "",
        text="\n".join([*facts_of(order, row), note.strip()]).strip()[:LONGEST_TEXT],
    )


def _remind(row: Chargeback, due_at: datetime, at: datetime) -> None:
    if Deadline.objects.filter(kind=REMINDER, subject=row.ref, state=DeadlineState.OPEN).exists():
        return
    for before in REMINDERS:
        if due_at - before > at:
            open_deadline(
                kind=REMINDER,
                subject=row.ref,
                root=row.ref,
                started_at=at,
                due_at=due_at - before,
                rule="provider.evidence_due",
            )
            return


def _close(chargeback_ref: str, outcome: str, at: datetime) -> None:
    for kind in (EVIDENCE_DUE, REMINDER):
        close_deadline(kind=kind, subject=chargeback_ref, outcome=outcome, at=at)

"""Chargebacks for the finance desk and for both sides of the order: what happened, and what it did, in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from marketplace.core.actors import Actor
from marketplace.core.deadlines import DeadlineLine, open_deadlines
from marketplace.core.errors import NotFound, Text
from marketplace.core.formatting import format_money
from marketplace.core.money import Money
from orders.models import Order
from orders.states import DocumentType
from trade_assurance.holds.models import ChargebackCase, Hold, Reversal, SuspenseAssignment, WriteOff
from trade_assurance.holds.queries.chargebacks.evidence_packs import EVIDENCE_DUE, documents_of, facts_of
from trade_assurance.holds.queries.chargebacks.suspense import assignable
from trade_assurance.holds.queries.trades.money import claims_of
from trade_assurance.holds.states import CaseState
from trade_assurance.payments.models import Chargeback, ProviderOperation
from trade_assurance.payments.states import CHARGEBACK_OPEN, CONTESTABLE, OperationKind

LINES = 200
_TONES = {"won": "safe", "lost": "danger", "closed": "info", "inquiry": "waiting", "open": "waiting"}


@dataclass(frozen=True, slots=True)
class ChargebackLine:
    """One chargeback in the desk's list."""

    ref: str
    order_ref: str
    order_number: str
    buyer: str
    supplier: str
    amount: Money
    state_label: str
    tone: str
    opened_at: datetime
    evidence_due_at: datetime | None
    waits: bool


@dataclass(frozen=True, slots=True)
class PaperLine:
    """A paper of the trade that may be sent to the bank."""

    ref: str
    name: str
    type_label: Text
    attached_at: datetime


@dataclass(frozen=True, slots=True)
class EvidenceSent:
    """What was sent, and how it went."""

    at: datetime
    text: str
    files: int
    state_label: str


@dataclass(frozen=True, slots=True)
class ChargebackPage:
    """One chargeback at the finance desk."""

    line: ChargebackLine
    provider: str
    provider_ref: str
    payment_ref: str
    reason: str
    fee: Money
    effects: tuple[str, ...]
    facts: tuple[str, ...]
    papers: tuple[PaperLine, ...]
    claims: tuple[str, ...]
    may_send: bool
    is_own: bool
    sent: EvidenceSent | None
    deadline: DeadlineLine | None
    unexplained: Money
    write_off_waits: str
    assignable: Money
    to_loss: Money
    assignment: AssignmentLine | None


@dataclass(frozen=True, slots=True)
class AssignmentLine:
    """What an officer wants to do with money that came back, waiting for a second one."""

    to_supplier: Money
    to_buyer: Money
    reason: str
    who: str
    may_approve: bool


@dataclass(frozen=True, slots=True)
class TradeChargeback:
    """A chargeback as the two sides see it on their order."""

    ref: str
    at: datetime
    amount: Money
    is_open: bool
    title: str
    text: str


def chargeback_list(*, open_only: bool) -> tuple[ChargebackLine, ...]:
    """The desk's list: what waits first, by the bank's moment; two statements."""
    rows = Chargeback.objects.select_related("payment")
    if open_only:
        rows = rows.filter(state__in=CHARGEBACK_OPEN)
    found = list(rows.order_by("evidence_due_at", "-pk")[:LINES])
    orders = {
        order.ref: order
        for order in Order.objects.filter(ref__in=[row.payment.root for row in found]).select_related(
            "buyer", "supplier"
        )
    }
    return tuple(_line(row, orders.get(row.payment.root)) for row in found)


def open_chargebacks() -> int:
    """How many are not decided."""
    return Chargeback.objects.filter(state__in=CHARGEBACK_OPEN).count()


def chargeback_page(ref: str, actor: Actor) -> ChargebackPage:
    """One chargeback. Raises `NotFound`."""
    row = Chargeback.objects.select_related("payment").filter(ref=ref).first()
    order = None if row is None else Order.objects.filter(ref=row.payment.root).first()
    if row is None or order is None:
        raise NotFound
    case = ChargebackCase.objects.filter(ref=ref).first()
    operation = ProviderOperation.objects.filter(kind=OperationKind.EVIDENCE, subject=ref).first()
    is_own = bool({order.buyer_id, order.supplier_id} & actor.member_of)
    there, loss = (Money.zero(row.currency),) * 2 if case is None else assignable(case)
    waits = WriteOff.objects.filter(subject=ref, done_at__isnull=True).first()
    return ChargebackPage(
        line=_line(row, order),
        provider=row.provider,
        provider_ref=row.provider_ref,
        payment_ref=row.payment.ref,
        reason=row.reason.replace("_", " "),
        fee=Money(row.fee_minor, row.fee_currency),
        effects=tuple(_effects(case)),
        facts=tuple(facts_of(order, row)),
        papers=_papers(order),
        claims=tuple(claim.ref for claim in claims_of(list(Hold.objects.filter(order=order)))),
        may_send=not is_own and operation is None and row.state in CONTESTABLE,
        is_own=is_own,
        sent=_sent(operation),
        deadline=_deadline(order.ref, ref),
        unexplained=_unexplained(case, row.currency),
        write_off_waits="" if waits is None else waits.first_by_label,
        assignable=there,
        to_loss=loss,
        assignment=_assignment(case, actor),
    )


def chargebacks_of(order: Order, *, side: str) -> tuple[TradeChargeback, ...]:
    """What both sides read on the order's page; one statement. The supplier also reads what they bear."""
    rows = ChargebackCase.objects.filter(order=order).order_by("-pk")
    return tuple(
        TradeChargeback(
            ref=row.ref,
            at=row.ended_at or row.opened_at,
            amount=row.money,
            is_open=row.state == CaseState.OPEN,
            title=_title(row),
            text=_text(row, side),
        )
        for row in rows
    )


def _title(case: ChargebackCase) -> str:
    amount = format_money(case.money)
    return {
        CaseState.OPEN: _("The buyer's bank took %(amount)s back and has not decided"),
        CaseState.WON: _("The buyer's bank had taken %(amount)s back; it decided that the payment stands"),
        CaseState.LOST: _("The buyer's bank gave %(amount)s back to the buyer"),
        CaseState.OVERTURNED: _(
            "The buyer's bank gave %(amount)s back to the buyer, then changed its decision"
        ),
    }[CaseState(case.state)] % {"amount": amount}


def _text(case: ChargebackCase, side: str) -> str:
    if case.state == CaseState.OPEN:
        return _(
            "So much of the order's money stands still until then: it is neither released nor refunded. The rest of "
            "the order goes on. The marketplace answers the bank with the order's papers."
        )
    if case.state == CaseState.WON:
        return _("Everything goes on as if nothing had been.")
    if case.state == CaseState.LOST and side != "buyer" and case.from_supplier_minor:
        return _("%(amount)s of it was taken from what the supplier had been paid.") % {
            "amount": format_money(Money(case.from_supplier_minor, case.currency))
        }
    if case.state == CaseState.LOST:
        return _("It counts as returned to the buyer; nothing of it is refunded a second time.")
    return _("Each got back what they had borne.")


def _effects(case: ChargebackCase | None) -> Iterable[str]:
    if case is None:
        yield _("No money was taken. A refund now can still avoid a chargeback.")
        return
    amounts = {
        _(
            "%(amount)s was still owed to the buyer as a refund, which is not sent any more."
        ): case.covered_minor,
        _("%(amount)s came out of the buyer's own credit."): case.from_credit_minor,
        _("%(amount)s came out of what was held."): case.from_held_minor,
        _("%(amount)s of commission was given back."): case.from_commission_minor,
        _("%(amount)s came from what was kept back from the supplier."): case.from_kept_minor,
        _("%(amount)s came from the supplier's balance."): case.from_balance_minor,
        _("%(amount)s is owed by the supplier, netted against later releases."): case.to_debt_minor,
        _("%(amount)s had been refunded as well: nobody here bears it yet."): case.unexplained_minor,
    }
    if case.state == CaseState.OPEN:
        yield from _pending(case)
    borne = case.state in (CaseState.LOST, CaseState.OVERTURNED)
    for text, minor in amounts.items():
        if minor and borne:
            yield text % {"amount": format_money(Money(minor, case.currency))}
    if case.state == CaseState.WON:
        yield _("%(amount)s is back; what stood still went on.") % {"amount": format_money(case.money)}


def _pending(case: ChargebackCase) -> Iterable[str]:
    frozen = sum(case.parts.values_list("frozen_minor", flat=True))
    if frozen:
        yield _("%(amount)s of what is held stands still.") % {
            "amount": format_money(Money(frozen, case.currency))
        }
    for row in Reversal.objects.filter(chargeback_ref=case.ref).order_by("pk"):
        yield _("%(amount)s that was paid out: %(state)s.") % {
            "amount": format_money(Money(row.amount_minor, case.currency)),
            "state": row.get_state_display(),
        }
    yield _("No refund of this payment is sent until the bank has decided.")


def _unexplained(case: ChargebackCase | None, currency: str) -> Money:
    if case is None or case.state != CaseState.LOST:
        return Money.zero(currency)
    done = WriteOff.objects.filter(subject=case.ref, done_at__isnull=False).values_list(
        "amount_minor", flat=True
    )
    return Money(case.unexplained_minor - sum(done), case.currency)


def _assignment(case: ChargebackCase | None, actor: Actor) -> AssignmentLine | None:
    if case is None or case.state != CaseState.OVERTURNED:
        return None
    row = SuspenseAssignment.objects.filter(case=case, done_at=None, dropped_at=None).first()
    if row is None:
        return None
    return AssignmentLine(
        to_supplier=Money(row.to_supplier_minor, case.currency),
        to_buyer=Money(row.to_buyer_minor, case.currency),
        reason=row.reason,
        who=row.first_by_label,
        may_approve=row.first_by_id != actor.user_id,
    )


def _papers(order: Order) -> tuple[PaperLine, ...]:
    return tuple(
        PaperLine(row.file.ref, row.file.name, DocumentType(row.document_type).label, row.attached_at)
        for row in documents_of(order)
    )


def _sent(operation: ProviderOperation | None) -> EvidenceSent | None:
    if operation is None:
        return None
    return EvidenceSent(
        at=operation.created_at,
        text=operation.params["pack"]["text"],
        files=len(operation.params["files"]),
        state_label=operation.get_state_display(),
    )


def _deadline(order_ref: str, chargeback_ref: str) -> DeadlineLine | None:
    for line in open_deadlines(order_ref):
        if line.kind == EVIDENCE_DUE and line.subject == chargeback_ref:
            return line
    return None


def _line(row: Chargeback, order: Order | None) -> ChargebackLine:
    return ChargebackLine(
        ref=row.ref,
        order_ref=row.payment.root,
        order_number=order.number if order else row.payment.root,
        buyer=order.buyer.legal_name if order else "",
        supplier=order.supplier.legal_name if order else "",
        amount=row.money,
        state_label=row.get_state_display(),
        tone=_TONES.get(row.state, "info"),
        opened_at=row.opened_at,
        evidence_due_at=row.evidence_due_at,
        waits=row.state in CONTESTABLE,
    )

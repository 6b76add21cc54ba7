"""Everything that was asked of providers, for the finance desk: found by what it is, how it stands, what is stuck."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Count, Q, QuerySet, Sum
from django.utils.functional import Promise

from marketplace.core.actors import Actor
from marketplace.core.errors import NotFound, Text
from marketplace.core.money import Money
from trade_assurance.payments.models import ProviderOperation
from trade_assurance.payments.providers.registry import is_manual
from trade_assurance.payments.queries.names import companies_concerned
from trade_assurance.payments.queries.payer import rail_label
from trade_assurance.payments.states import OPERATION_FINAL, OperationKind, OperationState
from trade_assurance.payments.stuck import how_it_stands, stuck_at, why_stuck

PAGE_SIZE: Final = 50
SHOWS: Final = ("all", "open", "stuck", "failed")
_FAILED: Final = (OperationState.DECLINED, OperationState.REFUSED)
_TONES: Final = {
    OperationState.UNKNOWN: "danger",
    OperationState.SENT: "waiting",
    OperationState.DECLINED: "danger",
    OperationState.REFUSED: "danger",
    OperationState.DONE: "safe",
    OperationState.PENDING: "waiting",
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the address asks for; anything unknown is as if it had not been asked."""

    show: str = "all"
    kind: str = ""
    state: str = ""
    provider: str = ""
    text: str = ""

    @classmethod
    def read(cls, show: str, kind: str, state: str, provider: str, text: str) -> Wanted:
        """Only what there is."""
        return cls(
            show=show if show in SHOWS else "all",
            kind=kind if kind in OperationKind.values else "",
            state=state if state in OperationState.values else "",
            provider=provider[:32],
            text=text.strip()[:120],
        )


@dataclass(frozen=True, slots=True)
class AskedLine:
    """One thing asked of a provider; `why` says what is stuck or how it stands."""

    id: int
    kind_label: str
    rail_label: str | Promise
    subject: str
    root: str
    order_ref: str
    amount: Money
    state_label: str
    tone: str
    outcome: str
    provider_ref: str
    bank_reference: str
    created_at: datetime
    wake_at: datetime | None
    ended_at: datetime | None
    attempt: int
    calls: int
    is_stuck: bool
    why: Text


@dataclass(frozen=True, slots=True)
class AskedList:
    """A part of the list, newest first, with how many are stuck in all; `before` is where the next part begins."""

    lines: tuple[AskedLine, ...]
    before: int | None
    stuck: int
    wanted: Wanted
    kinds: tuple[tuple[str, Text], ...]
    states: tuple[tuple[str, Text], ...]
    providers: tuple[tuple[str, Text], ...]
    under_way: tuple[tuple[Text, Money, int], ...]


@dataclass(frozen=True, slots=True)
class CallLine:
    """One call to a provider."""

    step: str
    key: str
    called_at: datetime
    answered_at: datetime | None
    answer: str
    detail: str


@dataclass(frozen=True, slots=True)
class StepLine:
    """One step of the operation's state."""

    at: datetime
    who: str
    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class AskedPage:
    """One operation with its calls and steps, and what this officer may do. `refund_ref`, `payout_ref`: there it goes on."""

    line: AskedLine
    key: str
    calls: tuple[CallLine, ...]
    steps: tuple[StepLine, ...]
    may_look: bool
    is_own: bool
    refund_ref: str
    payout_ref: str


def asked(wanted: Wanted, *, at: datetime, before: int | None = None) -> AskedList:
    """A part of everything asked of providers; four statements."""
    rows = _found(wanted, at)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    part = list(rows.order_by("-pk")[: PAGE_SIZE + 1])
    shown = part[:PAGE_SIZE]
    names = ProviderOperation.objects.order_by("provider").values_list("provider", flat=True).distinct()
    return AskedList(
        lines=tuple(_line(row, at) for row in shown),
        before=shown[-1].pk if len(part) > PAGE_SIZE else None,
        stuck=ProviderOperation.objects.filter(stuck_at(at)).count(),
        wanted=wanted,
        kinds=tuple(OperationKind.choices),
        states=tuple(OperationState.choices),
        providers=tuple((name, rail_label(name)) for name in names),
        under_way=_under_way(),
    )


def asked_page(operation_id: int, actor: Actor, *, at: datetime) -> AskedPage:
    """One operation. Raises `NotFound`."""
    row = ProviderOperation.objects.filter(pk=operation_id).first()
    if row is None:
        raise NotFound
    is_own = bool(companies_concerned(row.subject) & actor.member_of)
    return AskedPage(
        line=_line(row, at),
        key=row.key,
        calls=tuple(
            CallLine(call.step, call.key, call.called_at, call.answered_at, call.answer, call.detail)
            for call in row.attempts.order_by("pk")
        ),
        steps=tuple(
            StepLine(step.at, step.actor_label, str(OperationState(step.to_state).label), step.reason)
            for step in row.transitions.order_by("pk")
        ),
        may_look=not row.is_final and not is_manual(row.provider) and not is_own,
        is_own=is_own,
        refund_ref=row.subject if row.kind == OperationKind.REFUND else "",
        payout_ref=row.subject
        if row.kind == OperationKind.PAY_OUT and row.subject.startswith("pyo_")
        else "",
    )


def _found(wanted: Wanted, at: datetime) -> QuerySet[ProviderOperation]:
    rows = ProviderOperation.objects.all()
    by_show = {
        "open": ~Q(state__in=OPERATION_FINAL),
        "stuck": stuck_at(at),
        "failed": Q(state__in=_FAILED),
    }
    if wanted.show in by_show:
        rows = rows.filter(by_show[wanted.show])
    for name in ("kind", "state", "provider"):
        if value := getattr(wanted, name):
            rows = rows.filter(**{name: value})
    if text := wanted.text:
        rows = rows.filter(
            Q(subject=text)
            | Q(root=text)
            | Q(provider_ref=text)
            | Q(bank_reference=text)
            | Q(attempts__key=text)
        ).distinct()
    return rows


def _under_way() -> tuple[tuple[Text, Money, int], ...]:
    """What is on its way out or in, by kind and currency: how much, and how many."""
    rows = (
        ProviderOperation.objects.exclude(state__in=OPERATION_FINAL)
        .filter(amount_minor__gt=0)
        .values_list("kind", "currency")
        .annotate(number=Count("pk"), total=Sum("amount_minor"))
        .order_by("kind", "currency")
    )
    return tuple(
        (OperationKind(kind).label, Money(int(total), currency), number)
        for kind, currency, number, total in rows
    )


def _line(row: ProviderOperation, at: datetime) -> AskedLine:
    stuck = why_stuck(row, at)
    return AskedLine(
        id=row.pk,
        kind_label=str(row.get_kind_display()),
        rail_label=rail_label(row.provider),
        subject=row.subject,
        root=row.root,
        order_ref=row.root if row.root.startswith("ord_") else "",
        amount=row.money,
        state_label=str(row.get_state_display()),
        tone=_TONES.get(OperationState(row.state), ""),
        outcome=str(row.outcome.get("reason", "")),
        provider_ref=row.provider_ref,
        bank_reference=row.bank_reference,
        created_at=row.created_at,
        wake_at=row.wake_at,
        ended_at=row.ended_at,
        attempt=row.attempt,
        calls=row.calls,
        is_stuck=bool(stuck),
        why=stuck or how_it_stands(row),
    )

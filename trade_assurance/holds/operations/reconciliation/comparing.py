"""A rail's own account of our money compared with our books, line by line and day by day.

A run reads, takes each line once, books the rail's fees, takes our own entries once, adds up the days and says what
differs. Each step commits by itself and may be done again: a run that was cut off is finished by the next. What
becomes of a difference is decided in `incidents`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import F, Max, Min, Q, Sum

from marketplace.core.actors import Actor
from marketplace.core.errors import NotAllowed
from marketplace.core.idempotency import lock_key
from marketplace.core.money import Money
from marketplace.core.outbox import emit
from trade_assurance.holds.errors import NotReconciled
from trade_assurance.holds.models import (
    BankMove,
    BookedMovement,
    HoldMovement,
    ProviderMovementRow,
    ReconciliationRun,
)
from trade_assurance.holds.operations.reconciliation.bank import BankView, look_at_bank
from trade_assurance.holds.operations.reconciliation.days import add_up_days
from trade_assurance.holds.operations.reconciliation.incidents import Difference, compare, sides
from trade_assurance.holds.querysets import UNKNOWN_MOVEMENTS
from trade_assurance.holds.reconciling import FEE_POSTING, Line, name_of_line, name_of_posting
from trade_assurance.holds.states import IncidentKind
from trade_assurance.ledger import operations as ledger
from trade_assurance.ledger import queries as books
from trade_assurance.ledger.operations import credit, debit
from trade_assurance.ledger.states import AccountKind
from trade_assurance.payments.operations.account import (
    MovementType,
    ProviderAccount,
    ProviderMovement,
    Unread,
    read_account,
)
from trade_assurance.payments.queries import BANK, reconciling_rails
from trade_assurance.payments.queries.names import known_names, own_names

RECONCILER: Final = Actor.system("reconciliation")
BEGINNING: Final = datetime(2000, 1, 1, tzinfo=UTC)
# How far back lines are read and looked at again: rails write some of them late.
OVERLAP: Final = timedelta(days=3)
# Ids of entries commit out of order, but none of a transaction older than this is still to come.
SETTLED_AFTER: Final = timedelta(days=1)
NIGHT_HOUR: Final = 2
_BATCH: Final = 500
# The trade books what a chargeback costs with the chargeback itself.
FEE_BOOKED_WITH_IT: Final = (MovementType.CHARGEBACK, MovementType.CHARGEBACK_REINSTATED)


@dataclass(frozen=True, slots=True)
class RunResult:
    """What a run did; `error` when the rail gave no answer."""

    new_movements: int
    new_bookings: int
    opened: int
    closed: int
    error: str = ""


def reconcile(*, provider: str, actor: Actor, at: datetime) -> RunResult:
    """Compare one rail's account with our books until now. May be run at any time, any number of times.

    Takes every movement once, books its fee once (fees of the provider against clearing), takes every entry of ours
    once, adds up each day on both sides, opens an incident for each difference that is older than an hour and
    closes those that have come to agree. The finance desk is told once per run that found something new.
    Raises `NotAllowed` for anybody but finance officers and the system, `NotReconciled` for a rail without an
    account, `ProviderCallInTransaction` inside a transaction.
    """
    if not (actor.is_system or actor.has_desk("finance")):
        raise NotAllowed
    if provider not in reconciling_rails():
        raise NotReconciled
    run = _begin(provider, actor, at)
    account = read_account(provider=provider, since=run.read_since, at=at)
    if isinstance(account, Unread):
        ReconciliationRun.objects.filter(pk=run.pk).update(error=account.reason[:300], finished_at=at)
        return RunResult(0, 0, 0, 0, account.reason)
    changed = take_movements(provider=provider, movements=account.movements, at=at)
    book_fees(provider=provider, at=at)
    take_bookings(provider=provider, at=at)
    return _finish(run, account, changed, at)


def due_rails(*, at: datetime) -> list[str]:
    """Rails whose account was not compared since the last night at two (UTC): also those where it was cut off."""
    night = at.astimezone(UTC).replace(hour=NIGHT_HOUR, minute=0, second=0, microsecond=0)
    if night > at:
        night -= timedelta(days=1)
    done = ReconciliationRun.objects.filter(finished_at__gte=night, error="").values_list(
        "provider", flat=True
    )
    seen = set(done)
    return [name for name in reconciling_rails() if name not in seen]


def take_movements(*, provider: str, movements: Sequence[ProviderMovement], at: datetime) -> list[Difference]:
    """Take the lines that are new, once each; those whose amount has changed since are differences."""
    changed: list[Difference] = []
    for start in range(0, len(movements), _BATCH):
        part = movements[start : start + _BATCH]
        with transaction.atomic():
            changed += _take_part(provider, part, at)
    return changed


@transaction.atomic
def _begin(provider: str, actor: Actor, at: datetime) -> ReconciliationRun:
    earlier = ReconciliationRun.objects.filter(provider=provider, finished_at__isnull=False, error="")
    last = earlier.aggregate(last=Max("read_until"))["last"]
    return ReconciliationRun.objects.create(
        provider=provider,
        started_at=at,
        read_since=BEGINNING if last is None else last - OVERLAP,
        read_until=at,
        actor=actor.as_text,
        actor_label=actor.label,
    )


def _take_part(provider: str, part: Sequence[ProviderMovement], at: datetime) -> list[Difference]:
    known = {
        row.ref: row
        for row in ProviderMovementRow.objects.filter(provider=provider, ref__in=[line.ref for line in part])
    }
    named = _names(provider, [_line(line) for line in part])
    # INVARIANT: a line is taken once, also by two runs at once (enforced by provider_movement_taken_once)
    ProviderMovementRow.objects.bulk_create(
        [_row(provider, line, named[line.ref], at) for line in part if line.ref not in known],
        ignore_conflicts=True,
    )
    return [
        Difference(
            currency=row.currency,
            name=f"line:{row.ref}",
            kind=IncidentKind.CHANGED,
            day=row.at.astimezone(UTC).date(),
            booked_minor=row.amount_minor - row.fee_minor,
            found_minor=(line.amount - line.fee).amount_minor,
        )
        for line in part
        if (row := known.get(line.ref)) is not None
        and row.amount_minor - row.fee_minor != (line.amount - line.fee).amount_minor
    ]


def book_fees(*, provider: str, at: datetime) -> int:
    """Book the fee of every movement that has one, or is one, and whose trade does not book it itself; how many."""
    booked = 0
    while True:
        with transaction.atomic():
            rows = list(
                ProviderMovementRow.objects.filter(provider=provider, fee_booked_at=None)
                .filter(Q(kind=MovementType.FEE) | ~Q(fee_minor=0))
                .exclude(kind__in=FEE_BOOKED_WITH_IT)
                .lock()[:_BATCH]
            )
            for row in rows:
                _book_fee(row)
            ProviderMovementRow.objects.filter(pk__in=[row.pk for row in rows]).update(fee_booked_at=at)
        booked += len(rows)
        if len(rows) < _BATCH:
            return booked


def _book_fee(row: ProviderMovementRow) -> None:
    # A line that is nothing but a fee carries it as its amount, negative: what was given back is positive.
    own = -row.amount_minor if row.kind == MovementType.FEE else 0
    fee = Money(row.fee_minor + own, row.currency)
    if fee.is_zero:
        return
    # INVARIANT: once per movement (enforced by the ledger's unique key)
    ledger.post(
        kind=FEE_POSTING,
        subject=row.ref,
        key=f"fee:{row.provider}:{row.ref}",
        entries=[
            debit(AccountKind.PROVIDER_FEES, row.provider, fee),
            credit(AccountKind.PROVIDER_CLEARING, row.provider, fee),
        ],
        happened_at=row.at,
    )


def take_bookings(*, provider: str, at: datetime) -> int:
    """Take every entry of ours on the rail's clearing account that was not taken yet; how many were new."""
    taken = 0
    settled = BookedMovement.objects.filter(provider=provider, recorded_at__lt=at - SETTLED_AFTER)
    after = settled.aggregate(last=Max("entry_id"))["last"] or 0
    while True:
        entries = books.entries_after(AccountKind.PROVIDER_CLEARING, provider, after, limit=_BATCH)
        if not entries:
            return taken
        after = entries[-1].entry_id
        with transaction.atomic():
            taken += _take_entries(provider, entries, at)


def _take_entries(provider: str, entries: Sequence[books.AccountEntry], at: datetime) -> int:
    known = set(
        BookedMovement.objects.filter(entry_id__in=[entry.entry_id for entry in entries]).values_list(
            "entry_id", flat=True
        )
    )
    fresh = [entry for entry in entries if entry.entry_id not in known]
    causes = dict(
        HoldMovement.objects.filter(posting_key__in=[entry.key for entry in fresh]).values_list(
            "posting_key", "cause"
        )
    )
    BookedMovement.objects.bulk_create(
        [
            BookedMovement(
                provider=provider,
                entry_id=entry.entry_id,
                kind=entry.transaction_kind,
                posting_key=entry.key,
                name=name_of_posting(
                    entry.transaction_kind, entry.subject, entry.key, causes.get(entry.key, "")
                ),
                currency=entry.currency,
                # With the provider is a debit of ours: seen from there, it came in.
                amount_minor=-entry.amount_minor,
                at=entry.happened_at,
                recorded_at=at,
            )
            for entry in fresh
        ],
        ignore_conflicts=True,
    )
    return len(fresh)


@transaction.atomic
def _finish(
    run: ReconciliationRun, account: ProviderAccount, changed: list[Difference], at: datetime
) -> RunResult:
    provider = run.provider
    lock_key(f"reconciliation:{provider}")
    _name_again(provider)
    # The books may have moved while the account was read: what differs less than an hour is no incident yet.
    add_up_days(provider=provider, since=_earliest_news(run), at=at)
    # What a statement shows may be weeks old, and what it should have shown too: the bank is compared as a whole.
    is_bank = provider == BANK
    things = sides(provider, since=BEGINNING if is_bank else run.read_since)
    bank = look_at_bank(things, at=at) if is_bank else BankView(frozenset(), ())
    balances = _balance_differences(provider, account.balances, at)
    opened, closed = compare(
        provider=provider,
        differences=[*things, *changed, *balances, *bank.of_statements],
        awaited=bank.awaited,
        actor=RECONCILER,
        at=at,
    )
    new_movements = ProviderMovementRow.objects.filter(provider=provider, recorded_at=at).count()
    new_bookings = BookedMovement.objects.filter(provider=provider, recorded_at=at).count()
    ReconciliationRun.objects.filter(pk=run.pk).update(
        finished_at=at,
        new_movements=new_movements,
        new_bookings=new_bookings,
        opened=opened,
        closed=closed,
    )
    if opened:
        emit(
            kind="reconciliation_differs",
            subject=provider,
            payload={"run": run.pk, "opened": opened},
            actor=RECONCILER,
            at=at,
        )
    return RunResult(new_movements, new_bookings, opened, closed)


def _earliest_news(run: ReconciliationRun) -> date:
    """The first day that this run (or one that was cut off before it) may have changed."""
    news = Q(provider=run.provider, recorded_at__gte=run.read_since)
    first = [
        model.objects.filter(news).aggregate(first=Min("at"))["first"]
        for model in (ProviderMovementRow, BookedMovement)
    ]
    earliest: datetime = min([moment for moment in first if moment is not None] or [run.read_until])
    return earliest.astimezone(UTC).date()


def _balance_differences(
    provider: str, balances: Mapping[str, Money] | None, at: datetime
) -> list[Difference]:
    """Where the rail says it keeps another sum than its own lines add up to. Nothing when it would not hold still."""
    if balances is None:
        return []
    rows = ProviderMovementRow.objects.filter(provider=provider).values("currency")
    sums = {
        row["currency"]: int(row["total"])
        for row in rows.annotate(total=Sum(F("amount_minor") - F("fee_minor")))
    }
    day = at.astimezone(UTC).date()
    return [
        Difference(
            currency=currency,
            name="balance",
            kind=IncidentKind.BALANCE,
            day=day,
            booked_minor=sums.get(currency, 0),
            found_minor=balances[currency].amount_minor if currency in balances else 0,
        )
        for currency in sorted(set(sums) | set(balances))
    ]


def _name_again(provider: str) -> None:
    """What nobody could name when it was taken may be known by now: a payment whose answer came late, a bank's line."""
    unnamed = list(
        ProviderMovementRow.objects.filter(provider=provider, named_by_hand=False)
        .filter(UNKNOWN_MOVEMENTS)
        .exclude(object_ref="")
        .lock()
    )
    named = _names(provider, [Line(row.ref, row.kind, row.object_ref, row.subject) for row in unnamed])
    for row in unnamed:
        if named[row.ref] != row.name:
            row.name = named[row.ref]
            row.save(update_fields=["name"])


def _names(provider: str, lines: Iterable[Line]) -> dict[str, str]:
    lines = list(lines)
    by_object = own_names(provider, [line.object_ref for line in lines])
    known = known_names(provider, [line.subject for line in lines])
    moves = _moves_at_bank(lines) if provider == BANK else _moves(provider, lines)
    return {line.ref: moves.get(line.ref) or name_of_line(line, by_object, known) for line in lines}


def _moves(provider: str, lines: Sequence[Line]) -> dict[str, str]:
    """By line: which move of held money an officer recorded it as, under the line's or its object's name."""
    lines = [line for line in lines if line.kind == MovementType.WITHDRAWAL]
    asked = {name for line in lines for name in (line.ref, line.object_ref) if name}
    rows = BankMove.objects.filter(provider=provider, withdrawal_ref__in=asked) if asked else ()
    known = {row.withdrawal_ref: row.ref for row in rows}
    named = {line.ref: known.get(line.ref) or known.get(line.object_ref, "") for line in lines}
    return {ref: name for ref, name in named.items() if name}


def _moves_at_bank(lines: Sequence[Line]) -> dict[str, str]:
    """By line of the bank: which move of held money it brought."""
    rows = BankMove.objects.filter(line_ref__in=[line.ref for line in lines])
    return dict(rows.exclude(line_ref="").values_list("line_ref", "ref"))


def _line(movement: ProviderMovement) -> Line:
    return Line(movement.ref, movement.type, movement.object_ref, movement.subject)


def _row(provider: str, movement: ProviderMovement, name: str, at: datetime) -> ProviderMovementRow:
    return ProviderMovementRow(
        provider=provider,
        ref=movement.ref,
        kind=movement.type,
        object_ref=movement.object_ref[:120],
        subject=movement.subject[:120],
        name=name,
        currency=movement.amount.currency,
        amount_minor=movement.amount.amount_minor,
        fee_minor=movement.fee.amount_minor,
        at=movement.at,
        description=movement.description[:300],
        recorded_at=at,
    )

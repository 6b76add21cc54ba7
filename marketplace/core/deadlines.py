"""Deadlines: opened, moved, paused and closed by operations; swept when due.

Owns `Deadline`. Dispatches by kind: upper apps register what a kind locks, does and how it explains
itself. An unknown kind is an error that keeps the row. Global lock order: the kind's own aggregate
first (Order → Hold → Dispute), the deadline row after it, so a sweep cannot deadlock with a person.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction

from marketplace.core.actors import Actor
from marketplace.core.errors import Conflict, Rejected, Text
from marketplace.core.jobs import QUEUES
from marketplace.core.models import Deadline
from marketplace.core.states import DeadlineState

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
FIRST_RETRY = timedelta(seconds=10)
LONGEST_RETRY = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Due:
    """A deadline that a sweep has claimed and not looked at yet."""

    id: int
    kind: str
    subject: str


@dataclass(frozen=True, slots=True)
class DeadlineKind:
    """How one kind of deadline behaves.

    `lock(subject)` locks the aggregate in the global order; `run(deadline, at)` does what silence
    means; `explain(deadline)` says to a reader what will happen and why.
    `run_many(due, at)`, where a kind has it, lets many happen in one transaction: it locks the aggregates and then
    the rows, marks as happened those that are open and due, and returns their ids. What it leaves happens singly;
    so does everything when it fails. It must leave exactly what as many calls of `run` leave.
    """

    name: str
    queue: str
    lock: Callable[[str], object]
    run: Callable[[Deadline, datetime], None]
    explain: Callable[[Deadline], Text]
    run_many: Callable[[Sequence[Due], datetime], set[int]] | None = None


@dataclass(frozen=True, slots=True)
class DeadlineLine:
    """One open deadline for a page: the moment, what will happen and why, by which rule."""

    kind: str
    subject: str
    started_at: datetime
    due_at: datetime
    rule: str
    explanation: Text
    paused_at: datetime | None
    pause_reason: str
    details: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class SweepResult:
    """How many deadlines happened, were found closed meanwhile, and failed (kept for later)."""

    done: int
    skipped: int
    failed: int


_kinds: dict[str, DeadlineKind] = {}


def register_deadline_kind(kind: DeadlineKind) -> None:
    """Make a kind known; called from `apps.py: ready()`. Raises `ValueError` for a second of the name."""
    if kind.name in _kinds and _kinds[kind.name] != kind:
        msg = f"deadline kind {kind.name!r} is registered twice"
        raise ValueError(msg)
    if kind.queue not in QUEUES:
        msg = f"unknown queue {kind.queue!r}"
        raise ValueError(msg)
    _kinds[kind.name] = kind


def registered_kinds() -> Mapping[str, DeadlineKind]:
    """All kinds known to this process."""
    return _kinds


def open_deadline(
    *,
    kind: str,
    subject: str,
    root: str,
    started_at: datetime,
    due_at: datetime,
    rule: str,
    details: Mapping[str, object] | None = None,
) -> Deadline:
    """Store that `kind` happens to `subject` at `due_at` if nobody acts.

    Raises `KeyError` for an unregistered kind, `IntegrityError` when one is already open.
    """
    # INVARIANT: one open deadline per kind and subject (enforced by deadline_open_once_per_kind_and_subject)
    return Deadline.objects.create(
        kind=kind,
        queue=_kinds[kind].queue,
        subject=subject,
        root=root,
        rule=rule,
        details=dict(details or {}),
        started_at=started_at,
        due_at=due_at,
        wake_at=due_at,
    )


def move_deadline(
    *, kind: str, subject: str, due_at: datetime, reason: str, actor: Actor, at: datetime
) -> Deadline:
    """Give an open deadline another moment, keeping the old one in its history. Raises `Conflict` when none is open."""
    deadline = _locked_open(kind, subject)
    _note(deadline, "moved", actor, at, reason, was=deadline.due_at.isoformat())
    deadline.due_at = due_at
    if deadline.paused_at is None:
        deadline.wake_at = due_at
    deadline.save(update_fields=["due_at", "wake_at", "history"])
    return deadline


def close_deadline(*, kind: str, subject: str, outcome: str, at: datetime) -> bool:
    """End an open deadline because somebody acted; False when none was open."""
    return (
        Deadline.objects.filter(kind=kind, subject=subject, state=DeadlineState.OPEN).update(
            state=DeadlineState.CLOSED, ended_at=at, outcome=outcome, leased_until=None
        )
        == 1
    )


def close_all(*, root: str, outcome: str, at: datetime, kinds: Iterable[str] | None = None) -> int:
    """End every open deadline of a trade (of these kinds); how many there were."""
    rows = Deadline.objects.filter(root=root, state=DeadlineState.OPEN)
    if kinds is not None:
        rows = rows.filter(kind__in=list(kinds))
    return rows.update(state=DeadlineState.CLOSED, ended_at=at, outcome=outcome, leased_until=None)


def pause_deadline(*, kind: str, subject: str, reason: str, actor: Actor, at: datetime) -> Deadline:
    """Stop the clock, with a written reason that both sides see. Raises `Rejected` without one."""
    if not reason.strip():
        raise Rejected(field="reason")
    deadline = _locked_open(kind, subject)
    if deadline.paused_at is not None:
        raise Conflict
    _note(deadline, "paused", actor, at, reason)
    deadline.paused_at, deadline.pause_reason, deadline.wake_at = at, reason, None
    deadline.save(update_fields=["paused_at", "pause_reason", "wake_at", "history"])
    return deadline


def resume_deadline(
    *, kind: str, subject: str, reason: str, actor: Actor, at: datetime, whole_days: bool = False
) -> Deadline:
    """Let the clock run again; the due moment moves by as long as it stood still.

    With `whole_days` by whole days, one that has begun counting as one: for clocks that end with a day.
    Raises `Conflict` when it does not stand still.
    """
    deadline = _locked_open(kind, subject)
    if deadline.paused_at is None:
        raise Conflict
    still = at - deadline.paused_at
    if whole_days:
        still = -(-still // timedelta(days=1)) * timedelta(days=1)
    _note(deadline, "resumed", actor, at, reason, was=deadline.due_at.isoformat())
    deadline.due_at += still
    deadline.wake_at, deadline.paused_at, deadline.pause_reason = deadline.due_at, None, ""
    deadline.save(update_fields=["due_at", "wake_at", "paused_at", "pause_reason", "history"])
    return deadline


def open_deadlines(root: str) -> list[DeadlineLine]:
    """What happens next to a trade by itself, soonest first."""
    rows = Deadline.objects.filter(root=root, state=DeadlineState.OPEN).order_by("due_at", "pk")
    return [_line(deadline) for deadline in rows]


def sweep_due(*, at: datetime, queue: str | None = None, limit: int = 200) -> SweepResult:
    """Let everything due at `at` happen, at most `limit`; several workers may sweep at once.

    What a kind can do together happens first and together, the rest singly, the oldest first.
    """
    claimed = _claim(at, queue, limit)
    happened = _run_together(claimed, at)
    counts = {"done": len(happened), "skipped": 0, "failed": 0}
    for due in claimed:
        if due.id not in happened:
            counts[_run_one(due.id, at)] += 1
    return SweepResult(**counts)


def oldest_overdue(at: datetime) -> datetime | None:
    """The due moment of the longest overdue open deadline that is not paused; None when there is none."""
    rows = Deadline.objects.filter(state=DeadlineState.OPEN, paused_at__isnull=True, due_at__lt=at)
    return rows.order_by("due_at").values_list("due_at", flat=True).first()


def next_wake(after: datetime | None = None) -> datetime | None:
    """When the sweep has something to do next; for replays that move their own clock."""
    rows = Deadline.objects.filter(state=DeadlineState.OPEN, wake_at__isnull=False)
    if after is not None:
        rows = rows.filter(wake_at__gt=after)
    return rows.order_by("wake_at").values_list("wake_at", flat=True).first()


_CLAIM = """
    UPDATE core_deadline SET leased_until = %(until)s WHERE id IN (
        SELECT id FROM core_deadline
        WHERE state = 'open' AND wake_at <= %(at)s AND (leased_until IS NULL OR leased_until <= %(at)s)
              AND (%(queue)s::text IS NULL OR queue = %(queue)s)
        ORDER BY wake_at, id LIMIT %(limit)s FOR NO KEY UPDATE SKIP LOCKED)
    RETURNING id, kind, subject, wake_at
"""


def _claim(at: datetime, queue: str | None, limit: int) -> list[Due]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_CLAIM, {"until": at + LEASE, "at": at, "queue": queue, "limit": limit})
        rows = sorted(cursor.fetchall(), key=lambda row: (row[3], row[0]))
        return [Due(pk, kind, subject) for pk, kind, subject, _ in rows]


def _run_together(claimed: Sequence[Due], at: datetime) -> set[int]:
    """Let happen what kinds can do together; which did. A kind whose batch fails leaves all of it to be done singly."""
    happened: set[int] = set()
    for name in dict.fromkeys(due.kind for due in claimed):
        kind = _kinds.get(name)
        batch = [due for due in claimed if due.kind == name]
        if kind is None or kind.run_many is None:
            continue
        try:
            with transaction.atomic():
                done = kind.run_many(batch, at)
            happened |= done
        except Exception:  # a task's edge: nothing of the batch stays, and each is tried for itself
            logger.exception("a batch of %s deadlines %s failed", len(batch), name)
    return happened


def _run_one(pk: int, at: datetime) -> str:
    try:
        with transaction.atomic():
            return "done" if _happen(pk, at) else "skipped"
    except Exception as error:  # a task's edge: keep the row, count the attempt, go on with the others
        logger.exception("deadline %s failed", pk)
        _record_failure(pk, at, error)
        return "failed"


def _happen(pk: int, at: datetime) -> bool:
    kind_name, subject = Deadline.objects.values_list("kind", "subject").get(pk=pk)
    kind = _kinds[kind_name]
    kind.lock(subject)
    deadline = Deadline.objects.filter(pk=pk).lock().get()
    if deadline.state != DeadlineState.OPEN or deadline.wake_at is None or deadline.wake_at > at:
        return False
    # Marked before the handler runs, so that an operation in it may open the next one of the same kind.
    Deadline.objects.filter(pk=pk).update(
        state=DeadlineState.DONE, ended_at=at, outcome="happened", leased_until=None, last_error=""
    )
    kind.run(deadline, at)
    return True


def _record_failure(pk: int, at: datetime, error: Exception) -> None:
    with transaction.atomic():
        deadline = Deadline.objects.filter(pk=pk).lock().get()
        deadline.attempts += 1
        deadline.last_error = f"{type(error).__name__}: {error}"[:2000]
        deadline.leased_until = None
        if deadline.state == DeadlineState.OPEN and deadline.wake_at is not None:
            deadline.wake_at = at + min(FIRST_RETRY * 2 ** min(deadline.attempts, 12), LONGEST_RETRY)
        deadline.save(update_fields=["attempts", "last_error", "leased_until", "wake_at"])


def _locked_open(kind: str, subject: str) -> Deadline:
    deadline = Deadline.objects.filter(kind=kind, subject=subject, state=DeadlineState.OPEN).lock().first()
    if deadline is None:
        raise Conflict
    return deadline


def _note(deadline: Deadline, what: str, actor: Actor, at: datetime, reason: str, **more: str) -> None:
    entry = {
        "what": what,
        "actor": actor.as_text,
        "label": actor.label,
        "at": at.isoformat(),
        "reason": reason,
    }
    deadline.history = [*deadline.history, entry | more]


def _line(deadline: Deadline) -> DeadlineLine:
    return DeadlineLine(
        kind=deadline.kind,
        subject=deadline.subject,
        started_at=deadline.started_at,
        due_at=deadline.due_at,
        rule=deadline.rule,
        explanation=_kinds[deadline.kind].explain(deadline),
        paused_at=deadline.paused_at,
        pause_reason=deadline.pause_reason,
        details=deadline.details,
    )

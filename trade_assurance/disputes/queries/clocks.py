"""A case's clocks for a reader: the moment, what happens if nobody acts, why, and what moved it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from marketplace.core.errors import Text
from marketplace.core.models import Deadline
from marketplace.core.states import DeadlineState
from orders.queries import NextLine

_REMINDERS = ("evidence_reminder_48h", "evidence_reminder_24h")


@dataclass(frozen=True, slots=True)
class ClockChange:
    """A deadline was moved, paused or let run again: when, by whom, why."""

    at: datetime
    what: Text
    who: str
    reason: str


@dataclass(frozen=True, slots=True)
class CaseClock:
    """One open deadline of the case."""

    kind: str
    due_at: datetime
    text: Text
    rule: Text
    overdue: bool
    paused_at: datetime | None
    pause_reason: Text
    changes: tuple[ClockChange, ...]


def case_clocks(ref: str, lines: Sequence[NextLine]) -> tuple[CaseClock, ...]:
    """The case's deadlines but the reminders, soonest first, with their histories; one statement."""
    rows = Deadline.objects.filter(subject=ref, state=DeadlineState.OPEN)
    history = dict(rows.values_list("kind", "history"))
    return tuple(
        CaseClock(
            kind=line.kind,
            due_at=line.due_at,
            text=line.text,
            rule=line.rule,
            overdue=line.overdue,
            paused_at=line.paused_at,
            pause_reason=line.pause_reason,
            changes=tuple(_change(entry) for entry in history.get(line.kind, ())),
        )
        for line in lines
        if line.subject == ref and line.kind not in _REMINDERS
    )


def _change(entry: dict[str, Any]) -> ClockChange:
    words = {"paused": _("paused"), "resumed": _("runs again"), "moved": _("moved")}
    reason = "" if entry["what"] == "resumed" else str(entry["reason"])
    return ClockChange(
        datetime.fromisoformat(entry["at"]),
        words.get(entry["what"], entry["what"]),
        str(entry["label"]),
        reason,
    )

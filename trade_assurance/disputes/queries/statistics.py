"""Public figures of ended cases: by reason, country and outcome; small groups are not shown on their own.

Reads only. A person or a company cannot be recognised in a group below the operator's smallest size: such
groups stand together as "others", and when even those are too few the next larger one joins them, so that
nothing can be had by subtraction from the total.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median_low
from typing import Final

from django.utils.translation import gettext as _

from marketplace.core.countries import country_name
from marketplace.core.errors import Text
from marketplace.core.operator_settings import integer_of
from trade_assurance.disputes.models import Dispute
from trade_assurance.disputes.rules.figures import outcome_of, publishable
from trade_assurance.disputes.states import DisputeState, OutcomeKind, Reason

SMALLEST_GROUP: Final = "statistics.smallest_group"
PERIOD_DAYS: Final = 730
_ENDED: Final = (
    DisputeState.CLOSED,
    DisputeState.SETTLED,
    DisputeState.WITHDRAWN,
    DisputeState.CHARGED_BACK,
)


@dataclass(frozen=True, slots=True)
class Group:
    """One line: how many ended cases, their share of all in basis points, and days to the end (the middle case)."""

    label: Text
    cases: int
    share_bps: int
    days: int


@dataclass(frozen=True, slots=True)
class Statistics:
    """The page. `groups` are (title, lines); empty while there are too few cases to show anything."""

    cases: int
    days: int
    since: datetime
    smallest: int
    groups: tuple[tuple[Text, tuple[Group, ...]], ...]


@dataclass(frozen=True, slots=True)
class _Case:
    reason: str
    country: str
    outcome: str
    days: int


def statistics(at: datetime) -> Statistics:
    """Cases that ended in the last two years; one statement."""
    since, smallest = at - timedelta(days=PERIOD_DAYS), integer_of(SMALLEST_GROUP)
    cases = _cases(since)
    groups: list[tuple[Text, tuple[Group, ...]]] = []
    if len(cases) >= smallest:
        groups = [
            (_("By reason"), _table(cases, lambda case: case.reason, smallest, _reason)),
            (
                _("By the supplier's country"),
                _table(cases, lambda case: case.country, smallest, country_name),
            ),
            (_("By outcome"), _table(cases, lambda case: case.outcome, smallest, _outcome)),
        ]
    shown = len(cases) if len(cases) >= smallest else 0
    return Statistics(shown, _middle(cases) if shown else 0, since, smallest, tuple(groups))


def _cases(since: datetime) -> Sequence[_Case]:
    rows = Dispute.objects.filter(state__in=_ENDED, ended_at__gte=since).values_list(
        "reason",
        "order__supplier__country",
        "state",
        "claimed_minor",
        "refund_minor",
        "opened_at",
        "ended_at",
    )
    return [
        _Case(reason, country, outcome_of(state, claimed, refund or 0), max((ended - opened).days, 0))
        for reason, country, state, claimed, refund, opened, ended in rows
        if ended is not None
    ]


def _table(
    cases: Sequence[_Case], key: Callable[[_Case], str], smallest: int, label: Callable[[str], Text]
) -> tuple[Group, ...]:
    shown = publishable(Counter(key(case) for case in cases), smallest)
    lines = []
    for names in shown:
        of = [case for case in cases if key(case) in names]
        name = label(names[0]) if len(names) == 1 else _("others, together")
        lines.append(Group(name, len(of), len(of) * 10_000 // len(cases), _middle(of)))
    return tuple(lines)


def _middle(cases: Sequence[_Case]) -> int:
    return median_low(sorted(case.days for case in cases)) if cases else 0


def _reason(value: str) -> Text:
    return Reason(value).label


def _outcome(value: str) -> Text:
    return OutcomeKind(value).label

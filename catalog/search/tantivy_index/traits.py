"""What is counted of every offer in one column: terms, verification, and how soon it is ready. Pure.

Three columns in one cost a third of the three. What any filter on them would leave is summed from the few
values that occur, so that these filters need one pass together, not one each.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from catalog.search.spec import LEAD_TIMES, SearchSpec

TERMS, VERIFIED, LEAD = "terms", "verified", "lead"
_SEPARATOR = "|"


def lead_step_of(days: int) -> int:
    """Of the lead times that one can choose, how many are too short."""
    return bisect_left(LEAD_TIMES, days)


def traits_of(terms: str, *, verified: bool, step: int) -> str:
    """The one value of an offer."""
    return _SEPARATOR.join((terms, str(int(verified)), str(step)))


@dataclass(slots=True)
class TraitCounts:
    """How many offers each choice would leave; `lead_steps` between one lead time to choose and the next."""

    terms: dict[str, int] = field(default_factory=dict)
    verified: int = 0
    lead_steps: dict[int, int] = field(default_factory=dict)


def trait_counts(found: Mapping[str, int], spec: SearchSpec, judged: Collection[str]) -> TraitCounts:
    """Each filter's counts from how many offers have each value, the filters in `judged` applied but for its own.

    The offers were found without the filters in `judged`, and with every other.
    """
    counts = TraitCounts()
    for value, number in found.items():
        terms, verified, step = _read(value)
        kept = {
            TERMS: TERMS not in judged or terms in spec.incoterms,
            VERIFIED: VERIFIED not in judged or verified,
            LEAD: LEAD not in judged or step <= lead_step_of(spec.lead_max or 0),
        }
        if kept[VERIFIED] and kept[LEAD]:
            counts.terms[terms] = counts.terms.get(terms, 0) + number
        if kept[TERMS] and kept[LEAD] and verified:
            counts.verified += number
        if kept[TERMS] and kept[VERIFIED]:
            counts.lead_steps[step] = counts.lead_steps.get(step, 0) + number
    return counts


def _read(value: str) -> tuple[str, bool, int]:
    terms, verified, step = value.split(_SEPARATOR)
    return terms, verified == "1", int(step)

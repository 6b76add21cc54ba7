"""What is counted of every offer in one column: terms, verification, and how soon it is ready. Pure.

Three columns in one cost a third of the three. What any filter on them would leave is summed from the few
values that occur, so that these filters need one pass together, not one each.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from catalog.search.spec import LEAD_TIMES, SearchSpec
from catalog.search.tantivy_index.reader import Snapshot
from catalog.search.tantivy_index.schema import NONE_HELD

ORIGIN: Final = "origin"
TERMS, VERIFIED, LEAD = "terms", "verified", "lead"
_SEPARATOR = "|"
MOST_TOGETHER: Final = (
    4_000  # values of origins and traits that are counted in one pass; of more each by itself
)


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
        kept = _kept(value, spec, judged)
        if kept[VERIFIED] and kept[LEAD]:
            counts.terms[terms] = counts.terms.get(terms, 0) + number
        if kept[TERMS] and kept[LEAD] and verified:
            counts.verified += number
        if kept[TERMS] and kept[VERIFIED]:
            counts.lead_steps[step] = counts.lead_steps.get(step, 0) + number
    return counts


@lru_cache(maxsize=1)
def joint_values(snapshot: Snapshot) -> Mapping[str, tuple[str, ...]]:
    """Of each origin the traits that its offers have in one commit of the index."""
    found: dict[str, list[str]] = {}
    for value, _count in snapshot.searcher.terms_with_prefix("joint", ""):
        if value != NONE_HELD:
            origin, _, traits = value.partition(_SEPARATOR)
            found.setdefault(origin, []).append(traits)
    return {origin: tuple(traits) for origin, traits in found.items()}


def joint_of(origin: str, traits: str) -> str:
    """The origin and the traits of an offer in one value."""
    return f"{origin}{_SEPARATOR}{traits}"


def values_left(values: Mapping[str, Sequence[str]], spec: SearchSpec, judged: Collection[str]) -> list[str]:
    """What the filter on origins and those in `judged` leave of the values of one field."""
    return [
        joint_of(origin, traits)
        for origin in spec.origins
        for traits in values.get(origin, ())
        if all(_kept(traits, spec, judged).values())
    ]


def split_counts(
    found: Mapping[str, int], spec: SearchSpec, judged: Collection[str]
) -> tuple[dict[str, int], dict[str, int]]:
    """By origin what the filters on traits leave, and by traits what the one on origins leaves; found without all of these."""
    origins: dict[str, int] = {}
    traits: dict[str, int] = {}
    left: dict[str, bool] = {}
    for value, number in found.items():
        origin, _, rest = value.partition(_SEPARATOR)
        if rest not in left:
            left[rest] = all(_kept(rest, spec, judged).values())
        if left[rest]:
            origins[origin] = origins.get(origin, 0) + number
        if origin in spec.origins:
            traits[rest] = traits.get(rest, 0) + number
    return origins, traits


def _kept(traits: str, spec: SearchSpec, judged: Collection[str]) -> dict[str, bool]:
    terms, verified, step = _read(traits)
    return {
        TERMS: TERMS not in judged or terms in spec.incoterms,
        VERIFIED: VERIFIED not in judged or verified,
        LEAD: LEAD not in judged or step <= lead_step_of(spec.lead_max or 0),
    }


@lru_cache(maxsize=10_000)
def _read(value: str) -> tuple[str, bool, int]:
    terms, verified, step = value.split(_SEPARATOR)
    return terms, verified == "1", int(step)

"""The filters' counts, by the index's own aggregations: no list of ids ever comes to Python.

Each filter is counted with the other filters applied. One pass over what all the filters leave counts whatever is
not filtered by; the filters on traits (`traits`) that are used need one pass together, the origin one of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from tantivy import Occur, Query, Searcher

from catalog.search.rows import suppliers_with_offers
from catalog.search.spec import (
    LEAD_TIMES,
    Facets,
    Overview,
    SearchSpec,
    choices_of,
    counts_of_each,
    lead_choices,
)
from catalog.search.tantivy_index.aggregates import Counts, below, counts_in, ranges, terms
from catalog.search.tantivy_index.ceilings import within_ceiling
from catalog.search.tantivy_index.clauses import how_many
from catalog.search.tantivy_index.conditions import Conditions
from catalog.search.tantivy_index.marks import Marks, PriceMark, counted_marks, marks_of
from catalog.search.tantivy_index.reader import Snapshot
from catalog.search.tantivy_index.schema import NONE_HELD, PRODUCT
from catalog.search.tantivy_index.traits import LEAD, MOST_TOGETHER, TraitCounts, split_counts, trait_counts

_EXACT: Final = 2**53 - 1  # up to here a double tells whole numbers apart
_LEAD_EDGES: Final = [0, *(days + 1 for days in LEAD_TIMES)]


def count(searcher: Searcher, conditions: Conditions, spec: SearchSpec) -> tuple[int, int, Facets]:
    """How many offers the words find, how many the filters leave, and what each choice would leave."""
    found, prices, matched = _whole(searcher, conditions, marks_of(searcher, conditions, spec))
    total = sum(found["category"].values())
    if not conditions.used:
        matched = total
    origins, traits, apart = _apart(searcher, conditions, spec, found)
    facets = Facets(
        categories=found["category"],
        origins=choices_of(origins, spec.origins),
        incoterms=choices_of(traits.terms, spec.incoterms),
        verified=traits.verified,
        lead_times=lead_choices(_lead_steps(searcher, conditions, traits)),
        within_quantity=_within(searcher, conditions, found),
        prices=prices,
        certificates=choices_of(_certificates(found["held"]), spec.certificates),
        ships_here=_ships_here(searcher, conditions, spec, total),
        in_season=_in_season(searcher, conditions, spec),
    )
    if matched is None:
        matched = apart if apart is not None else how_many(searcher, conditions.base)
    return matched, total, facets


def _found(searcher: Searcher, query: Query, wanted: Mapping[str, Any]) -> dict[str, Counts]:
    return counts_in(searcher.aggregate(query, dict(wanted)))


def _whole(
    searcher: Searcher, conditions: Conditions, marks: Marks
) -> tuple[dict[str, Counts], tuple[PriceMark, ...], int | None]:
    """What the filters leave, counted by everything that is not filtered by; the marks too, and what the words find where that is one pass."""
    columns = {"category", "held"} | ({"origin", "traits"} - conditions.counted_apart)
    wanted = {name: terms(name) for name in columns} | _minimum_in_passing(conditions)
    if conditions.most is not None:
        return within_ceiling(searcher, conditions, marks, wanted)
    step = conditions.steps[0] if conditions.steps else None
    if step is None or step.clauses or conditions.own or not marks.prices:
        found = _found(searcher, conditions.all_but(), wanted)
        return found, counted_marks(searcher, conditions, marks), None
    found = _found(searcher, conditions.all_but(), {**wanted, "marks": step.as_ranges(marks.edges)})
    counts = step.counted(found["marks"], marks.edges)
    return found, counted_marks(searcher, conditions, marks, first=counts), None


@lru_cache(maxsize=1)
def overview_at(snapshot: Snapshot) -> Overview:
    """Everything in one commit of the index. Whatever changes it, of a supplier too, makes a new commit."""
    everything = Query.term_query(snapshot.schema, "kind", PRODUCT, "basic")
    found = _found(snapshot.searcher, everything, {name: terms(name) for name in ("category", "origin")})
    suppliers, verified = suppliers_with_offers()
    return Overview(found["category"], suppliers, verified, len(found["origin"]))


def _apart(
    searcher: Searcher, conditions: Conditions, spec: SearchSpec, found: Mapping[str, Counts]
) -> tuple[Counts, TraitCounts, int | None]:
    """Origins and traits, each without the filters on it; and what the words find, where that was counted in passing."""
    judged = conditions.judged_by_traits
    if not conditions.judged_together or sum(map(len, conditions.joint_values.values())) > MOST_TOGETHER:
        return _origins(searcher, conditions, found), _traits(searcher, conditions, spec, found), None
    both_apart = conditions.all_but(*conditions.judged_together)
    together = _found(searcher, both_apart, {"joint": terms("joint")})["joint"]
    origins, traits = split_counts(together, spec, judged)
    alone = conditions.used == set(conditions.judged_together)
    return (
        origins,
        _with_lead_apart(searcher, conditions, spec, trait_counts(traits, spec, judged)),
        sum(together.values()) if alone else None,
    )


def _origins(searcher: Searcher, conditions: Conditions, found: Mapping[str, Counts]) -> Counts:
    if "origin" in found:
        return found["origin"]
    return _found(searcher, conditions.all_but("origin"), {"origin": terms("origin")})["origin"]


def _traits(
    searcher: Searcher, conditions: Conditions, spec: SearchSpec, found: Mapping[str, Counts]
) -> TraitCounts:
    judged = conditions.judged_by_traits
    if judged:
        found = _found(searcher, conditions.all_but(*judged), {"traits": terms("traits")})
    return _with_lead_apart(searcher, conditions, spec, trait_counts(found["traits"], spec, judged))


def _with_lead_apart(
    searcher: Searcher, conditions: Conditions, spec: SearchSpec, counts: TraitCounts
) -> TraitCounts:
    """By what the traits say; a lead time that they do not decide is left out in a pass of its own."""
    if LEAD in conditions.used and LEAD not in conditions.judged_by_traits:
        others = _found(searcher, conditions.all_but(LEAD), {"traits": terms("traits")})
        counts.lead_steps = trait_counts(others["traits"], spec, ()).lead_steps
    return counts


def _certificates(sets: Mapping[str, int]) -> dict[str, int]:
    """How many offers have each certificate, from how many have each set: an offer has all that are asked for."""
    return counts_of_each((held.split(), number) for held, number in sets.items() if held != NONE_HELD)


def _ships_here(searcher: Searcher, conditions: Conditions, spec: SearchSpec, total: int) -> int:
    """`total` is the answer where the filter is used; else all but the few that are not offered there."""
    if not spec.here or spec.ships_to:
        return total if spec.ships_to else 0
    elsewhere = conditions.all_but(also=[(Occur.Must, conditions.not_to(spec.here))])
    return total - how_many(searcher, elsewhere)


def _in_season(searcher: Searcher, conditions: Conditions, spec: SearchSpec) -> int:
    if not searcher.doc_freq("month", spec.on.month):
        return 0
    return how_many(searcher, conditions.all_but("season", also=[(Occur.Must, conditions.in_season())]))


def _lead_steps(searcher: Searcher, conditions: Conditions, traits: TraitCounts) -> dict[int, int]:
    """By lead time at the minimum order, and the few that take longer at my quantity moved."""
    counts = dict.fromkeys(range(len(LEAD_TIMES) + 1), 0) | traits.lead_steps
    _first, *others = conditions.lead_steps
    if not others or others[0].reached is None:
        return counts
    whole = conditions.all_but(LEAD)
    moved = conditions.all_but(LEAD, also=[(Occur.Must, others[0].reached)])
    passes = [(moved, "lead_days", -1), *((step.within(whole), step.field, 1) for step in others)]
    for query, field, sign in passes:
        found = _found(searcher, query, {"days": ranges(field, _LEAD_EDGES)})["days"]
        for step, edge in enumerate(_LEAD_EDGES[1:]):
            counts[step] += sign * found.get(float(edge), 0)
    return counts


def _minimum_in_passing(conditions: Conditions) -> dict[str, Any]:
    """My quantity against the minimum orders as a part of the one pass, where all that is left compares so."""
    most = conditions.reached_minimum()
    if most is None or most[1] >= _EXACT or "moq" in conditions.used:
        return {}
    if conditions.comparable() and conditions.most is None:
        return {}
    return {"reached": below(most[0], most[1] + 1)}


def _within(searcher: Searcher, conditions: Conditions, found: Mapping[str, Counts]) -> int:
    most = conditions.reached_minimum()
    if most is None:
        return 0
    if most[1] >= _EXACT:
        within = (Occur.Must, conditions.between(most[0], None, most[1]))
        return how_many(searcher, conditions.all_but("moq", also=[*conditions.comparable(), within]))
    reached = found.get("reached")
    if reached is None:
        others = conditions.all_but("moq", also=conditions.comparable())
        reached = _found(searcher, others, {"reached": below(most[0], most[1] + 1)})["reached"]
    return reached.get(float(most[1] + 1), 0)

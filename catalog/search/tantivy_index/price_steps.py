"""In which ways one can see what an offer costs at the quantity asked: by a column, or step by step.

Of the steps of its price exactly one holds at a quantity. Where it holds all over the cell of the quantity the price
lies in the cell's column; the others, where a border lies inside the cell or whose prices have no column, are
compared step by step. No offer is in two ways.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from tantivy import Occur, Query, Schema, Searcher

from catalog.search.tantivy_index.aggregates import Counts, below_each, ranges
from catalog.search.tantivy_index.cells import cell_of, sure_word, unsure_word
from catalog.search.tantivy_index.clauses import Clause, between, term
from catalog.search.tantivy_index.columns import Band, band_of
from catalog.search.tantivy_index.schema import BASE, CELLS, RATED, TIERS, column_at


@dataclass(frozen=True, slots=True)
class PriceStep:
    """One way: the field of the price, and what must be so; with a band it is a column, and nothing must be so.

    Prices in a column are multiplied by the scale of their band.
    """

    field: str
    clauses: tuple[Clause, ...] = ()
    band: Band | None = None

    @property
    def scale(self) -> float:
        """By what a price is multiplied where it lies."""
        return self.band.scale if self.band else 1.0

    def priced(self, schema: Schema) -> list[Clause]:
        """What must be so for an offer to have its price here."""
        if self.band is None:
            return list(self.clauses)
        return [(Occur.Must, between(schema, self.field, self.band.low, self.band.high))]

    def within(self, schema: Schema, most: float) -> list[Clause]:
        """What must be so for an offer to have its price here, and for it to be so much at most."""
        if self.band is None:
            return [*self.clauses, (Occur.Must, between(schema, self.field, None, most))]
        high = self._placed(most)
        if high <= self.band.low:
            return [(Occur.Must, Query.empty_query())]
        return [(Occur.Must, between(schema, self.field, self.band.low, high))]

    def as_ranges(self, edges: Sequence[float]) -> dict[str, Any]:
        """The aggregation that counts from each price to the next; a price itself is below it, as of a ceiling."""
        return ranges(self.field, [self.band.low if self.band else 0.0, *self._borders(edges)])

    def counted(self, found: Counts, edges: Sequence[float]) -> list[int]:
        """How many are at or below each price, from what that aggregation found."""
        return below_each(found, self._borders(edges))

    def border(self, price: float) -> float:
        """The end of the range up to a price: ranges leave their upper end out, and must not end before they begin."""
        low = self.band.low if self.band else 0.0
        return math.nextafter(max(self._placed(price), low), math.inf)

    def _borders(self, edges: Sequence[float]) -> list[float]:
        return [self.border(edge) for edge in edges]

    def _placed(self, price: float) -> float:
        return price if self.band is None else self.band.placed(price)


@dataclass(frozen=True, slots=True)
class Compared:
    """How prices are compared: the scale of the fields, the unit, and the dimension that the unit asked for measures."""

    schema: Schema
    searcher: Searcher
    scale: str
    unit: str
    goods: str
    currency: str

    def lone(self) -> list[Clause]:
        """A price with a rate is in fields of its own; those without compare only with their own currency."""
        return [] if self.scale == RATED else [(Occur.Must, term(self.schema, "scale", self.currency))]

    def at_minimum(self) -> PriceStep:
        """The price without a quantity: at each offer's minimum."""
        goods = [(Occur.Must, term(self.schema, "dimension", self.goods))] if self.unit == BASE else []
        return PriceStep(f"{self.scale}_{self.unit}_1", (*self.lone(), *goods))

    def steps_at(self, asked: int) -> list[PriceStep]:
        """The ways that there are for some offer at a quantity; where there is a column it comes first."""
        cell, band = cell_of(asked), band_of(self.goods)
        steps = []
        if self.scale == RATED and band is not None and cell in CELLS[self.unit]:
            steps.append(PriceStep(column_at(self.unit, cell), band=band))
        field = f"{self.scale}_{self.unit}"
        for tier in TIERS:
            steps += [PriceStep(f"{field}_{tier}", (*way, *self.lone())) for way in self._ways(tier, asked)]
        return steps

    def _ways(self, tier: int, asked: int) -> Iterable[list[Clause]]:
        """How one can see that a step holds: by what an offer says of the cell, else by comparing its thresholds."""
        cell, goods = cell_of(asked), said_of(self.scale, self.goods)
        for said in self._said(sure_word(cell, tier, goods)):
            yield [said]
        if tier > 1:
            for said in self._said(unsure_word(cell, goods, tier - 1)):
                yield [said, (Occur.Must, self._reaches(tier, asked))]
        if tier < TIERS[-1]:
            for said in self._said(unsure_word(cell, goods, tier)):
                yield [said, (Occur.MustNot, self._reaches(tier + 1, asked))]
        for said in self._said(unsure_word(cell, goods)):
            reached = [(Occur.Must, self._reaches(tier, asked))] if tier > 1 else []
            passed = [(Occur.MustNot, self._reaches(tier + 1, asked))] if tier < TIERS[-1] else []
            yield [said, *reached, *passed]

    def _said(self, word: str) -> list[Clause]:
        field = f"holds_{self.unit}"
        return [(Occur.Must, term(self.schema, field, word))] if self.searcher.doc_freq(field, word) else []

    def _reaches(self, tier: int, asked: int) -> Query:
        return between(self.schema, f"from_{self.unit}_{tier}", None, asked)


def said_of(scale: str, goods: str) -> str:
    """What the words of a cell begin with: prices without a rate are no part of a question about others."""
    return goods if scale == RATED else f"{scale}|{goods}"

"""The lead times that hold at a quantity, step by step, as questions to the index. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from tantivy import Occur, Query

LEAD_FIELD: Final = "lead_days"


@dataclass(frozen=True, slots=True)
class LeadStep:
    """One step of the lead times: the field of its days, where its border is reached, and where the next one's is not.

    `reached` is missing for the first one, which is a listing's lead time at its minimum order.
    """

    field: str
    reached: Query | None = None
    passed: Query | None = None

    def within(self, query: Query) -> Query:
        """What of it has the days of this step at the quantity asked."""
        clauses = [(Occur.Must, query)]
        clauses += [(Occur.Must, self.reached)] if self.reached is not None else []
        clauses += [(Occur.MustNot, self.passed)] if self.passed is not None else []
        return Query.boolean_query(clauses) if len(clauses) > 1 else query

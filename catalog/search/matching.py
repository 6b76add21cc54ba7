"""The answer of the search as a condition of a queryset: for lists that have pages and filters of their own.

The same SQL that answers pages, without counts, order or place; so whatever the two are asked alike they find alike.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.db.models.expressions import RawSQL

from catalog.search.postgres import matching_statement
from catalog.search.question import read_question
from catalog.search.spec import SearchSpec

_NAMED = re.compile(r"%\((\w+)\)s")


def matching_products(spec: SearchSpec) -> RawSQL | None:
    """The ids of what answers the question, for `pk__in`; None when nothing can answer it, as mere punctuation."""
    question = read_question(spec.query)
    if spec.query.strip() and question.is_empty:
        return None
    statement, values = matching_statement(spec, question)
    return RawSQL(*_in_order(statement, values))  # noqa: S611 -- the search's own statement, every value a parameter


def _in_order(statement: str, values: Mapping[str, Any]) -> tuple[str, list[Any]]:
    """A queryset numbers its parameters, the search names them."""
    said: list[Any] = []

    def place(named: re.Match[str]) -> str:
        said.append(values[named[1]])
        return "%s"

    return _NAMED.sub(place, statement), said

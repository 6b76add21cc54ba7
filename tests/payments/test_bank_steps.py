"""The steps of batches, statements and their lines, written out once more; every other one is refused."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from trade_assurance.payments.states import (
    BATCH_TRANSITIONS,
    LINE_IN_SUSPENSE,
    LINE_TRANSITIONS,
    STATEMENT_TRANSITIONS,
)

BATCH = {("open", "exported"), ("open", "cancelled"), ("exported", "rejected")}
STATEMENT = {
    ("needs_layout", "read"),
    ("needs_layout", "discarded"),
    ("read", "taken"),
    ("read", "discarded"),
}
LINE = {
    ("read", "repeated"),
    ("read", "matched"),
    ("read", "unmatched"),
    ("repeated", "unmatched"),
    ("unmatched", "assigned"),
    ("unmatched", "returning"),
    ("unmatched", "fee"),
    ("unmatched", "noted"),
    ("noted", "assigned"),
    ("noted", "returning"),
    ("noted", "fee"),
    ("returning", "returned"),
    ("returning", "unmatched"),
}


@pytest.mark.parametrize(
    ("table", "legal"),
    [(BATCH_TRANSITIONS, BATCH), (STATEMENT_TRANSITIONS, STATEMENT), (LINE_TRANSITIONS, LINE)],
)
def test_steps_are_exactly_these(table: Mapping[str, frozenset[str]], legal: set[tuple[str, str]]) -> None:
    assert {(before, after) for before, to in table.items() for after in to} == legal


def test_lines_whose_money_is_in_suspense_are_exactly_these() -> None:
    assert set(LINE_IN_SUSPENSE) == {"unmatched", "noted", "returning"}

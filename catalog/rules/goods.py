"""Which goods may not be offered or sent, and which only with a paper. Pure.

Owns what a rule is, which goods fall under it, and on which days. Must not touch database, clock or settings.
A rule without a destination is about the goods themselves: it speaks when they are listed and when they are
ordered. One with a destination speaks only when goods go there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from catalog.states import GoodsRuleKind

SHORTEST_PREFIX: Final = 2
LONGEST_PREFIX: Final = 10
_NOT_A_DIGIT = re.compile(r"\D")


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule as the shop reads it; an empty origin or destination is any country, `valid_until` the last day."""

    id: int
    ref: str
    kind: str
    hs_prefix: str
    origin: str
    destination: str
    reason: str
    source: str
    needs: str
    valid_from: date
    valid_until: date | None

    @property
    def is_prohibition(self) -> bool:
        """Whether nothing lifts it."""
        return self.kind == GoodsRuleKind.PROHIBITED

    def holds_on(self, day: date) -> bool:
        """Whether it has begun and not ended."""
        return self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)

    def covers(self, hs_code: str, origin: str) -> bool:
        """Whether goods of this code and origin fall under it, wherever they go."""
        return digits_of(hs_code).startswith(self.hs_prefix) and self.origin in {"", origin}


def digits_of(hs_code: str) -> str:
    """`0507.10` → `050710`."""
    return _NOT_A_DIGIT.sub("", hs_code)


def prefixes_of(hs_code: str) -> list[str]:
    """Every prefix that a rule may have for this code, the shortest first: what the database is asked for."""
    digits = digits_of(hs_code)
    return [digits[:length] for length in range(SHORTEST_PREFIX, min(len(digits), LONGEST_PREFIX) + 1)]


def rules_for_listing(rules: Iterable[Rule], *, hs_code: str, origin: str, day: date) -> tuple[Rule, ...]:
    """What speaks against offering these goods at all, prohibitions first."""
    found = [
        rule for rule in rules if not rule.destination and rule.holds_on(day) and rule.covers(hs_code, origin)
    ]
    return tuple(sorted(found, key=lambda rule: (not rule.is_prohibition, rule.hs_prefix, rule.ref)))


def prohibition_of_sending(
    rules: Iterable[Rule], *, hs_code: str, origin: str, destination: str, day: date
) -> Rule | None:
    """The prohibition that keeps these goods from being sent there; None when there is none.

    With no destination known only what holds everywhere counts.
    """
    found = [
        rule
        for rule in rules
        if rule.is_prohibition
        and rule.holds_on(day)
        and rule.covers(hs_code, origin)
        and rule.destination in {"", destination}
    ]
    return min(found, key=lambda rule: (rule.hs_prefix, rule.ref), default=None)

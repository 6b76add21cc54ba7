"""Random buyers, suppliers, officers, clocks, faults, crashes and replays: after every step the money adds up.

`PORTOLAN_SEED` repeats a walk; it is printed. Sizes: see `tests.plugins.sizes`.
"""

from __future__ import annotations

import os
import random
from collections import Counter

import pytest
from django.db import connection
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from hypothesis.strategies import DataObject

from marketplace.core.books import find_discrepancies
from marketplace.core.errors import DomainError
from tests.kill.boundaries import run_in_child
from tests.market.moves import MOVES
from tests.market.world import Act, World, broken, money
from tests.plugins.books import empty_database
from tests.plugins.sizes import size

pytestmark = [pytest.mark.slow, pytest.mark.kill, pytest.mark.django_db(transaction=True)]
STAGES = ("delivered", "funded", "confirmed", "shipped")
_FIXED_SEED = 20261127
_AT_A_TIME = 6
_counts: Counter[str] = Counter()


class Market(RuleBasedStateMachine):
    """One walk: every step is one of `MOVES`, done once, or twice, or cut off by kill -9 and done again."""

    @initialize(stages=st.lists(st.sampled_from(STAGES), min_size=2, max_size=3))
    def open(self, stages: list[str]) -> None:
        connection.close()
        empty_database()
        self.world = World.begin(stages)

    @rule(data=st.data())
    def steps(self, data: DataObject) -> None:
        """Several at a time: left to itself Hypothesis ends a walk after a few, long before anything meets."""
        for _turn in range(_AT_A_TIME):
            self._step(data)
            assert broken() == []

    def _step(self, data: DataObject) -> None:
        act = data.draw(st.sampled_from(MOVES), label="move")(self.world, data)
        manner = data.draw(st.sampled_from(["once"] * 8 + ["twice", "killed"]), label="manner")
        if act is None:
            return
        if manner == "killed":
            self._cut_off(act, data.draw(st.integers(1, 25), label="boundary"))
        done = self._take(act)
        if done and manner == "twice" and act.name not in _HAPPENS_ANEW:
            before = money()
            self._take(act)
            assert money() == before, f"{act.name} moved money twice"

    def _take(self, act: Act) -> bool:
        _counts["steps"] += 1
        before = money()
        refusal = _refusal_of(act)
        if refusal:
            _counts["refusals"] += 1
            if act.name not in _SEVERAL_STEPS:
                assert money() == before, f"{act.name} was refused ({refusal}) and moved money"
            return False
        _counts[act.name] += 1
        return True

    def _cut_off(self, act: Act, boundary: int) -> None:
        connection.close()
        passage = run_in_child(act.do, kill_at=boundary)
        _counts["kills"] += passage.killed

    @invariant()
    def money_adds_up(self) -> None:
        if hasattr(self, "world"):
            assert broken() == []
            assert find_discrepancies() == []


def _refusal_of(act: Act) -> str:
    """Do it; the code of its refusal, empty when it was done. Anything else but a refusal is a fault."""
    try:
        act.do()
    except DomainError as refusal:
        return refusal.code
    return ""


# Not steps of a person with a key: doing them again is new work.
_HAPPENS_ANEW = frozenset({"another trade", "deliver the outbox", "call providers", "time passes"})
# Made of several operations, of which the first may be done before the second is refused.
_SEVERAL_STEPS = frozenset({"begin payment", "ship", "decide", "deliver the outbox", "call providers"})


def test_random_market_conserves_every_orders_money_after_every_step() -> None:
    chosen = int(os.environ.get("PORTOLAN_SEED") or size(_FIXED_SEED, _FIXED_SEED, random.randrange(2**32)))
    examples, steps = size(2, 3, 200), size(6, 8, 30)
    print(f"random market: PORTOLAN_SEED={chosen}, {examples} walks of up to {steps * _AT_A_TIME} steps")
    _counts.clear()
    run = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate, Phase.shrink],
    )
    run_state_machine_as_test(seed(chosen)(Market), settings=run)
    print(f"random market: {dict(_counts.most_common())}")

"""How the walk finds its moves, and the draws that they share."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import strategies as st
from hypothesis.strategies import DataObject

from marketplace.core.money import Money
from tests.factories.orders import Trade
from tests.market.world import Act, World

Move = Callable[[World, DataObject], Act | None]
MOVES: list[Move] = []
# What ends a trade early, or only breaks things, is rare: else no walk gets far.
_WEIGHTS = {
    "another_trade": 1,
    "a_line_goes_dead": 2,
    "step_back": 1,
    "cancel": 1,
    "workers_tell": 6,
    "workers_call": 4,
    "time_passes": 2,
    "ship": 5,
    "arrive": 6,
    "judge": 6,
    "act_on_the_page": 6,
    "begin_paying": 5,
    "a_transfer_arrives": 6,
    "pack": 4,
    "leave_or_unpack": 6,
    "accept_part": 4,
    "accept": 2,
    "answer": 6,
    "claim": 2,
    "a_bank_takes_money_back": 2,
    "end_unpaid": 2,
}


def move(function: Move) -> Move:
    """Let the walk choose it, as often as the others or as `_WEIGHTS` says."""
    MOVES.extend([function] * _WEIGHTS.get(function.__name__, 3))
    return function


def a_trade(world: World, data: DataObject) -> Trade:
    """One of the market's trades."""
    return data.draw(st.sampled_from(world.trades), label="trade")


def an_amount(data: DataObject, most: int, currency: str) -> Money:
    """Round and crooked sums, one unit, everything, and a little more than there is."""
    choice = data.draw(st.sampled_from(["one", "part", "all", "more"]), label="how much")
    part = data.draw(st.integers(1, max(most, 1)), label="part") if choice == "part" else 1
    return Money({"one": 1, "part": part, "all": most, "more": most + 1}[choice], currency)

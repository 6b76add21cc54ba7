"""What a mill has in stock and a grower can pick per month: some of it is ordered by the time the story ends."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from catalog.operations import add_capacity
from marketplace.core.actors import Actor
from marketplace.demo.story.people import CATALINA, JAVIER
from marketplace.demo.story.stage import Scene, Script, Stage

# Bottles in the store of the mill and those it fills in the weeks to come (one order takes of both), jars of saffron
# (one order takes nearly all of them); tonnes of cherries, month by month from the one in which the story ends.
OIL: Final = Decimal(1800)
NEXT_OIL: Final = Decimal(2000)
SAFFRON: Final = Decimal(240)
SEASON: Final = (Decimal(60), Decimal(150), Decimal(200), Decimal(80))


def stock_and_season(stage: Stage) -> Script:
    """Stocks of oil and saffron, and a season of cherries. Orders of the days that follow take of them."""
    yield stage.day(-8, "08:00")
    mill, grower = stage.actor(JAVIER), stage.actor(CATALINA)
    _state(stage, "picual-evoo", stage.at.date(), None, OIL, mill)
    _state(stage, "picual-evoo", stage.on(5), stage.on(40), NEXT_OIL, mill)
    _state(stage, "saffron", stage.at.date(), None, SAFFRON, mill)
    first = stage.now.date().replace(day=1)
    for tonnes in SEASON:
        after = (first + timedelta(days=32)).replace(day=1)
        _state(stage, "cherries-150t", first, after - timedelta(days=1), tonnes, grower)
        first = after


def _state(
    stage: Stage, product: str, first: date, last: date | None, offered: Decimal, actor: Actor
) -> None:
    add_capacity(
        product_ref=stage.products[product],
        variant=1,
        first_day=first,
        last_day=last,
        offered=offered,
        actor=actor,
        key=f"demo:product:{product}:capacity:{first}",
        at=stage.at,
    )


SCENES: Final[tuple[Scene, ...]] = (stock_and_season,)

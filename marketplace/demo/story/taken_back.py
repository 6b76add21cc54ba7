"""Trades whose buyer's bank took the money back long after the goods were accepted: one won, one lost."""

from __future__ import annotations

from typing import Final

from marketplace.demo.story import people as who
from marketplace.demo.story.ended import Past, uneventful
from marketplace.demo.story.payers_bank import PayersBank
from marketplace.demo.story.stage import Scene, Script, Stage
from marketplace.demo.story.trade import HELENA

GEARS: Final = Past(
    "gears",
    who.PETER,
    who.WANG,
    {"spur-gears": "300"},
    "air",
    ("FCA", "Ningbo"),
    "East Sea Air",
    (-90, -60, -55),
)
STATION_LOT: Final = Past(
    "station-lot",
    who.MARCUS,
    who.DAWIT,
    {"sidama-washed": "300"},
    "air",
    ("FCA", "Addis Ababa"),
    "Highland Cargo",
    (-82, -70, -65),
)


def gears_won(stage: Stage) -> Script:
    """A clerk did not know the purchase on the card's statement: the papers of the trade convinced the bank."""
    bank = PayersBank((yield from uneventful(GEARS, stage)))
    yield stage.day(-38, "10:20")
    bank.takes_back("fraudulent")
    yield stage.day(-36, "09:15")
    bank.reads(
        "The buyer's purchasing manager placed the order and accepted the goods two days after they arrived.",
        officer=HELENA,
    )
    yield stage.day(-21, "13:00")
    bank.decides("win")


def station_lot_lost(stage: Stage) -> Script:
    """Taken back when the supplier had been paid out: what the bank decided is the supplier's debt."""
    bank = PayersBank((yield from uneventful(STATION_LOT, stage)))
    yield stage.day(-19, "15:40")
    bank.takes_back("product_unacceptable")
    yield stage.day(-16, "10:05")
    bank.reads(
        "Accepted without a claim. The buyer writes of a musty cup in two bags; no sample was kept.",
        officer=HELENA,
    )
    yield stage.day(-6, "14:30")
    bank.decides("lose")


SCENES: Final[tuple[Scene, ...]] = (gears_won, station_lot_lost)

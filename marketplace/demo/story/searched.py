"""What a buyer looked for: their last searches, one that they are mailed about, and a list that their colleagues see."""

from __future__ import annotations

from typing import Final

from catalog.operations.favourites import keep_favourites
from catalog.operations.searching.recent_searches import remember_search
from catalog.operations.searching.saved_searches import save_search
from marketplace.demo.story.people import ANKE, JONAS
from marketplace.demo.story.stage import Stage

_SEARCHED: Final = (
    "sardines in olive oil",
    "dates -syrup",
    '"extra virgin" olive oil',
    "1006 30",
    "basmati rice",
)
_CHRISTMAS: Final = ("medjool-dates", "saffron", "shelled-hazelnuts", "shea-butter")


def look_around(stage: Stage) -> None:
    """Two people of one importer, some days before the end of the story."""
    for person, words in ((ANKE, _SEARCHED), (JONAS, _SEARCHED[1:3])):
        for place, typed in enumerate(words):
            remember_search(words=typed, actor=stage.actor(person), at=stage.ago(days=6 - place, hours=3))
    save_search(
        name="“basmati” · Certificate Organic",
        address="q=basmati&certificate=organic",
        actor=stage.actor(ANKE),
        at=stage.ago(days=2),
    )
    keep_favourites(
        product_refs=[stage.products[key] for key in _CHRISTMAS],
        list_ref="",
        name="Christmas range",
        actor=stage.actor(ANKE),
        at=stage.ago(days=2),
    )

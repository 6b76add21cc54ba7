"""A supplier's importers pay other prices: a group of buyers with a price list, and a buyer with a share off for a while."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from catalog.operations import create_buyer_group, create_price_list
from catalog.rules.buyer_groups import GroupFacts
from catalog.rules.price_lists import PriceListFacts, PriceRow
from marketplace.demo.story.people import CATALINA, JONAS, MARIEKE, OMAR
from marketplace.demo.story.stage import Stage

# From a quantity on, what the importers pay: by the key of the listing.
IMPORTERS_PAY: Final = {
    "blueberries": (("3000", "4.95"), ("12000", "4.62"), ("24000", "4.48")),
    "red-apples": (("1029", "16.9"), ("5145", "16.1")),
}


def agree(stage: Stage) -> None:
    """Catalina names two importers together and types what they pay; a third buyer gets 4 % off until the season ends."""
    supplier, actor = stage.company(CATALINA), stage.actor(CATALINA)
    stage.at = stage.ago(days=4, hours=5)
    group = create_buyer_group(
        supplier_id=supplier.pk,
        facts=GroupFacts("Importers in Europe", tuple(stage.company(one).ref for one in (JONAS, MARIEKE))),
        actor=actor,
        key="demo:group:importers",
        at=stage.at,
    )
    lists = {
        "importers": PriceListFacts(
            name="Importers in Europe, this season",
            valid_from=stage.on(-4),
            groups=(group.ref,),
            prices=tuple(
                PriceRow(stage.products[name], Decimal(least), Decimal(price))
                for name, steps in IMPORTERS_PAY.items()
                for least, price in steps
            ),
        ),
        "khaleej": PriceListFacts(
            name="Khaleej, first season",
            valid_from=stage.on(-4),
            valid_until=stage.on(60),
            percent_off_bps=400,
            buyers=(stage.company(OMAR).ref,),
        ),
    }
    for name, facts in lists.items():
        create_price_list(
            supplier_id=supplier.pk, facts=facts, actor=actor, key=f"demo:prices:{name}", at=stage.at
        )

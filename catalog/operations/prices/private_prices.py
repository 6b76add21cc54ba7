"""Writes the prices of a list, some articles at a time: from the grid, from a file, from what was pasted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.errors import ChangedMeanwhile, PriceListEnded, PriceListWrong
from catalog.models import PriceList
from catalog.operations.prices.lists import note_change, own_price_list, stated_prices, write_prices
from catalog.queries.prices.sellable import sellable_by_article
from catalog.rules.price_lists import MAXIMUM_PRICES, PricesSaid
from marketplace.core.actors import Actor
from marketplace.core.idempotency import remember, replayed


@transaction.atomic
def set_private_prices(
    *, price_list_ref: str, said: PricesSaid, revision: int, actor: Actor, key: str, at: datetime
) -> PriceList:
    """Say the prices of some articles anew; the others keep theirs. The list's buyers pay them at once.

    Raises `PriceListNotFound`, `NotAllowed`, `PriceListEnded`, `ChangedMeanwhile`, and `PriceListWrong` with the
    first row that does not hold or when the list would hold too many prices; then nothing changes.
    """
    found = own_price_list(price_list_ref, actor)
    content = {"price_list": price_list_ref, "said": asdict(said)}
    if replayed(key=key, operation="set_private_prices", content=content) is not None:
        return found
    if found.ended_at is not None:
        raise PriceListEnded
    if revision != found.revision:
        raise ChangedMeanwhile
    _write(found, said)
    found.revision += 1
    found.updated_at = at
    found.save(update_fields=["revision", "updated_at"])
    note_change(found, {"prices_of": asdict(said)}, actor, at)
    remember(key=key, operation="set_private_prices", content=content, result=found.ref, at=at)
    return found


def _write(price_list: PriceList, said: PricesSaid) -> None:
    named: Sequence[str] = list(dict.fromkeys([*said.articles, *(row.article for row in said.rows)]))
    sellable = sellable_by_article(named, price_list.supplier_id)
    steps = stated_prices(said.rows, sellable)
    said_anew = price_list.prices.all()
    if not said.all_others_out:
        said_anew = said_anew.filter(variant_id__in={one.variant_id for one in sellable.values()})
    said_anew.delete()
    if price_list.prices.count() + sum(map(len, steps.values())) > MAXIMUM_PRICES:
        raise PriceListWrong(field="prices", problem=_("This is more than one list holds: make several."))
    write_prices(price_list, steps, sellable.values())

"""Price lists, reached through operations only."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from catalog.models import BuyerGroup, PriceList, Product
from catalog.operations import create_buyer_group, create_price_list
from catalog.rules.buyer_groups import GroupFacts
from catalog.rules.price_lists import PriceListFacts, PriceRow
from marketplace.accounts.models import Company
from marketplace.core.ids import new_key
from tests.factories import AT
from tests.factories.accounts import owner_of

_TODAY = AT.date()


def a_group_of(supplier: Company, *members: Company, name: str = "Retail chains EU") -> BuyerGroup:
    """A group of a supplier's buyers."""
    return create_buyer_group(
        supplier_id=supplier.pk,
        facts=GroupFacts(name, tuple(one.ref for one in members)),
        actor=owner_of(supplier),
        key=new_key(),
        at=AT,
    )


def a_list_for(
    buyer: Company | BuyerGroup,
    product: Product,
    *steps: tuple[str, str],
    percent_off_bps: int = 0,
    valid_from: date = _TODAY,
    valid_until: date | None = None,
    at: datetime = AT,
) -> PriceList:
    """A list of the product's supplier for one buyer or group: steps (from, price), else one price at the minimum order."""
    rows = steps or (() if percent_off_bps else ((str(product.moq), "777.77"),))
    return create_price_list(
        supplier_id=product.supplier_id,
        facts=PriceListFacts(
            name="Old friends",
            valid_from=valid_from,
            valid_until=valid_until,
            percent_off_bps=percent_off_bps,
            buyers=(buyer.ref,) if isinstance(buyer, Company) else (),
            groups=() if isinstance(buyer, Company) else (buyer.ref,),
            prices=tuple(PriceRow(product.ref, Decimal(least), Decimal(price)) for least, price in rows),
        ),
        actor=owner_of(product.supplier),
        key=new_key(),
        at=at,
    )

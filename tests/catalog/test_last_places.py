"""What a company may have so many of: two who take the last place at once get one, and one refusal."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any

import pytest

from catalog.models import Certificate, FavouriteList, PriceList, SavedSearch
from catalog.operations import favourites
from catalog.operations.prices import lists
from catalog.operations.searching import saved_searches
from catalog.operations.trust import certificates
from catalog.rules.price_lists import PriceListFacts
from marketplace.core.ids import new_key
from tests.factories import AT
from tests.factories.accounts import a_company, owner_of
from tests.factories.catalog import a_live_product
from tests.factories.certificates import a_certificate
from tests.holds.races import at_once


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_the_last_place_goes_to_one_of_two(monkeypatch: pytest.MonkeyPatch) -> None:
    for module, limit in (
        (favourites, "MOST_LISTS"),
        (saved_searches, "MAXIMUM_SAVED"),
        (lists, "MAXIMUM_LISTS"),
        (certificates, "MAXIMUM_CERTIFICATES"),
    ):
        monkeypatch.setattr(module, limit, 1)
    product, buyer = a_live_product(), a_company()
    supplier, who, seller = product.supplier, owner_of(buyer), owner_of(product.supplier)

    def keep(name: str) -> Any:
        return favourites.keep_favourites(
            product_refs=[product.ref], list_ref="", name=name, actor=who, at=AT
        )

    def search(name: str) -> Any:
        return saved_searches.save_search(name=name, address=f"q={name}", actor=who, at=AT)

    def price(name: str) -> Any:
        facts = PriceListFacts(
            name=name, valid_from=AT.date(), valid_until=None, percent_off_bps=100,
            buyers=(buyer.ref,), groups=(), prices=(),
        )  # fmt: skip
        return lists.create_price_list(
            supplier_id=supplier.pk, facts=facts, actor=seller, key=new_key(), at=AT
        )

    def state(number: str) -> Any:
        return a_certificate(supplier, number=number, valid_until=date(2027, 12, 31))

    for take, model, refusal in (
        (keep, FavouriteList, "too_many_favourites"),
        (search, SavedSearch, "too_many_saved_searches"),
        (price, PriceList, "too_many_price_lists"),
        (state, Certificate, "too_many_certificates"),
    ):
        assert sorted(at_once(partial(take, "one"), partial(take, "two"))) == sorted(["done", refusal])
        assert model._default_manager.count() == 1

"""A buyer with price lists is answered exactly: by either engine, for random lists, groups, days and questions.

Beside `test_search_facets.py`: the same market and the same plain loop, with prices asked list by list.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import ClassVar
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from catalog.models import BuyerGroup, PriceList, SearchEntry
from catalog.operations import create_price_list
from catalog.rules.price_lists import PriceListFacts, PriceRow
from catalog.search import SearchSpec, find
from catalog.search.engine import SearchEngine, find_with
from catalog.search.local_index import local_index
from catalog.search.own_prices import TooManyOwnPrices
from catalog.search.postgres import PostgresEngine
from catalog.search.tantivy_index import own_values
from marketplace.accounts.models import Company
from marketplace.core.ids import new_key
from tests.catalog import test_search_facets as plain
from tests.catalog.search_index import IndexForTests
from tests.factories import AT
from tests.factories.accounts import a_company, owner_of
from tests.factories.price_lists import a_group_of
from tests.plugins.sizes import size

DAY = AT.date()
MILLIONTH = 10**6


@dataclass(frozen=True)
class Drawn:
    """A list as hypothesis draws it; products by their place in the market, steps as (times the minimum, percent)."""

    supplier: int
    to: str
    percent_off_bps: int
    begins: int
    ends: int | None
    prices: tuple[tuple[int, tuple[tuple[int, int], ...]], ...]

    def applies(self, buyer: str, on: date) -> bool:
        """Whether it is this buyer's on a day, without asking the code."""
        reaches = {"friend": {"friend", "chains"}, "rival": {"rival"}, "": set()}[buyer]
        last = DAY + timedelta(days=self.ends) if self.ends is not None else date.max
        return self.to in reaches and DAY + timedelta(days=self.begins) <= on <= last


_STEPS = st.lists(st.tuples(st.sampled_from((1, 2, 5, 12)), st.integers(5, 120)), min_size=1, max_size=3)


def _falling(steps: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    least, percents = sorted({q for q, _p in steps}), sorted({p for _q, p in steps}, reverse=True)
    return tuple(zip(least, percents, strict=False))


lists = st.lists(
    st.builds(
        Drawn,
        supplier=st.integers(0, 1),
        to=st.sampled_from(("friend", "friend", "chains", "chains", "rival")),
        percent_off_bps=st.sampled_from((0, 0, 0, 1, 3_333, 9_000)),
        begins=st.sampled_from((-3, 0, 0, 1)),
        ends=st.sampled_from((None, None, 0, 1)),
        prices=st.lists(
            st.tuples(st.integers(0, 17), _STEPS.map(_falling)),
            min_size=1,
            max_size=6,
            unique_by=lambda p: p[0],
        ).map(tuple),
    ).filter(lambda one: one.ends is None or one.ends >= one.begins),
    min_size=1,
    max_size=4,
)


@dataclass(frozen=True)
class OwnOffer(plain.Offer):
    """An offer as the buyer compares it: every list that applies, one after the other."""

    applying: tuple[PriceList, ...] = ()

    def price(self, spec: SearchSpec) -> Fraction | None:
        """The lowest of everybody's price and those of the lists, made comparable as everybody's is."""
        public = super().price(spec)
        if public is None:
            return None
        least = Fraction(self.row.moq_base)
        at = max(self.mine(spec) or least, least)
        steps = zip(self.row.tier_from, self.row.tier_prices, strict=True)
        reached = [Fraction(price) for start, price in steps if start <= at]
        everybody = reached[-1] if reached else Fraction(self.row.tier_prices[0])
        lowest = min(
            [everybody, *(one for listed in self.applying for one in self._of(listed, everybody, at))]
        )
        return public * lowest / everybody

    def _of(self, listed: PriceList, everybody: Fraction, at: Fraction) -> list[Fraction]:
        found = []
        if listed.supplier_id == self.row.supplier_id and listed.percent_off_bps:
            share = everybody * (10_000 - listed.percent_off_bps) / 10_000 * MILLIONTH
            found.append(Fraction(max(int(share + Fraction(1, 2)), 1), MILLIONTH))
        steps = [p for p in listed.prices.all() if p.variant.product_id == self.row.product_id]
        steps.sort(key=lambda p: p.min_quantity)
        reached = [p.unit_price for p in steps if round(p.min_quantity * self.row.unit_factor, 6) <= at]
        return found + [Fraction(price) for price in reached[-1:]]


@pytest.mark.slow
class OwnPrices(TestCase):
    """One market, a friend named by lists and by a group, a rival with lists of its own, and a stranger."""

    suppliers: ClassVar[list[Company]]
    rows: ClassVar[list[SearchEntry]]
    buyers: ClassVar[dict[str, Company]]
    groups: ClassVar[list[BuyerGroup]]

    @classmethod
    def setUpTestData(cls) -> None:
        """The market, and a group of each supplier's with the friend in it."""
        cls.suppliers = plain.a_market()
        cls.rows = list(
            SearchEntry.objects.select_related("supplier", "product__offering").order_by("product_id")
        )
        cls.buyers = {"friend": a_company(), "rival": a_company(), "": a_company()}
        cls.groups = [a_group_of(one, cls.buyers["friend"], a_company()) for one in cls.suppliers]

    def setUp(self) -> None:
        """An index of the market: built before any list is made, and never told of one."""
        root = tempfile.TemporaryDirectory()
        self.addCleanup(root.cleanup)
        index = IndexForTests(Path(root.name))
        self.addCleanup(index.close)
        self.engines: tuple[SearchEngine, ...] = (PostgresEngine(), index.engine(DAY))

    def make(self, drawn: Drawn) -> PriceList | None:
        """The list by its operation; None when nothing of it is this supplier's."""
        supplier = self.suppliers[drawn.supplier]
        own = [(self.rows[n], steps) for n, steps in drawn.prices if self.rows[n].supplier_id == supplier.pk]
        prices = tuple(
            PriceRow(
                row.product.ref,
                (row.product.moq or Decimal(1)) * times,
                max((row.tier_prices[0] * percent / 100).quantize(Decimal("0.000001")), Decimal("0.000001")),
            )
            for row, steps in own
            for times, percent in steps
        )
        if not prices and not drawn.percent_off_bps:
            return None
        to_group = drawn.to == "chains"
        return create_price_list(
            supplier_id=supplier.pk,
            facts=PriceListFacts(
                name="Drawn",
                valid_from=DAY + timedelta(days=drawn.begins),
                valid_until=None if drawn.ends is None else DAY + timedelta(days=drawn.ends),
                percent_off_bps=drawn.percent_off_bps,
                buyers=() if to_group else (self.buyers[drawn.to].ref,),
                groups=(self.groups[drawn.supplier].ref,) if to_group else (),
                prices=prices,
            ),
            actor=owner_of(supplier),
            key=new_key(),
            at=AT,
        )

    def offers_for(self, buyer: str, made: Sequence[tuple[Drawn, PriceList]], on: date) -> list[plain.Offer]:
        """The market as one buyer sees it on a day."""
        applying = tuple(row for drawn, row in made if drawn.applies(buyer, on))
        return [OwnOffer(row, row.supplier.state == "verified", applying) for row in self.rows]

    @settings(max_examples=size(5, 40, 2000), deadline=None)
    @given(drawn=lists, spec=plain.Facets.specs)
    def test_each_buyers_counts_filters_and_order_are_those_of_a_plain_loop(
        self, drawn: list[Drawn], spec: SearchSpec
    ) -> None:
        made = [(one, row) for one in drawn if (row := self.make(one)) is not None]
        for buyer, company in self.buyers.items():
            offers = self.offers_for(buyer, made, spec.on)
            asked = replace(spec, buyer_id=company.pk)
            for engine in self.engines:
                plain.check(find_with(engine, asked), offers, asked)

    @settings(max_examples=size(3, 15, 500), deadline=None)
    @given(drawn=lists, spec=plain.Facets.specs, limit=st.integers(1, 5))
    def test_pages_of_own_prices_are_the_whole_list_in_pieces_there_and_back(
        self, drawn: list[Drawn], spec: SearchSpec, limit: int
    ) -> None:
        for one in drawn:
            self.make(one)
        asked = replace(spec, buyer_id=self.buyers["friend"].pk)
        for engine in self.engines:
            whole = [hit.product_id for hit in find_with(engine, asked).hits]
            page = find_with(engine, replace(asked, limit=limit))
            pages = [[hit.product_id for hit in page.hits]]
            while page.next_cursor and len(pages) <= len(whole):
                page = find_with(engine, replace(asked, limit=limit, cursor=page.next_cursor, counted=False))
                pages.append([hit.product_id for hit in page.hits])
            assert [one for some in pages for one in some] == whole
            for some in reversed(pages[:-1]):
                page = find_with(engine, replace(asked, limit=limit, cursor=page.previous_cursor))
                assert [hit.product_id for hit in page.hits] == some

    def test_what_is_too_much_to_set_apart_is_answered_by_postgres_just_the_same(self) -> None:
        self.make(Drawn(0, "friend", 1_000, 0, None, ()))
        asked = SearchSpec(buyer_id=self.buyers["friend"].pk, on=DAY, sort="price", limit=50)
        [_postgres, index] = self.engines
        apart = find_with(index, asked)
        with (
            mock.patch.object(own_values, "MOST_APART", 1),
            mock.patch.object(local_index, "engine", return_value=index),
        ):
            with pytest.raises(TooManyOwnPrices):
                find_with(index, asked)
            answered = find(asked)
        assert [hit.unit_price for hit in apart.hits] == [hit.unit_price for hit in answered.hits]
        assert (apart.total, apart.facets.categories) == (answered.total, answered.facets.categories)

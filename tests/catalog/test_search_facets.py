"""Filters, counts and orders of both engines against a plain loop over the offers, with exact fractions."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import cycle
from pathlib import Path
from typing import Any, ClassVar
from unittest import mock

from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from catalog.models import Certificate, Product, SearchEntry
from catalog.operations import state_lead_times, state_markets, state_offering
from catalog.operations.searching.indexing import index_product
from catalog.queries.capacity.lead_times import lead_steps_of
from catalog.rules import measures
from catalog.rules.exchange import rates
from catalog.rules.lead_times import LeadStep
from catalog.rules.markets import Markets
from catalog.rules.offering import OfferingFacts
from catalog.search import LEAD_TIMES, SearchPage, SearchSpec, Sort
from catalog.search.engine import SearchEngine, find_with
from catalog.search.places import Place, Stretch, place_of
from catalog.search.postgres import PostgresEngine
from catalog.search.question import read_question
from catalog.search.rows import base_quantity
from marketplace.accounts.models import Company
from marketplace.core.ids import new_key
from tests.catalog.search_index import IndexForTests
from tests.factories import AT, days
from tests.factories.accounts import a_company, owner_of
from tests.factories.catalog import a_live_product, tiers
from tests.factories.certificates import a_certificate
from tests.plugins.sizes import size

DAY = AT.date()
NEXT = DAY + timedelta(days=1)
CURRENCIES = ("USD", "EUR", "INR", "KWD")  # the last without a rate of the bank
UNITS = ("TNE", "KGM", "LBR", "LTR", "CT")
PRICES = ("0.85", "1.18", "1180", "1180.5", "12", "99.99")


# So that what is done with many offers is done with few.
SMALL = (
    ("documents.SAMPLED_EVERY", 2),
    ("marks.SAMPLED_EVERY", 2),
    ("marks._ENOUGH", 3),
    ("conditions.WORTH_TOGETHER", 10),
)


@dataclass(frozen=True)
class Offer:
    """One row as a person would compare it."""

    row: SearchEntry
    verified: bool

    def mine(self, spec: SearchSpec) -> Fraction | None:
        """My quantity in the base unit, to its millionth."""
        if spec.quantity is None or not self.fits(spec):
            return None
        factor = measures.factor_of(spec.unit_code) if spec.unit_code else self.row.unit_factor
        return Fraction((spec.quantity * factor).quantize(Decimal("0.000001")))

    def fits(self, spec: SearchSpec) -> bool:
        """Whether the unit asked for says something of these goods."""
        return not spec.unit_code or measures.dimension_of(spec.unit_code) == self.row.dimension

    def price(self, spec: SearchSpec) -> Fraction | None:
        """What the unit asked for costs at my quantity, in the currency asked for."""
        table = rates().per_euro
        known = spec.currency in table and self.row.currency in table
        if not self.fits(spec) or not (known or spec.currency == self.row.currency):
            return None
        at = max(self.mine(spec) or Fraction(self.row.moq_base), Fraction(self.row.moq_base))
        reached = [
            p for least, p in zip(self.row.tier_from, self.row.tier_prices, strict=True) if least <= at
        ]
        price = Fraction(reached[-1] if reached else self.row.tier_prices[0])
        if known:
            price = price / Fraction(table[self.row.currency]) * Fraction(table[spec.currency])
        if spec.unit_code:
            price = price / Fraction(self.row.unit_factor) * Fraction(measures.factor_of(spec.unit_code))
        return price

    def lead(self, spec: SearchSpec) -> int:
        """Days from payment at my quantity, or at the minimum order above it, by what its supplier stated."""
        at = max(self.mine(spec) or Fraction(self.row.moq_base), Fraction(self.row.moq_base))
        steps = lead_steps_of(self.row.product)
        borders = [Fraction(base_quantity(step.from_quantity, self.row.unit_factor)) for step in steps]
        reached = [step.days for step, border in zip(steps, borders, strict=True) if border <= at]
        return max(reached, default=self.row.product.lead_time_days or 0)

    def moq_reached(self, spec: SearchSpec, quantity: Decimal) -> bool:
        """Whether the quantity reaches the minimum order."""
        found = self.mine(replace(spec, quantity=quantity))
        return found is not None and found >= Fraction(self.row.moq_base)

    def holds(self, day: date) -> set[str]:
        """The kinds of its certificates on a day, by the certificates themselves."""
        rows = Certificate.objects.filter(supplier_id=self.row.supplier_id)
        return {
            c.kind
            for c in rows
            if c.counts_on(day) and (c.covers_all or c.certified.filter(product=self.row.product_id).exists())
        }

    def goes_to(self, country: str) -> bool:
        """Whether it is offered to a country."""
        return {
            "everywhere": True,
            "only": country in self.row.countries,
            "except": country not in self.row.countries,
        }[self.row.ships]


Test = Callable[[Offer, SearchSpec], bool]
FILTERS: dict[str, tuple[Callable[[SearchSpec], Any], Test]] = {
    "origin": (lambda s: s.origins, lambda o, s: o.row.origin in s.origins),
    "terms": (lambda s: s.incoterms, lambda o, s: o.row.incoterms_rule in s.incoterms),
    "verified": (lambda s: s.verified, lambda o, s: o.verified),
    "price": (
        lambda s: s.price_max is not None,
        lambda o, s: (p := o.price(s)) is not None and p <= Fraction(s.price_max or 0),
    ),
    "moq": (lambda s: s.moq_max is not None, lambda o, s: o.moq_reached(s, s.moq_max or Decimal(0))),
    "lead": (lambda s: s.lead_max is not None, lambda o, s: o.lead(s) <= (s.lead_max or 0)),
    "certificates": (lambda s: s.certificates, lambda o, s: set(s.certificates) <= held_by(o, s.on)),
    "ships": (lambda s: s.ships_to, lambda o, s: o.goes_to(s.ships_to)),
    "season": (lambda s: s.in_season, lambda o, s: s.on.month in o.row.months),
}


_HELD: dict[tuple[int, date], set[str]] = {}


def held_by(offer: Offer, day: date) -> set[str]:
    """`Offer.holds`, asked once."""
    key = (offer.row.product_id, day)
    if key not in _HELD:
        _HELD[key] = offer.holds(day)
    return _HELD[key]


def narrowed(offers: list[Offer], spec: SearchSpec) -> list[Offer]:
    """What is asked about at all."""
    return [
        offer
        for offer in offers
        if offer.row.category_path.startswith(spec.category_path)
        and offer.row.product.hs_code.startswith(spec.hs_prefix)
        and spec.priced_in in ("", offer.row.currency)
        and not (spec.unverified and offer.verified)
    ]


def left(offers: list[Offer], spec: SearchSpec, but: str = "") -> list[Offer]:
    """What all the filters leave, without one of them."""
    used = [test for name, (asked, test) in FILTERS.items() if name != but and asked(spec)]
    return [offer for offer in offers if all(test(offer, spec) for test in used)]


def counted(values: Iterator[str], also: tuple[str, ...] = ()) -> dict[str, int]:
    """How often each value stands there; what was chosen stays even at nought."""
    counts = dict.fromkeys(also, 0)
    for value in values:
        counts[value] = counts.get(value, 0) + 1
    return counts


def check(page: SearchPage, offers: list[Offer], spec: SearchSpec) -> None:
    """Every count, every filter and the order."""
    inside = narrowed(offers, spec)
    whole = left(inside, spec)
    assert (page.total, page.matched) == (len(whole), len(inside))
    facets = page.facets
    assert dict(facets.categories) == counted(o.row.category_path for o in whole)
    found = {choice.value: choice.count for choice in facets.origins}
    assert found == counted((o.row.origin for o in left(inside, spec, "origin")), spec.origins)
    found = {choice.value: choice.count for choice in facets.incoterms}
    assert found == counted((o.row.incoterms_rule for o in left(inside, spec, "terms")), spec.incoterms)
    assert facets.verified == sum(o.verified for o in left(inside, spec, "verified"))
    ready = [sum(o.lead(spec) <= d for o in left(inside, spec, "lead")) for d in LEAD_TIMES]
    assert [c.count for c in facets.lead_times] == [count for count in ready if count]
    others = left(inside, spec, "moq")
    kinds = counted((kind for o in whole for kind in held_by(o, spec.on)), spec.certificates)
    assert {choice.value: choice.count for choice in facets.certificates} == kinds
    here = [o for o in left(inside, spec, "ships") if spec.here and o.goes_to(spec.here)]
    assert facets.ships_here == len(here)
    assert facets.in_season == sum(spec.on.month in o.row.months for o in left(inside, spec, "season"))
    quantity = spec.quantity
    reached = 0 if quantity is None else sum(o.moq_reached(spec, quantity) for o in others)
    assert facets.within_quantity == reached
    prices = [p for o in left(inside, spec, "price") if (p := o.price(spec)) is not None]
    assert bool(facets.prices) == bool(prices)
    for mark, count in facets.prices:
        assert count == sum(p <= Fraction(mark) for p in prices), mark
    shown = [hit.product_id for hit in page.hits]
    assert sorted(shown) == sorted(o.row.product_id for o in whole)
    if spec.sort == Sort.PRICE:
        by_price = {
            o.row.product_id: (p is None, p or 0, o.row.product_id) for o in whole for p in [o.price(spec)]
        }
        assert shown == sorted(by_price, key=lambda key: by_price[key])
    leads = {o.row.product_id: (o.lead(spec), o.row.product_id) for o in whole}
    assert all(hit.lead_time_days == leads[hit.product_id][0] for hit in page.hits)
    if spec.sort == Sort.LEAD_TIME:
        assert shown == sorted(leads, key=lambda key: leads[key])


def state_more(suppliers: list[Company], chance: random.Random) -> None:
    """Certificates that begin and end, markets of the supplier and of listings, seasons."""
    for supplier in suppliers:
        actor = owner_of(supplier)
        refs = list(supplier.products.order_by("pk").values_list("ref", flat=True))
        for kind, first, last in (
            ("organic", None, None),
            ("haccp", None, DAY),
            ("halal", NEXT, None),
            ("haccp", NEXT, None),
        ):
            some = tuple(sorted(chance.sample(refs, len(refs) // 2)))
            a_certificate(
                supplier, kind=kind, valid_from=first, valid_until=last, covers_all=False, products=some
            )
        state_markets(supplier_id=supplier.pk, markets=Markets("except", ("CU",)), actor=actor, at=AT)
        for ref in refs[::2]:
            own = chance.choice((None, Markets("only", ("DE", "FR")), Markets("except", ("DE",)), Markets()))
            months = tuple(chance.sample(range(1, 13), 4))
            state_offering(
                product_ref=ref, facts=OfferingFacts(own, months), actor=actor, key=new_key(), at=AT
            )
    a_certificate(suppliers[0], kind="iso-9001", valid_until=DAY)


def state_lead_steps(products: list[Product], chance: random.Random) -> None:
    """Longer lead times from some quantities on; of one listing the minimum order was raised above a step later."""
    for product in products[::2]:
        starts = [start for start in (Decimal("2.5"), 5, 25, 500, 12500) if start > (product.moq or 0)]
        some = sorted(chance.sample(starts, min(len(starts), chance.randint(1, 4))))
        own = product.lead_time_days or 0
        steps = [LeadStep(Decimal(start), own + 7 * n) for n, start in enumerate(some, 1)]
        actor = owner_of(product.supplier)
        state_lead_times(product_ref=product.ref, steps=steps, actor=actor, key=new_key(), at=AT)
    Product.objects.filter(pk=products[0].pk).update(moq=600)
    with transaction.atomic():
        index_product(Product.objects.get(pk=products[0].pk))


def a_market() -> list[Company]:
    """Eighteen offers in four currencies and five units, many of them at the very same price; their two suppliers."""
    chance = random.Random(4)
    suppliers = [a_company("Verified House", verified=True), a_company("Other House")]
    for n in range(18):
        unit, currency = UNITS[n % 5], chance.choice(CURRENCIES)
        moq, price = chance.choice((1, 2, 100)), Decimal(chance.choice(PRICES))
        steps = [
            (moq * 5**k, str((price * (10 - k) / 10).quantize(Decimal("0.0001")))) for k in range(n % 4 + 1)
        ]
        a_live_product(
            suppliers[n % 3 == 0], title=f"Rice {n}", unit_code=unit, currency=currency, moq=Decimal(moq),
            order_multiple=Decimal(1), tiers=tiers(*steps), origin=chance.choice(("IN", "TH", "VN")),
            incoterms_rule=chance.choice(("FOB", "EXW")), lead_time_days=chance.choice((0, 7, 14, 21, 90)),
            category_code=chance.choice(("rice", "spices")), at=AT + days(n % 2),
            hs_code=("1006.30", "1006.40")[n % 5 == 0],
        )  # fmt: skip
    state_more(suppliers, chance)
    state_lead_steps(list(Product.objects.order_by("pk")), chance)
    return suppliers


class Facets(TestCase):
    """One market of random offers, and questions at random."""

    offers: ClassVar[list[Offer]]

    @classmethod
    def setUpTestData(cls) -> None:
        """The offers as they stand."""
        a_market()
        rows = SearchEntry.objects.select_related("supplier", "product__offering")
        cls.offers = [Offer(row, row.supplier.state == "verified") for row in rows]

    def setUp(self) -> None:
        """An index of the market, small as it is with a sample: every second offer, of which three are enough."""
        for name, value in SMALL:
            patched = mock.patch(f"catalog.search.tantivy_index.{name}", value)
            patched.start()
            self.addCleanup(patched.stop)
        root = tempfile.TemporaryDirectory()
        self.addCleanup(root.cleanup)
        index = IndexForTests(Path(root.name))
        self.addCleanup(index.close)
        self.engines: tuple[SearchEngine, ...] = (PostgresEngine(), index.engine(DAY))
        self.tomorrow = index.engine(NEXT)

    # A price on the border of a tier, or of another offer in another unit, is the rule and not the exception.
    specs = st.builds(
        SearchSpec,
        category_path=st.sampled_from(("", "", "coffee-tea-cocoa-spices/")),
        origins=st.sampled_from(((), ("IN",), ("TH", "VN"))),
        incoterms=st.sampled_from(((), ("FOB",))),
        verified=st.booleans(),
        price_max=st.sampled_from((None, None, *map(Decimal, PRICES), Decimal("0.00118"), Decimal(1062))),
        moq_max=st.sampled_from((None, None, Decimal(1), Decimal(100), Decimal("45.359"))),
        lead_max=st.sampled_from((None, *LEAD_TIMES, 20)),  # 20 is none of those to choose, but can be typed
        quantity=st.sampled_from(
            (None, Decimal(1), Decimal(5), Decimal(500), Decimal("24.999"), Decimal(12500))
        ),
        unit_code=st.sampled_from(("", *UNITS)),
        currency=st.sampled_from(CURRENCIES),
        certificates=st.sampled_from(((), (), ("organic",), ("haccp", "organic"), ("kosher",))),
        ships_to=st.sampled_from(("", "", "DE", "CU")),
        country=st.sampled_from(("", "FR")),
        in_season=st.sampled_from((False, False, True)),
        on=st.just(DAY),
        unverified=st.sampled_from((False, False, True)),
        priced_in=st.sampled_from(("", "", "", *CURRENCIES)),
        hs_prefix=st.sampled_from(("", "", "1", "1006", "100630", "10063", "%", "1006300000")),
        sort=st.sampled_from((Sort.PRICE, Sort.NEWEST, Sort.LEAD_TIME)),
        limit=st.just(50),
    )

    @settings(max_examples=size(15, 60, 2000), deadline=None)
    @given(spec=specs)
    def test_counts_filters_and_order_are_those_of_a_plain_loop(self, spec: SearchSpec) -> None:
        for engine in self.engines:
            check(find_with(engine, spec), self.offers, spec)

    def test_counts_are_those_of_the_new_day_after_midnight_though_nobody_wrote_anything(self) -> None:
        for spec in (SearchSpec(on=NEXT, limit=50), SearchSpec(on=NEXT, limit=50, certificates=("haccp",))):
            for engine in (PostgresEngine(), self.tomorrow):
                check(find_with(engine, spec), self.offers, spec)

    @settings(max_examples=size(4, 20, 500), deadline=None)
    @given(spec=specs, limit=st.integers(1, 5))
    def test_pages_are_the_whole_list_in_pieces(self, spec: SearchSpec, limit: int) -> None:
        for engine in self.engines:
            whole = [hit.product_id for hit in find_with(engine, spec).hits]
            pieces: list[int] = []
            page = find_with(engine, replace(spec, limit=limit))
            pieces += [hit.product_id for hit in page.hits]
            while page.next_cursor and len(pieces) <= len(whole):
                page = find_with(engine, replace(spec, limit=limit, cursor=page.next_cursor, counted=False))
                pieces += [hit.product_id for hit in page.hits]
            assert pieces == whole

    @settings(max_examples=size(4, 20, 500), deadline=None)
    @given(spec=specs, limit=st.integers(1, 5))
    def test_the_newest_are_walked_to_the_end_and_back_whichever_engine_answers_a_page(
        self, spec: SearchSpec, limit: int
    ) -> None:
        question = read_question("")
        found = left(narrowed(self.offers, spec), spec)
        whole = sorted((place_of(o.row.published_at, o.row.product_id) for o in found), reverse=True)
        for backwards, expected in ((False, whole), (True, whole[-2::-1])):
            beyond = whole[-1] if backwards and whole else None
            walked: list[Place] = []
            for engine in cycle(self.engines):
                stretch = Stretch(limit, beyond, backwards)
                piece = engine.newest(spec, question, stretch)
                walked += piece
                if len(piece) < limit:
                    break
                beyond = piece[-1]
            assert walked == (expected if whole else [])

"""Price lists: which price wins, who may state them, that their buyers see them everywhere and nobody else does."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from catalog import operations
from catalog.errors import ChangedMeanwhile, PriceListEnded, PriceListNotFound, PriceListWrong
from catalog.models import PriceList, PriceListChange, PrivatePrice, SearchChange, SearchEntry
from catalog.queries import offer_for_order
from catalog.queries.prices.lists import price_list_page
from catalog.rules.price_lists import PriceListFacts, PriceRow
from catalog.rules.prices import Tier, unit_price_for
from catalog.rules.private_prices import best_ladder, less
from catalog.search import SearchSpec, Sort, find
from catalog.search.local_index import local_index
from marketplace.core.errors import NotAllowed
from marketplace.core.ids import new_key
from tests.catalog.search_index import IndexForTests
from tests.factories import AT
from tests.factories.accounts import a_company, a_member, owner_of, signed_in
from tests.factories.catalog import a_live_product, tiers, with_picture
from tests.factories.price_lists import a_list_for

CANARY = "777.77"
PUBLIC = tiers(("10", "100"), ("50", "90"), ("100", "80"))


def at(ladder: tuple[Tier, ...], quantity: str) -> Decimal:
    return unit_price_for(ladder, Decimal(quantity))


def test_best_ladder_takes_the_lowest_price_at_every_border() -> None:
    ladder = best_ladder(PUBLIC, [tiers(("20", "85"), ("120", "70")), tiers(("60", "84"))])
    wanted = {"10": 100, "19.999": 100, "20": 85, "50": 85, "59.999": 85, "60": 84, "99.999": 84}
    wanted |= {"100": 80, "119.999": 80, "120": 70, "5000": 70}
    assert {quantity: int(at(ladder, quantity)) for quantity in wanted} == wanted
    prices = [tier.unit_price for tier in ladder]
    assert prices == sorted(set(prices), reverse=True)


def test_best_ladder_is_never_dearer_than_the_public_one_and_begins_with_it() -> None:
    assert best_ladder(PUBLIC, [tiers(("1", "150"))]) == PUBLIC
    assert best_ladder(PUBLIC, [tiers(("1", "95"))])[0] == Tier(Decimal(10), Decimal(95))


def test_less_rounds_half_up_to_a_millionth_and_never_to_nothing() -> None:
    [tier] = less(tiers(("1", "0.333333")), 1_250)
    assert tier.unit_price == Decimal("0.291666")
    [smallest] = less(tiers(("1", "0.000001")), 9_000)
    assert smallest.unit_price == Decimal("0.000001")


@pytest.mark.django_db
def test_an_offer_is_the_buyers_own_on_the_lists_days_only() -> None:
    rice = a_live_product()
    friend, other = a_company(), a_company()
    a_list_for(friend, rice, valid_until=AT.date() + timedelta(days=2))

    def price(buyer: int | None, days: int) -> Decimal:
        return offer_for_order(
            product_ref=rice.ref,
            quantity=rice.moq or Decimal(1),
            buyer_company_id=buyer,
            today=AT.date() + timedelta(days=days),
        ).unit_price

    public = price(None, 0)
    assert public != Decimal(CANARY)
    assert [price(friend.pk, days) for days in (-1, 0, 2, 3)] == [
        public,
        Decimal(CANARY),
        Decimal(CANARY),
        public,
    ]
    assert price(other.pk, 0) == public


@pytest.mark.django_db
def test_create_price_list_refuses_what_does_not_hold_and_nothing_is_written() -> None:
    rice = a_live_product()
    foreign = a_live_product()
    buyer = a_company()

    def refused(field: str, **over: object) -> None:
        facts = {
            "name": "x",
            "valid_from": AT.date(),
            "buyers": (buyer.ref,),
            "prices": (PriceRow(rice.ref, rice.moq or Decimal(1), Decimal(5)),),
        }
        with pytest.raises(PriceListWrong) as caught:
            operations.create_price_list(
                supplier_id=rice.supplier_id,
                facts=PriceListFacts(**(facts | over)),  # type: ignore[arg-type]
                actor=owner_of(rice.supplier),
                key=new_key(),
                at=AT,
            )
        assert caught.value.field == field

    refused("name", name=" ")
    refused("buyers", buyers=())
    refused("buyers", buyers=("com_nobody",))
    refused("buyers", buyers=(rice.supplier.ref,))
    refused("prices", prices=(PriceRow(foreign.ref, Decimal(1), Decimal(5)),))
    refused("prices", prices=(PriceRow(rice.ref, Decimal("0.5"), Decimal(5)),))
    refused("percent_off", percent_off_bps=9_001)
    refused("valid_until", valid_until=AT.date() - timedelta(days=1))
    with pytest.raises(NotAllowed):
        operations.create_price_list(
            supplier_id=rice.supplier_id,
            facts=PriceListFacts("x", AT.date(), percent_off_bps=100, buyers=(buyer.ref,)),
            actor=a_member(rice.supplier, "finance"),
            key=new_key(),
            at=AT,
        )
    assert not PriceList.objects.exists()
    assert not PriceListChange.objects.exists()


@pytest.mark.django_db
def test_a_list_is_changed_ended_and_replayed_by_its_supplier_only() -> None:
    rice = a_live_product()
    found = a_list_for(a_company(), rice)
    owner, key = owner_of(rice.supplier), new_key()
    facts = price_list_page(found.ref, owner, AT.date()).facts

    def change(revision: int, key: str) -> PriceList:
        return operations.change_price_list(
            price_list_ref=found.ref, facts=facts, revision=revision, actor=owner, key=key, at=AT
        )

    assert change(1, key).revision == change(1, key).revision == 2
    with pytest.raises(ChangedMeanwhile):
        change(1, new_key())
    stranger = owner_of(a_company())
    with pytest.raises(PriceListNotFound):
        operations.end_price_list(price_list_ref=found.ref, actor=stranger, key=new_key(), at=AT)
    operations.end_price_list(price_list_ref=found.ref, actor=owner, key=new_key(), at=AT)
    with pytest.raises(PriceListEnded):
        change(3, new_key())
    assert list(found.changes.order_by("revision").values_list("revision", flat=True)) == [1, 2, 3]
    assert PrivatePrice.objects.filter(price_list=found).count() == 1


@pytest.mark.django_db
def test_search_filters_sorts_and_counts_by_the_buyers_own_price() -> None:
    rice = a_live_product()
    dearer = a_live_product()
    friend = a_company()
    a_list_for(friend, dearer, (str(dearer.moq), "5"))

    def ask(buyer: int | None, **over: object) -> tuple[list[int], int]:
        page = find(SearchSpec(buyer_id=buyer, on=AT.date(), sort=Sort.PRICE, **over))  # type: ignore[arg-type]
        return [hit.product_id for hit in page.hits], page.total

    assert ask(friend.pk)[0][0] == dearer.pk
    assert ask(friend.pk, price_max=Decimal(6)) == ([dearer.pk], 1)
    assert ask(None, price_max=Decimal(6)) == ask(rice.supplier_id, price_max=Decimal(6)) == ([], 0)


@pytest.mark.django_db
def test_the_buyer_reads_its_price_on_pages_and_nobody_else_does(client: Client) -> None:
    rice = with_picture(a_live_product())
    friend = a_company()
    a_list_for(friend, rice)
    page = reverse("product", args=[rice.ref, rice.slug])
    public = [
        page,
        reverse("search"),
        f"{reverse('search')}?sort=price",
        reverse("home"),
        f"{reverse('compare')}?p={rice.ref}",
        reverse("supplier", args=[rice.supplier.ref]),
    ]
    machines = [
        reverse("merchant_products", args=[1]),
        reverse("merchant_supplier", args=[rice.supplier.ref]),
        reverse("supplier_news", args=[rice.supplier.ref]),
        reverse("sitemap_products", args=[1]),
    ]
    interface = ["/api/v1/products/", f"/api/v1/products/{rice.ref}/"]
    buyer = signed_in(owner_of(friend))
    for address in public:
        answer = buyer.get(address)
        assert CANARY.encode() in answer.getvalue(), address
        assert answer.headers["Cache-Control"].startswith("private"), address
    rival = signed_in(owner_of(a_company()))
    viewer_of_supplier = signed_in(a_member(rice.supplier, "viewer"))
    for reader in (client, rival, viewer_of_supplier):
        for address in [*public, *machines, *interface]:
            answer = reader.get(address)
            assert answer.status_code == 200, address
            assert CANARY.encode() not in answer.getvalue(), address
    for address in machines:
        assert CANARY.encode() not in buyer.get(address).getvalue(), address
    for address in interface:
        answer = buyer.get(address)
        assert CANARY.encode() in answer.getvalue(), address
        assert answer["Cache-Control"] == "private, no-store", address
        assert "Cookie" in answer["Vary"], address
    own = buyer.get(page).content.decode()
    _before, _open, data = own.partition("application/ld+json")
    assert CANARY not in data.partition("</script>")[0]


_STEPS = st.lists(st.tuples(st.integers(1, 400), st.integers(1, 999)), min_size=1, max_size=4)


@given(public=_STEPS, lists=st.lists(_STEPS, max_size=3), quantity=st.integers(1, 500))
def test_best_ladder_equals_the_lowest_price_asked_one_by_one(
    public: list[tuple[int, int]], lists: list[list[tuple[int, int]]], quantity: int
) -> None:
    def falling(steps: list[tuple[int, int]]) -> tuple[Tier, ...]:
        """Valid steps: quantities rise, prices fall."""
        least, prices = sorted({q for q, _p in steps}), sorted({p for _q, p in steps}, reverse=True)
        return tuple(Tier(Decimal(q), Decimal(p)) for q, p in zip(least, prices, strict=False))

    everybody, own = falling(public), [falling(one) for one in lists]
    asked = max(Decimal(quantity), everybody[0].min_quantity)
    reached = [[t for t in one if t.min_quantity <= asked] for one in (everybody, *own)]
    lowest = min(steps[-1].unit_price for steps in reached if steps)
    assert unit_price_for(best_ladder(everybody, own), asked) == lowest


@pytest.mark.django_db
def test_own_prices_are_filtered_sorted_and_paged_as_brute_force_does() -> None:
    supplier, friend = a_company(), a_company()
    products = [a_live_product(supplier) for _one in range(5)]
    a_list_for(friend, products[3], ("5", "40"), ("25", "30"))
    a_list_for(friend, products[1], ("5", "55"))
    a_list_for(friend, products[4], percent_off_bps=1_000)
    for buyer in (friend.pk, None):
        for quantity in (Decimal(5), Decimal("24.5"), Decimal(25)):
            price = {
                one.pk: offer_for_order(
                    product_ref=one.ref, quantity=quantity, buyer_company_id=buyer, today=AT.date()
                ).unit_price
                for one in products
            }
            ordered = sorted(price, key=lambda pk: (price[pk], pk))
            spec = SearchSpec(
                buyer_id=buyer,
                on=AT.date(),
                sort=Sort.PRICE,
                quantity=quantity,
                unit_code=products[0].unit_code,
                limit=2,
            )
            assert _walk(spec) == ordered
            for ceiling in {*price.values(), Decimal(1)}:
                page = find(replace(spec, price_max=ceiling))
                assert page.total == sum(one <= ceiling for one in price.values())
                assert page.matched == len(products)


def _walk(spec: SearchSpec) -> list[int]:
    """All pages one after the other."""
    found: list[int] = []
    while True:
        page = find(spec)
        found += [hit.product_id for hit in page.hits]
        if not page.next_cursor:
            return found
        spec = replace(spec, cursor=page.next_cursor)


@pytest.mark.django_db
def test_an_index_learns_nothing_of_private_prices_and_their_buyer_is_answered_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rice = a_live_product()
    dearer = a_live_product()
    friend = a_company()
    entries = list(SearchEntry.objects.order_by("product_id").values())
    fed = SearchChange.objects.count()
    a_list_for(friend, dearer)
    index = IndexForTests(tmp_path)
    try:
        engine = index.engine(AT.date())
        monkeypatch.setattr(local_index, "engine", lambda: engine)
        cheap = SearchSpec(price_max=Decimal(CANARY), on=AT.date())
        assert (find(cheap).total, find(replace(cheap, buyer_id=rice.supplier_id)).total) == (0, 0)
        assert [hit.product_id for hit in find(replace(cheap, buyer_id=friend.pk)).hits] == [dearer.pk]
        [own] = [
            hit.unit_price
            for hit in find(SearchSpec(buyer_id=friend.pk, on=AT.date(), counted=False)).hits
            if hit.product_id == dearer.pk
        ]
        assert own == Decimal(CANARY)
        written = [path for path in tmp_path.rglob("*") if path.is_file()]
        assert written
        assert not any(CANARY.encode() in path.read_bytes() for path in written)
    finally:
        index.close()
    assert list(SearchEntry.objects.order_by("product_id").values()) == entries
    assert SearchChange.objects.count() == fed

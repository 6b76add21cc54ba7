"""Markets, seasons and samples: what may be stated, what buyers read, what search finds, who is refused."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from catalog import operations
from catalog.errors import ChangedMeanwhile, FieldErrors, NoSample, NotServed
from catalog.models import Offering, Product, ProductChange, SearchEntry
from catalog.queries import offer_for_order, offer_for_sample
from catalog.rules.markets import Markets, checked_markets
from catalog.rules.offering import (
    ListingTerms,
    OfferingFacts,
    Sample,
    checked_offering,
    is_agricultural,
    next_season,
    season_spans,
)
from marketplace.core.errors import NotAllowed
from marketplace.core.ids import new_key
from tests.factories import AT
from tests.factories.accounts import a_company, a_member, owner_of, signed_in
from tests.factories.catalog import a_live_product

RICE = ListingTerms("100630", ("10",), "TNE", "USD", Decimal(5))


@pytest.mark.parametrize(
    ("markets", "served", "refused"),
    [
        (Markets(), ("DE", "CU", ""), ()),
        (Markets("only", ("DE",)), ("DE", ""), ("FR",)),
        (Markets("except", ("CU",)), ("DE", ""), ("CU",)),
    ],
)
def test_markets_serve_what_they_say(
    markets: Markets, served: tuple[str, ...], refused: tuple[str, ...]
) -> None:
    assert all(markets.serves(country) for country in served)
    assert not any(markets.serves(country) for country in refused)


def test_checked_markets_refuses_what_is_no_country_or_none_at_all() -> None:
    assert checked_markets("only", [" de", "DE", "fr"]) == Markets("only", ("DE", "FR"))
    assert checked_markets("everywhere", ["DE"]) == Markets()
    for ships, countries, field in (
        ("only", [], "countries"),
        ("except", ["XX"], "countries"),
        ("moon", [], "ships"),
    ):
        with pytest.raises(FieldErrors) as wrong:
            checked_markets(ships, countries)
        assert field in wrong.value.errors


@pytest.mark.parametrize(
    ("sample", "terms", "field"),
    [
        (Sample(Decimal(0), Decimal(5), 3), RICE, "sample_quantity"),
        (Sample(Decimal(6), Decimal(5), 3), RICE, "sample_quantity"),
        (
            Sample(Decimal("0.5"), Decimal(5), 3),
            ListingTerms("100630", (), "C62", "USD", Decimal(5)),
            "sample_quantity",
        ),
        (Sample(Decimal(1), Decimal("5.001"), 3), RICE, "sample_price"),
        (
            Sample(Decimal(1), Decimal("0.5"), 3),
            ListingTerms("100630", (), "TNE", "JPY", Decimal(5)),
            "sample_price",
        ),
        (Sample(Decimal(1), Decimal(-1), 3), RICE, "sample_price"),
        (Sample(Decimal(1), Decimal(5), 9999), RICE, "sample_days"),
        (Sample(Decimal(1), Decimal(5), 3), ListingTerms("", (), "", "", None), "sample_quantity"),
    ],
)
def test_a_wrong_sample_names_its_field(sample: Sample, terms: ListingTerms, field: str) -> None:
    with pytest.raises(FieldErrors) as wrong:
        checked_offering(OfferingFacts(sample=sample), terms)
    assert set(wrong.value.errors) == {field}


@pytest.mark.parametrize(
    ("quantity", "price", "currency"), [("3", "10", "USD"), ("0.002", "25", "JPY"), ("7", "1.234", "KWD")]
)
def test_a_sample_costs_exactly_its_price(quantity: str, price: str, currency: str) -> None:
    sample = Sample(Decimal(quantity), Decimal(price), 3)
    checked_offering(OfferingFacts(sample=sample), ListingTerms("100630", (), "TNE", currency, Decimal(9)))
    assert sample.amount(currency).as_decimal() == Decimal(price)


def test_a_season_is_of_agricultural_goods_only() -> None:
    assert is_agricultural("080929")
    assert is_agricultural("", ("06", "0805"))
    assert not is_agricultural("610910", ("08",))
    assert not is_agricultural("")
    with pytest.raises(FieldErrors) as wrong:
        checked_offering(OfferingFacts(months=(5,)), ListingTerms("610910", (), "C62", "USD", None))
    assert set(wrong.value.errors) == {"months"}


def test_months_are_read_as_spans_and_the_next_one_comes_after_now() -> None:
    assert season_spans((1, 11, 12, 6)) == ((6, 6), (11, 1))
    assert season_spans(tuple(range(1, 13))) == ((1, 12),)
    assert (next_season((11, 12), 10), next_season((11, 2), 12), next_season((5,), 5)) == (11, 2, None)


def state(product: Product, **facts: Any) -> Product:
    return operations.state_offering(
        product_ref=product.ref,
        facts=OfferingFacts(**facts),
        actor=owner_of(product.supplier),
        key=new_key(),
        at=AT,
    )


@pytest.mark.django_db
def test_a_listing_is_offered_where_its_supplier_offers_unless_it_says_otherwise() -> None:
    rice = a_live_product()
    wheat = a_live_product(rice.supplier)
    state(wheat, markets=Markets("only", ("DE",)))
    operations.state_markets(
        supplier_id=rice.supplier_id, markets=Markets("except", ("DE",)), actor=owner_of(rice.supplier), at=AT
    )
    rows = {row.product_id: (row.ships, row.countries) for row in SearchEntry.objects.all()}
    assert rows == {rice.pk: ("except", ["DE"]), wheat.pk: ("only", ["DE"])}
    with pytest.raises(NotServed, match="Germany"):
        offer_for_order(product_ref=rice.ref, quantity=Decimal(20), country="DE")
    assert offer_for_order(product_ref=rice.ref, quantity=Decimal(20), country="FR").amount.is_positive
    assert offer_for_order(product_ref=wheat.ref, quantity=Decimal(20), country="DE").amount.is_positive
    viewer = a_member(rice.supplier, role="viewer")
    with pytest.raises(NotAllowed):
        operations.state_markets(supplier_id=rice.supplier_id, markets=Markets(), actor=viewer, at=AT)


@pytest.mark.django_db
def test_stating_an_offering_is_one_change_in_the_history_and_the_same_again_is_none() -> None:
    rice = a_live_product()
    sample = Sample(Decimal("0.005"), Decimal(25), 5, is_credited=True)
    state(rice, months=(12, 11), sample=sample)
    state(rice, months=(11, 12), sample=sample)
    change = ProductChange.objects.get(product=rice)
    assert change.before == {
        "months": [],
        "sample_days": None,
        "sample_is_credited": False,
        "sample_price": None,
        "sample_quantity": None,
    }
    assert (change.after["months"], change.after["sample_price"]) == ([11, 12], "25")
    assert SearchEntry.objects.get(product=rice).months == [11, 12]
    rice.refresh_from_db()
    assert rice.changed_since_review_at is None
    with pytest.raises(ChangedMeanwhile):
        operations.state_offering(
            product_ref=rice.ref,
            facts=OfferingFacts(),
            actor=owner_of(rice.supplier),
            key=new_key(),
            at=AT,
            revision=1,
        )
    assert Offering.objects.get(product=rice).sample_price == 25


@pytest.mark.django_db
def test_offer_for_sample_is_free_of_the_minimum_and_only_where_one_is_stated() -> None:
    rice = a_live_product()
    with pytest.raises(NoSample):
        offer_for_sample(product_ref=rice.ref)
    state(rice, sample=Sample(Decimal("0.003"), Decimal(10), 5), markets=Markets("only", ("FR",)))
    offer = offer_for_sample(product_ref=rice.ref, country="FR")
    assert (offer.quantity, offer.amount.as_decimal(), offer.lead_time_days) == (
        Decimal("0.003"),
        Decimal(10),
        5,
    )
    with pytest.raises(NotServed):
        offer_for_sample(product_ref=rice.ref, country="DE")


@pytest.mark.django_db
def test_the_workbench_states_it_and_the_product_page_says_it(client: Client) -> None:
    rice = a_live_product()
    client = signed_in(owner_of(rice.supplier), client)
    address = reverse("workbench_offering", args=[rice.ref])
    assert "Months of harvest" in client.get(address).content.decode()
    form = {
        "idempotency_key": new_key(),
        "ships": "except",
        "countries": "Alemania, Cubba",
        "months": ["1", "2"],
        "sample_quantity": "0.005",
        "sample_price": "25",
        "sample_days": "5",
    }
    refused = client.post(address, form)
    assert refused.status_code == 422
    assert "Cuba" in refused.content.decode()
    assert not Offering.objects.exists()
    assert client.post(address, {**form, "countries": "Alemania, Cuba"}).status_code == 302
    buyer = signed_in(owner_of(a_company(country="DE")))
    page = buyer.get(reverse("product", args=[rice.ref, rice.slug])).content.decode().replace("\u00a0", " ")
    assert "Everywhere except Cuba, Germany" in page
    assert "Not offered to Germany" in page
    assert "January – February" in page
    assert "0.005 t for 25.00 USD" in page
    assert "Order a sample" not in page
    markets = reverse("workbench_markets")
    client.post(markets, {"idempotency_key": new_key(), "ships": "only", "countries": "FR"})
    assert "France" in client.get(markets).content.decode()

"""Several variants of one listing: the rules, who states them, what stays right when terms change, races."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from catalog.errors import ChangedMeanwhile, FieldErrors, NotEditable, VariantNotFound
from catalog.models import PriceTier, Product, ProductChange, Variant
from catalog.operations import create_product, edit_product, set_variants
from catalog.queries.buying.comparison import comparison
from catalog.queries.listings.stored import facts_of
from catalog.queries.listings.variants import offered_variants, variants_of
from catalog.rules.packing import Packing, packed_as, packing_of
from catalog.rules.prices import Tier, first_quantity, unit_price_for
from catalog.rules.variants import VariantFacts, VariantTerms, checked_variants, fitted_tiers
from marketplace.core.errors import KeyReused, NotAllowed
from marketplace.core.ids import new_key
from tests.factories import AT
from tests.factories.accounts import a_company, owner_of
from tests.factories.catalog import a_draft, a_live_product, a_submitted_product, rice_facts, tiers

BAG = VariantFacts(name="25 kg PP bag", sku="BAS-25", tiers=tiers((5, "1180"), (25, "1125")))
SACK = VariantFacts(name="5 kg cotton sack", sku="BAS-5", tiers=tiers((5, "1240"), (25, "1190")))
JUMBO = VariantFacts(name="1 t jumbo bag", sku="BAS-1000", tiers=tiers((5, "1150")))
TERMS = VariantTerms(moq=Decimal(5), multiple=Decimal("0.5"), currency="USD", complete=True)


def stated(product: Product, *variants: VariantFacts, **over: Any) -> Product:
    actor = over.pop("actor", None) or owner_of(product.supplier)
    key = over.pop("key", None) or new_key()
    at = over.pop("at", AT)
    return set_variants(product_ref=product.ref, variants=variants, actor=actor, key=key, at=at, **over)


def numbered(*pairs: tuple[int, VariantFacts]) -> list[VariantFacts]:
    return [replace(one, number=number) for number, one in pairs]


def rows(product: Product) -> list[tuple[int, int | None, str, str]]:
    found = Variant.objects.filter(product=product).order_by("position", "number")
    return list(found.values_list("number", "position", "name", "sku"))


def everything(product: Product) -> tuple[object, ...]:
    priced = PriceTier.objects.filter(variant__product=product).order_by("variant", "min_quantity")
    product.refresh_from_db()
    return rows(product), list(priced.values_list()), product.revision, product.changed_since_review_at


@pytest.mark.parametrize(
    ("variants", "wrong"),
    [
        ((), {"variants"}),
        ((BAG,) * 31, {"variants"}),
        ((BAG, replace(SACK, name="")), {"variants.1.name"}),
        ((BAG, replace(SACK, name="25 KG pp  bag")), {"variants.0.name", "variants.1.name"}),
        ((BAG, replace(SACK, name="x" * 121)), {"variants.1.name"}),
        ((BAG, replace(SACK, sku=" BAS-25 ")), {"variants.0.sku", "variants.1.sku"}),
        ((BAG, replace(SACK, sku="x" * 61)), {"variants.1.sku"}),
        ((BAG, replace(SACK, tiers=())), {"variants.1.tiers.0"}),
        (
            (BAG, replace(SACK, tiers=tiers((6, "1"), (5, "0.9")))),
            {"variants.1.tiers.0", "variants.1.tiers.1"},
        ),
        ((BAG, replace(SACK, tiers=tiers((5, "0.0001")))), {"variants.1.tiers.0"}),
        ((replace(BAG, name="", tiers=()),), {"variants.0.tiers.0"}),
        (
            (BAG, replace(SACK, packing=Packing("x" * 201, Decimal(0), Decimal(-1), Decimal(1)))),
            {"variants.1.packaging", "variants.1.units_per_package", "variants.1.net_weight_kg"},
        ),
        (
            (BAG, replace(SACK, packing=Packing(net_weight_kg=Decimal(5), gross_weight_kg=Decimal("4.9")))),
            {"variants.1.gross_weight_kg"},
        ),
    ],
)
def test_what_is_wrong_is_named_at_its_place(variants: tuple[VariantFacts, ...], wrong: set[str]) -> None:
    with pytest.raises(FieldErrors) as refused:
        checked_variants(variants, TERMS)
    assert wrong <= refused.value.errors.keys()
    assert len(variants) > 30 or wrong == refused.value.errors.keys()


def test_one_alone_needs_no_name_and_in_a_draft_no_price() -> None:
    bare = VariantFacts()
    assert checked_variants([bare], replace(TERMS, complete=False)) == (bare,)


_STEPS = st.lists(
    st.tuples(st.integers(1, 400), st.integers(1, 500)),
    min_size=1,
    max_size=6,
    unique_by=lambda pair: pair[0],
)


@given(steps=_STEPS, moq=st.integers(1, 300), multiple=st.integers(1, 40), asked=st.integers(0, 200))
def test_under_new_terms_what_can_be_ordered_costs_what_it_did(
    steps: list[tuple[int, int]], moq: int, multiple: int, asked: int
) -> None:
    prices = sorted((price for _quantity, price in steps), reverse=True)
    ladder = [
        Tier(Decimal(quantity), Decimal(price) - Decimal(place) / 10)
        for place, ((quantity, _), price) in enumerate(zip(sorted(steps), prices, strict=True))
    ]
    fitted = fitted_tiers(ladder, moq=Decimal(moq * multiple), multiple=Decimal(multiple))
    first = first_quantity(moq=Decimal(moq * multiple), multiple=Decimal(multiple))
    quantity = first + asked * multiple
    assert unit_price_for(fitted, quantity) == unit_price_for(ladder, quantity)
    terms = VariantTerms(Decimal(moq * multiple), Decimal(multiple), "", complete=True)
    assert checked_variants([VariantFacts(tiers=fitted)], terms)[0].tiers == fitted


def test_set_variants_gives_numbers_and_places(db: None) -> None:
    product = a_live_product()
    stated(product, *numbered((1, BAG)), SACK, JUMBO)
    assert rows(product) == [
        (1, 1, "25 kg PP bag", "BAS-25"),
        (2, 2, "5 kg cotton sack", "BAS-5"),
        (3, 3, "1 t jumbo bag", "BAS-1000"),
    ]
    assert [one.tiers for one in offered_variants(product)] == [BAG.tiers, SACK.tiers, JUMBO.tiers]
    assert facts_of(product).sku == "BAS-25"
    change = ProductChange.objects.get(product=product)
    assert [one["number"] for one in change.after["variants"]] == [1, 2, 3]
    assert change.after["variant_names"] == {"1": BAG.name, "2": SACK.name, "3": JUMBO.name}
    product.refresh_from_db()
    assert (product.revision, product.changed_since_review_at) == (2, AT)


def test_a_variant_is_packed_its_own_way_and_whoever_states_nothing_as_the_listing(db: None) -> None:
    product = a_live_product()
    stated(product, *numbered((1, BAG)), JUMBO)
    Product.objects.filter(pk=product.pk).update(changed_since_review_at=None)
    packed = replace(SACK, packing=Packing("cotton  sack", Decimal("0.005"), Decimal(5), Decimal("5.1")))
    stated(product, *numbered((1, BAG)), packed, *numbered((2, replace(JUMBO, packing=Packing("big bag")))))
    change = ProductChange.objects.filter(product=product).latest("revision")
    assert [one.get("packing") for one in change.after["variants"]] == [
        None,
        {
            "packaging": "cotton sack",
            "units_per_package": "0.005",
            "net_weight_kg": "5",
            "gross_weight_kg": "5.1",
        },
        {"packaging": "big bag"},
    ]
    assert change.after["variant_packaging"] == {"3": "cotton sack", "2": "big bag"}
    product.refresh_from_db()
    assert product.changed_since_review_at == AT  # words that a moderator has not read
    of = {one.number: packed_as(one, product) for one in product.variants.all()}
    assert of[1] == packing_of(product)
    assert of[2] == Packing("big bag")  # not with the weights of the listing's bag
    stated(product, *numbered((3, packed), (1, BAG)))
    [row] = [
        row
        for row in comparison([product.ref], quantity=None, unit_code="", currency="USD").rows
        if row.label == "Packaging"
    ]
    assert [cell.text for cell in row.cells] == ["cotton sack"]  # of the variant that stands first
    with pytest.raises(IntegrityError, match="variant_gross_weight_not_below_net"), transaction.atomic():
        Variant.objects.filter(product=product, number=3).update(gross_weight_kg=4)


def test_names_numbers_and_places_are_exchanged_at_once(db: None) -> None:
    product = a_live_product()
    stated(product, *numbered((1, BAG)), SACK)
    crossed = numbered((2, replace(BAG, tiers=SACK.tiers)), (1, replace(SACK, tiers=BAG.tiers)))
    stated(product, *crossed)
    assert rows(product) == [(2, 1, "25 kg PP bag", "BAS-25"), (1, 2, "5 kg cotton sack", "BAS-5")]


def test_a_number_is_never_given_again_and_a_withdrawn_variant_comes_back_as_itself(db: None) -> None:
    product = a_live_product()
    stated(product, *numbered((1, BAG)), SACK)
    kept = variants_of(product)[0].id
    stated(product, *numbered((2, SACK)))
    assert rows(product) == [(2, 1, "5 kg cotton sack", "BAS-5"), (1, None, "25 kg PP bag", "BAS-25")]
    stated(product, *numbered((2, SACK)), JUMBO, *numbered((1, BAG)))
    assert [(number, position) for number, position, _name, _sku in rows(product)] == [(2, 1), (3, 2), (1, 3)]
    assert variants_of(product)[2].id == kept


def test_a_withdrawal_alone_needs_no_second_look(db: None) -> None:
    product = a_live_product()
    stated(product, *numbered((1, BAG)), SACK)
    Product.objects.filter(pk=product.pk).update(changed_since_review_at=None)
    stated(product, *numbered((1, BAG)))
    product.refresh_from_db()
    assert (product.revision, product.changed_since_review_at) == (3, None)


def test_saving_without_a_change_changes_nothing(db: None) -> None:
    product = a_live_product()
    stated(product, *numbered((1, BAG)), SACK)
    before = everything(product)
    stated(product, *numbered((1, BAG), (2, replace(SACK, name="5 kg  cotton sack "))))
    assert everything(product) == before


def test_a_replay_adds_no_second_variant(db: None) -> None:
    product = a_live_product()
    stated(product, *numbered((1, BAG)), SACK, key="once")
    before = everything(product)
    stated(product, *numbered((1, BAG)), SACK, key="once")
    assert everything(product) == before
    with pytest.raises(KeyReused):
        stated(product, *numbered((1, BAG)), JUMBO, key="once")


def test_what_is_refused_moves_nothing(db: None) -> None:
    product = a_live_product()
    other = a_live_product(product.supplier, sku="OTHER-1")
    stated(product, *numbered((1, BAG)), SACK)
    before = everything(product)
    stranger = owner_of(a_company())
    refusals: list[tuple[type[Exception], list[VariantFacts], dict[str, Any]]] = [
        (NotAllowed, numbered((1, BAG)), {"actor": stranger}),
        (ChangedMeanwhile, numbered((1, BAG)), {"revision": 1}),
        (VariantNotFound, numbered((1, BAG), (7, JUMBO)), {}),
        (VariantNotFound, numbered((1, BAG), (1, JUMBO)), {}),
        (FieldErrors, [*numbered((1, BAG)), replace(JUMBO, sku="OTHER-1")], {}),
        (
            FieldErrors,
            [*numbered((1, BAG)), replace(JUMBO, sku="BAS-5")],
            {},
        ),  # number 2 would go, and keeps it
    ]
    for error, variants, over in refusals:
        with pytest.raises(error):
            stated(product, *variants, **over)
        assert everything(product) == before
    with pytest.raises(FieldErrors):
        edit_facts(other, sku="BAS-5")
    with pytest.raises(FieldErrors):
        edit_facts(product, sku="BAS-5")
    waiting = a_submitted_product(product.supplier)
    with pytest.raises(NotEditable):
        stated(waiting, *numbered((1, BAG)))


def edit_facts(product: Product, **over: Any) -> Product:
    facts = replace(facts_of(product), **over)
    return edit_product(
        product_ref=product.ref, facts=facts, actor=owner_of(product.supplier), key=new_key(), at=AT
    )


def test_a_new_minimum_moves_the_first_border_of_every_variant(db: None) -> None:
    product = a_live_product()
    stated(product, *numbered((1, BAG)), SACK, JUMBO)
    edit_facts(product, moq=Decimal(10), tiers=tiers((10, "1180"), (25, "1125")))
    assert [one.tiers for one in offered_variants(product)] == [
        tiers((10, "1180"), (25, "1125")),
        tiers((10, "1240"), (25, "1190")),
        tiers((10, "1150")),
    ]


def test_a_new_currency_is_refused_while_other_variants_have_prices(db: None) -> None:
    product = a_live_product()
    stated(product, *numbered((1, BAG)), SACK)
    before = everything(product)
    for over in ({"currency": "EUR"}, {"unit_code": "MTQ"}):
        with pytest.raises(FieldErrors) as refused:
            edit_facts(product, **over)
        assert refused.value.errors.keys() == over.keys()
        assert everything(product) == before
    stated(product, *numbered((1, BAG)))
    edit_facts(product, currency="EUR")
    withdrawn = variants_of(product)[1]
    assert (withdrawn.number, withdrawn.tiers) == (2, ())  # what it cost in dollars says nothing in euro


def test_a_draft_of_several_is_priced_before_its_terms_are_stated(db: None) -> None:
    supplier = a_company()
    draft = create_product(
        supplier_id=supplier.pk,
        facts=rice_facts(moq=None, order_multiple=None, tiers=(), sku=""),
        actor=owner_of(supplier),
        key=new_key(),
        at=AT,
    )
    with pytest.raises(FieldErrors):
        stated(draft, *numbered((1, replace(BAG, tiers=()))), SACK)
    stated(draft, *numbered((1, BAG)), SACK)
    edit_facts(draft, moq=Decimal(8), order_multiple=Decimal(8), tiers=tiers((8, "1180"), (32, "1125")))
    assert offered_variants(draft)[1].tiers == tiers((8, "1240"), (32, "1190"))


@pytest.mark.parametrize("where", ["positions", "numbers", "names", "withdrawn", "unnamed"])
def test_the_database_refuses_what_no_operation_writes(db: None, where: str) -> None:
    product = a_draft()
    stated(product, *numbered((1, BAG)), SACK)
    writes: dict[str, dict[str, Any]] = {
        "positions": {"position": 3},
        "numbers": {"number": 1},
        "names": {"name": BAG.name.upper()},
        "withdrawn": {"position": None},
        "unnamed": {"name": ""},
    }
    with pytest.raises(IntegrityError), transaction.atomic():
        _write_at_once(product, writes[where])
    assert rows(product)[1] == (2, 2, SACK.name, SACK.sku)


def _write_at_once(product: Product, columns: dict[str, Any]) -> None:
    Variant.objects.filter(product=product, number=2).update(**columns)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

"""Variants under many hands: random histories, two editors at once, two listings that want one article number."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.errors import FieldErrors
from catalog.models import Product, ProductChange, Variant
from catalog.queries.listings.variants import offered_variants, variants_of
from catalog.rules.variants import VariantFacts
from tests.catalog.test_variants import BAG, JUMBO, SACK, numbered, rows, stated
from tests.factories.catalog import a_live_product, tiers
from tests.holds.races import at_once
from tests.plugins.sizes import size

_NAMES = ("A", "B", "C", "D")
_SKUS = ("", "N-1", "N-2", "N-3")


@pytest.fixture
def random_listing(db: None) -> Product:
    return a_live_product()


_STATES = st.lists(
    st.tuples(st.sampled_from(_NAMES), st.sampled_from(_SKUS), st.booleans()), min_size=1, max_size=4
)


@settings(
    max_examples=size(6, 40, 1000), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(history=st.lists(st.tuples(_STATES, st.integers(0, 10_000)), min_size=1, max_size=4))
def test_whatever_is_stated_places_have_no_gap_and_numbers_are_never_given_twice(
    random_listing: Product, history: list[tuple[list[tuple[str, str, bool]], int]]
) -> None:
    product = random_listing
    for state, seed in history:
        stored = variants_of(product)
        free = [one.number for one in stored]
        Random(seed).shuffle(free)  # the draws must not hang on what earlier examples left in the database
        wanted = [
            VariantFacts(name, sku, tiers((5, "1180")), free.pop() if known and free else None)
            for name, sku, known in state
        ]
        before = rows(product)
        try:
            stated(product, *wanted)
        except FieldErrors:
            assert rows(product) == before
            continue
        offered = offered_variants(product)
        assert [(one.name, one.sku) for one in offered] == [(one.name, one.sku) for one in wanted]
        assert [one.position for one in offered] == list(range(1, len(wanted) + 1))
        after = variants_of(product)
        assert {one.number for one in stored} <= {one.number for one in after}
        assert {one.id: one.number for one in stored}.items() <= {one.id: one.number for one in after}.items()
        numbers = sorted(one.number for one in after)
        assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_of_two_editors_at_once_one_is_told_and_nothing_is_mixed() -> None:
    for _round in range(size(2, 6, 40)):
        product = a_live_product()
        mine, yours = [*numbered((1, BAG)), SACK], [JUMBO, *numbered((1, replace(BAG, name="Yours")))]
        outcomes = at_once(
            partial(stated, product, *mine, revision=1),
            partial(stated, product, *yours, revision=1),
        )
        assert sorted(outcomes) == ["done", "product_changed_meanwhile"]
        won = mine if outcomes[0] == "done" else yours
        assert [one.name for one in offered_variants(product)] == [one.name for one in won]
        assert ProductChange.objects.filter(product=product).count() == 1


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_listings_that_want_one_article_number_at_once_get_it_once() -> None:
    first = a_live_product()
    second = a_live_product(first.supplier, sku="SECOND")
    crossed = replace(SACK, sku="X-1"), replace(JUMBO, sku="X-2")
    outcomes = at_once(
        lambda: stated(first, *numbered((1, BAG)), *crossed),
        lambda: stated(second, *numbered((1, replace(BAG, sku="SECOND"))), *reversed(crossed)),
    )
    assert sorted(outcomes) == ["done", "listing_fields_wrong"]
    assert Variant.objects.filter(sku__in=["X-1", "X-2"]).count() == 2
    assert Variant.objects.filter(sku__in=["X-1", "X-2"]).values("product").distinct().count() == 1

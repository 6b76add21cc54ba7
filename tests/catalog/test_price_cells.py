"""The cells of quantities: whatever a product says of a cell is so at every quantity in it."""

from __future__ import annotations

from bisect import bisect_right

from hypothesis import given
from hypothesis import strategies as st

from catalog.search.tantivy_index.cells import (
    BORDERS,
    LAST,
    NOT_SURE,
    cell_of,
    steps_of,
    sure_word,
    unsure_word,
    words_of,
)
from catalog.search.tantivy_index.columns import band_of
from catalog.search.tantivy_index.price_steps import PriceStep

QUANTITIES = st.one_of(
    st.sampled_from(BORDERS),
    st.sampled_from(BORDERS).map(lambda border: border - 1),
    st.integers(0, 10**17),
    st.integers(0, 10**6),
)


@given(thresholds=st.lists(QUANTITIES, max_size=5).map(sorted), quantity=QUANTITIES)
def test_what_a_product_says_of_a_cell_is_so_at_every_quantity_in_it(
    thresholds: list[int], quantity: int
) -> None:
    steps, cell = steps_of(tuple(thresholds)), cell_of(quantity)
    said = words_of(steps)
    assert len(steps) == len(said) == LAST + 1

    holds = bisect_right(thresholds, quantity) + 1
    low, high = BORDERS[cell - 1] if cell else -1, BORDERS[cell] if cell < LAST else 10**18
    inside = [threshold for threshold in thresholds if low < threshold < high]
    once = -bisect_right(thresholds, low) - 1 if len(inside) == 1 else NOT_SURE
    assert steps[cell] == (once if inside else holds)
    assert said[cell] == (unsure_word(cell, "", -once) if inside else sure_word(cell, holds))
    # A cell with a column says nothing more where the step is sure.
    assert (said[cell] in words_of(steps, "", range(cell, cell + 1))) == bool(inside)


PRICES = st.floats(1e-15, 1e15)


@given(
    dimension=st.sampled_from(["", "mass", "count", "volume", "length", "area"]), price=PRICES, edge=PRICES
)
def test_a_price_in_a_column_is_compared_as_it_is_and_with_its_own_dimension_only(
    dimension: str, price: float, edge: float
) -> None:
    band, others = band_of(dimension), [band_of(one) for one in ("mass", "count", "volume", "length", "area")]
    assert band is not None
    step = PriceStep("column", band=band)
    assert band.holds([price])
    lies = price * band.scale
    assert lies / band.scale == price
    assert (lies < step.border(edge)) == (price <= edge)
    assert [other for other in others if other and other.low < lies < other.high] == [band]
    assert step.border(0.0) > band.low  # a range must not end before it begins
    assert step.border(1e300) > lies


def test_goods_in_packages_have_no_band() -> None:
    assert band_of("CT") is None

"""The cells of quantities: whatever a product says of a cell is so at every quantity in it."""

from __future__ import annotations

from bisect import bisect_right

from hypothesis import given
from hypothesis import strategies as st

from catalog.search.tantivy_index.cells import BORDERS, LAST, cell_of, sure_word, unsure_word, words_of

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
    said, cell = words_of(tuple(thresholds)), cell_of(quantity)
    assert len(said) == LAST + 1

    holds = bisect_right(thresholds, quantity) + 1
    low, high = BORDERS[cell - 1] if cell else -1, BORDERS[cell] if cell < LAST else 10**18
    changes_inside = any(low < threshold < high for threshold in thresholds)
    assert said[cell] == (unsure_word(cell) if changes_inside else sure_word(cell, holds))

"""Plots: the highest bar fills the height, nothing leaves the drawing, what is above zero is seen."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from marketplace.core.charts import HIGH, WIDE, Point, bar_chart


@given(st.lists(st.integers(min_value=0, max_value=10**12), min_size=1, max_size=366))
def test_every_bar_stays_inside_and_tells_large_from_small(values: list[int]) -> None:
    chart = bar_chart(
        "Orders", [Point(str(place), value, str(value)) for place, value in enumerate(values)], total=""
    )
    for bar, value in zip(chart.bars, values, strict=True):
        assert 0 <= bar.x < bar.x + bar.width <= WIDE
        assert (bar.y + bar.height, bar.height > 0) == (HIGH, value > 0)
        assert 0 <= bar.height <= HIGH
    assert max(bar.height for bar in chart.bars) == (HIGH if max(values) else 0)
    assert all(one.x + one.width <= other.x for one, other in zip(chart.bars, chart.bars[1:], strict=False))
    assert (chart.first, chart.last) == ("0", str(len(values) - 1))

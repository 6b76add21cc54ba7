"""What an order is called where there is room for one line: its goods, not its number."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import ngettext

from marketplace.core.formatting import format_number
from orders.models import Order


def order_title(order: Order) -> str:
    """The first line's title, and how many there are besides. One statement."""
    return title_of([line.full_title for line in order.lines.order_by("position")])


def title_of(titles: Sequence[str]) -> str:
    """`Basmati rice`, `Basmati rice and 2 more`."""
    first, *others = titles
    if not others:
        return first
    said = ngettext("%(title)s and %(number)s more", "%(title)s and %(number)s more", len(others))
    return said % {"title": first, "number": format_number(len(others))}

"""How much of its supplier's stock and capacity a line of an order uses up. Pure."""

from __future__ import annotations

from decimal import Decimal


def needed(*, quantity: Decimal, cancelled: Decimal, shipped: Decimal, is_undone: bool) -> Decimal:
    """What was agreed and not cancelled; of an order that came to nothing what had left by then.

    What a weighing finds above or below the order within its tolerance changes nothing: it was never offered, or is
    not there.
    """
    agreed = quantity - cancelled
    return min(shipped, agreed) if is_undone else agreed

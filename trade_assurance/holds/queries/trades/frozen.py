"""What claims keep still of a trade's money, and what is free of it. Must not write."""

from __future__ import annotations

from collections.abc import Sequence

from trade_assurance.holds.models import Freeze, Hold
from trade_assurance.holds.rules import FrozenPart
from trade_assurance.holds.states import HoldState


def frozen_parts(holds: Sequence[Hold], subject: str) -> list[FrozenPart]:
    """The same as plain figures, for a page that shows what a decision would do."""
    by_pk = {hold.pk: hold for hold in holds}
    rows = Freeze.objects.filter(hold__in=holds, subject=subject, lifted_at__isnull=True).order_by("hold_id")
    return [part_of(by_pk[row.hold_id], row) for row in rows]


def part_of(hold: Hold, row: Freeze) -> FrozenPart:
    return FrozenPart(
        hold_ref=hold.ref,
        frozen_minor=row.standing_minor,
        owed_minor=hold.refund_due_minor,
        released_minor=hold.released_minor,
        commission_minor=hold.commission_minor,
        commission_bps=hold.commission_bps,
    )


def free_minor(holds: Sequence[Hold]) -> int:
    """What these holds hold and neither claim nor chargeback keeps still."""
    return sum(hold.free.amount_minor for hold in holding_money(holds))


def holding_money(holds: Sequence[Hold]) -> list[Hold]:
    return [hold for hold in holds if hold.state == HoldState.HELD and hold.held_minor]

"""The book of a period: each change of what is offered or taken, written with the period it changes.

Lower halves of `operations.capacity.stated` and `operations.capacity.takings`; the period is locked.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from catalog.models import CapacityMovement, CapacityPeriod, CapacityTaking
from catalog.states import CapacityMovementKind
from marketplace.core.actors import Actor

NOTHING = Decimal(0)


def moved(
    period: CapacityPeriod,
    kind: CapacityMovementKind,
    *,
    taking: CapacityTaking | None = None,
    offered: Decimal = NOTHING,
    taken: Decimal = NOTHING,
    actor: Actor,
    at: datetime,
) -> CapacityMovement:
    """Move a locked period (in memory) and say so in its book; `write_book` writes both."""
    period.offered += offered
    period.taken += taken
    period.moves += 1
    return CapacityMovement(
        period=period,
        taking=taking,
        number=period.moves,
        kind=kind,
        offered_change=offered,
        taken_change=taken,
        offered_after=period.offered,
        taken_after=period.taken,
        actor=actor.as_text,
        actor_label=actor.label,
        at=at,
    )


def write_book(movements: Sequence[CapacityMovement]) -> None:
    """Both or neither.

    INVARIANT: a period is what its book says (enforced by capacity_is_what_its_book_says), and never more of it is
    taken than offered (enforced by capacity_never_more_taken_than_offered).
    """
    if not movements:
        return
    periods = {movement.period.pk: movement.period for movement in movements}
    CapacityPeriod.objects.bulk_update(
        periods.values(),
        ["first_day", "last_day", "offered", "taken", "moves", "withdrawn_at", "low_told_at"],
    )
    CapacityMovement.objects.bulk_create(movements)

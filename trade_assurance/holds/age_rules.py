"""How long a processor may hold money, and what happens at the end of that time. Pure (ADR 0019)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import Final

# Settled before the 85th day is over; the processor itself acts at about 90.
AGE_CAP: Final = timedelta(days=84, hours=23)
# So long the buyer must have had the goods before silence about them counts at the cap.
LOOK_AT_GOODS: Final = timedelta(days=3)


class AgeStep(Enum):
    """What the cap does by itself, and what it cannot do."""

    CANCEL = "cancel"
    ACCEPT = "accept"
    OFFICER = "officer"


@dataclass(frozen=True, slots=True)
class AgeFacts:
    """How an order stands when a processor cannot hold its money any longer.

    `late`: the ship-by date has passed. `buyer_owes`: the supplier waits for a payment that is due.
    `looked_at`: some goods have been with the buyer for long enough, unclaimed; `just_came`: some only lately.
    """

    has_unshipped: bool = False
    late: bool = False
    buyer_owes: bool = False
    travelling: bool = False
    looked_at: bool = False
    just_came: bool = False
    claimed: bool = False
    buyer_consents: bool = False
    supplier_consents: bool = False


def age_steps(facts: AgeFacts) -> tuple[AgeStep, ...]:
    """What happens to each part of the order, in this order.

    Not shipped → cancelled and refunded, when the supplier is late or kept silent about moving the money. With the
    buyer long enough → accepted and released, when the buyer kept silent. Whatever would cost a side that has
    consented, travels, is claimed or came only lately → an officer decides. So no side gains by its own silence.
    """
    if facts.buyer_consents and facts.supplier_consents:
        return (AgeStep.OFFICER,)
    cancels = facts.has_unshipped and not facts.buyer_owes and (facts.late or not facts.supplier_consents)
    accepts = facts.looked_at and not facts.buyer_consents
    rest = (
        facts.travelling
        or facts.claimed
        or facts.just_came
        or (facts.has_unshipped and not cancels)
        or (facts.looked_at and not accepts)
    )
    found = ((cancels, AgeStep.CANCEL), (accepts, AgeStep.ACCEPT), (rest, AgeStep.OFFICER))
    return tuple(step for true, step in found if true) or (AgeStep.OFFICER,)


def held_parts(left: Sequence[int], held_minor: int) -> list[int]:
    """How much of what each payment still has in a hold is held: the oldest was released first.

    `left` are the payments in the order they came, less what went back; the rest of them was released.
    """
    parts: list[int] = []
    still = held_minor
    for amount in reversed(left):
        part = min(still, amount)
        parts.append(part)
        still -= part
    return parts[::-1]

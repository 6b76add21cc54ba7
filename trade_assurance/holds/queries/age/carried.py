"""What of a trade's held money a processor carries: per payment, and since when. Reads locked rows, writes nothing.

Money that came by bank, was moved there since, or that the payer's bank has taken meanwhile is not with a processor.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Sum

from marketplace.core.money import Money
from trade_assurance.holds.age_rules import held_parts
from trade_assurance.holds.models import (
    ChargebackPart,
    Funding,
    Hold,
    MovedPart,
)
from trade_assurance.holds.states import CaseState
from trade_assurance.payments.queries import is_by_bank


@dataclass(frozen=True, slots=True)
class Carried:
    """What a processor carries of one payment in one hold."""

    hold: Hold
    funding: Funding
    amount_minor: int


def carried(holds: Sequence[Hold]) -> list[Carried]:
    """All that processors carry of these holds; three statements when there is any money."""
    by_hold: dict[int, list[Funding]] = {}
    for row in Funding.objects.filter(hold__in=[hold for hold in holds if hold.held_minor]).order_by("pk"):
        by_hold.setdefault(row.hold_id, []).append(row)
    if all(is_by_bank(row.provider) for rows in by_hold.values() for row in rows):
        return []
    moved = _moved(by_hold)
    taken = _taken(by_hold)
    found = []
    for hold in holds:
        rows = by_hold.get(hold.pk, [])
        left = [row.amount_minor - row.refunded_minor - row.charged_back_minor for row in rows]
        for row, part in zip(rows, held_parts(left, hold.held_minor), strict=True):
            there = part - moved.get(row.pk, 0) - taken.get((hold.pk, row.payment_ref), 0)
            if there > 0 and not is_by_bank(row.provider):
                found.append(Carried(hold, row, there))
    return found


def carried_since(hold: Hold) -> datetime | None:
    """When the first money of the hold came in that a processor still carries; None when none does."""
    return min((row.funding.at for row in carried([hold])), default=None)


def _moved(by_hold: dict[int, list[Funding]]) -> dict[int, int]:
    rows = MovedPart.objects.filter(funding__in=[row for rows in by_hold.values() for row in rows])
    summed = rows.values_list("funding_id").annotate(left=Sum("amount_minor") - Sum("refunded_minor"))
    return dict(summed.order_by("funding_id"))


def _taken(by_hold: dict[int, list[Funding]]) -> dict[tuple[int, str], int]:
    """What the payer's bank took and has not decided about: it left the processor with the chargeback."""
    rows = ChargebackPart.objects.filter(
        hold__in=list(by_hold), case__state=CaseState.OPEN, frozen_minor__gt=0
    )
    found: dict[tuple[int, str], int] = {}
    for hold_id, payment_ref, minor in rows.values_list("hold_id", "case__payment_ref", "frozen_minor"):
        found[hold_id, payment_ref] = found.get((hold_id, payment_ref), 0) + minor
    return found


def total_of(rows: Sequence[Carried], currency: str = "") -> Money:
    """All of it."""
    return Money(sum(row.amount_minor for row in rows), rows[0].hold.currency if rows else currency)

"""Each shipment's share of the money: allotted as it leaves, due when its milestone's condition comes true.

What is in no share belongs to goods that have not left. Runs on a locked trade; moves no money itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from marketplace.core.money import split_minor
from orders.models import Order, Shipment, ShipmentDocument
from orders.states import ARRIVED, GONE, MilestoneKind, ReleaseOn, ShipmentState
from trade_assurance.holds.models import Hold, ShipmentShare
from trade_assurance.holds.rules import Pot
from trade_assurance.holds.states import HoldState


@dataclass(slots=True)
class Shares:
    """All shares of an order, oldest shipment first, and the shipments that have left."""

    rows: list[ShipmentShare]
    shipments: dict[str, Shipment]

    def of(self, hold: Hold) -> list[ShipmentShare]:
        """One hold's shares."""
        return [row for row in self.rows if row.hold_id == hold.pk]

    def open_minor(self, hold: Hold) -> int:
        """What of a hold belongs to goods that have not left, paid in or not."""
        if hold.state == HoldState.LAPSED:
            return 0
        unpaid = hold.amount_minor - hold.funded_minor
        left = sum(row.left_minor for row in self.of(hold))
        return max(unpaid + hold.held_minor - hold.refund_due_minor - left, 0)


def allot(order: Order, holds: Sequence[Hold], *, at: datetime, rest_is_spoken_for: bool = False) -> Shares:
    """Give every shipment that has left its share of every hold; repeated, it adds nothing.

    A shipment's worth is split over the milestones by what is still open in each, so its parts are exactly
    its worth, and the last goods take all that is open; not when it `rest_is_spoken_for`: what was cancelled
    a moment ago is still in the holds and is the buyer's.
    """
    rows = list(ShipmentShare.objects.filter(hold__in=holds).order_by("pk"))
    gone = {row.ref: row for row in order.shipments.filter(state__in=GONE).order_by("pk")}
    shares = Shares(rows, gone)
    known = {row.shipment_ref for row in rows}
    new = [shipment for ref, shipment in gone.items() if ref not in known]
    if not new or not holds:
        return shares
    all_left = not rest_is_spoken_for and not any(line.rest_quantity for line in order.lines.all())
    allotted: list[ShipmentShare] = []
    for shipment in new:
        takes_rest = all_left and shipment is new[-1]
        for hold, part in _parts(shares, holds, shipment, takes_rest=takes_rest):
            row = ShipmentShare(hold=hold, shipment_ref=shipment.ref, amount_minor=part, allotted_at=at)
            shares.rows.append(row)
            allotted.append(row)
    ShipmentShare.objects.bulk_create(allotted)
    return shares


def mark_due(order: Order, holds: Sequence[Hold], shares: Shares, *, at: datetime) -> list[ShipmentShare]:
    """Mark the shares whose condition is true now; returns all that are due and not all released."""
    conditions = {hold.pk: hold.milestone.release_on for hold in holds}
    waiting = [row for row in shares.rows if row.due_at is None]
    papers = _papers(waiting, shares) if ReleaseOn.SHIPMENT_DOCUMENTS in conditions.values() else {}
    wanted = set((order.terms or {}).get("documents", ()))
    became = [
        row
        for row in waiting
        if _is_true(
            conditions[row.hold_id],
            shares.shipments[row.shipment_ref],
            has_papers=wanted <= papers.get(row.shipment_ref, set()),
        )
    ]
    for row in became:
        row.due_at = at
    if became:
        ShipmentShare.objects.bulk_update(became, ["due_at"])
    return [row for row in shares.rows if row.due_at is not None and row.left_minor]


def pots_of(holds: Sequence[Hold], shares: Shares) -> list[Pot]:
    """What may be taken from goods that have not left, per scheduled milestone, for `holds.rules.spread`."""
    pots = []
    for hold in holds:
        if hold.milestone.kind != MilestoneKind.SCHEDULED:
            continue
        still_open = shares.open_minor(hold)
        unpaid = min(still_open, hold.amount_minor - hold.funded_minor)
        free = min(still_open - unpaid, hold.held_minor - hold.frozen_minor)
        pots.append(Pot(hold.ref, unpaid, free, still_open - unpaid - free))
    return pots


def draw(hold: Hold, amount_minor: int, *, shipment_ref: str) -> None:
    """Money left a hold otherwise than by a release of shares: a claim's end, a chargeback. Which share shrinks?

    The named shipment's first; then what has arrived and is not accepted, what has not left, what is on its
    way, and last what is due already. Called when the hold's new sums are written.
    """
    rows = list(ShipmentShare.objects.filter(hold=hold).order_by("pk")) if amount_minor > 0 else []
    if not rows:
        return
    arrived = set(
        Shipment.objects.filter(
            ref__in=[row.shipment_ref for row in rows], state=ShipmentState.DELIVERED
        ).values_list("ref", flat=True)
    )
    left = _take(amount_minor, [row for row in rows if row.shipment_ref == shipment_ref])
    left = _take(left, [row for row in rows if row.due_at is None and row.shipment_ref in arrived])
    # What lies in the hold now and is in no share was open before too, and bears the loss next.
    unpaid = hold.amount_minor - hold.funded_minor
    in_shares = sum(row.left_minor for row in rows)
    missing = in_shares - (unpaid + hold.held_minor - hold.refund_due_minor)
    left = _take(max(min(missing, left), 0), [row for row in rows if row.due_at is None])
    _take(left, rows)
    ShipmentShare.objects.bulk_update(rows, ["taken_minor"])


def pay_out(rows: Sequence[ShipmentShare], amount_minor: int) -> None:
    """Write a release on the shares it was for, oldest first."""
    left = amount_minor
    for row in rows:
        part = min(left, row.left_minor)
        row.released_minor += part
        left -= part
    ShipmentShare.objects.bulk_update(rows, ["released_minor"])


def _parts(
    shares: Shares, holds: Sequence[Hold], shipment: Shipment, *, takes_rest: bool
) -> list[tuple[Hold, int]]:
    scheduled = [hold for hold in holds if hold.milestone.kind == MilestoneKind.SCHEDULED]
    own = [hold for hold in holds if hold.milestone.shipment_id == shipment.pk]
    room = [shares.open_minor(hold) for hold in scheduled]
    worth = (shipment.goods_minor or 0) + (shipment.freight_minor or 0)
    part = sum(room) if takes_rest else min(worth, sum(room))
    parts = list(zip(scheduled, split_minor(part, room), strict=True)) if part else []
    parts += [(hold, shares.open_minor(hold)) for hold in own]
    return [(hold, minor) for hold, minor in parts if minor]


def _papers(waiting: Sequence[ShipmentShare], shares: Shares) -> dict[str, set[str]]:
    ids = {shares.shipments[row.shipment_ref].pk: row.shipment_ref for row in waiting}
    papers: dict[str, set[str]] = {}
    rows = ShipmentDocument.objects.filter(shipment_id__in=ids).values_list("shipment_id", "document_type")
    for shipment_id, document_type in rows:
        papers.setdefault(ids[shipment_id], set()).add(document_type)
    return papers


def _is_true(condition: str, shipment: Shipment, *, has_papers: bool) -> bool:
    """What is accepted has fulfilled every condition; what has arrived also that of delivery."""
    if shipment.state == ShipmentState.ACCEPTED:
        return True
    if condition == ReleaseOn.DELIVERY:
        return shipment.state in ARRIVED
    return condition == ReleaseOn.SHIPMENT_DOCUMENTS and has_papers


def _take(amount_minor: int, rows: Sequence[ShipmentShare]) -> int:
    """Take what fits out of these shares, oldest first; returns what did not fit."""
    left = amount_minor
    for row in rows:
        part = min(left, row.left_minor)
        row.taken_minor += part
        left -= part
    return left

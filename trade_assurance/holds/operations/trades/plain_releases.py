"""Acceptances of plain trades, one or many in the same few statements: what the step-by-step operation writes, set-based.

Runs on locked trades, in the caller's transaction. Which trades are plain and what is written stands in SQL
(migration 0012); how much moves is decided here, by the rules of every release. What is not plain is left alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import DatabaseError, connection

from marketplace.core.actors import Actor
from marketplace.core.deadlines import Due
from marketplace.core.errors import Conflict
from marketplace.core.money import Money
from marketplace.core.outbox import told_to
from orders.operations import ENDED_WITH_ORDER
from trade_assurance.holds.operations.trades.releases import (
    ACCEPT_BY_SILENCE,
    ACCEPT_SHIPMENT_BY_SILENCE,
    ACCEPTED_BY_SILENCE,
    OWN_DEADLINES,
)
from trade_assurance.holds.rules import MARKETPLACE, Release, release_of
from trade_assurance.holds.states import MovementKind
from trade_assurance.ledger import operations as ledger
from trade_assurance.ledger.operations import PostingSpec, credit, debit
from trade_assurance.ledger.states import AccountKind

_LOCK = "SELECT deadline_id, order_id, shipment_ref FROM ta_holds_lock_windows(%s::bigint[], %s)"
_PLAIN = """
    SELECT place, order_ref, supplier_ref, is_whole, parcels, hold_id, hold_ref, currency, sequence, amount_minor,
           released_minor, commission_minor, commission_bps
    FROM ta_holds_plain_releases(%s::bigint[], %s::text[], %s::bigint[], %s)
"""
_WRITE = """
    SELECT ta_holds_write_releases(
        %s::bigint[], %s::text[], %s::boolean[], %s::bigint[], %s::text[], %s::bigint[], %s::text[],
        %s::bigint[], %s::integer[], %s::bigint[], %s::bigint[], %s, %s, %s, %s,
        %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[])
"""
_CHANGED = "TA101"
_WINDOWS = (ACCEPT_BY_SILENCE, ACCEPT_SHIPMENT_BY_SILENCE)
_EVENTS = ("delivery_accepted", "shipment_accepted", "hold_released", "order_completed")


@dataclass(frozen=True, slots=True)
class Acceptance:
    """Goods that are accepted: all of an order, or one shipment; by a deadline's coming true (its id) or a person."""

    order_id: int
    shipment_ref: str
    key: str
    deadline_id: int = 0


@dataclass(frozen=True, slots=True)
class _Leaving:
    """Money that leaves one hold of a plain trade, as the database found it; `place` counts acceptances from 1."""

    place: int
    order_ref: str
    supplier_ref: str
    is_whole: bool
    parcels: list[int]
    hold_id: int
    hold_ref: str
    currency: str
    sequence: int
    amount_minor: int
    released_minor: int
    commission_minor: int
    commission_bps: int


@dataclass(frozen=True, slots=True)
class Saying:
    """Why, by whom and when: the same for all acceptances of one call."""

    reason: str
    actor: Actor
    at: datetime


def accept_by_silence_together(due: Sequence[Due], at: datetime) -> set[int]:
    """Inspection windows that ended without a word, the plain ones of them, in one transaction; which happened.

    Trades that somebody has locked, windows closed or moved meanwhile and trades that are not plain are left.
    """
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [[window.id for window in due], at])
        locked = cursor.fetchall()
    subjects = {window.id: window.subject for window in due}
    acceptances = [
        Acceptance(order_id, shipment_ref, f"silence:{subjects[deadline_id]}", deadline_id)
        for deadline_id, order_id, shipment_ref in locked
    ]
    saying = Saying(ACCEPTED_BY_SILENCE, Actor.system("auto_accept"), at)
    return {acceptance.deadline_id for acceptance in accept_plain(acceptances, saying)}


def accept_plain(acceptances: Sequence[Acceptance], saying: Saying) -> list[Acceptance]:
    """Accept, release and end what is plain of these, on locked trades; returns which were.

    Consequences, as of the step-by-step operation: shipments accepted, shares due and released, money booked
    and moved less commission, holds settled, windows closed, the order completed when these were its last
    goods, all with their transitions, timeline and outbox.
    Raises `Conflict` when a row is not as it was read (it cannot be, while locked), and what the ledger raises.
    """
    leaving = _plain(acceptances, saying.at)
    if not leaving:
        return []
    parts = [
        release_of(
            row.amount_minor,
            released_before_minor=row.released_minor,
            commission_before_minor=row.commission_minor,
            commission_bps=row.commission_bps,
        )
        for row in leaving
    ]
    postings = [_posting(row, part) for row, part in zip(leaving, parts, strict=True)]
    ledger.post_many(postings, happened_at=saying.at)
    return _write(acceptances, leaving, parts, saying)


def _plain(acceptances: Sequence[Acceptance], at: datetime) -> list[_Leaving]:
    if not acceptances:
        return []
    arguments: Any = [
        [acceptance.order_id for acceptance in acceptances],
        [acceptance.shipment_ref for acceptance in acceptances],
        [acceptance.deadline_id for acceptance in acceptances],
        at,
    ]
    with connection.cursor() as cursor:
        cursor.execute(_PLAIN, arguments)
        return [_Leaving(*row) for row in cursor.fetchall()]


def _posting(row: _Leaving, part: Release) -> PostingSpec:
    return PostingSpec(
        kind=MovementKind.RELEASED.value,
        subject=row.hold_ref,
        key=f"{row.hold_ref}:{row.sequence + 1}",
        entries=[
            debit(AccountKind.ESCROW, row.hold_ref, Money(row.amount_minor, row.currency)),
            credit(
                AccountKind.SUPPLIER_PAYABLE, row.supplier_ref, Money(part.to_supplier_minor, row.currency)
            ),
            credit(AccountKind.COMMISSION, MARKETPLACE, Money(part.commission_minor, row.currency)),
        ],
    )


def _write(
    acceptances: Sequence[Acceptance], leaving: Sequence[_Leaving], parts: Sequence[Release], saying: Saying
) -> list[Acceptance]:
    first = {row.place: row for row in reversed(leaving)}
    chosen = {place: acceptances[place - 1] for place in sorted(first)}
    number = {place: position for position, place in enumerate(chosen, start=1)}
    arguments: Any = [
        *_cases(chosen, first),
        [row.hold_id for row in leaving],
        [number[row.place] for row in leaving],
        [row.amount_minor for row in leaving],
        [part.commission_minor for part in parts],
        *(saying.reason, saying.actor.as_text, saying.actor.label, saying.at),
        *(list(_WINDOWS), list(OWN_DEADLINES), list(ENDED_WITH_ORDER)),
        *_told(),
    ]
    try:
        with connection.cursor() as cursor:
            cursor.execute(_WRITE, arguments)
    except DatabaseError as error:
        if getattr(error.__cause__, "pgcode", None) == _CHANGED:
            raise Conflict from error
        raise
    return list(chosen.values())


def _cases(chosen: Mapping[int, Acceptance], first: Mapping[int, _Leaving]) -> list[list[Any]]:
    parcels = [(parcel, chosen[place].key) for place in chosen for parcel in first[place].parcels]
    return [
        [acceptance.order_id for acceptance in chosen.values()],
        [acceptance.shipment_ref for acceptance in chosen.values()],
        [first[place].is_whole for place in chosen],
        [acceptance.deadline_id for acceptance in chosen.values()],
        [acceptance.key for acceptance in chosen.values()],
        [parcel for parcel, _ in parcels],
        [key for _, key in parcels],
    ]


def _told() -> list[list[str]]:
    consumers = told_to(*_EVENTS)
    return [
        [consumer.event for consumer in consumers],
        [consumer.name for consumer in consumers],
        [consumer.queue for consumer in consumers],
    ]

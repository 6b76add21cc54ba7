"""Differences between a rail's account and our books: opened, kept up to date, closed when both sides agree.

Finds and records; what a person decides about one is in `resolutions`. Moves no money.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from django.db import connection

from marketplace.core.actors import Actor
from marketplace.core.formatting import format_money
from marketplace.core.money import Money
from trade_assurance.holds.models import BookedMovement, Incident, IncidentNote, ProviderMovementRow
from trade_assurance.holds.states import INCIDENT_WAITING, IncidentKind, IncidentState

# What moved less than an hour ago may still be on its way to the other side.
GRACE: Final = timedelta(hours=1)

_SIDES = """
    WITH touched AS (
        SELECT currency, name FROM ta_holds_providermovementrow
        WHERE provider = %(provider)s AND name <> '' AND (at >= %(since)s OR recorded_at >= %(since)s)
        UNION
        SELECT currency, name FROM ta_holds_bookedmovement
        WHERE provider = %(provider)s AND name <> '' AND (at >= %(since)s OR recorded_at >= %(since)s)
        UNION
        SELECT currency, name FROM ta_holds_incident
        WHERE provider = %(provider)s AND state = ANY(%(waiting)s) AND kind = ANY(%(kinds)s)
    ), theirs AS (
        SELECT t.currency, t.name, count(*) AS lines, min(m.at) AS first, max(m.at) AS last,
               -- what a chargeback costs is booked with it: there both count
               sum(m.amount_minor - CASE WHEN m.kind LIKE 'chargeback%%' THEN m.fee_minor ELSE 0 END)::bigint AS total
        FROM touched t JOIN ta_holds_providermovementrow m
          ON m.provider = %(provider)s AND m.currency = t.currency AND m.name = t.name
        GROUP BY t.currency, t.name
    ), ours AS (
        SELECT t.currency, t.name, count(*) AS lines, min(b.at) AS first, max(b.at) AS last,
               sum(b.amount_minor)::bigint AS total
        FROM touched t JOIN ta_holds_bookedmovement b
          ON b.provider = %(provider)s AND b.currency = t.currency AND b.name = t.name
        GROUP BY t.currency, t.name
    )
    SELECT t.currency, t.name, coalesce(ours.lines, 0), coalesce(theirs.lines, 0),
           coalesce(ours.total, 0), coalesce(theirs.total, 0),
           least(ours.first, theirs.first), greatest(ours.last, theirs.last)
    FROM touched t LEFT JOIN theirs USING (currency, name) LEFT JOIN ours USING (currency, name)
    WHERE %(names)s::text[] IS NULL OR t.name = ANY(%(names)s)
    ORDER BY t.currency, t.name
"""
ABOUT_THINGS: Final = (IncidentKind.MISSING, IncidentKind.EXTRA, IncidentKind.WRONG_AMOUNT)
_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing on both sides, in minor units; they may agree. `last_at`: when either side last moved."""

    currency: str
    name: str
    kind: IncidentKind
    day: date
    booked_minor: int
    found_minor: int
    last_at: datetime | None = None

    @property
    def agrees(self) -> bool:
        return self.booked_minor == self.found_minor


def compare(
    *,
    provider: str,
    differences: Sequence[Difference],
    awaited: AbstractSet[tuple[str, str]],
    actor: Actor,
    at: datetime,
) -> tuple[int, int]:
    """Open, update and close the incidents of a rail; how many were opened and closed.

    `differences` are what `sides` said and what was found elsewhere (the balance, a changed line); `awaited` the
    currency and name of those that the rail still has time to show. One comparison of a rail runs at a time.
    """
    opened = closed = 0
    waiting = _waiting(provider)
    for difference in differences:
        incident = waiting.get((difference.currency, difference.name))
        if incident is not None:
            closed += _follow(incident, difference, actor, at)
        elif (
            not difference.agrees
            and (difference.currency, difference.name) not in awaited
            and _is_old_enough(difference, at)
            and not _was_accepted(provider, difference)
        ):
            _open(provider, difference, actor, at)
            opened += 1
    return opened, closed


def sides(provider: str, *, since: datetime, names: Iterable[str] | None = None) -> list[Difference]:
    """What both sides say of each thing that was touched since (or of these names only)."""
    with connection.cursor() as cursor:
        cursor.execute(
            _SIDES,
            {
                "provider": provider,
                "since": since,
                "waiting": list(INCIDENT_WAITING),
                "kinds": list(ABOUT_THINGS),
                "names": None if names is None else list(names),
            },
        )
        return [_difference(*row) for row in cursor.fetchall()]


def look_again(*, provider: str, currency: str, names: Sequence[str], actor: Actor, at: datetime) -> int:
    """Close the open incidents of these names if both sides agree by now; how many closed."""
    waiting = _waiting(provider)
    closed = 0
    for difference in sides(provider, since=_LONG_AGO, names=names):
        incident = waiting.get((difference.currency, difference.name))
        if incident is not None and difference.currency == currency:
            closed += _follow(incident, difference, actor, at)
    return closed


def write_note(incident: Incident, text: str, *, actor: Actor, at: datetime) -> None:
    """Append a note to an incident."""
    IncidentNote.objects.create(
        incident=incident, at=at, author=actor.as_text, author_label=actor.label, text=text
    )


def _waiting(provider: str) -> dict[tuple[str, str], Incident]:
    rows = Incident.objects.filter(provider=provider, state__in=INCIDENT_WAITING).lock()
    return {(row.currency, row.name): row for row in rows}


def _difference(
    currency: str,
    name: str,
    our_lines: int,
    their_lines: int,
    ours: int,
    theirs: int,
    first: datetime | None,
    last: datetime | None,
) -> Difference:
    kind = IncidentKind.WRONG_AMOUNT
    if not their_lines:
        kind = IncidentKind.MISSING
    elif not our_lines:
        kind = IncidentKind.EXTRA
    day = (first or _LONG_AGO).astimezone(UTC).date()
    return Difference(currency, name, kind, day, ours, theirs, last)


def _is_old_enough(difference: Difference, at: datetime) -> bool:
    return difference.last_at is None or difference.last_at <= at - GRACE


def _was_accepted(provider: str, difference: Difference) -> bool:
    """A person has explained exactly this before, in words: it is not asked again until it changes."""
    last = (
        Incident.objects.filter(provider=provider, currency=difference.currency, name=difference.name)
        .order_by("-pk")
        .first()
    )
    return (
        last is not None
        and last.state == IncidentState.EXPLAINED
        and last.found_minor - last.booked_minor == difference.found_minor - difference.booked_minor
    )


def _open(provider: str, difference: Difference, actor: Actor, at: datetime) -> None:
    # INVARIANT: one thing that differs is one incident at a time (enforced by incident_open_once_per_thing)
    incident = Incident.objects.create(
        provider=provider,
        currency=difference.currency,
        name=difference.name,
        kind=difference.kind,
        day=difference.day,
        booked_minor=difference.booked_minor,
        found_minor=difference.found_minor,
        opened_at=at,
    )
    incident.log_transition("", IncidentState.OPEN, actor=actor, at=at)


def _follow(incident: Incident, difference: Difference, actor: Actor, at: datetime) -> int:
    """Bring an open incident to what both sides say now; 1 when that closed it."""
    if difference.agrees:
        closed_by = _last_line(incident)
        incident.move_to(
            IncidentState.AGREES, actor=actor, at=at, reason=closed_by, closed_by=closed_by, ended_at=at
        )
        return 1
    before = (incident.booked_minor, incident.found_minor)
    if before == (difference.booked_minor, difference.found_minor):
        return 0
    figures: dict[str, Any] = {
        "booked_minor": difference.booked_minor,
        "found_minor": difference.found_minor,
        "kind": difference.kind,
    }
    old = Money(before[1] - before[0], incident.currency)
    if incident.state == IncidentState.PROPOSED:
        # What was proposed was about another amount: nobody's yes counts for this one.
        incident.move_to(IncidentState.OPEN, actor=actor, at=at, reason="figures changed", **figures)
    else:
        for name, value in figures.items():
            setattr(incident, name, value)
        incident.save(update_fields=list(figures))
    new = format_money(incident.difference)
    write_note(incident, f"The difference changed from {format_money(old)} to {new}.", actor=actor, at=at)
    return 0


def _last_line(incident: Incident) -> str:
    """The line or posting that was taken last: what made both sides agree."""
    about = {"provider": incident.provider, "currency": incident.currency, "name": incident.name}
    movement = ProviderMovementRow.objects.filter(**about).order_by("-recorded_at", "-pk").first()
    booking = BookedMovement.objects.filter(**about).order_by("-recorded_at", "-pk").first()
    if movement is None or (booking is not None and booking.recorded_at > movement.recorded_at):
        return "" if booking is None else f"posting {booking.posting_key}"[:200]
    return f"movement {movement.ref}"

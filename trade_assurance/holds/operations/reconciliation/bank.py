"""What the bank's files add to the comparison: what is still awaited, missing statements, balances, silence.

Reads what payments knows of the taken statements and says what differs; opens, books and closes nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

from marketplace.core.operator_settings import value_of
from trade_assurance.holds.bank_reconciling import (
    Reach,
    bank_days_after,
    is_reached,
    name_of_break,
    waits_for_the_bank,
)
from trade_assurance.holds.models import BookedMovement, Incident, ProviderMovementRow
from trade_assurance.holds.operations.reconciliation.incidents import GRACE, Difference
from trade_assurance.holds.states import INCIDENT_WAITING, IncidentKind
from trade_assurance.payments.queries import BANK, AccountCoverage, bank_coverage, lines_touched_since

MARGIN_DAYS: Final = "reconciliation.bank_margin_days"
SILENT_DAYS: Final = "reconciliation.bank_silent_days"
_OF_STATEMENTS: Final = (IncidentKind.GAP, IncidentKind.OVERLAP, IncidentKind.SUM, IncidentKind.SILENT)


@dataclass(frozen=True, slots=True)
class BankView:
    """What `look_at_bank` found: the things the bank has still time to show, and what its files say of themselves."""

    awaited: frozenset[tuple[str, str]]
    of_statements: tuple[Difference, ...]


def look_at_bank(things: Sequence[Difference], *, at: datetime) -> BankView:
    """Sort the differences of the bank's things and look at its statements.

    Awaited is what differs only by postings that no statement can show yet (its days and a margin are not
    reached), and what was taken or explained within the last hour. An account whose statements stay away for
    days while money of its currency waits to be seen is a difference of its own, so that silence is not agreement.
    """
    accounts = bank_coverage()
    differing = [thing for thing in things if not thing.agrees]
    reaches = _reaches(accounts)
    awaited = _awaited(differing, reaches) | _just_touched(differing, at)
    found = [*_breaks(accounts), *_sums(accounts), *_silences(accounts, reaches, differing, at)]
    return BankView(frozenset(awaited), (*found, *_gone(found)))


def _reaches(accounts: Sequence[AccountCoverage]) -> dict[str, Reach]:
    """By currency, the days that all its accounts with statements have them of."""
    spans: dict[str, list[tuple[date, date]]] = defaultdict(list)
    for account in accounts:
        if account.from_on is not None and account.to_on is not None:
            spans[account.currency].append((account.from_on, account.to_on))
    return {
        currency: Reach(max(first for first, _last in rows), min(last for _first, last in rows))
        for currency, rows in spans.items()
    }


def _awaited(differing: Sequence[Difference], reaches: Mapping[str, Reach]) -> set[tuple[str, str]]:
    margin = int(value_of(MARGIN_DAYS))
    unseen: dict[tuple[str, str], list[int]] = defaultdict(list)
    rows = BookedMovement.objects.filter(provider=BANK, name__in=[thing.name for thing in differing])
    for currency, name, minor, moment in rows.values_list("currency", "name", "amount_minor", "at"):
        if not is_reached(moment.astimezone(UTC).date(), reaches.get(currency), margin):
            unseen[currency, name].append(minor)
    return {
        (thing.currency, thing.name)
        for thing in differing
        if waits_for_the_bank(
            booked_minor=thing.booked_minor,
            found_minor=thing.found_minor,
            awaited=unseen[thing.currency, thing.name],
        )
    }


def _just_touched(differing: Sequence[Difference], at: datetime) -> set[tuple[str, str]]:
    """What a line of the last hour is about: its postings may be on their way to the books."""
    fresh = lines_touched_since(at - GRACE)
    rows = ProviderMovementRow.objects.filter(provider=BANK, name__in=[thing.name for thing in differing])
    return {
        (currency, name)
        for currency, name, ref in rows.values_list("currency", "name", "ref")
        if ref.partition(":")[0] in fresh
    }


def _breaks(accounts: Sequence[AccountCoverage]) -> list[Difference]:
    return [
        Difference(
            currency=account.currency,
            name=name_of_break(account.ref, one.first_on, one.last_on),
            kind=IncidentKind(one.kind),
            day=one.first_on,
            booked_minor=one.before_minor,
            found_minor=one.after_minor,
            last_at=one.taken_at,
        )
        for account in accounts
        for one in account.breaks
    ]


def _sums(accounts: Sequence[AccountCoverage]) -> list[Difference]:
    return [
        Difference(
            currency=account.currency,
            name=f"statement:{row.ref}",
            kind=IncidentKind.SUM,
            day=row.to_on,
            booked_minor=(row.opening_minor or 0) + row.counted_minor,
            found_minor=row.closing_minor or 0,
            last_at=row.taken_at,
        )
        for account in accounts
        for row in account.not_adding_up
    ]


def _silences(
    accounts: Sequence[AccountCoverage],
    reaches: Mapping[str, Reach],
    differing: Sequence[Difference],
    at: datetime,
) -> list[Difference]:
    """Accounts whose last statement is too old, and currencies that never had one, while money waits to be seen."""
    unseen: dict[str, list[Difference]] = defaultdict(list)
    for thing in differing:
        unseen[thing.currency].append(thing)
    last_seen = [
        (f"silence:{account.ref}", account.currency, account.to_on)
        for account in accounts
        if account.to_on is not None
    ]
    last_seen += [
        (f"silence:{currency}", currency, min(thing.day for thing in rows))
        for currency, rows in unseen.items()
        if currency not in reaches
    ]
    days = int(value_of(SILENT_DAYS))
    today = at.astimezone(UTC).date()
    return [
        Difference(
            currency=currency,
            name=name,
            kind=IncidentKind.SILENT,
            day=last_on,
            booked_minor=sum(abs(thing.booked_minor - thing.found_minor) for thing in unseen[currency]),
            found_minor=0,
        )
        for name, currency, last_on in last_seen
        if unseen[currency] and today > bank_days_after(last_on, days)
    ]


def _gone(found: Sequence[Difference]) -> list[Difference]:
    """Open differences of statements that are none any more: the missing file came, the account speaks again."""
    still = {(one.currency, one.name) for one in found}
    rows = Incident.objects.filter(provider=BANK, state__in=INCIDENT_WAITING, kind__in=_OF_STATEMENTS)
    return [
        Difference(row.currency, row.name, IncidentKind(row.kind), row.day, row.found_minor, row.found_minor)
        for row in rows
        if (row.currency, row.name) not in still
    ]

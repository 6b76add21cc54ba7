"""What a supplier states of a certificate, whether it is right, and on which days it counts. Pure.

Owns the facts' shape and their cleaning, the periods as search keeps them, and when somebody is reminded. Must
not touch database, clock or settings: the day is given.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from typing import Final

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from catalog.data.certificates import OTHER, certificate_name, certificate_names
from catalog.errors import FieldErrors
from catalog.rules.listing import one_line
from marketplace.core.errors import Text

NAME_LENGTH: Final = 120
NUMBER_LENGTH: Final = 80
ISSUER_LENGTH: Final = 120
_LIMITS: Final = {"number": NUMBER_LENGTH, "issuer": ISSUER_LENGTH, "name": NAME_LENGTH}
# Nobody certifies for longer; a date beyond it is a slip of the keyboard.
LONGEST_YEARS: Final = 30
REMINDED_DAYS_BEFORE: Final = (60, 14, 1)
_FIRST_DAY, _LAST_DAY = date.min, date.max


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """What is stated; `valid_until` is the last day it holds. None: without a beginning, without an end.

    `products` are the references of the listings it belongs to, when `covers_all` is not set.
    """

    kind: str
    number: str = ""
    issuer: str = ""
    name: str = ""
    valid_from: date | None = None
    valid_until: date | None = None
    scan_is_public: bool = False
    covers_all: bool = True
    products: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Period:
    """A kind, and the days on which it holds, first and last included."""

    kind: str
    first: date
    last: date

    def as_text(self) -> str:
        """As search keeps it: `organic/2026-01-01/2027-03-31`; the days compare as texts."""
        return f"{self.kind}/{self.first.isoformat()}/{self.last.isoformat()}"


def checked_certificate(facts: CertificateFacts) -> CertificateFacts:
    """The facts in their clean form. Raises `FieldErrors` with every field that is wrong."""
    clean = replace(
        facts, number=one_line(facts.number), issuer=one_line(facts.issuer), name=one_line(facts.name)
    )
    if clean.kind != OTHER:
        clean = replace(clean, name="")
    if clean.covers_all:
        clean = replace(clean, products=())
    wrong = {
        **_missing(clean),
        **{
            name: _("At most {limit} characters.").format(limit=limit)
            for name, limit in _LIMITS.items()
            if len(getattr(clean, name)) > limit
        },
    }
    if (problem := _days_problem(clean)) is not None:
        wrong["valid_until"] = problem
    if wrong:
        raise FieldErrors(wrong)
    return clean


def _missing(facts: CertificateFacts) -> dict[str, Text]:
    asked: tuple[tuple[str, bool, Text], ...] = (
        ("kind", facts.kind in certificate_names(), _("Choose a kind of certificate.")),
        ("name", facts.kind != OTHER or bool(facts.name), _("Say what this certificate is called.")),
        ("number", bool(facts.number), _("State the number that stands on the certificate.")),
        ("issuer", bool(facts.issuer), _("State who issued it.")),
    )
    return {name: text for name, there, text in asked if not there}


def _days_problem(facts: CertificateFacts) -> Text | None:
    first, last = facts.valid_from, facts.valid_until
    if first is not None and last is not None:
        if last < first:
            return _("It cannot end before it begins.")
        if last.year - first.year > LONGEST_YEARS:
            return _("No certificate holds for so long: check the year.")
    return None


def period_of(kind: str, first: date | None, last: date | None) -> Period:
    """The days of a certificate; what has no beginning or end holds from or for ever."""
    return Period(kind, first or _FIRST_DAY, last or _LAST_DAY)


def merged(periods: Iterable[Period]) -> tuple[Period, ...]:
    """Periods of which at most one of each kind holds on any day: those that touch or overlap are joined."""
    joined: list[Period] = []
    for period in sorted(periods, key=lambda one: (one.kind, one.first, one.last)):
        last = joined[-1] if joined else None
        if last is None or last.kind != period.kind or _begins_after_a_gap(last, period):
            joined.append(period)
        elif period.last > last.last:
            joined[-1] = replace(last, last=period.last)
    return tuple(joined)


def _begins_after_a_gap(earlier: Period, later: Period) -> bool:
    return earlier.last != _LAST_DAY and later.first > earlier.last + timedelta(days=1)


def kinds_on(periods: Sequence[str], day: date) -> tuple[str, ...]:
    """Of periods as search keeps them, the kinds that hold on a day, in order."""
    on = day.isoformat()
    parts = (text.split("/") for text in periods)
    return tuple(sorted({kind for kind, first, last in parts if first <= on <= last}))


def next_change(periods: Sequence[str], day: date) -> date | None:
    """The first day after this one on which other kinds hold; None when that stays so for ever."""
    days: list[date] = []
    for text in periods:
        _kind, first, last = text.split("/")
        days.append(date.fromisoformat(first))
        if last != _LAST_DAY.isoformat():
            days.append(date.fromisoformat(last) + timedelta(days=1))
    return min((one for one in days if one > day), default=None)


def due_reminder(valid_until: date, day: date, told: Iterable[int]) -> int | None:
    """How many days before its end somebody is to be reminded now: the nearest step reached, each once.

    A step that was missed while a nearer one was told is not told any more; after the end nobody is reminded.
    """
    left = (valid_until - day).days
    reached = [step for step in REMINDED_DAYS_BEFORE if left <= step]
    if left < 0 or not reached:
        return None
    nearest = min(reached)
    return None if any(step <= nearest for step in told) else nearest


def kind_name(kind: str, name: str = "") -> str:
    """What the reader calls a kind; another certificate by its own name."""
    return name if kind == OTHER and name else _named(kind, get_language() or "en")


@cache
def _named(kind: str, language: str) -> str:
    return certificate_name(kind, language)

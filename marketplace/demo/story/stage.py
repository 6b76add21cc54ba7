"""The stage: who acts, the moment it is, and the order in which the scripts take their turns.

A script is a generator that yields the moments at which it goes on; between two moments everything due
happens, exactly then. Must not know any trade.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from django.test.utils import override_settings

from marketplace.accounts.models import Company, User
from marketplace.accounts.queries import actor_for
from marketplace.core.actors import Actor
from marketplace.demo.content import CompanyContent, DemoContent, ProductContent
from marketplace.demo.drawing import Drawings
from marketplace.demo.northwind.clock import run_until, settle

Script = Iterator[datetime]
Scene = Callable[["Stage"], Script]
# The story stays this far behind the wall clock, so that nothing in it lies ahead of anybody.
MARGIN = timedelta(minutes=2)
# Only what happened lately is also mailed: the mailbox page shows some, not a thousand.
MAILED = timedelta(hours=36)


@dataclass
class Stage:
    """Where the scripts act: `now` is the end of the story, `at` the moment it has come to."""

    content: DemoContent
    now: datetime
    at: datetime = field(init=False)
    products: dict[str, str] = field(default_factory=dict)
    drawings: Drawings = field(default_factory=Drawings)
    _actors: dict[str, Actor] = field(default_factory=dict)
    _companies: dict[str, Company] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.at = self.now

    # --- moments ---------------------------------------------------------------

    def ago(self, *, days: float = 0, hours: float = 0, minutes: float = 0) -> datetime:
        """So long before the end of the story."""
        return self.now - timedelta(days=days, hours=hours, minutes=minutes)

    def day(self, offset: int, clock: str = "09:00") -> datetime:
        """A day before the story's end (negative), at an hour in UTC; never after the end."""
        moment = datetime.combine(self.on(offset), time.fromisoformat(clock), tzinfo=UTC)
        return min(moment, self.now)

    def on(self, offset: int) -> date:
        """The date so many days from the end of the story: negative before it, positive after."""
        return self.now.date() + timedelta(days=offset)

    # --- pictures --------------------------------------------------------------

    def photograph(self, name: str) -> bytes | None:
        """A picture that was drawn meanwhile; None when the story is told without pictures."""
        return self.drawings.picture(name)

    # --- people ----------------------------------------------------------------

    def actor(self, email: str) -> Actor:
        """The person, acting for their company (staff for none)."""
        if email not in self._actors:
            user = User.objects.get(email=email)
            company = self._companies.get(email)
            self._actors[email] = actor_for(user, company.pk if company else None)
        return self._actors[email]

    def company(self, email: str) -> Company:
        """The company this person belongs to."""
        return self._companies[email]

    def joins(self, email: str, company: Company) -> None:
        """From now on this person acts for the company."""
        self._companies[email] = company
        self._actors.pop(email, None)

    def content_of(self, email: str) -> CompanyContent:
        """What the story says of the company this person belongs to."""
        companies = (*self.content.suppliers, *self.content.buyers)
        return next(row for row in companies if any(person.email == email for person in row.people))

    def product_content(self, key: str) -> ProductContent:
        """What the story says of a product."""
        return next(row for supplier in self.content.suppliers for row in supplier.products if row.key == key)


def play(stage: Stage, scenes: Sequence[Scene]) -> int:
    """Let the scripts take their turns in order of time; how many turns there were.

    Raises `ReplayFailed` when a deadline or a consumer of the marketplace broke, and whatever an operation
    refuses: a script that the rules forbid is a mistake in the script.
    """
    waiting: list[tuple[datetime, int, Script]] = []
    turns = 0
    for number, scene in enumerate(scenes):
        _queue(waiting, scene(stage), number, datetime.min.replace(tzinfo=UTC), stage.now)
    while waiting:
        moment, number, script = heapq.heappop(waiting)
        with override_settings(NOTIFY_BY_MAIL=moment >= stage.now - MAILED):
            run_until(moment)
            stage.at = moment
            _queue(waiting, script, number, moment, stage.now)
            settle(moment)
        turns += 1
    return turns


def _queue(
    waiting: list[tuple[datetime, int, Script]], script: Script, number: int, before: datetime, now: datetime
) -> None:
    """Take the script's turn; it goes on at the moment it names: after its last one, not after the end."""
    moment = next(script, None)
    if moment is not None:
        heapq.heappush(waiting, (min(max(moment, before), now), number, script))

"""The replay itself: everybody on stage, every step in order of time, the clock run on to the end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from marketplace.core.deadlines import next_wake
from marketplace.core.models import IdempotencyRecord
from marketplace.demo.northwind.agenda import Entry, Step, month_ends, plan
from marketplace.demo.northwind.cast import assemble, pause_discontinued
from marketplace.demo.northwind.clock import run_until, settle
from marketplace.demo.northwind.data import MarketplaceOrder, Northwind
from marketplace.demo.northwind.money import close_month
from marketplace.demo.northwind.steps import Trades

Show = Callable[[str], None]
LAST_PAYDAY = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the replay is: the moment, orders placed so far (in all runs), steps taken in this run."""

    at: datetime
    orders: int
    steps: int


def replay(data: Northwind, *, say: Show, progress: Callable[[Progress], None]) -> Progress:
    """Replay everything that has not been replayed yet; how much this run did.

    Raises `ReplayFailed` when something of the marketplace broke; what was done stays, and a next run
    continues from there.
    """
    begins = min(order.ordered_on for order in data.orders)
    say(f"{len(data.suppliers)} suppliers, {len(data.products)} products, {len(data.customers)} customers")
    cast = assemble(data, datetime.fromisoformat(f"{begins.isoformat()}T06:00:00+00:00"))
    trades = Trades(cast, _steps_done())
    orders = {(order.order_id, order.supplier_id): order for order in data.orders}
    last = _take_steps(trades, orders, plan(data.orders), month_ends(data.orders), progress)
    say("every step is taken; the clock runs on until no deadline is open")
    end = _run_out(last.at)
    close_month(cast, set(trades.done), end + LAST_PAYDAY)
    pause_discontinued(data, cast, end + LAST_PAYDAY)
    settle(end + LAST_PAYDAY)
    return Progress(end, last.orders, last.steps)


def _take_steps(
    trades: Trades,
    orders: dict[tuple[int, int], MarketplaceOrder],
    entries: list[Entry],
    paydays: list[datetime],
    progress: Callable[[Progress], None],
) -> Progress:
    placed = steps = 0
    paid = set(trades.done)
    waiting = list(paydays)
    at = entries[0].at
    for at, group in groupby(entries, key=lambda entry: entry.at):
        while waiting and waiting[0] <= at:
            _payday(trades, paid, waiting.pop(0))
        run_until(at)
        taken = 0
        for entry in group:
            taken += trades.take(orders[entry.order_id, entry.supplier_id], entry.step, at)
            placed += entry.step is Step.PLACE
        # After a kill something told may still wait, though no step is left to take at this moment.
        settle(at)
        steps += taken
        progress(Progress(at, placed, steps))
    for payday in waiting:
        _payday(trades, paid, payday)
        at = max(at, payday)
    return Progress(at, placed, steps)


def _payday(trades: Trades, paid: set[str], at: datetime) -> None:
    run_until(at)
    close_month(trades.cast, paid, at)


def _run_out(at: datetime) -> datetime:
    """Move the clock from deadline to deadline until none is open; the moment of the last one."""
    while (wake := next_wake()) is not None:
        at = max(at, wake)
        run_until(at)
    return at


def _steps_done() -> dict[str, str]:
    done = dict(IdempotencyRecord.objects.filter(key__startswith="northwind:").values_list("key", "result"))
    for key in list(done):
        trade, _colon, step = key.rpartition(":")
        if step == Step.ACCEPT_TERMS:
            # An amendment that changes nothing leaves no key of its own, but the confirmation after it does.
            done.setdefault(f"{trade}:{Step.ANSWER}", "0")
    return done

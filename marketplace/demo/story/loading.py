"""Tells the whole story once, in order: people, goods, trades; then everybody has read their older notices.

Owns the mark in the database that says whether the story was begun and whether it is complete.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from itertools import chain

from django.db import connection, transaction
from django.test.utils import override_settings

from marketplace.accounts.models import User
from marketplace.core.idempotency import lock_key, remember, replayed
from marketplace.demo.content import load_content
from marketplace.demo.drawing import Wanted, drawing
from marketplace.demo.northwind.clock import run_until, settle
from marketplace.demo.story import (
    asked,
    bank_days,
    capacity,
    cast,
    ended,
    goods,
    instalments,
    judged,
    moving,
    nights,
    own_prices,
    quarrels,
    reviewed,
    searched,
    second_thoughts,
    shopfronts,
    stated,
    taken_back,
    waiting,
    weighed,
)
from marketplace.demo.story.payers_bank import hear_processor
from marketplace.demo.story.people import JONAS
from marketplace.demo.story.photographs import PHOTOGRAPHS
from marketplace.demo.story.stage import MARGIN, Stage, play
from marketplace.notifications.operations import mark_all_read
from orders.models import Order
from orders.operations import add_to_cart
from trade_assurance.holds.models import Incident
from trade_assurance.holds.states import INCIDENT_WAITING
from trade_assurance.ledger.operations import seal_days

Say = Callable[[str], None]
QUICK_HASHER = "marketplace.demo.hashers.QuickHasher"
BEGUN, COMPLETE = "demo:begun", "demo:complete"
SCENES = (
    *capacity.SCENES,
    *waiting.SCENES,
    *moving.SCENES,
    *ended.SCENES,
    *quarrels.SCENES,
    *second_thoughts.SCENES,
    *instalments.SCENES,
    *weighed.SCENES,
    *taken_back.SCENES,
    *bank_days.SCENES,
    *nights.SCENES,
)


class Mark(StrEnum):
    """How far the story in this database is."""

    NONE = "none"
    BEGUN = "begun"
    COMPLETE = "complete"


@dataclass(frozen=True, slots=True)
class Told:
    """What the story came to; `incidents` are the differences with a processor that it leaves to be settled."""

    products: int
    orders: int
    turns: int
    incidents: frozenset[str]


def mark() -> Mark:
    """Whether the story is here."""
    if replayed(key=COMPLETE, operation="demo", content={}) is not None:
        return Mark.COMPLETE
    return Mark.BEGUN if replayed(key=BEGUN, operation="demo", content={}) is not None else Mark.NONE


def tell_story(*, now: datetime, processes: int, say: Say) -> Told:
    """Tell the story so that it ends at this moment; drawing pictures in so many processes, or none.

    For an empty database. Raises `ReplayFailed` when something of the marketplace broke.
    """
    stage = Stage(load_content(), now - MARGIN)
    _set_mark(BEGUN, now)
    with (
        drawing(_pictures(stage), processes=processes) as stage.drawings,
        override_settings(RING_BELLS=False),
    ):
        with override_settings(NOTIFY_BY_MAIL=False, PASSWORD_HASHERS=[QUICK_HASHER]):
            cast.assemble(stage, say)
            cast.verify(stage)
            goods.publish(stage, say)
        turns = play(stage, SCENES)
        say(f"{Order.objects.count()} orders in every state")
        _close(stage)
    # INVARIANT: the books know the database's clock only: all of this was booked today, so today is the first day
    # sealed. What is booked later today is sealed with tomorrow, as what commits late always is.
    seal_days(at=now + timedelta(days=1))
    _set_mark(COMPLETE, now)
    open_incidents = Incident.objects.filter(state__in=INCIDENT_WAITING).values_list("ref", flat=True)
    return Told(len(stage.products), Order.objects.count(), turns, frozenset(open_incidents))


def _close(stage: Stage) -> None:
    with override_settings(NOTIFY_BY_MAIL=False):
        goods.illustrate(stage)
        stated.state_all(stage)
        goods.list_unpublished(stage)
        shopfronts.arrange(stage)
        own_prices.agree(stage)
        reviewed.tell_of_goods(stage)
        judged.leave_at_the_desk(stage)
        goods.leave_sizes_to_the_worker(stage)
        _fill_cart(stage)
        searched.look_around(stage)
        asked.ask(stage)
        run_until(stage.now)
        settle(stage.now)
        hear_processor(stage.now)
    for user in User.objects.order_by("pk"):
        mark_all_read(actor=stage.actor(user.email), at=stage.ago(hours=40))


def _fill_cart(stage: Stage) -> None:
    """Four wishes, two of them sizes of one listing."""
    wishes = (
        ("medjool-dates", 1, "1000"),
        ("sardines-olive-oil", 1, "1000"),
        ("cherries-150t", 2, "18"),
        ("cherries-150t", 3, "2"),
    )
    for key, variant, quantity in wishes:
        add_to_cart(
            product_ref=stage.products[key],
            quantity=Decimal(quantity),
            variant=variant,
            actor=stage.actor(JONAS),
            key=f"demo:cart:{key}:{variant}",
            at=stage.ago(hours=2),
        )


def _pictures(stage: Stage) -> Iterator[Wanted]:
    """What is shown in cases first: those wait for it; the listings get theirs at the end."""
    for name, (recipe, angle) in PHOTOGRAPHS.items():
        yield name, recipe, angle
    products = chain.from_iterable(supplier.products for supplier in stage.content.suppliers)
    for product in (*products, *goods.unpublished(stage)):
        yield product.key, product.picture, 0


def _wait_for_no_disk() -> None:
    """A story that is lost with the machine is told again: its commits need not reach the disk one by one."""
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")


@transaction.atomic
def _set_mark(key: str, at: datetime) -> None:
    lock_key(key)
    remember(key=key, operation="demo", content={}, result="yes", at=at)

"""The market the random walk plays in: its trades, people and clock, and the sums that must always hold."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from django.db import connection

from marketplace.core.actors import Actor
from marketplace.core.deadlines import sweep_due
from marketplace.core.ids import new_key
from marketplace.core.outbox import deliver_due
from orders.operations import record_delivery
from tests.factories import AT
from tests.factories.accounts import a_company, staff
from tests.factories.catalog import a_live_product, tiers
from tests.factories.holds import a_confirmed_order, a_funded_order, a_payout_account, finance_officer
from tests.factories.orders import DEPOSIT_BALANCE, Trade, a_dispatched_shipment, a_placed_order
from trade_assurance.payments.operations import (
    due_operations,
    due_webhooks,
    process_webhook,
    receive_webhook,
    run_operation,
)
from trade_assurance.payments.providers import sandbox_post, sandbox_server

# Two, no and three decimals: an amount of the same digits is another sum in each.
CURRENCIES = ("USD", "JPY", "KWD")
PRICES = {"USD": "1180.335", "JPY": "118033.5", "KWD": "361.3335"}

_CONSERVED = """
    SELECT o.ref FROM ta_holds_hold h JOIN orders_order o ON o.id = h.order_id
    GROUP BY o.ref
    HAVING sum(h.funded_minor) <> sum(h.held_minor + h.released_minor + h.refunded_minor + h.charged_back_minor)
        OR min(least(h.funded_minor, h.held_minor, h.released_minor, h.refunded_minor, h.charged_back_minor,
                     h.frozen_minor)) < 0
        OR bool_or(h.frozen_minor > h.held_minor)
"""
_OUT_OF_STEP = """
    SELECT h.ref FROM ta_holds_hold h
    LEFT JOIN ta_ledger_account a ON a.kind = 'escrow' AND a.owner = h.ref AND a.currency_id = h.currency
    WHERE h.held_minor <> coalesce(a.balance, 0)
"""
_UNBALANCED = "SELECT currency FROM ta_ledger_entry GROUP BY currency HAVING sum(amount_minor) <> 0"
# What shipments have coming lies in the hold or is still to be paid; what is over holds and awaits nothing.
_MORE_THAN_THERE = """
    SELECT h.ref FROM ta_holds_hold h JOIN ta_holds_shipmentshare s ON s.hold_id = h.id
    WHERE h.state <> 'lapsed'
    GROUP BY h.id
    HAVING sum(s.amount_minor - s.released_minor - s.taken_minor)
         > h.amount_minor - h.funded_minor + h.held_minor - h.refund_due_minor
"""
_OVER_AND_OPEN = """
    SELECT o.ref || ' ' || h.state FROM orders_order o JOIN ta_holds_hold h ON h.order_id = o.id
    WHERE o.ended_at IS NOT NULL AND h.state NOT IN ('settled', 'lapsed')
    UNION ALL
    SELECT o.ref || ' ' || d.kind FROM orders_order o JOIN core_deadline d ON d.root = o.ref
    WHERE o.ended_at IS NOT NULL AND d.state = 'open'
      AND d.kind NOT LIKE 'chargeback_%%'
"""
_MONEY = """
    SELECT (SELECT coalesce(json_agg(row_to_json(h) ORDER BY h.id), '[]') FROM (
                SELECT id, funded_minor, held_minor, released_minor, refunded_minor, charged_back_minor, frozen_minor
                FROM ta_holds_hold) h)::text,
           (SELECT count(*) FROM ta_ledger_entry), (SELECT count(*) FROM ta_payments_refund)
"""


@dataclass
class World:
    """Up to three trades in three currencies, one clock that only goes forward."""

    at: datetime = AT
    trades: list[Trade] = field(default_factory=list)
    officers: list[Actor] = field(default_factory=list)
    finance: list[Actor] = field(default_factory=list)
    numbers: count[int] = field(default_factory=lambda: count(1))

    @classmethod
    def begin(cls, stages: Sequence[str]) -> World:
        """People at the desks, and one order for each stage: confirmed, funded, shipped or delivered."""
        world = cls()
        world.officers = [staff("disputes", name=f"Officer {name}") for name in "AB"]
        world.finance = [finance_officer(f"Finance {name}") for name in "AB"]
        for index, stage in enumerate(stages):
            trade = world.open_trade(index)
            if stage != "confirmed":
                a_funded_order(trade, at=world.at)
            if stage in {"shipped", "delivered"}:
                a_dispatched_shipment(trade, at=world.at)
            if stage == "delivered":
                (shipment,) = trade.order.shipments.all()
                record_delivery(
                    shipment_ref=shipment.ref,
                    source="buyer",
                    delivered_at=world.at,
                    actor=trade.buyer,
                    key=new_key(),
                    at=world.at,
                )
        world.tell()
        return world

    def open_trade(self, index: int, **over: Any) -> Trade:
        """A new order of twenty tonnes and a bit, confirmed."""
        currency = CURRENCIES[index % len(CURRENCIES)]
        if index % 2:
            over.setdefault("schedule", DEPOSIT_BALANCE)
        supplier = a_company("Kaveri Exports", at=self.at)
        product = a_live_product(
            supplier, at=self.at, currency=currency, tiers=tiers((5, PRICES[currency])), sku=f"R-{index}"
        )
        placed = a_placed_order(
            supplier=supplier,
            products=[(product, "20.5")],
            at=self.at,
            ship_by=(self.at + timedelta(days=45)).date(),
            **over,
        )
        trade = a_confirmed_order(placed, at=self.at)
        a_payout_account(trade, currency=currency, provider="sandbox", at=self.at)
        self.trades.append(trade)
        return trade

    def number(self) -> int:
        """A number nobody has had yet."""
        return next(self.numbers)

    def tell(self) -> None:
        """Workers deliver what waits."""
        while deliver_due(at=self.at).delivered:
            pass

    def call_providers(self) -> None:
        """Workers ask providers what is due; slow things settle."""
        sandbox_server.settle_due(at=self.at)
        for operation_id in due_operations(at=self.at):
            run_operation(operation_id=operation_id, at=self.at)
        self.carry_webhooks()

    def carry_webhooks(self) -> None:
        """The sandbox's webhooks come to our door, signed, and are worked off."""
        while sandbox_post.deliver_due(at=self.at, carry=_our_door):
            pass
        for event_id in due_webhooks(at=self.at):
            process_webhook(event_id=event_id, at=self.at)

    def wait(self, hours: int) -> None:
        """Time passes; what waited was told long before, what is due happens and is told."""
        self.tell()
        self.at += timedelta(hours=hours)
        while (swept := sweep_due(at=self.at)).done:
            assert swept.failed == 0
        self.tell()


def _our_door(raw: bytes, at: datetime) -> str:
    headers = {sandbox_post.SIGNATURE_HEADER: sandbox_post.signature(raw, at)}
    receive_webhook(provider="sandbox", headers=headers, raw=raw, at=at)
    return ""


@dataclass(frozen=True)
class Act:
    """One step somebody takes, with its own key: doing it again is the same step."""

    name: str
    do: Callable[[], object]


def keyed(name: str, do: Callable[[str], object]) -> Act:
    """An act whose key stays the same however often it is done."""
    key = new_key()
    return Act(name, lambda: do(key))


def money() -> object:
    """Every amount that must not move when somebody is refused."""
    with connection.cursor() as cursor:
        cursor.execute(_MONEY)
        return cursor.fetchone()


def broken() -> list[str]:
    """Orders whose money does not add up, holds that differ from the books, currencies that do not balance."""
    found: list[str] = []
    with connection.cursor() as cursor:
        for statement in (_CONSERVED, _OUT_OF_STEP, _UNBALANCED, _MORE_THAN_THERE, _OVER_AND_OPEN):
            cursor.execute(statement)
            found += [str(row[0]) for row in cursor.fetchall()]
    return found

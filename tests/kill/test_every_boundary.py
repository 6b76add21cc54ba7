"""kill -9 at every write, commit and provider call of pay, release, refund, decide and payout: then everything once.

Each round makes a trade, does the work in a process that is killed at one boundary, and lets people and workers go
on as they would: the same keys again, the sweep, the outbox, the look-up at the provider. What is there in the end
must equal what a run that nobody killed leaves. `PORTOLAN_SIZE=soak` takes every boundary, smaller sizes a share.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from django.db import connection

from marketplace.core.books import find_discrepancies
from marketplace.core.errors import DomainError
from marketplace.core.ids import new_key
from marketplace.core.models import OutboxEvent
from tests.factories import AT, days
from tests.factories.disputes import DECIDED_AT, an_escalated_case, dispute_officer, usd
from tests.factories.holds import (
    DELIVERED_AT,
    FUNDED_AT,
    a_confirmed_order,
    a_delivered_order,
    a_payout_account,
    an_accepted_order,
    finance_officer,
    pump,
    sweep,
)
from tests.factories.orders import Trade
from tests.factories.payments import click
from tests.kill.boundaries import run_in_child
from tests.plugins.sizes import size
from trade_assurance.disputes.models import Dispute
from trade_assurance.disputes.operations import decide, take_case, waive_appeal
from trade_assurance.holds.models import Hold, HoldMovement, Payout
from trade_assurance.holds.operations import (
    accept_delivery,
    approve_payout,
    begin_payment,
    cancel_unshipped,
    request_payout,
)
from trade_assurance.ledger.models import Transaction
from trade_assurance.ledger.queries import balances
from trade_assurance.payments.models import Payment, Refund, SandboxObject
from trade_assurance.payments.operations import (
    continue_payment,
    due_operations,
    refresh_payment,
    run_operation,
)
from trade_assurance.payments.providers import sandbox_server

pytestmark = [pytest.mark.slow, pytest.mark.kill, pytest.mark.django_db(transaction=True)]
LATE = AT + days(40)


@dataclass(frozen=True)
class Round:
    """One trade, the work that is killed (the same keys each time it is done), and when it happens."""

    trade: Trade
    work: Callable[[], None]
    at: datetime


def go_on(at: datetime) -> None:
    """What workers do for a few hours: run what is due, tell what waits, look up what nobody answered."""
    for hours in range(4):
        now = at + timedelta(hours=hours)
        sandbox_server.settle_due(at=now)
        for operation_id in due_operations(at=now):
            run_operation(operation_id=operation_id, at=now)
        pump(now)


def pay_by_page(trade: Trade, key: str, at: datetime) -> None:
    """A person pays on the sandbox's page; who has paid already finds the page closed."""
    ref = begin_payment(
        order_ref=trade.ref, provider="sandbox", return_url="/", actor=trade.buyer, key=key, at=at
    )
    continue_payment(payment_ref=ref, at=at)
    payment = Payment.objects.get(ref=ref)
    with suppress(sandbox_server.SandboxError):
        click(payment, "pay", at=at)
    refresh_payment(payment_ref=ref, at=at)
    pump(at)


def paying() -> Round:
    trade, key = a_confirmed_order(), new_key()
    return Round(trade, lambda: pay_by_page(trade, key, FUNDED_AT), FUNDED_AT)


def releasing() -> Round:
    trade, key = a_delivered_order(), new_key()
    at = DELIVERED_AT + days(1)

    def work() -> None:
        accept_delivery(order_ref=trade.ref, actor=trade.buyer, key=key, at=at)
        pump(at)

    return Round(trade, work, at)


def refunding() -> Round:
    trade, key = a_confirmed_order(), new_key()
    pay_by_page(trade, new_key(), FUNDED_AT)

    def work() -> None:
        cancel_unshipped(order_ref=trade.ref, actor=trade.supplier, key=key, at=LATE)
        go_on(LATE)

    return Round(trade, work, LATE)


def deciding() -> Round:
    trade = a_confirmed_order()
    pay_by_page(trade, new_key(), FUNDED_AT)
    trade, dispute = an_escalated_case(a_delivered_order(trade))
    officer = dispute_officer()
    keys = [new_key() for _ in range(4)]
    sweep(DECIDED_AT)

    def work() -> None:
        take_case(dispute_ref=dispute.ref, actor=officer, key=keys[0], at=DECIDED_AT)
        decide(
            dispute_ref=dispute.ref,
            refund=usd(300_000),
            release=usd(150_000),
            reasons="The photographs show broken grain in 20 of 60 bags.",
            actor=officer,
            key=keys[1],
            at=DECIDED_AT,
        )
        waive_appeal(dispute_ref=dispute.ref, actor=trade.buyer, key=keys[2], at=DECIDED_AT)
        waive_appeal(dispute_ref=dispute.ref, actor=trade.supplier, key=keys[3], at=DECIDED_AT)
        go_on(DECIDED_AT)

    return Round(trade, work, DECIDED_AT)


def paying_out() -> Round:
    trade = an_accepted_order()
    at = DELIVERED_AT + days(3)
    a_payout_account(trade, provider="sandbox", at=at)
    officers = [finance_officer(), finance_officer()]
    keys = [new_key() for _ in range(3)]

    def work() -> None:
        ref = request_payout(amount=usd(1_500_000), actor=trade.supplier, key=keys[0], at=at)
        for officer, key in zip(officers, keys[1:], strict=True):
            approve_payout(payout_ref=ref, actor=officer, key=key, at=at)
        go_on(at)

    return Round(trade, work, at)


def story_of(trade: Trade) -> dict[str, object]:
    """Everything about the trade that must be there exactly once."""
    holds = Hold.objects.filter(order=trade.order)
    roots = [trade.ref, *holds.values_list("ref", flat=True)]
    payouts = Payout.objects.filter(company=trade.order.supplier)
    payments = Payment.objects.filter(root=trade.ref)
    supplier = trade.order.supplier.ref
    return {
        "order": trade.again().state,
        "holds": sorted(
            holds.values_list(
                "state", "funded_minor", "held_minor", "released_minor", "refunded_minor", "frozen_minor"
            )
        ),
        "movements": sorted(
            HoldMovement.objects.filter(hold__in=holds).values_list("kind", "amount_minor", "commission_minor")
        ),
        "bookings": Counter(
            Transaction.objects.filter(
                subject__in=[*roots, *payouts.values_list("ref", flat=True), *_refunds(trade)]
            ).values_list("kind", flat=True)
        ),
        "balances": {kind: balances(kind, supplier) for kind in ("supplier_payable", "payout_in_transit")},
        "payments": sorted(payments.values_list("state", "received_minor", "refunded_minor")),
        "refunds": sorted(
            Refund.objects.filter(payment__in=payments).values_list("state", "amount_minor")
        ),
        "payouts": sorted(payouts.values_list("state", "amount_minor", "approvals_given")),
        "disputes": sorted(
            Dispute.objects.filter(order=trade.order).values_list("state", "claimed_minor", "refund_minor")
        ),
        "provider": Counter(
            SandboxObject.objects.filter(trade__in=[trade.ref, *payouts.values_list("ref", flat=True)])
            .values_list("kind", "status", "amount_minor")
        ),
        "told": Counter(OutboxEvent.objects.filter(root__in=roots).values_list("kind", flat=True)),
    }  # fmt: skip


def _refunds(trade: Trade) -> list[str]:
    return list(Refund.objects.filter(payment__root=trade.ref).values_list("ref", flat=True))


def _chosen(boundaries: tuple[str, ...], wanted: int) -> list[int]:
    """All commits' and calls' edges first as far as they go, then writes evenly; numbers from 1, in order."""
    numbers = range(1, len(boundaries) + 1)
    if wanted >= len(boundaries):
        return list(numbers)
    edges = [number for number in numbers if not boundaries[number - 1].startswith("write")]
    writes = [number for number in numbers if boundaries[number - 1].startswith("write")]
    half = wanted // 2
    return sorted({*_evenly(edges, half), *_evenly(writes, wanted - half)})


def _evenly(numbers: list[int], wanted: int) -> list[int]:
    return [numbers[index * len(numbers) // wanted] for index in range(min(wanted, len(numbers)))]


@pytest.mark.parametrize("make", [paying, releasing, refunding, deciding, paying_out])
def test_killed_at_any_boundary_and_taken_up_again_is_done_exactly_once(
    make: Callable[[], Round], record_property: Callable[[str, object], None]
) -> None:
    whole = make()
    connection.close()
    passage = run_in_child(whole.work)
    assert passage.failure == ""
    go_on(whole.at)
    expected = story_of(whole.trade)
    chosen = _chosen(passage.boundaries, size(4, 10, 10_000))
    for number in chosen:
        this = make()
        connection.close()
        cut = run_in_child(this.work, kill_at=number)
        assert cut.killed, f"boundary {number} was not reached: {cut.failure or cut.boundaries[-3:]}"
        _again(this)
        assert story_of(this.trade) == expected, f"killed at {number}: {cut.boundaries[-1]}"
        assert find_discrepancies() == [], f"killed at {number}: {cut.boundaries[-1]}"
    record_property("boundaries", f"{len(chosen)} of {len(passage.boundaries)}")
    print(f"{make.__name__}: killed at {len(chosen)} of {len(passage.boundaries)} boundaries, once each")


def _again(this: Round) -> None:
    """Workers first, as nobody tells them; then the person sends the same form again, and workers go on."""
    go_on(this.at + timedelta(minutes=5))
    with suppress(DomainError):  # a step that is over answers so; what is there counts
        this.work()
    go_on(this.at + timedelta(hours=6))

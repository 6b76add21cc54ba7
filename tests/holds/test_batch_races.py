"""A batch of ended inspection windows against people and other workers: one winner each, money conserved."""

from __future__ import annotations

from functools import partial

import pytest

from marketplace.core.deadlines import LEASE, sweep_due
from marketplace.core.ids import new_key
from marketplace.core.jobs import QUEUE_HOLDS
from marketplace.core.models import Deadline
from tests.factories import AT, days
from tests.factories.accounts import a_company
from tests.factories.disputes import claiming, usd
from tests.factories.holds import DELIVERED_AT, a_delivered_order
from tests.factories.orders import Trade
from tests.factories.shipping import sums
from tests.holds.races import at_once
from tests.plugins.sizes import size
from trade_assurance.holds.models import HoldMovement
from trade_assurance.holds.operations import accept_delivery

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]
LATE = DELIVERED_AT + days(60)
TOTAL = 2_360_000
ROUNDS = range(size(1, 2, 40))
SWEEP = partial(sweep_due, at=LATE, queue=QUEUE_HOLDS)


def releases(trades: list[Trade]) -> list[int]:
    """How often money left for the supplier, per trade."""
    return [HoldMovement.objects.filter(hold__order=trade.order, kind="released").count() for trade in trades]


@pytest.mark.parametrize("_round", ROUNDS)
def test_batch_against_buyers_and_another_worker_releases_each_once(_round: int) -> None:
    trades = [a_delivered_order() for _ in range(4)]
    words = [
        partial(accept_delivery, order_ref=trade.ref, actor=trade.buyer, key=new_key(), at=LATE)
        for trade in trades[:2]
    ]
    at_once(SWEEP, words[0], words[1], SWEEP)
    sweep_due(at=LATE + LEASE, queue=QUEUE_HOLDS)
    assert [sums(trade) for trade in trades] == [(TOTAL, 0, TOTAL, 0)] * 4
    assert releases(trades) == [1] * 4
    assert not Deadline.objects.filter(kind="accept_by_silence", state="open").exists()


@pytest.mark.parametrize("_round", ROUNDS)
def test_batch_against_claims_never_moves_frozen_money(_round: int) -> None:
    trades = [a_delivered_order() for _ in range(3)]
    claims = [claiming(trade, usd(TOTAL), at=DELIVERED_AT + days(1)) for trade in trades[:2]]
    _swept, *claimed = at_once(SWEEP, *claims)
    sweep_due(at=LATE + LEASE, queue=QUEUE_HOLDS)
    for trade, answer in zip(trades, [*claimed, "released"], strict=True):
        expected = (TOTAL, TOTAL, 0, 0) if answer == "done" else (TOTAL, 0, TOTAL, 0)
        assert sums(trade) == expected, answer


def test_two_workers_share_a_suppliers_account_and_every_window_happens_once() -> None:
    supplier = a_company("Kaveri Exports", at=AT)
    trades = [a_delivered_order(supplier=supplier) for _ in range(4)]
    half = partial(sweep_due, at=LATE, queue=QUEUE_HOLDS, limit=2)
    assert at_once(half, half) == ["done", "done"]
    assert releases(trades) == [1] * 4

"""Ten requests at the same moment, round after round: one winner each time, and no cent more or less.

Sizes: `PORTOLAN_SIZE=soak` runs 200 rounds of each, smaller sizes fewer; the number is printed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import partial

import pytest

from marketplace.core.ids import new_key
from tests.factories import AT, days
from tests.factories.disputes import CLAIMED_AT, a_claim, claiming, usd
from tests.factories.holds import a_delivered_order, a_funded_order, hold_of, pump
from tests.factories.orders import Trade
from tests.holds.races import at_once
from tests.plugins.sizes import size
from trade_assurance.disputes.models import Dispute
from trade_assurance.disputes.operations import accept_claim, withdraw_claim
from trade_assurance.holds.models import HoldMovement
from trade_assurance.holds.operations import accept_delivery, cancel_unshipped
from trade_assurance.payments.models import Refund

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race, pytest.mark.slow]
TOTAL = 2_360_000
CLAIMED = 900_000
LATE = AT + days(40)
ROUNDS = size(2, 8, 200)


def accept(trade: Trade) -> Callable[[], object]:
    return partial(accept_delivery, order_ref=trade.ref, actor=trade.buyer, key=new_key(), at=CLAIMED_AT)


def claim(trade: Trade, minor: int) -> Callable[[], object]:
    return claiming(trade, usd(minor))


def moved(trade: Trade) -> Counter[str]:
    """How often money of the trade moved, by kind."""
    return Counter(HoldMovement.objects.filter(hold__order=trade.order).values_list("kind", flat=True))


def conserved(trade: Trade) -> tuple[int, int, int]:
    """(held, released, refunded), once it is sure that they are all there is."""
    hold = hold_of(trade)
    assert hold.held_minor + hold.released_minor + hold.refunded_minor == hold.funded_minor == TOTAL
    assert 0 <= hold.frozen_minor <= hold.held_minor
    return hold.held_minor, hold.released_minor, hold.refunded_minor


def test_ten_acceptances_release_once() -> None:
    for _round in range(ROUNDS):
        trade = a_delivered_order()
        answers = at_once(*[accept(trade) for _ in range(10)])
        assert sorted(answers) == ["done"] + ["order_already_accepted"] * 9
        assert conserved(trade) == (0, TOTAL, 0)
        assert moved(trade) == {"funded": 1, "released": 1}
    print(f"ten acceptances: {ROUNDS} rounds")


def test_ten_cancellations_refund_once() -> None:
    for _round in range(ROUNDS):
        trade = a_funded_order()
        answers = at_once(
            *[
                partial(cancel_unshipped, order_ref=trade.ref, actor=side, key=new_key(), at=LATE)
                for side in [trade.buyer, trade.supplier] * 5
            ]
        )
        assert answers.count("done") == 1, answers
        assert conserved(trade) == (0, 0, TOTAL)
        assert moved(trade) == {"funded": 1, "refunded": 1}
        asked = Refund.objects.filter(payment__root=trade.ref).values_list("amount_minor", flat=True)
        assert list(asked) == [TOTAL]
    print(f"ten cancellations: {ROUNDS} rounds")


def test_release_against_refund_against_claim_moves_each_cent_once() -> None:
    """Of 23,600.00 held, 9,000.00 are claimed: granted, withdrawn and accepted around all at the same moment."""
    outcomes: Counter[tuple[int, int, int]] = Counter()
    for _round in range(ROUNDS):
        trade, dispute = a_claim(amount=usd(CLAIMED))
        granted = partial(accept_claim, dispute_ref=dispute.ref, actor=trade.supplier, at=CLAIMED_AT)
        withdrawn = partial(withdraw_claim, dispute_ref=dispute.ref, actor=trade.buyer, at=CLAIMED_AT)
        answers = at_once(
            *[accept(trade) for _ in range(4)],
            *[partial(granted, key=new_key()) for _ in range(3)],
            *[partial(withdrawn, key=new_key()) for _ in range(3)],
        )
        pump(CLAIMED_AT)
        assert answers[4:].count("done") == 1, answers
        assert answers[:4].count("done") == 1, answers
        outcome = conserved(trade)
        state = Dispute.objects.values_list("state", flat=True).get(pk=dispute.pk)
        expected = (0, TOTAL - CLAIMED, CLAIMED) if state == "settled" else (0, TOTAL, 0)
        assert outcome == expected
        outcomes[outcome] += 1
    print(f"release against refund against claim: {ROUNDS} rounds, {dict(outcomes)}")


def test_acceptances_against_claims_of_everything_have_one_winner() -> None:
    wins: Counter[str] = Counter()
    for _round in range(ROUNDS):
        trade = a_delivered_order()
        answers = at_once(*[accept(trade) for _ in range(5)], *[claim(trade, TOTAL) for _ in range(5)])
        claimed, accepted = answers[5:].count("done"), answers[:5].count("done")
        assert claimed + accepted >= 1
        assert max(claimed, accepted) <= 1, answers
        # Who accepts after a claim of everything takes the goods, and their money stays frozen.
        assert conserved(trade) == ((TOTAL, 0, 0) if claimed else (0, TOTAL, 0))
        assert hold_of(trade).frozen_minor == (TOTAL if claimed else 0)
        wins["claimed" if claimed else "accepted"] += 1
    print(f"acceptances against claims: {ROUNDS} rounds, {dict(wins)}")

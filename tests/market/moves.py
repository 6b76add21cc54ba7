"""What people and machines do in the random market. Each move draws its details and gives back an act, or none."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from functools import partial

from hypothesis import strategies as st
from hypothesis.strategies import DataObject

from marketplace.core.money import Money
from orders.models import Shipment
from orders.operations import (
    PackedLine,
    dispatch_shipment,
    prepare_shipment,
    record_delivery,
    start_production,
)
from orders.states import ShipmentState
from tests.factories.orders import Trade
from tests.market.world import Act, World, keyed
from trade_assurance.disputes.models import Decision, Dispute, Offer
from trade_assurance.disputes.operations import (
    accept_claim,
    accept_offer,
    decide,
    decline_offer,
    escalate,
    make_offer,
    open_claim,
    take_case,
    waive_appeal,
    withdraw_claim,
)
from trade_assurance.disputes.states import OPEN_STATES
from trade_assurance.holds.models import Hold, Payout
from trade_assurance.holds.operations import (
    accept_delivery,
    approve_payout,
    begin_payment,
    cancel_confirmed_order,
    cancel_unshipped,
    reject_payout,
    request_payout,
    retry_refund,
)
from trade_assurance.ledger.queries import balance
from trade_assurance.payments.models import Payment, Refund
from trade_assurance.payments.operations import (
    confirm_bank_refund,
    continue_payment,
    fail_bank_refund,
    record_bank_receipt,
    refresh_payment,
)
from trade_assurance.payments.providers import sandbox_server
from trade_assurance.payments.providers.sandbox_server import LOST_AFTER, LOST_BEFORE

Move = Callable[[World, DataObject], Act | None]
MOVES: list[Move] = []
# What ends a trade early, or only breaks things, is rare: else no walk gets far.
_WEIGHTS = {
    "another_trade": 1,
    "a_line_goes_dead": 2,
    "step_back": 1,
    "cancel": 1,
    "workers_tell": 6,
    "workers_call": 4,
    "time_passes": 2,
    "ship": 5,
    "arrive": 6,
    "judge": 6,
}


def move(function: Move) -> Move:
    """Let the walk choose it, as often as the others or as `_WEIGHTS` says."""
    MOVES.extend([function] * _WEIGHTS.get(function.__name__, 3))
    return function


def _a_trade(world: World, data: DataObject) -> Trade:
    return data.draw(st.sampled_from(world.trades), label="trade")


def _an_amount(data: DataObject, most: int, currency: str) -> Money:
    """Round and crooked sums, one unit, everything, and a little more than there is."""
    choice = data.draw(st.sampled_from(["one", "part", "all", "more"]), label="how much")
    part = data.draw(st.integers(1, max(most, 1)), label="part") if choice == "part" else 1
    return Money({"one": 1, "part": part, "all": most, "more": most + 1}[choice], currency)


@move
def another_trade(world: World, data: DataObject) -> Act | None:
    if len(world.trades) >= 3:
        return None
    return Act("another trade", partial(world.open_trade, len(world.trades)))


@move
def begin_paying(world: World, data: DataObject) -> Act | None:
    trade = _a_trade(world, data)
    provider = data.draw(st.sampled_from(["sandbox", "bank_transfer"]), label="rail")

    def do(key: str) -> None:
        ref = begin_payment(
            order_ref=trade.ref, provider=provider, return_url="/", actor=trade.buyer, key=key, at=world.at
        )
        continue_payment(payment_ref=ref, at=world.at)

    return keyed("begin payment", do)


@move
def act_on_the_page(world: World, data: DataObject) -> Act | None:
    pages = list(Payment.objects.filter(provider="sandbox").exclude(provider_ref="").order_by("pk"))
    if not pages:
        return None
    page = data.draw(st.sampled_from(pages), label="page")
    action = data.draw(
        st.sampled_from(["pay", "pay", "decline", "authenticate", "confirm", "slow_success", "slow_failure"])
    )

    def do() -> None:
        with suppress(sandbox_server.SandboxError):
            sandbox_server.act_on_page(page.provider_ref, action, slow_seconds=60, at=world.at)
        refresh_payment(payment_ref=page.ref, at=world.at)

    return Act(f"page: {action}", do)


@move
def a_transfer_arrives(world: World, data: DataObject) -> Act | None:
    waiting = list(Payment.objects.filter(provider="bank_transfer").order_by("pk"))
    if not waiting:
        return None
    payment = data.draw(st.sampled_from(waiting), label="payment")
    amount = _an_amount(data, payment.amount_minor, payment.currency)
    line = f"LINE-{world.number()}"
    return keyed(
        "bank receipt",
        lambda key: record_bank_receipt(
            payment_ref=payment.ref,
            money=amount,
            received_on=world.at.date(),
            bank_reference=line,
            proof=None,
            actor=world.finance[0],
            key=key,
            at=world.at,
        ),
    )


@move
def workers_tell(world: World, data: DataObject) -> Act | None:
    return Act("deliver the outbox", world.tell)


@move
def workers_call(world: World, data: DataObject) -> Act | None:
    return Act("call providers", world.call_providers)


@move
def a_line_goes_dead(world: World, data: DataObject) -> Act | None:
    call = data.draw(st.sampled_from(["session", "refund", "payout", "get", "find"]))
    mode = data.draw(st.sampled_from([LOST_BEFORE, LOST_AFTER]))
    return Act(f"fault {call} {mode}", lambda: sandbox_server.lay_fault(call=call, mode=mode, at=world.at))


@move
def time_passes(world: World, data: DataObject) -> Act | None:
    hours = data.draw(st.sampled_from([1, 30, 24 * 4, 24 * 8, 24 * 20]))
    return Act(f"{hours} h pass", lambda: world.wait(hours))


@move
def produce(world: World, data: DataObject) -> Act | None:
    trade = _a_trade(world, data)
    return keyed(
        "start production",
        lambda key: start_production(order_ref=trade.ref, actor=trade.supplier, key=key, at=world.at),
    )


@move
def ship(world: World, data: DataObject) -> Act | None:
    trade = _a_trade(world, data)
    everything = trade.line.quantity - trade.line.packed_quantity - trade.line.cancelled_quantity
    part = Decimal(data.draw(st.integers(1, 41), label="half tonnes")) / 2
    quantity = everything if data.draw(st.booleans(), label="all") else part

    def do(key: str) -> None:
        shipment = prepare_shipment(
            order_ref=trade.ref,
            lines=[PackedLine(trade.line.pk, quantity)],
            transport_mode="sea",
            carrier="Sandbox",
            actor=trade.supplier,
            key=key,
            at=world.at,
        )
        dispatch_shipment(
            shipment_ref=shipment.ref,
            shipped_on=world.at.date(),
            actor=trade.supplier,
            key=f"{key}:go",
            at=world.at,
        )

    return keyed("ship", do)


@move
def arrive(world: World, data: DataObject) -> Act | None:
    under_way = list(Shipment.objects.filter(state=ShipmentState.IN_TRANSIT).order_by("pk"))
    if not under_way:
        return None
    shipment = data.draw(st.sampled_from(under_way), label="shipment")
    trade = next(trade for trade in world.trades if trade.order.pk == shipment.order_id)
    return keyed(
        "arrive",
        lambda key: record_delivery(
            shipment_ref=shipment.ref,
            source="buyer",
            delivered_at=world.at,
            actor=trade.buyer,
            key=key,
            at=world.at,
        ),
    )


@move
def accept(world: World, data: DataObject) -> Act | None:
    trade = _a_trade(world, data)
    return keyed(
        "accept",
        lambda key: accept_delivery(order_ref=trade.ref, actor=trade.buyer, key=key, at=world.at),
    )


@move
def cancel(world: World, data: DataObject) -> Act | None:
    trade = _a_trade(world, data)
    side = data.draw(st.sampled_from([trade.buyer, trade.supplier]), label="side")
    return keyed(
        "cancel unshipped",
        lambda key: cancel_unshipped(order_ref=trade.ref, actor=side, key=key, at=world.at),
    )


@move
def step_back(world: World, data: DataObject) -> Act | None:
    trade = _a_trade(world, data)
    return keyed(
        "cancel before payment",
        lambda key: cancel_confirmed_order(
            order_ref=trade.ref, reason="changed plans", actor=trade.buyer, key=key, at=world.at
        ),
    )


@move
def claim(world: World, data: DataObject) -> Act | None:
    trade = _a_trade(world, data)
    held = sum(Hold.objects.filter(order=trade.order).values_list("held_minor", flat=True))
    amount = _an_amount(data, held, trade.order.currency)
    return keyed(
        "claim",
        lambda key: open_claim(
            order_ref=trade.ref,
            reason="damage",
            clause="lines",
            amount=amount,
            statement="The bags are wet.",
            actor=trade.buyer,
            key=key,
            at=world.at,
        ),
    )


def _a_case(world: World, data: DataObject) -> tuple[Trade, Dispute] | None:
    cases = list(Dispute.objects.filter(state__in=OPEN_STATES).order_by("pk"))
    if not cases:
        return None
    case = data.draw(st.sampled_from(cases), label="case")
    return next(trade for trade in world.trades if trade.order.pk == case.order_id), case


@move
def offer(world: World, data: DataObject) -> Act | None:
    found = _a_case(world, data)
    if found is None:
        return None
    trade, case = found
    side = data.draw(st.sampled_from([trade.buyer, trade.supplier]), label="side")
    refund = _an_amount(data, case.claimed_minor, case.currency)
    return keyed(
        "offer",
        lambda key: make_offer(dispute_ref=case.ref, refund=refund, actor=side, key=key, at=world.at),
    )


@move
def answer_offer(world: World, data: DataObject) -> Act | None:
    found = _a_case(world, data)
    if found is None:
        return None
    trade, case = found
    version = (
        Offer.objects.filter(dispute=case).order_by("-version").values_list("version", flat=True).first()
    )
    if version is None:
        return None
    side = data.draw(st.sampled_from([trade.buyer, trade.supplier]), label="side")
    answer = data.draw(st.sampled_from([accept_offer, decline_offer]), label="answer")
    return keyed(
        "answer an offer",
        lambda key: answer(dispute_ref=case.ref, version=version, actor=side, key=key, at=world.at),
    )


@move
def end_talks(world: World, data: DataObject) -> Act | None:
    found = _a_case(world, data)
    if found is None:
        return None
    trade, case = found
    how = data.draw(st.sampled_from(["grant", "withdraw", "escalate"]), label="how")
    call, actor = {
        "grant": (accept_claim, trade.supplier),
        "withdraw": (withdraw_claim, trade.buyer),
        "escalate": (escalate, trade.buyer),
    }[how]
    return keyed(how, lambda key: call(dispute_ref=case.ref, actor=actor, key=key, at=world.at))


@move
def judge(world: World, data: DataObject) -> Act | None:
    found = _a_case(world, data)
    if found is None:
        return None
    _trade, case = found
    officer = data.draw(st.sampled_from(world.officers), label="officer")
    refund = data.draw(st.integers(0, case.claimed_minor), label="refund")
    release = data.draw(st.integers(0, case.claimed_minor - refund), label="release")

    def do(key: str) -> None:
        take_case(dispute_ref=case.ref, actor=officer, key=f"{key}:take", at=world.at)
        decide(
            dispute_ref=case.ref,
            refund=Money(refund, case.currency),
            release=Money(release, case.currency),
            reasons="By the photographs.",
            actor=officer,
            key=key,
            at=world.at,
        )

    return keyed("decide", do)


@move
def waive(world: World, data: DataObject) -> Act | None:
    decided = list(Decision.objects.filter(executed_at=None).order_by("pk"))
    if not decided:
        return None
    case = data.draw(st.sampled_from(decided), label="decision").dispute
    trade = next(trade for trade in world.trades if trade.order.pk == case.order_id)
    side = data.draw(st.sampled_from([trade.buyer, trade.supplier]), label="side")
    return keyed(
        "waive the appeal", lambda key: waive_appeal(dispute_ref=case.ref, actor=side, key=key, at=world.at)
    )


@move
def ask_payout(world: World, data: DataObject) -> Act | None:
    trade = _a_trade(world, data)
    owed = balance("supplier_payable", trade.order.supplier.ref, trade.order.currency)
    amount = _an_amount(data, owed.amount_minor, owed.currency)
    return keyed(
        "ask for a payout",
        lambda key: request_payout(amount=amount, actor=trade.supplier, key=key, at=world.at),
    )


@move
def judge_payout(world: World, data: DataObject) -> Act | None:
    asked = list(Payout.objects.filter(state="requested").order_by("pk"))
    if not asked:
        return None
    payout = data.draw(st.sampled_from(asked), label="payout")
    officer = data.draw(st.sampled_from(world.finance), label="officer")
    if data.draw(st.booleans(), label="approve"):
        return keyed(
            "approve a payout",
            lambda key: approve_payout(payout_ref=payout.ref, actor=officer, key=key, at=world.at),
        )
    return keyed(
        "reject a payout",
        lambda key: reject_payout(
            payout_ref=payout.ref, reason="Wrong account.", actor=officer, key=key, at=world.at
        ),
    )


@move
def refund_by_bank(world: World, data: DataObject) -> Act | None:
    waiting = list(
        Refund.objects.filter(payment__provider="bank_transfer")
        .exclude(state__in=["confirmed", "failed"])
        .order_by("pk")
    )
    if not waiting:
        return None
    refund = data.draw(st.sampled_from(waiting), label="refund")
    if data.draw(st.booleans(), label="arrives"):
        number = world.number()
        return keyed(
            "bank refund arrives",
            lambda key: confirm_bank_refund(
                refund_ref=refund.ref,
                reference=f"RF-{number}",
                proof=None,
                actor=world.finance[0],
                key=key,
                at=world.at,
            ),
        )
    return keyed(
        "bank refund fails",
        lambda key: fail_bank_refund(
            refund_ref=refund.ref, reason="Account closed.", actor=world.finance[0], key=key, at=world.at
        ),
    )


@move
def refund_again(world: World, data: DataObject) -> Act | None:
    failed = list(Refund.objects.filter(state="failed").order_by("pk"))
    if not failed:
        return None
    refund = data.draw(st.sampled_from(failed), label="refund")
    return Act(
        "retry a refund",
        lambda: retry_refund(refund_ref=refund.ref, actor=world.finance[1], at=world.at + timedelta(0)),
    )

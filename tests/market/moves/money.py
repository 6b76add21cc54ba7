"""The money: paid in by page or transfer, refunded, paid out, with rails that fail."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.strategies import DataObject

from tests.market.moves.registry import a_trade, an_amount, move
from tests.market.world import Act, World, keyed
from trade_assurance.holds.models import Payout
from trade_assurance.holds.operations import (
    approve_payout,
    begin_payment,
    reject_payout,
    request_payout,
    retry_refund,
)
from trade_assurance.ledger.queries import balance
from trade_assurance.payments.models import Payment, Refund
from trade_assurance.payments.operations import (
    approve_bank_refund,
    confirm_bank_refund,
    continue_payment,
    fail_bank_refund,
    record_bank_receipt,
    refresh_payment,
)
from trade_assurance.payments.providers import sandbox_server
from trade_assurance.payments.providers.sandbox_server import LOST_AFTER, LOST_BEFORE


@move
def begin_paying(world: World, data: DataObject) -> Act | None:
    trade = a_trade(world, data)
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
    amount = an_amount(data, payment.amount_minor, payment.currency)
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
def ask_payout(world: World, data: DataObject) -> Act | None:
    trade = a_trade(world, data)
    owed = balance("supplier_payable", trade.order.supplier.ref, trade.order.currency)
    amount = an_amount(data, owed.amount_minor, owed.currency)
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

        def arrives(key: str) -> None:
            ref, at = refund.ref, world.at
            confirm_bank_refund(
                refund_ref=ref, reference=f"RF-{number}", proof=None, actor=world.finance[0], key=key, at=at
            )
            if Refund.objects.get(ref=ref).state == "requested":  # above the limit
                approve_bank_refund(refund_ref=ref, actor=world.finance[1], key=f"{key}:second", at=at)

        return keyed("bank refund arrives", arrives)
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

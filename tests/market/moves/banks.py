"""What payers' banks and the marketplace's own caution do: chargebacks, reserves."""

from __future__ import annotations

from contextlib import suppress

from hypothesis import strategies as st
from hypothesis.strategies import DataObject

from tests.market.moves.registry import a_trade, move
from tests.market.world import Act, World, keyed
from trade_assurance.holds.operations import set_reserve
from trade_assurance.payments.models import Payment, SandboxObject
from trade_assurance.payments.models.sandbox import SandboxKind
from trade_assurance.payments.providers import sandbox_server


@move
def a_bank_takes_money_back(world: World, data: DataObject) -> Act | None:
    paid = list(Payment.objects.filter(provider="sandbox", received_minor__gt=0).order_by("pk"))
    if not paid:
        return None
    payment = data.draw(st.sampled_from(paid), label="payment")
    inquiry = data.draw(st.booleans(), label="only asks")

    def do() -> None:
        with suppress(sandbox_server.SandboxError):
            sandbox_server.open_chargeback(
                payment.provider_ref, reason="product_not_received", inquiry=inquiry, at=world.at
            )
        world.carry_webhooks()

    return Act("chargeback", do)


@move
def a_bank_decides(world: World, data: DataObject) -> Act | None:
    cases = list(SandboxObject.objects.filter(kind=SandboxKind.CHARGEBACK).order_by("pk"))
    if not cases:
        return None
    case = data.draw(st.sampled_from(cases), label="chargeback")
    action = data.draw(st.sampled_from(["withdraw", "close", "win", "lose"]), label="decides")

    def do() -> None:
        with suppress(sandbox_server.SandboxError):
            sandbox_server.act_on_chargeback(case.ref, action, at=world.at)
        world.carry_webhooks()

    return Act("bank decides", do)


@move
def keep_a_reserve(world: World, data: DataObject) -> Act | None:
    trade = a_trade(world, data)
    bps = data.draw(st.sampled_from([0, 1_000, 3_333]), label="share")
    return keyed(
        "reserve",
        lambda key: set_reserve(
            company_ref=trade.order.supplier.ref,
            bps=bps,
            days=30,
            from_at=world.at,
            reason="New here.",
            actor=world.finance[0],
            key=key,
            at=world.at,
        ),
    )

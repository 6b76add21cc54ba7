"""Claims and how they end."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.strategies import DataObject

from marketplace.core.money import Money
from tests.factories.orders import Trade
from tests.market.moves.registry import a_trade, an_amount, move
from tests.market.world import Act, World, keyed
from trade_assurance.disputes.models import Dispute, Offer
from trade_assurance.disputes.operations import (
    Claimed,
    accept_claim,
    accept_offer,
    appeal,
    decide,
    decline_offer,
    escalate,
    make_offer,
    open_claim,
    seal_range,
    take_case,
    waive_appeal,
    withdraw_claim,
)
from trade_assurance.disputes.states import OPEN_STATES
from trade_assurance.holds.models import Hold


@move
def claim(world: World, data: DataObject) -> Act | None:
    trade = a_trade(world, data)
    held = sum(Hold.objects.filter(order=trade.order).values_list("held_minor", flat=True))
    amount = an_amount(data, held, trade.order.currency)
    return keyed(
        "claim",
        lambda key: open_claim(
            order_ref=trade.ref,
            claim=Claimed(reason="damage", clause="lines", amount=amount, statement="The bags are wet."),
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
    refund = an_amount(data, case.claimed_minor, case.currency)
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
    found = _a_case(world, data)
    if found is None:
        return None
    trade, case = found
    side = data.draw(st.sampled_from([trade.buyer, trade.supplier]), label="side")
    return keyed(
        "waive the appeal", lambda key: waive_appeal(dispute_ref=case.ref, actor=side, key=key, at=world.at)
    )


@move
def seal(world: World, data: DataObject) -> Act | None:
    found = _a_case(world, data)
    if found is None:
        return None
    trade, case = found
    side = data.draw(st.sampled_from([trade.buyer, trade.supplier]), label="side")
    bound = an_amount(data, case.claimed_minor, case.currency)
    return keyed(
        "seal a range",
        lambda key: seal_range(dispute_ref=case.ref, bound=bound, actor=side, key=key, at=world.at),
    )


@move
def appeal_decision(world: World, data: DataObject) -> Act | None:
    found = _a_case(world, data)
    if found is None:
        return None
    trade, case = found
    side = data.draw(st.sampled_from([trade.buyer, trade.supplier]), label="side")
    return keyed(
        "appeal",
        lambda key: appeal(
            dispute_ref=case.ref, grounds="The photographs are old.", actor=side, key=key, at=world.at
        ),
    )

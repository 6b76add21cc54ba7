"""Goods by the tonne in several loads, each weighed: shares released one by one, and a change proposed for the rest."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Final

from marketplace.demo.story import people as who
from marketplace.demo.story.shipping_papers import attach_papers, shipping_paper
from marketplace.demo.story.stage import Scene, Script, Stage
from marketplace.demo.story.trade import Trade
from orders import operations as orders
from orders.operations import LineCut
from trade_assurance.holds import operations as holds

PAPERS: Final = ("commercial_invoice", "packing_list", "bill_of_lading", "phytosanitary")


def chickpeas_by_the_load(stage: Stage) -> Script:
    """120 tonnes in three loads: the first accepted, the second to inspect, the third heavier than ordered."""
    trade = Trade(stage, "chickpeas-weighed", who.OMAR, who.SIMRAN)
    yield stage.day(-64, "08:10")
    trade.place(
        {"kabuli-chickpeas": "120"},
        mode="sea",
        terms=("FOB", "Nhava Sheva"),
        ship_by=stage.on(9),
        note="Three loads a month apart, please; our silo takes 42 tonnes at a time.",
        specification="58/60 count, moisture at most 10 %.",
    )
    yield stage.day(-63, "06:20")
    trade.confirm()
    yield stage.day(-60, "09:30")
    trade.pay(who.PRIYA)
    yield stage.day(-59, "05:00")
    trade.produce()
    yield stage.day(-44, "10:40")
    first = _load(trade, "40", "39.4", tracking="ARBX 220917-5", arrives_in=14)
    yield stage.day(-43, "16:00")
    trade.leave()
    yield stage.day(-29, "07:50")
    trade.arrive(first)
    yield stage.day(-27, "12:15")
    _accept(trade, first)
    yield stage.day(-20, "11:10")
    second = _load(trade, "40", "40.2", tracking="ARBX 221340-1", arrives_in=15)
    yield stage.day(-19, "15:30")
    trade.leave()
    yield stage.day(-3, "08:05")
    trade.arrive(second)
    yield stage.ago(hours=20)
    _load(trade, "", "41.9", tracking="ARBX 221902-8", arrives_in=13)


def rice_for_less(stage: Stage) -> Script:
    """Rain at harvest: the grower offers a lower price and two tonnes fewer; the buyer has to answer."""
    trade = Trade(stage, "rainy-rice", who.PETER, who.SIMRAN)
    yield stage.day(-16, "07:40")
    trade.place({"basmati-1121": "25"}, mode="sea", terms=("FOB", "Mundra"), ship_by=stage.on(20))
    yield stage.day(-15, "06:10")
    trade.confirm()
    yield stage.day(-13, "09:20")
    trade.pay(who.WANJIRU)
    yield stage.ago(hours=9)
    orders.propose_addendum(
        order_ref=trade.ref,
        lines=[LineCut(trade.order.lines.get().pk, cancel=Decimal(2), discount_bps=150)],
        note=(
            "Two tonnes of this lot got wet at the mill and I will not ship them. For the rest I take one and a"
            " half percent off, because it leaves a week later than I hoped."
        ),
        actor=trade.as_supplier(),
        key=trade.key(),
        at=stage.at,
    )


def _load(trade: Trade, packed: str, weighed: str, *, tracking: str, arrives_in: int) -> str:
    """Pack a load (or everything open), weigh it and bring its papers; returns its reference."""
    trade.pack(
        carrier="Arabian Bulk Express",
        tracking=tracking,
        arrives=trade.stage.at.date() + timedelta(days=arrives_in),
        quantities=(packed,) if packed else (),
    )
    trade.weigh(weighed, shipping_paper(trade, "weight_certificate"), is_last=not packed)
    attach_papers(trade, *PAPERS)
    return trade.shipment


def _accept(trade: Trade, shipment: str) -> None:
    holds.accept_shipment(
        order_ref=trade.ref,
        shipment_ref=shipment,
        actor=trade.as_buyer(),
        key=trade.key(),
        at=trade.stage.at,
    )


SCENES: Final[tuple[Scene, ...]] = (chickpeas_by_the_load, rice_for_less)

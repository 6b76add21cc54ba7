"""Trades that came to their end, and what became of the money: released, paid out, given back."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final

from marketplace.demo.story import people as who
from marketplace.demo.story.payday import Payday
from marketplace.demo.story.quarrel import Quarrel
from marketplace.demo.story.shipping_papers import attach_papers, shipping_paper
from marketplace.demo.story.stage import Scene, Script, Stage
from marketplace.demo.story.trade import HELENA, RAHUL, Trade


@dataclass(frozen=True, slots=True)
class Trouble:
    """What was wrong with the goods, and what of the price came back for it: granted without a word."""

    amount: str
    reason: str
    clause: str
    statement: str


@dataclass(frozen=True, slots=True)
class Past:
    """A trade like most; days before the end of the story on which it was placed, left, arrived."""

    name: str
    buyer: str
    supplier: str
    lines: Mapping[str, str]
    mode: str
    terms: tuple[str, str]
    carrier: str
    days: tuple[int, int, int]
    trouble: Trouble | None = None


PAST: Final = (
    Past("sample-cherries", who.BRAM, who.CATALINA, {"cherries-150t": "2"}, "air", ("CPT", "Amsterdam"), "Andes Air Cargo", (-97, -88, -84)),
    Past("blueberries", who.MARIEKE, who.CATALINA, {"blueberries": "3000"}, "air", ("CPT", "Amsterdam"), "Andes Air Cargo", (-74, -66, -63),
         Trouble("310.00", "damage", "packaging", "Fourteen cartons were crushed at the bottom of a pallet.")),
    Past("first-basmati", who.OMAR, who.SIMRAN, {"basmati-1121": "5"}, "sea", ("FOB", "Mundra"), "Konkan Shipping", (-95, -80, -68)),
    Past("rugs", who.ANKE, who.ARJUN, {"hand-knotted-rug": "4"}, "air", ("CIP", "Hamburg"), "Konkan Air", (-96, -71, -66)),
    Past("first-oil", who.ANKE, who.JAVIER, {"picual-evoo": "480"}, "land", ("FCA", "Martos, Jaén"), "Olivar Transportes", (-72, -60, -55)),
    Past("cashews", who.TAKAHASHI, who.BAO, {"cashew-w320": "703.08"}, "air", ("FCA", "Ho Chi Minh City"), "Mekong Air Freight", (-66, -57, -53),
         Trouble("60.00", "quantity", "lines", "One vacuum bag of 11.34 kg had lost its seal and was left out.")),
    Past("argan", who.JONAS, who.YOUSSEF, {"argan-cosmetic": "1000"}, "land", ("FCA", "Casablanca"), "Atlas Fret", (-69, -56, -49)),
)  # fmt: skip


def uneventful(past: Past, stage: Stage) -> Generator[datetime, None, Trade]:
    """Ordered, paid, shipped, arrived, accepted, at most with a claim that was granted; what came of it, others tell."""
    trade = Trade(stage, past.name, past.buyer, past.supplier)
    placed, left, arrived = past.days
    yield stage.day(placed, "08:15")
    trade.place(past.lines, mode=past.mode, terms=past.terms, ship_by=stage.on(left + 3))
    yield stage.day(placed, "15:40")
    trade.confirm()
    yield stage.day(placed + 2, "09:30")
    trade.pay()
    yield stage.day(placed + 3, "07:00")
    trade.produce()
    yield stage.day(left, "06:45")
    trade.pack(carrier=past.carrier, tracking=f"{past.name.upper()} 20{-left}", arrives=stage.on(arrived + 1))
    yield stage.day(left, "14:20")
    trade.leave()
    yield stage.day(arrived, "10:05")
    trade.arrive()
    if past.trouble is not None:
        quarrel = Quarrel(trade)
        yield stage.day(arrived, "15:10")
        quarrel.claim(
            past.trouble.amount,
            reason=past.trouble.reason,
            clause=past.trouble.clause,
            statement=past.trouble.statement,
        )
        yield stage.day(arrived + 1, "09:20")
        quarrel.grant()
    yield stage.day(arrived + 2, "16:00")
    trade.accept()
    return trade


def torrontes_paid_out(stage: Stage) -> Script:
    """The whole way: from the order to the money on the winery's account, with both officers' approval."""
    trade = Trade(stage, "torrontes", who.JONAS, who.TOMAS)
    yield stage.day(-93, "09:30")
    trade.place({"torrontes": "3000"}, mode="sea", terms=("FCA", "Tunuyán, Mendoza"), ship_by=stage.on(-77))
    yield stage.day(-92, "12:00")
    trade.confirm()
    yield stage.day(-90, "10:00")
    trade.pay(who.SABINE)
    yield stage.day(-89, "12:30")
    trade.produce()
    yield stage.day(-80, "11:00")
    trade.pack(carrier="Río Plate Lines", tracking="RPLU 220417-5", arrives=stage.on(-45))
    attach_papers(trade, "commercial_invoice", "packing_list", "bill_of_lading", "certificate_of_origin")
    yield stage.day(-79, "15:00")
    trade.leave()
    yield stage.day(-46, "08:20")
    trade.arrive()
    yield stage.day(-41, "10:30")
    trade.accept()
    payday = Payday(stage, who.GRACIELA, "USD")
    yield stage.day(-40, "13:15")
    payday.ask()
    yield stage.day(-39, "09:10")
    payday.approve(HELENA)
    yield stage.day(-39, "11:40")
    payday.approve(RAHUL)
    yield stage.day(-38, "09:00")
    payday.sent(RAHUL, reference="PRT-OUT-2207-0041")


def roasted_coffee_to_be_sent(stage: Stage) -> Script:
    """By air to the Blue Ridge; both officers have approved the payout, its transfer waits in a batch."""
    trade = Trade(stage, "roasted", who.MARCUS, who.FELIPE)
    yield stage.day(-44, "17:00")
    trade.place({"cerrado-roasted": "1200"}, mode="air", terms=("FCA", "Santos"), ship_by=stage.on(-30))
    yield stage.day(-43, "12:15")
    trade.confirm()
    yield stage.day(-42, "14:00")
    trade.pay(who.DANA)
    yield stage.day(-41, "11:00")
    trade.produce()
    yield stage.day(-32, "10:00")
    trade.pack(carrier="Paulista Air Cargo", tracking="PAC 618-2204471", arrives=stage.on(-27))
    attach_papers(trade, "commercial_invoice", "packing_list", "air_waybill")
    yield stage.day(-32, "18:00")
    trade.leave()
    yield stage.day(-27, "13:10")
    trade.arrive()
    yield stage.day(-22, "15:30")
    trade.accept()
    payday = Payday(stage, who.SONIA, "USD")
    yield stage.ago(days=2, hours=9)
    payday.ask()
    yield stage.ago(hours=30)
    payday.approve(RAHUL)
    yield stage.ago(hours=25)
    payday.approve(HELENA)


def pepper_waits_for_the_second_officer(stage: Stage) -> Script:
    """40 kg light, which went back to the buyer. A large payout: the first officer has said yes, who is the second?"""
    trade = Trade(stage, "pepper", who.SATO, who.BAO)
    yield stage.day(-61, "01:30")
    trade.place(
        {"black-pepper": "5"}, mode="sea", terms=("FOB", "Cat Lai, Ho Chi Minh City"), ship_by=stage.on(-44)
    )
    yield stage.day(-60, "03:10")
    trade.confirm()
    yield stage.day(-58, "02:00")
    trade.pay()
    yield stage.day(-57, "02:30")
    trade.produce()
    yield stage.day(-47, "04:00")
    trade.pack(carrier="Mekong Ocean", tracking="MKOU 700231-8", arrives=stage.on(-26))
    trade.weigh("4.96", shipping_paper(trade, "weight_certificate"), is_last=True)
    attach_papers(trade, "commercial_invoice", "packing_list", "bill_of_lading", "phytosanitary")
    yield stage.day(-46, "05:00")
    trade.leave()
    yield stage.day(-25, "02:20")
    trade.arrive()
    yield stage.day(-9, "03:00")
    trade.accept()
    payday = Payday(stage, who.LAN, "USD")
    yield stage.ago(days=2, hours=3)
    payday.ask()
    yield stage.ago(hours=26)
    payday.approve(HELENA)


def hazelnuts_waiting_for_payout(stage: Stage) -> Script:
    """Paid in part from credit. A small payout: one approval is enough, none is given yet."""
    trade = Trade(stage, "hazelnuts", who.JONAS, who.MERT)
    yield stage.day(-34, "10:20")
    trade.place({"shelled-hazelnuts": "1"}, mode="land", terms=("FCA", "Giresun"), ship_by=stage.on(-18))
    yield stage.day(-33, "07:00")
    trade.confirm()
    yield stage.day(-32, "09:10")
    trade.pay_from_credit(who.SABINE)
    trade.pay(who.SABINE)
    yield stage.day(-31, "06:20")
    trade.produce()
    yield stage.day(-20, "07:50")
    trade.pack(carrier="Bosporus Trucking", tracking="BT-28-66103", arrives=stage.on(-13))
    attach_papers(trade, "commercial_invoice", "packing_list")
    yield stage.day(-20, "16:00")
    trade.leave()
    yield stage.day(-12, "11:00")
    trade.arrive()
    yield stage.day(-4, "14:20")
    trade.accept()
    payday = Payday(stage, who.ELIF, "USD")
    yield stage.ago(hours=6)
    payday.ask()


def chickpeas_given_up(stage: Stage) -> Script:
    """The lot failed its test: the supplier gave up, a finance officer owes the buyer a transfer."""
    trade = Trade(stage, "chickpeas", who.PRIYA, who.SIMRAN)
    yield stage.day(-18, "08:00")
    trade.place({"kabuli-chickpeas": "24"}, mode="sea", terms=("FOB", "Nhava Sheva"), ship_by=stage.on(6))
    yield stage.day(-17, "05:30")
    trade.confirm()
    yield stage.day(-16, "09:00")
    trade.announce_transfer(who.OMAR)
    yield stage.day(-12, "10:20")
    trade.transfer_arrives(reference="AE-ENBD-0071-22", officer=RAHUL)
    yield stage.day(-11, "05:00")
    trade.produce()
    yield stage.ago(hours=28)
    trade.give_up_rest("The lot failed our own moisture test twice. We do not ship what we would not buy.")


def coil_partly_cancelled(stage: Stage) -> Script:
    """60 of 100 tonnes came in time; the buyer cancelled the rest, got it back, and accepted what came."""
    trade = Trade(stage, "coil", who.PETER, who.WANG)
    yield stage.day(-73, "07:20")
    trade.place({"galvanised-coil": "100"}, mode="sea", terms=("CFR", "Mombasa"), ship_by=stage.on(-30))
    yield stage.day(-72, "02:10")
    trade.confirm()
    yield stage.day(-70, "09:00")
    trade.pay(who.WANJIRU)
    yield stage.day(-69, "01:40")
    trade.produce()
    yield stage.day(-33, "03:00")
    trade.pack(
        carrier="East Sea Container", tracking="ESCU 117040-2", arrives=stage.on(-8), quantities=("60",)
    )
    attach_papers(trade, "commercial_invoice", "packing_list", "bill_of_lading", "inspection")
    yield stage.day(-32, "05:00")
    trade.leave()
    yield stage.day(-28, "08:30")
    trade.cancel_rest("The building site cannot wait for the second rolling.")
    yield stage.day(-8, "09:40")
    trade.arrive()
    quarrel = Quarrel(trade)
    yield stage.day(-7, "08:30")
    quarrel.claim(
        "420.00",
        reason="damage",
        clause="packaging",
        statement="The outer turns of two coils are scratched where their straps had slipped.",
    )
    yield stage.day(-6, "02:15")
    quarrel.grant()
    yield stage.day(-3, "11:15")
    trade.accept()
    payday = Payday(stage, who.LIN, "USD")
    yield stage.ago(hours=33)
    payday.ask()


def dates_refunded(stage: Stage) -> Script:
    """Paid by transfer, called off, and the money is back with the buyer."""
    trade = Trade(stage, "dates", who.JONAS, who.YOUSSEF)
    yield stage.day(-38, "09:00")
    trade.place({"medjool-dates": "1000"}, mode="land", terms=("FCA", "Errachidia"), ship_by=stage.on(-18))
    yield stage.day(-37, "08:10")
    trade.confirm()
    yield stage.day(-36, "10:00")
    trade.announce_transfer(who.SABINE)
    yield stage.day(-34, "09:40")
    trade.transfer_arrives(reference="DE-HASP-220771")
    yield stage.day(-29, "07:30")
    trade.give_up_rest("Hail took the second picking; the first is sold. We are sorry.")
    yield stage.day(-27, "09:00")
    trade.refund_made(reference="PRT-REF-2207-0007")


SCENES: Final[tuple[Scene, ...]] = (
    *(partial(uneventful, past) for past in PAST),
    torrontes_paid_out,
    roasted_coffee_to_be_sent,
    pepper_waits_for_the_second_officer,
    hazelnuts_waiting_for_payout,
    chickpeas_given_up,
    coil_partly_cancelled,
    dates_refunded,
)

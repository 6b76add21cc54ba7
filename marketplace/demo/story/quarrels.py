"""Trades with a claim: talked over, with the officer, decided, settled, carried out."""

from __future__ import annotations

from typing import Final

from marketplace.demo.story import people as who
from marketplace.demo.story.quarrel import INGRID, KWAME, Quarrel
from marketplace.demo.story.quarrel_papers import (
    joint_survey,
    laboratory_report,
    photographs,
    temperature_record,
)
from marketplace.demo.story.shipping_papers import attach_papers
from marketplace.demo.story.stage import Scene, Script, Stage
from marketplace.demo.story.trade import Trade


def almonds_in_negotiation(stage: Stage) -> Script:
    """Too many bitter almonds: offers go back and forth, the latest waits for the buyer."""
    trade = Trade(stage, "almonds", who.JONAS, who.JAVIER)
    yield stage.day(-33, "09:00")
    trade.place(
        {"marcona-almonds": "2000"},
        mode="land",
        terms=("DAP", "Hamburg"),
        ship_by=stage.on(-14),
        specification="Bitter almonds at most 0.5 % by weight.",
    )
    yield stage.day(-32, "08:30")
    trade.confirm()
    yield stage.day(-31, "10:10")
    trade.pay(who.SABINE)
    yield stage.day(-30, "07:30")
    trade.produce()
    yield stage.day(-16, "08:00")
    trade.pack(carrier="Olivar Transportes", tracking="OT-23-90417", arrives=stage.on(-10))
    attach_papers(trade, "commercial_invoice", "packing_list", "inspection")
    yield stage.day(-16, "15:30")
    trade.leave()
    yield stage.day(-10, "09:20")
    trade.arrive()
    quarrel = Quarrel(trade)
    yield stage.ago(days=4, hours=6)
    quarrel.claim(
        "2270.00",
        reason="specification",
        clause="specification",
        statement=(
            "Three of ten bags opened hold bitter almonds far above the agreed 0.5 %: our laboratory finds 4.1 % in the"
            " mixed sample. We can sort by machine, at our cost, and claim a tenth of the price."
        ),
        files=[*photographs(stage, "almonds-sample", "almonds-tray"), laboratory_report(stage.at)],
    )
    yield stage.ago(days=3, hours=20)
    quarrel.say(
        "supplier", "We are surprised: our outgoing check says 0.4 %. Which bag numbers did you open?"
    )
    yield stage.ago(days=3, hours=18)
    quarrel.say("buyer", "Bags 12, 37 and 61. Two kilos of each are set aside for you, sealed.")
    yield stage.ago(days=3, hours=1)
    quarrel.offer(
        "supplier", "900.00", "We pay the sorting of the three bags and something for your trouble."
    )
    yield stage.ago(days=2, hours=2)
    quarrel.offer(
        "buyer", "1800.00", "The whole lot has to pass the sorter, not three bags: two working days."
    )
    yield stage.ago(hours=11)
    quarrel.offer(
        "supplier",
        "1400.00",
        "The sorting of the lot by your quotation, rounded up. We want to go on with you.",
    )
    yield stage.ago(hours=10)
    quarrel.seal("supplier", "1600.00")


def oranges_with_the_officer(stage: Stage) -> Script:
    """Mould on arrival: no agreement, both sides have shown what they have, the officer is to decide."""
    trade = Trade(stage, "oranges", who.BRAM, who.FELIPE)
    yield from _oranges_arrive(stage, trade)
    quarrel = Quarrel(trade)
    yield from _talks_about_oranges(stage, quarrel)
    yield stage.day(-13, "10:50")
    quarrel.escalate()
    yield stage.day(-12, "09:00")
    quarrel.take(INGRID)
    yield stage.day(-12, "09:30")
    quarrel.say(
        INGRID, "I have the case. Please show the complete logger data and the survey, each with its date."
    )
    yield stage.day(-11, "11:30")
    quarrel.report(
        "Joint survey at the terminal, with the surveyor's count per container.",
        spent="860.00",
        files=[joint_survey(stage.at)],
    )
    yield stage.day(-10, "12:45")
    quarrel.show(
        "supplier",
        "Pallets at loading in Santos, and the logger of container 2 with the cold store's protocol.",
        [*photographs(stage, "oranges-at-loading"), temperature_record(stage.at)],
    )
    yield stage.day(-9, "08:20")
    quarrel.rest("buyer")
    yield stage.day(-9, "15:00")
    quarrel.rest("supplier")
    yield stage.day(-2, "09:40")
    quarrel.bundle(INGRID)


def _oranges_arrive(stage: Stage, trade: Trade) -> Script:
    yield stage.day(-63, "10:40")
    trade.place(
        {"pera-oranges": "67500"},
        mode="sea",
        terms=("FOB", "Santos"),
        ship_by=stage.on(-44),
        specification="Fruit at +4 °C from packing to discharge; decay at arrival at most 3 %.",
    )
    yield stage.day(-62, "12:00")
    trade.confirm()
    yield stage.day(-60, "09:30")
    trade.pay(who.LOTTE)
    yield stage.day(-59, "11:20")
    trade.produce()
    yield stage.day(-46, "16:00")
    trade.pack(carrier="Atlântico Reefer", tracking="ATRU 509113-6", arrives=stage.on(-20))
    attach_papers(trade, "commercial_invoice", "packing_list", "bill_of_lading", "phytosanitary")
    yield stage.day(-45, "20:30")
    trade.leave()
    yield stage.day(-19, "06:40")
    trade.arrive()


def _talks_about_oranges(stage: Stage, quarrel: Quarrel) -> Script:
    yield stage.day(-18, "10:30")
    quarrel.claim(
        "9400.00",
        reason="damage",
        clause="specification",
        statement=(
            "A quarter of the fruit was mouldy when the three containers were opened. The logger of container 2 stood at"
            " +9 °C for six days. We claim the value of what the surveyor condemned."
        ),
        files=photographs(stage, "oranges-pallet-4", "oranges-pallet-11"),
    )
    yield stage.day(-17, "13:10")
    quarrel.offer(
        "supplier",
        "2500.00",
        "For goodwill. The fruit was sound at loading and FOB means the sea is your risk.",
    )
    yield stage.day(-16, "09:15")
    quarrel.offer(
        "buyer",
        "8000.00",
        "The fruit was warm before it was loaded: the logger shows it from the first hour.",
    )
    yield stage.day(-15, "14:00")
    quarrel.say("supplier", "We cannot follow that reading and stay with our offer.")
    yield stage.day(-14, "10:30")
    quarrel.inspect(
        "Maas Marine Surveyors, Rotterdam",
        task="Count the condemned crates of each container and read all three loggers, in both sides' presence.",
        cost="900.00",
    )


def jars_just_escalated(stage: Stage) -> Script:
    """Leaking jars: the buyer called the officer yesterday; nobody has taken the case."""
    trade = Trade(stage, "jars", who.MARCUS, who.KOFI)
    yield stage.day(-40, "15:00")
    trade.place({"shea-butter": "1200"}, mode="air", terms=("FCA", "Tema"), ship_by=stage.on(-18))
    yield stage.day(-39, "09:00")
    trade.confirm()
    yield stage.day(-37, "14:30")
    trade.pay(who.DANA)
    yield stage.day(-36, "08:00")
    trade.produce()
    yield stage.day(-20, "10:00")
    trade.pack(carrier="Volta Air Freight", tracking="VAF 880-1107723", arrives=stage.on(-14))
    attach_papers(trade, "commercial_invoice", "packing_list", "air_waybill")
    yield stage.day(-20, "19:00")
    trade.leave()
    yield stage.day(-13, "15:00")
    trade.arrive()
    quarrel = Quarrel(trade)
    yield stage.day(-7, "14:40")
    quarrel.claim(
        "865.50",
        reason="damage",
        clause="packaging",
        statement="300 of 1,200 jars leaked into their cartons: the lids were not sealed. They cannot be sold.",
        files=photographs(stage, "jars-leaking"),
    )
    yield stage.day(-5, "10:00")
    quarrel.offer("supplier", "200.00", "Jars left here tight. We would share the damage of the flight.")
    yield stage.ago(hours=30)
    quarrel.escalate()


def shrimp_decided(stage: Stage) -> Script:
    """Decided three days ago: money moves when the appeal window ends, or when both sides accept."""
    trade = Trade(stage, "shrimp", who.TAKAHASHI, who.BAO)
    yield stage.day(-71, "01:00")
    trade.place(
        {"vannamei-shrimp": "5000"},
        mode="sea",
        terms=("CIF", "Yokohama"),
        ship_by=stage.on(-48),
        specification="Glaze at most 10 % of the net weight.",
    )
    yield stage.day(-70, "03:00")
    trade.confirm()
    yield stage.day(-68, "02:20")
    trade.pay(who.SATO)
    yield stage.day(-67, "02:00")
    trade.produce()
    yield stage.day(-50, "04:10")
    trade.pack(carrier="Mekong Ocean", tracking="MKOU 700118-1", arrives=stage.on(-33))
    attach_papers(trade, "commercial_invoice", "packing_list", "bill_of_lading", "certificate_of_origin")
    yield stage.day(-49, "05:00")
    trade.leave()
    yield stage.day(-32, "02:00")
    trade.arrive()
    quarrel = Quarrel(trade)
    yield stage.day(-27, "05:30")
    quarrel.claim(
        "1020000",
        reason="quantity",
        clause="specification",
        statement="The glaze is 18 % where the contract says at most 10: of 5,000 kg paid, 400 are ice.",
        files=photographs(stage, "shrimp-thawed"),
    )
    yield stage.day(-26, "03:15")
    quarrel.offer("supplier", "300000", "The method of thawing decides: by ours it is 12 %.")
    yield stage.day(-22, "06:00")
    quarrel.escalate()
    yield stage.day(-21, "09:10")
    quarrel.take(KWAME)
    yield stage.day(-20, "04:00")
    quarrel.show("buyer", "Weighing protocol of twelve cartons, thawed by the method the contract names.")
    yield stage.day(-19, "07:00")
    quarrel.show("supplier", "Our factory's protocol of the same lot: 12 % by spray thawing.")
    yield stage.day(-3, "09:40")
    quarrel.decide(
        KWAME,
        refund="640000",
        release="380000",
        reasons=(
            "The contract names the method: thawed in water of 20 °C. By it the buyer's protocol shows 16 % on average,"
            " six points above what was agreed, on the whole lot of 5,000 kg. The supplier's figure follows another"
            " method and counts as a sign of good faith only."
        ),
    )
    yield stage.day(-2, "05:00")
    quarrel.waive("buyer")


def turmeric_settled(stage: Stage) -> Script:
    """Two bags short: agreed within a day, the rest accepted."""
    trade = Trade(stage, "turmeric", who.BRAM, who.SIMRAN)
    yield stage.day(-83, "09:10")
    trade.place({"turmeric-powder": "2000"}, mode="sea", terms=("CFR", "Rotterdam"), ship_by=stage.on(-62))
    yield stage.day(-82, "06:00")
    trade.confirm()
    yield stage.day(-80, "10:00")
    trade.pay(who.LOTTE)
    yield stage.day(-79, "06:20")
    trade.produce()
    yield stage.day(-66, "07:30")
    trade.pack(carrier="Konkan Shipping", tracking="KNKU 301177-0", arrives=stage.on(-30))
    attach_papers(trade, "commercial_invoice", "packing_list", "bill_of_lading")
    yield stage.day(-65, "11:00")
    trade.leave()
    yield stage.day(-29, "08:00")
    trade.arrive()
    quarrel = Quarrel(trade)
    yield stage.day(-28, "09:20")
    quarrel.claim(
        "543.00",
        reason="quantity",
        clause="lines",
        statement="Weighed on arrival: 1,800 kg instead of 2,000. Eight bags of 25 kg are missing from pallet 3.",
    )
    yield stage.day(-28, "12:05")
    quarrel.offer(
        "supplier", "480.00", "You are right, they stand in our store. We refund them and the handling."
    )
    yield stage.day(-27, "08:10")
    quarrel.agree("buyer")
    yield stage.day(-24, "09:00")
    trade.accept()


def tagines_carried_out(stage: Stage) -> Script:
    """Decided a month ago, carried out by the clock when the appeal window had passed."""
    trade = Trade(stage, "tagines", who.OMAR, who.YOUSSEF)
    yield stage.day(-91, "08:30")
    trade.place({"tagine": "300"}, mode="sea", terms=("FOB", "Casablanca"), ship_by=stage.on(-72))
    yield stage.day(-90, "09:00")
    trade.confirm()
    yield stage.day(-89, "10:20")
    trade.pay()
    yield stage.day(-88, "08:00")
    trade.produce()
    yield stage.day(-76, "09:30")
    trade.pack(carrier="Atlas Maritime", tracking="ATMU 330715-9", arrives=stage.on(-55))
    attach_papers(trade, "commercial_invoice", "packing_list", "bill_of_lading")
    yield stage.day(-75, "14:00")
    trade.leave()
    yield stage.day(-56, "07:15")
    trade.arrive()
    quarrel = Quarrel(trade)
    yield stage.day(-54, "09:30")
    quarrel.claim(
        "1272.00",
        reason="damage",
        clause="packaging",
        statement="80 of 300 lids arrived broken: straw between the layers was missing in four crates.",
        files=photographs(stage, "tagine-broken"),
    )
    yield stage.day(-49, "10:00")
    quarrel.escalate()
    yield stage.day(-48, "09:00")
    quarrel.take(INGRID)
    yield stage.day(-46, "10:00")
    quarrel.show(
        "supplier",
        "Packing photographs exist of eight crates of twelve; the four in question are not among them.",
    )
    yield stage.day(-41, "11:00")
    quarrel.decide(
        INGRID,
        refund="1272.00",
        release="0.00",
        reasons="Packing was the supplier's under the contract and is shown for eight of twelve crates only.",
    )
    yield stage.day(-33, "08:00")
    trade.accept()
    yield stage.day(-32, "09:10")
    quarrel.bundle("buyer")


SCENES: Final[tuple[Scene, ...]] = (
    almonds_in_negotiation,
    oranges_with_the_officer,
    jars_just_escalated,
    shrimp_decided,
    turmeric_settled,
    tagines_carried_out,
)

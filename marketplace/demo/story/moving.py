"""Trades whose money is held: being made, on the way, or just arrived."""

from __future__ import annotations

from typing import Final

from marketplace.demo.story import people as who
from marketplace.demo.story.payers_bank import PayersBank
from marketplace.demo.story.shipping_papers import attach_papers
from marketplace.demo.story.stage import Scene, Script, Stage
from marketplace.demo.story.trade import Trade

FRUIT_PAPERS: Final = (
    "commercial_invoice",
    "packing_list",
    "bill_of_lading",
    "phytosanitary",
    "certificate_of_origin",
)


def a_season_of_cherries(stage: Stage) -> Script:
    """150 tonnes to Rotterdam: paid by transfer, two reefers at sea, two packed, the rest to come."""
    trade = Trade(stage, "cherry-season", who.BRAM, who.CATALINA)
    yield stage.day(-26, "09:40")
    trade.place(
        {"cherries-150t": "150"},
        mode="sea",
        terms=("CIF", "Rotterdam"),
        ship_by=stage.on(16),
        note="The whole season, in part loads of two reefers. Discharge at the cool terminal, Merwehaven.",
        specification="28 mm and up, at least 18 °Bx, firmness 75 Durofel, stems green.",
    )
    yield stage.day(-25, "14:00")
    trade.supplier = who.RODRIGO
    trade.amend(
        freight="21600.00",
        note=(
            "Nine reefers, the first two in ten days. Freight with controlled atmosphere is 2,400 dollars a"
            " container; everything else as you ordered."
        ),
    )
    trade.buyer = who.MARIEKE
    yield stage.day(-24, "08:30")
    trade.take_terms()
    yield stage.day(-23, "10:15")
    trade.announce_transfer(who.LOTTE)
    yield stage.day(-20, "09:20")
    trade.transfer_arrives(reference="NL26-RABO-0004417-PF")
    trade.supplier, trade.buyer = who.CATALINA, who.BRAM
    yield stage.day(-19, "13:00")
    trade.produce()
    yield stage.day(-11, "18:30")
    trade.pack(
        carrier="Humboldt Reefer Lines", tracking="HRLU 447120-3", arrives=stage.on(20), quantities=("34",)
    )
    attach_papers(trade, *FRUIT_PAPERS)
    yield stage.day(-10, "20:00")
    trade.leave()
    yield stage.ago(hours=13)
    trade.pack(
        carrier="Humboldt Reefer Lines", tracking="HRLU 447188-0", arrives=stage.on(31), quantities=("34",)
    )
    attach_papers(trade, "packing_list", "phytosanitary")


def towels_at_sea(stage: Stage) -> Script:
    """Everything has left, with all its papers. Paid with more than was due: the rest is the buyer's credit."""
    trade = Trade(stage, "towels", who.JONAS, who.ARJUN)
    yield stage.day(-58, "09:05")
    trade.place(
        {"terry-towel-550": "3000", "organic-tshirt": "2500"},
        mode="sea",
        terms=("FOB", "Mundra"),
        ship_by=stage.on(-16),
        specification="Colours as in our order sheet 2214: natural, sea, slate.",
    )
    yield stage.day(-57, "07:45")
    trade.confirm()
    yield stage.day(-56, "08:40")
    trade.announce_transfer(who.SABINE, keep_excess=True)
    yield stage.day(-54, "05:00")
    trade.transfer_arrives(more="1200.00", reference="DE-HASP-220512")
    yield stage.day(-54, "05:20")
    trade.produce()
    yield stage.day(-21, "06:10")
    trade.pack(carrier="Konkan Shipping", tracking="KNKU 302914-7", arrives=stage.on(13))
    attach_papers(
        trade, "commercial_invoice", "packing_list", "bill_of_lading", "certificate_of_origin", "inspection"
    )
    yield stage.day(-20, "11:00")
    trade.leave()


def avocados_under_inspection(stage: Stage) -> Script:
    """Arrived two days ago: the buyer accepts, claims, or says nothing for 45 days."""
    trade = Trade(stage, "avocados", who.BRAM, who.CATALINA)
    yield stage.day(-49, "10:00")
    trade.place({"hass-avocado": "21120"}, mode="sea", terms=("CFR", "Rotterdam"), ship_by=stage.on(-34))
    yield stage.day(-48, "13:30")
    trade.confirm()
    yield stage.day(-46, "09:00")
    trade.pay(who.LOTTE)
    yield stage.day(-45, "12:10")
    trade.produce()
    yield stage.day(-37, "17:00")
    trade.pack(carrier="Humboldt Reefer Lines", tracking="HRLU 446820-1", arrives=stage.on(-3))
    attach_papers(trade, *FRUIT_PAPERS)
    yield stage.day(-36, "21:00")
    trade.leave()
    yield stage.day(-2, "07:30")
    trade.arrive()


def bowls_under_inspection(stage: Stage) -> Script:
    """Came by lorry; the inspection window is 30 days."""
    trade = Trade(stage, "bowls", who.JONAS, who.MERT)
    yield stage.day(-43, "11:20")
    trade.place({"painted-bowls": "500"}, mode="land", terms=("FCA", "Kütahya"), ship_by=stage.on(-10))
    yield stage.day(-42, "08:00")
    trade.confirm()
    yield stage.day(-40, "09:45")
    trade.pay(who.SABINE)
    yield stage.day(-39, "06:30")
    trade.produce()
    yield stage.day(-12, "07:00")
    trade.pack(carrier="Bosporus Trucking", tracking="BT-34-77120", arrives=stage.on(-3))
    attach_papers(trade, "commercial_invoice", "packing_list", "certificate_of_origin")
    yield stage.day(-12, "15:00")
    trade.leave()
    yield stage.day(-3, "12:40")
    trade.arrive()


def coffee_ready_to_begin(stage: Stage) -> Script:
    """Paid last night: the union may hull and bag."""
    trade = Trade(stage, "asheville-coffee", who.MARCUS, who.DAWIT)
    yield stage.day(-5, "18:00")
    trade.place({"sidama-natural": "1920"}, mode="sea", terms=("FOB", "Djibouti"), ship_by=stage.on(28))
    yield stage.day(-4, "07:30")
    trade.confirm()
    yield stage.ago(hours=14)
    trade.pay(who.DANA)


def tiles_in_production(stage: Stage) -> Script:
    """Paid by transfer, in the kiln; ship-by is next week."""
    trade = Trade(stage, "tiles", who.PETER, who.MERT)
    yield stage.day(-19, "08:20")
    trade.place({"anatolia-tiles": "600"}, mode="sea", terms=("FCA", "Afyonkarahisar"), ship_by=stage.on(8))
    yield stage.day(-18, "07:10")
    trade.confirm()
    yield stage.day(-17, "09:00")
    trade.announce_transfer(who.WANJIRU)
    yield stage.day(-14, "10:45")
    trade.transfer_arrives(reference="KE-EQBL-778120", officer="finance2@portolan.example")
    yield stage.day(-13, "06:00")
    trade.produce()


def panels_gone_quiet(stage: Stage) -> Script:
    """Left two days late, nobody has reported their arrival; now the buyer's card bank has taken the money back."""
    trade = Trade(stage, "panels", who.PETER, who.WANG)
    yield stage.day(-76, "08:00")
    trade.place({"solar-panel-450": "620"}, mode="sea", terms=("FOB", "Ningbo"), ship_by=stage.on(-40))
    yield stage.day(-75, "02:30")
    trade.confirm()
    yield stage.day(-72, "09:15")
    trade.pay(who.WANJIRU)
    yield stage.day(-71, "01:20")
    trade.produce()
    yield stage.day(-39, "03:00")
    trade.pack(carrier="East Sea Container", tracking="ESCU 118826-4", arrives=stage.on(-10))
    attach_papers(trade, "commercial_invoice", "packing_list", "bill_of_lading")
    yield stage.day(-38, "04:00")
    trade.leave()
    yield stage.ago(days=2, hours=5)
    PayersBank(trade).takes_back("product_not_received")


SCENES: Final[tuple[Scene, ...]] = (
    a_season_of_cherries,
    towels_at_sea,
    avocados_under_inspection,
    bowls_under_inspection,
    coffee_ready_to_begin,
    tiles_in_production,
    panels_gone_quiet,
)

"""Trades in which somebody has to answer or to pay, and those that ended because nobody did."""

from __future__ import annotations

from typing import Final

from marketplace.demo.story import people as who
from marketplace.demo.story.stage import Scene, Script, Stage
from marketplace.demo.story.trade import Trade
from trade_assurance.disputes.models import Strike
from trade_assurance.disputes.operations import appeal_strike


def cherries_for_hamburg(stage: Stage) -> Script:
    """Placed this morning: the grower has three days to answer."""
    trade = Trade(stage, "cherries-hamburg", who.JONAS, who.CATALINA)
    yield stage.ago(hours=7)
    trade.place(
        {"cherries-150t": "18"},
        mode="sea",
        terms=("CIF", "Hamburg"),
        ship_by=stage.on(34),
        note="One 40' reefer to begin with. If sizes and firmness hold, we take a container a week.",
        specification="At least 70 % in 30 mm and up. Logger data of the whole journey with the documents.",
    )


def rice_for_the_gulf(stage: Stage) -> Script:
    """A first order in dinars, with three decimals."""
    trade = Trade(stage, "gulf-rice", who.PRIYA, who.SIMRAN)
    yield stage.ago(hours=20)
    trade.place(
        {"basmati-gulf-pack": "25000"},
        mode="sea",
        terms=("CIF", "Shuwaikh, Kuwait"),
        ship_by=stage.on(29),
        note="Arabic and English print on the bags as in your sample of March.",
    )


def coffee_for_yokohama(stage: Stage) -> Script:
    """Placed a few hours ago."""
    trade = Trade(stage, "yokohama-coffee", who.TAKAHASHI, who.DAWIT)
    yield stage.ago(hours=3)
    trade.place(
        {"sidama-washed": "1920"},
        mode="sea",
        terms=("FOB", "Djibouti"),
        ship_by=stage.on(41),
        note="Please send the pre-shipment sample of the lot by courier first.",
    )


def oil_with_other_terms(stage: Stage) -> Script:
    """The mill would deliver two weeks later and with freight: the buyer has three days to say yes or no."""
    trade = Trade(stage, "oil-amended", who.JONAS, who.JAVIER)
    yield stage.day(-2, "08:50")
    trade.place(
        {"picual-evoo": "2400", "saffron": "200"},
        mode="land",
        terms=("FCA", "Martos, Jaén"),
        ship_by=stage.on(10),
        note="Dark glass, our own back label: the print file is with Carmen.",
    )
    yield stage.ago(hours=16)
    trade.amend(
        freight="640.00",
        ship_by=stage.on(24),
        terms=("DAP", "Hamburg"),
        prices={2: "5.20"},
        note=(
            "The early harvest is bottled from next week on, so we ask for two weeks more. In return we deliver to"
            " your door in Hamburg for 640 euros. Saffron at 5.20: the jars now come with a seal."
        ),
    )


def malbec_to_be_paid(stage: Stage) -> Script:
    """Confirmed six days ago: the order lapses tomorrow unless it is paid."""
    trade = Trade(stage, "malbec-unpaid", who.JONAS, who.TOMAS)
    yield stage.day(-8, "14:10")
    trade.place(
        {"malbec-reserva": "3000", "torrontes": "600"},
        mode="sea",
        terms=("FCA", "Tunuyán, Mendoza"),
        ship_by=stage.on(18),
        note="German back labels, VI-1 with the goods.",
    )
    yield stage.ago(days=6, hours=1)
    trade.confirm()


def rice_paid_by_transfer(stage: Stage) -> Script:
    """The buyer's bank has been told; the money is on the statement, but its reference was typed wrongly."""
    trade = Trade(stage, "basmati-transfer", who.PRIYA, who.SIMRAN)
    yield stage.day(-6, "07:15")
    trade.place({"basmati-1121": "25"}, mode="sea", terms=("FOB", "Mundra"), ship_by=stage.on(21))
    yield stage.day(-4, "06:30")
    trade.confirm()
    yield stage.day(-2, "11:05")
    trade.announce_transfer(who.OMAR)


def chocolate_short_of_bank_charges(stage: Stage) -> Script:
    """The bank kept 25 dollars on the way (see the statement of yesterday): the hold waits for the rest."""
    trade = Trade(stage, "chocolate-short", who.MARCUS, who.FELIPE)
    yield stage.day(-7, "15:00")
    trade.place({"bahia-chocolate": "12000"}, mode="air", terms=("FCA", "Ilhéus"), ship_by=stage.on(23))
    yield stage.day(-5, "12:20")
    trade.confirm()
    yield stage.day(-4, "16:40")
    trade.announce_transfer(who.DANA)


def baskets_declined(stage: Stage) -> Script:
    """The weavers cannot keep the day."""
    trade = Trade(stage, "baskets-declined", who.MARCUS, who.KOFI)
    yield stage.day(-5, "17:30")
    trade.place({"bolga-baskets": "250"}, mode="sea", terms=("FOB", "Tema"), ship_by=stage.on(14))
    yield stage.day(-4, "09:25")
    trade.decline(
        "All looms are taken until next month; with six weeks instead of three we would gladly weave them."
    )


def tins_never_answered(stage: Stage) -> Script:
    """Nobody answered within three days: it lapsed by itself. The cannery appeals against its strike."""
    trade = Trade(stage, "tins-lapsed", who.DANA, who.DUARTE)
    yield stage.day(-11, "16:15")
    trade.place({"sardines-olive-oil": "5000"}, mode="sea", terms=("FCA", "Sines"), ship_by=stage.on(12))
    yield stage.ago(days=3, hours=4)
    appeal_strike(
        strike_ref=Strike.objects.get(order__ref=trade.ref).ref,
        text=(
            "Our whole town was without power and network for two of the three days, after the storm. The grid"
            " operator's notice is on our website. We answered every order before and after within a day."
        ),
        actor=trade.as_supplier(),
        key=trade.key(),
        at=stage.at,
    )


def pumps_never_paid(stage: Stage) -> Script:
    """Confirmed, but the money did not come within seven days: it lapsed by itself."""
    trade = Trade(stage, "pumps-lapsed", who.PETER, who.WANG)
    yield stage.day(-22, "08:05")
    trade.place({"end-suction-pump": "10"}, mode="sea", terms=("FOB", "Ningbo"), ship_by=stage.on(20))
    yield stage.day(-20, "03:40")
    trade.confirm()


SCENES: Final[tuple[Scene, ...]] = (
    cherries_for_hamburg,
    rice_for_the_gulf,
    coffee_for_yokohama,
    oil_with_other_terms,
    malbec_to_be_paid,
    rice_paid_by_transfer,
    chocolate_short_of_bank_charges,
    baskets_declined,
    tins_never_answered,
    pumps_never_paid,
)

"""Trades that are paid in several payments: one whose balance is due now, one whose schedule waits for an answer."""

from __future__ import annotations

from typing import Final

from marketplace.demo.story import people as who
from marketplace.demo.story.stage import Scene, Script, Stage
from marketplace.demo.story.trade import Trade
from orders import operations as orders
from orders.rules.schedule import ScheduledMilestone, TemplateMilestone
from orders.states import FundOn, ReleaseOn

ACCEPTED: Final = ReleaseOn.ACCEPTANCE.value
DEPOSIT_AND_BALANCE: Final = (
    TemplateMilestone("Deposit", 3_000, FundOn.CONFIRMATION.value, None, ACCEPTED),
    TemplateMilestone("Balance before the goods leave", 7_000, FundOn.BEFORE_SHIPMENT.value, None, ACCEPTED),
)


def towels_with_a_deposit(stage: Stage) -> Script:
    """The weaver asks for 30 % before and 70 % before shipment; the towels are packed, the balance is due.

    The deposit was paid with 500 dollars too much: they are kept, and may pay a part of the balance.
    """
    trade = Trade(stage, "towels-deposit", who.JONAS, who.ARJUN)
    yield stage.day(-19, "09:00")
    template = orders.save_schedule_template(
        name="30 % deposit, 70 % before shipment",
        milestones=DEPOSIT_AND_BALANCE,
        actor=trade.as_supplier(),
        key=trade.key(),
        at=stage.at,
    )
    orders.choose_default_schedule(ref=template, actor=trade.as_supplier(), at=stage.at)
    yield stage.day(-18, "10:20")
    trade.place(
        {"terry-towel-550": "3000"},
        mode="sea",
        terms=("FOB", "Mundra"),
        ship_by=stage.on(9),
        note="The same white as last time. We take your terms of 30 and 70.",
    )
    yield stage.day(-17, "06:30")
    trade.confirm()
    yield stage.day(-15, "11:00")
    trade.announce_transfer(keep_excess=True)
    yield stage.day(-13, "09:40")
    trade.transfer_arrives(more="500.00", reference="DE-COBA-7731-HK")
    yield stage.day(-12, "05:00")
    trade.produce()
    yield stage.day(-1, "12:30")
    trade.pack(carrier="East Sea Container", tracking="ESCU 220417-9", arrives=stage.on(38))


def panels_in_three_payments(stage: Stage) -> Script:
    """The maker would be paid in three steps: the buyer compares it with the order as placed."""
    trade = Trade(stage, "panels-three-payments", who.JONAS, who.WANG)
    yield stage.day(-2, "13:10")
    trade.place(
        {"solar-panel-450": "310"},
        mode="sea",
        terms=("FOB", "Ningbo"),
        ship_by=stage.on(35),
        note="For a cold store's roof in Bremen. Please mind the fire class of the back sheet.",
    )
    yield stage.ago(hours=9)
    trade.amend(
        freight="0.00",
        schedule=(
            ScheduledMilestone("Deposit", 2_000, FundOn.CONFIRMATION.value, None, ACCEPTED),
            ScheduledMilestone("Cells are here", 3_000, FundOn.DATE.value, stage.on(15), ACCEPTED),
            ScheduledMilestone(
                "Before shipment",
                5_000,
                FundOn.BEFORE_SHIPMENT.value,
                None,
                ReleaseOn.DELIVERY.value,
            ),
        ),
        note="Price and day as you ordered. We buy the cells for you, so we ask for a part of it on the way.",
    )


SCENES: Final[tuple[Scene, ...]] = (towels_with_a_deposit, panels_in_three_payments)

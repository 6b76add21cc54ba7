"""Two more quarrels: a decision that was appealed, and an agreement whose goods are on their way."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.core.files.uploadedfile import SimpleUploadedFile

from marketplace.demo.story import people as who
from marketplace.demo.story.papers import Paper, as_upload
from marketplace.demo.story.quarrel import INGRID, Quarrel
from marketplace.demo.story.quarrel_papers import photographs
from marketplace.demo.story.shipping_papers import attach_papers
from marketplace.demo.story.stage import Scene, Script, Stage
from marketplace.demo.story.trade import Trade


def _tagines_arrive(stage: Stage, trade: Trade) -> Script:
    yield stage.day(-74, "08:10")
    trade.place({"tagine": "300"}, mode="sea", terms=("FOB", "Casablanca"), ship_by=stage.on(-58))
    yield stage.day(-73, "09:00")
    trade.confirm()
    yield stage.day(-72, "10:20")
    trade.pay()
    yield stage.day(-71, "08:00")
    trade.produce()
    yield stage.day(-60, "09:30")
    trade.pack(carrier="Atlas Maritime", tracking="ATMU 330741-2", arrives=stage.on(-40))
    attach_papers(trade, "commercial_invoice", "packing_list", "bill_of_lading")
    yield stage.day(-59, "14:00")
    trade.leave()
    yield stage.day(-39, "07:15")
    trade.arrive()


def tagines_appealed(stage: Stage) -> Script:
    """Decided, and appealed by the supplier: another officer is to take it; nothing has moved."""
    trade = Trade(stage, "tagines-second", who.OMAR, who.YOUSSEF)
    yield from _tagines_arrive(stage, trade)
    quarrel = Quarrel(trade)
    yield stage.day(-36, "09:30")
    quarrel.claim(
        "954.00",
        reason="specification",
        clause="specification",
        quantity="60",
        statement="60 of 300 tagines are glazed inside with a colour that is not the one of the sample we approved.",
        files=photographs(stage, "tagine-glaze"),
    )
    yield stage.day(-35, "10:15")
    quarrel.propose(
        "supplier",
        "keep_and_pay",
        refund="150.00",
        note="They cook as well as the others. Keep them at a better price.",
    )
    yield stage.day(-34, "13:20")
    quarrel.inspect(
        "Bureau Gulf Quality, Dubai",
        task="Compare thirty tagines drawn at random with the sealed sample, by daylight and by instrument.",
        cost="120.00",
    )
    yield stage.day(-33, "08:00")
    quarrel.seal("buyer", "700.00")
    yield stage.day(-31, "10:00")
    quarrel.escalate()
    yield stage.day(-30, "09:00")
    quarrel.take(INGRID)
    yield stage.day(-28, "12:10")
    quarrel.report(
        "The inspector's report: six of thirty are outside the tolerance for the colour of the inside.",
        spent="110.00",
        files=[_glaze_report(stage.at)],
    )
    yield stage.day(-13, "11:00")
    quarrel.decide(
        INGRID,
        refund="600.00",
        release="354.00",
        reasons="The sample is part of the specification; the colour differs, the use does not.",
    )
    yield stage.day(-8, "16:20")
    quarrel.appeal(
        "supplier",
        "The sample was approved by photograph only, and the photograph shows the very colour we delivered.",
    )


def turmeric_replaced(stage: Stage) -> Script:
    """Agreed yesterday week: new goods come instead, and until they do the claim stays frozen."""
    trade = Trade(stage, "turmeric-second", who.BRAM, who.SIMRAN)
    yield stage.day(-66, "09:10")
    trade.place({"turmeric-powder": "1000"}, mode="sea", terms=("CFR", "Rotterdam"), ship_by=stage.on(-48))
    yield stage.day(-65, "06:00")
    trade.confirm()
    yield stage.day(-63, "10:00")
    trade.pay(who.LOTTE)
    yield stage.day(-62, "06:20")
    trade.produce()
    yield stage.day(-50, "07:30")
    trade.pack(carrier="Konkan Shipping", tracking="KNKU 301204-6", arrives=stage.on(-16))
    attach_papers(trade, "commercial_invoice", "packing_list", "bill_of_lading")
    yield stage.day(-49, "11:00")
    trade.leave()
    yield stage.day(-15, "08:00")
    trade.arrive()
    quarrel = Quarrel(trade)
    yield stage.day(-12, "09:20")
    quarrel.claim(
        "271.00",
        reason="damage",
        clause="packaging",
        quantity="100",
        statement="Four sacks of 25 kg came wet from the corner of the container and have caked.",
    )
    yield stage.day(-11, "12:05")
    quarrel.propose(
        "supplier",
        "replace",
        refund="271.00",
        due_on=stage.on(6),
        note="Four sacks of the same lot go by air this week, at our cost.",
    )
    yield stage.day(-10, "08:10")
    quarrel.agree("buyer")
    yield stage.day(-3, "07:40")
    quarrel.send("supplier", carrier="Malabar Air", tracking="MAL 220-4471")


def _glaze_report(at: datetime) -> SimpleUploadedFile:
    paper = Paper(
        title="Inspection report",
        issuer="Bureau Gulf Quality, Dubai",
        number="BGQ-20417",
        at=at,
        facts={
            "Ordered by": "Khaleej Foods, with the shipper's agreement",
            "Goods": "Tagines, 300 pieces, of which 30 drawn at random",
            "Place": "Warehouse 19, Al Quoz",
        },
        head=("Finding", "Pieces", "Share"),
        rows=(
            ("Inside as the sealed sample", "24", "80 %"),
            ("Inside darker than tolerance", "6", "20 %"),
            ("Cracks or chips", "0", "0 %"),
        ),
        remark="The darker pieces come from two of twelve crates. Their use is not affected.",
    )
    return as_upload(paper, "inspection-report-bgq-20417.pdf")


SCENES: Final[tuple[Scene, ...]] = (tagines_appealed, turmeric_replaced)

"""What buyers say of goods that arrived, what suppliers answer, and the operator's first rules about goods."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from catalog.operations import Marks, answer_review, install_starting_rules
from marketplace.demo.story import people as who
from marketplace.demo.story.goods import NADIA
from marketplace.demo.story.stage import Stage
from orders.models import Order
from orders.operations.reviewing import review_order
from orders.states import OrderState


@dataclass(frozen=True, slots=True)
class Said:
    """A buyer's word about a product of a completed order, so many days before the end, and the answer."""

    buyer: str
    supplier: str
    product: str
    marks: Marks
    days_ago: int
    answer: str = ""


SAID: Final = (
    Said(
        who.BRAM,
        who.CATALINA,
        "cherries-150t",
        Marks(5, 5, 5, "Firm, dark and above 28 mm as agreed; the logger never left 0.5 degrees."),
        60,
        "Thank you, Bram. The first lorry of December is yours if you want it.",
    ),
    Said(
        who.OMAR,
        who.SIMRAN,
        "basmati-1121",
        Marks(
            4, 5, 4, "Grain and aroma like the sample. Two bags of two hundred were torn in the container."
        ),
        50,
        "We have changed to laminated bags since; the next lot comes in them.",
    ),
    Said(
        who.ANKE,
        who.JAVIER,
        "picual-evoo",
        Marks(
            5,
            4,
            5,
            "Fresh, green, no rancid note after a month. Javier at the mill answers the telephone himself.",
        ),
        40,
    ),
)


def tell_of_goods(stage: Stage) -> None:
    """The rules, the reviews and the answers."""
    install_starting_rules(actor=stage.actor(NADIA), at=stage.ago(days=90))
    for said in SAID:
        order = (
            Order.objects.filter(
                state=OrderState.COMPLETED,
                buyer=stage.company(said.buyer),
                lines__product__ref=stage.products[said.product],
            )
            .order_by("pk")
            .first()
        )
        if order is None:
            msg = f"{said.buyer} has no completed order of {said.product}"
            raise LookupError(msg)
        review = review_order(
            order_ref=order.ref,
            product_ref=stage.products[said.product],
            marks=said.marks,
            actor=stage.actor(said.buyer),
            at=stage.ago(days=said.days_ago),
        )
        if said.answer:
            answer_review(
                review_ref=review.ref,
                text=said.answer,
                actor=stage.actor(said.supplier),
                at=stage.ago(days=said.days_ago - 2),
            )

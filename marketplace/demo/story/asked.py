"""What buyers asked Catalina before they ordered: answered, answered and closed, and one that waits this morning."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Final

from marketplace.demo.story.people import CATALINA, DANA, MARIEKE, OMAR, SATO
from marketplace.demo.story.stage import Stage
from orders.operations.enquiries import ask_supplier, close_enquiry, write_in_enquiry
from orders.rules.enquiries import Question


@dataclass(frozen=True, slots=True)
class _Talk:
    """One thread: who asks about what, how many days ago; then each word with the hours it took."""

    buyer: str
    product: str
    days_ago: float
    quantity: str
    country: str
    question: str
    words: Sequence[tuple[str, float, str]] = ()
    is_closed: bool = False


_TALKS: Final = (
    _Talk(
        DANA,
        "blueberries",
        21,
        "6000",
        "US",
        "We pack for two retail chains. Can you fill 125 g clamshells with our label, and what does the label cost?",
        (
            (
                CATALINA,
                3,
                "Yes, from 3,000 kg on. Labels that you send us cost nothing; printed here 0.04 USD each.",
            ),
            (DANA, 20, "Then we send ours. Thank you, the order follows."),
            (CATALINA, 1, "Good. Please send them to the packing house in Curicó two weeks before loading."),
        ),
        is_closed=True,
    ),
    _Talk(
        SATO,
        "red-apples",
        12,
        "5145",
        "JP",
        "Do you treat for codling moth as Japan asks, and who issues the certificate?",
        (
            (
                CATALINA,
                7,
                "SAG inspects and issues it at the cold store; the treatment takes 55 days at 1.1 °C.",
            ),
        ),
    ),
    _Talk(
        MARIEKE,
        "blueberries",
        5,
        "",
        "NL",
        "Which residue limits do you guarantee, and can we see an analysis of this season?",
        (
            (
                CATALINA,
                5,
                "A third of the EU limits, four substances at most. We send the analysis with the offer.",
            ),
        ),
    ),
    _Talk(
        OMAR,
        "red-apples",
        0.3,
        "2058",
        "AE",
        "Could two pallets go by air to Dubai next week, and is the price the same for the smaller size?",
    ),
)


def ask(stage: Stage) -> None:
    """Four threads, the last one unanswered."""
    for number, talk in enumerate(_TALKS):
        at, key = stage.ago(days=talk.days_ago), f"demo:enquiry:{number}"
        enquiry = ask_supplier(
            product_ref=stage.products[talk.product],
            question=Question(talk.question, Decimal(talk.quantity) if talk.quantity else None, talk.country),
            actor=stage.actor(talk.buyer),
            key=key,
            at=at,
        )
        for place, (person, hours, text) in enumerate(talk.words):
            at += timedelta(hours=hours)
            write_in_enquiry(
                enquiry_ref=enquiry.ref,
                text=text,
                actor=stage.actor(person),
                key=f"{key}:{place}",
                at=at,
            )
        if talk.is_closed:
            close_enquiry(enquiry_ref=enquiry.ref, actor=stage.actor(talk.buyer), key=f"{key}:over", at=at)

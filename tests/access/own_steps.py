"""Who may take the later steps of the world's own trade: credit, deposits, old money, ranges, inspections, bundles.

As in `own_trades`: a role that may not is refused by those who know of the thing, for all others it does not exist.
"""

from __future__ import annotations

from typing import Any

from marketplace.core.ids import new_key
from tests.access import SUPPLIERS, Outcome, Outcomes, Persona, Route, outcomes
from tests.access.own_trades import (
    BUYING,
    CASE,
    CLOSED,
    HIDDEN,
    OPEN,
    PAYING,
    READING,
    REFUSED,
    SELLING,
    case,
    offer,
    only,
    order,
    said,
)
from tests.access.stories import CLAIMED_AT, NOW
from tests.factories import days
from tests.factories.disputes import usd
from tests.factories.moves import an_old_hold_here
from trade_assurance.disputes.models import Dispute, Inspection, Strike
from trade_assurance.disputes.operations import (
    Claimed,
    accept_offer,
    give_strike,
    make_offer,
    open_claim,
    propose_inspection,
)
from trade_assurance.disputes.states import StrikeCause


def old_money(world: Any) -> dict[str, object]:
    """An order of the two whose money a processor has held for 76 days."""
    trade, _hold = an_old_hold_here(NOW, buyer=world.buyer, supplier=world.supplier)
    return {"ref": trade.ref, "provider": "sandbox"}


def inspection(world: Any) -> dict[str, object]:
    """An inspection in the claim that its supplier proposes and would pay first."""
    found = Inspection.objects.filter(dispute=world.trades.claim).first()
    ref = (
        found.ref
        if found
        else propose_inspection(
            dispute_ref=world.trades.claim.ref,
            inspector="Harbour Surveyors",
            task="Count the bags",
            cost=usd(10_000),
            advanced_by="supplier",
            actor=world.actor(Persona.SUPPLIER_OWNER),
            key=new_key(),
            at=CLAIMED_AT + days(1),
        )
    )
    return {"ref": world.trades.claim.ref, "inspection_ref": ref}


def agreed(world: Any) -> dict[str, object]:
    """A claim of the two that ended with goods to be sent by the supplier."""
    buyer, supplier = world.actor(Persona.BUYER_OWNER), world.actor(Persona.SUPPLIER_OWNER)
    trade = world.trades.delivered
    found = Dispute.objects.filter(order=trade.order).first()
    if found is not None:
        return {"ref": found.ref}
    ref = open_claim(
        order_ref=trade.ref,
        claim=Claimed(reason="damage", clause="packaging", amount=usd(50_000), statement="Wet bags"),
        actor=buyer,
        key=new_key(),
        at=NOW,
    )
    make_offer(
        dispute_ref=ref,
        kind="replace",
        refund=usd(50_000),
        due_on=(NOW + days(20)).date(),
        note="New bags",
        actor=supplier,
        key=new_key(),
        at=NOW,
    )
    accept_offer(dispute_ref=ref, version=1, actor=buyer, key=new_key(), at=NOW)
    return {"ref": ref}


def strike(world: Any) -> dict[str, object]:
    """A strike of the supplier for an order of the two."""
    ref = world.trades.placed.ref
    row = give_strike(order_ref=ref, cause=StrikeCause.NO_ANSWER, at=NOW) or Strike.objects.get(
        order__ref=ref
    )
    return {"ref": row.ref}


def shown_file(world: Any) -> dict[str, object]:
    """The file that the buyer showed in the claim."""
    return {"ref": world.trades.claim.ref, "file_ref": world.trades.evidence.ref}


OWN_PAYOUT: Outcomes = dict(
    outcomes(Outcome.ONWARD, anonymous=Outcome.LOGIN, members=REFUSED, stranger=HIDDEN)
) | {
    Persona.BUYER_OWNER: HIDDEN,
    Persona.BUYER_FINANCE: HIDDEN,
    Persona.SUPPLIER_OWNER: OPEN,
    Persona.SUPPLIER_FINANCE: OPEN,
}


def of_the_case(*allowed: frozenset[Persona], officer: Outcome = REFUSED) -> Outcomes:
    """Steps that officers have, too: no company is asked for, so the case does not exist for anybody else."""
    result = outcomes(
        HIDDEN, anonymous=Outcome.LOGIN, buyers=REFUSED, suppliers=REFUSED, dispute_officer=officer
    )
    for people in allowed:
        result |= dict.fromkeys(people, OPEN)
    return result


ROUTES = (
    Route("order_ledger", get=READING, post=CLOSED, kwargs=order("funded")),
    Route("pay_credit", get=CLOSED, post=only(PAYING), kwargs=order("unpaid"), data=said()),
    Route(
        "unpaid_cancel",
        get=only(SELLING),
        post=only(SELLING),
        kwargs=order("funded"),
        data=said(keeps="0", reason="x"),
    ),
    Route("deposit_agree", get=CLOSED, post=only(BUYING), kwargs=order("funded"), data=said()),
    Route("loss_accept", get=CLOSED, post=only(SELLING), kwargs=order("funded"), data=said()),
    Route(
        "move_consent",
        get=CLOSED,
        post=only(BUYING, SELLING),
        kwargs=old_money,
        data=said(typed_name="A. Person", read_hash="of another text"),
    ),
    Route("move_withdraw", get=CLOSED, post=only(BUYING, SELLING), kwargs=old_money, data=said()),
    Route(
        "payout_withdraw",
        get=CLOSED,
        post=OWN_PAYOUT,
        kwargs=lambda world: {"ref": world.trades.payout.ref},
        data=said(),
    ),
    Route("range_seal", get=CLOSED, post=only(BUYING, SELLING), kwargs=case("claim"), data=said(bound="900")),
    Route("range_withdraw", get=CLOSED, post=only(BUYING, SELLING), kwargs=case("claim"), data=said()),
    Route("offer_withdraw", get=CLOSED, post=only(SELLING), kwargs=offer, data=said()),
    Route("inspections", get=CASE, post=CLOSED, kwargs=case("claim")),
    Route(
        "inspection_propose",
        get=CLOSED,
        post=of_the_case(BUYING, SELLING),
        kwargs=case("claim"),
        data=said(inspector="A. Surveyor", task="x", amount="90", currency="USD", advanced_by="buyer"),
    ),
    Route("inspection_agree", get=CLOSED, post=of_the_case(BUYING), kwargs=inspection, data=said()),
    Route("inspection_decline", get=CLOSED, post=of_the_case(BUYING), kwargs=inspection, data=said()),
    Route("inspection_withdraw", get=CLOSED, post=of_the_case(SELLING), kwargs=inspection, data=said()),
    Route("evidence_file", get=CASE, post=CLOSED, kwargs=shown_file),
    Route("bundles", get=READING, post=CLOSED, kwargs=case("claim")),
    Route("bundle_ask", get=CLOSED, post=READING, kwargs=case("claim"), data=said()),
    Route(
        "dispute_appeal",
        get=CLOSED,
        post=only(BUYING, SELLING),
        kwargs=case("decided"),
        data=said(text="Because of this walk"),
    ),
    Route(
        "promise_send",
        get=CLOSED,
        post=only(SELLING),
        kwargs=agreed,
        data=said(carrier="Sandbox", tracking_number="WALK 2"),
        note="goods that the supplier is to send",
    ),
    Route("promise_confirm", get=CLOSED, post=only(BUYING), kwargs=agreed, data=said()),
    Route(
        "promise_contest",
        get=CLOSED,
        post=only(BUYING),
        kwargs=agreed,
        data=said(text="Nothing came, because of this walk"),
    ),
    Route("appeal_withdraw", get=CLOSED, post=only(BUYING, SELLING), kwargs=case("decided"), data=said()),
    Route(
        "strike_appeal",
        get=CLOSED,
        post=only(SELLING, knowing=SUPPLIERS),
        kwargs=strike,
        data=said(text="Because of this walk"),
    ),
)

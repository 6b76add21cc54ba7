"""Who may do what with the world's own trade: each role of both sides, the stranger, the desks.

The other files ask with objects nobody here owns; here the buyer's and the supplier's own orders, payments,
cases, payouts and files are tried by everybody. A role that may not is refused by those who know of the
thing (403); for everybody else it does not exist (404).
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from marketplace.core.ids import new_key
from tests.access import BUYERS, EVERYBODY, SUPPLIERS, Outcome, Outcomes, Persona, Route, outcomes
from tests.factories.files import a_pdf
from tests.factories.shipping import a_proposal

CLOSED: Outcomes = dict.fromkeys(EVERYBODY, Outcome.CLOSED)
OPEN, HIDDEN, REFUSED = Outcome.OPEN, Outcome.HIDDEN, Outcome.REFUSED
BASE = outcomes(Outcome.ONWARD, anonymous=Outcome.LOGIN, members=HIDDEN)


def side(name: str, *roles: str) -> frozenset[Persona]:
    """People of one side in these roles."""
    return frozenset(Persona(f"{name}_{role}") for role in roles)


def only(*allowed: frozenset[Persona], knowing: frozenset[Persona] = BUYERS | SUPPLIERS) -> Outcomes:
    """Open to these, refused to the others who know of it, hidden from the rest."""
    result = dict(BASE) | dict.fromkeys(knowing, REFUSED)
    for people in allowed:
        result |= dict.fromkeys(people, OPEN)
    return result


BUYING = side("buyer", "owner", "purchasing")
PAYING = side("buyer", "owner", "purchasing", "finance")
SELLING = side("supplier", "owner", "sales")
SPEAKING = PAYING | side("supplier", "owner", "sales", "finance")
READING = outcomes(
    HIDDEN,
    anonymous=Outcome.LOGIN,
    buyers=OPEN,
    suppliers=OPEN,
    finance_officer=OPEN,
    dispute_officer=OPEN,
)
ARRIVAL = dict(
    outcomes(
        HIDDEN,
        anonymous=Outcome.LOGIN,
        buyers=REFUSED,
        suppliers=REFUSED,
        finance_officer=REFUSED,
        dispute_officer=OPEN,
    )
) | dict.fromkeys(BUYING, OPEN)
CASE = outcomes(HIDDEN, anonymous=Outcome.LOGIN, buyers=OPEN, suppliers=OPEN, dispute_officer=OPEN)
PARTIES = outcomes(Outcome.ONWARD, anonymous=Outcome.LOGIN, buyers=OPEN, suppliers=OPEN, stranger=HIDDEN)
TALKING = dict(outcomes(HIDDEN, anonymous=Outcome.LOGIN, buyers=REFUSED, suppliers=REFUSED)) | dict.fromkeys(
    BUYING | SELLING, OPEN
)
PAYERS = outcomes(Outcome.ONWARD, anonymous=Outcome.LOGIN, members=HIDDEN, buyers=OPEN)
PAYEES = outcomes(Outcome.ONWARD, anonymous=Outcome.LOGIN, members=HIDDEN, suppliers=OPEN)
API_OWN = outcomes(REFUSED, buyers=OPEN, suppliers=OPEN, stranger=HIDDEN)
API_CLOSED = outcomes(Outcome.CLOSED, anonymous=REFUSED)


def order(state: str) -> Callable[[Any], dict[str, object]]:
    """An order of the two in this state."""
    return lambda world: {"ref": getattr(world.trades, state).ref}


def shipment(state: str, which: str) -> Callable[[Any], dict[str, object]]:
    """A shipment under the order it belongs to."""
    return lambda world: {
        "ref": getattr(world.trades, state).ref,
        "shipment_ref": getattr(world.trades, which).ref,
    }


def strange_shipment(world: Any) -> dict[str, object]:
    """The stranger's shipment named under the supplier's order."""
    return {"ref": world.trades.funded.ref, "shipment_ref": world.strange_trades.packed.ref}


def case(which: str) -> Callable[[Any], dict[str, object]]:
    """A case of the two."""
    return lambda world: {"ref": getattr(world.trades, which).ref}


def offer(world: Any) -> dict[str, object]:
    """The supplier's offer in the claim."""
    return {"ref": world.trades.claim.ref, "version": 1}


def said(**fields: object) -> Callable[[Any], dict[str, object]]:
    """What a form sends, with a fresh key."""
    return lambda world: {"idempotency_key": new_key(), **fields}


def paper(_world: Any) -> dict[str, object]:
    """A paper for a shipment."""
    return {"idempotency_key": new_key(), "document_type": "other", "upload": a_pdf("walk.pdf", "walk")}


def amendment(world: Any) -> dict[str, object]:
    """Other terms for the placed order."""
    line = world.trades.placed.line
    return {
        "idempotency_key": new_key(),
        "freight": "0",
        "ship_by": "2026-06-20",
        "incoterms_rule": "FOB",
        "named_place": "Mundra",
        f"quantity_{line.pk}": "18",
        f"unit_price_{line.pk}": "1170",
        f"discount_bps_{line.pk}": "0",
    }


def packing(world: Any) -> dict[str, object]:
    """Goods of the funded order."""
    return {
        "idempotency_key": new_key(),
        "transport_mode": "sea",
        "carrier": "Sandbox",
        "tracking_number": "WALK 1",
        "promised_arrival_on": "2026-06-20",
        f"quantity_{world.trades.funded.line.pk}": "5",
    }


def weights(world: Any) -> dict[str, object]:
    """A certificate for the packed shipment of the funded order."""
    return {
        "idempotency_key": new_key(),
        f"measured_{world.trades.funded.line.pk}": "4.9",
        "upload": a_pdf("weights.pdf", "walk"),
    }


def arrived(world: Any) -> dict[str, object]:
    """The shipment of the delivered order."""
    trade = world.trades.delivered
    return {"ref": trade.ref, "shipment_ref": trade.order.shipments.get().ref}


def a_cut(world: Any) -> dict[str, object]:
    """One tonne less of the funded order."""
    return {"idempotency_key": new_key(), f"cancel_{world.trades.funded.line.pk}": "1"}


def change(world: Any) -> dict[str, object]:
    """A change of the funded order that its supplier proposes."""
    trade = world.trades.funded
    one = trade.order.addenda.first() or a_proposal(trade, cancel=Decimal(1))
    return {"ref": trade.ref, "addendum_ref": one.ref}


REASON = said(reason="Because of this walk")
ORDERS = (
    Route(
        "enquiry",
        get=outcomes(HIDDEN, anonymous=Outcome.LOGIN, buyers=OPEN, suppliers=OPEN),
        post=TALKING,
        kwargs=case("talk"),
        data=said(text="Because of this walk"),
    ),
    Route("enquiry_close", get=CLOSED, post=only(BUYING, SELLING), kwargs=case("talk"), data=said()),
    Route(
        "enquiry_report",
        get=PARTIES,
        post=only(BUYING, SELLING),
        kwargs=case("talk"),
        data=said(reason="insult"),
    ),
    Route("api_enquiry", get=API_OWN, post=API_CLOSED, kwargs=case("talk")),
    Route("order", get=READING, post=CLOSED, kwargs=order("placed")),
    Route("order", get=READING, post=CLOSED, kwargs=order("delivered")),
    Route("order", get=READING, post=CLOSED, kwargs=order("accepted")),
    Route("order_contract", get=READING, post=CLOSED, kwargs=order("funded")),
    Route("order_contract_data", get=READING, post=CLOSED, kwargs=order("funded")),
    Route("order_amendment", get=READING, post=CLOSED, kwargs=order("amended")),
    Route("api_order", get=API_OWN, post=API_CLOSED, kwargs=order("funded")),
    Route("order_confirm", get=CLOSED, post=only(SELLING), kwargs=order("placed"), data=said()),
    Route("order_decline", get=only(SELLING), post=only(SELLING), kwargs=order("placed"), data=REASON),
    Route("order_amend", get=only(SELLING), post=only(SELLING), kwargs=order("placed"), data=amendment),
    Route("order_withdraw", get=only(BUYING), post=only(BUYING), kwargs=order("placed"), data=REASON),
    Route("amendment_accept", get=CLOSED, post=only(BUYING), kwargs=order("amended"), data=said(version="1")),
    Route(
        "amendment_decline", get=CLOSED, post=only(BUYING), kwargs=order("amended"), data=said(version="1")
    ),
    Route("order_cancel", get=CLOSED, post=only(BUYING, SELLING), kwargs=order("unpaid"), data=REASON),
    Route(
        "pay",
        get=only(PAYING),
        post=only(PAYING),
        kwargs=order("unpaid"),
        data=said(provider="bank_transfer"),
    ),
    Route("order_again", get=CLOSED, post=only(BUYING), kwargs=order("accepted"), data=said()),
    Route("production_start", get=CLOSED, post=only(SELLING), kwargs=order("funded"), data=said()),
    Route("shipment_new", get=only(SELLING), post=only(SELLING), kwargs=order("funded"), data=packing),
    Route(
        "shipment_dispatch",
        get=only(SELLING),
        post=only(SELLING),
        kwargs=shipment("funded", "packed"),
        data=said(shipped_on="2026-04-14"),
    ),
    Route(
        "shipment_unpack", get=CLOSED, post=only(SELLING), kwargs=shipment("funded", "packed"), data=said()
    ),
    Route(
        "shipment_document",
        get=only(SELLING),
        post=only(SELLING),
        kwargs=shipment("funded", "packed"),
        data=paper,
    ),
    *(
        Route(name, get=get, post=BASE, kwargs=strange_shipment, data=data, note="another company's shipment")
        for name, get, data in (
            ("shipment_dispatch", BASE, said(shipped_on="2026-04-14")),
            ("shipment_unpack", CLOSED, said()),
            ("shipment_document", BASE, paper),
        )
    ),
    Route(
        "shipment_deliver",
        get=outcomes(HIDDEN, anonymous=Outcome.LOGIN),
        post=outcomes(HIDDEN, anonymous=Outcome.LOGIN),
        kwargs=strange_shipment,
        data=said(delivered_on="2026-04-14"),
        note="another company's shipment, also for officers: it is not of this order",
    ),
    Route(
        "shipment_deliver",
        get=ARRIVAL,
        post=ARRIVAL,
        kwargs=shipment("shipped", "under_way"),
        data=said(delivered_on="2026-04-14"),
    ),
    Route("order_accept", get=CLOSED, post=only(BUYING), kwargs=order("delivered"), data=said()),
    Route("shipment_accept", get=CLOSED, post=only(BUYING), kwargs=arrived, data=said()),
    Route(
        "shipment_weights",
        get=only(SELLING),
        post=only(SELLING),
        kwargs=shipment("funded", "packed"),
        data=weights,
    ),
    Route("surplus_waive", get=CLOSED, post=only(SELLING), kwargs=shipment("funded", "packed"), data=said()),
    Route(
        "shipment_weights",
        get=BASE,
        post=BASE,
        kwargs=strange_shipment,
        data=weights,
        note="another company's shipment",
    ),
    Route(
        "addendum_new",
        get=only(BUYING, SELLING),
        post=only(BUYING, SELLING),
        kwargs=order("funded"),
        data=a_cut,
    ),
    Route("addendum", get=READING, post=CLOSED, kwargs=change),
    Route("addendum_accept", get=CLOSED, post=only(BUYING, SELLING), kwargs=change, data=said()),
    Route("addendum_decline", get=CLOSED, post=only(BUYING, SELLING), kwargs=change, data=said()),
    Route("addendum_withdraw", get=CLOSED, post=only(SELLING), kwargs=change, data=said()),
    Route("unshipped_cancel", get=CLOSED, post=only(BUYING, SELLING), kwargs=order("funded"), data=REASON),
    Route(
        "cancellation_postpone",
        get=only(BUYING),
        post=only(BUYING),
        kwargs=order("funded"),
        data=said(to_date="2026-05-20"),
    ),
)
PAYMENTS = (
    Route("payment", get=PAYERS, post=CLOSED, kwargs=lambda world: {"ref": world.trades.transfer.ref}),
    Route("payment", get=PAYERS, post=CLOSED, kwargs=lambda world: {"ref": world.trades.card.ref}),
    Route("payment_return", get=PAYERS, post=CLOSED, kwargs=lambda world: {"ref": world.trades.card.ref}),
    Route(
        "sandbox_pay",
        get=PAYERS,
        post=dict(PAYERS) | {Persona.BUYER_VIEWER: REFUSED},
        kwargs=lambda world: {"ref": world.trades.card.provider_ref},
        data=lambda world: {"action": "pay"},
    ),
    Route("payout", get=PAYEES, post=CLOSED, kwargs=lambda world: {"ref": world.trades.payout.ref}),
)
CASES = (
    Route(
        "dispute_open",
        get=only(BUYING),
        post=only(BUYING),
        kwargs=order("delivered"),
        data=said(
            reason="damage", clause="packaging", amount="100", statement="Wet bags, because of this walk."
        ),
    ),
    Route("dispute", get=CASE, post=CLOSED, kwargs=case("claim")),
    Route("dispute", get=CASE, post=CLOSED, kwargs=case("decided")),
    Route("dispute_accept", get=CLOSED, post=only(SELLING), kwargs=case("claim"), data=said()),
    Route("dispute_withdraw", get=CLOSED, post=only(BUYING), kwargs=case("claim"), data=said()),
    Route("dispute_escalate", get=CLOSED, post=only(BUYING), kwargs=case("claim"), data=said()),
    Route(
        "offer_make",
        get=CLOSED,
        post=only(BUYING, SELLING),
        kwargs=case("claim"),
        data=said(refund="200", note="Because of this walk"),
    ),
    Route("offer_accept", get=CLOSED, post=only(BUYING, SELLING), kwargs=offer, data=said()),
    Route("offer_decline", get=CLOSED, post=only(BUYING, SELLING), kwargs=offer, data=said()),
    Route(
        "dispute_message",
        get=CLOSED,
        post=only(SPEAKING),
        kwargs=case("claim"),
        data=said(text="Because of this walk"),
    ),
    Route(
        "dispute_evidence",
        get=CLOSED,
        post=only(SPEAKING),
        kwargs=case("claim"),
        data=said(note="Because of this walk"),
    ),
    Route("dispute_rest", get=CLOSED, post=only(BUYING, SELLING), kwargs=case("claim"), data=said()),
    Route("dispute_waive", get=CLOSED, post=only(BUYING, SELLING), kwargs=case("decided"), data=said()),
)
ROUTES = (*ORDERS, *PAYMENTS, *CASES)

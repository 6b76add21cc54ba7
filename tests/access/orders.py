"""Who may open the routes of orders.

The orders here are of companies that none of the personas belongs to; what each role of both sides may
do with an order of their own is in `tests/orders/test_views.py`.
"""

from __future__ import annotations

from typing import Any

from tests.access import EVERYBODY, Outcome, Outcomes, Route, outcomes
from tests.factories.accounts import a_company
from tests.factories.catalog import a_live_product
from tests.factories.enquiries import an_enquiry
from tests.factories.orders import a_cleared_order, a_packed_shipment, a_placed_order, a_schedule_template
from tests.orders.test_operations_answering import amended

CLOSED: Outcomes = dict.fromkeys(EVERYBODY, Outcome.CLOSED)
READ_ONLY = outcomes(Outcome.CLOSED, anonymous=Outcome.REFUSED)
COMPANIES = outcomes(Outcome.ONWARD, anonymous=Outcome.LOGIN, members=Outcome.OPEN)
HIDDEN_FROM_COMPANIES = outcomes(Outcome.ONWARD, anonymous=Outcome.LOGIN, members=Outcome.HIDDEN)
STRANGERS_TO_IT = outcomes(Outcome.HIDDEN, anonymous=Outcome.LOGIN)
MODERATORS = outcomes(
    Outcome.REFUSED,
    anonymous=Outcome.LOGIN,
    moderator=Outcome.OPEN,
    staff_without_factor=Outcome.ONWARD,
)
OFFICERS = outcomes(
    Outcome.HIDDEN,
    anonymous=Outcome.LOGIN,
    dispute_officer=Outcome.OPEN,
    finance_officer=Outcome.OPEN,
)
DISPUTE_OFFICERS = outcomes(
    Outcome.HIDDEN,
    anonymous=Outcome.LOGIN,
    dispute_officer=Outcome.OPEN,
    finance_officer=Outcome.REFUSED,
)


def buyers_of_any_company(outcome: Outcome) -> Outcomes:
    """What owners and purchasers meet; other members are refused."""
    return outcomes(
        Outcome.ONWARD,
        anonymous=Outcome.LOGIN,
        members=Outcome.REFUSED,
        buyer_owner=outcome,
        buyer_purchasing=outcome,
        supplier_owner=outcome,
        stranger=outcome,
    )


SELLERS = outcomes(
    Outcome.ONWARD,
    anonymous=Outcome.LOGIN,
    members=Outcome.REFUSED,
    buyer_owner=Outcome.OPEN,
    supplier_owner=Outcome.OPEN,
    supplier_sales=Outcome.OPEN,
    stranger=Outcome.OPEN,
)
SELLERS_OF_ANOTHER = outcomes(
    Outcome.ONWARD,
    anonymous=Outcome.LOGIN,
    members=Outcome.REFUSED,
    buyer_owner=Outcome.HIDDEN,
    supplier_owner=Outcome.HIDDEN,
    supplier_sales=Outcome.HIDDEN,
    stranger=Outcome.HIDDEN,
)


def a_schedule(_world: Any) -> dict[str, object]:
    """A payment schedule of a company that none of the personas belongs to."""
    return {"ref": a_schedule_template(a_company()).ref}


def a_listing(_world: Any) -> dict[str, object]:
    """A listing on offer to ask about."""
    return {"ref": a_live_product().ref}


def a_talk(_world: Any) -> dict[str, object]:
    """An enquiry of two companies that none of the personas belongs to, not reported."""
    return {"ref": an_enquiry().ref}


def a_wish(_world: Any) -> dict[str, object]:
    """A quantity of a product on offer."""
    return {"product_ref": a_live_product().ref, "quantity": "20"}


def a_supplier(_world: Any) -> dict[str, object]:
    """A supplier of whom no cart holds anything."""
    return {"supplier_ref": a_company().ref}


def an_order(_world: Any) -> dict[str, object]:
    """A placed order."""
    return {"ref": a_placed_order().ref}


def an_amended_order(_world: Any) -> dict[str, object]:
    """An order with other terms on the table."""
    return {"ref": amended(a_placed_order()).order.ref}


def a_contract(_world: Any) -> dict[str, object]:
    """A confirmed order."""
    return {"ref": a_cleared_order().ref}


def a_shipment(_world: Any) -> dict[str, object]:
    """A packed shipment."""
    trade = a_cleared_order()
    return {"ref": trade.ref, "shipment_ref": a_packed_shipment(trade).ref}


ROUTES = (
    Route("cart", get=COMPANIES, post=CLOSED),
    Route("cart_add", get=CLOSED, post=buyers_of_any_company(Outcome.OPEN), data=a_wish),
    Route(
        "cart_line",
        get=CLOSED,
        post=buyers_of_any_company(Outcome.HIDDEN),
        kwargs=lambda world: {"line_id": 0},
        data=lambda world: {"quantity": "5"},
    ),
    Route(
        "checkout",
        get=buyers_of_any_company(Outcome.OPEN),
        post=buyers_of_any_company(Outcome.OPEN),
        kwargs=a_supplier,
        note="an empty cart leads back to the cart",
    ),
    Route(
        "sample_order",
        get=buyers_of_any_company(Outcome.OPEN),
        post=buyers_of_any_company(Outcome.OPEN),
        kwargs=lambda world: {"product_ref": a_live_product().ref},
        note="a product without a sample leads back to its page",
    ),
    Route(
        "enquiry_ask",
        get=dict.fromkeys(EVERYBODY, Outcome.OPEN),
        post=buyers_of_any_company(Outcome.OPEN),
        kwargs=a_listing,
        note="everybody may type a question; who has no company is led to one, and what was typed is kept",
    ),
    Route("enquiries", get=COMPANIES, post=CLOSED),
    Route("enquiries_received", get=COMPANIES, post=CLOSED),
    Route("enquiry", get=STRANGERS_TO_IT, post=STRANGERS_TO_IT, kwargs=a_talk),
    Route("enquiry_close", get=CLOSED, post=HIDDEN_FROM_COMPANIES, kwargs=a_talk),
    Route("enquiry_report", get=HIDDEN_FROM_COMPANIES, post=HIDDEN_FROM_COMPANIES, kwargs=a_talk),
    Route(
        "desk_enquiries",
        get=MODERATORS,
        post=CLOSED,
    ),
    Route("desk_enquiry_judge", get=CLOSED, post=MODERATORS, kwargs=a_talk),
    Route("schedules", get=COMPANIES, post=CLOSED),
    Route("schedule_new", get=SELLERS, post=SELLERS),
    Route("schedule_edit", get=SELLERS_OF_ANOTHER, post=SELLERS_OF_ANOTHER, kwargs=a_schedule),
    Route("schedule_default", get=CLOSED, post=SELLERS_OF_ANOTHER, data=a_schedule),
    Route("schedule_remove", get=CLOSED, post=SELLERS_OF_ANOTHER, kwargs=a_schedule),
    Route("orders_export", get=outcomes(Outcome.OPEN, anonymous=Outcome.LOGIN), post=CLOSED),
    Route("order_decline", get=HIDDEN_FROM_COMPANIES, post=HIDDEN_FROM_COMPANIES, kwargs=an_order),
    Route("order_withdraw", get=HIDDEN_FROM_COMPANIES, post=HIDDEN_FROM_COMPANIES, kwargs=an_order),
    Route("order_amend", get=HIDDEN_FROM_COMPANIES, post=HIDDEN_FROM_COMPANIES, kwargs=an_order),
    Route("order_amendment", get=OFFICERS, post=CLOSED, kwargs=an_amended_order),
    Route("amendment_decline", get=CLOSED, post=HIDDEN_FROM_COMPANIES, kwargs=an_amended_order),
    Route("order_buyer_review", get=HIDDEN_FROM_COMPANIES, post=HIDDEN_FROM_COMPANIES, kwargs=a_contract),
    Route("order_review", get=HIDDEN_FROM_COMPANIES, post=HIDDEN_FROM_COMPANIES, kwargs=a_contract),
    Route("order_contract", get=OFFICERS, post=CLOSED, kwargs=a_contract),
    Route("order_contract_data", get=OFFICERS, post=CLOSED, kwargs=a_contract),
    Route("order_again", get=CLOSED, post=HIDDEN_FROM_COMPANIES, kwargs=a_contract),
    Route("production_start", get=CLOSED, post=HIDDEN_FROM_COMPANIES, kwargs=a_contract),
    Route("shipment_new", get=HIDDEN_FROM_COMPANIES, post=HIDDEN_FROM_COMPANIES, kwargs=a_contract),
    Route("shipment_dispatch", get=HIDDEN_FROM_COMPANIES, post=HIDDEN_FROM_COMPANIES, kwargs=a_shipment),
    Route("shipment_unpack", get=CLOSED, post=HIDDEN_FROM_COMPANIES, kwargs=a_shipment),
    Route("shipment_document", get=HIDDEN_FROM_COMPANIES, post=HIDDEN_FROM_COMPANIES, kwargs=a_shipment),
    Route("shipment_deliver", get=DISPUTE_OFFICERS, post=DISPUTE_OFFICERS, kwargs=a_shipment),
    Route(
        "desk_shipments",
        get=outcomes(
            Outcome.REFUSED,
            anonymous=Outcome.LOGIN,
            dispute_officer=Outcome.OPEN,
            staff_without_factor=Outcome.ONWARD,
        ),
        post=CLOSED,
    ),
    Route(
        "carrier_webhook",
        get=CLOSED,
        post=dict.fromkeys(EVERYBODY, Outcome.LOGIN),
        kwargs=lambda world: {"carrier": "sandbox"},
        note="401 without a carrier's signature: tests/orders/test_webhooks.py",
    ),
    Route(
        "sandbox_carrier",
        get=outcomes(Outcome.OPEN, anonymous=Outcome.LOGIN),
        post=outcomes(
            Outcome.HIDDEN,
            anonymous=Outcome.LOGIN,
            buyer_viewer=Outcome.REFUSED,
            supplier_viewer=Outcome.REFUSED,
        ),
        note="no shipment is named; the route does not exist in production",
    ),
    Route(
        "api_enquiries",
        get=outcomes(Outcome.REFUSED, members=Outcome.OPEN),
        post=outcomes(
            Outcome.REFUSED,
            buyer_owner=Outcome.OPEN,
            buyer_purchasing=Outcome.OPEN,
            supplier_owner=Outcome.OPEN,
            stranger=Outcome.OPEN,
        ),
        data=lambda world: {"product": world.papers.live.ref, "text": "Because of this walk"},
        note="only those who buy for their company may ask",
    ),
    Route(
        "api_enquiry", get=outcomes(Outcome.REFUSED, members=Outcome.HIDDEN), post=READ_ONLY, kwargs=a_talk
    ),
    Route(
        "api_enquiry_messages",
        get=READ_ONLY,
        post=outcomes(Outcome.REFUSED, members=Outcome.HIDDEN),
        kwargs=a_talk,
        data=lambda world: {"text": "Because of this walk"},
    ),
    Route("api_orders", get=outcomes(Outcome.REFUSED, members=Outcome.OPEN), post=READ_ONLY),
    Route(
        "api_order", get=outcomes(Outcome.REFUSED, members=Outcome.HIDDEN), post=READ_ONLY, kwargs=an_order
    ),
)

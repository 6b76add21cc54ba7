"""Who may open the routes of orders with their money, of balances and of the finance desk's payouts.

The orders here are of companies that none of the personas belongs to; what each role of both sides may
do with an order of their own is in `tests/holds/test_pages.py` and `tests/holds/test_ways_out.py`.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from marketplace.core.ids import new_key
from marketplace.core.money import Money
from tests.access import EVERYBODY, Outcome, Outcomes, Persona, Route, outcomes
from tests.access.stories import NOW
from tests.factories import AT, days
from tests.factories.chargebacks import a_taken_payment
from tests.factories.holds import (
    a_confirmed_order,
    a_delivered_order,
    a_funded_order,
    a_requested_payout,
    an_accepted_order,
)
from tests.factories.moves import an_old_hold_here, consents
from tests.factories.orders import a_placed_order
from tests.factories.reconciliation import compared, plant
from tests.factories.shipping import a_delivered_part, a_proposal, agrees
from trade_assurance.holds.models import BankMove, Incident

CLOSED: Outcomes = dict.fromkeys(EVERYBODY, Outcome.CLOSED)
HIDDEN_FROM_COMPANIES = outcomes(Outcome.ONWARD, anonymous=Outcome.LOGIN, members=Outcome.HIDDEN)
MONEY_OFFICERS = outcomes(
    Outcome.HIDDEN,
    anonymous=Outcome.LOGIN,
    dispute_officer=Outcome.OPEN,
    finance_officer=Outcome.OPEN,
)
FINANCE_DESK = outcomes(
    Outcome.REFUSED,
    anonymous=Outcome.LOGIN,
    finance_officer=Outcome.OPEN,
    staff_without_factor=Outcome.ONWARD,
)
PAYOUT_ROLES = outcomes(
    Outcome.ONWARD,
    anonymous=Outcome.LOGIN,
    members=Outcome.REFUSED,
    buyer_owner=Outcome.OPEN,
    buyer_finance=Outcome.OPEN,
    supplier_owner=Outcome.OPEN,
    supplier_finance=Outcome.OPEN,
    stranger=Outcome.OPEN,
)

PAYERS = outcomes(
    Outcome.ONWARD,
    anonymous=Outcome.LOGIN,
    members=Outcome.REFUSED,
    buyer_owner=Outcome.OPEN,
    buyer_purchasing=Outcome.OPEN,
    buyer_finance=Outcome.OPEN,
    supplier_owner=Outcome.OPEN,
    supplier_finance=Outcome.OPEN,
    stranger=Outcome.OPEN,
)


def a_placed(_world: Any) -> dict[str, object]:
    """A placed order."""
    return {"ref": a_placed_order().ref}


def a_confirmed(_world: Any) -> dict[str, object]:
    """An order that waits for its money."""
    return {"ref": a_confirmed_order().ref}


def a_funded(_world: Any) -> dict[str, object]:
    """An order whose money is held."""
    return {"ref": a_funded_order().ref}


def a_delivered(_world: Any) -> dict[str, object]:
    """An order that can be accepted."""
    return {"ref": a_delivered_order().ref}


def a_part(_world: Any) -> dict[str, object]:
    """One of several shipments."""
    trade = a_funded_order()
    return {"ref": trade.ref, "shipment_ref": a_delivered_part(trade, "12.5").ref}


def a_change(_world: Any) -> dict[str, object]:
    """A change of the contract that waits for an answer."""
    trade = a_funded_order()
    return {"ref": trade.ref, "addendum_ref": a_proposal(trade, cancel=Decimal(1)).ref}


def an_agreed_change(_world: Any) -> dict[str, object]:
    """A change of the contract that both sides agreed."""
    trade = a_funded_order()
    addendum = a_proposal(trade, cancel=Decimal(1))
    agrees(trade, addendum)
    return {"ref": trade.ref, "addendum_ref": addendum.ref}


def a_payout(_world: Any) -> dict[str, object]:
    """A payout that waits for approval."""
    return {"ref": a_requested_payout(an_accepted_order(), Money(5_000, "USD")).ref}


def a_compared_day(_world: Any) -> dict[str, object]:
    """A day on which the sandbox moved a cent."""
    plant(Money(1, "USD"), at=AT)
    compared(AT + days(1))
    return {"provider": "sandbox", "currency": "USD", "day": AT.date().isoformat()}


def a_difference(_world: Any) -> dict[str, object]:
    """A line of the sandbox's account that is not in our books."""
    line = plant(Money(2, "USD"), at=AT)
    compared(AT + days(1))
    return {"ref": Incident.objects.get(name=f"line:{line.ref}").ref}


def with_reason(_world: Any) -> dict[str, object]:
    """What a form about a difference sends."""
    return {"idempotency_key": new_key(), "reason": "x", "text": "x", "target": "suspense", "movement": ""}


def a_chargeback(_world: Any) -> dict[str, object]:
    """A chargeback of an order's card payment."""
    return {"ref": a_taken_payment().ref}


def an_old_hold(_world: Any) -> dict[str, object]:
    """Money that a processor has held for 76 days."""
    return {"ref": an_old_hold_here(NOW)[1].ref}


def a_move(_world: Any) -> dict[str, object]:
    """A move to the bank that both sides have consented to."""
    trade, _hold = an_old_hold_here(NOW)
    for side in (trade.buyer, trade.supplier):
        consents(trade, side, at=NOW, provider="sandbox")
    return {"ref": BankMove.objects.get(order=trade.order, state="agreed").ref}


def a_supplier(world: Any) -> dict[str, object]:
    """A company that sells."""
    return {"ref": world.supplier.ref}


NO_SUCH_DEBT = {**FINANCE_DESK, Persona.FINANCE_OFFICER: Outcome.HIDDEN}
BOTH_DESKS = {**FINANCE_DESK, Persona.DISPUTE_OFFICER: Outcome.OPEN}
NOT_THEIR_PAYOUT = {
    who: Outcome.HIDDEN if outcome == Outcome.OPEN else outcome for who, outcome in PAYOUT_ROLES.items()
}
REGISTERING = outcomes(
    Outcome.ONWARD,
    anonymous=Outcome.LOGIN,
    members=Outcome.REFUSED,
    buyer_owner=Outcome.OPEN,
    buyer_finance=Outcome.OPEN,
    supplier_owner=Outcome.OPEN,
    supplier_finance=Outcome.OPEN,
    stranger=Outcome.OPEN,
)


ROUTES = (
    Route("desk_chargebacks", get=FINANCE_DESK, post=CLOSED),
    Route("desk_chargeback", get=FINANCE_DESK, post=CLOSED, kwargs=a_chargeback),
    Route("chargeback_evidence", get=CLOSED, post=FINANCE_DESK, kwargs=a_chargeback),
    Route("desk_suppliers", get=FINANCE_DESK, post=CLOSED),
    Route("desk_supplier", get=FINANCE_DESK, post=FINANCE_DESK, kwargs=a_supplier),
    Route(
        "write_off",
        get=CLOSED,
        post=NO_SUCH_DEBT,
        kwargs=lambda world: {"subject": "debt_none"},
        note="no such debt",
    ),
    Route("write_off_approve", get=CLOSED, post=NO_SUCH_DEBT, kwargs=lambda world: {"subject": "debt_none"}),
    Route("registration", get=REGISTERING, post=REGISTERING, kwargs=lambda world: {"provider": "sandbox"}),
    Route("registration_return", get=REGISTERING, post=CLOSED, kwargs=lambda world: {"provider": "sandbox"}),
    Route(
        "orders",
        get=outcomes(Outcome.ONWARD, anonymous=Outcome.LOGIN, members=Outcome.OPEN, desks=Outcome.OPEN),
        post=CLOSED,
    ),
    Route("order", get=MONEY_OFFICERS, post=CLOSED, kwargs=a_placed),
    Route("order_confirm", get=CLOSED, post=HIDDEN_FROM_COMPANIES, kwargs=a_placed),
    Route(
        "amendment_accept",
        get=CLOSED,
        post=HIDDEN_FROM_COMPANIES,
        kwargs=a_placed,
        data=lambda world: {"version": "1"},
    ),
    Route(
        "order_cancel",
        get=CLOSED,
        post=HIDDEN_FROM_COMPANIES,
        kwargs=a_confirmed,
        data=lambda world: {"reason": "x"},
    ),
    Route(
        "unshipped_cancel",
        get=CLOSED,
        post=HIDDEN_FROM_COMPANIES,
        kwargs=a_funded,
        data=lambda world: {"reason": "x"},
    ),
    Route("cancellation_postpone", get=HIDDEN_FROM_COMPANIES, post=HIDDEN_FROM_COMPANIES, kwargs=a_funded),
    Route("order_accept", get=CLOSED, post=HIDDEN_FROM_COMPANIES, kwargs=a_delivered),
    Route("shipment_accept", get=CLOSED, post=HIDDEN_FROM_COMPANIES, kwargs=a_part),
    Route("shipment_weights", get=HIDDEN_FROM_COMPANIES, post=HIDDEN_FROM_COMPANIES, kwargs=a_part),
    Route("surplus_waive", get=CLOSED, post=HIDDEN_FROM_COMPANIES, kwargs=a_part),
    Route("addendum_new", get=HIDDEN_FROM_COMPANIES, post=HIDDEN_FROM_COMPANIES, kwargs=a_funded),
    Route("addendum", get=MONEY_OFFICERS, post=CLOSED, kwargs=a_change),
    Route("addendum_data", get=MONEY_OFFICERS, post=CLOSED, kwargs=an_agreed_change),
    Route("addendum_accept", get=CLOSED, post=HIDDEN_FROM_COMPANIES, kwargs=a_change),
    Route("addendum_decline", get=CLOSED, post=HIDDEN_FROM_COMPANIES, kwargs=a_change),
    Route("addendum_withdraw", get=CLOSED, post=HIDDEN_FROM_COMPANIES, kwargs=a_change),
    *(
        Route(
            name,
            get=CLOSED,
            post=HIDDEN_FROM_COMPANIES,
            kwargs=lambda world: {**a_funded(world), "provider": "sandbox"},
        )
        for name in ("move_consent", "move_withdraw")
    ),
    Route("payout_withdraw", get=CLOSED, post=NOT_THEIR_PAYOUT, kwargs=a_payout),
    Route("desk_held_long", get=BOTH_DESKS, post=CLOSED),
    Route("desk_old_hold", get=BOTH_DESKS, post=BOTH_DESKS, kwargs=an_old_hold),
    Route("age_decision_approve", get=CLOSED, post=BOTH_DESKS, kwargs=an_old_hold),
    Route("age_decision_refuse", get=CLOSED, post=BOTH_DESKS, kwargs=an_old_hold),
    Route("desk_move", get=FINANCE_DESK, post=FINANCE_DESK, kwargs=a_move),
    Route("suspense_assign", get=CLOSED, post=FINANCE_DESK, kwargs=a_chargeback),
    Route("suspense_approve", get=CLOSED, post=FINANCE_DESK, kwargs=a_chargeback),
    Route("suspense_refuse", get=CLOSED, post=FINANCE_DESK, kwargs=a_chargeback),
    Route("pay", get=HIDDEN_FROM_COMPANIES, post=HIDDEN_FROM_COMPANIES, kwargs=a_confirmed),
    Route("order_ledger", get=MONEY_OFFICERS, post=CLOSED, kwargs=a_funded),
    *(
        Route(
            name,
            get=outcomes(Outcome.ONWARD, anonymous=Outcome.LOGIN, members=Outcome.OPEN),
            post=CLOSED,
            note="a company's own statement only",
        )
        for name in ("statements", "statement_csv", "statement_json", "statement_pdf")
    ),
    Route("pay_credit", get=CLOSED, post=HIDDEN_FROM_COMPANIES, kwargs=a_confirmed),
    Route("unpaid_cancel", get=HIDDEN_FROM_COMPANIES, post=HIDDEN_FROM_COMPANIES, kwargs=a_funded),
    Route("loss_accept", get=CLOSED, post=HIDDEN_FROM_COMPANIES, kwargs=a_funded),
    Route("deposit_agree", get=CLOSED, post=HIDDEN_FROM_COMPANIES, kwargs=a_funded),
    Route("credit_return", get=CLOSED, post=PAYERS, data=lambda world: {"currency": "USD"}),
    Route(
        "balance",
        get=outcomes(Outcome.ONWARD, anonymous=Outcome.LOGIN, members=Outcome.OPEN),
        post=PAYOUT_ROLES,
    ),
    *(
        Route(
            name,
            get=outcomes(Outcome.ONWARD, anonymous=Outcome.LOGIN, members=Outcome.OPEN),
            post=CLOSED,
        )
        for name in ("workbench_figures", "workbench_figures_csv")
    ),
    Route("payout_account", get=PAYOUT_ROLES, post=PAYOUT_ROLES),
    Route("payout", get=HIDDEN_FROM_COMPANIES, post=CLOSED, kwargs=a_payout),
    Route("desk_finance", get=FINANCE_DESK, post=CLOSED),
    Route("desk_payout", get=FINANCE_DESK, post=CLOSED, kwargs=a_payout),
    Route("refund_retry", get=CLOSED, post=FINANCE_DESK, kwargs=lambda world: {"ref": "rfd_none"}),
    Route("payout_approve", get=CLOSED, post=FINANCE_DESK, kwargs=a_payout),
    Route("payout_reject", get=CLOSED, post=FINANCE_DESK, kwargs=a_payout),
    Route("payout_confirm", get=CLOSED, post=FINANCE_DESK, kwargs=a_payout),
    Route("payout_fail", get=CLOSED, post=FINANCE_DESK, kwargs=a_payout),
    Route("desk_reconciliation", get=FINANCE_DESK, post=CLOSED),
    Route("desk_reconcile", get=CLOSED, post=FINANCE_DESK, kwargs=lambda world: {"provider": "sandbox"}),
    Route("desk_reconciliation_day", get=FINANCE_DESK, post=CLOSED, kwargs=a_compared_day),
    Route("desk_incidents", get=FINANCE_DESK, post=CLOSED),
    Route("desk_incident", get=FINANCE_DESK, post=CLOSED, kwargs=a_difference),
    Route("incident_assign", get=CLOSED, post=FINANCE_DESK, kwargs=a_difference),
    Route("incident_note", get=CLOSED, post=FINANCE_DESK, kwargs=a_difference, data=with_reason),
    Route("incident_explain", get=CLOSED, post=FINANCE_DESK, kwargs=a_difference, data=with_reason),
    Route("incident_correct", get=CLOSED, post=FINANCE_DESK, kwargs=a_difference, data=with_reason),
    Route("incident_approve", get=CLOSED, post=FINANCE_DESK, kwargs=a_difference),
    Route("incident_refuse", get=CLOSED, post=FINANCE_DESK, kwargs=a_difference, data=with_reason),
)

"""Money back to the payer: by the charge it came with, or out of the cash balance where a transfer left it.

Refunds are asynchronous and can fail weeks later; their state is always read from the refund itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from stripe import StripeClient

from trade_assurance.payments.providers.base import (
    Call,
    Declined,
    Done,
    Outcome,
    Pending,
    Unknown,
)
from trade_assurance.payments.providers.stripe_rail import cash, sessions
from trade_assurance.payments.providers.stripe_rail.amounts import fits, to_stripe
from trade_assurance.payments.providers.stripe_rail.answers import Plain, clean, plain
from trade_assurance.payments.providers.stripe_rail.sessions import Paid, is_of, metadata

if TYPE_CHECKING:
    from stripe.params import RefundCreateParams

# Two refunds of one operation (cash balance and charge) are one answer: their names stand together.
_TOGETHER: Final = ","


def refund(client: StripeClient, call: Call, ref: str) -> Outcome:
    """Give back `call.money` of the payment. The rest of an over-payment goes first: it lies there unused."""
    if not fits(call.money):
        return Declined("amount_too_fine")
    paid = sessions.read(client, ref)
    if not paid.intent:
        return Declined("payment_has_not_come_in")
    if paid.intent["status"] != "succeeded":
        sessions.cancel_intent(client, call, paid.intent)
    customer, currency = _cash_customer(paid), str(paid.session["currency"])
    there = cash.available(client, customer, currency)
    # Read after the balance: if an earlier call took effect late, either it shows here or its key is used again.
    made = _newest(client, call) if customer else []
    wanted = to_stripe(call.money) - sum(int(row["amount"]) for row in made)
    out_of_cash = min(max(wanted, 0), there)
    if 0 < out_of_cash < wanted <= _left_on_charge(paid):
        out_of_cash = 0  # one refund is better than two
    if out_of_cash:
        made.append(_create(client, call, _from_cash(paid, out_of_cash, currency), suffix=":cash"))
    if wanted > out_of_cash:
        by_charge: RefundCreateParams = {
            "payment_intent": paid.intent["id"],
            "amount": wanted - out_of_cash,
        }
        made.append(_create(client, call, by_charge))
    return _together(made)


def fetch(client: StripeClient, ref: str) -> Outcome:
    """The refund as it stands."""
    return _together([plain(client.v1.refunds.retrieve(part)) for part in ref.split(_TOGETHER)])


def find(client: StripeClient, call: Call) -> Outcome | None:
    """The refunds that this operation made; None when there certainly are none."""
    paid = sessions.read(client, call.about) if call.about else None
    found: list[Plain] = []
    if paid is None or _cash_customer(paid):
        found = _newest(client, call)  # refunds out of a cash balance belong to no payment
    elif paid.intent:
        rows = client.v1.refunds.list({"payment_intent": paid.intent["id"], "limit": 100})
        found = [row for refund in rows.auto_paging_iter() if is_of(row := plain(refund), call)]
    if not found:
        return None
    missing = to_stripe(call.money) - sum(int(row["amount"]) for row in found)
    return _together(found) if missing <= 0 else None  # the other half follows, with its own key


def _newest(client: StripeClient, call: Call) -> list[Plain]:
    found = []
    for number, refund in enumerate(client.v1.refunds.list({"limit": 100}).auto_paging_iter()):
        row = plain(refund)
        if number >= 100 and int(row["created"]) < sessions.until(call):
            break
        if is_of(row, call):
            found.append(row)
    return found


def _cash_customer(paid: Paid) -> str:
    return paid.customer if paid.method in {cash.METHOD, ""} else ""


def _left_on_charge(paid: Paid) -> int:
    received = int(paid.intent.get("amount_received") or 0)
    return received - int(paid.charge.get("amount_refunded") or 0)


def _from_cash(paid: Paid, amount: int, currency: str) -> RefundCreateParams:
    return {
        "customer": paid.customer,
        "amount": amount,
        "currency": currency.lower(),
        "origin": "customer_balance",
    }


def _create(client: StripeClient, call: Call, what: RefundCreateParams, *, suffix: str = "") -> Plain:
    asked: RefundCreateParams = {**what, "metadata": metadata(call)}
    return plain(client.v1.refunds.create(asked, {"idempotency_key": f"{call.key}{suffix}"}))


def _together(made: list[Plain]) -> Outcome:
    outcomes = [_outcome(row) for row in made]
    ref = _TOGETHER.join(str(row["id"]) for row in made)
    declined = [said for said in outcomes if isinstance(said, Declined)]
    if declined and len(declined) < len(outcomes):
        return Unknown("one part of the refund failed, the other did not")
    if declined:
        return Declined(declined[0].code, ref)
    return Done(ref) if all(isinstance(said, Done) for said in outcomes) else Pending(ref)


def _outcome(row: Plain) -> Outcome:
    match row.get("status"):
        case "succeeded":
            return Done(row["id"])
        case "failed" | "canceled" as status:
            return Declined(clean(row.get("failure_reason")) or status, row["id"])
        case _:
            return Pending(row["id"])  # pending, or the payer has to give an account (requires_action)

"""Bank transfers to Stripe: what came in for a payment, and what is left in its customer's cash balance.

A short transfer funds the intent in part; what is above it stays in the customer's cash balance. Because a
customer belongs to one payment, all that was ever funded to it came in for that payment: that sum only grows,
whatever is applied, refunded or returned afterwards.
Source: docs.stripe.com/payments/bank-transfers/accept-a-payment, /payments/customer-balance/refunding.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.conf import settings
from stripe import InvalidRequestError, StripeClient

from trade_assurance.payments.providers.stripe_rail.amounts import BANK_TRANSFER_TYPES
from trade_assurance.payments.providers.stripe_rail.answers import Plain, plain

if TYPE_CHECKING:
    from stripe.params.checkout import SessionCreateParamsPaymentMethodOptionsCustomerBalance

METHOD: Final = "customer_balance"
_FUNDING: Final = frozenset({"funded", "funding_reversed"})


def bank_transfer(currency: str) -> SessionCreateParamsPaymentMethodOptionsCustomerBalance:
    """How a transfer of this currency is offered."""
    kind = BANK_TRANSFER_TYPES[currency]
    if kind == "eu_bank_transfer":
        country = settings.STRIPE_EU_BANK_COUNTRY
        return {
            "funding_type": "bank_transfer",
            "bank_transfer": {"type": kind, "eu_bank_transfer": {"country": country}},
        }
    return {"funding_type": "bank_transfer", "bank_transfer": {"type": kind}}


def instructions(intent: Plain) -> Plain:
    """Where to transfer and how much is missing, while the intent waits for it."""
    action = intent.get("next_action") or {}
    said: Plain = action.get("display_bank_transfer_instructions") or {}
    return said


def received(client: StripeClient, session: Plain, intent: Plain, *, method: str, customer: str) -> int:
    """What has come in for the intent, in the processor's unit; rests in the cash balance once it is final."""
    by_intent = int(intent.get("amount_received") or 0)
    if not intent or not customer or session.get("status") == "open":
        return by_intent
    if (remaining := instructions(intent).get("amount_remaining")) is not None:
        # What is not applied to this intent yet may still be: only the applied part is its own.
        return max(by_intent, int(intent["amount"]) - int(remaining))
    if method not in {METHOD, ""}:
        return by_intent  # paid by card or wallet: nobody was told where to transfer
    return max(by_intent, _funded(client, customer, str(session["currency"])))


def available(client: StripeClient, customer: str, currency: str) -> int:
    """What lies unused in a customer's cash balance, in the processor's unit."""
    if not customer:
        return 0
    try:
        balance = plain(client.v1.customers.cash_balance.retrieve(customer))
    except InvalidRequestError as error:
        return _nothing_there(error)
    return int((balance.get("available") or {}).get(currency.lower()) or 0)


def _funded(client: StripeClient, customer: str, currency: str) -> int:
    try:
        lines = client.v1.customers.cash_balance_transactions.list(customer, {"limit": 100})
        return sum(
            int(line.net_amount)
            for line in lines.auto_paging_iter()
            if line.type in _FUNDING and line.currency == currency.lower()
        )
    except InvalidRequestError as error:
        return _nothing_there(error)


def _nothing_there(error: InvalidRequestError) -> int:
    """A customer without a cash balance has none; any other refusal is not an answer."""
    if error.http_status != 404:
        raise error
    return 0

"""Payments in: hosted Checkout opened, closed and read; where an operation's session is found again.

A session leads to a payment intent once the payer begins, and that to a charge once they paid. The facts are the
intent's: what came in, by which method, what is still missing of a bank transfer.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from stripe import InvalidRequestError, StripeClient

from trade_assurance.payments.providers.base import (
    Call,
    Done,
    Outcome,
    PaidStatus,
    PayInSpec,
    PaymentFacts,
    Pending,
)
from trade_assurance.payments.providers.stripe_rail import cash
from trade_assurance.payments.providers.stripe_rail.amounts import (
    BANK_TRANSFER_TYPES,
    from_stripe,
    to_stripe,
)
from trade_assurance.payments.providers.stripe_rail.answers import Plain, clean, plain

if TYPE_CHECKING:
    from stripe.params.checkout import SessionCreateParams, SessionListParams

# Stripe's bounds are 30 minutes and 24 hours after creation; ours leave room for clocks that differ.
_SHORTEST: Final = timedelta(minutes=31)
_LONGEST: Final = timedelta(hours=23, minutes=30)
_EXPANDED: Final = "payment_intent.latest_charge"
# After this the method takes no money back (docs.stripe.com/payments/alipay, /wechat-pay, /customer-balance/refunding).
_REFUND_WINDOWS: Final = {
    "alipay": timedelta(days=90),
    "wechat_pay": timedelta(days=180),
    "customer_balance": timedelta(days=180),
}
_CANCELABLE: Final = frozenset({"requires_payment_method", "requires_confirmation", "requires_action"})
# How far before the operation was written a list is read: two clocks may differ.
_CLOCKS_DIFFER: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Paid:
    """A session with its intent and charge, as plain dicts; those are empty until there are any."""

    session: Plain
    intent: Plain
    charge: Plain

    @property
    def customer(self) -> str:
        return id_of(self.session.get("customer")) or id_of(self.intent.get("customer"))

    @property
    def method(self) -> str:
        details = self.charge.get("payment_method_details") or {}
        return clean(details.get("type"), 32)

    @property
    def refundable_until(self) -> datetime | None:
        window = _REFUND_WINDOWS.get(self.method)
        return datetime.fromtimestamp(int(self.charge["created"]), UTC) + window if window else None


def open_session(client: StripeClient, call: Call, spec: PayInSpec) -> Outcome:
    """A hosted page that asks for exactly this amount; which methods it shows is decided there (dynamic methods)."""
    customer = _customer(client, call, spec)
    created = plain(
        client.v1.checkout.sessions.create(
            _page(call, spec, customer),
            {"idempotency_key": call.key},
        )
    )
    return Pending(created["id"], created.get("url") or "")


def fetch(client: StripeClient, ref: str) -> PaymentFacts:
    """The facts of a session; `ref` may also be its intent or customer, of which a webhook spoke."""
    paid = read(client, ref)
    if not paid.session:
        return _foreign(paid.intent)
    return facts_of(client, paid)


def facts_of(client: StripeClient, paid: Paid) -> PaymentFacts:
    """What a session says now."""
    session, intent = paid.session, paid.intent
    currency = str(session["currency"])
    received = cash.received(client, session, intent, method=paid.method, customer=paid.customer)
    status = _status(session, intent, received)
    return PaymentFacts(
        ref=session["id"],
        payment=str((session.get("metadata") or {}).get("subject", "")),
        status=status,
        asked=from_stripe(session["amount_total"], currency),
        received=from_stripe(received, currency),
        code=_decline(intent) if status in {PaidStatus.OPEN, PaidStatus.FAILED} else "",
        live=bool(session["livemode"]),
        method=paid.method,
        refundable_until=paid.refundable_until,
        next_action_url=str(cash.instructions(intent).get("hosted_instructions_url") or ""),
    )


def cancel(client: StripeClient, call: Call, ref: str) -> Outcome:
    """Close the page, or the intent that still waits for a transfer. What was paid stays, and is told by its facts."""
    paid = read(client, ref)
    if paid.session.get("status") == "open":
        try:
            client.v1.checkout.sessions.expire(ref, {}, {"idempotency_key": call.key})
            return Done(ref)
        except InvalidRequestError:
            paid = read(client, ref)  # somebody paid, or it ran out, in this very moment
            if paid.session.get("status") == "open":
                raise
    cancel_intent(client, call, paid.intent)
    return Done(ref)


def cancel_intent(client: StripeClient, call: Call, intent: Plain) -> None:
    """Let an unpaid intent go; what a transfer had brought falls back to the customer's cash balance."""
    if intent.get("status") in _CANCELABLE:
        client.v1.payment_intents.cancel(
            intent["id"],
            {"cancellation_reason": "abandoned"},
            {"idempotency_key": f"{call.key}:intent"},
        )


def find(client: StripeClient, call: Call) -> Outcome | None:
    """The session that this operation opened; None when there certainly is none."""
    for session in _newest_sessions(client, call):
        if is_of(session, call):
            return Pending(session["id"], session.get("url") or "")
    return None


def read(client: StripeClient, ref: str) -> Paid:
    """The session, with intent and charge. `ref`: a session, an intent (`pi_`) or a customer (`cus_`)."""
    if ref.startswith("pi_"):
        session = _only(client, {"payment_intent": ref})
    elif ref.startswith("cus_"):
        session = _only(client, {"customer": ref})
    else:
        session = plain(client.v1.checkout.sessions.retrieve(ref, {"expand": [_EXPANDED]}))
    intent = _intent(client, session.get("payment_intent") or (ref if ref.startswith("pi_") else None))
    return Paid(session, intent, _charge(client, intent.get("latest_charge")))


def is_of(thing: Plain, call: Call) -> bool:
    """Whether an object carries the name of this operation; of its subject too, for rows can be restored."""
    said = thing.get("metadata") or {}
    return said.get("operation") == str(call.operation_id) and said.get("subject") == call.subject


def metadata(call: Call) -> dict[str, str]:
    """What every object of ours carries, so that it can be found and told apart."""
    names = {"subject": call.subject, "root": call.root, "operation": str(call.operation_id)}
    return {name: value for name, value in names.items() if value}  # an empty value would unset it


def until(call: Call) -> int:
    """Before this moment (epoch seconds) nothing of the operation can have been made."""
    asked_at = call.asked_at or call.at
    return int((asked_at - _CLOCKS_DIFFER).timestamp())


def id_of(thing: Any) -> str:
    """The id of what may stand there expanded, as an id, or not at all."""
    return str((thing.get("id") if isinstance(thing, dict) else thing) or "")


def _page(call: Call, spec: PayInSpec, customer: str) -> SessionCreateParams:
    back = f"{settings.SITE_URL}{spec.return_url}"
    page: SessionCreateParams = {
        "mode": "payment",
        "ui_mode": "hosted_page",
        "client_reference_id": call.subject,
        "line_items": [
            {
                "quantity": 1,
                "price_data": {
                    "currency": call.money.currency.lower(),
                    "unit_amount": to_stripe(call.money),
                    "product_data": {"name": spec.description[:250] or call.subject},
                },
            }
        ],
        # The amount was agreed in this currency: nobody converts it on the way.
        "adaptive_pricing": {"enabled": False},
        "metadata": metadata(call),
        "payment_intent_data": {
            "description": (spec.description or call.subject)[:500],
            "metadata": metadata(call),
            "transfer_group": call.root or call.subject,
        },
        "success_url": back,
        "cancel_url": back,
    }
    if spec.expires_at is not None:
        page["expires_at"] = _expiry(call, spec.expires_at)
    if customer:
        page["customer"] = customer
        page["payment_method_options"] = {"customer_balance": cash.bank_transfer(call.money.currency)}
    elif spec.payer_email:
        page["customer_email"] = spec.payer_email
    return page


def _expiry(call: Call, wanted: datetime) -> int:
    begun = call.sent_at or call.at
    return int(min(max(wanted, begun + _SHORTEST), begun + _LONGEST).timestamp())


def _customer(client: StripeClient, call: Call, spec: PayInSpec) -> str:
    """A customer of this payment alone, where transfers are possible: what comes to it can fund nothing else.

    Stripe matches transfers within a customer, and may pick any open intent of it. Refunds of transfers need
    the e-mail address.
    """
    if call.money.currency not in BANK_TRANSFER_TYPES:
        return ""
    created = client.v1.customers.create(
        {
            "name": spec.payer_name[:250] or call.subject,
            "metadata": metadata(call),
            **({"email": spec.payer_email} if spec.payer_email else {}),
        },
        {"idempotency_key": f"{call.key}:customer"},
    )
    return str(plain(created)["id"])


def _newest_sessions(client: StripeClient, call: Call) -> Iterator[Plain]:
    """Sessions, newest first, back to when the operation was written (the first hundred in any case)."""
    pages = client.v1.checkout.sessions.list({"limit": 100})
    for number, session in enumerate(pages.auto_paging_iter()):
        found = plain(session)
        if number >= 100 and int(found["created"]) < until(call):
            return
        yield found


def _only(client: StripeClient, by: SessionListParams) -> Plain:
    found = client.v1.checkout.sessions.list({**by, "limit": 1, "expand": [f"data.{_EXPANDED}"]})
    return plain(found.data[0]) if found.data else {}


def _intent(client: StripeClient, said: Any) -> Plain:
    if isinstance(said, str):
        return plain(client.v1.payment_intents.retrieve(said, {"expand": ["latest_charge"]}))
    return said or {}


def _charge(client: StripeClient, said: Any) -> Plain:
    if isinstance(said, str):
        return plain(client.v1.charges.retrieve(said))
    return said or {}


def _status(session: Plain, intent: Plain, received: int) -> PaidStatus:
    state = intent.get("status", "")
    if state == "succeeded" or session.get("payment_status") == "paid":
        return PaidStatus.PAID
    if state == "canceled":
        return PaidStatus.EXPIRED
    if received > 0:
        return PaidStatus.PARTLY_PAID
    if state == "processing":
        return PaidStatus.PROCESSING
    if session.get("status") == "expired":
        return PaidStatus.EXPIRED
    if session.get("status") != "complete":
        return PaidStatus.OPEN
    # The page is done with: a transfer is awaited, or what had been promised did not come.
    return PaidStatus.FAILED if state == "requires_payment_method" else PaidStatus.PROCESSING


def _decline(intent: Plain) -> str:
    error = intent.get("last_payment_error") or {}
    return clean(error.get("decline_code") or error.get("code"))


def _foreign(intent: Plain) -> PaymentFacts:
    """A payment that no page of ours opened: whoever made it, an officer looks at it."""
    currency = str(intent["currency"])
    return PaymentFacts(
        ref=intent["id"],
        payment=str((intent.get("metadata") or {}).get("subject", "")),
        status=PaidStatus.PAID if intent.get("status") == "succeeded" else PaidStatus.OPEN,
        asked=from_stripe(intent["amount"], currency),
        received=from_stripe(intent.get("amount_received") or 0, currency),
        live=bool(intent["livemode"]),
    )

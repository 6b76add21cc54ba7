"""Money to suppliers' connected accounts, and back from them.

A transfer says by which charge its money came (`source_transaction`), so that it need not wait for the platform's
available balance; `transfer_group` is only a label, used to find it again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from stripe import StripeClient

from trade_assurance.payments.providers.base import (
    Call,
    Declined,
    Done,
    Outcome,
    PayOutSpec,
    Refused,
)
from trade_assurance.payments.providers.stripe_rail import sessions
from trade_assurance.payments.providers.stripe_rail.amounts import to_stripe
from trade_assurance.payments.providers.stripe_rail.answers import Plain, plain
from trade_assurance.payments.providers.stripe_rail.sessions import is_of, metadata

if TYPE_CHECKING:
    from stripe.params import TransferCreateParams, TransferListParams

INSUFFICIENT_FUNDS: Final = "insufficient_funds"
_ACCOUNT: Final = "account"
# A reversal is read below its transfer: its name with us is both.
_BELOW: Final = "/"


def release(client: StripeClient, call: Call, spec: PayOutSpec) -> Outcome:
    """Pay a supplier's connected account, out of one payment where the marketplace says so."""
    account = spec.destination.get(_ACCOUNT, "")
    if not account:
        return Refused("no_connected_account")
    asked: TransferCreateParams = {
        "amount": to_stripe(call.money),
        "currency": call.money.currency.lower(),
        "destination": account,
        "description": spec.description[:500],
        "transfer_group": call.root or call.subject,
        "metadata": metadata(call),
    }
    if spec.source:
        charge = sessions.read(client, spec.source).charge
        if not charge:
            return Declined("source_is_not_paid")
        asked["source_transaction"] = charge["id"]
    return Done(plain(client.v1.transfers.create(asked, {"idempotency_key": call.key}))["id"])


def fetch(client: StripeClient, ref: str) -> Outcome:
    """The transfer as it stands."""
    return _outcome(client, plain(client.v1.transfers.retrieve(ref)))


def find(client: StripeClient, call: Call) -> Outcome | None:
    """The transfer that this operation made; None when there certainly is none."""
    by: TransferListParams = {"limit": 100, "transfer_group": call.root or call.subject}
    for transfer in client.v1.transfers.list(by).auto_paging_iter():
        if is_of(row := plain(transfer), call):
            return _outcome(client, row)
    return None


def reverse(client: StripeClient, call: Call, transfer: str) -> Outcome:
    """Take a part of a transfer back. Declined with `insufficient_funds` when the account has spent it."""
    made = client.v1.transfers.reversals.create(
        transfer,
        {"amount": to_stripe(call.money), "metadata": metadata(call)},
        {"idempotency_key": call.key},
    )
    return Done(reversal_ref(transfer, plain(made)["id"]))


def reversed_or_why_not(outcome: Outcome) -> Outcome:
    """One code for an account that lacks the money, whatever the API calls it today."""
    if isinstance(outcome, Declined | Refused) and "insufficient" in outcome.code:
        return Declined(INSUFFICIENT_FUNDS)
    return outcome


def fetch_reversal(client: StripeClient, ref: str) -> Outcome:
    """The reversal as it stands: there is one as soon as it was made."""
    transfer, _, reversal = ref.partition(_BELOW)
    made = plain(client.v1.transfers.reversals.retrieve(transfer, reversal))
    return Done(reversal_ref(transfer, made["id"]))


def find_reversal(client: StripeClient, call: Call) -> Outcome | None:
    """The reversal that this operation made of its transfer; None when there certainly is none."""
    for reversal in client.v1.transfers.reversals.list(call.about, {"limit": 100}).auto_paging_iter():
        if is_of(row := plain(reversal), call):
            return Done(reversal_ref(call.about, row["id"]))
    return None


def reversal_ref(transfer: str, reversal: str) -> str:
    """Our name for a reversal."""
    return f"{transfer}{_BELOW}{reversal}"


def _outcome(client: StripeClient, row: Plain) -> Outcome:
    """A transfer is done when it is made. What we took back ourselves is booked as a reversal and stays done;
    one that somebody else took back in full (in the dashboard, by Stripe) came back to us.
    """
    if not row.get("reversed"):
        return Done(row["id"])
    reversals = client.v1.transfers.reversals.list(row["id"], {"limit": 100})
    ours = any((plain(one).get("metadata") or {}).get("operation") for one in reversals.auto_paging_iter())
    return Done(row["id"]) if ours else Declined("reversed", row["id"])

"""What a rail can do, and the only shapes in which it answers.

No exception and no provider's own object leaves an adapter: timeouts, resets and the provider's own errors
are `Unknown`. An adapter is called outside any transaction and writes none of our rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol, runtime_checkable

from marketplace.core.errors import DomainError, Text
from marketplace.core.money import Money


@dataclass(frozen=True, slots=True)
class Call:
    """The committed operation a call is made for: its id, idempotency key and what it is about.

    `about` is the provider's name for what exists already: the payment of a refund, the transfer of a
    reversal. `asked_at` is when the row was written, `sent_at` when the present key was first sent; both are
    the row's, so that a repetition is the same request. A step of several calls adds a suffix to the key.
    """

    operation_id: int
    key: str
    subject: str
    root: str
    money: Money
    at: datetime
    kind: str = ""
    about: str = ""
    asked_at: datetime | None = None
    sent_at: datetime | None = None
    params: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Done:
    """It has happened. `ref` is the provider's name for it."""

    ref: str


@dataclass(frozen=True, slots=True)
class Pending:
    """It is under way; `next_action_url` is where the person goes on, if they must."""

    ref: str
    next_action_url: str = ""


@dataclass(frozen=True, slots=True)
class Declined:
    """The provider understood and will not: for a reason of the money's owner (card, account)."""

    code: str
    ref: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """The provider did not accept the request itself."""

    code: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nobody can say whether it happened. It is looked up later, never guessed.

    `spent`: the key that was sent will answer the same for ever (a stored failure, another request's key), so
    that once a look has found nothing, the next call is a new attempt with a key of its own.
    """

    reason: str
    spent: bool = False


Outcome = Done | Pending | Declined | Refused | Unknown


class PaidStatus(StrEnum):
    """How far a payment is at the provider."""

    OPEN = "open"
    PROCESSING = "processing"
    PARTLY_PAID = "partly_paid"
    PAID = "paid"
    FAILED = "failed"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class PaymentFacts:
    """What the provider says of a payment now. `payment` is our own reference as it was sent to them.

    `method` is how it was paid, in the provider's words (`card`, `alipay` …), once that is known;
    `next_action_url` a page with what the payer has still to do (the account to transfer to), if there is one.
    `refundable_until` is when that method stops to take money back; None where it does not.
    """

    ref: str
    payment: str
    status: PaidStatus
    asked: Money
    received: Money
    code: str = ""
    live: bool = False
    method: str = ""
    next_action_url: str = ""
    refundable_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class PayInSpec:
    """What the buyer is asked to pay and where they come back to (a path of this site)."""

    description: str
    return_url: str
    expires_at: datetime | None
    payer_name: str = ""
    payer_email: str = ""


@dataclass(frozen=True, slots=True)
class PayOutSpec:
    """Whom a payout goes to; `destination` is the account as the supplier gave it.

    `source` is the provider's own reference (`Payment.provider_ref`) of the payment that the money came by,
    for rails that pay out of a certain payment; empty when it comes out of the marketplace's balance.
    """

    description: str
    destination: Mapping[str, str]
    source: str = ""


@dataclass(frozen=True, slots=True)
class OnboardSpec:
    """A supplier to be registered with a rail, and where its people come back to.

    `account` is the provider's name for it once there is one: registering goes on where it was left.
    """

    supplier: str
    legal_name: str
    country: str
    email: str
    currency: str
    return_url: str
    refresh_url: str
    account: str = ""


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """What the provider says of a registered supplier now. `missing`: what it still asks for, in its own words."""

    ref: str
    can_receive: bool
    missing: tuple[str, ...] = ()
    reason: str = ""


class ChargebackStatus(StrEnum):
    """How far a payer's dispute with their bank is."""

    INQUIRY = "inquiry"  # a question only: no money was taken
    OPEN = "open"  # money was taken, evidence is awaited
    UNDER_REVIEW = "under_review"  # evidence was sent, the bank decides
    WON = "won"
    LOST = "lost"
    CLOSED = "closed"  # an inquiry that ended without a chargeback


@dataclass(frozen=True, slots=True)
class ChargebackFacts:
    """What the provider says of a chargeback now.

    `payment_ref` is the provider's name for the payment (`Payment.provider_ref`). `withdrawn` says whether
    the amount has left the marketplace's balance, `reinstated` whether it came back; `fee` is what the
    provider took for it so far, never negative.
    """

    ref: str
    payment_ref: str
    status: ChargebackStatus
    amount: Money
    fee: Money
    withdrawn: bool
    reinstated: bool
    reason: str = ""
    evidence_due_at: datetime | None = None
    live: bool = False


@dataclass(frozen=True, slots=True)
class EvidencePack:
    """What is sent to a payer's bank: plain facts, and files as (name, media type, bytes)."""

    product_description: str
    customer_name: str
    customer_email: str
    shipping_address: str
    shipping_carrier: str
    shipping_tracking_number: str
    shipping_date: str
    service_date: str
    text: str
    files: tuple[tuple[str, str, bytes], ...] = ()


class MovementType(StrEnum):
    """What moved money on the marketplace's balance with a provider."""

    PAYMENT = "payment"
    REFUND = "refund"
    REFUND_FAILED = "refund_failed"
    PAYOUT = "payout"  # to a supplier
    PAYOUT_REVERSED = "payout_reversed"
    CHARGEBACK = "chargeback"
    CHARGEBACK_REINSTATED = "chargeback_reinstated"
    FEE = "fee"
    WITHDRAWAL = "withdrawal"  # from the provider to the marketplace's own bank account
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class ProviderMovement:
    """One line of the provider's own account of our balance. `amount` is signed: positive came in.

    `ref` is the line's own name; `object_ref` the provider's name for what it is about (payment, refund,
    transfer, dispute); `subject` our own reference as we sent it along, when it is known. `fee` (not
    negative) was taken from the same line: the balance changed by `amount - fee`.
    """

    ref: str
    type: MovementType
    object_ref: str
    subject: str
    amount: Money
    fee: Money
    at: datetime
    description: str = ""


@dataclass(frozen=True, slots=True)
class ProviderBalance:
    """What the provider keeps for the marketplace, per currency: usable now and still on its way."""

    available: Mapping[str, Money] = field(default_factory=dict)
    pending: Mapping[str, Money] = field(default_factory=dict)


class NoticeObject(StrEnum):
    """What kind of object a webhook speaks of."""

    PAYMENT = "payment"
    REFUND = "refund"
    PAYOUT = "payout"
    CHARGEBACK = "chargeback"
    ACCOUNT = "account"
    OTHER = "other"
    OTHER_MODE = "other_mode"  # a rehearsal at a live door, or real money at a test door


@dataclass(frozen=True, slots=True)
class WebhookNotice:
    """A webhook whose signature is right: only a hint which object to read anew."""

    event_id: str
    kind: str
    object_kind: NoticeObject
    object_ref: str


@dataclass(frozen=True, slots=True)
class Description:
    """A rail as people see it. `manual`: no calls are made, a finance officer confirms what the bank says."""

    name: str
    label: Text
    explanation: Text
    manual: bool


class Rail(Protocol):
    """What every rail says of itself. `carries`: whether it takes a payment of this amount in this currency.

    `why_unavailable` is the refusal to raise while the rail cannot be used in this installation.
    """

    @property
    def description(self) -> Description: ...
    def why_unavailable(self) -> DomainError | None: ...
    def carries(self, money: Money) -> bool: ...


@runtime_checkable
class PayInProvider(Rail, Protocol):
    """A rail that is called to take money from buyers and give it back."""

    def start(self, call: Call, spec: PayInSpec) -> Outcome: ...
    def fetch(self, ref: str, at: datetime) -> PaymentFacts | Unknown: ...
    def cancel(self, call: Call, ref: str) -> Outcome: ...
    def refund(self, call: Call, ref: str) -> Outcome: ...
    def fetch_refund(self, ref: str, at: datetime) -> Outcome: ...
    def find(self, call: Call) -> Outcome | None:
        """What a call with this operation left behind; None when it certainly left nothing."""
        ...

    def parse_webhook(self, headers: Mapping[str, str], raw: bytes, at: datetime) -> WebhookNotice:
        """The notice, once its signature was checked on the raw body. Raises `ForgedWebhook`."""
        ...


@runtime_checkable
class PayOutProvider(Rail, Protocol):
    """A rail that is called to pay suppliers."""

    def release(self, call: Call, spec: PayOutSpec) -> Outcome: ...
    def fetch_transfer(self, ref: str, at: datetime) -> Outcome: ...
    def find(self, call: Call) -> Outcome | None: ...


@runtime_checkable
class ReversingProvider(Protocol):
    """A pay-out rail that can take back what it paid to a supplier's account with it."""

    def reverse(self, call: Call, transfer_ref: str) -> Outcome:
        """Take `call.money` of the transfer back. `Declined("insufficient_funds")` when the account lacks it."""
        ...

    def fetch_reversal(self, ref: str, at: datetime) -> Outcome: ...


@runtime_checkable
class OnboardingProvider(Protocol):
    """A pay-out rail that pays only suppliers who registered with it."""

    def onboard(self, call: Call, spec: OnboardSpec) -> Outcome:
        """Make or go on with the registration: `Pending(account, page to go to)`, `Done(account)` when all is there."""
        ...

    def account_status(self, ref: str, at: datetime) -> AccountFacts | Unknown:
        """Read from the provider now; coming back from its page proves nothing."""
        ...


@runtime_checkable
class ChargebackProvider(Protocol):
    """A pay-in rail whose payers may dispute a payment with their bank."""

    def fetch_chargeback(self, ref: str, at: datetime) -> ChargebackFacts | Unknown: ...
    def submit_evidence(self, call: Call, ref: str, pack: EvidencePack) -> Outcome: ...


@runtime_checkable
class Reconciler(Protocol):
    """A rail that gives its own account of our money, line by line."""

    def movements(self, since: datetime, until: datetime) -> list[ProviderMovement] | Unknown:
        """Every line with `since <= at < until`, oldest first.

        A rail whose account comes in files gives what came or was explained in this time, whatever day it says.
        """
        ...

    def balance(self, at: datetime) -> ProviderBalance | Unknown: ...

"""What a rail can do, and the only shapes in which it answers.

No exception and no provider's own object leaves an adapter: timeouts, resets and the provider's own errors
are `Unknown`. An adapter is called outside any transaction and writes none of our rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol, runtime_checkable

from marketplace.core.errors import DomainError, Text
from marketplace.core.money import Money


@dataclass(frozen=True, slots=True)
class Call:
    """The committed operation a call is made for: its id, idempotency key and what it is about."""

    operation_id: int
    key: str
    subject: str
    root: str
    money: Money
    at: datetime


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
    """Nobody can say whether it happened. It is looked up later, never guessed."""

    reason: str


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
    """What the provider says of a payment now. `payment` is our own reference as it was sent to them."""

    ref: str
    payment: str
    status: PaidStatus
    asked: Money
    received: Money
    code: str = ""
    live: bool = False


@dataclass(frozen=True, slots=True)
class PayInSpec:
    """What the buyer is asked to pay and where they come back to."""

    description: str
    return_url: str
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class PayOutSpec:
    """Whom a payout goes to; `destination` is the account as the supplier gave it."""

    description: str
    destination: Mapping[str, str]


class NoticeObject(StrEnum):
    """What kind of object a webhook speaks of."""

    PAYMENT = "payment"
    REFUND = "refund"
    PAYOUT = "payout"
    OTHER = "other"


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

"""Stripe's errors in our shapes. Nothing of the library's leaves this package, and no text of theirs either:
a message may quote a key or a person; codes, parameters and request ids are enough to look it up.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final, TypeVar

import stripe
from stripe import (
    APIConnectionError,
    AuthenticationError,
    CardError,
    IdempotencyError,
    InvalidRequestError,
    RateLimitError,
    StripeError,
    StripeObject,
)

from marketplace.core.errors import DomainError
from trade_assurance.payments.providers.base import Declined, Outcome, Refused, Unknown

T = TypeVar("T")

# What reading an answer raises that has not the shape it should have.
_UNREADABLE: Final = (AttributeError, LookupError, TypeError, ValueError)
# Codes that speak of the money or its owner; any other 4xx speaks of the request.
_OF_THE_MONEY: Final = re.compile(
    r"^(charge_(?!invalid)|refund_|payment_(?!method_invalid)|insufficient_|balance_|account_(?!invalid)|transfers?_|payouts_)"
)
_FOREIGN: Final = re.compile(r"[^a-z0-9_:.\[\]-]")

Plain = dict[str, Any]


def plain(thing: StripeObject) -> Plain:
    """The object as a dict: Stripe's objects are none, and answer `.get()` with an error."""
    return thing.to_dict()


def answered(call: Callable[[], Outcome]) -> Outcome:
    """The call's answer in our shapes; nothing escapes."""
    try:
        return call()
    except StripeError as error:
        return outcome_of(error)
    except DomainError as refusal:
        return Refused(refusal.code)
    except _UNREADABLE as error:
        return Unknown(f"unreadable answer: {type(error).__name__}")


def asked(question: Callable[[], T]) -> T | Unknown:
    """The answer to a question that changes nothing: whatever fails, nobody knows."""
    try:
        return question()
    except StripeError as error:
        return Unknown(_said(error))
    except DomainError as refusal:
        return Unknown(refusal.code)
    except _UNREADABLE as error:
        return Unknown(f"unreadable answer: {type(error).__name__}")


def outcome_of(error: StripeError) -> Outcome:
    """What an error says of the thing that was asked for."""
    if isinstance(error, IdempotencyError):
        # Something was done with this key, and it was not this: look, and if nothing is found use another.
        return Unknown(_said(error), spent=True)
    if _nobody_knows(error):
        return Unknown(_said(error), spent=_is_stored(error))
    if isinstance(error, CardError):
        return Declined(code_of(error))
    if isinstance(error, InvalidRequestError):
        code = code_of(error)
        return Declined(code) if _OF_THE_MONEY.match(code) else Refused(_with_parameter(code, error))
    if isinstance(error, AuthenticationError | stripe.PermissionError):
        return Refused("key_not_accepted")
    code = code_of(error)
    return Declined(code) if _OF_THE_MONEY.match(code) else Refused(code)


def code_of(error: StripeError) -> str:
    """The error's own code, else the kind of error, never its text."""
    of_the_card = getattr(error.error, "decline_code", None) if isinstance(error, CardError) else None
    return clean(of_the_card or error.code or "") or clean(_snake(type(error).__name__))


def clean(code: object, length: int = 64) -> str:
    """A code as it may stand in our rows."""
    return _FOREIGN.sub("_", str(code or "").lower())[:length]


def _nobody_knows(error: StripeError) -> bool:
    status = error.http_status or 0
    return (
        isinstance(error, APIConnectionError | RateLimitError)
        or status in {0, 408, 409, 424, 425, 429}
        or not 400 <= status < 500
        or not isinstance(error.json_body, dict)
    )


def _is_stored(error: StripeError) -> bool:
    """API v1 keeps the answer to a key once work on it began, a 500 too (docs.stripe.com/api/idempotent_requests)."""
    headers = {str(name).lower(): value for name, value in dict(error.headers or {}).items()}
    replayed = headers.get("idempotent-replayed") == "true"
    return replayed or (error.http_status == 500 and isinstance(error.json_body, dict))


def _said(error: StripeError) -> str:
    parts = [type(error).__name__, str(error.http_status or ""), clean(error.code), clean(error.request_id)]
    return " ".join(part for part in parts if part)


def _with_parameter(code: str, error: InvalidRequestError) -> str:
    return f"{code}:{clean(error.param)}"[:64] if error.param else code


def _snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name.removesuffix("Error")).lower()

"""The Stripe rail: hosted Checkout in, Connect transfers out, disputes, and Stripe's own account of our money.

Owns the translation between Stripe and our interfaces; the only package that imports `stripe`. Charges are taken at
once and held on the platform's balance (no `on_behalf_of`, no manual capture); money goes on by separate transfers.
It writes none of our rows and lets no object and no exception of the library out.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from marketplace.core.errors import DomainError
from marketplace.core.money import Money
from trade_assurance.payments.providers.base import (
    AccountFacts,
    Call,
    ChargebackFacts,
    Description,
    EvidencePack,
    OnboardSpec,
    Outcome,
    PayInSpec,
    PaymentFacts,
    PayOutSpec,
    ProviderBalance,
    ProviderMovement,
    Unknown,
    WebhookNotice,
)
from trade_assurance.payments.providers.stripe_rail import (
    accounts,
    chargebacks,
    movements,
    refunds,
    sessions,
    transfers,
    webhooks,
)
from trade_assurance.payments.providers.stripe_rail.amounts import can_be_charged
from trade_assurance.payments.providers.stripe_rail.answers import answered, asked
from trade_assurance.payments.providers.stripe_rail.keys import client, webhook_secrets, why_unusable
from trade_assurance.payments.states import OperationKind

NAME: Final = "stripe"

_FINDERS: Final = {
    OperationKind.PAY_IN: sessions.find,
    OperationKind.REFUND: refunds.find,
    OperationKind.PAY_OUT: transfers.find,
    OperationKind.REVERSE: transfers.find_reversal,
    OperationKind.ONBOARD: accounts.find,
    OperationKind.EVIDENCE: chargebacks.find,
}


class StripeRail:
    """Pay-in and pay-out by Stripe, with the key of this installation. Keeps nothing between calls."""

    description = Description(
        name=NAME,
        label=_("Card, wallet or bank transfer by Stripe"),
        explanation=_(
            "You pay on Stripe's page: by card, Apple Pay, Alipay, WeChat Pay or another way that it offers you there. Your card's details never reach us."
        ),
        manual=False,
    )

    def why_unavailable(self) -> DomainError | None:
        """Without a key, or with one that does not fit the switch for real money."""
        return why_unusable()

    def carries(self, money: Money) -> bool:
        """Up to eight digits, in the currencies and as fine as Stripe charges."""
        return can_be_charged(money)

    def start(self, call: Call, spec: PayInSpec) -> Outcome:
        """Open a hosted page."""
        return answered(lambda: sessions.open_session(client(), call, spec))

    def fetch(self, ref: str, at: datetime) -> PaymentFacts | Unknown:
        """The payment as it stands."""
        return asked(lambda: sessions.fetch(client(), ref))

    def cancel(self, call: Call, ref: str) -> Outcome:
        """Close the hosted page, or what still waits for a transfer."""
        return answered(lambda: sessions.cancel(client(), call, ref))

    def refund(self, call: Call, ref: str) -> Outcome:
        """Give back a part of a payment."""
        return answered(lambda: refunds.refund(client(), call, ref))

    def fetch_refund(self, ref: str, at: datetime) -> Outcome:
        """The refund as it stands."""
        return asked(lambda: refunds.fetch(client(), ref))

    def release(self, call: Call, spec: PayOutSpec) -> Outcome:
        """Pay a supplier's connected account."""
        return answered(lambda: transfers.release(client(), call, spec))

    def fetch_transfer(self, ref: str, at: datetime) -> Outcome:
        """The transfer as it stands."""
        return asked(lambda: transfers.fetch(client(), ref))

    def reverse(self, call: Call, transfer_ref: str) -> Outcome:
        """Take a part of a transfer back."""
        outcome = answered(lambda: transfers.reverse(client(), call, transfer_ref))
        return transfers.reversed_or_why_not(outcome)

    def fetch_reversal(self, ref: str, at: datetime) -> Outcome:
        """The reversal as it stands."""
        return asked(lambda: transfers.fetch_reversal(client(), ref))

    def onboard(self, call: Call, spec: OnboardSpec) -> Outcome:
        """Register a supplier, or go on with it."""
        return answered(lambda: accounts.onboard(client(), call, spec))

    def account_status(self, ref: str, at: datetime) -> AccountFacts | Unknown:
        """What the account can do now."""
        return asked(lambda: accounts.status(client(), ref))

    def fetch_chargeback(self, ref: str, at: datetime) -> ChargebackFacts | Unknown:
        """The dispute as it stands."""
        return asked(lambda: chargebacks.fetch(client(), ref))

    def submit_evidence(self, call: Call, ref: str, pack: EvidencePack) -> Outcome:
        """Answer a dispute."""
        return answered(lambda: chargebacks.submit_evidence(client(), call, ref, pack))

    def movements(self, since: datetime, until: datetime) -> list[ProviderMovement] | Unknown:
        """Every line of our balance with Stripe in that time, oldest first."""
        return asked(lambda: movements.movements(client(), since, until))

    def balance(self, at: datetime) -> ProviderBalance | Unknown:
        """What Stripe keeps for us now."""
        return asked(lambda: movements.balance(client()))

    def find(self, call: Call) -> Outcome | None:
        """What a call with this operation left behind; None when it certainly left nothing."""
        finder = _FINDERS.get(OperationKind(call.kind))
        return None if finder is None else asked(lambda: finder(client(), call))

    def parse_webhook(self, headers: Mapping[str, str], raw: bytes, at: datetime) -> WebhookNotice:
        """The notice of a signed body. Raises `ForgedWebhook`."""
        return webhooks.parse(headers, raw, at, secrets=webhook_secrets(), live=bool(settings.PAYMENTS_LIVE))

"""Suppliers' connected accounts (Accounts v2): registered as recipients, sent to Stripe's pages, read for what they can.

Coming back from the pages proves nothing: only the state of the capability does. API v2 finishes a repeated request
instead of storing its failure, for 30 days; after that the account is looked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal

from django.conf import settings
from stripe import StripeClient

from trade_assurance.payments.providers.base import AccountFacts, Call, Done, OnboardSpec, Outcome, Pending
from trade_assurance.payments.providers.stripe_rail.answers import Plain, clean, plain
from trade_assurance.payments.providers.stripe_rail.sessions import is_of, metadata

if TYPE_CHECKING:
    from stripe.params.v2.core import AccountCreateParams

_INCLUDE: Final[list[Literal["configuration.recipient", "requirements"]]] = [
    "configuration.recipient",
    "requirements",
]


def onboard(client: StripeClient, call: Call, spec: OnboardSpec) -> Outcome:
    """Register a supplier as a recipient of transfers, or go on; a fresh link to Stripe's pages while it misses anything."""
    if spec.account:
        account = _read(client, spec.account)
    else:
        created = client.v2.core.accounts.create(_recipient(call, spec), {"idempotency_key": call.key})
        account = plain(created)
    if facts_of(account).can_receive and not facts_of(account).missing:
        return Done(account["id"])
    return Pending(account["id"], _link(client, call, spec, account["id"]))


def status(client: StripeClient, ref: str) -> AccountFacts:
    """What the account can do now."""
    return facts_of(_read(client, ref))


def facts_of(account: Plain) -> AccountFacts:
    """What an account says: whether transfers reach it, and what Stripe still asks its people for."""
    transfers = _transfers(account)
    details = transfers.get("status_details") or []
    entries = (account.get("requirements") or {}).get("entries") or []
    closed = bool(account.get("closed"))
    return AccountFacts(
        ref=account["id"],
        can_receive=transfers.get("status") == "active" and not closed,
        missing=tuple(
            str(entry["description"])
            for entry in entries
            if entry.get("awaiting_action_from") == "user" and _is_due(entry)
        ),
        reason="closed" if closed else ", ".join(clean(detail.get("code")) for detail in details),
    )


def find(client: StripeClient, call: Call) -> Outcome | None:
    """The account that this operation registered; None when there certainly is none."""
    pages = client.v2.core.accounts.list({"limit": 100, "applied_configurations": ["recipient"]})
    for account in pages.auto_paging_iter():
        if is_of(row := plain(account), call):
            return Pending(row["id"])
    return None


def _read(client: StripeClient, ref: str) -> Plain:
    return plain(client.v2.core.accounts.retrieve(ref, {"include": [*_INCLUDE]}))


def _recipient(call: Call, spec: OnboardSpec) -> AccountCreateParams:
    account: AccountCreateParams = {
        "display_name": spec.legal_name[:100],
        # Stripe's own small dashboard: who is paid sees their payouts there without asking us.
        "dashboard": "express",
        "identity": {
            "country": spec.country.lower(),
            "entity_type": "company",
            "business_details": {"registered_name": spec.legal_name},
        },
        "configuration": {
            "recipient": {"capabilities": {"stripe_balance": {"stripe_transfers": {"requested": True}}}}
        },
        "defaults": {
            "currency": spec.currency.lower(),
            # The marketplace is the merchant: fees and losses are its own.
            "responsibilities": {"fees_collector": "application", "losses_collector": "application"},
        },
        "include": [*_INCLUDE],
        "metadata": {**metadata(call), "supplier": spec.supplier},
    }
    if spec.email:
        account["contact_email"] = spec.email
    return account


def _link(client: StripeClient, call: Call, spec: OnboardSpec, account: str) -> str:
    # A link serves once and for minutes: each call, committed as an attempt with its moment, gets its own.
    made = client.v2.core.account_links.create(
        {
            "account": account,
            "use_case": {
                "type": "account_onboarding",
                "account_onboarding": {
                    "return_url": _absolute(spec.return_url),
                    "refresh_url": _absolute(spec.refresh_url),
                },
            },
        },
        {"idempotency_key": f"{call.key}:link:{int(call.at.timestamp())}"},
    )
    return str(plain(made)["url"])


def _transfers(account: Plain) -> Plain:
    step: Any = account
    for name in ("configuration", "recipient", "capabilities", "stripe_balance", "stripe_transfers"):
        step = (step or {}).get(name)
    return step or {}


def _is_due(entry: Plain) -> bool:
    deadline = (entry.get("minimum_deadline") or {}).get("status", "currently_due")
    return str(deadline) != "eventually_due"


def _absolute(path: str) -> str:
    return path if "://" in path else f"{settings.SITE_URL}{path}"

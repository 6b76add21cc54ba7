"""A supplier registers with a rail that pays only whom it knows. Calls the rail, so it runs outside any transaction."""

from __future__ import annotations

from datetime import datetime

from marketplace.accounts.models import Company
from marketplace.accounts.queries import members_with_roles
from marketplace.core.actors import Actor
from trade_assurance.holds.operations.trades.trade import demand
from trade_assurance.holds.policies import PAYOUT_ROLES, can_ask_payout
from trade_assurance.payments import operations as payments
from trade_assurance.payments.models import Registration
from trade_assurance.payments.providers.base import OnboardSpec


def go_on_registering(
    *, provider: str, return_url: str, refresh_url: str, actor: Actor, key: str, at: datetime
) -> str:
    """Register the acting company with a rail, or go on where it was left. Returns the rail's page, or "".

    Owners and finance people only: the rail asks for identities and bank accounts. Raises `NotYourStep`,
    `UnknownProvider`, `ProviderCallInTransaction`.
    """
    demand(can_ask_payout(actor))
    company = Company.objects.get(pk=actor.company_id or 0)
    emails = [person.email for person in members_with_roles(company.pk, PAYOUT_ROLES)]
    spec = OnboardSpec(
        supplier=company.ref,
        legal_name=company.legal_name,
        country=company.country,
        email=emails[0] if emails else "",
        currency="USD",
        return_url=return_url,
        refresh_url=refresh_url,
    )
    operation_id = payments.start_registration(
        provider=provider, company_id=company.pk, spec=spec, actor=actor, key=key, at=at
    )
    payments.run_operation(operation_id=operation_id, at=at)
    row = payments.refresh_registration(provider=provider, company_id=company.pk, at=at)
    return "" if row.can_receive and not row.missing else row.next_action_url


def read_registration(*, provider: str, actor: Actor, at: datetime) -> Registration:
    """Ask the rail how the acting company's registration stands. Raises `NotYourStep`, `NotFound`."""
    demand(can_ask_payout(actor))
    return payments.refresh_registration(provider=provider, company_id=actor.company_id or 0, at=at)

"""Which rails this installation has. A rail is looked up by the name that rows carry."""

from __future__ import annotations

from dataclasses import dataclass

from marketplace.core.errors import Text
from marketplace.core.money import Money
from trade_assurance.payments.errors import CurrencyNotTaken, UnknownProvider
from trade_assurance.payments.providers.bank_transfer import BankTransfer
from trade_assurance.payments.providers.base import (
    ChargebackProvider,
    OnboardingProvider,
    PayInProvider,
    PayOutProvider,
    Rail,
    Reconciler,
    ReversingProvider,
)
from trade_assurance.payments.providers.sandbox import Sandbox
from trade_assurance.payments.providers.stripe_rail import StripeRail

_RAILS: dict[str, Rail] = {rail.description.name: rail for rail in (Sandbox(), StripeRail(), BankTransfer())}


@dataclass(frozen=True, slots=True)
class ProviderChoice:
    """A way of paying a person may choose now."""

    name: str
    label: Text
    explanation: Text
    manual: bool


def rail(name: str) -> Rail:
    """The rail of that name. Raises `UnknownProvider`."""
    if name not in _RAILS:
        raise UnknownProvider
    return _RAILS[name]


def available_rail(name: str) -> Rail:
    """The rail, if it may be used here now. Raises `UnknownProvider`, `SandboxWithLiveKeys`, `BankAccountMissing`."""
    found = rail(name)
    refusal = found.why_unavailable()
    if refusal is not None:
        raise refusal
    return found


def usable_rail(name: str, money: Money) -> Rail:
    """The rail, if it may be used now for a payment of this amount. Raises as `available_rail`, and `CurrencyNotTaken`."""
    found = available_rail(name)
    if not found.carries(money):
        raise CurrencyNotTaken
    return found


def pay_in(name: str) -> PayInProvider:
    """The rail that is called for payments. Raises `UnknownProvider` for none, or one by hand."""
    found = rail(name)
    if not isinstance(found, PayInProvider):
        raise UnknownProvider
    return found


def pay_out(name: str) -> PayOutProvider:
    """The rail that is called for payouts. Raises `UnknownProvider` for none, or one by hand."""
    found = rail(name)
    if not isinstance(found, PayOutProvider):
        raise UnknownProvider
    return found


def reconciler(name: str) -> Reconciler | None:
    """The rail, if it gives its own account of our money. Raises `UnknownProvider`."""
    found = rail(name)
    return found if isinstance(found, Reconciler) else None


def reconciling_rails() -> tuple[str, ...]:
    """Names of the rails that give their own account of our money and can be used here now."""
    return tuple(found.description.name for found in _available() if isinstance(found, Reconciler))


def chargeback_rail(name: str) -> ChargebackProvider:
    """The rail whose payers may dispute payments with their bank. Raises `UnknownProvider` for one without."""
    found = rail(name)
    if not isinstance(found, ChargebackProvider):
        raise UnknownProvider
    return found


def onboarding_rail(name: str) -> OnboardingProvider:
    """The rail that pays only suppliers who registered with it. Raises `UnknownProvider` for one that registers nobody."""
    found = rail(name)
    if not isinstance(found, OnboardingProvider):
        raise UnknownProvider
    return found


def reversing_rail(name: str) -> ReversingProvider:
    """The rail that can take back what it paid. Raises `UnknownProvider` for one that cannot."""
    found = rail(name)
    if not isinstance(found, ReversingProvider):
        raise UnknownProvider
    return found


def registers_suppliers(name: str) -> bool:
    """Whether suppliers register with this rail."""
    return isinstance(rail(name), OnboardingProvider)


def pays_per_payment(name: str) -> bool:
    """Whether the rail pays out of certain payments, and can take back what it paid."""
    return isinstance(rail(name), ReversingProvider)


def reconciled_rails() -> list[tuple[str, Reconciler]]:
    """Rails that may be used now, know chargebacks, and give their own account of our money."""
    return [
        (found.description.name, found)
        for found in _available()
        if isinstance(found, Reconciler) and isinstance(found, ChargebackProvider)
    ]


def is_manual(name: str) -> bool:
    """Whether a finance officer confirms what this rail does."""
    return rail(name).description.manual


def pay_in_choices(money: Money) -> list[ProviderChoice]:
    """The ways in which this amount may be paid in now."""
    return [_choice(found) for found in _available() if found.carries(money)]


def pay_out_choices() -> list[ProviderChoice]:
    """The ways in which suppliers may be paid now."""
    return [_choice(found) for found in _available()]


def sandbox_is_active() -> bool:
    """Whether payments are rehearsed here: every page then says so."""
    return _RAILS["sandbox"].why_unavailable() is None


def _available() -> list[Rail]:
    return [found for found in _RAILS.values() if found.why_unavailable() is None]


def _choice(found: Rail) -> ProviderChoice:
    said = found.description
    return ProviderChoice(said.name, said.label, said.explanation, said.manual)

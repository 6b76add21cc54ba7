"""The bank transfer rail: no machine is called, a finance officer records what the bank statement says."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from marketplace.core.errors import DomainError
from marketplace.core.money import Money
from marketplace.core.operator_settings import value_of
from trade_assurance.payments.errors import BankAccountMissing
from trade_assurance.payments.providers.base import Description

NAME: Final = "bank_transfer"
BANK_ACCOUNT: Final = "payments.bank_account"
_OWN_ACCOUNT: Final = "payments.bank_account_in."


def account_key(currency: str) -> str:
    """The key of the setting with the account for transfers in this currency, where it is not the general one."""
    return f"{_OWN_ACCOUNT}{currency}"


class BankTransfer:
    """Manual on both sides: money in by the buyer's transfer, money out by the marketplace's."""

    description = Description(
        name=NAME,
        label=_("Bank transfer"),
        explanation=_(
            "You transfer the amount from your bank with a reference that we show you. It usually arrives in 1 to 3 working days."
        ),
        manual=True,
    )

    def why_unavailable(self) -> DomainError | None:
        """Nothing, once the operator has entered the account that money is to come to."""
        return None if value_of(BANK_ACCOUNT) else BankAccountMissing()

    def carries(self, money: Money) -> bool:
        """Any amount in any currency."""
        return money.is_positive

"""The bank transfer rail: no machine is called, a finance officer records what the bank statement says.

Its account of our money are the statements that were taken: it is read from our own rows, and always answers.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.utils.translation import gettext_lazy as _

from marketplace.core.errors import DomainError
from marketplace.core.money import Money
from marketplace.core.operator_settings import value_of
from trade_assurance.payments.errors import BankAccountMissing
from trade_assurance.payments.providers.bank_account import bank_movements
from trade_assurance.payments.providers.bank_coverage import bank_coverage
from trade_assurance.payments.providers.base import Description, ProviderBalance, ProviderMovement

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

    def movements(self, since: datetime, until: datetime) -> list[ProviderMovement]:
        """The lines that were taken or explained in this time: statements come days after what they say."""
        return bank_movements(since, until)

    def balance(self, at: datetime) -> ProviderBalance:
        """What the bank says it keeps, by the last closing balance of each account and the lines after it."""
        del at  # the files say what they say, whenever they are asked
        kept: dict[str, Money] = {}
        for account in bank_coverage():
            if account.to_on is not None:
                own = Money(account.closing_minor, account.currency)
                kept[account.currency] = kept.get(account.currency, Money.zero(account.currency)) + own
        return ProviderBalance(available=kept)

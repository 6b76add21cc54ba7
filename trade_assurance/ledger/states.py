"""The kinds of account and how each one's balance is kept.

Owns the chart of accounts as data. Credit is positive: what the platform owes to somebody is positive,
what a provider keeps for the platform is negative.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _


class AccountKind(models.TextChoices):
    """What an account is for; `owner` says whose it is."""

    ESCROW = "escrow", _("Held for a trade")
    SUPPLIER_PAYABLE = "supplier_payable", _("Owed to the supplier")
    PAYOUT_IN_TRANSIT = "payout_in_transit", _("Payout under way")
    REFUND_PAYABLE = "refund_payable", _("Refund under way to the buyer")
    BUYER_CREDIT = "buyer_credit", _("Credit of the buyer")
    SUPPLIER_DEBT = "supplier_debt", _("Owed by the supplier")
    SUPPLIER_RESERVE = "supplier_reserve", _("Kept back from the supplier for a time")
    CHARGEBACK_PENDING = "chargeback_pending", _("Taken by the payer's bank, not decided yet")
    COMMISSION = "commission", _("Commission")
    PROVIDER_FEES = "provider_fees", _("Fees of payment providers")
    PLATFORM_LOSS = "platform_loss", _("Borne by the marketplace")
    PROVIDER_CLEARING = "provider_clearing", _("With the payment provider")
    FX_CLEARING = "fx_clearing", _("Currency exchange")
    SUSPENSE = "suspense", _("Unexplained, to be cleared up")


@dataclass(frozen=True, slots=True)
class AccountRule:
    """`tracks_balance`: whether a balance row is kept (and locked by each posting); `minimum`: its floor, if any."""

    tracks_balance: bool
    minimum: int | None


_NEVER_NEGATIVE: Final = AccountRule(tracks_balance=True, minimum=0)
_TRACKED: Final = AccountRule(tracks_balance=True, minimum=None)
# A hot account has no balance row: every posting of the marketplace would queue for its lock through the
# disk's sync. Its balance is the last snapshot plus the entries of later transactions.
_HOT: Final = AccountRule(tracks_balance=False, minimum=None)

ACCOUNT_RULES: Final[dict[str, AccountRule]] = {
    AccountKind.ESCROW: _NEVER_NEGATIVE,
    AccountKind.SUPPLIER_PAYABLE: _NEVER_NEGATIVE,
    AccountKind.PAYOUT_IN_TRANSIT: _NEVER_NEGATIVE,
    AccountKind.REFUND_PAYABLE: _NEVER_NEGATIVE,
    AccountKind.BUYER_CREDIT: _NEVER_NEGATIVE,
    AccountKind.SUPPLIER_DEBT: _TRACKED,
    AccountKind.SUPPLIER_RESERVE: _NEVER_NEGATIVE,
    AccountKind.CHARGEBACK_PENDING: _TRACKED,
    AccountKind.COMMISSION: _HOT,
    AccountKind.PROVIDER_FEES: _HOT,
    AccountKind.PLATFORM_LOSS: _HOT,
    AccountKind.PROVIDER_CLEARING: _HOT,
    AccountKind.FX_CLEARING: _HOT,
    AccountKind.SUSPENSE: _HOT,
}
HOT_KINDS: Final = tuple(kind for kind, rule in ACCOUNT_RULES.items() if not rule.tracks_balance)
NEVER_NEGATIVE_KINDS: Final = tuple(kind for kind, rule in ACCOUNT_RULES.items() if rule.minimum == 0)

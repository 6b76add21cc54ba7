"""Above which amount one person's yes is not enough: one limit per currency, set by the operator.

Used wherever money leaves by decision: payouts, refunds and returns by bank, batches. Moves nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from marketplace.core.errors import Text
from marketplace.core.money import Money, exponent
from marketplace.core.operator_settings import SettingDefinition, SettingKind, integer_of

SECOND_APPROVAL_ABOVE: Final = "payouts.second_approval_above"
# About what 10,000 US dollars are worth, rounded to a figure that people remember; an operator edits each.
LIMITS: Final[Mapping[str, int]] = {
    "AED": 40_000,
    "ARS": 15_000_000,
    "AUD": 15_000,
    "BDT": 1_200_000,
    "BHD": 4_000,
    "BRL": 55_000,
    "CAD": 14_000,
    "CHF": 9_000,
    "CLP": 9_500_000,
    "CNY": 70_000,
    "COP": 40_000_000,
    "EGP": 500_000,
    "ETB": 1_400_000,
    "EUR": 9_000,
    "GBP": 8_000,
    "GHS": 110_000,
    "HKD": 78_000,
    "IDR": 160_000_000,
    "INR": 850_000,
    "JOD": 7_000,
    "JPY": 1_500_000,
    "KES": 1_300_000,
    "KRW": 14_000_000,
    "KWD": 3_000,
    "LKR": 3_000_000,
    "MAD": 95_000,
    "MXN": 190_000,
    "MYR": 45_000,
    "NGN": 15_000_000,
    "OMR": 4_000,
    "PEN": 37_000,
    "PHP": 570_000,
    "PKR": 2_800_000,
    "SAR": 37_000,
    "SEK": 100_000,
    "SGD": 13_000,
    "THB": 330_000,
    "TND": 30_000,
    "TRY": 400_000,
    "USD": 10_000,
    "VND": 250_000_000,
    "XOF": 5_800_000,
    "ZAR": 180_000,
}
# In a currency without a limit of its own. Currencies worth more than a dollar all have one, so that this
# asks for the second person too often rather than too seldom.
ELSEWHERE: Final = 10_000


def limit_key(currency: str) -> str:
    """The key of the setting that holds this currency's limit."""
    return f"{SECOND_APPROVAL_ABOVE}.{currency}" if currency in LIMITS else SECOND_APPROVAL_ABOVE


def above_limit(amount: Money, limit_major_units: int) -> bool:
    """Whether an amount is above a limit in major units of its own currency. Pure."""
    limit_minor: int = limit_major_units * 10 ** exponent(amount.currency)
    return amount.amount_minor > limit_minor


def needs_two_persons(amount: Money) -> bool:
    """Whether this amount is above its currency's limit, so that two persons must have said yes; one statement."""
    return above_limit(amount, integer_of(limit_key(amount.currency)))


def _limit(key: str, default: int, label: Text) -> SettingDefinition:
    return SettingDefinition(
        key=key,
        group=_("Second approval"),
        kind=SettingKind.AMOUNT_MAJOR,
        default=default,
        label=label,
        help=_("In whole units of the currency. The two approvals are always two persons."),
        minimum=0,
    )


SETTINGS: Final = (
    *(
        _limit(
            limit_key(code),
            limit,
            format_lazy(_("{currency}: a second officer approves above"), currency=code),
        )
        for code, limit in LIMITS.items()
    ),
    _limit(SECOND_APPROVAL_ABOVE, ELSEWHERE, _("Any other currency: a second officer approves above")),
)

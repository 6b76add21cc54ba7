"""Money in integer minor units of an ISO 4217 currency.

Owns rounding. There is no float and no division here: a share is taken in basis points, a split by
largest remainder, so that parts always add up to the whole. Must not touch database or settings.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cache

import pycountry
from django.utils.translation import gettext_lazy as _

from marketplace.core.errors import CurrencyMismatch, Rejected

# ISO 4217, column "minor unit"; every currency not named here has two decimals.
_ZERO_DECIMALS = frozenset(
    [
        "BIF",
        "CLP",
        "DJF",
        "GNF",
        "ISK",
        "JPY",
        "KMF",
        "KRW",
        "PYG",
        "RWF",
        "UGX",
        "UYI",
        "VND",
        "VUV",
        "XAF",
        "XOF",
        "XPF",
    ]
)
_THREE_DECIMALS = frozenset(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"])
_FOUR_DECIMALS = frozenset(["CLF", "UYW"])
# Metals, funds codes and test codes of ISO 4217 that nobody prices goods in.
_NOT_TRADED = frozenset(
    [
        "XAU",
        "XAG",
        "XPT",
        "XPD",
        "XDR",
        "XSU",
        "XUA",
        "XTS",
        "XXX",
        "XBA",
        "XBB",
        "XBC",
        "XBD",
        "BOV",
        "CHE",
        "CHW",
        "COU",
        "MXV",
        "USN",
    ]
)
BASIS_POINTS = 10_000
MAXIMUM_MINOR = 10**15  # one posting's limit: leaves a bigint room for a thousand such sums


@cache
def currency_codes() -> tuple[str, ...]:
    """All ISO 4217 codes that goods can be priced in, sorted."""
    return tuple(sorted(c.alpha_3 for c in pycountry.currencies if c.alpha_3 not in _NOT_TRADED))


@cache
def exponent(currency: str) -> int:
    """Number of decimals of the currency's minor unit (ISO 4217). Raises `Rejected` for an unknown code."""
    if currency not in currency_codes():
        raise Rejected(_("“%(currency)s” is not an ISO 4217 currency code."), currency=currency)
    if currency in _ZERO_DECIMALS:
        return 0
    if currency in _THREE_DECIMALS:
        return 3
    return 4 if currency in _FOUR_DECIMALS else 2


@dataclass(frozen=True, slots=True)
class Money:
    """`amount_minor` minor units of `currency`; may be negative (a difference)."""

    amount_minor: int
    currency: str

    def __post_init__(self) -> None:
        if type(self.amount_minor) is not int:
            msg = f"minor units are a whole number, not {type(self.amount_minor).__name__}"
            raise TypeError(msg)
        exponent(self.currency)

    @classmethod
    def zero(cls, currency: str) -> Money:
        """Nothing of the currency."""
        return cls(0, currency)

    @classmethod
    def from_decimal(cls, amount: Decimal, currency: str) -> Money:
        """Exactly this amount in major units; raises `Rejected` when finer than the minor unit."""
        _demand_finite(amount)
        minor = amount.scaleb(exponent(currency))
        if minor != minor.to_integral_value():
            raise Rejected(
                _("%(currency)s has %(decimals)s decimals; %(amount)s has more."),
                currency=currency,
                decimals=exponent(currency),
                amount=amount,
            )
        return cls(int(minor), currency)

    @classmethod
    def round_half_up(cls, amount: Decimal, currency: str) -> Money:
        """The amount in major units, rounded once, half away from zero."""
        _demand_finite(amount)
        return cls(int(amount.scaleb(exponent(currency)).to_integral_value(ROUND_HALF_UP)), currency)

    def as_decimal(self) -> Decimal:
        """In major units with exactly the currency's decimals."""
        return Decimal(self.amount_minor).scaleb(-exponent(self.currency))

    @property
    def is_zero(self) -> bool:
        return self.amount_minor == 0

    @property
    def is_positive(self) -> bool:
        return self.amount_minor > 0

    def _same(self, other: Money) -> None:
        if self.currency != other.currency:
            raise CurrencyMismatch(left=self.currency, right=other.currency)

    def __add__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.amount_minor + other.amount_minor, self.currency)

    def __sub__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.amount_minor - other.amount_minor, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.amount_minor, self.currency)

    def __bool__(self) -> bool:
        msg = "ask .is_zero or .is_positive: the truth of an amount is ambiguous"
        raise TypeError(msg)

    def __lt__(self, other: Money) -> bool:
        self._same(other)
        return self.amount_minor < other.amount_minor

    def __le__(self, other: Money) -> bool:
        self._same(other)
        return self.amount_minor <= other.amount_minor

    def __gt__(self, other: Money) -> bool:
        return other < self

    def __ge__(self, other: Money) -> bool:
        return other <= self

    def share(self, basis_points: int) -> Money:
        """That share of the amount, half up: `(amount × bps + 5000) / 10000` in integers."""
        return Money(share_half_up(self.amount_minor, basis_points), self.currency)

    def split(self, weights: Sequence[int]) -> list[Money]:
        """Parts in proportion to the weights that add up to the whole (largest remainder; ties to the first).

        Raises `ValueError` for no weights, a negative one, or only zeros.
        """
        return [Money(part, self.currency) for part in split_minor(self.amount_minor, weights)]


def share_half_up(amount_minor: int, basis_points: int) -> int:
    """`basis_points` of the amount in minor units, half away from zero, in integers only."""
    if basis_points < 0:
        msg = "a share is not negative"
        raise ValueError(msg)
    size = (abs(amount_minor) * basis_points + BASIS_POINTS // 2) // BASIS_POINTS
    return size if amount_minor >= 0 else -size


def split_minor(amount_minor: int, weights: Sequence[int]) -> list[int]:
    """Largest-remainder split of minor units; see `Money.split`."""
    total = sum(weights)
    if not weights or total <= 0 or any(weight < 0 for weight in weights):
        msg = "weights must be non-negative and not all zero"
        raise ValueError(msg)
    sign = 1 if amount_minor >= 0 else -1
    size = abs(amount_minor)
    parts = [size * weight // total for weight in weights]
    remainders = [size * weight % total for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-remainders[i], i))
    for index in by_remainder[: size - sum(parts)]:
        parts[index] += 1
    return [sign * part for part in parts]


def sum_money(amounts: Sequence[Money], currency: str) -> Money:
    """The sum; zero of `currency` for none. Raises `CurrencyMismatch` for a stranger among them."""
    total = Money.zero(currency)
    for amount in amounts:
        total = total + amount
    return total


def line_amount(quantity: Decimal, unit_price: Decimal, currency: str, *, discount_bps: int = 0) -> Money:
    """Quantity × unit price less the discount, rounded once, half up (PRODUCT.md, Money)."""
    if not 0 <= discount_bps <= BASIS_POINTS:
        raise Rejected(_("A discount lies between 0 and 100 percent."), field="discount_bps")
    factor = Decimal(BASIS_POINTS - discount_bps).scaleb(-4)
    return Money.round_half_up(quantity * unit_price * factor, currency)


def _demand_finite(amount: Decimal) -> None:
    if not amount.is_finite():
        raise Rejected(_("“%(amount)s” is not an amount."), amount=amount)

"""What a claim about some lines is worth: the upper bound of what may be claimed, and an amount to begin with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from marketplace.core.money import share_half_up, split_minor
from trade_assurance.disputes.states import Reason

# The goods came and can be used: a tenth of their value is where talks about delay or papers begin.
PART_OF_VALUE_BPS: Final = 1_000
PART_OF_VALUE_REASONS: Final = (Reason.LATENESS, Reason.DOCUMENTS)


@dataclass(frozen=True, slots=True)
class AffectedLine:
    """A line as agreed, and how much of it the claim is about."""

    amount_minor: int
    quantity: Decimal
    affected: Decimal


@dataclass(frozen=True, slots=True)
class ClaimValue:
    """What the named quantities are worth: goods per line, and with their share of the freight."""

    goods_minor: tuple[int, ...]
    whole_minor: tuple[int, ...]

    @property
    def bound_minor(self) -> int:
        """The most that may be claimed for them."""
        return sum(self.whole_minor)


def value_of(lines: Sequence[AffectedLine], *, goods_minor: int, freight_minor: int) -> ClaimValue:
    """Each line's part by quantity, half up, plus the freight's share by value (largest remainder).

    All of every line comes to exactly goods + freight.
    """
    goods = tuple(_part(line.amount_minor, line.affected, line.quantity) for line in lines)
    named = sum(goods)
    if not named:
        return ClaimValue(goods, goods)
    freight = (2 * freight_minor * named + goods_minor) // (2 * goods_minor)
    shares = split_minor(freight, goods)
    return ClaimValue(goods, tuple(part + share for part, share in zip(goods, shares, strict=True)))


def suggested_minor(value: ClaimValue, reason: str, *, claimable_minor: int) -> int:
    """The amount the form begins with: all the named goods are worth, a tenth for delay and papers.

    Never above what can be claimed now.
    """
    if reason in PART_OF_VALUE_REASONS:
        wanted = share_half_up(sum(value.goods_minor), PART_OF_VALUE_BPS)
    else:
        wanted = value.bound_minor
    return min(wanted, claimable_minor)


def spread_over_lines(amount_minor: int, value: ClaimValue) -> list[int]:
    """The claimed amount over its lines, in proportion to their value."""
    weights = value.whole_minor if value.bound_minor else (1,) * len(value.whole_minor)
    return split_minor(amount_minor, weights)


def _part(amount_minor: int, part: Decimal, whole: Decimal) -> int:
    """`amount × part / whole`, half up; quantities have three decimals, so thousandths are whole."""
    if not whole:
        return 0
    numerator, denominator = amount_minor * int(part.scaleb(3)), int(whole.scaleb(3))
    return (2 * numerator + denominator) // (2 * denominator)

"""What the sandbox takes for its services, so that fees can be rehearsed. Pure; the tariff is invented."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from marketplace.core.money import Money

CARD_BPS: Final = 140
CARD_EACH: Final = Decimal("0.25")
TRANSFER_EACH: Final = Decimal("0.50")
PAYOUT_EACH: Final = Decimal("0.25")
CHARGEBACK_EACH: Final = Decimal(15)


def card_fee(money: Money) -> Money:
    """1.40 % and 0.25 of each card payment, never more than came in."""
    return _at_most(money, money.share(CARD_BPS) + Money.round_half_up(CARD_EACH, money.currency))


def transfer_fee(money: Money) -> Money:
    """0.50 of each bank transfer that comes in."""
    return _at_most(money, Money.round_half_up(TRANSFER_EACH, money.currency))


def payout_fee(money: Money) -> Money:
    """0.25 of each payout."""
    return Money.round_half_up(PAYOUT_EACH, money.currency)


def chargeback_fee(money: Money) -> Money:
    """15.00 of each chargeback, won or lost."""
    return Money.round_half_up(CHARGEBACK_EACH, money.currency)


def _at_most(money: Money, fee: Money) -> Money:
    return min(money, fee)

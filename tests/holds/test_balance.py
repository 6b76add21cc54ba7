"""Which currency the balance page opens with: what there is to say first, never an empty one before it."""

from __future__ import annotations

import pytest

from marketplace.core.money import Money
from trade_assurance.holds.queries.payouts.balance import CurrencyBalance, first_to_show


@pytest.mark.parametrize(
    ("available", "held", "first"),
    [
        ({"EUR": 0, "USD": 5}, {"EUR": 9, "USD": 0}, "USD"),
        ({"EUR": 0, "USD": 0}, {"EUR": 0, "USD": 7}, "USD"),
        ({"EUR": 0, "USD": 0}, {"EUR": 0, "USD": 0}, "EUR"),
        ({}, {}, ""),
    ],
)
def test_balance_page_opens_with_the_currency_that_has_money(
    available: dict[str, int], held: dict[str, int], first: str
) -> None:
    lines = [
        CurrencyBalance(
            currency=code,
            available=Money(amount, code),
            under_way=Money.zero(code),
            held=Money(held[code], code),
            frozen=Money.zero(code),
            has_account=False,
            account_text="",
        )
        for code, amount in available.items()
    ]
    assert first_to_show(lines) == first

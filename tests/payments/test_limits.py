"""The amount above which two persons must say yes: in each currency's own units, as the operator sets it."""

from __future__ import annotations

import pytest

from marketplace.core.actors import Actor
from marketplace.core.money import Money
from marketplace.core.operator_settings import change_setting
from tests.factories import AT
from trade_assurance.payments.limits import above_limit, limit_key, needs_two_persons


@pytest.mark.parametrize(
    ("minor", "currency", "second"),
    [
        (1_000_000, "USD", False),
        (1_000_001, "USD", True),
        (10_000, "JPY", False),
        (10_001, "JPY", True),
        (10_000_000, "KWD", False),
        (10_000_001, "KWD", True),
    ],
)
def test_above_limit_counts_in_major_units_of_the_currency(minor: int, currency: str, second: bool) -> None:
    assert above_limit(Money(minor, currency), 10_000) is second


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("limit_minor", "currency"),
    [
        (1_000_000, "USD"),
        (1_500_000, "JPY"),
        (250_000_000, "VND"),
        (3_000_000, "KWD"),
        (1_000_000, "LAK"),  # no limit of its own: the one for any other currency
    ],
)
def test_default_limits_fit_the_currency(limit_minor: int, currency: str) -> None:
    assert not needs_two_persons(Money(limit_minor, currency))
    assert needs_two_persons(Money(limit_minor + 1, currency))


@pytest.mark.django_db
def test_operator_changes_the_limit_of_one_currency_only() -> None:
    change_setting(
        key=limit_key("JPY"), value=100, actor=Actor.system("test"), at=AT, reason="Closer look at yen"
    )
    assert needs_two_persons(Money(101, "JPY"))
    assert not needs_two_persons(Money(10_100, "USD"))

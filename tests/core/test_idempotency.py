"""The same key returns the first result; the same key with other content is a conflict."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import transaction

from marketplace.core.errors import KeyReused, Rejected
from marketplace.core.idempotency import content_hash, lock_key, remember, replayed
from marketplace.core.money import Money

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 2, 9, tzinfo=UTC)


def test_replayed_new_key_is_none() -> None:
    assert replayed(key="k1", operation="place_order", content={"a": 1}) is None


def test_replayed_same_content_returns_the_first_result() -> None:
    remember(key="k1", operation="place_order", content={"a": 1, "b": 2}, result="ord_1", at=AT)
    assert replayed(key="k1", operation="place_order", content={"b": 2, "a": 1}) == "ord_1"


@pytest.mark.parametrize(("operation", "content"), [("place_order", {"a": 2}), ("release", {"a": 1})])
def test_replayed_other_content_or_operation_is_a_conflict(
    operation: str, content: dict[str, object]
) -> None:
    remember(key="k1", operation="place_order", content={"a": 1}, result="ord_1", at=AT)
    with pytest.raises(KeyReused):
        replayed(key="k1", operation=operation, content=content)


@pytest.mark.parametrize("key", ["", "x" * 201])
def test_lock_key_without_a_usable_key_is_refused(key: str) -> None:
    with pytest.raises(Rejected), transaction.atomic():
        lock_key(key)


def test_content_hash_knows_decimals_dates_and_money_by_value() -> None:
    one = content_hash({"q": Decimal("1.500"), "d": date(2026, 1, 2), "m": Money(5, "USD")})
    assert one == content_hash({"m": Money(5, "USD"), "d": date(2026, 1, 2), "q": Decimal("1.5")})
    assert one != content_hash({"m": Money(5, "EUR"), "d": date(2026, 1, 2), "q": Decimal("1.5")})

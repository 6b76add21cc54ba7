"""Many postings by one call: the rows that as many single calls leave, under the same guards, all of them or none."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from marketplace.core.money import Money
from tests.factories import AT
from trade_assurance.ledger.errors import BalanceTooLow, PostingRefused
from trade_assurance.ledger.models import Entry, Transaction
from trade_assurance.ledger.operations import PostingSpec, credit, debit, post, post_many
from trade_assurance.ledger.queries import balance
from trade_assurance.ledger.states import AccountKind

pytestmark = pytest.mark.django_db


def paid_in(hold: str, minor: int = 500, currency: str = "JPY") -> PostingSpec:
    money = Money(minor, currency)
    entries = [
        debit(AccountKind.PROVIDER_CLEARING, "bank_transfer", money),
        credit(AccountKind.ESCROW, hold, money),
    ]
    return PostingSpec("funded", hold, f"{hold}:1", entries)


def taken_out(hold: str) -> PostingSpec:
    money = Money(900, "JPY")
    entries = [
        debit(AccountKind.ESCROW, hold, money),
        credit(AccountKind.SUPPLIER_PAYABLE, "com_a", money),
    ]
    return PostingSpec("released", hold, f"{hold}:2", entries)


def test_many_have_the_hash_of_the_single_call_and_move_each_balance() -> None:
    post(
        kind="funded",
        subject="hold_a",
        key="single",
        entries=paid_in("hold_a").entries,
        happened_at=AT,
    )
    post_many([paid_in("hold_a"), paid_in("hold_b", 7, "KWD")], happened_at=AT)
    hashes = dict(Transaction.objects.values_list("key", "request_hash"))
    assert hashes["hold_a:1"] == hashes["single"]
    assert balance("escrow", "hold_a", "JPY") == Money(1_000, "JPY")
    assert balance("escrow", "hold_b", "KWD") == Money(7, "KWD")


@pytest.mark.parametrize(
    ("postings", "refusal"),
    [
        ([paid_in("hold_b"), paid_in("hold_a")], PostingRefused),
        ([paid_in("hold_b"), paid_in("hold_b")], PostingRefused),
        ([paid_in("hold_b"), taken_out("hold_a")], BalanceTooLow),
    ],
)
def test_one_that_is_refused_leaves_none(postings: list[PostingSpec], refusal: type[Exception]) -> None:
    post_many([paid_in("hold_a")], happened_at=AT)
    before = (Transaction.objects.count(), Entry.objects.count())
    with pytest.raises(refusal), transaction.atomic():
        post_many(postings, happened_at=AT)
    assert (Transaction.objects.count(), Entry.objects.count()) == before
    assert balance("escrow", "hold_a", "JPY") == Money(500, "JPY")


@pytest.mark.parametrize("amounts", [[5, -4], [5, None], [5]])
def test_function_itself_refuses_what_is_no_posting(amounts: list[Any]) -> None:
    count = len(amounts)
    arguments: Any = [
        ["x"],
        ["s"],
        ["k"],
        AT,
        [1] * count,
        ["escrow", "suspense"][:count],
        ["a", "b"][:count],
    ]
    arguments += [["JPY"] * count, [True, False][:count], [None] * count, amounts]
    sql = (
        "SELECT ta_ledger_post_many(%s::text[], %s::text[], %s::text[], %s, %s::integer[], %s::text[], %s::text[],"
        " %s::text[], %s::boolean[], %s::bigint[], %s::bigint[])"
    )
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, arguments)
    assert not Transaction.objects.exists()

"""Posting: what is booked, replayed, refused; balances of tracked and hot accounts; several at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from marketplace.core.errors import Rejected
from marketplace.core.money import Money, currency_codes, exponent
from tests.factories import AT
from tests.factories.ledger import book, fund, release
from trade_assurance.ledger import operations, queries
from trade_assurance.ledger.books import discrepancies
from trade_assurance.ledger.errors import BalanceTooLow, PostingKeyReused, PostingRefused
from trade_assurance.ledger.models import Account, BalanceSnapshot, Currency, Entry, Transaction
from trade_assurance.ledger.operations import AccountSpec, EntrySpec, credit, debit, post
from trade_assurance.ledger.states import ACCOUNT_RULES, HOT_KINDS, AccountKind

pytestmark = pytest.mark.django_db
TEN = Money(1000, "USD")


def test_post_books_all_entries_in_one_round_trip() -> None:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        posting = fund("hold_a", TEN)

    assert len(captured) == 1
    assert posting.created
    assert [
        (line.account_kind, line.owner, line.amount.amount_minor) for line in queries.entries_of("hold_a")
    ] == [
        ("escrow", "hold_a", 1000),
        ("provider_clearing", "bank_transfer", -1000),
    ]


def test_post_again_with_the_same_key_moves_nothing() -> None:
    first = fund("hold_a", TEN, key="k")
    again = fund("hold_a", TEN, key="k")

    assert (again.id, again.created) == (first.id, False)
    assert queries.balance(AccountKind.ESCROW, "hold_a", "USD") == TEN


def test_post_replayed_later_or_in_another_order_is_the_same() -> None:
    entries = [
        debit(AccountKind.PROVIDER_CLEARING, "bank_transfer", TEN),
        credit(AccountKind.ESCROW, "hold_a", TEN),
    ]
    first = post(kind="funded", subject="hold_a", key="k", entries=entries, happened_at=AT)
    again = post(
        kind="funded", subject="hold_a", key="k", entries=entries[::-1], happened_at=AT + timedelta(days=2)
    )
    assert again.id == first.id


@pytest.mark.parametrize(
    "other",
    [
        {"kind": "other"},
        {"subject": "hold_b"},
        {"reverses": 1},
        {
            "entries": [
                debit(AccountKind.PROVIDER_CLEARING, "bank_transfer", Money(999, "USD")),
                credit(AccountKind.ESCROW, "hold_a", Money(999, "USD")),
            ]
        },
        {
            "entries": [
                debit(AccountKind.PROVIDER_CLEARING, "bank_transfer", Money(1000, "EUR")),
                credit(AccountKind.ESCROW, "hold_a", Money(1000, "EUR")),
            ]
        },
        {
            "entries": [
                debit(AccountKind.PROVIDER_CLEARING, "sandbox", TEN),
                credit(AccountKind.ESCROW, "hold_a", TEN),
            ]
        },
    ],
)
def test_post_with_a_used_key_and_other_contents_is_refused(other: dict[str, object]) -> None:
    facts: dict[str, object] = {
        "kind": "funded",
        "subject": "hold_a",
        "key": "k",
        "happened_at": AT,
        "entries": [
            debit(AccountKind.PROVIDER_CLEARING, "bank_transfer", TEN),
            credit(AccountKind.ESCROW, "hold_a", TEN),
        ],
    }
    post(**facts)  # type: ignore[arg-type]
    with pytest.raises(PostingKeyReused), transaction.atomic():
        post(**facts | other)  # type: ignore[arg-type]
    assert (Transaction.objects.count(), Entry.objects.count()) == (1, 2)


def test_post_below_the_floor_is_refused_and_moves_nothing() -> None:
    fund("hold_a", TEN)
    with pytest.raises(BalanceTooLow), transaction.atomic():
        release("hold_a", "com_s", Money(1001, "USD"), Money(0, "USD"))
    assert queries.balance(AccountKind.ESCROW, "hold_a", "USD") == TEN
    assert Transaction.objects.count() == 1


def test_a_hold_cannot_be_released_twice_out_of_other_holds_money() -> None:
    fund("hold_a", TEN)
    fund("hold_b", TEN)
    release("hold_a", "com_s", TEN, Money(30, "USD"))
    with pytest.raises(BalanceTooLow), transaction.atomic():
        release("hold_a", "com_s", TEN, Money(30, "USD"))


@pytest.mark.parametrize(
    "entries",
    [
        [],
        [credit(AccountKind.ESCROW, "a", TEN)],
        [credit(AccountKind.ESCROW, "a", TEN), debit(AccountKind.COMMISSION, "p", Money(999, "USD"))],
        [credit(AccountKind.ESCROW, "a", TEN), debit(AccountKind.COMMISSION, "p", Money(1000, "EUR"))],
        [
            credit(AccountKind.ESCROW, "a", Money(0, "USD")),
            debit(AccountKind.COMMISSION, "p", Money(0, "USD")),
        ],
        [EntrySpec(AccountSpec("slush", "a", "USD"), 5), debit(AccountKind.COMMISSION, "p", Money(5, "USD"))],
        [credit(AccountKind.ESCROW, "", TEN), debit(AccountKind.COMMISSION, "p", TEN)],
        [
            credit(AccountKind.ESCROW, "a", Money(10**15 + 1, "USD")),
            debit(AccountKind.COMMISSION, "p", Money(10**15 + 1, "USD")),
        ],
    ],
)
def test_post_that_is_no_posting_is_refused(entries: list[EntrySpec]) -> None:
    with pytest.raises(PostingRefused):
        book(*entries)
    assert Transaction.objects.count() == 0


def test_post_in_a_currency_the_books_do_not_carry_is_refused() -> None:
    entries = [
        EntrySpec(AccountSpec(AccountKind.ESCROW, "a", "ZZZ"), 5),
        EntrySpec(AccountSpec(AccountKind.COMMISSION, "p", "ZZZ"), -5),
    ]
    with pytest.raises(PostingRefused, match="currency"), transaction.atomic():
        book(*entries)
    with pytest.raises(Rejected):
        Money(1, "ZZZ")
    assert Account.objects.count() == 0


@pytest.mark.parametrize(("key", "subject"), [("", "x"), ("k", ""), ("k" * 201, "x"), ("k", "x" * 121)])
def test_post_without_a_name_is_refused(key: str, subject: str) -> None:
    with pytest.raises(PostingRefused):
        post(
            kind="k",
            subject=subject,
            key=key,
            entries=[credit(AccountKind.ESCROW, "a", TEN), debit(AccountKind.COMMISSION, "p", TEN)],
            happened_at=AT,
        )


def test_entries_of_zero_are_left_out() -> None:
    fund("hold_a", TEN)
    release("hold_a", "com_s", TEN, Money(0, "USD"))
    assert Entry.objects.count() == 4


def test_every_kind_of_account_is_made_by_its_rule() -> None:
    for kind in AccountKind:
        book(credit(kind, "x", TEN), debit(AccountKind.SUSPENSE, "y", TEN))
    for account in Account.objects.all():
        rule = ACCOUNT_RULES[account.kind]
        assert (account.tracks_balance, account.min_balance) == (rule.tracks_balance, rule.minimum)
        assert (account.balance is None) is (account.kind in HOT_KINDS)


def test_currencies_are_all_there_with_both_exponents() -> None:
    assert set(Currency.objects.values_list("code", flat=True)) == set(currency_codes())
    for currency in Currency.objects.all():
        assert currency.iso_exponent == exponent(currency.code)
    assert [
        (row.iso_exponent, row.provider_exponent, row.provider_step)
        for row in Currency.objects.filter(code__in=["USD", "JPY", "KWD", "ISK", "MGA"]).order_by("code")
    ] == [(0, 2, 100), (0, 0, 1), (3, 3, 10), (2, 0, 1), (2, 2, 1)]


# --- hot accounts ---------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def horizon() -> int:
    """Every transaction below it has ended, in all databases of the server: other tests run beside this one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        return int(cursor.fetchone()[0])


def assert_snapshot_is_right(*, reaches: int) -> None:
    """The one snapshot holds exactly what was booked below its mark, and its mark is not behind `reaches`."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT s.balance, s.upto_xid::text::bigint,
                      (SELECT coalesce(sum(e.amount_minor), 0) FROM ta_ledger_entry e
                       JOIN ta_ledger_transaction t ON t.id = e.transaction_id
                       WHERE e.account_id = s.account_id AND t.posted_xid < s.upto_xid)
               FROM ta_ledger_balancesnapshot s"""
        )
        ((stored, mark, booked),) = cursor.fetchall()
    assert stored == booked
    assert reaches <= mark <= horizon()


def test_hot_balance_is_the_same_before_and_after_snapshots() -> None:
    seen = []
    for number in range(4):
        fund(f"hold_{number}", TEN)
        seen.append(queries.balance(AccountKind.PROVIDER_CLEARING, "bank_transfer", "USD").amount_minor)
        operations.take_snapshots(at=AT)
        seen.append(queries.balance(AccountKind.PROVIDER_CLEARING, "bank_transfer", "USD").amount_minor)
    assert seen == [-1000, -1000, -2000, -2000, -3000, -3000, -4000, -4000]
    reachable = horizon()
    operations.take_snapshots(at=AT)
    assert_snapshot_is_right(reaches=reachable)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_snapshot_does_not_pass_a_transaction_that_is_still_running() -> None:
    """A posting with a lower xid (and lower ids) that commits after the snapshot still counts."""
    started, may_commit = threading.Event(), threading.Event()

    def slow_posting() -> None:
        with transaction.atomic():
            fund("hold_slow", Money(70, "USD"))
            started.set()
            assert may_commit.wait(10)
        connection.close()

    fund("hold_a", TEN)
    thread = threading.Thread(target=slow_posting)
    thread.start()
    assert started.wait(10)
    fund("hold_b", TEN)
    operations.take_snapshots(at=AT)
    assert queries.balance(AccountKind.PROVIDER_CLEARING, "bank_transfer", "USD") == Money(-2000, "USD")
    may_commit.set()
    thread.join()
    assert queries.balance(AccountKind.PROVIDER_CLEARING, "bank_transfer", "USD") == Money(-2070, "USD")
    assert BalanceSnapshot.objects.get().balance in {0, -1000}, "the running posting was not passed"
    reachable = horizon()
    operations.take_snapshots(at=AT)
    assert_snapshot_is_right(reaches=reachable)


@pytest.mark.django_db(transaction=True)
def test_snapshot_of_another_cluster_is_not_used() -> None:
    """After a restore elsewhere the xids mean nothing: the balance is summed anew."""
    fund("hold_a", TEN)
    operations.take_snapshots(at=AT)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE ta_ledger_balancesnapshot SET cluster = cluster + 1, balance = 77, upto_xid = '99999999'"
        )
    assert queries.balance(AccountKind.PROVIDER_CLEARING, "bank_transfer", "USD") == Money(-1000, "USD")
    reachable = horizon()
    operations.take_snapshots(at=AT)
    assert_snapshot_is_right(reaches=reachable)


# --- reads ----------------------------------------------------------------------------------------------------


def test_balance_of_what_was_never_booked_is_zero() -> None:
    assert queries.balance(AccountKind.ESCROW, "nobody", "KWD") == Money(0, "KWD")
    assert queries.balances_of(AccountKind.ESCROW, ["nobody"]) == {}


def test_statement_runs_and_pages() -> None:
    for number, amount in enumerate((500, 300, 200)):
        fund(f"hold_{number}", Money(amount, "USD"))
        release(f"hold_{number}", "com_s", Money(amount, "USD"), Money(amount // 100, "USD"))
    lines = queries.statement("com_s", "USD")
    assert [(line.amount.amount_minor, line.balance_after.amount_minor) for line in lines] == [
        (198, 990),
        (297, 792),
        (495, 495),
    ]
    older = queries.statement("com_s", "USD", before=lines[0].transaction_id, limit=1)
    assert [line.balance_after.amount_minor for line in older] == [792]
    assert queries.statement("com_s", "EUR") == []


@pytest.mark.planted_errors
def test_discrepancies_name_what_was_planted() -> None:
    fund("hold_a", TEN)
    assert list(discrepancies()) == []
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE ta_ledger_entry SET amount_minor = amount_minor + 1 WHERE amount_minor > 0")
        cursor.execute(
            "INSERT INTO ta_ledger_transaction (kind, subject, key, request_hash, happened_at)"
            " VALUES ('empty', 'x', 'empty', 'h', now())"
        )
    found = sorted((line.subject.split(" (")[0].split()[0], str(line.text)) for line in discrepancies())
    assert [subject for subject, _ in found] == ["USD", "account", "transaction", "transaction"]
    assert "10.01" in found[1][1]


# --- several at once ------------------------------------------------------------------------------------------


def together(*works: Callable[[], object]) -> list[object]:
    """Run each in its own thread and connection, at the same moment; results or exceptions in order."""
    barrier = threading.Barrier(len(works))
    results: list[object] = [None] * len(works)

    def one(index: int) -> None:
        try:
            barrier.wait(10)
            results[index] = works[index]()
        except Exception as error:  # noqa: BLE001 -- what a thread raised is a result here
            results[index] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=(index,)) for index in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return results


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_eight_postings_with_one_key_book_once() -> None:
    results = together(*[lambda: fund("hold_a", TEN, key="same")] * 8)
    assert sorted(result.created for result in results) == [False] * 7 + [True]  # type: ignore[attr-defined]
    assert queries.balance(AccountKind.ESCROW, "hold_a", "USD") == TEN


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_eight_releases_of_one_hold_have_one_winner() -> None:
    fund("hold_a", TEN)
    results = together(*[lambda n=n: release("hold_a", f"com_{n}", TEN, Money(30, "USD")) for n in range(8)])
    assert sum(isinstance(result, BalanceTooLow) for result in results) == 7
    assert queries.balance(AccountKind.ESCROW, "hold_a", "USD") == Money(0, "USD")
    assert queries.balance(AccountKind.COMMISSION, "platform", "USD") == Money(30, "USD")


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_postings_over_the_same_accounts_in_opposite_order_do_not_deadlock() -> None:
    fund("hold_a", Money(100_000, "USD"))
    fund("hold_b", Money(100_000, "USD"))

    def shuffle(left: str, right: str) -> None:
        for _ in range(40):
            book(
                debit(AccountKind.ESCROW, left, Money(1, "USD")),
                credit(AccountKind.ESCROW, right, Money(1, "USD")),
            )

    results = together(*[lambda: shuffle("hold_a", "hold_b"), lambda: shuffle("hold_b", "hold_a")] * 3)
    assert results == [None] * 6
    assert queries.balance(AccountKind.ESCROW, "hold_a", "USD") == Money(100_000, "USD")


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_new_accounts_made_by_several_at_once_are_made_once() -> None:
    results = together(*[lambda n=n: fund("hold_new", Money(n + 1, "USD")) for n in range(8)])
    assert [result for result in results if isinstance(result, Exception)] == []
    assert Account.objects.filter(kind="escrow", owner="hold_new").count() == 1
    assert queries.balance(AccountKind.ESCROW, "hold_new", "USD") == Money(36, "USD")

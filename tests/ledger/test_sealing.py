"""The sealed days: each transaction in exactly one, every break found and named, nothing of others in a proof."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from io import StringIO
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from marketplace.core.ids import new_key
from marketplace.core.money import Money
from tests.factories.ledger import fund, planted, release, tamper
from trade_assurance.ledger import digests, queries
from trade_assurance.ledger.models import DayRoot, Entry, Seal, Transaction
from trade_assurance.ledger.operations import seal_days

pytestmark = pytest.mark.django_db

TEN, FEE = Money(1000, "USD"), Money(30, "USD")
FIRST = date(2026, 3, 1)


def midnight_after(day: date) -> datetime:
    """The first moment of the next day, in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1)


def run(sql: str, *params: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)


def on_day(day: date, book: Callable[[], object], *, hour: int = 12) -> int:
    """A posting whose row says that it was booked that day (as a long-running site has them)."""
    book()
    pk = Transaction.objects.order_by("-pk").values_list("pk", flat=True)[0]
    at = datetime(day.year, day.month, day.day, hour, tzinfo=UTC)
    tamper("UPDATE ta_ledger_transaction SET booked_at = %s WHERE id = %s", at, pk)
    return int(pk)


@pytest.fixture
def three_days() -> list[int]:
    """Five transactions on the first and third of three sealed days; the second is empty."""
    booked = [
        on_day(FIRST, lambda: fund("hold_a", TEN)),
        on_day(FIRST, lambda: fund("hold_b", Money(1_500, "KWD"))),
        on_day(FIRST, lambda: fund("hold_ü\n1:", Money(900, "JPY"))),
        on_day(FIRST + timedelta(days=2), lambda: release("hold_a", "company_s", TEN, FEE)),
        on_day(FIRST + timedelta(days=2), lambda: fund("hold_c", TEN)),
    ]
    assert seal_days(at=midnight_after(FIRST + timedelta(days=2))) == [
        FIRST + timedelta(days=days) for days in range(3)
    ]
    return booked


def first_break() -> queries.Break:
    found = queries.verify().first_break
    assert found is not None
    return found


def test_sealed_days_are_proved_from_the_first_entry(three_days: list[int]) -> None:
    result = queries.verify()
    assert result.first_break is None
    assert (result.days, result.transactions, result.entries, result.unsealed) == (3, 5, 11, 0)
    assert result.last_root == DayRoot.objects.get(day=FIRST + timedelta(days=2)).root
    first = DayRoot.objects.get(day=FIRST)
    assert (first.previous_root, first.transactions, first.totals) == (
        "0" * 64,
        3,
        "JPY 900\nKWD 1500\nUSD 1000",
    )
    empty = DayRoot.objects.get(day=FIRST + timedelta(days=1))
    assert (empty.transactions, empty.merkle_root) == (0, sha256(b"").hexdigest())
    assert empty.previous_root == first.root


def test_sealing_again_or_too_early_seals_nothing(three_days: list[int]) -> None:
    assert seal_days(at=midnight_after(FIRST + timedelta(days=2))) == []
    assert seal_days(at=midnight_after(FIRST + timedelta(days=3)) - timedelta(microseconds=1)) == []
    assert DayRoot.objects.count() == 3
    for day in (FIRST + timedelta(days=9), FIRST - timedelta(days=1)):
        with pytest.raises(DatabaseError, match="in their order"), transaction.atomic():
            run("SELECT ta_ledger_seal_day(%s, %s)", day, midnight_after(FIRST + timedelta(days=30)))
    assert DayRoot.objects.count() == 3


def test_nothing_booked_seals_nothing() -> None:
    assert seal_days(at=datetime(2026, 5, 1, tzinfo=UTC)) == []
    assert queries.verify().first_break is None


@pytest.mark.parametrize("table", ["ta_ledger_dayroot", "ta_ledger_seal"])
@pytest.mark.parametrize("attack", ["DELETE FROM {t}", "UPDATE {t} SET {c} = {c}", "TRUNCATE {t}"])
def test_sealed_days_are_append_only(three_days: list[int], table: str, attack: str) -> None:
    column = "root" if table == "ta_ledger_dayroot" else "position"
    before = list(DayRoot.objects.order_by("day").values_list()), Seal.objects.count()
    with pytest.raises(DatabaseError, match=r"append-only|pending trigger events"), transaction.atomic():
        run(attack.format(t=table, c=column))
    assert (list(DayRoot.objects.order_by("day").values_list()), Seal.objects.count()) == before


_ALTER_ONE = "UPDATE ta_ledger_entry SET amount_minor = amount_minor + 1 WHERE transaction_id = %s AND amount_minor > 0"
_ALTER_BOTH = (
    "UPDATE ta_ledger_entry SET amount_minor = amount_minor + sign(amount_minor) WHERE transaction_id = %s"
)
_DOUBLE = (
    "INSERT INTO ta_ledger_entry (transaction_id, account_id, currency, amount_minor, posted_xid)"
    " SELECT transaction_id, account_id, currency, amount_minor, posted_xid FROM ta_ledger_entry"
    " WHERE transaction_id = %s"
)
_REORDER = (
    "UPDATE ta_ledger_entry SET id = id + 1000000"
    " WHERE id = (SELECT min(id) FROM ta_ledger_entry WHERE transaction_id = %s)"
)
_SWAP_PLACES = """
    UPDATE ta_ledger_seal SET position = position + 100 WHERE day_id = '2026-03-01';
    UPDATE ta_ledger_seal SET position = 104 - position WHERE day_id = '2026-03-01'
"""
_SWAP_OWNERS = (
    "UPDATE ta_ledger_account SET owner = CASE owner WHEN 'hold_a' THEN 'hold_b' ELSE 'hold_a' END"
    " WHERE kind = 'escrow' AND owner IN ('hold_a', 'hold_b') AND %s > 0"
)


@pytest.mark.parametrize(
    ("forgery", "which", "says"),
    [
        (_ALTER_ONE, 3, r"not as sealed: entry \d+ \((commission|supplier_payable) .*now (31|971) USD\)"),
        (_ALTER_BOTH, 0, r"not as sealed: entry \d+ .*; entry \d+ "),
        ("DELETE FROM ta_ledger_entry WHERE transaction_id = %s", 1, "2 of its 2 entries removed"),
        (
            "DELETE FROM ta_ledger_entry WHERE id = (SELECT max(id) FROM ta_ledger_entry WHERE transaction_id = %s)",
            3,
            "1 of its 3 entries removed",
        ),
        ("DELETE FROM ta_ledger_transaction WHERE id = %s", 2, "removed from the journal"),
        (_DOUBLE, 4, "entries were written in"),
        ("UPDATE ta_ledger_transaction SET subject = 'hold_z' WHERE id = %s", 0, "header is not as sealed"),
        (
            "UPDATE ta_ledger_transaction SET happened_at = happened_at - interval '1 second' WHERE id = %s",
            3,
            "header is not as sealed",
        ),
        ("UPDATE ta_ledger_transaction SET key = key || 'x' WHERE id = %s", 1, "header is not as sealed"),
        (_SWAP_OWNERS, 0, "not as sealed"),
        (_REORDER, 4, "not as sealed"),
        ("DELETE FROM ta_ledger_seal WHERE transaction_id = %s", 0, "place 1 of the day is missing"),
    ],
)
def test_a_forgery_is_found_and_named(three_days: list[int], forgery: str, which: int, says: str) -> None:
    """Each by somebody with every right in the database, balanced ones too: day, transaction, what differs."""
    assert queries.verify().first_break is None
    pk = three_days[which]
    with planted(forgery, pk):
        found = first_break()
    assert found.day == (FIRST if which < 3 else FIRST + timedelta(days=2))
    assert re.search(says, found.what), found
    if "FROM ta_ledger_seal" not in forgery:
        assert found.transaction_id == pk


@pytest.mark.parametrize(
    ("forgery", "day", "says"),
    [
        ("DELETE FROM ta_ledger_dayroot WHERE day = '2026-03-02'", 1, "day is missing"),
        ("DELETE FROM ta_ledger_dayroot WHERE day = '2026-03-01'", 1, "does not follow"),
        (
            "UPDATE ta_ledger_dayroot SET root = repeat('a', 64) WHERE day = '2026-03-02'",
            1,
            "not the root of its contents",
        ),
        (
            "UPDATE ta_ledger_dayroot SET totals = 'USD 1' WHERE day = '2026-03-03'",
            2,
            "counts or totals",
        ),
        (
            "UPDATE ta_ledger_dayroot SET transactions = 4 WHERE day = '2026-03-01'",
            0,
            "counts or totals",
        ),
        (_SWAP_PLACES, 0, "another order"),
        (
            "DELETE FROM ta_ledger_seal WHERE day_id = '2026-03-03' AND position = 2",
            2,
            "it sealed 2 transactions, 1 are left",
        ),
    ],
)
def test_a_forged_day_is_found_and_named(three_days: list[int], forgery: str, day: int, says: str) -> None:
    with planted(forgery):
        found = first_break()
    assert found.day == FIRST + timedelta(days=day)
    assert says in found.what


@pytest.mark.planted_errors
def test_a_whole_rewritten_journal_is_found_by_a_published_root(
    three_days: list[int], tmp_path: Path
) -> None:
    """Somebody alters an amount and seals everything anew: inside all fits, the root kept outside does not."""
    kept = tmp_path / "roots.json"
    kept.write_text(json.dumps({"days": [line.as_published() for line in queries.every_day()]}))
    tamper(_ALTER_BOTH, three_days[0])
    tamper("DELETE FROM ta_ledger_seal")
    tamper("DELETE FROM ta_ledger_dayroot")
    seal_days(at=midnight_after(FIRST + timedelta(days=2)))
    assert queries.verify().first_break is None
    errors = StringIO()
    with pytest.raises(SystemExit):
        call_command("verify_books", published=str(kept), stdout=StringIO(), stderr=errors)
    assert "FIRST BREAK: 2026-03-01: its root is " in errors.getvalue()


@pytest.mark.planted_errors
def test_a_transaction_written_in_afterwards_is_found(three_days: list[int]) -> None:
    """It balances and says it was booked on a sealed day; no database transaction was running then that could have."""
    pk = on_day(FIRST, lambda: fund("hold_late", TEN))
    found = first_break()
    assert (found.day, found.transaction_id) == (FIRST, pk)
    assert "written in after the day was sealed" in found.what
    seal_days(at=midnight_after(FIRST + timedelta(days=3)))
    assert first_break() == found  # and stays found when the next day has sealed it


@pytest.mark.planted_errors
def test_what_is_not_sealed_yet_is_compared_with_its_request(three_days: list[int]) -> None:
    fresh = fund("hold_d", TEN)
    assert queries.verify().first_break is None
    tamper(_ALTER_BOTH, fresh.id)
    assert (first_break().day, first_break().transaction_id) == (None, fresh.id)


def test_the_command_says_what_it_proved(three_days: list[int]) -> None:
    fund("hold_d", TEN)
    told = StringIO()
    call_command("verify_books", stdout=told)
    assert "3 days, 5 transactions, 11 entries proved; 1 transactions not sealed yet." in told.getvalue()
    assert "Nothing was changed" in told.getvalue()


def test_a_proof_leads_to_the_root_and_gives_nobody_else_away(three_days: list[int]) -> None:
    for entry in Entry.objects.select_related("transaction", "account"):
        proof = queries.Prover().proofs([(entry.transaction_id, entry.pk)])[entry.pk]
        booked = entry.transaction
        own = "\n".join(
            [
                "portolan entry 1",
                proof.salt,
                str(booked.pk),
                str(entry.pk),
                digests.measured(booked.kind),
                digests.measured(booked.subject),
                digests.moment(booked.happened_at),
                digests.moment(booked.booked_at),
                entry.account.kind,
                digests.measured(entry.account.owner),
                entry.currency,
                str(entry.amount_minor),
            ]
        )
        assert sha256(own.encode()).hexdigest() == proof.parts[proof.place]
        reached = sha256(b"\x02" + bytes.fromhex("".join(proof.parts))).digest()
        for step in proof.path:
            beside = bytes.fromhex(step[1:])
            reached = digests.node(*((beside, reached) if step[0] == "L" else (reached, beside)))
        assert reached.hex() == DayRoot.objects.get(day=proof.day).merkle_root
        secret = bytes(Seal.objects.get(transaction=booked).salt).hex()
        assert secret not in repr(proof)


def test_what_is_not_sealed_has_no_proof() -> None:
    fresh = fund("hold_a", TEN)
    entry = Entry.objects.filter(transaction_id=fresh.id)[0]
    assert queries.Prover().proofs([(fresh.id, entry.pk)]) == {}
    assert queries.Prover().proofs([]) == {}


@given(st.lists(st.binary(min_size=1, max_size=4), max_size=40))
def test_three_ways_to_one_root(leaves: list[bytes]) -> None:
    """One by one, level by level, and by SQL (the fixture above): the same root; every path reaches it."""
    hashed = [sha256(leaf).digest() for leaf in leaves]
    growing = digests.GrowingRoot()
    for leaf in hashed:
        growing.add(leaf)
    tree = digests.DayTree(hashed)
    for place, leaf in enumerate(hashed):
        reached = leaf
        for side, beside in tree.path(place):
            reached = digests.node(beside, reached) if side == "L" else digests.node(reached, beside)
        assert reached == growing.root()
    assert growing.count == len(leaves)


@pytest.mark.django_db(transaction=True)
@pytest.mark.race
def test_a_late_commit_around_midnight_is_in_exactly_one_day(late_poster: LatePoster) -> None:
    """Booked before the sealing, committed after it: the next day seals it, and nobody takes it for a forgery."""
    today = datetime.now(tz=UTC).date()
    fund("hold_early", TEN)
    late_poster.book()
    assert seal_days(at=midnight_after(today)) == [today]
    late_poster.commit()
    later = "UPDATE ta_ledger_dayroot SET sealed_at = sealed_at + interval '20 seconds' WHERE day = %s"
    with planted(later, today):  # beyond the grace, only the running database transaction explains it
        assert queries.verify().first_break is None
    fund("hold_next", TEN)
    with planted(later, today):  # this one began after the sealing
        assert first_break().transaction_id == Transaction.objects.get(subject="hold_next").pk
    assert seal_days(at=midnight_after(today + timedelta(days=1))) == [today + timedelta(days=1)]
    days = dict(Seal.objects.values_list("transaction__subject", "day_id"))
    assert days == {
        "hold_early": today,
        "hold_late": today + timedelta(days=1),
        "hold_next": today + timedelta(days=1),
    }
    assert queries.verify().first_break is None


class LatePoster:
    """A second connection that books and waits with its commit."""

    def __init__(self) -> None:
        self._booked, self._go = Event(), Event()
        self._thread = Thread(target=self._run)

    def book(self) -> None:
        self._thread.start()
        assert self._booked.wait(20)

    def commit(self) -> None:
        self._go.set()
        self._thread.join(20)

    def _run(self) -> None:
        try:
            with transaction.atomic():
                fund("hold_late", TEN, key=new_key())
                self._booked.set()
                self._go.wait(20)
        finally:
            connection.close()


@pytest.fixture
def late_poster() -> Iterator[LatePoster]:
    poster = LatePoster()
    yield poster
    poster.commit()


@pytest.mark.django_db(transaction=True)
@pytest.mark.race
def test_two_sealers_seal_once() -> None:
    fund("hold_a", TEN)
    today = datetime.now(tz=UTC).date()
    sealed: list[list[date]] = []

    def one() -> None:
        try:
            sealed.append(seal_days(at=midnight_after(today)))
        finally:
            connection.close()

    threads = [Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(sealed, key=len) == [[], [], [], [today]]
    assert (DayRoot.objects.count(), Seal.objects.count()) == (1, 1)

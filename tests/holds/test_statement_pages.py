"""Statements and the ledger of an order: exact at every boundary, nobody else's figures, proved offline by the script."""

from __future__ import annotations

import csv
import json
import logging
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from marketplace.core.money import Money
from tests.factories import AT, days
from tests.factories.accounts import a_company, a_member, a_person, owner_of, signed_in, staff
from tests.factories.holds import (
    DELIVERED_AT,
    a_delivered_order,
    a_funded_order,
    a_requested_payout,
    an_accepted_order,
    approve_fully,
    pump,
)
from tests.factories.orders import Trade
from trade_assurance.holds import queries
from trade_assurance.holds.errors import NotYourStep
from trade_assurance.holds.periods import Period, month_of, period_of
from trade_assurance.ledger import queries as books
from trade_assurance.ledger.operations import seal_days
from trade_assurance.ledger.states import AccountKind

pytestmark = pytest.mark.django_db

SCRIPT = Path(__file__).resolve().parents[2] / "docs" / "operations" / "verify_statement.py"
NOW = DELIVERED_AT + days(5)
YEAR: dict[str, Any] = {"from": "2026-01-01", "to": "2026-12-31"}
WHOLE = Period(date(2026, 1, 1), date(2026, 12, 31), UTC)


@pytest.fixture
def told() -> Trade:
    """Two trades of the same two companies: one paid out, one half way."""
    trade = an_accepted_order()
    approve_fully(a_requested_payout(trade, Money(500_000, "USD")), at=DELIVERED_AT + days(3))
    a_funded_order(buyer=trade.order.buyer, supplier=trade.order.supplier, at=DELIVERED_AT + days(4))
    return trade


def statement(trade: Trade, side: str, period: Period = WHOLE) -> queries.Statement:
    actor = trade.buyer if side == "buyer" else trade.supplier
    return queries.statement_for_export(actor, side=side, currency="USD", period=period)


def get(who: Any, name: str, *args: object, status: int = 200, **query: str) -> Any:
    with time_machine.travel(NOW, tick=False):
        answer = signed_in(who).get(reverse(name, args=args), query)
    assert answer.status_code == status
    return answer


# --- exact ------------------------------------------------------------------------------------------------------


def test_a_statement_adds_up_and_is_the_books(told: Trade) -> None:
    supplier = statement(told, "supplier")
    lines = list(queries.every_line(supplier, with_proofs=False))
    assert (supplier.opening.amount_minor, supplier.lines_in_all) == (0, len(lines))
    assert sum(line.amount.amount_minor for line in lines) == supplier.closing.amount_minor
    assert sum(pot.closing.amount_minor for pot in supplier.pots) == supplier.closing.amount_minor
    assert sum(line.amount.amount_minor for line in supplier.sums) == supplier.moved.amount_minor
    assert {pot.kind: pot.closing for pot in supplier.pots}[AccountKind.SUPPLIER_PAYABLE] == books.balance(
        AccountKind.SUPPLIER_PAYABLE, told.order.supplier.ref, "USD"
    )
    buyer = statement(told, "buyer")
    assert buyer.closing == Money(2_360_000, "USD")  # the second order's money is held
    assert [str(line.text) for line in queries.every_line(buyer, with_proofs=False)] == [
        "Paid in and held",
        "Released to the supplier",
        "Paid in and held",
    ]


@settings(max_examples=15)
@given(
    cuts=st.lists(st.integers(0, 60 * 24 * 60), min_size=1, max_size=5),
    zone=st.sampled_from(["UTC", "Asia/Kolkata", "America/Santiago", "Pacific/Apia", "Asia/Kathmandu"]),
)
def test_statements_of_any_days_follow_one_another(told: Trade, cuts: list[int], zone: str) -> None:
    """Whatever days are chosen, in whatever zone: one statement's closing is the next one's opening, nothing twice."""
    edges = sorted(
        {date(2026, 1, 1), date(2027, 1, 1), *(AT.date() + timedelta(minutes=cut) for cut in cuts)}
    )
    for side in ("buyer", "supplier"):
        parts = [
            statement(told, side, Period(first, after - timedelta(days=1), ZoneInfo(zone)))
            for first, after in pairwise(edges)
        ]
        assert [part.closing for part in parts[:-1]] == [part.opening for part in parts[1:]]
        lines = [line for part in parts for line in queries.every_line(part, with_proofs=False)]
        assert (
            len({line.entry.entry_id for line in lines}) == len(lines) == statement(told, side).lines_in_all
        )
        assert parts[-1].closing == statement(told, side).closing
        for part in parts:
            told_lines = list(queries.every_line(part, with_proofs=False))
            assert (told_lines[-1].balance if told_lines else part.opening) == part.closing


def test_a_movement_on_the_boundary_is_in_the_day_it_begins(told: Trade) -> None:
    """Midnight belongs to the new day, to the microsecond, in the reader's zone."""
    midnight = datetime(2026, 6, 1, tzinfo=ZoneInfo("Europe/Stockholm"))
    a_funded_order(buyer=told.order.buyer, at=midnight)
    a_funded_order(buyer=told.order.buyer, at=midnight - timedelta(microseconds=1))
    zone = ZoneInfo("Europe/Stockholm")
    may, june = (statement(told, "buyer", month_of(date(2026, month, 9), zone)) for month in (5, 6))
    assert (may.lines_in_all, june.lines_in_all) == (1, 1)
    assert may.closing == june.opening


@pytest.mark.parametrize(
    ("month", "first", "last", "expected"),
    [
        ("2026-02", "", "", (date(2026, 2, 1), date(2026, 2, 28))),
        ("", "", "", (date(2026, 5, 1), date(2026, 5, 31))),
        ("nonsense", "", "2026-01-01", (date(2026, 5, 1), date(2026, 5, 31))),
        ("2026-13", "", "", (date(2026, 5, 1), date(2026, 5, 31))),
        ("", "2026-03-09", "2026-03-02", (date(2026, 3, 2), date(2026, 3, 9))),
        ("", "2026-01-01", "2199-01-01", (date(2026, 1, 1), date(2028, 1, 2))),
        ("", "0001-01-01", "2026-01-01", (date(2026, 5, 1), date(2026, 5, 31))),
    ],
)
def test_a_period_is_what_was_asked_or_this_month(
    month: str, first: str, last: str, expected: tuple[date, date]
) -> None:
    period = period_of(month, first, last, today=date(2026, 5, 20), zone=UTC)
    assert (period.first, period.last) == expected
    assert period.before.end == period.start
    assert period.after.start == period.end


def test_where_midnight_is_skipped_no_moment_is_lost() -> None:
    """Santiago's clocks jump from 24:00 to 01:00 on 6 September 2026: the day before ends where this one begins."""
    zone = ZoneInfo("America/Santiago")
    day, before = (Period(date(2026, 9, d), date(2026, 9, d), zone) for d in (6, 5))
    assert before.end == day.start
    assert (day.end - day.start, before.end - before.start) == (timedelta(hours=23), timedelta(hours=24))


# --- nobody else's figures ---------------------------------------------------------------------------------------


def test_the_buyer_never_sees_commission_or_the_suppliers_balance(told: Trade) -> None:
    for text in (
        get(told.buyer, "order_ledger", told.ref).content.decode(),
        get(told.buyer, "statements", **YEAR).content.decode(),
        get(told.buyer, "statement_json", **YEAR).getvalue().decode(),
    ):
        assert "Paid in and held" in text
        assert "ommission of" not in text
        assert "supplier_payable" not in text
        assert told.order.supplier.ref not in text
        assert "22,892" not in text  # what the supplier got of 23,600.00


def test_the_supplier_sees_its_order_and_no_credit_of_the_buyer(told: Trade) -> None:
    page = queries.order_ledger(told.ref, told.supplier)
    names = {str(pot.name) for pot in page.sums}
    assert names == {"Held for orders", "Balance", "Commission"}
    gross = sum(
        line.amount.amount_minor for line in page.lines if str(line.text) == "Released to the supplier"
    )
    net = sum(line.amount.amount_minor for line in page.lines if str(line.pot) in ("Balance", "Commission"))
    assert (gross, net) == (-2_360_000, 2_360_000)
    text = get(told.supplier, "statement_json", side="buyer", **YEAR)
    assert json.loads(text.getvalue())["lines"] == []


def test_the_supplier_is_told_the_commission_of_each_release(told: Trade) -> None:
    page = get(told.supplier, "statements", **YEAR).content.decode()
    assert "23,600.00\xa0USD less commission 708.00\xa0USD" in page
    lines = queries.order_ledger(told.ref, told.supplier).lines
    assert [str(line.text) for line in lines] == [
        "Paid in and held",
        "Released to the supplier",
        "Released, less commission",
        "Commission of the marketplace",
    ]


def test_strangers_and_officers(told: Trade) -> None:
    stranger = owner_of(a_company())
    get(stranger, "order_ledger", told.ref, status=404)
    assert queries.order_ledger(told.ref, staff("finance")).side == ""
    with pytest.raises(NotYourStep):
        queries.statement_for_export(staff("finance"), side="buyer", currency="USD", period=WHOLE)
    page = get(stranger, "statements").content.decode()
    assert "Nothing here yet" in page
    assert json.loads(get(stranger, "statement_json").getvalue())["lines"] == []


# --- pages and files ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("orders", [1, 3])
@pytest.mark.parametrize("side", ["buyer", "supplier"])
def test_the_pages_ask_the_same_whatever_they_show(
    orders: int, side: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    trade = an_accepted_order()
    for _turn in range(orders - 1):
        an_accepted_order(
            a_delivered_order(a_funded_order(buyer=trade.order.buyer, supplier=trade.order.supplier))
        )
    client = signed_in(trade.buyer if side == "buyer" else trade.supplier)
    asked = {"side": side, "from": "2026-01-01", "to": "2026-12-31"}
    client.get(reverse("statements"), asked)
    cache.clear()
    with django_assert_num_queries(STATEMENTS[side]):
        page = client.get(reverse("statements"), asked).context["page"]
    assert len(page.lines) == orders * (2 if side == "buyer" else 1)
    with django_assert_num_queries(ORDER_LEDGER):
        client.get(reverse("order_ledger", args=[trade.ref]))


STATEMENTS = {"buyer": 14, "supplier": 12}
ORDER_LEDGER = 12


def test_a_long_statement_goes_on_page_by_page(told: Trade, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trade_assurance.holds.queries.payouts.statements.PAGE_LINES", 2)
    monkeypatch.setattr("trade_assurance.holds.queries.payouts.statements.BATCH_LINES", 2)
    client, seen = signed_in(told.supplier), list[Any]()
    url = reverse("statements") + "?from=2026-01-01&to=2026-12-31&side=supplier"
    while url:
        with time_machine.travel(NOW, tick=False):
            context = client.get(url).context
        seen += context["page"].lines
        url = reverse("statements") + context["next_url"] if context["next_url"] else ""
    whole = list(queries.every_line(statement(told, "supplier"), with_proofs=False))
    assert [(line.entry, line.balance) for line in seen] == [(line.entry, line.balance) for line in whole]
    assert len(seen) > 2
    assert client.get(reverse("statements") + "?after=2026,no").status_code == 200


def test_the_page_says_its_zone_and_the_csv_its_times() -> None:
    buyer = a_company("=HYPERLINK(1)", owner=a_person(time_zone="Asia/Kolkata"))
    a_funded_order(buyer=buyer)
    page = get(owner_of(buyer), "statements", month="2026-03", side="buyer").content.decode()
    assert "Asia/Kolkata" in page
    text = get(owner_of(buyer), "statement_csv", month="2026-03", side="buyer").getvalue().decode("utf-8-sig")
    rows = list(csv.DictReader(text.splitlines()))
    assert [row["line"] for row in rows] == ["opening", "movement", "closing"]
    assert rows[1]["time"].endswith("+05:30")
    assert rows[0]["happened_at"] == "2026-02-28T18:30:00.000000Z"


# --- the offline check --------------------------------------------------------------------------------------------


@pytest.fixture
def downloads(told: Trade, tmp_path: Path) -> dict[str, Path]:
    """What a supplier and a buyer download, and the published roots."""
    seal_days(at=datetime.now(tz=UTC) + timedelta(days=1))
    kept: dict[str, Path] = {}
    asked = YEAR
    for side, who in (("supplier", told.supplier), ("buyer", told.buyer)):
        for ending in ("json", "csv"):
            kept[f"{side}.{ending}"] = tmp_path / f"{side}.{ending}"
            answer = get(who, f"statement_{ending}", side=side, **asked)
            kept[f"{side}.{ending}"].write_bytes(answer.getvalue())
    kept["roots"] = tmp_path / "roots.json"
    kept["roots"].write_bytes(Client().get(reverse("book_roots_file")).getvalue())
    return kept


def check(file: Path, *roots: Path) -> tuple[int, str]:
    """The script in a process of its own, with nothing of ours on its path."""
    named = [argument for path in roots for argument in ("--roots", str(path))]
    done = subprocess.run(
        [sys.executable, "-I", str(SCRIPT), str(file), *named],
        capture_output=True,
        text=True,
        check=False,
        cwd=file.parent,
        timeout=60,
    )
    return done.returncode, done.stdout + done.stderr


def test_a_real_download_holds(downloads: dict[str, Path]) -> None:
    for name in ("supplier.json", "supplier.csv", "buyer.json", "buyer.csv"):
        code, says = check(downloads[name], downloads["roots"])
        assert (code, "All of it holds." in says) == (0, True), says
        assert " 0 lines" not in says
        assert "not sealed yet" not in says


def one_cent_more(told: dict[str, Any]) -> None:
    """Somebody lifts an amount and makes all sums fit."""
    told["lines"][0]["amount_minor"] += 1
    for line in told["lines"]:
        line["balance_minor"] += 1
    told["closing_minor"] += 1


TAMPERED: tuple[tuple[Callable[[dict[str, Any]], object], str], ...] = (
    (one_cent_more, "it is not what was sealed"),
    (lambda told: told["lines"].pop(), "opening and movements come to"),
    (lambda told: told["lines"].append(told["lines"][-1]), "stands here twice"),
    (lambda told: told["lines"][0].update(subject="hold_other"), "it is not what was sealed"),
    (lambda told: told["lines"][0]["proof"].update(salt="00" * 16), "it is not what was sealed"),
    (lambda told: told["lines"][0]["proof"]["parts"].reverse(), "it is not what was sealed"),
    (lambda told: told["lines"][0]["proof"].update(day="2020-01-01"), "no root is published"),
    (lambda told: told["lines"][0]["proof"]["parts"].append("00" * 32), "not among what the root"),
    (lambda told: told.update(closing_minor=told["closing_minor"] + 5), "opening and movements come to"),
    (lambda told: told.update({"until": "2026-01-02T00:00:00.000000Z"}), "outside the period"),
)


def test_a_tampered_download_does_not_hold(downloads: dict[str, Path]) -> None:
    whole = downloads["supplier.json"].read_text()
    for change, says in TAMPERED:
        told = json.loads(whole)
        change(told)
        downloads["supplier.json"].write_text(json.dumps(told))
        code, answer = check(downloads["supplier.json"], downloads["roots"])
        assert (code, says in answer) == (1, True), (says, answer)


def test_a_tampered_csv_does_not_hold(downloads: dict[str, Path]) -> None:
    path = downloads["buyer.csv"]
    path.write_text(path.read_text().replace(",2360000,", ",2360001,"))
    code, told = check(path, downloads["roots"])
    assert (code, "it is not what was sealed" in told) == (1, True)


def test_roots_that_were_rewritten_are_found_by_those_kept(
    downloads: dict[str, Path], tmp_path: Path
) -> None:
    older = tmp_path / "older.json"
    published = json.loads(downloads["roots"].read_text())
    published["days"][0]["root"] = "ab" * 32
    older.write_text(json.dumps(published))
    code, told = check(downloads["buyer.json"], downloads["roots"], older)
    assert code == 1
    assert "another root for" in told
    assert "is not the root of what stands beside it" in told
    assert check(tmp_path / "none.json", downloads["roots"])[0] == 2
    assert check(downloads["roots"], downloads["roots"])[0] == 2


# --- the document -------------------------------------------------------------------------------------------------


def test_the_pdf_has_a_letter_for_every_name(caplog: pytest.LogCaptureFixture) -> None:
    """fpdf2 logs every character that no font has; accents, Chinese, Arabic and Devanagari are all there."""
    buyer = a_company("Ægir Łódź Ñandú 北京国际贸易 東京 서울 شركة الخليج हिन्दी निर्यात", country="SE")
    a_funded_order(buyer=buyer)
    with caplog.at_level(logging.WARNING):
        content = get(owner_of(buyer), "statement_pdf", month="2026-03", side="buyer").content
    assert content.startswith(b"%PDF-")
    assert [record.getMessage() for record in caplog.records if record.name.startswith("fpdf")] == []


def test_a_statement_too_long_for_people_is_refused_as_pdf(
    told: Trade, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.modules["trade_assurance.holds.views.statements"], "LONGEST_PDF", 1)
    answer = get(told.supplier, "statement_pdf", status=400, **YEAR)
    assert "download the CSV" in answer.content.decode()


def test_every_member_reads_the_statement_of_their_company_only(told: Trade) -> None:
    viewer = a_member(told.order.buyer, "viewer")
    pump(NOW)
    told_lines = json.loads(get(viewer, "statement_json", side="buyer", month="2026-03").getvalue())["lines"]
    assert len(told_lines) == 1

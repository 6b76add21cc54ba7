"""The bank's statements against our books: what agrees, planted mistakes, missing statements, silence, resolutions."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.urls import reverse

from marketplace.core.books import find_discrepancies
from marketplace.core.ids import new_key
from marketplace.core.money import Money
from tests.factories import days
from tests.factories.accounts import signed_in
from tests.factories.banking import (
    Booking,
    an_account,
    an_exported_batch,
    camt,
    officer,
    paid_line,
    read,
    take,
)
from tests.factories.holds import (
    DELIVERED_AT,
    FUNDED_AT,
    a_confirmed_order,
    a_payment,
    a_requested_payout,
    an_accepted_order,
    approve_fully,
    finance_officer,
    money_arrives,
    pump,
)
from trade_assurance.holds.errors import DoesNotExplain
from trade_assurance.holds.models import Incident, ProviderMovementRow, ReconciliationDay
from trade_assurance.holds.operations import (
    approve_correction,
    explain_incident,
    propose_correction,
    reconcile,
)
from trade_assurance.holds.operations.reconciliation.comparing import RECONCILER, RunResult
from trade_assurance.holds.states import CorrectionTarget, IncidentKind, IncidentState
from trade_assurance.ledger.queries import balance
from trade_assurance.ledger.states import AccountKind
from trade_assurance.payments import operations
from trade_assurance.payments.models import BankStatement, BankStatementLine, Payment, ProviderOperation
from trade_assurance.payments.operations import LinePart

pytestmark = pytest.mark.django_db
planted = pytest.mark.planted_errors
RAIL = "bank_transfer"
PAID = 2_360_000
FUNDED_ON = FUNDED_AT.date()
# Three bank days after FUNDED_ON, a Wednesday.
REACHED_ON = date(2026, 3, 9)
NIGHT = FUNDED_AT + days(1)


def compared(at: datetime = NIGHT) -> RunResult:
    return reconcile(provider=RAIL, actor=RECONCILER, at=at)


def taken(
    *bookings: Booking,
    first: date = FUNDED_ON,
    last: date | None = None,
    at: datetime | None = None,
    **over: object,
) -> BankStatement:
    """A statement of these days, taken in the night after them, and heard of by the books."""
    an_account()
    until = last or first
    when = at or datetime.combine(until, FUNDED_AT.time(), tzinfo=UTC)
    statement = take(read(camt(*bookings, days=(first, until), **over)), at=when)  # type: ignore[arg-type]
    pump(when)
    return statement


def expected() -> Payment:
    return a_payment(a_confirmed_order())


def received(payment: Payment, minor: int = PAID, **over: object) -> Booking:
    facts: dict[str, object] = {"text": payment.reference, "ref": "IN1", "day": FUNDED_ON}
    return Booking(Money(minor, "USD"), **facts | over)  # type: ignore[arg-type]


def kinds() -> dict[str, str]:
    """Open differences: their kinds by name."""
    return dict(Incident.objects.filter(state="open").values_list("name", "kind"))


def sql(text: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(text)
        cursor.execute("SET LOCAL session_replication_role = origin")


def closings() -> dict[date, tuple[int, int]]:
    rows = ReconciliationDay.objects.filter(provider=RAIL).order_by("day")
    return {row.day: (row.provider_closing_minor, row.books_closing_minor) for row in rows}


def test_what_statements_brought_agrees_line_by_line() -> None:
    """Money for an order, too much, money nobody knows, a charge: each line and its postings come to the same."""
    payment = expected()
    statement = taken(
        received(payment, PAID + 900),
        Booking(Money(700, "USD"), "who", "IN2", day=FUNDED_ON),
        Booking(Money(-20, "USD"), "charges", "FEE", day=FUNDED_ON),
    )
    result = compared()
    assert (result.new_movements, result.opened) == (3, 0)
    assert closings()[FUNDED_ON] == (PAID + 1_580, PAID + 1_580)
    names = dict(ProviderMovementRow.objects.values_list("ref", "name"))
    lines = {line.bank_reference: line.ref for line in statement.lines.all()}
    assert names == {
        lines["IN1"]: payment.ref,
        lines["IN2"]: lines["IN2"],
        lines["FEE"]: lines["FEE"],
    }
    operations.book_line_as_fee(line_ref=lines["FEE"], reason="Fee", actor=officer(), key=new_key(), at=NIGHT)
    operations.note_line(line_ref=lines["IN2"], reason="?", actor=officer(), key=new_key(), at=NIGHT)
    pump(NIGHT)
    assert compared(NIGHT + days(1)).opened == 0


def test_line_explained_later_goes_by_what_it_is_for() -> None:
    payment = expected()
    statement = taken(Booking(Money(PAID, "USD"), "rice", "IN1", day=FUNDED_ON))
    compared()
    (line,) = statement.lines.all()
    assert ProviderMovementRow.objects.get().name == line.ref
    operations.assign_line(
        line_ref=line.ref, target=payment.ref, reason="Mail", actor=officer(), key=new_key(), at=NIGHT
    )
    pump(NIGHT)
    assert compared(NIGHT + days(1)).opened == 0
    assert ProviderMovementRow.objects.get().name == payment.ref


@pytest.mark.parametrize("seen_before", [True, False])
def test_line_divided_over_payments_stands_for_each(seen_before: bool) -> None:
    payments = [expected(), expected()]
    (line,) = taken(Booking(Money(2 * PAID, "USD"), "both", "IN1", day=FUNDED_ON)).lines.all()
    if seen_before:
        compared()
    operations.split_line(
        line_ref=line.ref,
        parts=[LinePart(payment.ref, Money(PAID, "USD")) for payment in payments],
        reason="Mail",
        actor=finance_officer(),
        key=new_key(),
        at=NIGHT,
    )
    pump(NIGHT)
    assert compared(NIGHT + days(1)).opened == 0
    named = {row.name: row.amount_minor for row in ProviderMovementRow.objects.exclude(name=line.ref)}
    assert named == {payment.ref: PAID for payment in payments}
    assert sum(ProviderMovementRow.objects.values_list("amount_minor", flat=True)) == 2 * PAID


def test_batch_of_one_booking_is_compared_transfer_by_transfer() -> None:
    trade = an_accepted_order()
    at = DELIVERED_AT + days(5)
    payouts = [
        approve_fully(a_requested_payout(trade, Money(minor, "USD")), at=at) for minor in (5_000, 7_000)
    ]
    rows = [ProviderOperation.objects.get(subject=payout.ref) for payout in payouts]
    batch = an_exported_batch(rows)
    named = batch.ref.replace("_", "-")
    taken(Booking(Money(-12_000, "USD"), "", "OUT1", named, day=at.date()), first=at.date(), at=at)
    assert ProviderOperation.objects.filter(state="done", kind="pay_out").count() == 2
    compared(at + days(1))
    rows_by_name = dict(ProviderMovementRow.objects.values_list("name", "amount_minor"))
    assert {name: minor for name, minor in rows_by_name.items() if name.startswith("pyo_")} == {
        payouts[0].ref: -5_000,
        payouts[1].ref: -7_000,
    }
    assert not [name for name in kinds() if name.startswith(("pyo_", "bsl_"))]


def test_money_sent_back_to_its_sender_agrees_with_the_line_that_brought_it() -> None:
    (line,) = taken(Booking(Money(700, "USD"), "who", "IN2", day=FUNDED_ON)).lines.all()
    details = {
        "holder": "Harbor",
        "bank_name": "Bank",
        "account_number": line.party_account,
        "bank_code": "BUKBGB22",
        "country": "GB",
    }
    back = operations.return_line(
        line_ref=line.ref, details=details, reason="?", actor=officer(), key=new_key(), at=NIGHT
    )
    compared()
    an_exported_batch([back])
    taken(paid_line(back, day=REACHED_ON), first=date(2026, 3, 5), last=REACHED_ON, opening=700)
    assert compared(FUNDED_AT + days(10)).opened == 0
    assert set(ProviderMovementRow.objects.values_list("name", "amount_minor")) == {
        (line.ref, 700),
        (line.ref, -700),
    }


@planted
def test_money_recorded_by_hand_is_awaited_until_statements_reach_past_it() -> None:
    payment = expected()
    money_arrives(payment)
    taken(first=date(2026, 3, 2), last=FUNDED_ON)
    for night in (NIGHT, NIGHT + days(1)):
        assert compared(night).opened == 0
    taken(first=date(2026, 3, 5), last=REACHED_ON - days(1))
    assert compared(FUNDED_AT + days(5)).opened == 0
    statement = taken(first=REACHED_ON)
    assert compared(FUNDED_AT + days(6)).opened == 1
    incident = Incident.objects.get()
    assert (incident.name, incident.kind) == (payment.ref, IncidentKind.MISSING)
    assert (incident.booked_minor, incident.found_minor, incident.provider) == (PAID, 0, RAIL)
    assert [found.part for found in find_discrepancies()] == ["reconciliation"]
    assert statement.state == "taken"
    receipt = payment.bank_receipts.get()
    taken(received(payment, ref=receipt.bank_reference, day=date(2026, 3, 10)), first=date(2026, 3, 10))
    assert compared(FUNDED_AT + days(8)).closed == 1
    incident.refresh_from_db()
    assert (incident.state, incident.closed_by[:13]) == (IncidentState.AGREES, "movement bsl_")


@planted
@pytest.mark.parametrize(
    ("damage", "kind", "booked", "found"),
    [
        (
            "UPDATE ta_ledger_entry SET amount_minor = amount_minor + sign(amount_minor) * 5",
            "wrong_amount",
            5,
            0,
        ),
        (
            "UPDATE ta_ledger_entry SET amount_minor = amount_minor - sign(amount_minor) * 5",
            "wrong_amount",
            -5,
            0,
        ),
        (
            "UPDATE ta_ledger_transaction SET subject = 'other', key = 'other'",
            "extra",
            -PAID,
            0,
        ),
    ],
)
def test_posting_missing_or_of_another_amount_is_found_within_a_day(
    damage: str, kind: str, booked: int, found: int
) -> None:
    """The statement brought the line; what our books made of it was damaged before it was compared."""
    payment = expected()
    taken(received(payment))
    sql(damage)
    if kind == "extra":
        sql("UPDATE ta_holds_holdmovement SET posting_key = posting_key || '-gone'")
    compared()
    incident = Incident.objects.get(name=payment.ref)
    assert incident.kind == kind
    assert (incident.booked_minor, incident.found_minor) == (PAID + booked, PAID + found)


@planted
def test_line_that_left_the_statement_is_found() -> None:
    payment = expected()
    taken(received(payment))
    sql("UPDATE ta_payments_bankstatementline SET state = 'repeated'")
    compared()
    assert payment.ref not in kinds()
    taken(first=date(2026, 3, 5), last=REACHED_ON, opening=PAID)
    compared(FUNDED_AT + days(7))
    assert kinds()[payment.ref] == IncidentKind.MISSING


def test_file_taken_twice_and_files_that_overlap_are_no_difference() -> None:
    payment = expected()
    booking = received(payment)
    late = Booking(Money(500, "USD"), "who", "IN2", day=date(2026, 3, 6))
    taken(booking)
    taken(booking)
    taken(booking, late, last=date(2026, 3, 6))
    taken(first=date(2026, 3, 7), opening=PAID + 500)
    assert compared(FUNDED_AT + days(5)).opened == 0
    assert ProviderMovementRow.objects.count() == 2
    assert BankStatementLine.objects.filter(state="repeated").count() == 2


@planted
def test_missing_statement_is_a_difference_with_its_days_until_it_comes() -> None:
    taken(received(expected()))
    taken(first=date(2026, 3, 9), opening=PAID + 500)
    compared(FUNDED_AT + days(6))
    assert set(kinds().values()) == {IncidentKind.GAP, IncidentKind.BALANCE}
    gap = Incident.objects.get(kind=IncidentKind.GAP)
    assert gap.name.endswith(":2026-03-05/2026-03-08")
    assert (gap.booked_minor, gap.found_minor, gap.day) == (PAID, PAID + 500, date(2026, 3, 5))
    booking = Booking(Money(500, "USD"), "who", "IN2", day=date(2026, 3, 6))
    taken(booking, first=date(2026, 3, 5), last=date(2026, 3, 8), opening=PAID, at=FUNDED_AT + days(6))
    assert compared(FUNDED_AT + days(7)).closed == 2
    gap.refresh_from_db()
    assert gap.state == IncidentState.AGREES


@planted
def test_statements_that_share_days_and_disagree_are_a_difference() -> None:
    taken(received(expected()), last=date(2026, 3, 6))
    taken(first=date(2026, 3, 5), last=date(2026, 3, 7), opening=PAID - 1, closing=PAID - 1)
    compared(FUNDED_AT + days(5))
    assert sorted(kinds().values()) == [IncidentKind.BALANCE, IncidentKind.OVERLAP]


@planted
def test_statement_that_does_not_add_up_is_a_difference_until_the_whole_one_comes() -> None:
    payment = expected()
    booking = received(payment)
    taken(booking, closing=PAID + 500)
    compared()
    assert IncidentKind.SUM in kinds().values()
    taken(booking, Booking(Money(500, "USD"), "who", "IN2", day=FUNDED_ON), at=FUNDED_AT + days(1))
    compared(FUNDED_AT + days(2))
    assert kinds() == {}


@planted
def test_opening_balance_of_the_first_statement_is_explained_once_in_words() -> None:
    taken(received(expected()), opening=1_000)
    compared()
    incident = Incident.objects.get()
    assert (incident.kind, incident.booked_minor, incident.found_minor) == ("balance", PAID, PAID + 1_000)
    explain(incident, "", NIGHT)
    assert compared(NIGHT + days(1)).opened == 0


@planted
def test_silence_is_a_difference_while_money_waits_to_be_seen() -> None:
    taken(first=date(2026, 3, 2), last=FUNDED_ON)
    assert compared(FUNDED_AT + days(30)).opened == 0  # nothing moved: nothing to see
    money_arrives(expected())
    assert compared(FUNDED_AT + days(5)).opened == 0
    assert compared(FUNDED_AT + days(6)).opened == 1
    incident = Incident.objects.get()
    assert (incident.kind, incident.day) == (IncidentKind.SILENT, FUNDED_ON)
    assert (incident.booked_minor, incident.name[:12]) == (PAID, "silence:bka_")
    taken(first=date(2026, 3, 5), last=date(2026, 3, 6), at=FUNDED_AT + days(6))
    assert compared(FUNDED_AT + days(6)).closed == 1


@planted
def test_currency_whose_money_never_was_on_a_statement_is_silent_too() -> None:
    money_arrives(expected())
    assert compared(FUNDED_AT + days(5)).opened == 0
    assert compared(FUNDED_AT + days(6)).opened == 1
    assert kinds() == {"silence:USD": IncidentKind.SILENT}


def explain(incident: Incident, movement: str, at: datetime) -> str:
    return explain_incident(
        incident_ref=incident.ref,
        movement_ref=movement,
        reason="the same money",
        actor=finance_officer(),
        key=new_key(),
        at=at,
    )


def a_missing_receipt(minor_on_statement: int) -> tuple[Incident, BankStatementLine, datetime]:
    """Recorded by hand under a reference that the bank does not know; the money itself lies in suspense."""
    payment = expected()
    money_arrives(payment)
    booking = Booking(Money(minor_on_statement, "USD"), "rice", "X", day=FUNDED_ON)
    (line,) = taken(booking, first=date(2026, 3, 2), last=REACHED_ON).lines.all()
    at = FUNDED_AT + days(7)
    compared(at)
    return Incident.objects.get(name=payment.ref), line, at


def in_suspense() -> int:
    return balance(AccountKind.SUSPENSE, RAIL, "USD").amount_minor


def test_line_in_suspense_explains_what_was_recorded_by_hand() -> None:
    incident, line, at = a_missing_receipt(PAID)
    assert in_suspense() == PAID
    assert explain(incident, line.ref, at) == IncidentState.EXPLAINED
    pump(at)
    line.refresh_from_db()
    assert (line.state, in_suspense()) == ("assigned", 0)
    assert compared(at + days(1)).opened == 0
    assert -balance(AccountKind.PROVIDER_CLEARING, RAIL, "USD").amount_minor == PAID
    assert find_discrepancies() == []


@planted
def test_line_of_another_amount_explains_nothing_and_moves_nothing() -> None:
    incident, line, at = a_missing_receipt(PAID - 1)
    with pytest.raises(DoesNotExplain):
        explain(incident, line.ref, at)
    line.refresh_from_db()
    assert (line.state, in_suspense()) == ("unmatched", PAID - 1)
    assert ProviderMovementRow.objects.get().name == line.ref


def test_large_difference_is_booked_by_two_officers() -> None:
    incident, _line, at = a_missing_receipt(PAID - 1)
    state = propose_correction(
        incident_ref=incident.ref,
        target=CorrectionTarget.SUSPENSE,
        reason="Typed twice",
        actor=finance_officer(),
        key=new_key(),
        at=at,
    )
    assert state == IncidentState.PROPOSED
    approve_correction(incident_ref=incident.ref, actor=finance_officer(), key=new_key(), at=at)
    incident.refresh_from_db()
    assert (incident.state, in_suspense()) == (IncidentState.CORRECTED, -1)
    assert compared(at + days(1)).opened == 0


@planted
def test_pages_show_the_banks_day_its_statements_and_what_the_closings_differ_by() -> None:
    payment = expected()
    money_arrives(payment)
    taken(Booking(Money(700, "USD"), "who", "IN2", day=FUNDED_ON))
    taken(first=date(2026, 3, 9), opening=900)
    compared(FUNDED_AT + days(6))
    desk = signed_in(finance_officer())
    overview = desk.get(reverse("desk_reconciliation")).content.decode()
    assert "statements until 9 Mar 2026" in overview
    day = desk.get(reverse("desk_reconciliation_day", args=[RAIL, "USD", FUNDED_ON.isoformat()]))
    assert "closes with" in day.content.decode()
    assert payment.ref in day.content.decode()
    assert "Together exactly the difference" in day.content.decode()
    gap = Incident.objects.get(kind=IncidentKind.GAP)
    page = desk.get(reverse("desk_incident", args=[gap.ref])).content.decode()
    assert "Statements of 5 Mar 2026 – 8 Mar 2026 are missing" in page

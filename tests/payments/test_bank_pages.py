"""The finance desk's pages of batches, statements and lines, asked as a browser does."""

from __future__ import annotations

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import DjangoAssertNumQueries

from marketplace.accounts.states import Desk
from marketplace.core.ids import new_key
from marketplace.core.money import Money
from tests.factories import AT
from tests.factories.accounts import signed_in, staff
from tests.factories.banking import Booking, an_account, camt, read, taken
from tests.factories.files import a_pdf
from tests.factories.payments import USD, a_payment, a_payout, a_received_transfer, a_refund
from trade_assurance.payments.models import (
    BankAccount,
    BankStatement,
    BankStatementLine,
    PayoutBatch,
    ProviderOperation,
)

pytestmark = pytest.mark.django_db
SMALL, LARGE = Money(5_000, "USD"), Money(2_000_000, "USD")


@pytest.fixture(autouse=True)
def _at() -> object:
    with time_machine.travel(AT, tick=False):
        yield


@pytest.fixture
def desk() -> Client:
    """A finance officer's browser."""
    return signed_in(staff(Desk.FINANCE))


def post(client: Client, route: str, *args: object, **data: object) -> str:
    """Send a form with a fresh key; where it led, or the page when it was refused."""
    answer = client.post(reverse(route, args=args), {"idempotency_key": new_key(), **data})
    assert answer.status_code in {302, 400}
    return str(answer.headers["Location"]) if answer.status_code == 302 else answer.content.decode()


def page(client: Client, route: str, *args: object) -> str:
    answer = client.get(reverse(route, args=args))
    assert answer.status_code == 200
    return answer.content.decode()


def test_account_batch_approval_export_and_outcome_through_the_pages(desk: Client) -> None:
    payout = a_payout(money=LARGE)
    assert "Enter an account in USD first" in page(desk, "desk_batches")
    details = {
        "currency": "USD",
        "holder": "Portolan",
        "bank_name": "Example Bank",
        "account_number": "DE89 3704 0044 0532 0130 00",
        "bank_code": "COBADEFFXXX",
        "country": "de",
    }
    post(desk, "desk_bank_accounts", **details)
    account = BankAccount.objects.get()
    assert "This account is there already" in post(desk, "desk_bank_accounts", **details)
    post(
        desk,
        "desk_batches",
        account=account.ref,
        execute_on=f"{AT:%Y-%m-%d}",
        transfers=[str(payout.pk)],
    )
    batch = PayoutBatch.objects.get()
    assert "another officer" in page(desk, "desk_batch", batch.ref)
    other = signed_in(staff(Desk.FINANCE))
    post(other, "desk_batch_approval", batch.ref)
    exported = other.post(reverse("desk_batch_export", args=[batch.ref]), {"form": "pain001"})
    assert exported.headers["Content-Disposition"] == f'attachment; filename="{batch.ref}-USD.xml"'
    assert b"pain.001.001.09" in exported.content
    again = desk.post(reverse("desk_batch_export", args=[batch.ref]), {"form": "pain001"}, follow=True)
    assert "paid twice" in again.content.decode()
    known = {"form": "pain001", "again": "yes"}
    assert desk.post(reverse("desk_batch_export", args=[batch.ref]), known).content == exported.content

    line = batch.lines.get()
    refused = post(desk, "desk_batch_outcome", batch.ref, lines=[str(line.pk)], outcome="paid")
    assert "bank&#x27;s reference" in refused or "bank’s reference" in refused
    said = {"lines": [str(line.pk)], "outcome": "paid", "bank_reference": "OUT 77", "proof": a_pdf()}
    post(desk, "desk_batch_outcome", batch.ref, **said)
    assert "OUT 77" in page(desk, "desk_batch", batch.ref)
    payout.refresh_from_db()
    assert payout.state == "done"


def test_refund_without_an_account_is_led_to_the_form(desk: Client) -> None:
    an_account()
    refund = a_refund(a_received_transfer(), SMALL)
    assert reverse("desk_refund_destination", args=[refund.ref]) in page(desk, "desk_batches")
    wrong = post(desk, "desk_refund_destination", refund.ref, holder="A", account_number="DE00")
    assert "Enter the account the money goes to" in wrong
    post(
        desk, "desk_refund_destination", refund.ref, holder="Harbor", account_number="GB33BUKB20201555555555"
    )
    text = page(desk, "desk_batches")
    assert "entered by an officer" in text
    assert "nobody has said" not in text


def test_camt_is_uploaded_looked_at_taken_and_explained(desk: Client) -> None:
    an_account()
    payment = a_payment()
    content = camt(
        Booking(USD, payment.reference, "IN1"),
        Booking(Money(700, "USD"), "<b>who</b> is this", "IN2"),
        opening=100,
    )
    to = post(desk, "desk_statements", upload=SimpleUploadedFile("s.xml", content))
    statement = BankStatement.objects.get()
    assert to == reverse("desk_statement", args=[statement.ref])
    text = page(desk, "desk_statement", statement.ref)
    assert "money for a payment" in text
    assert "to be explained" in text
    assert "Opening and lines come to the closing balance" in text
    assert "<b>who</b>" not in text
    payment.refresh_from_db()
    assert payment.received_minor == 0

    post(desk, "desk_statement_take", statement.ref)
    payment.refresh_from_db()
    assert payment.received == USD
    line = BankStatementLine.objects.get(state="unmatched")
    assert "7.00" in page(desk, "desk_bank_lines")
    assert "GB33BUKB20201555555555" in page(desk, "desk_bank_line", line.ref)
    assert "No payment, payout" in post(
        desk, "desk_bank_line_assign", line.ref, target="PT-0000-0000", reason="x"
    )
    post(desk, "desk_bank_line_assign", line.ref, target=payment.reference, reason="They wrote to us")
    line.refresh_from_db()
    assert line.state == "assigned"
    assert "Nothing to explain" in page(desk, "desk_bank_lines")


def test_csv_is_led_to_its_columns_and_a_wrong_row_is_named(desk: Client) -> None:
    account = an_account()
    text = "Buchungstag;Text;Betrag\n01.03.2026;Reis;1.000,00\n31.02.2026;Reis;5,00\n"
    upload = SimpleUploadedFile("s.csv", text.encode())
    to = post(desk, "desk_statements", upload=upload, account=account.ref)
    statement = BankStatement.objects.get()
    assert to == reverse("desk_statement_layout", args=[statement.ref])
    form = page(desk, "desk_statement_layout", statement.ref)
    assert "Buchungstag" in form
    post(
        desk,
        "desk_statement_layout",
        statement.ref,
        booked_on="Buchungstag",
        amount="Betrag",
        text="Text",
        date_format="%d.%m.%Y",
        decimal=",",
    )
    shown = page(desk, "desk_statement", statement.ref)
    assert "1 row could not be read" in shown
    assert "31.02.2026" in shown
    assert "Write the day like 31.12.2026" in shown


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><Document/>', "document type"),
        (b'<?xml version="1.0"?><html/>', "camt.053"),
        (b"\x00\x01\x02", "an XML file or a CSV file"),
        (camt(Booking(USD, "x"), account="DE02120300000000202051"), "DE02120300000000202051"),
    ],
)
def test_file_that_is_no_statement_is_refused_in_words(desk: Client, content: bytes, said: str) -> None:
    account = an_account()
    text = post(desk, "desk_statements", upload=SimpleUploadedFile("s.xml", content), account=account.ref)
    assert said in text
    assert BankStatement.objects.count() == 0


def test_gap_between_two_statements_and_a_wrong_sum_are_pointed_out(desk: Client) -> None:
    an_account()
    taken(Booking(SMALL, "a", "1"), opening=0)
    second = read(camt(Booking(SMALL, "b", "2"), opening=6_000, closing=12_000, number="2"))
    text = page(desk, "desk_statement", second.ref)
    assert "a statement between them is missing" in text
    assert "10.00" in text
    assert "do not come to the closing balance" in text


def test_other_steps_of_a_line_through_the_pages(desk: Client) -> None:
    one, two, three = taken(*(Booking(Money(minor, "USD"), "?", str(minor)) for minor in (1, 2, 3)))
    post(desk, "desk_bank_line_fee", one.ref, reason="Interest")
    post(desk, "desk_bank_line_note", two.ref, reason="Asked")
    post(
        desk,
        "desk_bank_line_return",
        three.ref,
        holder="Harbor",
        account_number="GB33BUKB20201555555555",
        reason="Not ours",
    )
    assert list(BankStatementLine.objects.order_by("pk").values_list("state", flat=True)) == [
        "fee",
        "noted",
        "returning",
    ]
    assert "Asked" in desk.get(reverse("desk_bank_lines") + "?show=noted").content.decode()
    repeated = taken(Booking(Money(1, "USD"), "?", "1"), number="2")[0]
    assert "another booking" in page(desk, "desk_bank_line", repeated.ref)
    post(desk, "desk_bank_line_take", repeated.ref, reason="They really paid twice")
    repeated.refresh_from_db()
    assert repeated.state == "unmatched"


def test_line_nobody_matched_names_the_transfers_that_miss_its_amount(desk: Client) -> None:
    expected, other = a_payment(money=LARGE), a_payment(money=SMALL)
    elsewhere = a_payment(money=Money(2_000_000, "EUR"))
    (line,) = taken(Booking(LARGE, text="our order of May"))
    shown = page(desk, "desk_bank_line", line.ref)
    assert expected.reference in shown
    assert other.reference not in shown
    assert elsewhere.reference not in shown
    chosen = desk.get(reverse("desk_bank_line", args=[line.ref]), {"for": expected.reference})
    assert f'value="{expected.reference}"' in chosen.content.decode()
    (out,) = taken(Booking(-LARGE, text="nobody knows"))
    assert expected.reference not in page(desk, "desk_bank_line", out.ref)


@pytest.mark.parametrize("count", [1, 3])
def test_lists_ask_the_same_statements_for_one_and_three(
    desk: Client, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    an_account()
    payment = a_payment()
    payment_lines = [Booking(USD, payment.reference, f"IN{number}") for number in range(count)]
    taken(*payment_lines, *(Booking(Money(7, "USD"), "?", f"Q{number}") for number in range(count)))
    for _turn in range(count):
        a_payout(money=SMALL)
        a_refund(payment, SMALL)
    second = read(camt(*(Booking(Money(8, "USD"), "?", f"R{number}") for number in range(count)), number="2"))
    post(
        desk,
        "desk_batches",
        account=BankAccount.objects.get().ref,
        execute_on=f"{AT:%Y-%m-%d}",
        transfers=[str(row.pk) for row in ProviderOperation.objects.filter(kind="pay_out")],
    )
    batch = PayoutBatch.objects.get()
    for route, args, statements in (
        ("desk_batches", (), 13),
        ("desk_batch", (batch.ref,), 13),
        ("desk_statements", (), 10),
        ("desk_statement", (second.ref,), 12),
        ("desk_bank_lines", (), 8),
    ):
        with django_assert_num_queries(statements):
            desk.get(reverse(route, args=args))

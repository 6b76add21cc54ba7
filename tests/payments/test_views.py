"""The payer's pages, the sandbox's hosted page and the finance desk, asked as a browser does."""

from __future__ import annotations

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from marketplace.accounts.states import Desk, Role
from marketplace.core.actors import Actor
from marketplace.core.money import Money
from marketplace.core.operator_settings import change_setting
from marketplace.notifications.models import Notification
from tests.factories import AT
from tests.factories.accounts import a_member, owner_of, signed_in, staff
from tests.factories.files import a_pdf
from tests.factories.payments import (
    USD,
    a_payment,
    a_received_transfer,
    a_refund,
    an_open_session,
    click,
    receive,
)
from trade_assurance.payments import operations
from trade_assurance.payments.models import BankReceipt, Payment, Refund, ReviewItem, SandboxObject
from trade_assurance.payments.operations.reviews import open_review
from trade_assurance.payments.queries.payer import BankAccount, own_account
from trade_assurance.payments.states import PaymentState, RefundState

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _at() -> object:
    with time_machine.travel(AT, tick=False):
        yield


@pytest.fixture
def desk() -> Client:
    """A finance officer's browser."""
    return signed_in(staff(Desk.FINANCE))


# --- the payer ------------------------------------------------------------------------------------------------


def test_instructions_show_account_reference_and_amount() -> None:
    payment = a_payment()
    page = signed_in(owner_of(payment.payer)).get(reverse("payment", args=[payment.ref]))

    assert page.status_code == 200
    text = page.content.decode()
    for shown in (payment.reference, "30,435.00\u00a0USD", "DE89 3704 0044 0532 0130 00", "Order 7K3M"):
        assert shown in text


def test_instructions_show_the_account_of_the_currency() -> None:
    change_setting(
        key="payments.bank_account_in.EUR",
        value="AT61 1904 3002 3457 3201; HARBAT22; Harbour Bank",
        actor=Actor.system("setup"),
        at=AT,
        reason="opened",
    )
    for money, shown, hidden in (
        (Money(1000, "EUR"), "AT61 1904 3002 3457 3201", "DE89 3704 0044 0532 0130 00"),
        (Money(1000, "USD"), "DE89 3704 0044 0532 0130 00", "AT61 1904 3002 3457 3201"),
    ):
        payment = a_payment(money=money)
        page = signed_in(owner_of(payment.payer)).get(reverse("payment", args=[payment.ref]))
        assert shown in page.content.decode()
        assert hidden not in page.content.decode()


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("", ("H", "B", "1", "C")),
        ("  ; X ; Y", ("H", "B", "1", "C")),
        ("2", ("H", "B", "2", "")),
        ("2; X; Y; Z", ("Z", "Y", "2", "X")),
        ("2;X;;Z;more", ("Z", "B", "2", "X")),
    ],
)
def test_own_account_takes_bank_and_holder_of_the_general_one_but_never_its_code(
    typed: str, expected: tuple[str, str, str, str]
) -> None:
    assert own_account(typed, BankAccount("H", "B", "1", "C")) == BankAccount(*expected)


def test_instructions_after_a_short_transfer_ask_for_the_rest() -> None:
    payment = a_payment(money=Money(1000, "KWD"))
    receive(payment, Money(400, "KWD"), reference="STMT 4")
    text = signed_in(owner_of(payment.payer)).get(reverse("payment", args=[payment.ref])).content.decode()
    assert "0.600\u00a0KWD" in text
    assert "STMT 4" in text


@pytest.mark.parametrize("route", ["payment", "payment_return"])
def test_payment_pages_are_for_the_payers_members_only(route: str) -> None:
    payment = a_payment()
    url = reverse(route, args=[payment.ref])
    assert Client().get(url).status_code == 302
    assert signed_in(a_member()).get(url).status_code == 404
    assert signed_in(staff(Desk.FINANCE)).get(url).status_code in {302, 404}
    assert (
        signed_in(a_member(payment.payer, Role.VIEWER))
        .get(reverse("payment", args=[payment.ref]))
        .status_code
        == 200
    )


def test_hosted_page_pays_and_returns_to_the_order() -> None:
    payment = an_open_session()
    browser = signed_in(owner_of(payment.payer))
    page = browser.get(payment.next_action_url)
    assert "TEST PAYMENT: no money moves" in page.content.decode()

    answer = browser.post(payment.next_action_url, {"action": "pay"})
    assert answer.url == reverse("payment_return", args=[payment.ref])  # type: ignore[attr-defined]
    assert browser.get(answer.url).url == "/orders/ord_example/"  # type: ignore[attr-defined]
    payment.refresh_from_db()
    assert payment.state == PaymentState.SUCCEEDED
    again = browser.post(payment.next_action_url, {"action": "pay"})
    assert again.status_code == 302
    payment.refresh_from_db()
    assert payment.received == USD


def test_hosted_page_declines_and_offers_another_try() -> None:
    payment = an_open_session()
    browser = signed_in(owner_of(payment.payer))
    page = browser.post(payment.next_action_url, {"action": "decline"}, follow=True)
    assert "The card was declined" in page.content.decode()
    page = browser.post(payment.next_action_url, {"action": "authenticate"}, follow=True)
    assert "is it you?" in page.content.decode()
    browser.post(payment.next_action_url, {"action": "confirm"}, follow=True)
    payment.refresh_from_db()
    assert payment.state == PaymentState.SUCCEEDED


@pytest.mark.parametrize("action", ["", "refund", "paid", "confirm"])
def test_hosted_page_knows_only_its_own_choices(action: str) -> None:
    payment = an_open_session()
    browser = signed_in(owner_of(payment.payer))
    assert browser.post(payment.next_action_url, {"action": action}).status_code == 302
    assert SandboxObject.objects.get().status == "open"


@pytest.mark.parametrize("role", [Role.VIEWER, Role.SALES])
def test_hosted_page_takes_no_payment_from_who_may_not_pay(role: str) -> None:
    payment = an_open_session()
    browser = signed_in(a_member(payment.payer, role))
    assert browser.post(payment.next_action_url, {"action": "pay"}).status_code == 403
    assert SandboxObject.objects.get().status == "open"


def test_hosted_page_is_hidden_from_strangers_and_closed_beside_live_keys(settings: object) -> None:
    payment = an_open_session()
    assert Client().get(payment.next_action_url).status_code == 302
    assert signed_in(a_member()).get(payment.next_action_url).status_code == 404
    assert signed_in(a_member()).post(payment.next_action_url, {"action": "pay"}).status_code == 404
    assert signed_in(a_member()).get(reverse("sandbox_pay", args=["sbs_nothing"])).status_code == 404
    settings.PAYMENTS_LIVE = True  # type: ignore[attr-defined]
    assert (
        signed_in(owner_of(payment.payer)).post(payment.next_action_url, {"action": "pay"}).status_code == 409
    )
    assert SandboxObject.objects.get().status == "open"


def test_slow_payment_page_says_that_it_is_being_worked_on() -> None:
    payment = an_open_session()
    click(payment, "slow_success")
    browser = signed_in(owner_of(payment.payer))
    page = browser.get(reverse("payment_return", args=[payment.ref]), follow=True)
    assert "still working on it" in page.content.decode()


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"]
)
def test_return_never_leads_off_the_site(target: str) -> None:
    payment = an_open_session()
    Payment.objects.filter(pk=payment.pk).update(return_url=target)
    click(payment, "pay")
    answer = signed_in(owner_of(payment.payer)).get(reverse("payment_return", args=[payment.ref]))
    assert answer.url == "/"  # type: ignore[attr-defined]


# --- the desk -------------------------------------------------------------------------------------------------


def form_of(client: Client, url: str, **over: object) -> dict[str, object]:
    """The desk's receipt form as the page gives it, with a proof."""
    form = client.get(url).context["form"]
    return {
        "idempotency_key": form["idempotency_key"].value(),
        "amount": "30435.00",
        "received_on": "2026-03-02",
        "bank_reference": "STMT 17/4",
        "sender": "Buyer GmbH",
        "proof": a_pdf(),
        **over,
    }


def test_desk_records_a_transfer_with_proof(desk: Client) -> None:
    payment = a_payment()
    url = reverse("desk_transfer", args=[payment.ref])
    data = form_of(desk, url)

    assert desk.post(url, data).status_code == 302
    receipt = BankReceipt.objects.get()
    assert (receipt.amount_minor, receipt.bank_reference, receipt.sender) == (
        3_043_500,
        "STMT 17/4",
        "Buyer GmbH",
    )
    assert receipt.proof is not None
    assert desk.post(url, {**data, "proof": a_pdf()}).status_code == 302
    assert BankReceipt.objects.count() == 1
    proof = reverse("file", args=[receipt.proof.ref])
    assert desk.get(proof).status_code == 200
    assert signed_in(owner_of(payment.payer)).get(proof).status_code in {403, 404}


@pytest.mark.parametrize(
    ("over", "field"),
    [
        ({"amount": ""}, "amount"),
        ({"amount": "0"}, "amount"),
        ({"amount": "-5"}, "amount"),
        ({"amount": "1.005"}, "amount"),
        ({"amount": "NaN"}, "amount"),
        ({"amount": "1e30"}, "amount"),
        ({"received_on": "2026-03-03"}, "received_on"),
        ({"received_on": "yesterday"}, "received_on"),
        ({"bank_reference": " "}, "bank_reference"),
        ({"proof": ""}, "proof"),
    ],
)
def test_desk_puts_the_refusal_beside_the_field(desk: Client, over: dict[str, object], field: str) -> None:
    payment = a_payment()
    url = reverse("desk_transfer", args=[payment.ref])
    page = desk.post(url, form_of(desk, url, **over))

    assert page.status_code == 400
    assert list(page.context["form"].errors) == [field]
    assert BankReceipt.objects.count() == 0


def test_desk_refuses_a_proof_that_is_html(desk: Client) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    payment = a_payment()
    url = reverse("desk_transfer", args=[payment.ref])
    html = SimpleUploadedFile("proof.pdf", b"<html><script>1</script></html>", content_type="application/pdf")
    page = desk.post(url, form_of(desk, url, proof=html))
    assert page.status_code == 400
    assert list(page.context["form"].errors) == ["proof"]
    payment.refresh_from_db()
    assert payment.received.is_zero


def test_desk_of_a_sandbox_payment_or_nobodys_is_refused(desk: Client) -> None:
    assert desk.get(reverse("desk_transfer", args=[an_open_session().ref])).status_code == 409
    assert desk.get(reverse("desk_transfer", args=["pay_nothing"])).status_code == 404


def test_desk_finds_a_transfer_by_what_the_bank_printed(desk: Client) -> None:
    payment, other = a_payment(), a_payment()
    typed = payment.reference.replace("-", " ").lower()
    lines = desk.get(reverse("desk_transfers"), {"q": typed}).context["listing"].lines
    assert [line.ref for line in lines] == [payment.ref]
    found = desk.get(reverse("desk_transfers"), {"q": other.payer.legal_name}).context["listing"].lines
    assert other.ref in {line.ref for line in found}


def test_desk_lists_waiting_and_ended_transfers(desk: Client) -> None:
    waiting, ended = a_payment(), a_received_transfer()
    url = reverse("desk_transfers")
    assert [line.ref for line in desk.get(url).context["listing"].lines] == [waiting.ref]
    assert [line.ref for line in desk.get(url, {"show": "ended"}).context["listing"].lines] == [ended.ref]
    assert desk.get(url, {"before": "nonsense"}).status_code == 200


def test_desk_confirms_a_refund_with_proof(desk: Client) -> None:
    refund = a_refund(a_received_transfer(), Money(1000, "USD"))
    url = reverse("desk_refund", args=[refund.ref])
    key = desk.get(url).context["form"]["idempotency_key"].value()
    assert (
        desk.post(url, {"idempotency_key": key, "bank_reference": "OUT 5", "proof": a_pdf()}).status_code
        == 302
    )
    refund.refresh_from_db()
    assert refund.state == RefundState.CONFIRMED
    payer = signed_in(owner_of(refund.payment.payer))
    assert refund.proof is not None
    assert payer.get(reverse("file", args=[refund.proof.ref])).status_code == 200
    assert signed_in(a_member()).get(reverse("file", args=[refund.proof.ref])).status_code in {403, 404}


def test_desk_records_a_refund_that_failed(desk: Client) -> None:
    refund = a_refund(a_received_transfer(), Money(1000, "USD"))
    url = reverse("desk_refund_failed", args=[refund.ref])
    assert desk.post(url, {"idempotency_key": "k", "reason": " "}).status_code == 400
    assert desk.post(url, {"idempotency_key": "k", "reason": "account closed"}).status_code == 302
    refund.refresh_from_db()
    assert refund.state == RefundState.FAILED


def test_desk_sends_a_failed_refund_once_more_and_only_once(desk: Client) -> None:
    refund = a_refund(a_received_transfer(), Money(1000, "USD"))
    again = reverse("desk_refund_again", args=[refund.ref])
    assert desk.post(again, {"idempotency_key": "a"}).status_code == 409
    desk.post(reverse("desk_refund_failed", args=[refund.ref]), {"idempotency_key": "k", "reason": "closed"})
    page = desk.get(reverse("desk_refund", args=[refund.ref]))
    assert "once more" in page.content.decode()

    first = desk.post(again, {"idempotency_key": "b"})
    assert desk.post(again, {"idempotency_key": "b"}).url == first.url  # type: ignore[attr-defined]
    assert desk.post(again, {"idempotency_key": "c"}).status_code == 409
    second = Refund.objects.get(retry_of=refund)
    assert (second.state, second.amount_minor) == (RefundState.REQUESTED, 1000)
    payment = Payment.objects.get(pk=refund.payment_id)
    assert payment.refunded_minor == 1000
    assert "once more" not in desk.get(reverse("desk_refund", args=[refund.ref])).content.decode()


def test_desk_resolves_a_review_with_a_note(desk: Client) -> None:
    open_review(provider="sandbox", subject="pay_x", reason="r", text="differs", details={"a": 1}, at=AT)
    item = ReviewItem.objects.get()
    url = reverse("desk_review_resolved", args=[item.pk])
    assert desk.post(url, {"note": ""}).status_code == 400
    assert desk.post(url, {"note": "a test of the provider"}).status_code == 302
    assert desk.post(url, {"note": "again"}).status_code == 400
    item.refresh_from_db()
    assert item.note == "a test of the provider"
    assert "a test of the provider" in desk.get(reverse("desk_reviews"), {"show": "ended"}).content.decode()


@pytest.mark.parametrize("route", ["desk_transfers", "desk_refunds", "desk_operations", "desk_reviews"])
def test_desk_pages_cost_the_same_for_one_and_for_three(
    route: str, desk: Client, django_assert_num_queries: object
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def fill(number: int) -> None:
        payment = a_received_transfer()
        a_refund(payment, Money(1, "USD"))
        a_payment()
        open_review(provider="sandbox", subject=f"pay_{number}", reason="r", text="t", details={}, at=AT)

    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert desk.get(reverse(route)).status_code == 200
        return len(captured)

    fill(1)
    cost()
    one = cost()
    fill(2)
    fill(3)
    assert cost() == one


def test_desk_pages_are_for_finance_officers_only() -> None:
    payment = a_payment()
    refund = a_refund(a_received_transfer(), Money(1, "USD"))
    for url in (
        reverse("desk_transfers"),
        reverse("desk_transfer", args=[payment.ref]),
        reverse("desk_refunds"),
        reverse("desk_refund", args=[refund.ref]),
        reverse("desk_operations"),
        reverse("desk_reviews"),
    ):
        assert Client().get(url).status_code == 302
        assert signed_in(owner_of(payment.payer)).get(url).status_code == 403
        assert signed_in(staff(Desk.DISPUTES)).get(url).status_code == 403


def test_finance_desk_is_told_of_what_waits_for_it() -> None:
    from marketplace.core.outbox import deliver_due

    staff(Desk.FINANCE)
    payment = a_payment(money=Money(1000, "USD"))
    receive(payment, Money(400, "USD"))
    a_refund(payment, Money(100, "USD"))
    open_review(provider="sandbox", subject="pay_x", reason="r", text="differs", details={}, at=AT)
    deliver_due(at=AT)
    deliver_due(at=AT)

    titles = sorted(Notification.objects.filter(channel="page", asks=True).values_list("title", flat=True))
    assert titles == [
        f"6.00 USD is still missing of your transfer {payment.reference}",
        "A payment provider reports something that differs from our books",
        "Refund 1.00 USD by bank transfer",
    ]


def test_payer_is_told_when_a_payment_failed() -> None:
    from marketplace.core.outbox import deliver_due

    payment = an_open_session()
    click(payment, "slow_failure", slow_seconds=1)
    with time_machine.travel(AT, tick=False):
        operations.refresh_payment(payment_ref=payment.ref, at=AT.replace(hour=10))
    deliver_due(at=AT.replace(hour=11))
    (title,) = Notification.objects.filter(channel="page").values_list("title", flat=True)
    assert "failed" in title

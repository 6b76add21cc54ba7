"""The order page in every state for every reader, and a whole trade through its buttons."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from marketplace.core.actors import Actor
from marketplace.core.ids import new_key
from marketplace.core.models import IdempotencyRecord
from marketplace.core.money import Money
from tests.factories import AT, days
from tests.factories.accounts import a_company, a_member, owner_of, signed_in, staff
from tests.factories.files import a_pdf
from tests.factories.holds import (
    DELIVERED_AT,
    FUNDED_AT,
    SHIPPED_AT,
    a_confirmed_order,
    a_delivered_order,
    a_funded_order,
    a_payment,
    a_payout_account,
    a_requested_payout,
    a_shipped_order,
    an_accepted_order,
    approve_fully,
    finance_officer,
    hold_of,
    pump,
)
from tests.factories.orders import Trade, a_placed_order
from trade_assurance.holds.errors import OwnCompanysMoney
from trade_assurance.holds.models import Payout
from trade_assurance.holds.operations import approve_payout, cancel_unshipped, reject_payout
from trade_assurance.holds.queries import payout_page
from trade_assurance.payments.models import Payment

pytestmark = pytest.mark.django_db

STATES: dict[str, tuple[Callable[[], Trade], datetime, str, str]] = {
    # name: factory, moment, what the buyer's next action says, what the supplier's says
    "placed": (a_placed_order, AT, "Waits for", "Confirm this order"),
    "confirmed": (a_confirmed_order, AT + days(1), "Pay 23,600.00", "Waits for"),
    "funded": (a_funded_order, FUNDED_AT, "Waits for", "Prepare a shipment"),
    "shipped": (a_shipped_order, SHIPPED_AT, "The goods have arrived", "Waits for"),
    "delivered": (a_delivered_order, DELIVERED_AT, "Accept the goods", "Waits for"),
    "completed": (
        an_accepted_order,
        DELIVERED_AT + days(1),
        "Nothing is left to do",
        "Nothing is left to do",
    ),
}


def page(client: Client, name: str, *args: object, at: datetime, status: int = 200) -> str:
    with time_machine.travel(at, tick=False):
        response = client.get(reverse(name, args=args))
    assert response.status_code == status, response.status_code
    return response.content.decode()


def press(client: Client, name: str, *args: object, at: datetime, **data: object) -> str:
    """A button with a fresh key; follows to the page it leads to."""
    with time_machine.travel(at, tick=False):
        response = client.post(reverse(name, args=args), {"idempotency_key": new_key(), **data}, follow=True)
    assert response.status_code == 200, (response.status_code, response.content[:2000])
    return response.content.decode()


@pytest.mark.parametrize("state", STATES)
def test_order_page_says_what_each_reader_does_next(state: str) -> None:
    factory, at, for_buyer, for_supplier = STATES[state]
    trade = factory()
    buyer = page(signed_in(trade.buyer), "order", trade.ref, at=at)
    supplier = page(signed_in(trade.supplier), "order", trade.ref, at=at)
    officer = page(signed_in(staff("disputes")), "order", trade.ref, at=at)
    assert for_buyer in buyer
    assert for_supplier in supplier
    for html in (buyer, supplier, officer):
        assert trade.order.number in html
        assert html.count("button--primary") - html.count('button--primary" type="submit">') <= 2
    assert "of it kept as commission" not in buyer


def test_order_page_of_others_is_not_found() -> None:
    trade = a_placed_order()
    page(signed_in(owner_of(a_company())), "order", trade.ref, at=AT, status=404)
    with time_machine.travel(AT, tick=False):
        assert Client().get(reverse("order", args=[trade.ref])).status_code == 302


def test_viewer_sees_everything_and_no_button() -> None:
    trade = a_delivered_order()
    html = page(signed_in(a_member(trade.order.buyer, "viewer")), "order", trade.ref, at=DELIVERED_AT)
    assert reverse("order_accept", args=[trade.ref]) not in html
    assert reverse("dispute_open", args=[trade.ref]) not in html


def test_whole_trade_through_its_buttons() -> None:
    trade = a_placed_order()
    buyer, supplier = signed_in(trade.buyer), signed_in(trade.supplier)
    press(supplier, "order_confirm", trade.ref, at=AT + days(1))
    html = page(buyer, "pay", trade.ref, at=FUNDED_AT)
    assert "23,600.00" in html
    press(buyer, "pay", trade.ref, at=FUNDED_AT, provider="bank_transfer")
    payment = Payment.objects.get()
    officer = signed_in(finance_officer())
    press(
        officer,
        "desk_transfer",
        payment.ref,
        at=FUNDED_AT,
        amount="23600.00",
        received_on="2026-03-04",
        bank_reference="SEPA-1",
        proof=a_pdf(),
    )
    pump(FUNDED_AT)
    assert hold_of(trade).state == "held"
    a_delivered_order(Trade(trade.again(), trade.buyer, trade.supplier))
    assert "released to the supplier" in press(buyer, "order_accept", trade.ref, at=DELIVERED_AT)
    pump(DELIVERED_AT)
    assert trade.again().state == "completed"


def test_button_without_key_moves_nothing() -> None:
    trade = a_delivered_order()
    with time_machine.travel(DELIVERED_AT, tick=False):
        signed_in(trade.buyer).post(reverse("order_accept", args=[trade.ref]), {}, follow=True)
    assert hold_of(trade).released_minor == 0


@pytest.mark.parametrize("stolen", ["hold_k3m9:2:pay_x", "close:pay_x", "payout:pyo_x", "a b", "k" * 65])
def test_nobody_can_take_a_key_of_the_marketplaces_own(stolen: str) -> None:
    """Whoever held `payout:<ref>` or `<hold>:<n>:<payment>` first could stop a refund or payout for ever."""
    trade = an_accepted_order()
    a_payout_account(trade)
    waiting = a_delivered_order()
    with time_machine.travel(DELIVERED_AT + days(1), tick=False):
        sent = signed_in(trade.supplier).post(
            reverse("balance"), {"idempotency_key": stolen, "amount": "1.00"}
        )
        signed_in(waiting.buyer).post(
            reverse("order_accept", args=[waiting.ref]), {"idempotency_key": stolen}, follow=True
        )
    assert sent.status_code == 400
    assert Payout.objects.count() == 0
    assert hold_of(waiting).released_minor == 0
    assert not IdempotencyRecord.objects.filter(key=stolen[:64]).exists()


def test_get_on_a_step_is_not_allowed() -> None:
    trade = a_delivered_order()
    for name in ("order_accept", "order_confirm", "order_cancel", "unshipped_cancel", "amendment_accept"):
        page(signed_in(trade.buyer), name, trade.ref, at=DELIVERED_AT, status=405)


def test_pay_page_of_a_paid_order_leads_back() -> None:
    trade = a_funded_order()
    with time_machine.travel(FUNDED_AT, tick=False):
        response = signed_in(trade.buyer).get(reverse("pay", args=[trade.ref]))
        assert (response.status_code, response["Location"]) == (302, reverse("order", args=[trade.ref]))


def test_supplier_cannot_open_the_pay_page() -> None:
    trade = a_confirmed_order()
    page(signed_in(trade.supplier), "pay", trade.ref, at=AT + days(1), status=403)


@pytest.mark.parametrize("provider", ["", "cash", "../etc"])
def test_pay_page_refuses_an_unknown_way(provider: str) -> None:
    trade = a_confirmed_order()
    with time_machine.travel(AT + days(1), tick=False):
        response = signed_in(trade.buyer).post(
            reverse("pay", args=[trade.ref]), {"idempotency_key": new_key(), "provider": provider}
        )
    assert response.status_code == 400
    assert Payment.objects.count() == 0


def test_open_payment_is_shown_with_its_reference() -> None:
    trade = a_confirmed_order()
    payment = a_payment(trade)
    assert payment.reference in page(signed_in(trade.buyer), "order", trade.ref, at=FUNDED_AT)
    assert payment.reference not in page(signed_in(trade.supplier), "order", trade.ref, at=FUNDED_AT)


def test_postponing_by_the_form_and_its_refusal() -> None:
    trade = a_funded_order()
    client, at = signed_in(trade.buyer), AT + days(50)
    with time_machine.travel(at, tick=False):
        refused = client.post(
            reverse("cancellation_postpone", args=[trade.ref]),
            {"idempotency_key": new_key(), "to_date": "2026-04-01"},
        )
    assert refused.status_code == 400
    assert "later than" in refused.content.decode()
    assert "more time" in press(client, "cancellation_postpone", trade.ref, at=at, to_date="2026-06-01")


def test_unshipped_cancel_needs_a_reason() -> None:
    trade = a_funded_order()
    client = signed_in(trade.supplier)
    press(client, "unshipped_cancel", trade.ref, at=FUNDED_AT, reason="")
    assert hold_of(trade).refunded_minor == 0
    press(client, "unshipped_cancel", trade.ref, at=FUNDED_AT, reason="The harvest failed")
    assert hold_of(trade).refunded_minor == 2_360_000
    html = page(signed_in(trade.buyer), "order", trade.ref, at=FUNDED_AT)
    assert "The harvest failed" in html
    assert "23,600.00" in html


def test_order_list_filters_and_pages() -> None:
    trade = a_funded_order()
    client = signed_in(trade.supplier)
    for query in ("", "?state=waiting", "?side=selling", "?text=basmati", "?sort=largest"):
        with time_machine.travel(FUNDED_AT, tick=False):
            html = client.get(reverse("orders") + query).content.decode()
        assert trade.order.number in html, query
    for query in ("?side=buying", "?state=ended", "?text=zebra", "?cursor=rubbish&state=ended"):
        with time_machine.travel(FUNDED_AT, tick=False):
            html = client.get(reverse("orders") + query).content.decode()
        assert trade.order.number not in html, query


def test_balance_page_and_payout_by_the_form() -> None:
    trade = an_accepted_order()
    at = DELIVERED_AT + days(2)
    client = signed_in(trade.supplier)
    html = page(client, "balance", at=at)
    assert "22,892.00" in html
    html = press(
        client,
        "payout_account",
        at=at,
        currency="USD",
        provider="bank_transfer",
        holder="Kaveri",
        bank_name="SBI",
        account_number="DE89 3704 0044 0532 0130 00",
        bank_code="COBADEFF",
    )
    assert "…3000" in html
    assert 'action="?currency=USD"' in page(client, "balance", at=at), (
        "what is asked for stays in this currency"
    )
    assert "is asked for" in press(client, "balance", at=at, amount="1000.00")
    assert Payout.objects.get().amount_minor == 100_000
    with time_machine.travel(at, tick=False):
        refused = client.post(reverse("balance"), {"idempotency_key": new_key(), "amount": "99999999"})
    assert refused.status_code == 400
    assert "Your balance in USD is" in refused.content.decode()


@pytest.mark.parametrize(
    ("field", "value"),
    [("account_number", "DE00 1234"), ("bank_code", "NOTABIC!"), ("holder", ""), ("account_number", "")],
)
def test_wrong_bank_details_are_refused_beside_the_field(field: str, value: str) -> None:
    details = {
        "currency": "USD",
        "provider": "bank_transfer",
        "holder": "Kaveri",
        "bank_name": "SBI",
        "account_number": "12345678",
        "bank_code": "SBININBB",
    }
    actor = owner_of(a_company())
    with time_machine.travel(AT, tick=False):
        response = signed_in(actor).post(reverse("payout_account"), details | {field: value})
    assert response.status_code == 400
    assert (
        f'id="id_{field}_error"' in response.content.decode() or f"#id_{field}" in response.content.decode()
    )


def test_payout_at_the_desk_needs_two_persons_and_then_a_reference() -> None:
    trade = an_accepted_order()
    payout = a_requested_payout(trade, Money(2_000_000, "USD"))
    at = DELIVERED_AT + days(3)
    first, second = signed_in(finance_officer("First")), signed_in(finance_officer("Second"))
    assert payout.ref in page(first, "desk_finance", at=at)
    press(first, "payout_approve", payout.ref, at=at)
    with time_machine.travel(at, tick=False):
        again = first.post(reverse("payout_approve", args=[payout.ref]), {"idempotency_key": new_key()})
    assert again.status_code == 403
    assert Payout.objects.get().state == "requested"
    press(second, "payout_approve", payout.ref, at=at)
    pump(at)
    html = page(first, "desk_payout", payout.ref, at=at)
    assert "Make the transfer, then confirm it" in html
    press(first, "payout_confirm", payout.ref, at=at, reference="SWIFT-77", proof=a_pdf())
    pump(at)
    assert Payout.objects.get().state == "confirmed"
    assert "SWIFT-77" in page(signed_in(trade.supplier), "payout", payout.ref, at=at)


def test_payout_failed_at_the_bank_returns_to_the_balance() -> None:
    trade = an_accepted_order()
    at = DELIVERED_AT + days(3)
    payout = approve_fully(a_requested_payout(trade, Money(5_000, "USD")), at=at)
    press(signed_in(finance_officer()), "payout_fail", payout.ref, at=at, reason="Account closed")
    pump(at)
    assert Payout.objects.get().state == "failed"
    assert "22,892.00" in page(signed_in(trade.supplier), "balance", at=at)


def test_officer_who_belongs_to_the_company_cannot_judge_its_payout() -> None:
    trade = an_accepted_order()
    payout = a_requested_payout(trade, Money(5_000, "USD"))
    from marketplace.accounts.queries import actor_for
    from tests.factories.accounts import user_of

    officer = finance_officer()
    a_member(trade.order.supplier, "viewer", user=user_of(officer))
    officer = actor_for(user_of(officer), None)
    with time_machine.travel(DELIVERED_AT + days(3), tick=False):
        client = signed_in(officer)
        response = client.post(reverse("payout_approve", args=[payout.ref]), {"idempotency_key": new_key()})
    assert response.status_code == 403
    assert Payout.objects.get().approvals_given == 0


def test_officer_who_asked_for_a_payout_cannot_approve_it_after_leaving_the_company() -> None:
    trade = an_accepted_order()
    payout = a_requested_payout(trade, Money(5_000, "USD"))
    left = replace(
        trade.supplier, company_id=None, role="", desks=frozenset({"finance"}), member_of=frozenset()
    )
    at = DELIVERED_AT + days(3)
    for judge in (approve_payout, partial(reject_payout, reason="Mine")):
        with pytest.raises(OwnCompanysMoney):
            judge(payout_ref=payout.ref, actor=left, key=new_key(), at=at)
    assert Payout.objects.get().approvals_given == 0
    assert not payout_page(payout.ref, left, at_desk=True).may_judge


def test_other_companys_payout_is_not_found() -> None:
    trade = an_accepted_order()
    payout = a_requested_payout(trade, Money(5_000, "USD"))
    page(signed_in(trade.buyer), "payout", payout.ref, at=DELIVERED_AT, status=404)
    page(signed_in(trade.buyer), "desk_payout", payout.ref, at=DELIVERED_AT, status=403)


def test_pages_cost_the_same_for_one_and_three_lines() -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counts = []
    trade = a_delivered_order()
    client = signed_in(trade.supplier)
    for _turn in range(2):
        page(client, "orders", at=DELIVERED_AT)
        with CaptureQueriesContext(connection) as seen:
            page(client, "orders", at=DELIVERED_AT)
        counts.append(len(seen))
        for _more in range(2):
            a_placed_order(supplier=trade.order.supplier)
    assert counts[0] == counts[1]


def test_cancelled_part_is_shown_on_its_line() -> None:
    trade = a_shipped_order(quantity="12.5")
    at = AT + days(50)
    cancel_unshipped(order_ref=trade.ref, actor=trade.buyer, key=new_key(), at=at)
    html = page(signed_in(trade.buyer), "order", trade.ref, at=at)
    assert re.search(r"7[.]5.{0,40}cancelled", html)
    assert "8,850.00" in html


def test_anonymous_is_led_to_the_log_in() -> None:
    for name in ("orders", "balance", "desk_finance", "payout_account"):
        response = Client().get(reverse(name))
        assert response.status_code == 302
        assert "login" in response["Location"]


def test_system_and_strangers_do_not_move_payouts() -> None:
    trade = an_accepted_order()
    a_payout_account(trade)
    assert Actor.anonymous().is_anonymous
    client = signed_in(a_member(trade.order.supplier, "sales"))
    with time_machine.travel(DELIVERED_AT, tick=False):
        response = client.post(reverse("balance"), {"idempotency_key": new_key(), "amount": "1.00"})
    assert response.status_code == 403
    assert Payout.objects.count() == 0

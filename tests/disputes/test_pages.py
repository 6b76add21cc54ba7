"""The case's pages for both sides and the officer, the desk and the dashboard; a disputed trade through its buttons."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from marketplace.accounts.queries import actor_for
from marketplace.core.ids import new_key
from tests.factories import AT, days
from tests.factories.accounts import a_company, a_member, a_person, owner_of, signed_in, staff, user_of
from tests.factories.disputes import (
    CLAIMED_AT,
    DECIDED_AT,
    ESCALATED_AT,
    a_claim,
    a_decided_case,
    an_escalated_case,
    dispute_officer,
    usd,
)
from tests.factories.files import a_pdf
from tests.factories.holds import DELIVERED_AT, a_delivered_order, a_funded_order, hold_of, pump, sweep
from tests.factories.orders import a_placed_order
from trade_assurance.disputes.models import Dispute, Evidence
from trade_assurance.disputes.operations import make_offer, submit_evidence

pytestmark = pytest.mark.django_db


def page(client: Client, name: str, *args: object, at: datetime, status: int = 200) -> str:
    with time_machine.travel(at, tick=False):
        response = client.get(reverse(name, args=args))
    assert response.status_code == status, response.status_code
    return response.content.decode()


def press(client: Client, name: str, *args: object, at: datetime, status: int = 200, **data: object) -> str:
    """A button with a fresh key; follows to the page it leads to."""
    with time_machine.travel(at, tick=False):
        response = client.post(reverse(name, args=args), {"idempotency_key": new_key(), **data}, follow=True)
    assert response.status_code == status, (response.status_code, response.content[:1500])
    return response.content.decode()


def test_whole_dispute_through_its_buttons() -> None:
    trade = a_delivered_order()
    buyer, supplier = signed_in(trade.buyer), signed_in(trade.supplier)
    officer = signed_in(dispute_officer())
    assert "23,600.00" in page(buyer, "dispute_open", trade.ref, at=CLAIMED_AT)
    html = press(
        buyer,
        "dispute_open",
        trade.ref,
        at=CLAIMED_AT,
        reason="damage",
        clause="packaging",
        amount="4500",
        statement="Wet bags, see the photographs.",
        attachments=[a_pdf()],
    )
    assert "Claim of 4,500.00" in html
    case = Dispute.objects.get()
    assert Evidence.objects.filter(file__isnull=False).count() == 1
    assert "Grant the whole claim" in page(supplier, "dispute", case.ref, at=CLAIMED_AT)
    press(supplier, "offer_make", case.ref, at=CLAIMED_AT, refund="1000", note="Only ten bags.")
    html = press(buyer, "offer_decline", case.ref, 1, at=CLAIMED_AT)
    assert "Declined" in html
    press(buyer, "dispute_message", case.ref, at=CLAIMED_AT, text="It was forty bags.")
    assert "It was forty bags." in page(supplier, "dispute", case.ref, at=CLAIMED_AT)
    press(buyer, "dispute_escalate", case.ref, at=ESCALATED_AT)
    press(
        supplier,
        "dispute_evidence",
        case.ref,
        at=ESCALATED_AT,
        note="Our loading report",
        attachments=[a_pdf()],
    )
    for client in (buyer, supplier):
        press(client, "dispute_rest", case.ref, at=ESCALATED_AT)
    assert trade.order.number in page(officer, "desk_disputes", at=ESCALATED_AT)
    press(officer, "case_take", case.ref, at=ESCALATED_AT)
    html = page(officer, "desk_dispute", case.ref, at=ESCALATED_AT)
    for part in ("Our loading report", "Wet bags", "It was forty bags.", "Contract", "Timeline"):
        assert part in html
    split: dict[str, Any] = {"refund": "3000", "release": "1500", "reasons": "Forty of sixty bags."}
    html = press(officer, "case_decide", case.ref, at=ESCALATED_AT, **split)
    assert "This is what happens" in html
    assert "1,455.00" in html  # 1,500.00 less 3 %
    assert Dispute.objects.get().state == "escalated"
    press(officer, "case_decide", case.ref, at=ESCALATED_AT, confirmed="1", **split)
    assert Dispute.objects.get().state == "decided"
    for client in (buyer, supplier):
        press(client, "dispute_waive", case.ref, at=ESCALATED_AT)
    hold = hold_of(trade)
    assert (hold.refunded_minor, hold.released_minor, hold.frozen_minor) == (300_000, 150_000, 0)
    assert "Carried out" in page(buyer, "dispute", case.ref, at=ESCALATED_AT)


def test_case_pages_of_strangers_are_not_found() -> None:
    trade, case = a_claim()
    stranger = signed_in(owner_of(a_company()))
    page(stranger, "dispute", case.ref, at=CLAIMED_AT, status=404)
    page(stranger, "dispute_open", trade.ref, at=CLAIMED_AT, status=404)
    press(stranger, "dispute_message", case.ref, at=CLAIMED_AT, text="hi", status=404)
    press(stranger, "dispute_withdraw", case.ref, at=CLAIMED_AT, status=404)
    page(stranger, "desk_dispute", case.ref, at=CLAIMED_AT, status=403)
    with time_machine.travel(CLAIMED_AT, tick=False):
        assert Client().get(reverse("dispute", args=[case.ref])).status_code == 302


def test_evidence_file_is_read_by_both_sides_and_officers_only() -> None:
    trade, case = an_escalated_case()
    submit_evidence(
        dispute_ref=case.ref, note="Proof", files=[a_pdf()], actor=trade.buyer, key=new_key(), at=ESCALATED_AT
    )
    ref = Evidence.objects.get(file__isnull=False).file.ref  # type: ignore[union-attr]
    for actor in (trade.buyer, trade.supplier, dispute_officer()):
        with time_machine.travel(ESCALATED_AT, tick=False):
            assert signed_in(actor).get(reverse("file", args=[ref])).status_code == 200
    for actor in (owner_of(a_company()), staff("moderation")):
        with time_machine.travel(ESCALATED_AT, tick=False):
            assert signed_in(actor).get(reverse("file", args=[ref])).status_code == 404


def test_officer_of_one_company_cannot_even_open_the_case_at_the_desk() -> None:
    trade, case = an_escalated_case()
    officer = dispute_officer()
    a_member(trade.order.buyer, "viewer", user=user_of(officer))
    client = signed_in(actor_for(user_of(officer), None))
    page(client, "desk_dispute", case.ref, at=ESCALATED_AT, status=403)
    assert "you belong to one of them" in page(client, "desk_disputes", at=ESCALATED_AT)


def test_claim_form_keeps_what_was_typed_and_says_what_is_wrong() -> None:
    trade = a_delivered_order()
    html = press(
        signed_in(trade.buyer),
        "dispute_open",
        trade.ref,
        at=CLAIMED_AT,
        status=400,
        reason="damage",
        clause="packaging",
        amount="23600.01",
        statement="Typed with care",
    )
    assert "Typed with care" in html
    assert "At most" in html
    assert Dispute.objects.count() == 0


@pytest.mark.parametrize("amount", ["1e30", "NaN", "-5", "0", "0.001", "abc", ""])
def test_claim_form_refuses_strange_amounts(amount: str) -> None:
    trade = a_delivered_order()
    press(
        signed_in(trade.buyer),
        "dispute_open",
        trade.ref,
        at=CLAIMED_AT,
        status=400,
        reason="damage",
        clause="packaging",
        amount=amount,
        statement="x",
    )
    assert hold_of(trade).frozen_minor == 0


def test_decision_form_shows_no_effect_for_a_split_that_does_not_fit() -> None:
    _trade, case = an_escalated_case()
    officer = signed_in(dispute_officer())
    press(officer, "case_take", case.ref, at=ESCALATED_AT)
    sweep(DECIDED_AT)
    html = press(
        officer,
        "case_decide",
        case.ref,
        at=DECIDED_AT,
        status=400,
        refund="4500",
        release="0.01",
        reasons="So.",
    )
    assert "This is what happens" not in html
    assert Dispute.objects.get().state == "escalated"


def test_case_page_shows_whose_turn_it_is() -> None:
    trade, case = a_claim()
    assert "Answer the claim" in page(signed_in(trade.supplier), "dispute", case.ref, at=CLAIMED_AT)
    make_offer(dispute_ref=case.ref, refund=usd(5), actor=trade.supplier, key=new_key(), at=CLAIMED_AT)
    assert "Answer the offer" in page(signed_in(trade.buyer), "dispute", case.ref, at=CLAIMED_AT)
    trade, case = a_decided_case()
    assert "Read the decision" in page(signed_in(trade.buyer), "dispute", case.ref, at=DECIDED_AT)
    viewer = signed_in(a_member(trade.order.buyer, "viewer"))
    assert reverse("dispute_waive", args=[case.ref]) not in page(viewer, "dispute", case.ref, at=DECIDED_AT)


def test_order_page_leads_to_the_open_case() -> None:
    trade, case = a_claim()
    html = page(signed_in(trade.supplier), "order", trade.ref, at=CLAIMED_AT)
    assert reverse("dispute", args=[case.ref]) in html
    assert "4,500.00" in html


def test_dashboard_shows_first_what_waits() -> None:
    trade = a_placed_order()
    supplier, buyer = signed_in(trade.supplier), signed_in(trade.buyer)
    assert "Answer the order" in page(supplier, "dashboard", at=AT)
    assert "Nothing waits for you" in page(buyer, "dashboard", at=AT)
    trade, case = a_claim(a_delivered_order())
    assert "Answer the claim of 4,500.00" in page(signed_in(trade.supplier), "dashboard", at=CLAIMED_AT)
    html = page(signed_in(trade.buyer), "dashboard", at=CLAIMED_AT)
    assert "Inspect and accept the goods" in html
    make_offer(dispute_ref=case.ref, refund=usd(5), actor=trade.supplier, key=new_key(), at=CLAIMED_AT)
    assert "Answer the offer" in page(signed_in(trade.buyer), "dashboard", at=CLAIMED_AT)


def test_dashboard_shows_what_is_held_for_a_supplier() -> None:
    trade = a_funded_order()
    assert "23,600.00" in page(signed_in(trade.supplier), "dashboard", at=DELIVERED_AT)


def test_dashboard_without_a_company_and_for_staff() -> None:
    with time_machine.travel(AT, tick=False):
        response = signed_in(a_person()).get(reverse("dashboard"))
        assert (response.status_code, response["Location"]) == (302, reverse("company_new"))
    assert reverse("desk_disputes") in page(signed_in(dispute_officer()), "dashboard", at=AT)


def test_people_are_told_once_per_step() -> None:
    from marketplace.notifications.models import Notification

    trade, case = a_claim()
    pump(CLAIMED_AT)
    told = Notification.objects.filter(event__kind="claim_opened", channel="page")
    assert [row.recipient_id for row in told] == [trade.supplier.user_id]
    assert all(row.url == reverse("dispute", args=[case.ref]) for row in told)
    assert AT + days(1) < CLAIMED_AT

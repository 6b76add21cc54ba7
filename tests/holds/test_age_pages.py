"""The pages about money that a processor holds no longer: what each side reads, signs and decides."""

from __future__ import annotations

import pytest
import time_machine
from django.test import Client
from pytest_django.asserts import assertNumQueries

from marketplace.core.ids import new_key
from tests.factories.accounts import signed_in
from tests.factories.chargebacks import TOTAL, paid_by_card
from tests.factories.files import a_pdf
from tests.factories.holds import a_confirmed_order, finance_officer
from tests.factories.moves import WARNED_AT, an_agreed_move, an_old_hold, consents
from tests.factories.orders import Trade
from tests.factories.rails import NAME, CardRail
from tests.holds.test_assignments import overturned
from trade_assurance.holds.models import BankMove, Hold, MoveConsent, SuspenseAssignment

pytestmark = pytest.mark.django_db


def page(client: Client, path: str) -> str:
    with time_machine.travel(WARNED_AT, tick=False):
        answer = client.get(path)
    assert answer.status_code == 200, answer.status_code
    return str(answer.content.decode())


def post(client: Client, path: str, **data: object) -> int:
    with time_machine.travel(WARNED_AT, tick=False):
        return client.post(path, {"idempotency_key": new_key(), **data}).status_code


def test_each_side_signs_the_words_it_reads_and_may_take_them_back(rail: CardRail) -> None:
    del rail
    trade = an_old_hold()
    buyer = signed_in(trade.buyer)
    shown = page(buyer, f"/orders/{trade.ref}/")
    assert "What has not left the supplier is cancelled" in shown
    assert "We consent that what is still held there" in shown
    read = shown.split('name="read_hash" value="')[1].split('"')[0]
    base = f"/orders/{trade.ref}/bank-moves/{NAME}"
    assert post(buyer, f"{base}/consent/", typed_name="Ann Buyer", read_hash=read) == 302
    assert MoveConsent.objects.get().typed_name == "Ann Buyer"
    shown = page(buyer, f"/orders/{trade.ref}/")
    assert "Ann Buyer" in shown
    assert f"{base}/withdrawal/" in shown
    assert "read_hash" not in shown
    assert post(buyer, f"{base}/withdrawal/") == 302
    assert not MoveConsent.objects.filter(withdrawn_at=None).exists()


def test_young_money_shows_none_of_it(rail: CardRail) -> None:
    del rail
    trade, _payment = paid_by_card(a_confirmed_order())
    assert "hold-age" not in page(signed_in(trade.buyer), f"/orders/{trade.ref}/")


def test_officer_records_a_move_with_its_proof(rail: CardRail) -> None:
    del rail
    _trade, move = an_agreed_move()
    desk = signed_in(finance_officer())
    assert f"/desk/finance/moves/{move.ref}/" in page(desk, "/desk/held-long/")
    path = f"/desk/finance/moves/{move.ref}/"
    assert "We consent" in page(desk, path)
    sent = {"amount": "23600.00", "withdrawal_ref": "po_1", "bank_reference": "S-1"}
    assert post(desk, path, **{**sent, "amount": "23599.99"}, proof=a_pdf()) == 400
    assert post(desk, path, **sent) == 400
    assert BankMove.objects.get().state == "agreed"
    assert post(desk, path, **sent, proof=a_pdf()) == 302
    assert (BankMove.objects.get().state, BankMove.objects.get().amount_minor) == ("done", TOTAL)
    assert "po_1" in page(desk, path)


@pytest.mark.parametrize("number", [1, 3])
def test_the_desks_list_takes_as_many_statements_for_three_as_for_one(rail: CardRail, number: int) -> None:
    del rail
    for _turn in range(number):
        consents(trade := an_old_hold(), trade.supplier)
    desk = signed_in(finance_officer())
    page(desk, "/desk/held-long/")
    with time_machine.travel(WARNED_AT, tick=False), assertNumQueries(13):
        desk.get("/desk/held-long/")


def test_officer_decides_on_the_holds_page_only_where_no_rule_does(rail: CardRail) -> None:
    del rail
    trade: Trade = an_old_hold()
    hold = Hold.objects.get(order=trade.order)
    desk = signed_in(finance_officer())
    assert "Nothing is for an officer" in page(desk, f"/desk/held-long/{hold.ref}/")
    consents(trade, trade.supplier)
    shown = page(desk, f"/desk/held-long/{hold.ref}/")
    assert "goods that need not have left yet" in shown
    assert post(desk, f"/desk/held-long/{hold.ref}/", outcome="move", reason="x") == 400
    assert post(desk, f"/desk/held-long/{hold.ref}/", outcome="refund", reason="Both stay silent") == 302
    assert "Waits for a second officer" in page(desk, f"/desk/held-long/{hold.ref}/")
    assert post(signed_in(finance_officer()), f"/desk/held-long/{hold.ref}/approval/") == 302
    hold.refresh_from_db()
    assert (hold.held_minor, hold.refunded_minor) == (0, TOTAL)


def test_officer_assigns_what_came_back_on_the_chargebacks_page(rail: CardRail) -> None:
    _trade, case = overturned(rail, 100_000)
    desk = signed_in(finance_officer())
    path = f"/desk/finance/chargebacks/{case.ref}/"
    assert "Whose is what came back?" in page(desk, path)
    assert (
        post(desk, f"{path}assignment/", to_supplier="600.00", to_buyer="400.00", reason="Half gone") == 302
    )
    row = SuspenseAssignment.objects.get()
    assert (row.to_supplier_minor, row.to_buyer_minor, row.done_at is not None) == (60_000, 40_000, True)
    assert "Whose is what came back?" not in page(desk, path)

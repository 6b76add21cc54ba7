"""Pages of chargebacks, suppliers' money and registrations: what each shows, to whom, and under how many statements."""

from __future__ import annotations

from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from marketplace.core.ids import new_key
from marketplace.core.models import Deadline
from orders.operations import attach_document
from tests.factories import AT, days
from tests.factories.accounts import signed_in
from tests.factories.chargebacks import TAKEN_AT, a_taken_payment, charge_back, lose, paid_by_card, run_all
from tests.factories.files import a_pdf
from tests.factories.holds import (
    FUNDED_AT,
    a_confirmed_order,
    a_delivered_order,
    an_accepted_order,
    finance_officer,
    sweep,
)
from tests.factories.orders import a_packed_shipment, a_placed_order
from tests.factories.rails import CardRail
from trade_assurance.holds.models import SupplierAccount
from trade_assurance.holds.queries import chargeback_list
from trade_assurance.payments.models import ProviderOperation, Registration

pytestmark = pytest.mark.django_db
NOW = TAKEN_AT + days(1)


def at_desk() -> Client:
    """A finance officer's browser."""
    return signed_in(finance_officer())


@pytest.fixture(autouse=True)
def _now() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def page(client: Client, path: str, **data: object) -> str:
    response = client.post(path, data) if data else client.get(path)
    assert response.status_code in {200, 302}, response.content
    return response.content.decode()


def test_list_of_chargebacks_costs_the_same_for_one_and_three(rail: CardRail) -> None:
    del rail
    a_taken_payment()
    counts = []
    for _more in range(2):
        with CaptureQueriesContext(connection) as asked:
            rows = chargeback_list(open_only=True)
        counts.append((len(rows), len(asked)))
        if len(rows) == 1:
            a_taken_payment()
            a_taken_payment()
    assert counts == [(1, 2), (3, 2)]


def test_officer_reads_the_effect_and_sends_evidence_once(rail: CardRail) -> None:
    trade, payment = paid_by_card()
    shipment = a_packed_shipment(trade)
    paper = attach_document(
        shipment_ref=shipment.ref,
        document_type="bill_of_lading",
        upload=a_pdf("lading.pdf", "lading"),
        actor=trade.supplier,
        key=new_key(),
        at=AT + days(10),
    )
    due = NOW + days(6)
    case = charge_back(rail, payment, at=TAKEN_AT, evidence_due_at=due)
    client = at_desk()
    shown = page(client, f"/desk/finance/chargebacks/{case.ref}/")
    assert "23,600.00" in shown
    assert "stands still" in shown
    assert "lading.pdf" in shown
    assert case.ref in page(client, "/desk/finance/chargebacks/")
    assert Deadline.objects.filter(kind="chargeback_evidence_due", subject=case.ref, state="open").exists()

    sent = {"note": "See the bill of lading.", "documents": [paper.file.ref], "idempotency_key": new_key()}
    page(client, f"/desk/finance/chargebacks/{case.ref}/evidence/", **sent)
    run_all(at=NOW)
    pack = rail.packs[case.provider_ref]
    assert pack.files[0][0] == "lading.pdf"
    assert "See the bill of lading." in pack.text
    assert trade.order.terms_hash in pack.text
    case.refresh_from_db()
    assert not Deadline.objects.filter(subject=case.ref, state="open").exists()
    again = client.post(
        f"/desk/finance/chargebacks/{case.ref}/evidence/", {"note": "x", "idempotency_key": new_key()}
    )
    assert again.status_code == 400
    assert ProviderOperation.objects.filter(kind="evidence").count() == 1


def test_facts_are_sent_by_themselves_before_the_bank_s_moment(rail: CardRail) -> None:
    _trade, payment = paid_by_card()
    case = charge_back(rail, payment, at=FUNDED_AT + days(1), evidence_due_at=FUNDED_AT + days(8))
    sweep(FUNDED_AT + days(7))
    assert not ProviderOperation.objects.filter(kind="evidence").exists()
    sweep(FUNDED_AT + days(8))
    run_all(at=FUNDED_AT + days(8))
    assert rail.packs[case.provider_ref].text.startswith("Order ")


def test_both_sides_read_on_the_order_what_happened(rail: CardRail) -> None:
    trade, payment = paid_by_card()
    case = charge_back(rail, payment)
    path = f"/orders/{trade.ref}/"
    for actor in (trade.buyer, trade.supplier):
        shown = page(signed_in(actor), path)
        assert "bank took 23,600.00" in shown
    lose(rail, case, at=NOW)
    shown = page(signed_in(trade.buyer), path)
    assert "nothing of it is refunded a second time" in shown


def test_supplier_reads_what_is_owed_and_officer_sets_a_reserve(rail: CardRail) -> None:
    trade, payment = paid_by_card(a_confirmed_order(a_placed_order()))
    trade = an_accepted_order(a_delivered_order(trade))
    lose(rail, charge_back(rail, payment), at=NOW)
    ref = trade.order.supplier.ref
    client = at_desk()
    form = {"share": "7.5", "days": "45", "reason": "Charged back", "idempotency_key": new_key()}
    page(client, f"/desk/finance/suppliers/{ref}/", **form)
    account = SupplierAccount.objects.get(company=trade.order.supplier)
    assert (account.reserve_bps, account.reserve_days) == (750, 45)
    assert "7.5 %" in page(client, f"/desk/finance/suppliers/{ref}/")
    assert trade.order.supplier.legal_name in page(client, "/desk/finance/suppliers/")
    assert "7.5 %" in page(signed_in(trade.supplier), "/balance/")


def test_supplier_registers_with_a_rail_and_is_read_anew_on_return(rail: CardRail) -> None:
    trade, _payment = paid_by_card()
    client = signed_in(trade.supplier)
    path = "/balance/registrations/cards/"
    assert "Nothing has been begun" in page(client, path)
    begun = client.post(path, {"idempotency_key": new_key()})
    assert begun["Location"].startswith("https://rail.example/acct_")
    assert "passport" in page(client, path)
    row = Registration.objects.get()
    page(client, f"{path}return/")
    row.refresh_from_db()
    assert not row.can_receive
    rail.allow(row.account_ref)
    page(client, f"{path}return/")
    assert "can pay your company" in page(client, path)

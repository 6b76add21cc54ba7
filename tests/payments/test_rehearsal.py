"""The rehearsal page and the sandbox's hosted pages: who may play, what each step does, off beside live keys."""

from __future__ import annotations

import pytest
import time_machine
from django.test import Client, override_settings
from django.urls import reverse

from marketplace.core.ids import new_ref
from marketplace.core.money import Money
from tests.factories import AT
from tests.factories.accounts import a_company, a_member, owner_of, signed_in, staff
from tests.factories.payments import a_paid_session, an_open_session
from trade_assurance.payments.models import SandboxDelivery, SandboxMovement, SandboxObject
from trade_assurance.payments.models.sandbox import SandboxStatus
from trade_assurance.payments.providers import sandbox_server
from trade_assurance.payments.providers.base import Call, OnboardSpec, Pending
from trade_assurance.payments.providers.sandbox import Sandbox
from trade_assurance.payments.states import PaymentState

pytestmark = pytest.mark.django_db
USD = Money(100_000, "USD")


def at_desk() -> Client:
    return signed_in(staff("finance"))


def page(client: Client, name: str, *args: object) -> str:
    with time_machine.travel(AT, tick=False):
        response = client.get(reverse(name, args=args))
    assert response.status_code == 200, response.status_code
    return response.content.decode()


def press(client: Client, name: str, *args: object, status: int = 302, **data: object) -> str:
    with time_machine.travel(AT, tick=False):
        response = client.post(reverse(name, args=args), data)
    assert response.status_code == status, response.content[:1000]
    return response.content.decode()


def state_of(ref: str) -> str:
    return SandboxObject.objects.get(ref=ref).status


def test_officer_rehearses_a_chargeback_from_the_page() -> None:
    payment = a_paid_session(money=USD)
    client = at_desk()
    assert "Charge back: take the money" in page(client, "desk_sandbox")
    press(client, "desk_sandbox_step", payment.provider_ref, action="charge_back", reason="fraudulent")
    chargeback = SandboxObject.objects.get(kind="chargeback")
    assert (chargeback.status, chargeback.code) == (SandboxStatus.OPEN, "fraudulent")
    html = page(client, "desk_sandbox")
    assert "The payer wins" in html
    press(client, "desk_sandbox_step", chargeback.ref, action="lose")
    assert state_of(chargeback.ref) == SandboxStatus.LOST
    press(client, "desk_sandbox_step", chargeback.ref, action="win")
    assert state_of(chargeback.ref) == SandboxStatus.LOST


def test_officer_rehearses_an_inquiry_that_is_closed() -> None:
    payment = a_paid_session(money=USD)
    client = at_desk()
    press(client, "desk_sandbox_step", payment.provider_ref, action="inquire", reason="general")
    inquiry = SandboxObject.objects.get(kind="chargeback")
    press(client, "desk_sandbox_step", inquiry.ref, action="close")
    assert state_of(inquiry.ref) == SandboxStatus.CLOSED
    assert SandboxMovement.objects.count() == 1


def test_mishaps_are_laid_out_shown_and_taken_away() -> None:
    client = at_desk()
    press(client, "desk_sandbox_mishap", mishap="webhook:never")
    assert sandbox_server.laid_faults() == [("webhook", "never")]
    assert "a webhook: never sent" in page(client, "desk_sandbox")
    press(client, "desk_sandbox_mishap", clear="1")
    assert sandbox_server.laid_faults() == []
    press(client, "desk_sandbox_mishap", mishap="get:fails_late", status=400)
    assert sandbox_server.laid_faults() == []


def test_forged_message_is_laid_out_and_refused_by_our_door() -> None:
    payment = an_open_session(money=USD)
    press(at_desk(), "desk_sandbox_step", payment.provider_ref, action="forge")
    assert SandboxDelivery.objects.get().forged
    payment.refresh_from_db()
    assert payment.state == PaymentState.STARTED


def test_movement_out_of_nowhere_is_entered_in_the_sandboxs_account() -> None:
    client = at_desk()
    press(
        client, "desk_sandbox_movement", kind="withdrawal", amount="-12.50", currency="USD", description="x"
    )
    row = SandboxMovement.objects.get()
    assert (row.kind, row.amount_minor, row.thing) == ("withdrawal", -1_250, None)
    for amount in ("0", "1.001", "x"):
        press(client, "desk_sandbox_movement", kind="fee", amount=amount, currency="USD", status=400)
    assert SandboxMovement.objects.count() == 1


def test_rehearsal_is_closed_beside_a_live_key() -> None:
    payment = a_paid_session(money=USD)
    client = at_desk()
    with override_settings(STRIPE_SECRET_KEY="sk_live_x"):
        press(client, "desk_sandbox_step", payment.provider_ref, action="charge_back", status=409)
        press(client, "desk_sandbox_mishap", mishap="webhook:never", status=409)
    assert not SandboxObject.objects.filter(kind="chargeback").exists()
    assert sandbox_server.laid_faults() == []


def test_payer_pays_short_and_comes_back_to_pay_the_rest() -> None:
    payment = an_open_session(money=USD)
    client = signed_in(owner_of(payment.payer))
    press(client, "sandbox_pay", payment.provider_ref, action="transfer_short")
    with time_machine.travel(AT, tick=False):
        client.get(reverse("payment_return", args=[payment.ref]))
    payment.refresh_from_db()
    assert payment.state == PaymentState.PARTLY_FUNDED
    assert reverse("sandbox_pay", args=[payment.provider_ref]) in page(client, "payment", payment.ref)
    html = page(client, "sandbox_pay", payment.provider_ref)
    assert "is missing" in html
    assert 'value="pay"' not in html
    press(client, "sandbox_pay", payment.provider_ref, action="transfer_exact")
    assert state_of(payment.provider_ref) == SandboxStatus.PAID


def test_registration_page_is_the_suppliers_own() -> None:
    supplier = a_company("Kaveri Exports")
    spec = OnboardSpec(supplier.ref, "Kaveri Exports", "IN", "", "USD", "/balance/", "/balance/")
    answer = Sandbox().onboard(Call(1, "k", new_ref("onb"), "", Money.zero("USD"), AT), spec)
    assert isinstance(answer, Pending)
    owner = signed_in(owner_of(supplier))
    assert "A bank account in the company" in page(owner, "sandbox_registration", answer.ref)
    for person in (owner_of(a_company()), staff("finance")):
        with time_machine.travel(AT, tick=False):
            assert signed_in(person).post(answer.next_action_url).status_code in {302, 404}
    press(signed_in(a_member(supplier, "sales")), "sandbox_registration", answer.ref, status=403)
    assert state_of(answer.ref) == SandboxStatus.INCOMPLETE
    press(owner, "sandbox_registration", answer.ref, given=["legal_name_proof"])
    assert state_of(answer.ref) == SandboxStatus.INCOMPLETE
    press(
        owner,
        "sandbox_registration",
        answer.ref,
        given=["legal_name_proof", "bank_account", "representative"],
    )
    assert state_of(answer.ref) == SandboxStatus.ACTIVE

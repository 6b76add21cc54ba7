"""Large transfers back that were made by hand: two persons, one transfer, and nothing counts before the second yes."""

from __future__ import annotations

from functools import partial

import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from marketplace.core.actors import Actor
from marketplace.core.errors import NotAllowed
from marketplace.core.ids import new_key
from marketplace.core.money import Money
from tests.factories import AT
from tests.factories.accounts import a_member, signed_in
from tests.factories.files import a_pdf
from tests.factories.holds import finance_officer as officer
from tests.factories.payments import a_received_transfer, a_refund, told
from tests.holds.races import at_once
from trade_assurance.payments import operations
from trade_assurance.payments.errors import (
    ConfirmationBySamePerson,
    ConfirmationWaits,
    NothingToApprove,
    NothingToConfirm,
)
from trade_assurance.payments.models import Refund, RefundConfirmation
from trade_assurance.payments.states import RefundState

pytestmark = pytest.mark.django_db
LARGE = Money(1_000_001, "USD")


def a_large_refund(amount: Money = LARGE) -> Refund:
    return a_refund(a_received_transfer(money=amount), amount)


def record(refund: Refund, *, actor: Actor | None = None, reference: str = "OUT 5", key: str = "") -> None:
    operations.confirm_bank_refund(
        refund_ref=refund.ref,
        reference=reference,
        proof=a_pdf(),
        actor=actor or officer(),
        key=key or new_key(),
        at=AT,
    )
    refund.refresh_from_db()


def approve(refund: Refund, *, actor: Actor | None = None, key: str = "") -> None:
    operations.approve_bank_refund(
        refund_ref=refund.ref, actor=actor or officer(), key=key or new_key(), at=AT
    )
    refund.refresh_from_db()


def refuse(refund: Refund, *, actor: Actor | None = None) -> None:
    operations.refuse_bank_refund(
        refund_ref=refund.ref, reason="Another amount", actor=actor or officer(), key=new_key(), at=AT
    )


@pytest.mark.parametrize(("amount", "state"), [(Money(1_000_000, "USD"), "confirmed"), (LARGE, "requested")])
def test_one_person_is_enough_up_to_the_limit_only(amount: Money, state: str) -> None:
    refund = a_large_refund(amount)
    record(refund)
    assert refund.state == state
    assert len(told("refund_confirmed")) == (state == "confirmed")


def test_large_refund_is_confirmed_by_another_person_with_what_the_first_recorded() -> None:
    refund, first = a_large_refund(), officer()
    key = new_key()
    for _time in range(2):
        record(refund, actor=first, key=key)
    assert told("refund_needs_approval") == [("refund_needs_approval", LARGE.amount_minor)]
    with pytest.raises(ConfirmationBySamePerson):
        approve(refund, actor=first)
    with pytest.raises(ConfirmationWaits):
        record(refund)
    with pytest.raises(NotAllowed):
        approve(refund, actor=a_member())
    assert (refund.state, refund.bank_reference) == (RefundState.REQUESTED, "")
    assert told("refund_confirmed") == []
    key = new_key()
    second = officer()
    for _time in range(2):
        approve(refund, actor=second, key=key)
    assert (refund.state, refund.bank_reference) == (RefundState.CONFIRMED, "OUT 5")
    assert refund.proof is not None
    assert told("refund_confirmed") == [("refund_confirmed", LARGE.amount_minor)]
    row = RefundConfirmation.objects.get()
    assert row.done_at is not None
    assert {row.first_by_id, row.second_by_id} == {first.user_id, second.user_id}
    with pytest.raises(NothingToConfirm):
        approve(refund)


def test_what_is_turned_down_is_recorded_anew_and_confirmed_with_the_new_reference() -> None:
    refund, first = a_large_refund(), officer()
    with pytest.raises(NothingToApprove):
        approve(refund)
    record(refund, actor=first)
    refuse(refund, actor=first)  # who was mistaken may say so
    with pytest.raises(NothingToApprove):
        approve(refund)
    record(refund, reference="OUT 6")
    approve(refund)
    assert refund.bank_reference == "OUT 6"


def test_transfer_that_failed_after_all_leaves_nothing_to_confirm() -> None:
    refund = a_large_refund()
    record(refund)
    operations.fail_bank_refund(refund_ref=refund.ref, reason="closed", actor=officer(), key="k", at=AT)
    with pytest.raises(NothingToConfirm):
        approve(refund)
    assert RefundConfirmation.objects.get().dropped_because == "closed"
    assert told("refund_confirmed") == []


def test_database_takes_no_second_word_of_the_first_person() -> None:
    refund = a_large_refund()
    record(refund)
    row = RefundConfirmation.objects.get()
    with pytest.raises(DatabaseError, match="two_persons"), transaction.atomic():
        RefundConfirmation.objects.update(done_at=AT)
    with pytest.raises(DatabaseError, match="two_persons"), transaction.atomic():
        RefundConfirmation.objects.update(done_at=AT, second_by=row.first_by_id)


@pytest.mark.django_db(transaction=True)
def test_second_yes_against_a_no_has_one_winner() -> None:
    refund = a_large_refund()
    record(refund)
    outcomes = at_once(partial(approve, Refund.objects.get()), partial(refuse, Refund.objects.get()))
    refund.refresh_from_db()
    assert sorted(outcomes).count("done") == 1
    assert (refund.state == "confirmed") == (outcomes[0] == "done")


def test_page_shows_the_second_officer_what_the_first_recorded(client: Client) -> None:
    refund, first = a_large_refund(), officer()
    page = f"/desk/finance/refunds/{refund.ref}/"
    signed_in(first, client)
    assert "another officer confirms it after you" in client.get(page).content.decode()
    form = {"bank_reference": "OUT 5", "proof": a_pdf(), "idempotency_key": new_key()}
    assert client.post(page, form, follow=True).status_code == 200
    text = client.get(page).content.decode()
    assert "another officer has to confirm it" in text
    assert "approval/" not in text
    own = client.post(f"{page}approval/", {"idempotency_key": new_key()})
    assert own.status_code == 400
    assert "another officer has to confirm it" in own.content.decode()
    signed_in(officer(), client)
    assert "OUT 5" in client.get(page).content.decode()
    assert client.post(f"{page}refusal/", {"reason": "", "idempotency_key": new_key()}).status_code == 400
    assert client.post(f"{page}approval/", {"idempotency_key": new_key()}).status_code == 302
    refund.refresh_from_db()
    assert refund.state == "confirmed"

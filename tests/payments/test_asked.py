"""The desk's page of everything asked of providers: what is stuck and why, filters, the look now."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from marketplace.core.actors import Actor
from marketplace.core.errors import NotAllowed, NotFound
from marketplace.core.money import Money
from tests.factories import AT, days
from tests.factories.accounts import owner_of, signed_in, staff
from tests.factories.payments import (
    a_paid_session,
    a_payment,
    a_payout,
    a_received_transfer,
    a_refund,
    an_open_session,
    click,
    officer,
    operation_for,
    run,
)
from trade_assurance.payments import operations, stuck
from trade_assurance.payments.errors import NothingToLookAt, OwnCompanyAtDesk
from trade_assurance.payments.models import OperationAttempt, ProviderOperation
from trade_assurance.payments.providers import sandbox_server
from trade_assurance.payments.queries import Wanted, asked
from trade_assurance.payments.states import OperationKind, OperationState

pytestmark = pytest.mark.django_db
USD = Money(100_000, "USD")
LATE = AT + timedelta(minutes=10)


def a_lost_refund() -> ProviderOperation:
    """A refund whose answer was lost: nobody knows."""
    refund = a_refund(a_paid_session(money=USD), Money(700, "USD"))
    sandbox_server.lay_fault(call="refund", mode=sandbox_server.LOST_AFTER, at=AT)
    run(OperationKind.REFUND, refund.ref)
    return operation_for(OperationKind.REFUND, refund.ref)


def every_kind_of_trouble() -> dict[int, object]:
    """Operations in many states, and what is the case with each eleven minutes later."""
    lost = a_lost_refund()
    not_sent = a_payout(provider="sandbox")
    by_hand = a_payout()
    open_page = operation_for(OperationKind.PAY_IN, an_open_session(money=USD).ref)
    ProviderOperation.objects.filter(pk=open_page.pk).update(wake_at=LATE)
    forgotten = operation_for(OperationKind.PAY_IN, an_open_session(money=USD).ref)
    failed = a_payout(provider="sandbox", money=Money(1_313, "USD"))
    run(OperationKind.PAY_OUT, failed.subject)
    run(OperationKind.PAY_OUT, failed.subject, at=AT + timedelta(minutes=2))
    return {
        lost.pk: stuck.NO_ANSWER,
        not_sent.pk: stuck.NOT_SENT,
        by_hand.pk: "",
        open_page.pk: "",
        forgotten.pk: stuck.NOT_LOOKED_AT,
        failed.pk: "",
    }


def test_what_is_stuck_is_said_in_words_and_found_by_the_filter_alike() -> None:
    expected = every_kind_of_trouble()
    at = LATE + timedelta(minutes=1)
    said = {row.pk: stuck.why_stuck(row, at) for row in ProviderOperation.objects.filter(pk__in=expected)}
    assert said == expected
    for moment in (AT, AT + timedelta(minutes=9), at, AT + days(3), AT + days(30)):
        found = set(ProviderOperation.objects.filter(stuck.stuck_at(moment)).values_list("pk", flat=True))
        assert found == {row.pk for row in ProviderOperation.objects.all() if stuck.why_stuck(row, moment)}


def test_what_goes_by_hand_is_stuck_after_three_days() -> None:
    operation = a_payout()
    assert stuck.why_stuck(operation, AT + days(2)) == ""
    assert stuck.why_stuck(operation, AT + days(3)) == stuck.WAITS_FOR_OFFICER
    assert stuck.how_it_stands(operation) == stuck.WAITS_FOR_OFFICER


@pytest.mark.parametrize("kind", OperationKind.values)
def test_every_kind_of_failure_says_what_may_be_done(kind: str) -> None:
    for state in (OperationState.DECLINED, OperationState.REFUSED):
        assert str(stuck.how_it_stands(ProviderOperation(kind=kind, state=state)))


def test_filters_find_by_each_and_by_all() -> None:
    lost = a_lost_refund()
    payout = a_payout()
    paid = operation_for(OperationKind.PAY_IN, str(lost.params["payment"]))

    def found(**wanted: str) -> set[int]:
        return {line.id for line in asked(Wanted(**wanted), at=LATE).lines}

    assert found() == {lost.pk, payout.pk, paid.pk}
    assert found(kind="refund") == {lost.pk}
    assert found(state="unknown") == found(show="stuck") == {lost.pk}
    assert found(provider="bank_transfer") == {payout.pk}
    assert found(show="open") == {lost.pk, payout.pk}
    assert found(show="failed") == set()
    assert found(text=payout.subject) == {payout.pk}
    assert found(text=OperationAttempt.objects.filter(operation=lost).latest("pk").key) == {lost.pk}
    assert found(kind="refund", provider="bank_transfer") == set()
    assert Wanted.read("x", "y", "z", "", "  ") == Wanted()


def test_cursor_shows_every_operation_once() -> None:
    for _number in range(52):
        a_payout()
    first = asked(Wanted(), at=AT)
    assert first.before is not None
    second = asked(Wanted(), at=AT, before=first.before)
    ids = [line.id for line in (*first.lines, *second.lines)]
    assert len(ids) == len(set(ids)) == 52
    assert second.before is None


def test_look_now_finds_out_what_became_of_it_and_does_nothing_twice() -> None:
    operation = a_lost_refund()
    client = signed_in(staff("finance"))
    with time_machine.travel(AT + timedelta(minutes=5), tick=False):
        page = client.get(reverse("desk_operation", args=[operation.pk])).content.decode()
        assert "Look again now" in page
        url = reverse("desk_operation_look", args=[operation.pk])
        assert "done" in client.post(url, follow=True).content.decode()
        assert "There is nothing to look up now" in client.post(url, follow=True).content.decode()
    operation.refresh_from_db()
    assert (operation.state, operation.attempt) == (OperationState.DONE, 1)
    assert len(sandbox_server.recent("refund")) == 1


def test_look_now_is_refused_to_others_and_where_nothing_can_be_learned() -> None:
    lost, by_hand = a_lost_refund(), a_payout()
    payer = owner_of(a_received_transfer().payer)
    involved = Actor.user(
        user_id=1,
        name="Fin",
        desks=frozenset({"finance"}),
        member_of=frozenset({by_hand.payee_id or 0}),
    )
    for operation_id, actor, refusal in (
        (lost.pk, payer, NotAllowed),
        (0, officer(), NotFound),
        (by_hand.pk, involved, OwnCompanyAtDesk),
        (by_hand.pk, officer(), NothingToLookAt),
    ):
        with pytest.raises(refusal):
            operations.wake_operation(operation_id=operation_id, actor=actor, at=LATE)
    before = lost.wake_at
    lost.refresh_from_db()
    assert lost.wake_at == before


def test_page_of_an_operation_shows_its_calls_and_keys() -> None:
    payment = an_open_session(money=USD)
    click(payment, "pay")
    operations.refresh_payment(payment_ref=payment.ref, at=AT)
    operation = operation_for(OperationKind.PAY_IN, payment.ref)
    html = signed_in(staff("finance")).get(reverse("desk_operation", args=[operation.pk])).content.decode()
    assert operation.key in html
    assert "There is nothing to do here" in html
    assert Client().get(reverse("desk_operation", args=[operation.pk])).status_code == 302


def test_list_takes_one_number_of_statements() -> None:
    client = signed_in(staff("finance"))
    url = reverse("desk_operations")

    def statements() -> int:
        with CaptureQueriesContext(connection) as taken, time_machine.travel(LATE, tick=False):
            assert client.get(url).status_code == 200
        return len(taken)

    a_payout()
    statements()
    one = statements()
    a_lost_refund()
    a_payment()
    assert (one, statements()) == (10, 10)

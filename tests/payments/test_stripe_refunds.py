"""Refunds by Stripe: to the last cent, late, failed after all, past their window, disputed, and asked more than once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from marketplace.core.money import Money
from tests.factories import AT
from tests.factories.payments import USD, a_refund, operation_for, run, told
from tests.factories.stripe import a_stripe_payment, charge_of, deliver
from tests.payments.stripe_standin import Standin
from trade_assurance.payments import operations
from trade_assurance.payments.errors import RefundTooLarge
from trade_assurance.payments.models import Payment, Refund, WebhookEvent
from trade_assurance.payments.states import OperationKind, OperationState, RefundState

pytestmark = pytest.mark.django_db
REFUNDS = ("refund_confirmed", "refund_failed", "refund_sent_back")
PATH = "/v1/refunds"


def state_of(refund: Refund) -> str:
    return str(Refund.objects.values_list("state", flat=True).get(pk=refund.pk))


def test_partial_refunds_to_the_last_cent_and_not_one_more(standin: Standin) -> None:
    payment = a_stripe_payment(standin)
    for minor in (1, 1_000_000, USD.amount_minor - 1_000_001):
        refund = a_refund(payment, Money(minor, "USD"))
        assert run(OperationKind.REFUND, refund.ref) == OperationState.DONE

    assert charge_of(standin, payment)["amount_refunded"] == USD.amount_minor
    with pytest.raises(RefundTooLarge):
        a_refund(payment, Money(1, "USD"))
    assert len(standin.posts(PATH)) == 3


@pytest.mark.parametrize("money", [Money(4_321, "JPY"), Money(5_120, "KWD"), Money(500, "ISK")])
def test_refund_in_units_of_stripe(standin: Standin, money: Money) -> None:
    payment = a_stripe_payment(standin, money=money)
    refund = a_refund(payment, money)

    assert run(OperationKind.REFUND, refund.ref) == OperationState.DONE
    charge = charge_of(standin, payment)
    assert charge["amount_refunded"] == charge["amount"]


def test_refund_finer_than_stripe_counts_is_declined_before_it_is_called(standin: Standin) -> None:
    payment = a_stripe_payment(standin, money=Money(5_120, "KWD"))
    refund = a_refund(payment, Money(5_111, "KWD"))

    assert run(OperationKind.REFUND, refund.ref) == OperationState.DECLINED
    assert (state_of(refund), standin.posts(PATH)) == (RefundState.FAILED, [])
    payment.refresh_from_db()
    assert payment.refundable == Money(5_120, "KWD")


@pytest.mark.parametrize("mishap", ["lost_before", "lost_after", "error_before", "error_after", "conflict"])
def test_refund_whose_answer_is_lost_is_made_once(standin: Standin, mishap: str) -> None:
    payment = a_stripe_payment(standin)
    refund = a_refund(payment, Money(1_000, "USD"))
    standin.fault(f"post {PATH}", mishap, times=3)
    assert run(OperationKind.REFUND, refund.ref) == OperationState.UNKNOWN
    assert (state_of(refund), told(*REFUNDS)) == (RefundState.UNKNOWN, [])
    standin.faults.clear()

    assert run(OperationKind.REFUND, refund.ref, at=AT + timedelta(minutes=1)) == OperationState.DONE
    assert [one["amount"] for one in standin.world.all("refund")] == [1_000]
    assert told(*REFUNDS) == [("refund_confirmed", 1_000)]


@pytest.mark.parametrize("hours", [1, 30])
def test_refund_that_nobody_heard_of_for_a_day_is_looked_up_first(standin: Standin, hours: int) -> None:
    payment = a_stripe_payment(standin)
    refund = a_refund(payment, Money(1_000, "USD"))
    standin.fault(f"post {PATH}", "lost_after", times=3)
    run(OperationKind.REFUND, refund.ref)
    standin.world.now += hours * 3600

    assert run(OperationKind.REFUND, refund.ref, at=AT + timedelta(hours=hours)) == OperationState.DONE
    assert charge_of(standin, payment)["amount_refunded"] == 1_000
    assert operation_for(OperationKind.REFUND, refund.ref).attempt == 1


def test_look_that_fails_never_leads_to_a_new_refund(standin: Standin) -> None:
    payment = a_stripe_payment(standin)
    refund = a_refund(payment, Money(1_000, "USD"))
    standin.fault(f"post {PATH}", "lost_after", times=3)
    run(OperationKind.REFUND, refund.ref)
    posts = len(standin.posts(PATH))
    standin.fault(f"get {PATH}", "lost_before", times=3)

    assert run(OperationKind.REFUND, refund.ref, at=AT + timedelta(days=2)) == OperationState.UNKNOWN
    assert len(standin.posts(PATH)) == posts
    assert run(OperationKind.REFUND, refund.ref, at=AT + timedelta(days=3)) == OperationState.DONE
    assert len(standin.world.all("refund")) == 1


def test_two_workers_on_one_refund_make_it_once(standin: Standin) -> None:
    payment = a_stripe_payment(standin)
    refund = a_refund(payment, Money(1_000, "USD"))
    assert run(OperationKind.REFUND, refund.ref) == OperationState.DONE
    assert run(OperationKind.REFUND, refund.ref, at=AT + timedelta(seconds=1)) == OperationState.DONE

    assert len(standin.posts(PATH)) == 1


def test_refund_to_a_wallet_is_under_way_until_it_arrives(standin: Standin) -> None:
    payment = a_stripe_payment(standin, method="alipay")
    refund = a_refund(payment, USD)
    assert run(OperationKind.REFUND, refund.ref) == OperationState.PENDING
    assert (state_of(refund), told(*REFUNDS)) == (RefundState.SENT, [])
    standin.world.finish_refund(standin.world.all("refund")[0]["id"])

    assert deliver(standin.world.events[-1]) == "done"
    assert (state_of(refund), told(*REFUNDS)) == (
        RefundState.CONFIRMED,
        [("refund_confirmed", USD.amount_minor)],
    )


def test_refund_that_fails_on_its_way_is_owed_again_and_can_be_retried(standin: Standin) -> None:
    payment = a_stripe_payment(standin, method="wechat_pay")
    refund = a_refund(payment, USD)
    run(OperationKind.REFUND, refund.ref)
    standin.world.finish_refund(standin.world.all("refund")[0]["id"], status="failed")

    assert run(OperationKind.REFUND, refund.ref, at=AT + timedelta(minutes=5)) == OperationState.DECLINED
    assert (state_of(refund), told(*REFUNDS)) == (
        RefundState.FAILED,
        [("refund_failed", USD.amount_minor)],
    )
    payment.refresh_from_db()
    assert payment.refundable == USD


def test_refund_that_had_arrived_and_comes_back_is_owed_again_once(standin: Standin) -> None:
    payment = a_stripe_payment(standin)
    refund = a_refund(payment, USD)
    run(OperationKind.REFUND, refund.ref)
    standin.world.finish_refund(standin.world.all("refund")[0]["id"], status="failed")
    event = standin.world.events[-1]

    assert deliver(event) == "declined"
    late = {**event, "id": "evt_again"}
    assert deliver(late) == "declined"
    assert told(*REFUNDS) == [
        ("refund_confirmed", USD.amount_minor),
        ("refund_sent_back", USD.amount_minor),
        ("refund_failed", USD.amount_minor),
    ]
    payment.refresh_from_db()
    assert payment.refundable == USD


def test_refund_past_the_window_of_its_method_is_declined(standin: Standin) -> None:
    payment = a_stripe_payment(standin, method="alipay")
    standin.world.now += 91 * 86_400
    refund = a_refund(payment, USD)

    assert run(OperationKind.REFUND, refund.ref) == OperationState.DECLINED
    assert operation_for(OperationKind.REFUND, refund.ref).outcome["reason"] == "charge_not_refundable"
    assert standin.world.all("refund") == []


def test_refund_of_a_charge_under_dispute_is_declined_and_nothing_moves(standin: Standin) -> None:
    payment = a_stripe_payment(standin)
    standin.world.dispute(charge_of(standin, payment))
    refund = a_refund(payment, USD)

    assert run(OperationKind.REFUND, refund.ref) == OperationState.DECLINED
    assert operation_for(OperationKind.REFUND, refund.ref).outcome["reason"] == "charge_disputed"
    assert standin.world.all("refund") == []
    assert Payment.objects.get(pk=payment.pk).refunded_minor == 0


def test_refund_of_a_payment_that_never_came_is_declined(standin: Standin) -> None:
    payment = a_stripe_payment(standin)
    session = standin.world.things[payment.provider_ref]
    session["payment_intent"] = None
    refund = a_refund(payment, USD)

    assert run(OperationKind.REFUND, refund.ref) == OperationState.DECLINED
    assert standin.posts(PATH) == []


def test_refund_made_elsewhere_goes_to_review_and_changes_nothing(standin: Standin) -> None:
    payment = a_stripe_payment(standin)
    made = standin.world.post_refunds(
        {"payment_intent": charge_of(standin, payment)["payment_intent"], "amount": 5}
    )
    event = standin.world.events[-1]

    outcomes = [deliver(event)]
    for hour in range(1, 8):
        row_at = AT + timedelta(hours=hour)
        outcomes.append(operations.process_webhook(event_id=_event_row(event["id"]), at=row_at))
    assert outcomes[-1] == "review: unknown_object"
    assert made["amount"] == 5
    assert Payment.objects.get(pk=payment.pk).refunded_minor == 0


def _event_row(event_id: str) -> int:
    return int(WebhookEvent.objects.get(event_id=event_id).pk)

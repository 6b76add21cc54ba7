"""Payments by Stripe from page to money: answers lost, late, stored, forgotten; every way a buyer and a bank can act."""

from __future__ import annotations

from datetime import timedelta

import pytest

from marketplace.core.deadlines import sweep_due
from marketplace.core.ids import new_key
from marketplace.core.models import Deadline, OutboxDelivery
from marketplace.core.money import Money
from marketplace.core.outbox import deliver_due
from marketplace.notifications.models import Notification
from tests.factories import AT, days
from tests.factories.accounts import owner_of
from tests.factories.payments import HOLDS, USD, a_payment, a_refund, operation_for, run, told
from tests.factories.stripe import a_stripe_page, a_stripe_payment, charge_of, deliver
from tests.payments.stripe_standin import Standin
from trade_assurance.payments import operations, queries
from trade_assurance.payments.errors import CurrencyNotTaken
from trade_assurance.payments.models import OperationAttempt, Payment, ReviewItem
from trade_assurance.payments.providers.stripe_rail import keys
from trade_assurance.payments.states import OperationKind, OperationState, PaymentState, RefundState

pytestmark = pytest.mark.django_db
MONEY_IN = (
    "payment_received",
    "payment_partly_funded",
    "payment_succeeded",
    "payment_failed",
    "payment_expired",
)
SESSIONS = "/v1/checkout/sessions"
PAID_ONCE = [("payment_received", USD.amount_minor), ("payment_succeeded", USD.amount_minor)]


def refreshed(payment: Payment, *, minutes: int = 1) -> Payment:
    return operations.refresh_payment(payment_ref=payment.ref, at=AT + timedelta(minutes=minutes))


def sessions(standin: Standin) -> list[dict[str, object]]:
    return standin.world.all("checkout.session")


# --- the page ------------------------------------------------------------------------------------------------


def test_page_asks_for_this_amount_and_carries_our_names_everywhere(standin: Standin) -> None:
    payment = a_stripe_page()

    session = standin.world.things[payment.provider_ref]
    asked, names = session["asked"], session["metadata"]
    operation = operation_for(OperationKind.PAY_IN, payment.ref)
    assert (session["amount_total"], session["currency"]) == (USD.amount_minor, "usd")
    assert names == {"subject": payment.ref, "root": payment.root, "operation": str(operation.pk)}
    assert asked["payment_intent_data"]["metadata"] == names
    assert asked["payment_intent_data"]["transfer_group"] == payment.root
    assert asked["client_reference_id"] == payment.ref
    assert asked["success_url"] == asked["cancel_url"] == f"http://testserver/payments/{payment.ref}/return/"
    assert "payment_method_types" not in asked
    assert payment.next_action_url == session["url"]
    assert len(payment.next_action_url) > 500
    charge = standin.world.pay(payment.provider_ref)
    assert charge["metadata"] == names


def test_every_post_carries_a_readable_key_of_its_own_row(standin: Standin) -> None:
    payment = a_stripe_page()
    operation = operation_for(OperationKind.PAY_IN, payment.ref)

    sent = {one.path: one.key for one in standin.seen if one.verb == "post"}
    assert sent == {"/v1/customers": f"{operation.key}:customer", SESSIONS: operation.key}
    assert operation.key == f"ta:test:{operation.pk}:1"


def test_page_with_an_end_stays_within_the_bounds_of_stripe(standin: Standin) -> None:
    for wanted in (AT + timedelta(minutes=1), AT + timedelta(hours=5), AT + days(7)):
        payment = a_payment(provider="stripe")
        Payment.objects.filter(pk=payment.pk).update(expires_at=wanted)
        operations.continue_payment(payment_ref=payment.ref, at=AT)
    ends = [session["expires_at"] - int(AT.timestamp()) for session in standin.world.all("checkout.session")]
    assert ends == [31 * 60, 5 * 3600, 23 * 3600 + 1800]


@pytest.mark.parametrize(
    ("money", "amount"),
    [
        (Money(500, "JPY"), 500),
        (Money(5_120, "KWD"), 5_120),
        (Money(5, "ISK"), 500),
        (Money(99_999_999, "EUR"), 99_999_999),
    ],
)
def test_amounts_are_sent_in_the_units_of_stripe_and_read_back(
    standin: Standin, money: Money, amount: int
) -> None:
    payment = a_stripe_payment(standin, money=money)

    assert sessions(standin)[0]["amount_total"] == amount
    assert (payment.state, payment.received) == (PaymentState.SUCCEEDED, money)


@pytest.mark.parametrize(
    "money",
    [
        Money(100_000_000, "USD"),
        Money(5_124, "KWD"),
        Money(1_000_000, "ISK"),
        Money(150, "MGA"),
        Money(100, "IRR"),
    ],
)
def test_amount_that_one_charge_cannot_carry_is_refused_before_anybody_is_called(
    standin: Standin, money: Money
) -> None:
    with pytest.raises(CurrencyNotTaken):
        a_payment(provider="stripe", money=money)
    assert (Payment.objects.count(), standin.seen) == (0, [])


# --- buyers ----------------------------------------------------------------------------------------------------


def test_payment_by_card_is_received_once_however_often_it_is_asked(standin: Standin) -> None:
    payment = a_stripe_payment(standin)
    refreshed(payment)
    run(OperationKind.PAY_IN, payment.ref, at=AT + timedelta(minutes=5))

    assert payment.state == PaymentState.SUCCEEDED
    assert operation_for(OperationKind.PAY_IN, payment.ref).state == OperationState.DONE
    assert told(*MONEY_IN) == PAID_ONCE


def test_decline_is_shown_and_a_later_success_counts(standin: Standin) -> None:
    payment = a_stripe_page()
    standin.world.decline(payment.provider_ref, "insufficient_funds")
    payment = refreshed(payment)
    assert (payment.state, payment.decline_code) == (PaymentState.STARTED, "insufficient_funds")

    standin.world.pay(payment.provider_ref)
    payment = refreshed(payment)
    assert (payment.state, payment.decline_code) == (PaymentState.SUCCEEDED, "")
    assert told(*MONEY_IN) == PAID_ONCE


@pytest.mark.parametrize(
    ("code", "words"), [("expired_card", "The card has expired."), ("do_not_honor", "was declined")]
)
def test_payer_reads_why_in_words(standin: Standin, code: str, words: str) -> None:
    payment = a_stripe_page()
    assert queries.payment_page(payment.ref, owner_of(payment.payer)).decline == ""
    standin.world.decline(payment.provider_ref, code)
    refreshed(payment)

    assert words in str(queries.payment_page(payment.ref, owner_of(payment.payer)).decline)


def test_abandoned_authentication_leaves_the_page_open_until_it_ends(standin: Standin) -> None:
    payment = a_stripe_page()
    standin.world.abandon_authentication(payment.provider_ref)
    assert refreshed(payment).state == PaymentState.STARTED

    standin.world.run_out(payment.provider_ref)
    assert refreshed(payment).state == PaymentState.EXPIRED
    assert told(*MONEY_IN) == [("payment_expired", USD.amount_minor)]


def test_slow_payment_is_under_way_until_it_arrives(standin: Standin) -> None:
    payment = a_stripe_page()
    intent = standin.world.begin_slowly(payment.provider_ref)
    assert refreshed(payment).state == PaymentState.PROCESSING
    assert told(*MONEY_IN) == []

    standin.world.settle(intent)
    assert refreshed(payment).state == PaymentState.SUCCEEDED
    assert told(*MONEY_IN) == PAID_ONCE


def test_slow_payment_that_fails_is_told_as_failed(standin: Standin) -> None:
    payment = a_stripe_page()
    standin.world.fail(standin.world.begin_slowly(payment.provider_ref))

    payment = refreshed(payment)
    assert payment.state == PaymentState.FAILED
    assert told(*MONEY_IN) == [("payment_failed", USD.amount_minor)]


# --- bank transfers ----------------------------------------------------------------------------------------------


def test_short_transfer_funds_in_part_and_a_second_one_completes_it(standin: Standin) -> None:
    payment = a_stripe_page()
    intent = standin.world.choose_transfer(payment.provider_ref)
    payment = refreshed(payment)
    assert payment.state == PaymentState.PROCESSING
    assert payment.next_action_url == f"https://payments.stripe.com/bank/{intent['id']}"

    standin.world.transfer(intent, 1_000_000)
    payment = refreshed(payment)
    assert (payment.state, payment.received_minor) == (PaymentState.PARTLY_FUNDED, 1_000_000)

    standin.world.transfer(intent, USD.amount_minor - 1_000_000)
    assert refreshed(payment).state == PaymentState.SUCCEEDED
    assert told(*MONEY_IN) == [
        ("payment_received", 1_000_000),
        ("payment_partly_funded", 1_000_000),
        ("payment_received", USD.amount_minor - 1_000_000),
        ("payment_succeeded", USD.amount_minor - 1_000_000),
    ]


def test_too_large_transfer_and_a_second_deposit_are_reported_and_go_back_from_the_cash_balance(
    standin: Standin,
) -> None:
    payment = a_stripe_page()
    intent = standin.world.choose_transfer(payment.provider_ref)
    standin.world.transfer(intent, USD.amount_minor + 500)
    assert refreshed(payment).received_minor == USD.amount_minor + 500
    standin.world.transfer(intent, 300)
    payment = refreshed(payment)
    assert payment.received_minor == USD.amount_minor + 800

    refund = a_refund(payment, Money(800, "USD"))
    assert run(OperationKind.REFUND, refund.ref) == OperationState.PENDING
    assert standin.world.things[intent["customer"]]["cash"] == {"usd": 0}
    assert charge_of(standin, payment)["amount_refunded"] == 0
    assert refreshed(payment).received_minor == USD.amount_minor + 800  # what came in does not shrink
    assert ReviewItem.objects.count() == 0


def test_transfer_belongs_to_its_own_payment_whatever_the_amount(standin: Standin) -> None:
    first, second = a_stripe_page(), a_stripe_page()
    intent = standin.world.choose_transfer(second.provider_ref)
    standin.world.choose_transfer(first.provider_ref)
    standin.world.transfer(intent, USD.amount_minor)

    assert refreshed(first).received_minor == 0
    assert refreshed(second).state == PaymentState.SUCCEEDED


def test_short_transfer_of_a_cancelled_payment_goes_back(standin: Standin) -> None:
    payment = a_stripe_page()
    intent = standin.world.choose_transfer(payment.provider_ref)
    standin.world.transfer(intent, 1_000)
    operations.cancel_payment(payment_ref=payment.ref, reason="cancelled", actor=HOLDS, key=new_key(), at=AT)
    assert run(OperationKind.CANCEL, payment.ref) == OperationState.DONE
    payment = refreshed(payment)
    assert (payment.received_minor, intent["status"]) == (1_000, "canceled")

    refund = a_refund(payment, Money(1_000, "USD"))
    run(OperationKind.REFUND, refund.ref)
    assert standin.world.things[intent["customer"]]["cash"] == {"usd": 0}
    assert [one["amount"] for one in standin.world.all("refund")] == [1_000]


def test_transfer_after_cancellation_is_still_reported(standin: Standin) -> None:
    payment = a_stripe_page()
    intent = standin.world.choose_transfer(payment.provider_ref)
    operations.cancel_payment(payment_ref=payment.ref, reason="cancelled", actor=HOLDS, key=new_key(), at=AT)
    run(OperationKind.CANCEL, payment.ref)
    standin.world.transfer(intent, USD.amount_minor)

    assert deliver(standin.world.events[-1]) == PaymentState.SUCCEEDED
    payment.refresh_from_db()
    assert payment.received == USD


def test_refund_larger_than_either_source_takes_both_and_not_one_cent_more(standin: Standin) -> None:
    payment = a_stripe_page()
    intent = standin.world.choose_transfer(payment.provider_ref)
    standin.world.transfer(intent, USD.amount_minor + 500)
    payment = refreshed(payment)
    standin.fault("post /v1/refunds", "lost_after", times=3)
    refund = a_refund(payment, Money(USD.amount_minor + 500, "USD"))
    assert run(OperationKind.REFUND, refund.ref) == OperationState.UNKNOWN

    run(OperationKind.REFUND, refund.ref, at=AT + timedelta(minutes=1))
    assert sorted(one["amount"] for one in standin.world.all("refund")) == [500, USD.amount_minor]
    for one in standin.world.all("refund"):
        standin.world.finish_refund(one["id"])
    assert run(OperationKind.REFUND, refund.ref, at=AT + timedelta(minutes=5)) == OperationState.DONE


# --- how long money can go back ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("method", "window"), [("alipay", 90), ("wechat_pay", 180), ("card", None)])
def test_window_of_the_method_is_kept_and_warned_about_once(
    standin: Standin, method: str, window: int | None
) -> None:
    payment = a_stripe_payment(standin, method=method)
    refreshed(payment)
    deadlines = Deadline.objects.filter(kind="refund_window_ending", subject=payment.ref)
    assert payment.method == method
    if window is None:
        assert (payment.refundable_until, deadlines.count()) == (None, 0)
        return
    assert payment.refundable_until == AT + days(window)
    assert [(row.root, row.due_at) for row in deadlines] == [(payment.root, AT + days(window - 14))]

    assert sweep_due(at=AT + days(window - 14)).done == 1
    assert told("refund_window_ending") == [("refund_window_ending", USD.amount_minor)]
    result = deliver_due(at=AT + days(window - 14))
    titles = list(Notification.objects.values_list("title", flat=True))
    assert "payments.warn_of_refund_window" in {
        row.consumer for row in OutboxDelivery.objects.filter(delivered_at__isnull=False)
    }, result
    assert [title for title in titles if "can go back the way it was paid" in title]


def test_window_of_money_that_went_back_is_no_matter_any_more(standin: Standin) -> None:
    payment = a_stripe_payment(standin, method="alipay")
    a_refund(payment, USD)

    assert sweep_due(at=AT + days(76)).done == 1
    assert told("refund_window_ending") == []


# --- answers that do not come ---------------------------------------------------------------------------------


@pytest.mark.parametrize("mishap", ["lost_before", "lost_after", "conflict", "rate", "garbage"])
def test_page_whose_answer_is_lost_is_looked_up_and_opened_once(standin: Standin, mishap: str) -> None:
    payment = a_payment(provider="stripe")
    # The library itself asks three times where a repetition may help.
    standin.fault(f"post {SESSIONS}$", mishap, times=1 if mishap in {"rate", "garbage"} else 3)
    assert run(OperationKind.PAY_IN, payment.ref) == OperationState.UNKNOWN
    payment.refresh_from_db()
    assert payment.state == PaymentState.STARTED

    assert run(OperationKind.PAY_IN, payment.ref, at=AT + timedelta(minutes=1)) == OperationState.PENDING
    payment.refresh_from_db()
    assert [session["id"] for session in sessions(standin)] == [payment.provider_ref]
    assert len({one.key for one in standin.posts(SESSIONS)}) == 1


def test_one_lost_answer_is_repeated_by_the_library_with_the_same_key(standin: Standin) -> None:
    standin.fault(f"post {SESSIONS}$", "lost_after")
    payment = a_stripe_page()

    assert [session["id"] for session in sessions(standin)] == [payment.provider_ref]
    assert len(standin.posts(SESSIONS)) == 2


def test_late_answer_is_unknown_and_its_effect_is_found(
    standin: Standin, monkeypatch: pytest.MonkeyPatch
) -> None:
    payment = a_payment(provider="stripe")
    standin.fault(f"post {SESSIONS}$", "late", seconds=0.5)
    with monkeypatch.context() as hurried:
        hurried.setattr(keys, "TIMEOUT_SECONDS", (1.0, 0.2))
        hurried.setattr(keys, "NETWORK_RETRIES", 0)
        keys._client.cache_clear()
        assert run(OperationKind.PAY_IN, payment.ref) == OperationState.UNKNOWN
    keys._client.cache_clear()
    standin.settled()

    assert run(OperationKind.PAY_IN, payment.ref, at=AT + timedelta(minutes=1)) == OperationState.PENDING
    payment.refresh_from_db()
    assert [session["id"] for session in sessions(standin)] == [payment.provider_ref]


@pytest.mark.parametrize(("mishap", "attempts"), [("error_before", 2), ("error_after", 1)])
def test_stored_error_is_looked_up_and_only_then_asked_with_a_new_key(
    standin: Standin, mishap: str, attempts: int
) -> None:
    payment = a_payment(provider="stripe")
    standin.fault(f"post {SESSIONS}$", mishap)
    assert run(OperationKind.PAY_IN, payment.ref) == OperationState.UNKNOWN

    assert run(OperationKind.PAY_IN, payment.ref, at=AT + timedelta(minutes=1)) == OperationState.PENDING
    payment.refresh_from_db()
    operation = operation_for(OperationKind.PAY_IN, payment.ref)
    assert operation.attempt == attempts
    assert [session["id"] for session in sessions(standin)] == [payment.provider_ref]
    assert OperationAttempt.objects.filter(key=operation.key, answer="pending").count() == 1


@pytest.mark.parametrize(("mishap", "attempts"), [("lost_before", 2), ("lost_after", 1)])
def test_key_that_may_be_forgotten_is_not_used_again(standin: Standin, mishap: str, attempts: int) -> None:
    payment = a_payment(provider="stripe")
    standin.fault(f"post {SESSIONS}$", mishap, times=3)
    run(OperationKind.PAY_IN, payment.ref)
    standin.world.now += 25 * 3600

    assert run(OperationKind.PAY_IN, payment.ref, at=AT + timedelta(hours=25)) == OperationState.PENDING
    assert operation_for(OperationKind.PAY_IN, payment.ref).attempt == attempts
    assert len(sessions(standin)) == 1


def test_key_used_for_something_else_is_looked_up_and_replaced(standin: Standin) -> None:
    payment = a_payment(provider="stripe")
    operation = operation_for(OperationKind.PAY_IN, payment.ref)
    other = a_stripe_page()
    used = standin.kept[operation_for(OperationKind.PAY_IN, other.ref).key]
    standin.kept[operation.key] = used  # as after a restored database, whose numbers come again

    assert run(OperationKind.PAY_IN, payment.ref) == OperationState.UNKNOWN
    assert run(OperationKind.PAY_IN, payment.ref, at=AT + timedelta(minutes=1)) == OperationState.PENDING
    payment.refresh_from_db()
    assert payment.provider_ref != other.provider_ref
    assert standin.world.things[payment.provider_ref]["metadata"]["subject"] == payment.ref


def test_run_killed_after_the_effect_finds_its_page(standin: Standin) -> None:
    payment = a_payment(provider="stripe")
    standin.fault(f"post {SESSIONS}$", "lost_after", times=3)
    operation = operation_for(OperationKind.PAY_IN, payment.ref)
    run(OperationKind.PAY_IN, payment.ref)
    type(operation).objects.filter(pk=operation.pk).update(state=OperationState.SENT, outcome={})

    assert run(OperationKind.PAY_IN, payment.ref, at=AT + timedelta(minutes=2)) == OperationState.PENDING
    assert len(sessions(standin)) == 1


def test_page_is_found_among_hundreds(standin: Standin) -> None:
    payment = a_payment(provider="stripe")
    standin.fault(f"post {SESSIONS}$", "lost_after", times=3)
    run(OperationKind.PAY_IN, payment.ref)
    for _ in range(230):
        standin.world.make(
            "cs_test", "checkout.session", metadata={}, customer=None, payment_intent=None, url=None
        )

    assert run(OperationKind.PAY_IN, payment.ref, at=AT + timedelta(minutes=1)) == OperationState.PENDING
    payment.refresh_from_db()
    assert standin.world.things[payment.provider_ref]["metadata"]["subject"] == payment.ref


def test_refused_request_ends_the_payment_and_says_why(standin: Standin) -> None:
    payment = a_payment(provider="stripe", money=Money(5_120, "KWD"))
    Payment.objects.filter(pk=payment.pk).update(amount_minor=5_124)
    operation = operation_for(OperationKind.PAY_IN, payment.ref)
    type(operation).objects.filter(pk=operation.pk).update(amount_minor=5_124)

    assert run(OperationKind.PAY_IN, payment.ref) == OperationState.REFUSED
    operation.refresh_from_db()
    assert operation.outcome["reason"] == "parameter_invalid_integer:amount"
    assert sessions(standin) == []


# --- cancelled -------------------------------------------------------------------------------------------------


def test_cancelled_payment_closes_its_page(standin: Standin) -> None:
    payment = a_stripe_page()
    operations.cancel_payment(payment_ref=payment.ref, reason="cancelled", actor=HOLDS, key=new_key(), at=AT)

    assert run(OperationKind.CANCEL, payment.ref) == OperationState.DONE
    assert sessions(standin)[0]["status"] == "expired"
    assert run(OperationKind.PAY_IN, payment.ref, at=AT + timedelta(minutes=1)) == OperationState.DECLINED


def test_cancellation_whose_answer_is_lost_or_stored_is_finished(standin: Standin) -> None:
    payment = a_stripe_page()
    operations.cancel_payment(payment_ref=payment.ref, reason="cancelled", actor=HOLDS, key=new_key(), at=AT)
    standin.fault("/expire$", "error_before")
    assert run(OperationKind.CANCEL, payment.ref) == OperationState.UNKNOWN

    assert run(OperationKind.CANCEL, payment.ref, at=AT + timedelta(minutes=1)) == OperationState.DONE
    assert sessions(standin)[0]["status"] == "expired"


def test_page_paid_in_the_moment_it_is_cancelled_is_reported_and_goes_back(standin: Standin) -> None:
    payment = a_stripe_page()
    operations.cancel_payment(payment_ref=payment.ref, reason="cancelled", actor=HOLDS, key=new_key(), at=AT)
    standin.world.pay(payment.provider_ref)

    assert run(OperationKind.CANCEL, payment.ref) == OperationState.DONE
    run(OperationKind.PAY_IN, payment.ref, at=AT + timedelta(minutes=1))
    payment.refresh_from_db()
    assert payment.state == PaymentState.SUCCEEDED
    assert ("payment_received", USD.amount_minor) in told(*MONEY_IN)
    refund = a_refund(payment, USD)
    assert run(OperationKind.REFUND, refund.ref) == OperationState.DONE
    refund.refresh_from_db()
    assert refund.state == RefundState.CONFIRMED

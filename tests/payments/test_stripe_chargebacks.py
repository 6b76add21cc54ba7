"""Disputes by Stripe and its own account of our balance: what was taken, what came back, and every line of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from marketplace.core.money import Money
from tests.factories import AT
from tests.factories.payments import USD, a_refund, run
from tests.factories.stripe import (
    a_call,
    a_connected_account,
    a_stripe_payment,
    a_stripe_payout,
    charge_of,
    the_rail,
)
from tests.payments.stripe_standin import Standin
from tests.payments.stripe_standin.world import CHARGE_FEE, DISPUTE_FEE
from trade_assurance.payments.models import Payment
from trade_assurance.payments.providers.base import (
    ChargebackFacts,
    ChargebackStatus,
    Declined,
    Done,
    EvidencePack,
    MovementType,
    ProviderBalance,
    ProviderMovement,
    Refused,
    Unknown,
)
from trade_assurance.payments.states import OperationKind

pytestmark = pytest.mark.django_db
PACK = EvidencePack(
    product_description="Cotton yarn Ne 30, 4 t",
    customer_name="Nordwind GmbH",
    customer_email="buyer@nordwind.example",
    shipping_address="Hamburg",
    shipping_carrier="Maersk",
    shipping_tracking_number="MSKU1234567",
    shipping_date="2026-03-01",
    service_date="",
    text="Delivered and accepted.",
    files=(
        ("bill_of_lading.pdf", "application/pdf", b"%PDF-1"),
        ("photo.jpg", "image/jpeg", b"\xff\xd8\x00"),
    ),
)


def facts(payment: Payment, standin: Standin, dispute: dict[str, object]) -> ChargebackFacts:
    said = the_rail().fetch_chargeback(str(dispute["id"]), AT)
    assert isinstance(said, ChargebackFacts)
    assert (said.payment_ref, said.amount) == (payment.provider_ref, USD)
    return said


def test_chargeback_says_what_the_balance_shows_until_it_is_won(standin: Standin) -> None:
    payment = a_stripe_payment(standin)
    dispute = standin.world.dispute(charge_of(standin, payment))
    opened = facts(payment, standin, dispute)
    assert (opened.status, opened.withdrawn, opened.reinstated) == (ChargebackStatus.OPEN, True, False)
    assert opened.fee == Money(DISPUTE_FEE, "USD")
    assert opened.evidence_due_at == AT + timedelta(days=7)
    assert (opened.reason, opened.live) == ("product_not_received", False)

    standin.world.decide(dispute, won=True)
    won = facts(payment, standin, dispute)
    assert (won.status, won.withdrawn, won.reinstated) == (ChargebackStatus.WON, True, True)
    assert won.fee == Money(0, "USD")


def test_chargeback_that_names_only_its_charge_is_of_the_same_payment(standin: Standin) -> None:
    payment = a_stripe_payment(standin)
    dispute = standin.world.dispute(charge_of(standin, payment))
    dispute["payment_intent"] = None

    assert facts(payment, standin, dispute).status == ChargebackStatus.OPEN


def test_chargeback_lost_stays_withdrawn(standin: Standin) -> None:
    payment = a_stripe_payment(standin)
    dispute = standin.world.dispute(charge_of(standin, payment))
    standin.world.decide(dispute, won=False)

    lost = facts(payment, standin, dispute)
    assert (lost.status, lost.withdrawn, lost.reinstated) == (ChargebackStatus.LOST, True, False)


def test_inquiry_takes_nothing_and_may_become_a_chargeback_or_end(standin: Standin) -> None:
    payment = a_stripe_payment(standin)
    dispute = standin.world.dispute(charge_of(standin, payment), inquiry=True)
    asked = facts(payment, standin, dispute)
    assert (asked.status, asked.withdrawn, asked.fee) == (ChargebackStatus.INQUIRY, False, Money(0, "USD"))

    standin.world.take(dispute)
    assert facts(payment, standin, dispute).status == ChargebackStatus.OPEN

    other = a_stripe_payment(standin)
    ended = standin.world.dispute(charge_of(standin, other), inquiry=True)
    standin.world.decide(ended, won=True)
    assert facts(other, standin, ended).status == ChargebackStatus.CLOSED


def test_inquiry_does_not_stop_a_refund(standin: Standin) -> None:
    payment = a_stripe_payment(standin)
    standin.world.dispute(charge_of(standin, payment), inquiry=True)
    refund = a_refund(payment, USD)

    assert run(OperationKind.REFUND, refund.ref) == "done"


def test_chargeback_in_a_state_nobody_knows_is_unknown(standin: Standin) -> None:
    dispute = standin.world.dispute(charge_of(standin, a_stripe_payment(standin)))
    dispute["status"] = "something_new"
    assert isinstance(the_rail().fetch_chargeback(dispute["id"], AT), Unknown)


def test_evidence_is_sent_once_with_its_files(standin: Standin) -> None:
    dispute = standin.world.dispute(charge_of(standin, a_stripe_payment(standin)))
    call = a_call(OperationKind.EVIDENCE, about=dispute["id"])
    assert the_rail().find(call) is None
    assert the_rail().submit_evidence(call, dispute["id"], PACK) == Done(dispute["id"])

    files = standin.world.all("file")
    assert [(one["filename"], bytes.fromhex(one["content"])) for one in files] == [
        (name, content) for name, _kind, content in PACK.files
    ]
    assert dispute["evidence"]["shipping_documentation"] == files[0]["id"]
    assert dispute["evidence"]["uncategorized_file"] == files[1]["id"]
    assert dispute["evidence"]["shipping_carrier"] == "Maersk"
    assert "service_date" not in dispute["evidence"]
    assert dispute["status"] == "under_review"
    assert [one.key for one in standin.posts("/v1/files")] == [f"{call.key}:file1", f"{call.key}:file2"]
    assert the_rail().find(call) == Done(dispute["id"])
    assert the_rail().find(replace(call, operation_id=2)) is None


def test_evidence_whose_answer_is_lost_is_found(standin: Standin) -> None:
    dispute = standin.world.dispute(charge_of(standin, a_stripe_payment(standin)))
    call = a_call(OperationKind.EVIDENCE, about=dispute["id"])
    standin.fault(f"post /v1/disputes/{dispute['id']}", "lost_after", times=3)

    assert isinstance(the_rail().submit_evidence(call, dispute["id"], PACK), Unknown)
    assert the_rail().find(call) == Done(dispute["id"])
    assert dispute["evidence_details"]["submission_count"] == 1


def test_evidence_too_late_or_with_too_many_files_is_not_sent(standin: Standin) -> None:
    dispute = standin.world.dispute(charge_of(standin, a_stripe_payment(standin)))
    call = a_call(OperationKind.EVIDENCE, about=dispute["id"])
    crowded = replace(PACK, files=PACK.files * 3)
    assert the_rail().submit_evidence(call, dispute["id"], crowded) == Refused("too_many_files")
    standin.world.decide(dispute, won=False)

    late = the_rail().submit_evidence(replace(call, key=f"{call.key}:again"), dispute["id"], PACK)
    assert isinstance(late, Refused | Declined)
    assert dispute["evidence"] == {}


# --- the provider's own account of our money ----------------------------------------------------------------------


def movements(
    since: datetime = AT - timedelta(days=1), until: datetime = AT + timedelta(days=400)
) -> list[ProviderMovement]:
    said = the_rail().movements(since, until)
    assert isinstance(said, list)
    return said


def test_every_movement_has_its_type_its_object_and_our_name(standin: Standin) -> None:
    account, payment = a_connected_account(standin), a_stripe_payment(standin)
    payout = a_stripe_payout(account, money=Money(1_000, "USD"), source=payment.provider_ref)
    run(OperationKind.PAY_OUT, payout.subject)
    payout.refresh_from_db()
    reverse = a_call(OperationKind.REVERSE, money=Money(400, "USD"), about=payout.provider_ref)
    reversal = the_rail().reverse(reverse, payout.provider_ref)
    refund = a_refund(payment, Money(50, "USD"))
    run(OperationKind.REFUND, refund.ref)
    standin.world.finish_refund(standin.world.all("refund")[0]["id"], status="failed")
    charge = charge_of(standin, payment)
    dispute = standin.world.dispute(charge)
    standin.world.decide(dispute, won=True)
    standin.world.line("payout", charge, -700, "usd")
    standin.world.line("stripe_fee", charge, -3, "usd")
    standin.world.line("reserve_hold", charge, -1, "usd")
    standin.world.line("refund", charge, -10, "usd", fee=-2)  # some contracts give a part of the fee back

    told = [(one.type, one.amount.amount_minor, one.fee.amount_minor, one.subject) for one in movements()]
    assert told == [
        (MovementType.PAYMENT, USD.amount_minor, CHARGE_FEE, payment.ref),
        (MovementType.PAYOUT, -1_000, 0, payout.subject),
        (MovementType.PAYOUT_REVERSED, 400, 0, reverse.subject),
        (MovementType.REFUND, -50, 0, refund.ref),
        (MovementType.REFUND_FAILED, 50, 0, refund.ref),
        (MovementType.CHARGEBACK, -USD.amount_minor, DISPUTE_FEE, ""),
        (MovementType.CHARGEBACK_REINSTATED, USD.amount_minor + DISPUTE_FEE, 0, ""),
        (MovementType.WITHDRAWAL, -700, 0, payment.ref),
        (MovementType.FEE, -3, 0, payment.ref),
        (MovementType.OTHER, -1, 0, payment.ref),
        (MovementType.REFUND, -10, 0, payment.ref),
        (MovementType.FEE, 2, 0, payment.ref),
    ]
    objects = [one.object_ref for one in movements()]
    assert isinstance(reversal, Done)
    assert objects[:3] == [charge["id"], payout.provider_ref, reversal.ref]
    assert objects[5:7] == [dispute["id"]] * 2


def test_movements_and_balance_agree(standin: Standin) -> None:
    for currency, minor in (("USD", 10_000), ("JPY", 900), ("KWD", 5_120)):
        a_stripe_payment(standin, money=Money(minor, currency))
    standin.world.settle_balance()
    a_stripe_payment(standin)

    balance = the_rail().balance(AT)
    assert isinstance(balance, ProviderBalance)
    for currency in ("USD", "JPY", "KWD"):
        lines = [one for one in movements() if one.amount.currency == currency]
        moved = sum(one.amount.amount_minor - one.fee.amount_minor for one in lines)
        there = balance.available[currency].amount_minor
        coming = balance.pending[currency].amount_minor if currency in balance.pending else 0
        assert moved == there + coming


def test_movements_come_in_all_pages_and_only_of_that_time(standin: Standin) -> None:
    charge = charge_of(standin, a_stripe_payment(standin))
    for number in range(250):
        standin.world.now = int(AT.timestamp()) + 60 * number
        standin.world.line("stripe_fee", charge, -1, "usd")

    assert len(movements()) == 251
    since, until = AT + timedelta(minutes=10), AT + timedelta(minutes=20)
    window = movements(since, until)
    assert [one.at for one in window] == [since + timedelta(minutes=n) for n in range(10)]
    assert window[0].at.tzinfo == UTC
    half_a_second = timedelta(milliseconds=500)
    assert len(movements(since + half_a_second, until + half_a_second)) == 10


def test_movements_without_an_answer_on_any_page_are_unknown(standin: Standin) -> None:
    charge = charge_of(standin, a_stripe_payment(standin))
    for _ in range(150):
        standin.world.line("stripe_fee", charge, -1, "usd")
    standin.fault("get /v1/balance_transactions", "none")
    standin.fault("get /v1/balance_transactions", "lost_before", times=9)

    assert isinstance(the_rail().movements(AT - timedelta(days=1), AT + timedelta(days=1)), Unknown)
    standin.faults.clear()
    standin.fault("get /v1/balance$", "garbage")
    assert isinstance(the_rail().balance(AT), Unknown)

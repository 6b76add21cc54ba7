"""Suppliers' accounts with Stripe, transfers to them and back: before they may, without money, without answers."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from marketplace.core.money import Money
from tests.factories import AT
from tests.factories.accounts import a_company, owner_of
from tests.factories.payments import run, told
from tests.factories.stripe import (
    a_call,
    a_connected_account,
    a_stripe_payment,
    a_stripe_payout,
    an_onboarding,
    charge_of,
    deliver,
    the_rail,
)
from tests.payments.stripe_standin import Standin
from trade_assurance.payments import operations
from trade_assurance.payments.models import ProviderOperation, Registration
from trade_assurance.payments.providers.base import AccountFacts, Declined, Done, Pending, Refused, Unknown
from trade_assurance.payments.states import OperationKind, OperationState

pytestmark = pytest.mark.django_db
PAYOUTS = ("payout_confirmed", "payout_failed")
ACCOUNTS, LINKS, TRANSFERS = "/v2/core/accounts", "/v2/core/account_links", "/v1/transfers"


# --- registered ---------------------------------------------------------------------------------------------------


def test_supplier_is_registered_as_a_recipient_and_sent_to_stripe(standin: Standin) -> None:
    call = a_call(OperationKind.ONBOARD)
    answer = the_rail().onboard(call, an_onboarding())

    assert isinstance(answer, Pending)
    assert answer.next_action_url.startswith("https://connect.stripe.com/setup/")
    asked = standin.world.things[answer.ref]["asked"]
    assert asked["configuration"]["recipient"]["capabilities"]["stripe_balance"]["stripe_transfers"] == {
        "requested": True
    }
    assert asked["identity"]["country"] == "de"
    assert asked["metadata"]["supplier"] == "com_example"
    link = standin.posts(LINKS)[0]
    assert (
        link.params["use_case"]["account_onboarding"]["return_url"]
        == "http://testserver/company/payouts/back/"
    )
    assert link.key == f"{call.key}:link:{int(AT.timestamp())}"


def test_registration_through_our_own_door_is_ready_when_stripe_tells_so(standin: Standin) -> None:
    company = a_company(sells=True)
    operation_id = operations.start_registration(
        provider="stripe",
        company_id=company.pk,
        spec=an_onboarding(),
        actor=owner_of(company),
        key="r1",
        at=AT,
    )
    clicked_again = operations.start_registration(
        provider="stripe",
        company_id=company.pk,
        spec=an_onboarding(),
        actor=owner_of(company),
        key="r2",
        at=AT,
    )
    assert clicked_again == operation_id
    assert operations.run_operation(operation_id=operation_id, at=AT) == OperationState.DONE
    row = Registration.objects.get(company=company)
    assert row.next_action_url.startswith("https://connect.stripe.com/setup/")
    assert not row.can_receive

    standin.world.activate(row.account_ref)
    assert deliver(standin.world.events[-1]) == "can receive"
    standin.world.want(row.account_ref, "representative.verification")
    assert deliver(standin.world.events[-1], at=AT + timedelta(minutes=1)) == "cannot receive"
    row.refresh_from_db()
    assert row.missing == ["representative.verification"]


def test_registration_goes_on_with_a_fresh_link_until_everything_is_told(standin: Standin) -> None:
    account = a_connected_account(standin, active=False)
    later = replace(a_call(OperationKind.ONBOARD, number=2), at=AT + timedelta(hours=2))
    answer = the_rail().onboard(later, replace(an_onboarding(), account=account))
    assert isinstance(answer, Pending)
    assert answer.ref == account
    assert len({one.key for one in standin.posts(LINKS)}) == 2

    standin.world.activate(account)
    assert the_rail().onboard(later, replace(an_onboarding(), account=account)) == Done(account)
    assert len(standin.world.all("v2.core.account")) == 1


def test_account_status_is_what_the_capability_says(standin: Standin) -> None:
    account = a_connected_account(standin, active=False)
    assert the_rail().account_status(account, AT) == AccountFacts(
        ref=account,
        can_receive=False,
        missing=("identity.business_details.address", "external_account"),
        reason="requirements_past_due",
    )
    standin.world.activate(account)
    assert the_rail().account_status(account, AT) == AccountFacts(account, can_receive=True)

    standin.world.want(account, "representative.verification")
    facts = the_rail().account_status(account, AT)
    assert isinstance(facts, AccountFacts)
    assert (facts.can_receive, facts.missing) == (False, ("representative.verification",))


@pytest.mark.parametrize("mishap", ["lost_after", "error_before", "error_after"])
def test_registration_whose_answer_is_lost_is_finished_and_found(standin: Standin, mishap: str) -> None:
    call = a_call(OperationKind.ONBOARD)
    standin.fault(f"post {ACCOUNTS}$", mishap, times=3)
    assert isinstance(the_rail().onboard(call, an_onboarding()), Unknown)
    standin.faults.clear()

    assert isinstance(the_rail().onboard(call, an_onboarding()), Pending)
    accounts = standin.world.all("v2.core.account")
    found = the_rail().find(call)
    assert isinstance(found, Pending)
    assert found.ref in {account["id"] for account in accounts}
    assert len({one.key for one in standin.posts(ACCOUNTS)}) == 1


def test_status_without_an_answer_is_unknown(standin: Standin) -> None:
    standin.fault(ACCOUNTS, "lost_before", times=9)
    assert isinstance(the_rail().account_status("acct_standin000001", AT), Unknown)


# --- paid ---------------------------------------------------------------------------------------------------------


def test_payout_of_one_payment_is_a_transfer_of_its_charge(standin: Standin) -> None:
    account, payment = a_connected_account(standin), a_stripe_payment(standin)
    payout = a_stripe_payout(account, money=Money(1_000, "USD"), source=payment.provider_ref)

    assert run(OperationKind.PAY_OUT, payout.subject) == OperationState.DONE
    transfer = standin.world.all("transfer")[0]
    assert transfer["source_transaction"] == charge_of(standin, payment)["id"]
    assert (transfer["transfer_group"], transfer["destination"]) == (payout.root, account)
    assert transfer["metadata"]["subject"] == payout.subject
    assert told(*PAYOUTS) == [("payout_confirmed", 1_000)]


def test_payout_without_a_source_needs_available_balance(standin: Standin) -> None:
    account = a_connected_account(standin)
    a_stripe_payment(standin)
    payout = a_stripe_payout(account, money=Money(1_000, "USD"))
    assert run(OperationKind.PAY_OUT, payout.subject) == OperationState.DECLINED
    payout.refresh_from_db()
    assert payout.outcome["reason"] == "balance_insufficient"
    assert told(*PAYOUTS) == [("payout_failed", 1_000)]

    standin.world.settle_balance()
    again = a_stripe_payout(account, money=Money(1_000, "USD"))
    assert run(OperationKind.PAY_OUT, again.subject) == OperationState.DONE


def test_payout_before_registration_or_after_a_lost_capability_is_declined(standin: Standin) -> None:
    account = a_connected_account(standin, active=False)
    payment = a_stripe_payment(standin)
    early = a_stripe_payout(account, money=Money(1_000, "USD"), source=payment.provider_ref)
    assert run(OperationKind.PAY_OUT, early.subject) == OperationState.DECLINED

    standin.world.activate(account)
    standin.world.want(account, "representative.verification")
    late = a_stripe_payout(account, money=Money(1_000, "USD"), source=payment.provider_ref)
    assert run(OperationKind.PAY_OUT, late.subject) == OperationState.DECLINED
    late.refresh_from_db()
    assert late.outcome["reason"] == "insufficient_capabilities_for_transfer"
    assert standin.world.all("transfer") == []


@pytest.mark.parametrize(
    ("destination", "reason"), [("", "no_connected_account"), ("acct_nobody", "resource_missing:id")]
)
def test_payout_to_nobody_is_refused(standin: Standin, destination: str, reason: str) -> None:
    payout = a_stripe_payout(destination, money=Money(1_000, "USD"))

    assert run(OperationKind.PAY_OUT, payout.subject) == OperationState.REFUSED
    payout.refresh_from_db()
    assert payout.outcome["reason"] == reason
    assert told(*PAYOUTS) == [("payout_failed", 1_000)]


@pytest.mark.parametrize("mishap", ["lost_before", "lost_after", "error_before", "error_after", "rate"])
@pytest.mark.parametrize("hours", [1, 30])
def test_payout_whose_answer_is_lost_is_made_once(standin: Standin, mishap: str, hours: int) -> None:
    account, payment = a_connected_account(standin), a_stripe_payment(standin)
    payout = a_stripe_payout(account, money=Money(1_000, "USD"), source=payment.provider_ref)
    standin.fault(f"post {TRANSFERS}$", mishap, times=3)
    assert run(OperationKind.PAY_OUT, payout.subject) == OperationState.UNKNOWN
    standin.faults.clear()
    standin.world.now += hours * 3600

    assert run(OperationKind.PAY_OUT, payout.subject, at=AT + timedelta(hours=hours)) == OperationState.DONE
    assert [one["amount"] for one in standin.world.all("transfer")] == [1_000]
    assert told(*PAYOUTS) == [("payout_confirmed", 1_000)]


def test_split_of_one_payment_adds_up_to_the_charge_and_not_beyond(standin: Standin) -> None:
    account, payment = a_connected_account(standin), a_stripe_payment(standin, money=Money(1_000, "JPY"))
    parts = [Money(minor, "JPY") for minor in (333, 333, 334)]
    for part in parts:
        payout = a_stripe_payout(account, money=part, source=payment.provider_ref)
        assert run(OperationKind.PAY_OUT, payout.subject) == OperationState.DONE
    beyond = a_stripe_payout(account, money=Money(1, "JPY"), source=payment.provider_ref)

    assert run(OperationKind.PAY_OUT, beyond.subject) == OperationState.DECLINED
    assert sum(one["amount"] for one in standin.world.all("transfer")) == 1_000


def test_payout_out_of_a_payment_that_has_not_come_is_declined(standin: Standin) -> None:
    account, payment = a_connected_account(standin), a_stripe_payment(standin)
    standin.world.things[payment.provider_ref]["payment_intent"] = None
    payout = a_stripe_payout(account, money=Money(1_000, "USD"), source=payment.provider_ref)

    assert run(OperationKind.PAY_OUT, payout.subject) == OperationState.DECLINED
    assert standin.posts(TRANSFERS) == []


# --- taken back ----------------------------------------------------------------------------------------------------


def a_transfer(standin: Standin) -> tuple[str, str]:
    account, payment = a_connected_account(standin), a_stripe_payment(standin)
    payout = a_stripe_payout(account, money=Money(1_000, "USD"), source=payment.provider_ref)
    run(OperationKind.PAY_OUT, payout.subject)
    return account, ProviderOperation.objects.get(pk=payout.pk).provider_ref


def test_reversal_takes_a_part_back_and_is_found_again(standin: Standin) -> None:
    _account, transfer = a_transfer(standin)
    call = a_call(OperationKind.REVERSE, money=Money(400, "USD"), about=transfer)
    answer = the_rail().reverse(call, transfer)

    assert isinstance(answer, Done)
    assert standin.world.things[transfer]["amount_reversed"] == 400
    assert the_rail().find(call) == answer
    assert the_rail().fetch_reversal(answer.ref, AT) == answer
    assert the_rail().fetch_transfer(transfer, AT) == Done(transfer)


def test_reversal_without_funds_is_declined_and_moves_nothing(standin: Standin) -> None:
    account, transfer = a_transfer(standin)
    standin.world.spend(account)
    call = a_call(OperationKind.REVERSE, money=Money(400, "USD"), about=transfer)

    assert the_rail().reverse(call, transfer) == Declined("insufficient_funds")
    assert the_rail().find(call) is None
    assert standin.world.things[transfer]["amount_reversed"] == 0


def test_reversal_of_more_than_the_transfer_or_of_none_is_not_done(standin: Standin) -> None:
    _account, transfer = a_transfer(standin)
    call = a_call(OperationKind.REVERSE, money=Money(1_001, "USD"), about=transfer)

    assert isinstance(the_rail().reverse(call, transfer), Declined)
    assert isinstance(the_rail().reverse(call, "tr_nobody"), Refused)


def test_reversal_whose_answer_is_lost_is_found(standin: Standin) -> None:
    _account, transfer = a_transfer(standin)
    call = a_call(OperationKind.REVERSE, money=Money(400, "USD"), about=transfer)
    standin.fault("/reversals$", "lost_after", times=3)

    assert isinstance(the_rail().reverse(call, transfer), Unknown)
    assert isinstance(the_rail().find(call), Done)
    assert standin.world.things[transfer]["amount_reversed"] == 400


def test_transfer_that_we_took_back_ourselves_has_not_come_back_by_itself(standin: Standin) -> None:
    _account, transfer = a_transfer(standin)
    the_rail().reverse(a_call(OperationKind.REVERSE, money=Money(1_000, "USD"), about=transfer), transfer)
    reversed_event = next(one for one in standin.world.events if one["type"] == "transfer.reversed")

    assert the_rail().fetch_transfer(transfer, AT) == Done(transfer)
    assert deliver(reversed_event) == "done"
    assert ProviderOperation.objects.get(provider_ref=transfer).state == OperationState.DONE
    assert told("payout_sent_back") == []


def test_transfer_that_somebody_else_took_back_in_full_came_back(standin: Standin) -> None:
    _account, transfer = a_transfer(standin)
    standin.world.post_transfers_id_reversals({"amount": 1_000}, transfer)

    assert the_rail().fetch_transfer(transfer, AT) == Declined("reversed", transfer)
    assert deliver(standin.world.events[-1]) == "declined"
    assert ProviderOperation.objects.get(provider_ref=transfer).state == OperationState.RETURNED
    assert told("payout_sent_back") == [("payout_sent_back", 1_000)]

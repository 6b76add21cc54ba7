"""The rail's account against our books: what agrees, planted mistakes found and named, replays, races, cut off runs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial

import pytest
from django.db import IntegrityError, transaction

from marketplace.core.actors import Actor
from marketplace.core.books import find_discrepancies
from marketplace.core.errors import NotAllowed
from marketplace.core.ids import new_key
from marketplace.core.money import Money
from marketplace.core.readiness import run_checks
from marketplace.notifications.models import Notification
from marketplace.notifications.states import Channel
from tests.factories import AT, days
from tests.factories.accounts import user_of
from tests.factories.holds import (
    BANK,
    DELIVERED_AT,
    FUNDED_AT,
    a_confirmed_order,
    a_delivered_order,
    an_accepted_order,
    approve_fully,
    finance_officer,
    pump,
)
from tests.factories.orders import Trade
from tests.factories.reconciliation import (
    NEXT_NIGHT,
    NIGHT,
    RAIL,
    a_card_paid_order,
    a_card_payment,
    compared,
    plant,
    the_incident,
    work_off,
)
from tests.holds.races import at_once
from trade_assurance.holds import tasks
from trade_assurance.holds.errors import NotReconciled
from trade_assurance.holds.models import (
    BookedMovement,
    Incident,
    Payout,
    ProviderMovementRow,
    ReconciliationDay,
    ReconciliationRun,
)
from trade_assurance.holds.operations import (
    cancel_unshipped,
    due_rails,
    propose_correction,
    reconcile,
    request_payout,
    set_payout_account,
)
from trade_assurance.holds.operations.reconciliation.comparing import RECONCILER, take_movements
from trade_assurance.holds.states import CorrectionTarget, IncidentKind, IncidentState
from trade_assurance.ledger.models import Transaction
from trade_assurance.ledger.queries import balance
from trade_assurance.ledger.states import AccountKind
from trade_assurance.payments.models import Chargeback, SandboxMovement
from trade_assurance.payments.operations import refresh_payment
from trade_assurance.payments.operations.account import ProviderAccount, read_account
from trade_assurance.payments.operations.chargebacks import record_chargeback
from trade_assurance.payments.providers import sandbox_server
from trade_assurance.payments.providers.base import ChargebackFacts
from trade_assurance.payments.providers.sandbox import Sandbox

pytestmark = pytest.mark.django_db
planted = pytest.mark.planted_errors
PAID = 2_360_000
FEE = 33_065  # 1.40 % and 0.25


def days_of(currency: str = "USD") -> dict[date, tuple[int, int]]:
    """Closing of the provider and of our books, by day."""
    rows = ReconciliationDay.objects.filter(currency=currency).order_by("day")
    return {row.day: (row.provider_closing_minor, row.books_closing_minor) for row in rows}


def with_provider(currency: str = "USD") -> int:
    """What our books say the sandbox keeps for us."""
    return -balance(AccountKind.PROVIDER_CLEARING, RAIL, currency).amount_minor


def fees(currency: str = "USD") -> int:
    return -balance(AccountKind.PROVIDER_FEES, RAIL, currency).amount_minor


def test_a_paid_order_agrees_and_its_fee_is_booked_once() -> None:
    a_card_paid_order()
    for night in (NIGHT, NIGHT, NEXT_NIGHT):
        compared(night)
    assert (with_provider(), fees()) == (PAID - FEE, FEE)
    assert Transaction.objects.filter(kind="provider_fee").count() == 1
    assert Incident.objects.count() == 0
    assert set(days_of().values()) == {(PAID - FEE, PAID - FEE)}
    assert min(days_of()) == FUNDED_AT.date()
    assert (ProviderMovementRow.objects.count(), BookedMovement.objects.count()) == (1, 2)


def test_money_that_came_and_went_in_every_way_agrees() -> None:
    """Short and over-paid transfers, the excess back, a release, a payout by the rail: all of it on both sides."""
    trade = a_confirmed_order()
    payment = a_card_payment(trade, action="transfer_short")
    sandbox_server.act_on_page(payment.provider_ref, "transfer_over", slow_seconds=1, at=FUNDED_AT)
    refresh_payment(payment_ref=payment.ref, at=FUNDED_AT)
    pump(FUNDED_AT)
    work_off(FUNDED_AT + timedelta(minutes=1))
    paid_at = DELIVERED_AT + days(2)
    done = an_accepted_order(a_delivered_order(Trade(trade.again(), trade.buyer, trade.supplier)))
    set_payout_account(currency="USD", provider=RAIL, details=BANK, actor=done.supplier, at=AT)
    ref = request_payout(amount=Money(1_000_000, "USD"), actor=done.supplier, key=new_key(), at=paid_at)
    pump(paid_at)
    approve_fully(Payout.objects.get(ref=ref), at=paid_at)
    work_off(paid_at)
    compared(paid_at + days(1))
    assert list(Incident.objects.values_list("kind", "name")) == []
    kinds = set(ProviderMovementRow.objects.values_list("kind", flat=True))
    assert kinds == {"payment", "refund", "payout"}
    closings = days_of()
    assert all(theirs == ours for theirs, ours in closings.values())
    assert closings[max(closings)][0] == with_provider()
    assert fees() == 50 + 50 + 25


@pytest.mark.parametrize("ending", ["win", "lose"])
def test_chargeback_with_its_fee_agrees_at_every_step(ending: str) -> None:
    _trade, payment = a_card_paid_order()
    dispute = sandbox_server.open_chargeback(payment.provider_ref, reason="general", at=FUNDED_AT).ref
    compared(FUNDED_AT + timedelta(minutes=1))
    assert ProviderMovementRow.objects.filter(name=f"object:{dispute}").count() == 1
    heard(dispute, FUNDED_AT + timedelta(minutes=2))
    compared()
    name = Chargeback.objects.get().ref
    assert ProviderMovementRow.objects.get(kind="chargeback").name == name
    sandbox_server.act_on_chargeback(dispute, ending, at=NIGHT)
    heard(dispute, NIGHT + timedelta(minutes=1))
    compared(NEXT_NIGHT)
    assert list(Incident.objects.values_list("kind", "name")) == []
    assert with_provider() == (PAID - FEE if ending == "win" else -FEE) - 1_500
    assert fees() == FEE + 1_500
    assert all(theirs == ours for theirs, ours in days_of().values())


def heard(dispute: str, at: datetime) -> None:
    """A chargeback's state reaches us, and the trade."""
    facts = Sandbox().fetch_chargeback(dispute, at)
    assert isinstance(facts, ChargebackFacts)
    with transaction.atomic():
        record_chargeback(provider=RAIL, facts=facts, at=at)
    pump(at)


def test_refund_of_what_is_not_shipped_agrees() -> None:
    trade, _payment = a_card_paid_order()
    cancel_unshipped(order_ref=trade.ref, reason="no ship", actor=trade.supplier, key=new_key(), at=FUNDED_AT)
    pump(FUNDED_AT)
    work_off(FUNDED_AT + timedelta(minutes=1))
    compared()
    assert Incident.objects.count() == 0
    assert with_provider() == -FEE
    assert days_of()[FUNDED_AT.date()] == (-FEE, -FEE)


@planted
@pytest.mark.parametrize(
    ("amount", "kind", "found"),
    [(Money(777, "USD"), "other", 777), (Money(-50_000, "JPY"), "withdrawal", -50_000)],
)
def test_a_line_nobody_here_knows_is_found_and_named(amount: Money, kind: str, found: int) -> None:
    a_card_paid_order()
    line = plant(amount, kind=kind)
    result = compared()
    incident = the_incident()
    assert (result.opened, incident.kind, incident.name) == (1, IncidentKind.EXTRA, f"line:{line.ref}")
    assert (incident.booked_minor, incident.found_minor, incident.currency) == (0, found, amount.currency)
    assert incident.day == FUNDED_AT.date()
    (found_by_check,) = find_discrepancies()
    assert (found_by_check.part, found_by_check.subject) == ("reconciliation", f"incident {incident.ref}")
    assert "1 open incidents" in str(run_checks(NIGHT)["reconciliation"].detail)
    assert compared(NEXT_NIGHT).opened == 0


@planted
def test_a_line_that_is_missing_at_the_provider_is_found_and_named() -> None:
    _trade, payment = a_card_paid_order()
    SandboxMovement.objects.all().delete()
    compared()
    incident = the_incident()
    assert (incident.kind, incident.name) == (IncidentKind.MISSING, payment.ref)
    assert (incident.booked_minor, incident.found_minor) == (PAID, 0)


@planted
def test_a_wrong_amount_is_found_and_named() -> None:
    _trade, payment = a_card_paid_order()
    SandboxMovement.objects.update(amount_minor=PAID - 1)
    compared()
    incident = the_incident()
    assert (incident.kind, incident.name) == (IncidentKind.WRONG_AMOUNT, payment.ref)
    assert (incident.booked_minor, incident.found_minor) == (PAID, PAID - 1)


@planted
def test_a_line_that_is_changed_after_it_was_read_is_found() -> None:
    a_card_paid_order()
    compared()
    SandboxMovement.objects.update(amount_minor=PAID + 5)
    compared(NEXT_NIGHT)
    found = {row.kind: row for row in Incident.objects.all()}
    assert set(found) == {IncidentKind.CHANGED, IncidentKind.BALANCE}
    assert found[IncidentKind.CHANGED].difference == Money(5, "USD")
    assert found[IncidentKind.BALANCE].difference == Money(5, "USD")


@planted
def test_money_taken_back_after_it_was_paid_is_found() -> None:
    trade = a_confirmed_order()
    payment = a_card_payment(trade, action="success_then_failure")
    sandbox_server.settle_due(at=FUNDED_AT + timedelta(minutes=1))
    compared()
    incident = the_incident()
    assert (incident.kind, incident.name) == (IncidentKind.WRONG_AMOUNT, payment.ref)
    assert (incident.booked_minor, incident.found_minor) == (PAID, 0)


def test_a_late_line_closes_its_incident_by_itself_with_the_reason() -> None:
    _trade, _payment = a_card_paid_order()
    SandboxMovement.objects.update(at=NIGHT + timedelta(hours=3))
    compared()
    incident = the_incident()
    assert (incident.state, incident.kind) == (IncidentState.OPEN, IncidentKind.MISSING)
    assert days_of()[FUNDED_AT.date()] == (0, PAID)
    result = compared(NEXT_NIGHT)
    incident.refresh_from_db()
    line = SandboxMovement.objects.get()
    assert (result.closed, incident.state) == (1, IncidentState.AGREES)
    assert incident.closed_by == f"movement {line.ref}"
    assert incident.transitions.get(to_state="agrees").reason == f"movement {line.ref}"
    assert days_of()[FUNDED_AT.date()] == (0, PAID)
    assert days_of()[NEXT_NIGHT.date()] == (PAID - FEE, PAID - FEE)


def test_what_moved_less_than_an_hour_ago_is_no_incident_yet() -> None:
    a_card_paid_order()
    SandboxMovement.objects.all().delete()
    assert compared(FUNDED_AT + timedelta(minutes=59)).opened == 0


@planted
def test_what_moved_an_hour_ago_is_an_incident() -> None:
    a_card_paid_order()
    SandboxMovement.objects.all().delete()
    assert compared(FUNDED_AT + timedelta(minutes=60)).opened == 1


@planted
def test_the_desk_is_told_once_of_each_run_that_found_something() -> None:
    officer = finance_officer()
    a_card_paid_order()
    plant(Money(1, "USD"))
    plant(Money(2, "USD"))
    compared()
    compared(NEXT_NIGHT)
    bell = Notification.objects.filter(recipient=user_of(officer), channel=Channel.PAGE)
    assert list(bell.values_list("title", flat=True)) == [
        "2 new differences between a provider's account and our books"
    ]


def test_no_answer_is_no_difference_and_the_next_run_makes_up_for_it() -> None:
    a_card_paid_order()
    sandbox_server.lay_fault(call="movements", mode=sandbox_server.LOST_BEFORE, at=NIGHT)
    assert compared().error
    assert (ProviderMovementRow.objects.count(), Incident.objects.count()) == (0, 0)
    assert RAIL in due_rails(at=NIGHT)
    assert compared(NIGHT + timedelta(hours=1)).new_movements == 1
    assert RAIL not in due_rails(at=NIGHT + timedelta(hours=1))
    assert RAIL in due_rails(at=NEXT_NIGHT)


def test_a_run_that_was_cut_off_after_any_step_is_finished_by_the_next() -> None:
    a_card_paid_order()
    account = read_account(provider=RAIL, since=AT - days(1), at=NIGHT)
    assert isinstance(account, ProviderAccount)
    ReconciliationRun.objects.create(
        provider=RAIL, started_at=NIGHT, read_since=AT, read_until=NIGHT, actor="system:reconciliation"
    )
    take_movements(provider=RAIL, movements=account.movements, at=NIGHT)
    assert (fees(), RAIL in due_rails(at=NIGHT)) == (0, True)
    compared(NIGHT + timedelta(hours=1))
    assert (fees(), ProviderMovementRow.objects.count()) == (FEE, 1)
    assert Incident.objects.count() == 0
    assert days_of()[FUNDED_AT.date()] == (PAID - FEE, PAID - FEE)


def test_task_compares_what_is_due_and_nothing_twice(time_machine: object) -> None:
    a_card_paid_order()
    time_machine.move_to(NIGHT, tick=False)  # type: ignore[attr-defined]
    tasks.reconcile()
    tasks.reconcile()
    assert ReconciliationRun.objects.filter(provider=RAIL).count() == 1
    assert fees() == FEE


def test_reconcile_by_others_or_of_a_rail_without_account_is_refused() -> None:
    trade, _payment = a_card_paid_order()
    for actor in (trade.buyer, trade.supplier, Actor.anonymous()):
        with pytest.raises(NotAllowed):
            reconcile(provider=RAIL, actor=actor, at=NIGHT)
    with pytest.raises(NotReconciled):
        reconcile(provider="stripe", actor=RECONCILER, at=NIGHT)
    assert ReconciliationRun.objects.count() == 0


def test_lines_and_copies_are_history() -> None:
    a_card_paid_order()
    compared()
    attempts: tuple[Callable[[], object], ...] = (
        lambda: ProviderMovementRow.objects.update(amount_minor=1),
        lambda: ProviderMovementRow.objects.all().delete(),
        lambda: BookedMovement.objects.update(amount_minor=1),
        lambda: BookedMovement.objects.all().delete(),
    )
    for attempt in attempts:
        with pytest.raises(IntegrityError, match="history"), transaction.atomic():
            attempt()


@pytest.mark.django_db(transaction=True)
@pytest.mark.race
def test_two_runs_at_once_take_everything_once() -> None:
    a_card_paid_order()
    a_card_paid_order()
    plant(Money(1, "USD"))
    step = partial(reconcile, provider=RAIL, actor=RECONCILER, at=NIGHT)
    assert at_once(step, step, step) == ["done"] * 3
    assert (ProviderMovementRow.objects.count(), fees()) == (3, 2 * FEE)
    assert Incident.objects.count() == 1
    assert BookedMovement.objects.count() == 4
    incident = the_incident()
    _settle(incident, NIGHT)


def _settle(incident: Incident, at: datetime) -> None:
    """Put the books right, so that they are clean after the test."""
    propose_correction(
        incident_ref=incident.ref,
        target=CorrectionTarget.SUSPENSE,
        reason="planted",
        actor=finance_officer(),
        key=new_key(),
        at=at,
    )

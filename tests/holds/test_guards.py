"""What PostgreSQL itself refuses about holds, payouts and disputes, tried with raw SQL and the ORM's back door."""

from __future__ import annotations

from itertools import product

import pytest
from django.db import DatabaseError, connection, transaction

from marketplace.core.books import find_discrepancies
from marketplace.core.money import Money
from tests.factories.disputes import a_claim, a_decided_case
from tests.factories.holds import (
    a_confirmed_order,
    a_funded_order,
    a_requested_payout,
    an_accepted_order,
    hold_of,
)
from trade_assurance.disputes.models import Decision, Dispute
from trade_assurance.disputes.states import DISPUTE_TRANSITIONS, DisputeState
from trade_assurance.holds.models import Freeze, Hold, HoldMovement, Payout
from trade_assurance.holds.states import HOLD_TRANSITIONS, PAYOUT_TRANSITIONS, HoldState, PayoutState

pytestmark = pytest.mark.django_db

LEGAL_HOLD = {("awaiting_funds", "held"), ("awaiting_funds", "lapsed"), ("held", "settled")}
LEGAL_PAYOUT = {
    ("requested", "approved"),
    ("requested", "rejected"),
    ("approved", "sent"),
    ("approved", "withdrawn"),
    ("approved", "rejected"),
    ("sent", "confirmed"),
    ("sent", "failed"),
    ("confirmed", "returned"),
}
LEGAL_DISPUTE = {
    ("negotiation", "escalated"),
    ("negotiation", "agreed"),
    ("negotiation", "settled"),
    ("negotiation", "withdrawn"),
    ("negotiation", "charged_back"),
    ("escalated", "decided"),
    ("escalated", "agreed"),
    ("escalated", "settled"),
    ("escalated", "withdrawn"),
    ("escalated", "charged_back"),
    ("agreed", "settled"),
    ("agreed", "escalated"),
    ("agreed", "withdrawn"),
    ("agreed", "charged_back"),
    ("decided", "closed"),
    ("decided", "appealed"),
    ("decided", "charged_back"),
    ("appealed", "closed"),
    ("appealed", "charged_back"),
}


def refused(sql: str, *values: str | int) -> str:
    """The database refuses the statement; its message."""
    with pytest.raises(DatabaseError) as caught, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)
    return str(caught.value)


@pytest.mark.parametrize(
    ("table", "states", "legal"),
    [
        (HOLD_TRANSITIONS, HoldState, LEGAL_HOLD),
        (PAYOUT_TRANSITIONS, PayoutState, LEGAL_PAYOUT),
        (DISPUTE_TRANSITIONS, DisputeState, LEGAL_DISPUTE),
    ],
)
def test_tables_hold_exactly_the_legal_steps(table: dict, states: type, legal: set) -> None:  # type: ignore[type-arg]
    pairs = {(str(a), str(b)) for a, b in product(states, states) if b in table.get(a, frozenset())}  # type: ignore[call-overload]
    assert pairs == legal


@pytest.mark.parametrize("wanted", [state for state in HoldState.values if state != "held"])
def test_database_refuses_impossible_steps_of_a_hold(wanted: str) -> None:
    hold = hold_of(a_funded_order())
    message = refused("UPDATE ta_holds_hold SET state = %s WHERE id = %s", wanted, hold.pk)
    assert "step" in message or "hold_" in message
    assert hold_of_state(hold) == "held"


def hold_of_state(hold: Hold) -> str:
    return Hold.objects.get(pk=hold.pk).state


def test_database_refuses_a_hold_that_does_not_add_up() -> None:
    hold = hold_of(a_funded_order())
    for column in ("held_minor", "released_minor", "refunded_minor", "charged_back_minor"):
        assert "hold_funded_is_held" in refused(
            f"UPDATE ta_holds_hold SET {column} = {column} + 1 WHERE id = %s", hold.pk
        )


def test_database_refuses_negative_frozen_and_overdrawn_amounts() -> None:
    hold = hold_of(a_funded_order())
    assert "hold_frozen_not_above_held" in refused(
        "UPDATE ta_holds_hold SET frozen_minor = held_minor + 1 WHERE id = %s", hold.pk
    )
    assert "hold_no_amount_is_negative" in refused(
        "UPDATE ta_holds_hold SET refund_due_minor = -1 WHERE id = %s", hold.pk
    )


def test_database_refuses_that_money_un_happens() -> None:
    hold = hold_of(an_accepted_order())
    assert "shrinks" in refused(
        "UPDATE ta_holds_hold SET released_minor = released_minor - 1, refunded_minor = refunded_minor + 1 WHERE id = %s",
        hold.pk,
    )
    assert "only shrinks" in refused("UPDATE ta_holds_hold SET amount_minor = 1 WHERE id = %s", hold.pk)


def test_database_refuses_a_hold_that_begins_in_the_middle() -> None:
    hold = hold_of(a_confirmed_order())
    hold.pk, hold.ref = None, "hold_forged"
    hold.state = HoldState.HELD
    with pytest.raises(DatabaseError), transaction.atomic():
        hold.save(force_insert=True)


@pytest.mark.parametrize("table", ["ta_holds_holdmovement", "ta_holds_holdtransition"])
def test_history_of_a_hold_is_neither_changed_nor_deleted(table: str) -> None:
    a_funded_order()
    assert "history" in refused(f"UPDATE {table} SET actor = 'nobody'")
    assert "history" in refused(f"DELETE FROM {table}")


def test_holds_payouts_and_disputes_are_not_deleted() -> None:
    a_claim()
    a_requested_payout(an_accepted_order(), Money(5_000, "USD"))
    for table in (
        "ta_holds_hold",
        "ta_holds_payout",
        "ta_disputes_dispute",
        "ta_holds_freeze",
        "ta_holds_funding",
    ):
        assert "history" in refused(f"DELETE FROM {table}")


@pytest.mark.parametrize("wanted", ["sent", "confirmed", "failed"])
def test_database_refuses_a_payout_that_skips_approval(wanted: str) -> None:
    payout = a_requested_payout(an_accepted_order(), Money(5_000, "USD"))
    refused("UPDATE ta_holds_payout SET state = %s, refusal = 'x' WHERE id = %s", wanted, payout.pk)
    assert "payout_goes_only_with_all_approvals" in refused(
        "UPDATE ta_holds_payout SET state = 'approved' WHERE id = %s", payout.pk
    )
    assert Payout.objects.get(pk=payout.pk).state == "requested"


def test_one_freeze_per_claim_and_hold_and_one_open_claim_per_line() -> None:
    _trade, dispute = a_claim()
    freeze = Freeze.objects.get()
    with pytest.raises(DatabaseError, match="hold_freeze_once_per_claim"), transaction.atomic():
        Freeze.objects.create(
            hold=freeze.hold, subject=freeze.subject, amount_minor=1, frozen_at=freeze.frozen_at
        )
    line = dispute.lines.get()
    dispute.pk, dispute.ref = None, "dsp_forged"
    dispute.save(force_insert=True)
    line.pk, line.dispute_id = None, dispute.pk
    with pytest.raises(DatabaseError, match="in an open claim already"), transaction.atomic():
        line.save(force_insert=True)


def test_claim_and_decision_are_fixed() -> None:
    a_decided_case()
    assert "never changes" in refused("UPDATE ta_disputes_dispute SET claimed_minor = 1")
    assert "never changes" in refused("UPDATE ta_disputes_decision SET refund_minor = 1")
    assert "step" in refused("UPDATE ta_disputes_dispute SET state = 'settled', ended_at = opened_at")
    assert Dispute.objects.get().state == "decided"
    assert Decision.objects.get().refund_minor == 300_000


@pytest.mark.planted_errors
def test_check_books_finds_a_cent_that_is_off() -> None:
    trade = a_funded_order()
    assert find_discrepancies() == []
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE ta_holds_hold SET held_minor = held_minor - 1, released_minor = released_minor + 1, sequence = 1"
        )
    found = [str(line.text) for line in find_discrepancies() if hold_of(trade).ref in line.subject]
    assert any("held" in text and "23,599.99" in text and "23,600.00" in text for text in found)
    assert any("released" in text for text in found)


@pytest.mark.planted_errors
def test_check_books_finds_a_movement_without_a_posting() -> None:
    hold = hold_of(a_funded_order())
    row = HoldMovement.objects.get(hold=hold)
    row.pk, row.sequence, row.posting_key = None, 9, "forged"
    row.save(force_insert=True)
    assert any("forged" in str(line.text) for line in find_discrepancies())

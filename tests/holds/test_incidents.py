"""What officers do about a difference: refusals that move nothing, two persons above the limit, replays, pages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from marketplace.core.actors import Actor
from marketplace.core.books import find_discrepancies
from marketplace.core.errors import Conflict, DomainError, IllegalTransition
from marketplace.core.ids import new_key
from marketplace.core.money import Money
from tests.factories.accounts import signed_in, staff, user_of
from tests.factories.holds import FUNDED_AT, finance_officer
from tests.factories.reconciliation import (
    NEXT_NIGHT,
    NIGHT,
    RAIL,
    a_card_paid_order,
    compared,
    plant,
    the_incident,
)
from tests.holds.races import at_once
from trade_assurance.holds.errors import (
    DoesNotExplain,
    IncidentNotFound,
    NothingProposed,
    NotToBeBooked,
    NotYourStep,
    OwnCompanysMoney,
    ReasonMissing,
    SecondApprovalBySamePerson,
)
from trade_assurance.holds.models import Incident, IncidentApproval, ProviderMovementRow
from trade_assurance.holds.operations import (
    approve_correction,
    assign_incident,
    explain_incident,
    note_incident,
    propose_correction,
    refuse_correction,
)
from trade_assurance.holds.states import CorrectionTarget, IncidentKind, IncidentState
from trade_assurance.ledger.models import Transaction
from trade_assurance.ledger.queries import balance
from trade_assurance.ledger.states import AccountKind
from trade_assurance.payments.models import SandboxMovement

pytestmark = pytest.mark.django_db
planted = pytest.mark.planted_errors
SMALL = Money(1_234, "USD")
LARGE = Money(-2_000_000, "USD")


def a_difference(amount: Money = SMALL) -> Incident:
    """The sandbox shows an amount that is not in our books."""
    line = plant(amount)
    compared()
    return Incident.objects.get(name=f"line:{line.ref}")


def correct(
    incident: Incident,
    target: CorrectionTarget = CorrectionTarget.SUSPENSE,
    *,
    actor: Actor | None = None,
    key: str = "",
    reason: str = "the bank said so",
) -> str:
    return propose_correction(
        incident_ref=incident.ref,
        target=target,
        reason=reason,
        actor=actor or finance_officer(),
        key=key or new_key(),
        at=NIGHT,
    )


def approve(incident: Incident, actor: Actor | None = None, *, key: str = "") -> str:
    return approve_correction(
        incident_ref=incident.ref, actor=actor or finance_officer(), key=key or new_key(), at=NIGHT
    )


def explain(
    incident: Incident, movement: str, *, reason: str = "the same money", actor: Actor | None = None
) -> str:
    return explain_incident(
        incident_ref=incident.ref,
        movement_ref=movement,
        reason=reason,
        actor=actor or finance_officer(),
        key=new_key(),
        at=NIGHT,
    )


def corrections() -> int:
    return Transaction.objects.filter(kind="reconciliation").count()


def on(kind: AccountKind, owner: str, currency: str = "USD") -> int:
    return balance(kind, owner, currency).amount_minor


@pytest.mark.parametrize(
    ("amount", "target", "kind", "owner"),
    [
        (SMALL, CorrectionTarget.FEES, AccountKind.PROVIDER_FEES, RAIL),
        (Money(-77, "JPY"), CorrectionTarget.BANK, AccountKind.PROVIDER_CLEARING, "bank_transfer"),
        (Money(5_001, "KWD"), CorrectionTarget.SUSPENSE, AccountKind.SUSPENSE, RAIL),
        (Money(-1, "USD"), CorrectionTarget.LOSS, AccountKind.PLATFORM_LOSS, "marketplace"),
    ],
)
def test_correction_books_the_difference_against_its_target(
    amount: Money, target: CorrectionTarget, kind: AccountKind, owner: str
) -> None:
    incident = a_difference(amount)
    state = correct(incident, target)
    assert state == (
        IncidentState.WRITTEN_OFF if target == CorrectionTarget.LOSS else IncidentState.CORRECTED
    )
    assert on(kind, owner, amount.currency) == amount.amount_minor
    assert on(AccountKind.PROVIDER_CLEARING, RAIL, amount.currency) == -amount.amount_minor
    incident.refresh_from_db()
    assert incident.closed_by == f"posting incident:{incident.ref}:1"
    assert (compared(NEXT_NIGHT).opened, Incident.objects.count()) == (0, 1)


def test_write_off_above_the_limit_needs_two_persons() -> None:
    incident = a_difference(LARGE)
    first = finance_officer("First")
    assert correct(incident, CorrectionTarget.LOSS, actor=first) == IncidentState.PROPOSED
    assert corrections() == 0
    with pytest.raises(SecondApprovalBySamePerson):
        approve(incident, first)
    assert corrections() == 0
    key = new_key()
    second = finance_officer("Second")
    assert approve(incident, second, key=key) == IncidentState.WRITTEN_OFF
    assert approve(incident, second, key=key) == IncidentState.WRITTEN_OFF
    with pytest.raises(NothingProposed):
        approve(incident)
    assert (corrections(), on(AccountKind.PLATFORM_LOSS, "marketplace")) == (1, LARGE.amount_minor)


@planted
def test_proposal_that_is_turned_down_is_open_again_and_its_yes_counts_no_more() -> None:
    incident = a_difference(LARGE)
    first = finance_officer("First")
    correct(incident, CorrectionTarget.LOSS, actor=first)
    with pytest.raises(ReasonMissing):
        refuse_correction(
            incident_ref=incident.ref, reason=" ", actor=finance_officer(), key=new_key(), at=NIGHT
        )
    state = refuse_correction(
        incident_ref=incident.ref, reason="ask them first", actor=first, key=new_key(), at=NIGHT
    )
    assert state == IncidentState.OPEN
    with pytest.raises(NothingProposed):
        approve(incident)
    correct(incident, CorrectionTarget.FEES, actor=finance_officer("Third"))
    assert corrections() == 0
    assert approve(incident, first) == IncidentState.CORRECTED
    assert on(AccountKind.PROVIDER_FEES, RAIL) == LARGE.amount_minor


@planted
def test_proposal_is_void_when_the_figures_change() -> None:
    _trade, _payment = a_card_paid_order()
    SandboxMovement.objects.update(at=NIGHT + timedelta(hours=1))
    compared()
    incident = the_incident()
    correct(incident, CorrectionTarget.LOSS)
    plant(Money(1, "EUR"))
    compared(NIGHT + timedelta(minutes=5))
    incident.refresh_from_db()
    assert incident.state == IncidentState.PROPOSED
    compared(NIGHT + timedelta(hours=3))
    incident.refresh_from_db()
    assert incident.state == IncidentState.AGREES
    with pytest.raises(NothingProposed):
        approve(incident)
    assert corrections() == 0


@planted
def test_nothing_is_booked_when_the_line_came_before_the_second_yes() -> None:
    a_card_paid_order()
    SandboxMovement.objects.update(amount_minor=100)
    compared()
    incident = the_incident()
    correct(incident, CorrectionTarget.LOSS)
    ProviderMovementRow.objects.filter(provider=RAIL).update(name="object:elsewhere")
    with pytest.raises(Conflict):
        approve(incident)
    assert (corrections(), IncidentApproval.objects.count()) == (0, 1)


def test_explained_by_the_movement_that_nobody_could_name() -> None:
    _trade, payment = a_card_paid_order()
    SandboxMovement.objects.update(thing=None)
    compared()
    missing = Incident.objects.get(kind=IncidentKind.MISSING)
    extra = Incident.objects.get(kind=IncidentKind.EXTRA)
    line = SandboxMovement.objects.get()
    assert explain(missing, line.ref) == IncidentState.EXPLAINED
    extra.refresh_from_db()
    assert extra.state == IncidentState.AGREES
    row = ProviderMovementRow.objects.get()
    assert (row.name, row.named_by_hand) == (payment.ref, True)
    assert compared(NEXT_NIGHT).opened == 0
    row.refresh_from_db()
    assert row.name == payment.ref


@planted
def test_movement_of_another_amount_explains_nothing_and_changes_nothing() -> None:
    a_card_paid_order()
    SandboxMovement.objects.all().delete()
    line = plant(SMALL)
    compared()
    missing = Incident.objects.get(kind=IncidentKind.MISSING)
    for movement in (line.ref, "sbm_unknown", ""):
        with pytest.raises(DoesNotExplain):
            explain(missing, movement)
    assert ProviderMovementRow.objects.get(ref=line.ref).name == f"line:{line.ref}"
    assert set(Incident.objects.values_list("state", flat=True)) == {IncidentState.OPEN}


def test_a_balance_that_was_explained_in_words_is_not_asked_again_until_it_changes() -> None:
    a_card_paid_order()
    compared()
    SandboxMovement.objects.filter(kind="payment").delete()
    compared(NEXT_NIGHT)
    incident = Incident.objects.get(kind=IncidentKind.BALANCE)
    with pytest.raises(NotToBeBooked):
        correct(incident)
    explain(incident, "", reason="they showed it twice, their letter of 6 March")
    assert compared(NEXT_NIGHT + timedelta(days=1)).opened == 0
    plant(SMALL, at=NEXT_NIGHT + timedelta(days=1))
    SandboxMovement.objects.filter(description="planted").update(at=FUNDED_AT - timedelta(days=30))
    result = compared(NEXT_NIGHT + timedelta(days=2))
    assert result.opened == 1
    explain(Incident.objects.get(kind=IncidentKind.BALANCE, state="open"), "", reason="settled")


@planted
@pytest.mark.parametrize(
    "act",
    [
        lambda incident, actor: correct(incident, actor=actor),
        lambda incident, actor: explain(incident, "x", actor=actor),
        approve,
        lambda incident, actor: assign_incident(incident_ref=incident.ref, actor=actor, at=NIGHT),
        lambda incident, actor: note_incident(
            incident_ref=incident.ref, text="x", actor=actor, key=new_key(), at=NIGHT
        ),
    ],
)
def test_others_than_uninvolved_finance_officers_are_refused(
    act: Callable[[Incident, Actor], object],
) -> None:
    trade, _payment = a_card_paid_order()
    SandboxMovement.objects.all().delete()
    compared()
    incident = the_incident()
    involved = finance_officer()
    belongs = Actor.user(
        user_id=involved.user_id or 0,
        name=involved.name,
        desks=involved.desks,
        member_of=frozenset({trade.order.supplier_id}),
    )
    for actor, refusal in (
        (trade.buyer, NotYourStep),
        (staff("disputes"), NotYourStep),
        (Actor.system("x"), NotYourStep),
        (belongs, OwnCompanysMoney),
    ):
        with pytest.raises(refusal):
            act(incident, actor)
    incident.refresh_from_db()
    assert (incident.state, incident.owner, incident.notes.count()) == (IncidentState.OPEN, None, 0)
    assert corrections() == 0


def test_steps_on_a_settled_incident_are_refused_and_move_nothing() -> None:
    incident = a_difference()
    correct(incident)
    steps: tuple[Callable[[], object], ...] = (
        lambda: correct(incident),
        lambda: explain(incident, "x"),
        lambda: assign_incident(incident_ref=incident.ref, actor=finance_officer(), at=NIGHT),
    )
    for step in steps:
        with pytest.raises(IllegalTransition):
            step()
    with pytest.raises(IncidentNotFound):
        assign_incident(incident_ref="inc_none", actor=finance_officer(), at=NIGHT)
    assert corrections() == 1


def test_correction_is_replayed_under_its_key() -> None:
    incident = a_difference()
    officer, key = finance_officer(), new_key()
    for _time in range(3):
        assert correct(incident, actor=officer, key=key) == IncidentState.CORRECTED
    with pytest.raises(DomainError, match="idempotency_key_reused"):
        correct(incident, CorrectionTarget.LOSS, actor=officer, key=key)
    assert corrections() == 1


@planted
def test_note_without_words_is_refused_and_a_note_is_kept() -> None:
    incident = a_difference()
    officer = finance_officer("Helena")
    with pytest.raises(ReasonMissing):
        note_incident(incident_ref=incident.ref, text=" ", actor=officer, key=new_key(), at=NIGHT)
    key = new_key()
    for _time in range(2):
        note_incident(incident_ref=incident.ref, text="asked them", actor=officer, key=key, at=NIGHT)
    assign_incident(incident_ref=incident.ref, actor=officer, at=NIGHT)
    incident.refresh_from_db()
    assert incident.owner == user_of(officer)
    assert list(incident.notes.order_by("pk").values_list("text", flat=True)) == [
        "asked them",
        "Taken by Helena.",
    ]


@pytest.mark.django_db(transaction=True)
@pytest.mark.race
def test_two_second_officers_at_once_book_once() -> None:
    incident = a_difference(LARGE)
    correct(incident, CorrectionTarget.LOSS, actor=finance_officer("First"))
    results = at_once(
        partial(approve, incident, finance_officer("Second")),
        partial(approve, incident, finance_officer("Third")),
    )
    assert sorted(results) == ["done", "incident_nothing_proposed"]
    assert (corrections(), on(AccountKind.PLATFORM_LOSS, "marketplace")) == (1, LARGE.amount_minor)


@pytest.mark.django_db(transaction=True)
@pytest.mark.race
def test_correction_and_explanation_at_once_have_one_winner() -> None:
    _trade, _payment = a_card_paid_order()
    SandboxMovement.objects.update(thing=None)
    compared()
    missing = Incident.objects.get(kind=IncidentKind.MISSING)
    line = SandboxMovement.objects.get()
    results = at_once(
        partial(explain, missing, line.ref, actor=finance_officer("One")),
        partial(correct, missing, CorrectionTarget.LOSS, actor=finance_officer("Two")),
    )
    assert sorted(results) == ["done", "illegal_transition"]
    missing.refresh_from_db()
    if missing.state == IncidentState.PROPOSED:
        refuse_correction(
            incident_ref=missing.ref, reason="x", actor=finance_officer(), key=new_key(), at=NIGHT
        )
        explain(missing, line.ref)
    assert (corrections(), find_discrepancies()) == (0, [])


# Pages.


def page(client: Client, name: str, *args: object, query: str = "", status: int = 200) -> str:
    with time_machine.travel(NIGHT, tick=False):
        response = client.get(reverse(name, args=args) + query)
    assert response.status_code == status, response.status_code
    return response.content.decode()


def press(client: Client, name: str, *args: object, status: int = 200, **data: object) -> str:
    with time_machine.travel(NIGHT, tick=False):
        response = client.post(reverse(name, args=args), {"idempotency_key": new_key(), **data}, follow=True)
    assert response.status_code == status, (response.status_code, response.content[:1500])
    return response.content.decode()


def test_officer_compares_finds_takes_notes_and_settles_on_the_pages() -> None:
    plant(SMALL)
    client = signed_in(finance_officer("Helena"))
    assert "Never compared yet" in page(client, "desk_reconciliation")
    assert "1 new difference." in press(client, "desk_reconcile", RAIL)
    ref = the_incident().ref
    assert "our books have nothing" in page(client, "desk_incidents")
    assert "I take care of it" in page(client, "desk_incident", ref)
    press(client, "incident_assign", ref)
    assert "This one is yours" in press(client, "incident_note", ref, text="asked them")
    assert ref in page(client, "desk_incidents", query="?show=mine")
    press(client, "incident_correct", ref, target="fees", reason="", status=400)
    assert corrections() == 0
    settled = press(client, "incident_correct", ref, target="fees", reason="their tariff of March")
    assert "their tariff of March" in settled
    day = page(client, "desk_reconciliation_day", RAIL, "USD", FUNDED_AT.date().isoformat())
    assert "Our postings" in day
    for nonsense in ("2026-02-31", "x", "1999-01-01"):
        page(client, "desk_reconciliation_day", RAIL, "USD", nonsense, status=404)


def test_second_officer_approves_on_the_page() -> None:
    incident = a_difference(LARGE)
    first, second = signed_in(finance_officer("First")), signed_in(finance_officer("Second"))
    shown = press(first, "incident_correct", incident.ref, target="loss", reason="lost for good")
    assert "must be another officer" in shown
    assert "Approve and book" in page(second, "desk_incident", incident.ref)
    press(first, "incident_approve", incident.ref, status=403)
    assert corrections() == 0
    assert "lost for good" in press(second, "incident_approve", incident.ref)
    assert corrections() == 1


@planted
@pytest.mark.parametrize(("name", "statements"), [("desk_reconciliation", 23), ("desk_incidents", 9)])
def test_lists_take_one_number_of_statements(name: str, statements: int) -> None:
    client = signed_in(finance_officer())
    a_difference()
    page(client, name)
    with CaptureQueriesContext(connection) as one:
        page(client, name)
    for number in (2, 3):
        plant(Money(number, "USD"))
    compared(NEXT_NIGHT)
    with CaptureQueriesContext(connection) as three:
        page(client, name)
    assert (len(one), len(three)) == (statements, statements)

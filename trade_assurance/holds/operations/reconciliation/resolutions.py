"""What finance officers do about a difference: take it, write about it, explain it, have our books put right.

A posting above the currency's limit needs two persons. Nobody decides about money of a company they belong to.
Lock order: the rail's reconciliation → incident → ledger accounts.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import transaction

from marketplace.core.actors import Actor
from marketplace.core.errors import Conflict, IllegalTransition
from marketplace.core.formatting import format_money
from marketplace.core.idempotency import lock_key, remember, replayed
from marketplace.core.money import Money
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
from trade_assurance.holds.operations.reconciliation.comparing import BEGINNING, take_bookings
from trade_assurance.holds.operations.reconciliation.incidents import look_again, sides, write_note
from trade_assurance.holds.reconciling import CORRECTION_POSTING
from trade_assurance.holds.rules import MARKETPLACE
from trade_assurance.holds.states import CorrectionTarget, IncidentState
from trade_assurance.ledger import operations as ledger
from trade_assurance.ledger.operations import credit, debit
from trade_assurance.ledger.states import AccountKind
from trade_assurance.payments.operations import name_line
from trade_assurance.payments.queries import BANK, needs_two_persons
from trade_assurance.payments.queries.names import companies_concerned

FINANCE: Final = "finance"


@transaction.atomic
def assign_incident(*, incident_ref: str, actor: Actor, at: datetime) -> None:
    """The officer takes an incident: from now on it is theirs. Raises `IncidentNotFound`, `NotYourStep`, `OwnCompanysMoney`."""
    incident = _locked(incident_ref, actor)
    _demand_waiting(incident, IncidentState.OPEN)
    if incident.owner_id != actor.user_id:
        incident.owner_id, incident.owner_label = actor.user_id, actor.label
        incident.save(update_fields=["owner_id", "owner_label"])
        write_note(incident, f"Taken by {actor.label}.", actor=actor, at=at)


@transaction.atomic
def note_incident(*, incident_ref: str, text: str, actor: Actor, key: str, at: datetime) -> None:
    """Write what was found out. Raises `IncidentNotFound`, `NotYourStep`, `OwnCompanysMoney`, `ReasonMissing`."""
    incident = _locked(incident_ref, actor)
    content = {"incident": incident_ref, "text": text, "actor": actor.as_text}
    if replayed(key=key, operation="note_incident", content=content) is not None:
        return
    if not text.strip():
        raise ReasonMissing(field="text")
    write_note(incident, text.strip(), actor=actor, at=at)
    remember(key=key, operation="note_incident", content=content, result=incident.ref, at=at)


@transaction.atomic
def explain_incident(
    *, incident_ref: str, movement_ref: str, reason: str, actor: Actor, key: str, at: datetime
) -> str:
    """Say which line of the rail's account is what was missed, or (a difference inside that account) why it is right.

    The line is then about the same thing, for good; the incident ends as explained, and one that the line had
    opened closes with it. Refused when a difference would be left. Returns the incident's state.
    Raises `IncidentNotFound`, `NotYourStep`, `OwnCompanysMoney`, `ReasonMissing`, `DoesNotExplain`,
    `IllegalTransition` for one that is over or waits for a second officer.
    """
    incident = _locked(incident_ref, actor)
    content = {"incident": incident_ref, "movement": movement_ref, "reason": reason, "actor": actor.as_text}
    if (first := replayed(key=key, operation="explain_incident", content=content)) is not None:
        return first
    _demand_waiting(incident, IncidentState.EXPLAINED)
    if not reason.strip():
        raise ReasonMissing(field="reason")
    freed = (
        _name_by_hand(incident, movement_ref, reason=reason.strip(), actor=actor, at=at)
        if incident.is_about_a_thing
        else []
    )
    incident.move_to(
        IncidentState.EXPLAINED,
        actor=actor,
        at=at,
        key=key,
        reason=reason.strip(),
        resolution=reason.strip(),
        closed_by=f"movement {movement_ref}"[:200] if movement_ref else "",
        ended_at=at,
    )
    look_again(provider=incident.provider, currency=incident.currency, names=freed, actor=actor, at=at)
    remember(key=key, operation="explain_incident", content=content, result=incident.state, at=at)
    return incident.state


@transaction.atomic
def propose_correction(
    *, incident_ref: str, target: CorrectionTarget, reason: str, actor: Actor, key: str, at: datetime
) -> str:
    """Have our books say what the rail says, by a posting against `target`. Returns the incident's state.

    Up to the currency's limit it is booked at once; above it a second officer must approve first. The proposer's
    own yes counts as one. Raises `IncidentNotFound`, `NotYourStep`, `OwnCompanysMoney`, `ReasonMissing`,
    `NotToBeBooked`, `IllegalTransition`.
    """
    incident = _locked(incident_ref, actor)
    content = {"incident": incident_ref, "target": target, "reason": reason, "actor": actor.as_text}
    if (first := replayed(key=key, operation="propose_correction", content=content)) is not None:
        return first
    _demand_waiting(incident, IncidentState.PROPOSED)
    if not reason.strip():
        raise ReasonMissing(field="reason")
    if not incident.is_about_a_thing or (target == CorrectionTarget.BANK and incident.provider == BANK):
        raise NotToBeBooked
    two = needs_two_persons(Money(abs(incident.difference.amount_minor), incident.currency))
    incident.move_to(
        IncidentState.PROPOSED,
        actor=actor,
        at=at,
        key=key,
        reason=reason.strip(),
        proposal=incident.proposal + 1,
        target=target,
        proposed_reason=reason.strip(),
        approvals_needed=2 if two else 1,
    )
    _say_yes(incident, actor=actor, key=key, at=at)
    remember(key=key, operation="propose_correction", content=content, result=incident.state, at=at)
    return incident.state


@transaction.atomic
def approve_correction(*, incident_ref: str, actor: Actor, key: str, at: datetime) -> str:
    """A second officer's yes: the posting is booked. Returns the incident's state.

    Raises `IncidentNotFound`, `NotYourStep`, `OwnCompanysMoney`, `NothingProposed`, `SecondApprovalBySamePerson`.
    """
    incident = _locked(incident_ref, actor)
    content = {"incident": incident_ref, "actor": actor.as_text}
    if (first := replayed(key=key, operation="approve_correction", content=content)) is not None:
        return first
    if incident.state != IncidentState.PROPOSED:
        raise NothingProposed
    given = IncidentApproval.objects.filter(incident=incident, proposal=incident.proposal)
    if given.filter(user_id=_officer_id(actor)).exists():
        raise SecondApprovalBySamePerson
    _say_yes(incident, actor=actor, key=key, at=at)
    remember(key=key, operation="approve_correction", content=content, result=incident.state, at=at)
    return incident.state


@transaction.atomic
def refuse_correction(*, incident_ref: str, reason: str, actor: Actor, key: str, at: datetime) -> str:
    """An officer's no to a proposal (also the proposer's own): the incident is open again. Returns its state.

    Raises `IncidentNotFound`, `NotYourStep`, `OwnCompanysMoney`, `NothingProposed`, `ReasonMissing`.
    """
    incident = _locked(incident_ref, actor)
    content = {"incident": incident_ref, "reason": reason, "actor": actor.as_text}
    if (first := replayed(key=key, operation="refuse_correction", content=content)) is not None:
        return first
    if incident.state != IncidentState.PROPOSED:
        raise NothingProposed
    if not reason.strip():
        raise ReasonMissing(field="reason")
    incident.move_to(IncidentState.OPEN, actor=actor, at=at, key=key, reason=reason.strip())
    write_note(incident, f"The proposal was turned down: {reason.strip()}", actor=actor, at=at)
    remember(key=key, operation="refuse_correction", content=content, result=incident.state, at=at)
    return incident.state


def _say_yes(incident: Incident, *, actor: Actor, key: str, at: datetime) -> None:
    # INVARIANT: two approvals are two persons (enforced by incident_approval_once_per_person)
    IncidentApproval.objects.create(
        incident=incident, proposal=incident.proposal, user_id=_officer_id(actor), label=actor.label, at=at
    )
    given = IncidentApproval.objects.filter(incident=incident, proposal=incident.proposal).count()
    if given < incident.approvals_needed:
        return
    _demand_unchanged(incident, at)
    posting_key = f"incident:{incident.ref}:{incident.proposal}"
    _book(incident, posting_key, at)
    loss = incident.target == CorrectionTarget.LOSS
    incident.move_to(
        IncidentState.WRITTEN_OFF if loss else IncidentState.CORRECTED,
        actor=actor,
        at=at,
        key=key,
        reason=incident.proposed_reason,
        resolution=incident.proposed_reason,
        closed_by=f"posting {posting_key}",
        ended_at=at,
    )
    take_bookings(provider=incident.provider, at=at)


def _demand_unchanged(incident: Incident, at: datetime) -> None:
    """What is booked must be what differs now, not what differed last night. Raises `Conflict`."""
    take_bookings(provider=incident.provider, at=at)
    now = [
        side.found_minor - side.booked_minor
        for side in sides(incident.provider, since=BEGINNING, names=[incident.name])
        if side.currency == incident.currency
    ]
    if now != [incident.difference.amount_minor]:
        raise Conflict


def _book(incident: Incident, posting_key: str, at: datetime) -> None:
    """Raise or lower what the rail keeps for us by the difference, against what it was booked as."""
    other = {
        CorrectionTarget.FEES: (AccountKind.PROVIDER_FEES, incident.provider),
        CorrectionTarget.BANK: (AccountKind.PROVIDER_CLEARING, BANK),
        CorrectionTarget.SUSPENSE: (AccountKind.SUSPENSE, incident.provider),
        CorrectionTarget.LOSS: (AccountKind.PLATFORM_LOSS, MARKETPLACE),
    }[CorrectionTarget(incident.target)]
    difference = incident.difference
    size = Money(abs(difference.amount_minor), incident.currency)
    # The rail has more than our books say: it owes us more (a debit), and somebody or something is owed it.
    onto, against = (debit, credit) if difference.is_positive else (credit, debit)
    ledger.post(
        kind=CORRECTION_POSTING,
        subject=incident.name,
        key=posting_key,
        entries=[
            onto(AccountKind.PROVIDER_CLEARING, incident.provider, size),
            against(*other, size),
        ],
        happened_at=at,
    )


def _name_by_hand(
    incident: Incident, movement_ref: str, *, reason: str, actor: Actor, at: datetime
) -> list[str]:
    """Let the line (and what else goes by its name) be about the incident's thing; the names it went by before."""
    line = ProviderMovementRow.objects.filter(
        provider=incident.provider, currency=incident.currency, ref=movement_ref
    ).first()
    if line is None:
        raise DoesNotExplain(left=format_money(incident.difference))
    before = line.name
    rows = ProviderMovementRow.objects.filter(
        provider=incident.provider, currency=incident.currency, name=before
    )
    if not before:
        rows = rows.filter(pk=line.pk)
    rows.update(name=incident.name, named_by_hand=True)
    for side in sides(incident.provider, since=BEGINNING, names=[incident.name]):
        if side.currency == incident.currency and not side.agrees:
            left = Money(side.found_minor - side.booked_minor, side.currency)
            raise DoesNotExplain(field="movement", left=format_money(left))
    if incident.provider == BANK:
        # The bank's line lay in suspense as long as nobody knew it: what it is for stands in our books already.
        name_line(line_ref=line.object_ref, note=f"{incident.ref}: {reason}", actor=actor, at=at)
    return [before] if before != incident.name else []


def _locked(incident_ref: str, actor: Actor) -> Incident:
    """The incident, locked after its rail: one comparison or decision at a time for each."""
    provider = Incident.objects.filter(ref=incident_ref).values_list("provider", flat=True).first()
    if provider is None:
        raise IncidentNotFound
    lock_key(f"reconciliation:{provider}")
    incident = Incident.objects.filter(ref=incident_ref).lock().get()
    _officer_id(actor)
    if companies_concerned(incident.name) & actor.member_of:
        raise OwnCompanysMoney
    return incident


def _officer_id(actor: Actor) -> int:
    """The id of a finance officer. Raises `NotYourStep` for anybody else."""
    if not actor.has_desk(FINANCE) or actor.user_id is None:
        raise NotYourStep
    return actor.user_id


def _demand_waiting(incident: Incident, wanted: IncidentState) -> None:
    if incident.state != IncidentState.OPEN:
        raise IllegalTransition(state=incident.get_state_display(), wanted=wanted)

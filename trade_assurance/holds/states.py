"""States of holds and payouts, their transition tables, and the kinds of movements. Data only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class HoldState(TextChoices):
    """The life of one milestone's money."""

    AWAITING_FUNDS = "awaiting_funds", _("waiting for the payment")
    HELD = "held", _("held")
    SETTLED = "settled", _("settled")
    LAPSED = "lapsed", _("lapsed, never funded")


HOLD_TRANSITIONS: Final[Mapping[str, frozenset[str]]] = {
    HoldState.AWAITING_FUNDS: frozenset({HoldState.HELD, HoldState.LAPSED}),
    HoldState.HELD: frozenset({HoldState.SETTLED}),
}


class MovementKind(TextChoices):
    """What moved money into or out of a hold."""

    FUNDED = "funded", _("paid in")
    RELEASED = "released", _("released to the supplier")
    REFUNDED = "refunded", _("refunded to the buyer")
    CHARGED_BACK = "charged_back", _("charged back")


class PayoutState(TextChoices):
    """The way of what a supplier is owed to their bank."""

    REQUESTED = "requested", _("waiting for approval")
    APPROVED = "approved", _("approved")
    REJECTED = "rejected", _("rejected")
    SENT = "sent", _("sent")
    CONFIRMED = "confirmed", _("arrived")
    FAILED = "failed", _("failed")
    RETURNED = "returned", _("returned by the bank")
    WITHDRAWN = "withdrawn", _("taken back")


class SecondApproval(TextChoices):
    """Why a payout needs a second officer."""

    AMOUNT = "amount", _("The amount is above the limit for one approval.")
    ACCOUNT_CHANGED = "account_changed", _("The account it goes to was changed a short time before.")


PAYOUT_TRANSITIONS: Final[Mapping[str, frozenset[str]]] = {
    PayoutState.REQUESTED: frozenset({PayoutState.APPROVED, PayoutState.REJECTED}),
    # Back only while the rail cannot pay the company.
    PayoutState.APPROVED: frozenset({PayoutState.SENT, PayoutState.REJECTED, PayoutState.WITHDRAWN}),
    PayoutState.SENT: frozenset({PayoutState.CONFIRMED, PayoutState.FAILED}),
    # A bank may send back days later what it had taken.
    PayoutState.CONFIRMED: frozenset({PayoutState.RETURNED}),
}
PAYOUT_UNDER_WAY: Final = (PayoutState.REQUESTED, PayoutState.APPROVED, PayoutState.SENT)


class KeptFor(TextChoices):
    """Why an amount is kept back from a supplier."""

    RESERVE = "reserve", _("reserve")
    CHARGEBACK = "chargeback", _("a chargeback that is not decided")


class DebtStep(TextChoices):
    """How a supplier's debt became smaller."""

    NETTED = "netted", _("kept from a release")
    WRITTEN_OFF = "written_off", _("written off by the marketplace")


class CaseState(TextChoices):
    """Where a chargeback stands for the trade: its money, not its papers."""

    OPEN = "open", _("not decided")
    WON = "won", _("won")
    LOST = "lost", _("lost")
    OVERTURNED = "overturned", _("lost, then won after all")


CASE_TRANSITIONS: Final[Mapping[str, frozenset[str]]] = {
    CaseState.OPEN: frozenset({CaseState.WON, CaseState.LOST}),
    CaseState.WON: frozenset({CaseState.OPEN}),
    CaseState.LOST: frozenset({CaseState.OVERTURNED}),
    CaseState.OVERTURNED: frozenset({CaseState.OPEN}),
}


class IncidentKind(TextChoices):
    """In which way a provider's account and our books differ."""

    MISSING = "missing", _("missing at the provider")
    EXTRA = "extra", _("not in our books")
    WRONG_AMOUNT = "wrong_amount", _("another amount")
    BALANCE = "balance", _("the balance is not the sum of the movements")
    CHANGED = "changed", _("a movement was changed afterwards")
    GAP = "gap", _("a statement is missing")
    OVERLAP = "overlap", _("two statements do not agree")
    SUM = "sum", _("a statement does not add up")
    SILENT = "silent", _("no statement for days")


class IncidentState(TextChoices):
    """What became of a difference between a provider's account and our books."""

    OPEN = "open", _("open")
    PROPOSED = "proposed", _("waits for a second officer")
    AGREES = "agrees", _("agrees by itself")
    EXPLAINED = "explained", _("explained")
    CORRECTED = "corrected", _("corrected by a posting")
    WRITTEN_OFF = "written_off", _("written off")


INCIDENT_TRANSITIONS: Final[Mapping[str, frozenset[str]]] = {
    IncidentState.OPEN: frozenset(
        {
            IncidentState.PROPOSED,
            IncidentState.AGREES,
            IncidentState.EXPLAINED,
            IncidentState.CORRECTED,
            IncidentState.WRITTEN_OFF,
        }
    ),
    IncidentState.PROPOSED: frozenset(
        {
            IncidentState.OPEN,
            IncidentState.AGREES,
            IncidentState.CORRECTED,
            IncidentState.WRITTEN_OFF,
        }
    ),
}
INCIDENT_WAITING: Final = (IncidentState.OPEN, IncidentState.PROPOSED)


class CorrectionTarget(TextChoices):
    """Where a difference is booked to when our books are put right."""

    FEES = "fees", _("a fee of the provider")
    BANK = "bank", _("moved to or from the marketplace's bank account")
    SUSPENSE = "suspense", _("unexplained for now: to be cleared up")
    LOSS = "loss", _("written off: borne by the marketplace")


class PartState(TextChoices):
    """Where a part of a payout is."""

    SENT = "sent", _("sent")
    CONFIRMED = "confirmed", _("arrived")
    FAILED = "failed", _("failed, back in the balance")
    RETURNED = "returned", _("came back, in the balance again")


PART_TRANSITIONS: Final[Mapping[str, frozenset[str]]] = {
    PartState.SENT: frozenset({PartState.CONFIRMED, PartState.FAILED}),
    PartState.CONFIRMED: frozenset({PartState.RETURNED}),
}


class ReversalState(TextChoices):
    """What came of taking back what a rail had paid."""

    ASKED = "asked", _("asked for")
    DONE = "done", _("taken back")
    FAILED = "failed", _("could not be taken back")


REVERSAL_TRANSITIONS: Final[Mapping[str, frozenset[str]]] = {
    ReversalState.ASKED: frozenset({ReversalState.DONE, ReversalState.FAILED}),
}


class MoveState(TextChoices):
    """Where a move of held money from a processor to the bank stands."""

    OPEN = "open", _("waits for a consent")
    AGREED = "agreed", _("both sides consent")
    DONE = "done", _("moved")
    ENDED = "ended", _("nothing was left to move")


MOVE_TRANSITIONS: Final[Mapping[str, frozenset[str]]] = {
    MoveState.OPEN: frozenset({MoveState.AGREED, MoveState.ENDED}),
    MoveState.AGREED: frozenset({MoveState.OPEN, MoveState.DONE, MoveState.ENDED}),
}
MOVE_OPEN: Final = (MoveState.OPEN, MoveState.AGREED)


class ConsentSide(TextChoices):
    """Who consents to a move."""

    BUYER = "buyer", _("the buyer")
    SUPPLIER = "supplier", _("the supplier")


class AgeOutcome(TextChoices):
    """What an officer may decide about money that a processor keeps no longer. Never a move: that takes both sides."""

    RELEASE = "release", _("release it to the supplier")
    REFUND = "refund", _("refund it to the buyer")

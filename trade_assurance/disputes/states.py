"""States of disputes and offers, their transition tables and named groups. Data only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class DisputeState(TextChoices):
    """The life of one claim."""

    NEGOTIATION = "negotiation", _("the two sides negotiate")
    ESCALATED = "escalated", _("with the dispute officer")
    AGREED = "agreed", _("agreed, to be carried out")
    DECIDED = "decided", _("decided, appeal window open")
    APPEALED = "appealed", _("appealed, with another officer")
    CLOSED = "closed", _("decided and carried out")
    SETTLED = "settled", _("settled by agreement")
    WITHDRAWN = "withdrawn", _("withdrawn by the buyer")
    CHARGED_BACK = "charged_back", _("ended: the money was charged back")


DISPUTE_TRANSITIONS: Final[Mapping[str, frozenset[str]]] = {
    DisputeState.NEGOTIATION: frozenset(
        {
            DisputeState.ESCALATED,
            DisputeState.AGREED,
            DisputeState.SETTLED,
            DisputeState.WITHDRAWN,
            DisputeState.CHARGED_BACK,
        }
    ),
    DisputeState.ESCALATED: frozenset(
        {
            DisputeState.DECIDED,
            DisputeState.AGREED,
            DisputeState.SETTLED,
            DisputeState.WITHDRAWN,
            DisputeState.CHARGED_BACK,
        }
    ),
    # What was promised was not done, or is contested: then the officer decides.
    DisputeState.AGREED: frozenset(
        {
            DisputeState.SETTLED,
            DisputeState.ESCALATED,
            DisputeState.WITHDRAWN,
            DisputeState.CHARGED_BACK,
        }
    ),
    DisputeState.DECIDED: frozenset({DisputeState.CLOSED, DisputeState.APPEALED, DisputeState.CHARGED_BACK}),
    DisputeState.APPEALED: frozenset({DisputeState.CLOSED, DisputeState.CHARGED_BACK}),
}
# Money is frozen in exactly these.
OPEN_STATES: Final = (
    DisputeState.NEGOTIATION,
    DisputeState.ESCALATED,
    DisputeState.AGREED,
    DisputeState.DECIDED,
    DisputeState.APPEALED,
)
# The two sides may still agree.
TALKING_STATES: Final = (DisputeState.NEGOTIATION, DisputeState.ESCALATED)
# The buyer may still withdraw.
WITHDRAWABLE_STATES: Final = (*TALKING_STATES, DisputeState.AGREED)
# An officer has something to decide.
JUDGED_STATES: Final = (DisputeState.ESCALATED, DisputeState.APPEALED)
# Its clocks may stand still for a written reason.
PAUSABLE_STATES: Final = (DisputeState.NEGOTIATION, *JUDGED_STATES)


class Ending(TextChoices):
    """Why a case is over, as a clause of a sentence."""

    GRANTED = "claim_accepted", _("the supplier granted the claim")
    OFFER = "offer_accepted", _("an offer was accepted")
    RANGES_MET = "ranges_met", _("the two sealed ranges met")
    PROMISE_KEPT = "promise_kept", _("what was agreed was done")
    PROMISE_BROKEN = "promise_broken", _("what was promised was not done in time")
    WITHDRAWN = "claim_withdrawn", _("the buyer withdrew the claim")
    DECISION = "decision", _("an officer decided")
    CHARGED_BACK = "charged_back", _("the buyer's bank took the money back")


class OfferKind(TextChoices):
    """What a side proposes."""

    REFUND_AMOUNT = "refund_amount", _("refund an amount")
    RETURN_AND_REFUND = "return_and_refund", _("return the goods, then refund")
    REPLACE = "replace", _("replace the goods")
    DISCOUNT_NEXT_ORDER = "discount_next_order", _("discount on the next order")
    KEEP_AND_PAY = "keep_and_pay", _("keep the goods and pay")


# Agreed, but money moves only when something was done.
CONDITIONAL_KINDS: Final = (OfferKind.RETURN_AND_REFUND, OfferKind.REPLACE)


class OfferState(TextChoices):
    """At most one offer of a case is open at a time."""

    OPEN = "open", _("waits for an answer")
    ACCEPTED = "accepted", _("accepted")
    SUPERSEDED = "superseded", _("replaced by a newer offer")
    DECLINED = "declined", _("declined")
    WITHDRAWN = "withdrawn", _("withdrawn")
    LAPSED = "lapsed", _("ran out without an answer")
    EXPIRED = "expired", _("no longer needed")


OFFER_TRANSITIONS: Final[Mapping[str, frozenset[str]]] = {
    OfferState.OPEN: frozenset(
        {
            OfferState.ACCEPTED,
            OfferState.SUPERSEDED,
            OfferState.DECLINED,
            OfferState.WITHDRAWN,
            OfferState.LAPSED,
            OfferState.EXPIRED,
        }
    ),
}


class PromiseState(TextChoices):
    """What was agreed under a condition: a return, or a replacement."""

    PROMISED = "promised", _("to be sent")
    SENT = "sent", _("on its way")
    KEPT = "kept", _("done")
    BROKEN = "broken", _("not done in time")
    CONTESTED = "contested", _("contested")
    DROPPED = "dropped", _("no longer needed")


PROMISE_TRANSITIONS: Final[Mapping[str, frozenset[str]]] = {
    PromiseState.PROMISED: frozenset({PromiseState.SENT, PromiseState.BROKEN, PromiseState.DROPPED}),
    PromiseState.SENT: frozenset(
        {PromiseState.KEPT, PromiseState.BROKEN, PromiseState.CONTESTED, PromiseState.DROPPED}
    ),
}


class RangeEnd(TextChoices):
    """How a sealed range ended; it stands while it has not."""

    REPLACED = "replaced", _("replaced")
    WITHDRAWN = "withdrawn", _("withdrawn")
    MET = "met", _("met")
    DROPPED = "dropped", _("no longer needed")


class DecisionState(TextChoices):
    """A decision above the limit counts when a second officer has approved it."""

    PROPOSED = "proposed", _("waits for a second officer")
    IN_FORCE = "in_force", _("in force")
    REJECTED = "rejected", _("not approved by the second officer")
    OVERTURNED = "overturned", _("replaced on appeal")
    DROPPED = "dropped", _("no longer needed")


DECISION_TRANSITIONS: Final[Mapping[str, frozenset[str]]] = {
    DecisionState.PROPOSED: frozenset(
        {DecisionState.IN_FORCE, DecisionState.REJECTED, DecisionState.DROPPED}
    ),
    DecisionState.IN_FORCE: frozenset({DecisionState.OVERTURNED, DecisionState.DROPPED}),
}
STANDING_DECISIONS: Final = (DecisionState.PROPOSED, DecisionState.IN_FORCE, DecisionState.OVERTURNED)


class Side(TextChoices):
    """The two sides of a trade, and the marketplace between them."""

    BUYER = "buyer", _("buyer")
    SUPPLIER = "supplier", _("supplier")
    OFFICER = "officer", _("dispute officer")


class Reason(TextChoices):
    """What a claim is about."""

    QUANTITY = "quantity", _("quantity: less arrived than agreed")
    SPECIFICATION = "specification", _("specification: the goods are not as agreed")
    DAMAGE = "damage", _("damage: the goods arrived damaged")
    DOCUMENTS = "documents", _("documents: missing or wrong papers")
    LATENESS = "lateness", _("lateness: shipped after the agreed date")
    NON_DELIVERY = "non_delivery", _("non-delivery: the goods did not come")


class Clause(TextChoices):
    """The part of the frozen contract that a claim leans on."""

    LINES = "lines", _("goods and quantities")
    SPECIFICATION = "specification", _("specification of the goods")
    SHIP_BY = "ship_by", _("ship-by date")
    INCOTERMS = "incoterms", _("delivery terms (Incoterms)")
    DOCUMENTS = "documents", _("documents")
    PACKAGING = "packaging", _("packaging")
    OTHER = "other", _("another term of the contract")


class InspectionState(TextChoices):
    """The life of a third party's inspection."""

    PROPOSED = "proposed", _("proposed, waits for the other side")
    AGREED = "agreed", _("agreed, report awaited")
    ORDERED = "ordered", _("ordered by the officer, report awaited")
    DECLINED = "declined", _("declined")
    WITHDRAWN = "withdrawn", _("withdrawn")
    REPORTED = "reported", _("report filed")


INSPECTION_TRANSITIONS: Final[Mapping[str, frozenset[str]]] = {
    InspectionState.PROPOSED: frozenset(
        {InspectionState.AGREED, InspectionState.DECLINED, InspectionState.WITHDRAWN}
    ),
    InspectionState.AGREED: frozenset({InspectionState.REPORTED}),
    InspectionState.ORDERED: frozenset({InspectionState.REPORTED}),
}
# The inspector may go ahead.
INSPECTIONS_AWAITED: Final = (InspectionState.AGREED, InspectionState.ORDERED)


class BundleFor(TextChoices):
    """Whose eyes an evidence bundle is for: it holds what they may see on the site, and no more."""

    BUYER = "buyer", _("the buyer")
    SUPPLIER = "supplier", _("the supplier")
    DESK = "desk", _("officers")


class StrikeCause(TextChoices):
    """What a supplier gets a strike for: facts the books show, never an opinion."""

    NO_ANSWER = "no_answer", _("no answer to an order")
    NON_DELIVERY = "non_delivery", _("paid goods were not shipped in time and cancelled by themselves")
    DECIDED_NON_DELIVERY = "decided_non_delivery", _("an officer decided that the goods were not delivered")


class StrikeState(TextChoices):
    """The life of one strike."""

    STANDING = "standing", _("counts")
    APPEALED = "appealed", _("counts; the appeal waits for an officer")
    UPHELD = "upheld", _("counts; the appeal was turned down")
    LIFTED = "lifted", _("lifted, does not count")
    EXPIRED = "expired", _("over, does not count any more")


STRIKE_TRANSITIONS: Final[Mapping[str, frozenset[str]]] = {
    StrikeState.STANDING: frozenset({StrikeState.APPEALED, StrikeState.LIFTED, StrikeState.EXPIRED}),
    StrikeState.APPEALED: frozenset({StrikeState.UPHELD, StrikeState.LIFTED, StrikeState.EXPIRED}),
    StrikeState.UPHELD: frozenset({StrikeState.LIFTED, StrikeState.EXPIRED}),
}
# An appeal does not suspend a strike: else appealing everything would be a free pass.
STRIKES_COUNTING: Final = (StrikeState.STANDING, StrikeState.APPEALED, StrikeState.UPHELD)


class OutcomeKind(TextChoices):
    """How an ended case came out, in public words."""

    AGREED = "agreed", _("agreed between the two")
    WITHDRAWN = "withdrawn", _("withdrawn by the buyer")
    CHARGED_BACK = "charged_back", _("ended by the buyer's bank")
    FOR_BUYER = "for_buyer", _("decided: all that was claimed to the buyer")
    FOR_SUPPLIER = "for_supplier", _("decided: nothing to the buyer")
    DIVIDED = "divided", _("decided: a part to the buyer")

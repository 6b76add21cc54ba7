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
    DECIDED = "decided", _("decided, appeal window open")
    CLOSED = "closed", _("decided and carried out")
    SETTLED = "settled", _("settled by agreement")
    WITHDRAWN = "withdrawn", _("withdrawn by the buyer")


DISPUTE_TRANSITIONS: Final[Mapping[str, frozenset[str]]] = {
    DisputeState.NEGOTIATION: frozenset(
        {DisputeState.ESCALATED, DisputeState.SETTLED, DisputeState.WITHDRAWN}
    ),
    DisputeState.ESCALATED: frozenset({DisputeState.DECIDED, DisputeState.SETTLED, DisputeState.WITHDRAWN}),
    DisputeState.DECIDED: frozenset({DisputeState.CLOSED}),
}
# Money is frozen in exactly these.
OPEN_STATES: Final = (DisputeState.NEGOTIATION, DisputeState.ESCALATED, DisputeState.DECIDED)
# The two sides may still agree, and the buyer may still withdraw.
TALKING_STATES: Final = (DisputeState.NEGOTIATION, DisputeState.ESCALATED)


class OfferState(TextChoices):
    """At most one offer of a case is open at a time."""

    OPEN = "open", _("waits for an answer")
    ACCEPTED = "accepted", _("accepted")
    SUPERSEDED = "superseded", _("replaced by a newer offer")
    DECLINED = "declined", _("declined")
    EXPIRED = "expired", _("no longer needed")


OFFER_TRANSITIONS: Final[Mapping[str, frozenset[str]]] = {
    OfferState.OPEN: frozenset(
        {OfferState.ACCEPTED, OfferState.SUPERSEDED, OfferState.DECLINED, OfferState.EXPIRED}
    ),
}


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
    FOR_BUYER = "for_buyer", _("decided: all that was claimed to the buyer")
    FOR_SUPPLIER = "for_supplier", _("decided: nothing to the buyer")
    DIVIDED = "divided", _("decided: a part to the buyer")

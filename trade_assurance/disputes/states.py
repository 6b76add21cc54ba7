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

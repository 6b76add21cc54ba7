"""How the goods of an order are delivered: by which rule, to where, by what transport, leaving by when. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from catalog.states import Incoterms
from orders.errors import UnknownIncoterms
from orders.rules.texts import (
    PLACE_LIMIT,
    check_rule_fits_mode,
    check_ship_by,
    check_transport,
    clean_address,
    clean_line,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """The delivery terms that a buyer asks for, and then those that both sides agree to."""

    address: Mapping[str, str]
    incoterms_rule: str
    named_place: str
    ship_by: date
    transport_mode: str


def checked_delivery(wanted: Delivery, *, today: date) -> Delivery:
    """The terms with their texts made clean. Raises `Rejected` at the field at fault, as `check_terms` does."""
    check_terms(wanted.incoterms_rule, wanted.transport_mode, wanted.ship_by, today=today)
    return replace(
        wanted,
        address=clean_address(wanted.address),
        named_place=clean_line(wanted.named_place, field="named_place", limit=PLACE_LIMIT),
    )


def check_terms(incoterms_rule: str, transport_mode: str, ship_by: date, *, today: date) -> None:
    """Raises `Rejected` for an unknown rule or mode, a sea rule by other transport, or a day that is over."""
    if incoterms_rule not in Incoterms.values:
        raise UnknownIncoterms(field="incoterms_rule")
    check_transport(transport_mode)
    check_rule_fits_mode(incoterms_rule, transport_mode)
    check_ship_by(ship_by, today)

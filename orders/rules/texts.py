"""Input that people type, made clean: one line or several, no control characters, within limits."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from django.utils.text import slugify

from marketplace.core.countries import country_codes
from marketplace.core.units import UNITS, unit_symbol
from orders.errors import (
    BadText,
    BadTrackingNumber,
    DateInPast,
    DateTooFar,
    MissingText,
    QuantityFiner,
    SeaRuleOnly,
    TextTooLong,
    UnknownCountry,
    UnknownTransportMode,
)
from orders.states import TransportMode

NOTE_LIMIT: Final = 2000
PLACE_LIMIT: Final = 120
FURTHEST_SHIP_BY_DAYS: Final = 730
# ICC Incoterms 2020: the four rules for sea and inland waterway transport only.
SEA_RULES: Final = frozenset({"FAS", "FOB", "CFR", "CIF"})
# field → (needed, limit)
ADDRESS_FIELDS: Final[Mapping[str, tuple[bool, int]]] = {
    "name": (True, 200),
    "street": (True, 200),
    "city": (True, 120),
    "region": (False, 120),
    "postal_code": (False, 20),
    "country": (True, 2),
    "contact": (False, 120),
    "phone": (False, 40),
}
_TRACKING = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ./-]{0,63}", re.ASCII)


def clean_line(text: str, *, field: str, limit: int, needed: bool = True) -> str:
    """One line of plain text. Raises `Rejected` when missing, too long or with a line break or control character."""
    stripped = text.strip()
    if needed and not stripped:
        raise MissingText(field=field)
    if len(stripped) > limit:
        raise TextTooLong(field=field, limit=limit)
    if any(_is_control(char) for char in stripped):
        raise BadText(field=field)
    return stripped


def clean_note(text: str, *, field: str = "note", needed: bool = False, limit: int = NOTE_LIMIT) -> str:
    """Several lines of plain text; line ends become \\n, other control characters go."""
    unified = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    kept = "".join(char for char in unified if char in "\n\t" or not _is_control(char))
    if needed and not kept:
        raise MissingText(field=field)
    if len(kept) > limit:
        raise TextTooLong(field=field, limit=limit)
    return kept


def clean_address(address: Mapping[str, str]) -> dict[str, str]:
    """The delivery address with exactly the known fields. Raises `Rejected` at the field at fault."""
    cleaned = {
        field: clean_line(str(address.get(field, "")), field=field, limit=limit, needed=needed)
        for field, (needed, limit) in ADDRESS_FIELDS.items()
    }
    if cleaned["country"] not in country_codes():
        raise UnknownCountry(field="country")
    return cleaned


def clean_tracking_number(number: str) -> str:
    """Upper case, single spaces; may be empty. Raises `BadTrackingNumber` for line breaks and the like."""
    stripped = number.strip(" ")
    if stripped and not _TRACKING.fullmatch(stripped):
        raise BadTrackingNumber(field="tracking_number")
    return " ".join(stripped.upper().split(" "))


def carrier_code(carrier: str) -> str:
    """The name under which a carrier reports: `Hapag-Lloyd AG` → `hapag-lloyd-ag`."""
    return slugify(carrier)[:80]


def check_ship_by(day: date, today: date) -> None:
    """Raises `Rejected` for a day that is over or more than two years ahead."""
    if day < today:
        raise DateInPast(field="ship_by")
    if day > today + timedelta(days=FURTHEST_SHIP_BY_DAYS):
        raise DateTooFar(field="ship_by", days=FURTHEST_SHIP_BY_DAYS)


def check_transport(mode: str) -> None:
    """Raises `UnknownTransportMode` for anything but the four modes."""
    if mode not in TransportMode.values:
        raise UnknownTransportMode(field="transport_mode")


def check_whole(quantity: Decimal, unit_code: str) -> None:
    """Raises `QuantityFiner` for a fraction of a unit that is only counted (pieces, cartons …)."""
    unit = UNITS.get(unit_code)
    if unit is not None and unit.whole and quantity != quantity.to_integral_value():
        raise QuantityFiner(field="quantity", unit=unit_symbol(unit_code))


def check_rule_fits_mode(rule: str, mode: str) -> None:
    """FAS, FOB, CFR and CIF are for sea and inland waterway transport (Incoterms 2020)."""
    if rule in SEA_RULES and mode != TransportMode.SEA:
        raise SeaRuleOnly(field="incoterms_rule", rule=rule)


def _is_control(char: str) -> bool:
    return unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"} and char not in "\u200c\u200d"

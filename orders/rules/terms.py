"""Contract terms as data: canonical JSON and its SHA-256, which both sides see and anybody can recompute.

Canonical: keys sorted, no spaces, UTF-8, amounts as whole minor units, quantities and unit prices as
text with all their decimals, moments in UTC as ISO 8601.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

from orders.states import DocumentType, TransportMode

# 1: one payment of everything. 2: the payment schedule with titles and dates.
TERMS_VERSION: Final = 2

# Papers a buyer may expect with every shipment by this mode.
_TRANSPORT_PAPER = {
    TransportMode.SEA: DocumentType.BILL_OF_LADING,
    TransportMode.AIR: DocumentType.AIR_WAYBILL,
}


def canonical_text(terms: Mapping[str, Any]) -> str:
    """The one text of these terms; raises `TypeError` for a float or anything else that is not exact."""
    _demand_exact(terms)
    return json.dumps(terms, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def terms_hash(terms: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical text, as 64 hexadecimal digits."""
    return hashlib.sha256(canonical_text(terms).encode()).hexdigest()


def quantity_text(quantity: Decimal) -> str:
    """Three decimals, always."""
    return format(quantity.quantize(Decimal("0.001")), "f")


def price_text(unit_price: Decimal) -> str:
    """Six decimals, always."""
    return format(unit_price.quantize(Decimal("0.000001")), "f")


def moment_text(moment: datetime) -> str:
    """UTC, ISO 8601, to the microsecond that is stored."""
    return moment.astimezone(UTC).isoformat()


def required_documents(mode: str) -> list[str]:
    """Documents the contract asks for: invoice and packing list, and the transport paper of the mode."""
    papers = [DocumentType.COMMERCIAL_INVOICE.value, DocumentType.PACKING_LIST.value]
    transport = _TRANSPORT_PAPER.get(TransportMode(mode))
    return [*papers, transport.value] if transport else papers


def _demand_exact(value: object) -> None:
    if isinstance(value, Mapping):
        for inner in value.values():
            _demand_exact(inner)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for inner in value:
            _demand_exact(inner)
    elif value is not None and not isinstance(value, str | int):
        msg = f"contract terms hold no {type(value).__name__}"
        raise TypeError(msg)

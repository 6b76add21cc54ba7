"""What a proposed change of a running contract comes to, and its text: data that both sides can hash. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

ADDENDUM_VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class LineCut:
    """What changes of one line: so much of it is cancelled, and the rest costs this; None leaves the price."""

    line_id: int
    cancel: Decimal = Decimal(0)
    unit_price: Decimal | None = None
    discount_bps: int | None = None

    @property
    def reprices(self) -> bool:
        """Whether the price of the rest changes."""
        return self.unit_price is not None or self.discount_bps is not None


@dataclass(frozen=True, slots=True)
class CutLine:
    """One line before and after, for the text of the addendum; amounts are of what had not left."""

    position: int
    title: str
    unit: str
    cancelled: str
    rest: str
    unit_price_before: str
    unit_price_after: str
    discount_before_bps: int
    discount_after_bps: int
    cancelled_minor: int
    rest_before_minor: int
    rest_after_minor: int


def addendum_terms(
    *,
    order: Mapping[str, str],
    number: int,
    lines: Sequence[CutLine],
    freight: Mapping[str, int],
    totals: Mapping[str, int],
    signed: Mapping[str, Mapping[str, str]],
    previous_hash: str,
    note: str,
) -> dict[str, Any]:
    """The addendum as data. `previous_hash` is the contract's, or the addendum's before: they form a chain."""
    return {
        "version": ADDENDUM_VERSION,
        "order": dict(order),
        "addendum": number,
        "changes": previous_hash,
        "lines": [_as_data(line) for line in lines],
        "freight": dict(freight),
        "totals": dict(totals),
        "signed": {name: dict(by) for name, by in signed.items()},
        "note": note,
    }


def _as_data(line: CutLine) -> dict[str, Any]:
    return {name: getattr(line, name) for name in CutLine.__dataclass_fields__}

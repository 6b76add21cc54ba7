"""The contract sheet: the frozen terms, their hash as stored and as recomputed now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from catalog.rules.prices import with_variant
from marketplace.core.actors import Actor
from marketplace.core.errors import NotFound, Text
from marketplace.core.money import Money
from orders.queries.addenda import addenda_of
from orders.queries.page import find_order, side_of
from orders.queries.parts import AddendumView
from orders.queries.schedule import ScheduleLine, schedule_lines
from orders.rules.schedule import from_data
from orders.rules.terms import canonical_text, terms_hash
from orders.states import DocumentType, TransportMode


@dataclass(frozen=True, slots=True)
class TermLine:
    """One line of the contract."""

    position: int
    title: str
    sku: str
    hs_code: str
    origin: str
    unit_code: str
    quantity: Decimal
    unit_price: Decimal
    discount_bps: int
    amount: Money
    specification: str


@dataclass(frozen=True, slots=True)
class ContractSheet:
    """The terms both sides agreed, read from the frozen data alone (not from the order's present fields)."""

    ref: str
    number: str
    side: str
    buyer: dict[str, str]
    supplier: dict[str, str]
    currency: str
    confirmed_at: datetime
    amendment: int | None
    lines: tuple[TermLine, ...]
    goods: Money
    freight: Money
    total: Money
    incoterms_rule: str
    named_place: str
    mode_label: Text
    transit_days: int
    ship_by: date
    delivery_address: dict[str, str]
    documents: tuple[Text, ...]
    schedule: tuple[ScheduleLine, ...]
    buyer_note: str
    stored_hash: str
    computed_hash: str
    canonical: str
    tolerance_bps: int
    addenda: tuple[AddendumView, ...]

    @property
    def is_intact(self) -> bool:
        return self.stored_hash == self.computed_hash


def contract_sheet(ref: str, actor: Actor) -> ContractSheet:
    """The sheet. Raises `NotFound` for a stranger's order and while there is no contract yet."""
    order = find_order(ref, actor)
    if order.terms is None or order.confirmed_at is None:
        raise NotFound(_("There is no contract before the supplier has confirmed the order."))
    terms: dict[str, Any] = order.terms
    currency = terms["currency"]
    return ContractSheet(
        ref=order.ref,
        number=terms["number"],
        side=side_of(order, actor),
        buyer=terms["buyer"],
        supplier=terms["supplier"],
        currency=currency,
        confirmed_at=datetime.fromisoformat(terms["confirmed_at"]),
        amendment=terms["amendment"],
        lines=tuple(_line(line, currency) for line in terms["lines"]),
        goods=Money(terms["goods_minor"], currency),
        freight=Money(terms["freight_minor"], currency),
        total=Money(terms["total_minor"], currency),
        incoterms_rule=terms["incoterms"]["rule"],
        named_place=terms["incoterms"]["named_place"],
        mode_label=TransportMode(terms["transport_mode"]).label,
        transit_days=terms["transit_days"],
        ship_by=date.fromisoformat(terms["ship_by"]),
        delivery_address=terms["delivery_address"],
        documents=tuple(DocumentType(kind).label for kind in terms["documents"]),
        schedule=schedule_lines(
            from_data(terms["payment_schedule"]),
            amounts=[Money(row["amount_minor"], currency) for row in terms["payment_schedule"]],
        ),
        buyer_note=terms["buyer_note"],
        stored_hash=order.terms_hash,
        computed_hash=terms_hash(terms),
        canonical=canonical_text(terms),
        tolerance_bps=int(terms["quantity_tolerance_bps"]),
        addenda=tuple(
            one for one in addenda_of(order, list(order.lines.order_by("position")), actor) if one.is_agreed
        ),
    )


def _line(line: dict[str, Any], currency: str) -> TermLine:
    return TermLine(
        position=line["position"],
        title=with_variant(line["title"], line.get("variant", "")),
        sku=line["sku"],
        hs_code=line["hs_code"],
        origin=line["origin"],
        unit_code=line["unit"],
        quantity=Decimal(line["quantity"]),
        unit_price=Decimal(line["unit_price"]),
        discount_bps=line["discount_bps"],
        amount=Money(line["amount_minor"], currency),
        specification=line["specification"],
    )

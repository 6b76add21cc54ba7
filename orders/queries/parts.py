"""Frozen pieces of an order's page: lines, shipments, documents, amendments, steps. No query starts here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from marketplace.core.errors import Text
from marketplace.core.money import Money
from orders.queries.schedule import ScheduleLine


@dataclass(frozen=True, slots=True)
class LineView:
    """One line of the order as agreed (or as placed, before confirmation)."""

    id: int
    position: int
    product_ref: str
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
    packed: Decimal
    shipped: Decimal
    delivered: Decimal
    cancelled: Decimal
    open: Decimal


@dataclass(frozen=True, slots=True)
class ChangedLine:
    """A line side by side: as it stands and as amended; `dropped` when the supplier takes it out."""

    line: LineView
    quantity: Decimal
    unit_price: Decimal
    discount_bps: int
    amount: Money

    @property
    def quantity_changed(self) -> bool:
        return self.quantity != self.line.quantity

    @property
    def price_changed(self) -> bool:
        return self.unit_price != self.line.unit_price

    @property
    def discount_changed(self) -> bool:
        return self.discount_bps != self.line.discount_bps

    @property
    def changed(self) -> bool:
        return self.quantity_changed or self.price_changed or self.discount_changed

    @property
    def dropped(self) -> bool:
        return self.quantity == 0


@dataclass(frozen=True, slots=True)
class AmendmentView:
    """Amended terms that wait for the buyer, beside the terms as they stand."""

    version: int
    proposed_at: datetime
    lines: tuple[ChangedLine, ...]
    goods: Money
    freight: Money
    total: Money
    old_goods: Money
    old_freight: Money
    old_total: Money
    ship_by: date
    old_ship_by: date
    incoterms_rule: str
    named_place: str
    old_incoterms_rule: str
    old_named_place: str
    schedule: tuple[ScheduleLine, ...]
    old_schedule: tuple[ScheduleLine, ...]
    schedule_changed: bool
    note: str

    @property
    def difference(self) -> Money:
        return self.total - self.old_total

    @property
    def freight_changed(self) -> bool:
        return self.freight != self.old_freight

    @property
    def ship_by_changed(self) -> bool:
        return self.ship_by != self.old_ship_by

    @property
    def delivery_terms_changed(self) -> bool:
        return (self.incoterms_rule, self.named_place) != (self.old_incoterms_rule, self.old_named_place)


@dataclass(frozen=True, slots=True)
class DocumentView:
    """A paper of a shipment; `file_ref` leads to the private download."""

    document_type: str
    type_label: Text
    file_ref: str
    name: str
    size_bytes: int
    sha256: str
    attached_at: datetime


@dataclass(frozen=True, slots=True)
class PackedView:
    """How much of which line is in a shipment."""

    line_id: int
    title: str
    unit_code: str
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class ShipmentView:
    """One shipment with its goods, papers, and what the reader may do with it."""

    ref: str
    ordinal: int
    state: str
    state_label: Text
    transport_mode: str
    mode_label: Text
    carrier: str
    tracking_number: str
    packed_at: datetime
    shipped_on: date | None
    promised_arrival_on: date | None
    late: bool
    tracked: bool
    unproven_at: datetime | None
    delivered_at: datetime | None
    source_label: Text
    lines: tuple[PackedView, ...]
    documents: tuple[DocumentView, ...]
    missing_documents: tuple[Text, ...]
    can_dispatch: bool
    can_unpack: bool
    can_attach: bool
    can_record_delivery: bool


@dataclass(frozen=True, slots=True)
class Steps:
    """What the reader may do with the order now; the app above adds its own."""

    confirm: bool = False
    amend: bool = False
    decline: bool = False
    withdraw: bool = False
    accept_amendment: bool = False
    decline_amendment: bool = False
    start_production: bool = False
    prepare_shipment: bool = False
    answer_overdue: bool = False


@dataclass(frozen=True, slots=True)
class TimelineLine:
    """Something that happened: when, what, who did it, and their reason if they gave one."""

    at: datetime
    text: str
    who: str
    reason: str
    kind: str
    reported: bool = False


@dataclass(frozen=True, slots=True)
class NextLine:
    """Something that will happen by itself: when, what and why, by which rule; paused with its reason."""

    kind: str
    subject: str
    due_at: datetime
    text: Text
    rule: Text
    overdue: bool
    paused_at: datetime | None
    pause_reason: Text
    milestone: int | None = None

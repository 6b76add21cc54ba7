"""Frozen pieces of an order's page: lines, shipments, documents, amendments, steps. No query starts here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from catalog.rules.prices import with_variant
from marketplace.core.errors import Text
from marketplace.core.money import Money
from marketplace.core.units import UNITS
from orders.models import OrderLine
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
    tolerated: Decimal = Decimal(0)
    price_now: Decimal = Decimal(0)
    discount_now_bps: int = 0
    rest: Decimal = Decimal(0)
    listing_title: str = ""  # without the variant
    variant_name: str = ""
    reader_title: str = ""  # the title as translated for the reader; the contract has the original
    periods: str = ""  # how much by when, where it comes from several periods of stock and capacity

    @property
    def short(self) -> Decimal:
        """What a weighing found missing and the tolerance settled."""
        return max(-self.tolerated, Decimal(0))

    @property
    def over(self) -> Decimal:
        """What a weighing found beyond the order."""
        return max(self.tolerated, Decimal(0))

    @property
    def is_cheaper(self) -> bool:
        """Whether a lower price was agreed for what has not left."""
        return (self.price_now, self.discount_now_bps) != (self.unit_price, self.discount_bps)


def translation_of(row: OrderLine) -> str:
    """The translation of the very words that were agreed; empty when the listing has others by now, or none."""
    title: str = row.__dict__.get("reader_title") or ""
    name: str = row.__dict__.get("reader_variant") or ""
    if row.title != row.product.title:
        title = ""
    if row.variant is None or row.variant.name != row.variant_name:
        name = ""
    return with_variant(title or row.title, name or row.variant_name) if title or name else ""


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
    tolerance_bps: int
    old_tolerance_bps: int
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
    declared: Decimal | None = None
    over: Decimal = Decimal(0)

    @property
    def is_measured(self) -> bool:
        """Sold by weight or measure, so a certificate may say another quantity."""
        return self.unit_code in UNITS and not UNITS[self.unit_code].whole


@dataclass(frozen=True, slots=True)
class ShipmentSteps:
    """What the reader may do with a shipment now."""

    dispatch: bool = False
    unpack: bool = False
    attach: bool = False
    record_delivery: bool = False
    weigh: bool = False


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
    may: ShipmentSteps
    weighed_at: datetime | None = None
    inspection_ends_at: datetime | None = None
    accepted_at: datetime | None = None
    worth: Money | None = None
    surplus: Money | None = None
    surplus_state: str = ""
    surplus_label: Text = ""

    @property
    def lines_measured(self) -> tuple[PackedView, ...]:
        """The lines that a weight certificate may be about."""
        return tuple(line for line in self.lines if line.is_measured)


@dataclass(frozen=True, slots=True)
class AddendumLine:
    """One line of a proposed or agreed change: what is cancelled, and the price of the rest."""

    title: str
    unit_code: str
    cancel: Decimal
    unit_price: Decimal | None
    discount_bps: int | None
    old_unit_price: Decimal
    old_discount_bps: int

    @property
    def reprices(self) -> bool:
        """Whether the price of the rest changes."""
        return self.unit_price is not None or self.discount_bps is not None

    @property
    def price(self) -> Decimal:
        return self.old_unit_price if self.unit_price is None else self.unit_price

    @property
    def discount(self) -> int:
        return self.old_discount_bps if self.discount_bps is None else self.discount_bps


@dataclass(frozen=True, slots=True)
class AddendumView:
    """A change of the contract that waits, was agreed or came to nothing. `own`: the reader's side proposed it."""

    ref: str
    number: int
    side: str
    proposer: str
    state: str
    state_label: Text
    value: Money
    freight_off: Money
    note: str
    proposed_at: datetime
    expires_at: datetime
    answered_at: datetime | None
    answered_by: str
    terms_hash: str
    canonical: str
    lines: tuple[AddendumLine, ...]
    own: bool
    can_answer: bool
    can_withdraw: bool

    @property
    def is_open(self) -> bool:
        return self.state == "proposed"

    @property
    def is_agreed(self) -> bool:
        return self.state == "accepted"


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
    propose_change: bool = False
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

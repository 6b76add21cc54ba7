"""Freezing the contract: the lower half of "supplier confirms" and of "buyer accepts the amendment"."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from catalog.queries import GoodsLine, demand_sendable
from marketplace.accounts.models import Company
from marketplace.core.actors import Actor
from marketplace.core.operator_settings import integer_of
from orders.clocks import COMMISSION_KEY
from orders.errors import AmendmentOpen, ShipByPassed
from orders.models import Amendment, Milestone, Order, OrderLine
from orders.operations.amending import open_amendment
from orders.operations.answering import demand_placed, end_answers
from orders.operations.capacity import settle_amended
from orders.operations.events import tell
from orders.operations.locking import demand_buyer, demand_supplier
from orders.rules.schedule import amounts_of, as_data, checked_schedule
from orders.rules.terms import (
    TERMS_VERSION,
    moment_text,
    price_text,
    quantity_text,
    required_documents,
    terms_hash,
)
from orders.states import AmendmentState, OrderState


def confirm_order_terms(
    *, order: Order, actor: Actor, key: str, at: datetime, amendment_version: int | None = None
) -> Order:
    """Lower half (the caller holds the order's lock, in its transaction): placed → confirmed.

    Without `amendment_version` the supplier confirms the order as it stands; with it the buyer accepts
    those amended terms, which become the order's. Then the terms are frozen as data with their hash,
    the commission of this moment is frozen, the milestones of the payment schedule are written, the
    answers' deadlines end and `order_confirmed` is told.
    Raises `OrderNotYours`, `NotPlaced`, `AnswerTooLate`, `ShipByPassed`, `GoodsNotSentThere` for goods that a rule has
    prohibited since the order was placed, and what `checked_schedule`
    and `amounts_of` refuse of the schedule; `AmendmentOpen` when the
    supplier confirms while the buyer has other terms to answer; `NoAmendment`, `AmendmentOutdated`.
    """
    demand_side = demand_supplier if amendment_version is None else demand_buyer
    demand_side(actor, order)
    demand_placed(order, at)
    lines = list(order.lines.order_by("position"))
    if amendment_version is None:
        if order.amendments.filter(state=AmendmentState.PROPOSED).exists():
            raise AmendmentOpen
    else:
        amendment = open_amendment(order, amendment_version)
        _take_over(order, lines, amendment)
        amendment.move_to(AmendmentState.ACCEPTED, actor=actor, at=at, key=key)
        settle_amended(order, lines, actor=actor, at=at)
    if order.ship_by < at.date():
        raise ShipByPassed(field="ship_by", day=order.ship_by)
    _demand_sendable(order, lines, at)
    milestones = _milestones(order)
    end_answers(order, outcome="confirmed", actor=actor, at=at)
    terms = _terms(order, lines, milestones, amendment_version, at)
    order.move_to(
        OrderState.CONFIRMED,
        actor=actor,
        at=at,
        key=key,
        confirmed_at=at,
        terms=terms,
        terms_hash=terms_hash(terms),
        commission_bps=integer_of(COMMISSION_KEY),
        goods_minor=order.goods_minor,
        freight_minor=order.freight_minor,
        total_minor=order.total_minor,
        ship_by=order.ship_by,
        incoterms_rule=order.incoterms_rule,
        named_place=order.named_place,
        schedule=order.schedule,
        quantity_tolerance_bps=order.quantity_tolerance_bps,
    )
    Milestone.objects.bulk_create(milestones)
    tell(
        order, "order_confirmed", actor=actor, at=at, amendment=amendment_version, terms_hash=order.terms_hash
    )
    return order


def _take_over(order: Order, lines: Sequence[OrderLine], amendment: Amendment) -> None:
    """Put the amended terms on the order (in memory; `move_to` writes it) and on its lines (written here)."""
    changed = {int(line["line_id"]): line for line in amendment.lines}
    for line in lines:
        new = changed[line.pk]
        line.quantity = Decimal(new["quantity"])
        line.unit_price = Decimal(new["unit_price"])
        line.discount_bps = int(new["discount_bps"])
        line.amount_minor = int(new["amount_minor"])
        line.promised_discount_minor = int(new.get("promised_discount_minor", 0))
    OrderLine.objects.bulk_update(
        lines, ["quantity", "unit_price", "discount_bps", "amount_minor", "promised_discount_minor"]
    )
    order.goods_minor = amendment.goods_minor
    order.freight_minor = amendment.freight_minor
    order.total_minor = amendment.total_minor
    order.ship_by = amendment.ship_by
    order.incoterms_rule = amendment.incoterms_rule
    order.named_place = amendment.named_place
    order.schedule = amendment.schedule
    order.quantity_tolerance_bps = amendment.quantity_tolerance_bps


def _demand_sendable(order: Order, lines: Sequence[OrderLine], at: datetime) -> None:
    goods = [GoodsLine(line.title, line.hs_code, line.origin) for line in lines if line.quantity > 0]
    demand_sendable(goods, country=order.delivery_address["country"], day=at.date())


def _milestones(order: Order) -> list[Milestone]:
    agreed = checked_schedule(order.milestones_agreed, ship_by=order.ship_by)
    amounts = amounts_of(order.total_minor, [one.share_bps for one in agreed])
    return [
        Milestone(
            order=order,
            position=position,
            title=one.title,
            share_bps=one.share_bps,
            amount_minor=amount,
            fund_on=one.fund_on,
            fund_on_date=one.fund_on_date,
            release_on=one.release_on,
        )
        for position, (one, amount) in enumerate(zip(agreed, amounts, strict=True), 1)
    ]


def _terms(
    order: Order,
    lines: Sequence[OrderLine],
    milestones: Sequence[Milestone],
    amendment_version: int | None,
    at: datetime,
) -> dict[str, Any]:
    companies = {
        company.pk: {"ref": company.ref, "name": company.legal_name, "country": company.country}
        for company in Company.objects.filter(pk__in=(order.buyer_id, order.supplier_id))
    }
    return {
        "version": TERMS_VERSION,
        "order": order.ref,
        "number": order.number,
        "buyer": companies[order.buyer_id],
        "supplier": companies[order.supplier_id],
        "placed_at": moment_text(order.placed_at),
        "confirmed_at": moment_text(at),
        "amendment": amendment_version,
        "currency": order.currency,
        "lines": [_term_line(line) for line in lines if line.quantity > 0],
        "goods_minor": order.goods_minor,
        "freight_minor": order.freight_minor,
        "total_minor": order.total_minor,
        "incoterms": {"rule": order.incoterms_rule, "edition": "2020", "named_place": order.named_place},
        "transport_mode": order.transport_mode,
        "transit_days": order.transit_days,
        "ship_by": order.ship_by.isoformat(),
        "delivery_address": order.delivery_address,
        "documents": required_documents(order.transport_mode),
        "quantity_tolerance_bps": order.quantity_tolerance_bps,
        "payment_schedule": [
            {"position": row.position, "amount_minor": row.amount_minor, **agreed}
            for row, agreed in zip(milestones, as_data(order.milestones_agreed), strict=True)
        ],
        "buyer_note": order.buyer_note,
        "clocks": order.clocks,
    }


def _term_line(line: OrderLine) -> dict[str, Any]:
    promised = (
        {"promised_discount_minor": line.promised_discount_minor} if line.promised_discount_minor else {}
    )
    # A key that only some lines have: what was agreed before there were variants keeps its text and its hash.
    variant = {"variant": line.variant_name} if line.variant_name else {}
    return {
        "position": line.position,
        "title": line.title,
        **variant,
        "sku": line.sku,
        "hs_code": line.hs_code,
        "origin": line.origin,
        "unit": line.unit_code,
        "quantity": quantity_text(line.quantity),
        "unit_price": price_text(line.unit_price),
        "discount_bps": line.discount_bps,
        "amount_minor": line.amount_minor,
        "specification": line.specification,
        **promised,
    }

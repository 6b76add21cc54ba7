"""Changes of a running contract for its pages: proposed, agreed, and come to nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from marketplace.core.actors import Actor
from marketplace.core.money import Money
from orders.models import Addendum, Order, OrderLine
from orders.policies import can_act_as_supplier, can_answer_as_buyer
from orders.queries.parts import AddendumLine, AddendumView
from orders.queries.timeline import who
from orders.rules.terms import canonical_text
from orders.states import AddendumState, Audience


def addenda_of(order: Order, rows: Sequence[OrderLine], actor: Actor) -> tuple[AddendumView, ...]:
    """All of them, oldest first; one statement."""
    lines = {row.pk: row for row in rows}
    return tuple(_view(order, one, lines, actor) for one in order.addenda.order_by("number"))


def _view(order: Order, one: Addendum, lines: Mapping[int, OrderLine], actor: Actor) -> AddendumView:
    buys, sells = can_answer_as_buyer(actor, order), can_act_as_supplier(actor, order)
    own = actor.acts_for(order.buyer_id if one.side == Audience.BUYER else order.supplier_id)
    may = one.state == AddendumState.PROPOSED and (buys or sells)
    return AddendumView(
        ref=one.ref,
        number=one.number,
        side=one.side,
        proposer=who(one.proposed_by, one.proposed_label),
        state=one.state,
        state_label=one.get_state_display(),
        value=Money(one.value_minor, order.currency),
        freight_off=Money(one.freight_off_minor, order.currency),
        note=one.note,
        proposed_at=one.proposed_at,
        expires_at=one.expires_at,
        answered_at=one.answered_at,
        answered_by=who(one.answered_by, one.answered_label) if one.answered_at else "",
        terms_hash=one.terms_hash,
        canonical=canonical_text(one.terms) if one.terms else "",
        lines=tuple(_line(line, lines[int(line["line_id"])], one.terms) for line in one.lines),
        own=own,
        can_answer=may and not own,
        can_withdraw=may and own,
    )


def _line(line: Mapping[str, Any], row: OrderLine, terms: Mapping[str, Any] | None) -> AddendumLine:
    """Before it is agreed the price beside it is the present one; afterwards the one it replaced."""
    before = next((old for old in (terms or {}).get("lines", ()) if old["position"] == row.position), None)
    return AddendumLine(
        title=row.full_title,
        unit_code=row.unit_code,
        cancel=Decimal(line["cancel"]),
        unit_price=None if line["unit_price"] is None else Decimal(line["unit_price"]),
        discount_bps=line["discount_bps"],
        old_unit_price=row.price_now if before is None else Decimal(before["unit_price_before"]),
        old_discount_bps=row.discount_now_bps if before is None else int(before["discount_before_bps"]),
    )

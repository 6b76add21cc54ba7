"""One timeline of an order: what happened and who did it, then what happens next by itself and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from marketplace.core.deadlines import DeadlineLine, open_deadlines
from marketplace.core.errors import Text
from marketplace.core.formatting import format_day, format_moment, format_money
from marketplace.core.models import TransitionRecord
from marketplace.core.money import Money
from marketplace.core.operator_settings import label_of
from orders import states
from orders.event_texts import event_text
from orders.models import AmendmentTransition, Order, OrderEvent, Shipment, ShipmentTransition
from orders.queries.parts import NextLine, TimelineLine
from orders.states import AWAITS_PAYMENT, AmendmentState, Audience, OrderState, ShipmentState

ORDER_TEXTS: Mapping[str, Text] = {
    OrderState.PLACED: gettext_lazy("Order placed"),
    OrderState.CONFIRMED: gettext_lazy("Contract confirmed; its terms are frozen"),
    OrderState.IN_PRODUCTION: gettext_lazy("Production started"),
    OrderState.SHIPPED: gettext_lazy("Everything has been shipped"),
    OrderState.DELIVERED: gettext_lazy("Everything has been delivered; the inspection window is open"),
    OrderState.COMPLETED: gettext_lazy("Order completed"),
    OrderState.DECLINED: gettext_lazy("The supplier declined the order"),
    OrderState.LAPSED: gettext_lazy("The order lapsed"),
    OrderState.CANCELLED: gettext_lazy("The order was cancelled"),
}
AMENDMENT_TEXTS: Mapping[str, Text] = {
    AmendmentState.PROPOSED: gettext_lazy("Amended terms %(version)s proposed"),
    AmendmentState.ACCEPTED: gettext_lazy("Amended terms %(version)s accepted"),
    AmendmentState.DECLINED: gettext_lazy("Amended terms %(version)s declined"),
    AmendmentState.SUPERSEDED: gettext_lazy("Amended terms %(version)s are off the table"),
}
SHIPMENT_TEXTS: Mapping[str, Text] = {
    ShipmentState.PACKED: gettext_lazy("Shipment %(ordinal)s packed, with %(carrier)s"),
    ShipmentState.IN_TRANSIT: gettext_lazy("Shipment %(ordinal)s left with %(carrier)s"),
    ShipmentState.DELIVERED: gettext_lazy("Shipment %(ordinal)s delivered"),
    ShipmentState.ACCEPTED: gettext_lazy("Shipment %(ordinal)s accepted"),
    ShipmentState.UNPACKED: gettext_lazy("Shipment %(ordinal)s unpacked again"),
}
# Reasons that the clock gives are stored as codes and said in the reader's language.
REASONS: Mapping[str, Text] = {
    "order_answer": gettext_lazy("The supplier did not answer in time."),
    "amendment_answer": gettext_lazy("The buyer did not answer the amended terms in time."),
    "refunded_in_full": gettext_lazy("Everything was refunded to the buyer."),
    "fund_by": gettext_lazy("The money did not come in time."),
}
RULES: Mapping[str, Text] = {
    "contract.ship_by": gettext_lazy("Ship-by date of the contract"),
    "contract.payment_schedule": gettext_lazy("Payment schedule of the contract"),
    "provider.holding_days": gettext_lazy("How long card and wallet processors hold money"),
}
# They only say once more what another deadline says.
REMINDERS = frozenset({"payment_reminder"})
# Why a clock stands still, where a code and not a person says it.
PAUSES: Mapping[str, Text] = {
    AWAITS_PAYMENT: gettext_lazy("Stands still until the buyer has paid what is due."),
}
_CHOICES = {
    choices.__name__: choices
    for choices in (states.DocumentType, states.TransportMode, states.DeliverySource, states.CarrierStatus)
}


def past_of(order: Order, shipments: Iterable[Shipment], side: str) -> tuple[TimelineLine, ...]:
    """Everything that happened, oldest first; three statements. `side` hides lines meant for others."""
    ordinals = {shipment.pk: (number, shipment) for number, shipment in enumerate(shipments, 1)}
    lines: list[tuple[datetime, int, int, TimelineLine]] = []
    for step in AmendmentTransition.objects.filter(amendment__order=order).select_related("amendment"):
        text = str(AMENDMENT_TEXTS[step.to_state]) % {"version": step.amendment.version}
        lines.append((step.at, 0, step.pk, _step(step, text, f"amendment_{step.to_state}")))
    for moved in ShipmentTransition.objects.filter(shipment__order=order):
        number, shipment = ordinals[moved.shipment_id]
        text = str(SHIPMENT_TEXTS[moved.to_state]) % {"ordinal": number, "carrier": shipment.carrier}
        lines.append((moved.at, 1, moved.pk, _step(moved, text, f"shipment_{moved.to_state}")))
    lines.extend(
        (
            own.at,
            4 if own.to_state in states.ENDED else 2,
            own.pk,
            _step(own, str(ORDER_TEXTS[own.to_state]), own.to_state),
        )
        for own in order.transitions.all()
    )
    numbers = {shipment.ref: number for number, shipment in ordinals.values()}
    lines.extend(
        (event.at, 3, event.pk, _event(event, numbers)) for event in order.events.filter(_for_side(side))
    )
    return tuple(line for *_key, line in sorted(lines, key=lambda entry: entry[:3]))


def next_of(order: Order, at: datetime) -> tuple[NextLine, ...]:
    """What happens by itself, soonest first; one statement."""
    return tuple(
        _next(line, order.clocks, at) for line in open_deadlines(order.ref) if line.kind not in REMINDERS
    )


def who(actor: str, label: str) -> str:
    """The actor of a stored row for people: a name and company, the clock, a carrier or the marketplace."""
    kind, _colon, name = actor.partition(":")
    if kind != "system":
        return label or _("somebody")
    if name.startswith("carrier:"):
        return _("the carrier %(name)s") % {"name": name.partition(":")[2]}
    return _("the clock") if name == "clock" or name.startswith("auto_") else _("the marketplace")


def _step(step: TransitionRecord, text: str, kind: str) -> TimelineLine:
    reason = str(REASONS.get(step.reason, step.reason))
    return TimelineLine(step.at, text, who(step.actor, step.actor_label), reason, kind)


def _event(event: OrderEvent, numbers: Mapping[str, int]) -> TimelineLine:
    params = {name: _shown(value) for name, value in event.params.items()}
    if event.params.get("shipment") in numbers:
        params["shipment"] = str(numbers[event.params["shipment"]])
    reason = params.get("reason", "")
    text = str(event_text(event.kind))
    return TimelineLine(
        event.at,
        text % params if "%(" in text else text,
        who(event.actor, event.actor_label),
        str(REASONS.get(reason, reason)),
        event.kind,
        reported=True,
    )


def _shown(value: Any) -> str:
    if not isinstance(value, dict):
        return str(value)
    if "amount_minor" in value:
        return format_money(Money(int(value["amount_minor"]), str(value["currency"])))
    if "moment" in value:
        return format_moment(datetime.fromisoformat(value["moment"]))
    if "day" in value:
        return format_day(date.fromisoformat(value["day"]))
    choices = _CHOICES.get(value.get("choice", ""))
    return str(choices(value["value"]).label) if choices else str(value.get("value", ""))


def _for_side(side: str) -> Q:
    return Q() if side == Audience.STAFF else Q(audience__in=(Audience.BOTH, side))


def _rule(rule: str, clocks: Mapping[str, Any]) -> Text:
    """The rule in words, with the days that this order has frozen."""
    if rule in RULES:
        return RULES[rule]
    if rule not in clocks:
        return label_of(rule)
    days = int(clocks[rule])
    return ngettext("%(rule)s: %(days)s day", "%(rule)s: %(days)s days", days) % {
        "rule": label_of(rule),
        "days": days,
    }


def _next(line: DeadlineLine, clocks: Mapping[str, Any], at: datetime) -> NextLine:
    position = line.details.get("milestone")
    return NextLine(
        kind=line.kind,
        subject=line.subject,
        due_at=line.due_at,
        text=line.explanation,
        rule=_rule(line.rule, clocks),
        overdue=line.due_at <= at,
        paused_at=line.paused_at,
        pause_reason=PAUSES.get(line.pause_reason, line.pause_reason),
        milestone=position if isinstance(position, int) else None,
    )

"""What a supplier is told of stock and capacity: a period is sold out, or little of it is left.

Each handler runs inside the delivery's transaction, once per event.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Final

from django.urls import reverse
from django.utils.translation import gettext as _

from catalog.models import CapacityPeriod
from catalog.policies import SELLING_ROLES
from catalog.queries.capacity.lead_times import pauses_from
from catalog.queries.capacity.pages import next_order_text
from catalog.queries.capacity.stated import period_of, period_text
from catalog.rules.lead_times import read_pauses
from catalog.rules.prices import with_variant
from marketplace.accounts.queries import Person, members_with_roles
from marketplace.core.formatting import format_quantity
from marketplace.core.models import OutboxEvent
from marketplace.notifications.operations import Message, notify

EVENTS: Final = ("capacity_sold_out", "capacity_runs_low")


def tell_of_capacity(event: OutboxEvent, at: datetime) -> None:
    """Orders have taken all of a period, or nearly: the supplier may state more before buyers go elsewhere."""
    dated = CapacityPeriod.objects.annotate(pauses=pauses_from("variant__product__supplier", at.date()))
    row = dated.select_related("variant__product").get(ref=event.subject)
    pauses = read_pauses(row.__dict__["pauses"])
    others = CapacityPeriod.objects.filter(variant=row.variant, withdrawn_at__isnull=True)
    periods = [period_of(one) for one in others]

    def build(_person: Person) -> Message:
        words = {
            "title": with_variant(event.payload["title"], event.payload["variant"]),
            "period": period_text(period_of(row)),
            "left": format_quantity(Decimal(event.payload["left"]), row.unit_code),
        }
        sentence, waits = next_order_text(row.variant.product, periods, at.date(), pauses)
        if event.kind == "capacity_runs_low":
            title = _("Little is left: %(title)s") % words
            body = _("%(left)s of %(period)s are in no order yet.") % words
        else:
            title = _("Sold out: %(title)s") % words
            nothing = not Decimal(event.payload["left"])
            said = (
                _("Orders have taken all of it: %(period)s.")
                if nothing
                else _("%(left)s of %(period)s are left, less than your smallest order.")
            )
            body = said % words
        body = f"{body} {sentence}"
        return Message(title=title, body=body, url=_page_of(event), asks=waits)

    notify(event, members_with_roles(event.payload["supplier_id"], SELLING_ROLES), build, at)


def _page_of(event: OutboxEvent) -> str:
    return reverse("workbench_availability", args=[event.payload["product"]])


Handler = Callable[[OutboxEvent, datetime], None]
CONSUMERS: Final[tuple[tuple[str, str, Handler], ...]] = (
    ("capacity_sold_out", "catalog.tell_capacity_sold_out", tell_of_capacity),
    ("capacity_runs_low", "catalog.tell_capacity_runs_low", tell_of_capacity),
)

"""What waits for a supplier in its workbench: certificates that end, listings a moderator sent back, imports that stand.

For the first page of the app above; what waits there with an order or a case is that app's. Writes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from django.utils import timezone
from django.utils.translation import gettext as _

from catalog.models import Certificate, ListingImport, Product
from catalog.rules.certificates import REMINDED_DAYS_BEFORE, kind_name
from catalog.states import CERTIFICATE_COUNTS, ImportState, ProductState

MOST: Final = 5
# Said from the first reminder on, and for so long after the end: then the supplier has chosen to be without it.
_SAID_BEFORE: Final = timedelta(days=max(REMINDED_DAYS_BEFORE))
_SAID_AFTER: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class ShopWait:
    """One thing: what to do, about what, by when if there is a day. `view` is a route, `ref` its object."""

    title: str
    text: str
    view: str
    ref: str
    due_at: datetime | None
    icon: str


def waits_in_workbench(supplier_id: int, at: datetime) -> tuple[ShopWait, ...]:
    """At most five of a kind, the most urgent. Three statements."""
    return (*_certificates(supplier_id, at), *_sent_back(supplier_id), *_imports(supplier_id))


def _certificates(supplier_id: int, at: datetime) -> Iterator[ShopWait]:
    today = at.astimezone(timezone.get_current_timezone()).date()
    ending = Certificate.objects.filter(
        supplier_id=supplier_id,
        state__in=CERTIFICATE_COUNTS,
        valid_until__range=(today - _SAID_AFTER, today + _SAID_BEFORE),
    )
    for row in ending.order_by("valid_until", "pk")[:MOST]:
        last = row.valid_until or today
        over = last < today
        yield ShopWait(
            title=_("Renew a certificate: buyers do not see it any more")
            if over
            else _("Renew a certificate"),
            text=f"{kind_name(row.kind, row.name)} · {row.number}",
            view="workbench_certificate",
            ref=row.ref,
            due_at=_end_of(last),
            icon="check",
        )


def _end_of(day: date) -> datetime:
    """When the last day is over, where the reader is."""
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time()))


def _sent_back(supplier_id: int) -> Iterator[ShopWait]:
    back = Product.objects.of_supplier(supplier_id).filter(state=ProductState.DRAFT).exclude(review_note="")
    for ref, title in back.order_by("-updated_at", "-pk").values_list("ref", "title")[:MOST]:
        yield ShopWait(
            _("Change a listing and submit it again"), title, "workbench_product", ref, None, "edit"
        )


def _imports(supplier_id: int) -> Iterator[ShopWait]:
    standing = ListingImport.objects.filter(
        supplier_id=supplier_id, state__in=(ImportState.COLUMNS, ImportState.CHECKED)
    )
    for ref, name in standing.order_by("-pk").values_list("ref", "file_name")[:MOST]:
        yield ShopWait(_("Go on with an import"), name, "workbench_import", ref, None, "upload")

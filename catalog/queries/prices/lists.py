"""A supplier's price lists, for its owners and sales only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, OuterRef, Subquery
from django.urls import reverse

from catalog import policies
from catalog.errors import PriceListNotFound
from catalog.models import PriceList, PriceListBuyer, PriceListGroup, PrivatePrice
from catalog.queries.prices.standing import state_of_list
from catalog.rules.price_lists import PriceListFacts
from marketplace.core.actors import Actor
from marketplace.core.formatting import format_percent


@dataclass(frozen=True, slots=True)
class PriceListLine:
    """One list among the others."""

    url: str
    name: str
    state_label: str
    tone: str
    valid_from: date
    valid_until: date | None
    buyers: int
    groups: int
    prices: int
    share: str


@dataclass(frozen=True, slots=True)
class PriceListPage:
    """One list, to read and to change."""

    ref: str
    name: str
    state_label: str
    tone: str
    is_ended: bool
    revision: int
    buyers: tuple[str, ...]
    groups: tuple[str, ...]
    priced: int
    facts: PriceListFacts
    updated_at: datetime


def price_lists_of(supplier_id: int, day: date) -> list[PriceListLine]:
    """Those that apply or will first, then the ended ones, each newest first. One statement."""
    rows = PriceList.objects.filter(supplier_id=supplier_id).annotate(
        named=_counted(PriceListBuyer.objects),
        grouped=_counted(PriceListGroup.objects),
        priced=_counted(PrivatePrice.objects, "variant"),
    )
    return [
        PriceListLine(
            reverse("workbench_price_list", args=[row.ref]),
            row.name,
            *state_of_list(row, day),
            valid_from=row.valid_from,
            valid_until=row.valid_until,
            buyers=row.named or 0,
            groups=row.grouped or 0,
            prices=row.priced or 0,
            share=format_percent(row.percent_off_bps) if row.percent_off_bps else "",
        )
        for row in rows.order_by("ended_at", "-created_at", "-pk")
    ]


def _counted(rows: Any, what: str = "pk") -> Subquery:
    """How many of a list's rows there are: counted one by one, for joined they would multiply."""
    of_list = rows.filter(price_list=OuterRef("pk")).order_by().values("price_list")
    return Subquery(of_list.annotate(number=Count(what, distinct=True)).values("number"))


def price_list_page(ref: str, actor: Actor, day: date) -> PriceListPage:
    """One list of the company acted for. Raises `PriceListNotFound` for another's. Four statements."""
    found = PriceList.objects.filter(ref=ref).first()
    if found is None or not policies.can_list_for(actor, found.supplier_id):
        raise PriceListNotFound
    buyers = list(found.buyers.select_related("company").order_by("company__legal_name", "pk"))
    groups = list(found.groups.select_related("group").order_by("group__name", "pk"))
    state_label, tone = state_of_list(found, day)
    return PriceListPage(
        ref=found.ref,
        name=found.name,
        state_label=state_label,
        tone=tone,
        is_ended=found.ended_at is not None,
        revision=found.revision,
        buyers=tuple(buyer.company.legal_name for buyer in buyers),
        groups=tuple(one.group.name for one in groups),
        priced=found.prices.values("variant_id").distinct().count(),
        facts=PriceListFacts(
            name=found.name,
            valid_from=found.valid_from,
            valid_until=found.valid_until,
            percent_off_bps=found.percent_off_bps,
            buyers=tuple(buyer.company.ref for buyer in buyers),
            groups=tuple(one.group.ref for one in groups),
        ),
        updated_at=found.updated_at,
    )

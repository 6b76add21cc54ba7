"""A supplier's buyer groups, for its owners and sales only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count
from django.urls import reverse

from catalog import policies
from catalog.errors import BuyerGroupNotFound
from catalog.models import BuyerGroup, PriceList
from catalog.queries.prices.standing import state_of_list
from catalog.rules.buyer_groups import GroupFacts
from marketplace.accounts.models import Company
from marketplace.core.actors import Actor
from marketplace.core.countries import country_name


@dataclass(frozen=True, slots=True)
class GroupLine:
    """One group among the others."""

    ref: str
    url: str
    name: str
    members: int
    lists: int


@dataclass(frozen=True, slots=True)
class MemberLine:
    """A company in a group."""

    ref: str
    name: str
    country: str


@dataclass(frozen=True, slots=True)
class ListLine:
    """A price list that names a group."""

    url: str
    name: str
    state_label: str
    tone: str


@dataclass(frozen=True, slots=True)
class GroupPage:
    """One group, to read and to change."""

    ref: str
    name: str
    revision: int
    members: tuple[MemberLine, ...]
    lists: tuple[ListLine, ...]
    facts: GroupFacts
    updated_at: datetime


def buyer_groups_of(supplier_id: int) -> list[GroupLine]:
    """The living ones by name. One statement."""
    rows = BuyerGroup.objects.filter(supplier_id=supplier_id, dissolved_at__isnull=True).annotate(
        inside=Count("members", distinct=True), named=Count("price_lists", distinct=True)
    )
    return [
        GroupLine(row.ref, reverse("workbench_buyer_group", args=[row.ref]), row.name, row.inside, row.named)
        for row in rows.order_by("name", "pk")
    ]


def buyer_group_page(ref: str, actor: Actor, day: date) -> GroupPage:
    """One group of the company acted for. Raises `BuyerGroupNotFound` for another's. Three statements."""
    found = BuyerGroup.objects.filter(ref=ref, dissolved_at__isnull=True).first()
    if found is None or not policies.can_list_for(actor, found.supplier_id):
        raise BuyerGroupNotFound
    members = list(found.members.select_related("company").order_by("company__legal_name", "pk"))
    lists = PriceList.objects.filter(groups__group=found).order_by("ended_at", "-created_at", "-pk")
    return GroupPage(
        ref=found.ref,
        name=found.name,
        revision=found.revision,
        members=tuple(
            MemberLine(one.company.ref, one.company.legal_name, country_name(one.company.country))
            for one in members
        ),
        lists=tuple(
            ListLine(reverse("workbench_price_list", args=[one.ref]), one.name, *state_of_list(one, day))
            for one in lists
        ),
        facts=GroupFacts(found.name, tuple(one.company.ref for one in members)),
        updated_at=found.updated_at,
    )


def buyers_named(refs: Sequence[str], supplier_id: int) -> tuple[list[int], str]:
    """The companies that references name, in their order, and the first reference that names no buyer of theirs."""
    found = dict(Company.objects.filter(ref__in=refs).exclude(pk=supplier_id).values_list("ref", "pk"))
    unknown = next((ref for ref in refs if ref not in found), "")
    return [found[ref] for ref in refs if ref in found], unknown

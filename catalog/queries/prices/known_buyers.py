"""Choosing buyers for a price list or a group: whom a supplier knows by name, and whom it can name exactly.

A supplier finds by a part of the name only companies that ordered from it, asked it, or stand in one of its lists or
groups. Nobody leafs through the marketplace's buyers: any other must be named whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import Exists, OuterRef, Q, QuerySet

from catalog.models import BuyerGroupMember, KnownBuyer, PriceListBuyer
from marketplace.accounts.models import Company
from marketplace.core.countries import country_name

_FOUND: Final = 20
_OFFERED: Final = 8
_LONGEST: Final = 200


@dataclass(frozen=True, slots=True)
class BuyerChoice:
    """A company to choose. Its name is the reference itself where there is no such company."""

    ref: str
    name: str
    country: str


@dataclass(frozen=True, slots=True)
class BuyerPicker:
    """Chosen ones; those found for `words`, or without words the ones dealt with last."""

    chosen: tuple[BuyerChoice, ...]
    found: tuple[BuyerChoice, ...]
    words: str

    @property
    def nothing_found(self) -> bool:
        """Words were typed, and nobody new is found by them."""
        return bool(self.words) and not self.found


def buyer_picker(supplier_id: int, refs: Sequence[str], words: str = "") -> BuyerPicker:
    """What the part of the form shows. Two statements at most, none for what is not asked."""
    clean = words.replace("\x00", "").strip()[:_LONGEST]
    others = Company.objects.exclude(pk=supplier_id).exclude(ref__in=refs)
    rows = _found(others, supplier_id, clean) if clean else _last(others, supplier_id)
    return BuyerPicker(_chosen(refs), tuple(_choice(row) for row in rows), clean)


def _chosen(refs: Sequence[str]) -> tuple[BuyerChoice, ...]:
    named = {row.ref: row for row in Company.objects.filter(ref__in=refs)} if refs else {}
    return tuple(_choice(named[ref]) if ref in named else BuyerChoice(ref, ref, "") for ref in refs)


def _found(others: QuerySet[Company], supplier_id: int, words: str) -> QuerySet[Company]:
    """Known ones by a part of their name, anybody by the whole of it or the reference."""
    exactly = Q(ref=words) | Q(legal_name__iexact=words, buys=True)
    known = Q(_known(supplier_id), legal_name__icontains=words)
    return others.filter(known | exactly).order_by("legal_name", "pk")[:_FOUND]


def _last(others: QuerySet[Company], supplier_id: int) -> QuerySet[Company]:
    dealt = KnownBuyer.objects.filter(supplier_id=supplier_id).order_by("-since", "-pk").values("buyer_id")
    return others.filter(pk__in=dealt).order_by("legal_name", "pk")[:_OFFERED]


def _known(supplier_id: int) -> Q:
    rows = (
        KnownBuyer.objects.filter(supplier_id=supplier_id, buyer=OuterRef("pk")),
        PriceListBuyer.objects.filter(price_list__supplier_id=supplier_id, company=OuterRef("pk")),
        BuyerGroupMember.objects.filter(group__supplier_id=supplier_id, company=OuterRef("pk")),
    )
    return Q(Exists(rows[0])) | Q(Exists(rows[1])) | Q(Exists(rows[2]))


def _choice(row: Company) -> BuyerChoice:
    return BuyerChoice(row.ref, row.legal_name, country_name(row.country))

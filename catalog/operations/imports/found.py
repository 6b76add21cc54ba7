"""What rows of an import are about: the listings and variants they name, and the rows before them. Writes nothing.

A row finds its listing by the marketplace's reference, else by an article number that any of the company's variants
has, else by the rows beside it that say they are of one listing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Q

from catalog.imports import fields
from catalog.imports.cells import Cell, text_of
from catalog.imports.rows import RowReader
from catalog.imports.statements import RowKeys
from catalog.models import CapacityPeriod, GoodsStatement, ListingImport, ListingImportRow, Product, Variant
from catalog.queries.capacity.cells import capacity_of_listings
from catalog.queries.listings.stored import StoredListing, stored_listings
from catalog.queries.listings.variants import StoredVariant
from catalog.queries.trust.goods import every_standing_rule
from catalog.rules.goods import Rule


@dataclass(slots=True)
class Found:
    """The listings that rows of one chunk are about, and what earlier rows already were about."""

    listings: Mapping[int, StoredListing]
    by_ref: Mapping[str, int]
    by_sku: dict[str, tuple[int, int]]  # the listing, and the variant's number in it; below zero: a row's
    earlier: dict[str, int]
    groups: dict[str, int]  # what rows before called a listing of theirs
    rules: tuple[Rule, ...]
    stated: frozenset[tuple[int, int]]
    day: date
    capacity: Mapping[int, Sequence[CapacityPeriod]] = field(default_factory=dict)  # by variant


@dataclass(slots=True)
class RowGroup:
    """Rows about one listing, in the order of the file. `torn`: the row of the same name that stands elsewhere."""

    stored: StoredListing | None
    rows: list[tuple[ListingImportRow, RowKeys]] = field(default_factory=list)
    torn: int = 0


def find(
    job: ListingImport,
    rows: Sequence[ListingImportRow],
    keys: Sequence[RowKeys],
    reader: RowReader,
    day: date,
    *,
    lock: bool,
) -> Found:
    """Everything that judging these rows asks of the database. `lock`: hold the listings."""
    refs = {one.ref for one in keys if one.ref}
    skus = {one.sku for one in keys if one.sku}
    own = Variant.objects.filter(supplier_id=job.supplier_id, sku__in=skus)
    owners = {
        sku: (product, number) for sku, product, number in own.values_list("sku", "product_id", "number")
    }
    named = Q(ref__in=refs) | Q(pk__in={product for product, _number in owners.values()})
    wanted = Product.objects.of_supplier(job.supplier_id).filter(named)
    products = (wanted.lock() if lock else wanted).select_related("category", "supplier")
    stored = stored_listings(products, translated=reader.is_translated)
    return Found(
        listings=stored,
        by_ref={one.product.ref: pk for pk, one in stored.items()},
        by_sku=owners,
        earlier=_earlier(job, rows, keys, stored),
        groups=_earlier_groups(job, rows, keys, reader),
        rules=(rules := every_standing_rule()),
        stated=_stated(stored) if rules else frozenset(),
        day=day,
        capacity=capacity_of_listings(stored, lock=lock) if fields.CAPACITY in reader.column else {},
    )


def grouped(rows: Sequence[ListingImportRow], keys: Sequence[RowKeys], found: Found) -> list[RowGroup]:
    """The rows by listing. What is not listed yet is one listing only where its rows stand below each other."""
    owners = [_owner(one, found) for one in keys]
    runs = _runs(keys)
    of_run = {run: owner for run, owner in zip(reversed(runs), reversed(owners), strict=True) if owner}
    groups: dict[object, RowGroup] = {}
    for row, key, owner, run in zip(rows, keys, owners, runs, strict=True):
        if owner is None and key.listing and not key.ref:
            owner = of_run.get(run)
        name = ("run", run) if owner is None else ("listing", owner)
        group = groups.get(name)
        if group is None:
            group = groups[name] = RowGroup(found.listings.get(owner) if owner else None)
            if owner is None and key.listing:
                group.torn = found.groups.get(key.listing, 0)
        group.rows.append((row, key))
        if key.listing:
            found.groups.setdefault(key.listing, row.number)
    return list(groups.values())


def variant_of(key: RowKeys, stored: StoredListing | None) -> StoredVariant | None:
    """The variant that a row is about; None for a new one.

    By its number, else by its name; a row that says neither is about the first, and so is a new number of a listing
    that has one form only. A withdrawn one is meant by its number, or by its name where the row says how it stands.
    """
    offered = stored.offered if stored else ()
    by_sku = next(
        (one for one in (stored.variants if stored else ()) if key.sku and one.sku == key.sku), None
    )
    if by_sku is not None:
        return by_sku
    if key.variant:
        return _by_name(key, stored)
    return offered[0] if offered and (len(offered) == 1 or not key.sku) else None


def _by_name(key: RowKeys, stored: StoredListing | None) -> StoredVariant | None:
    name = key.variant.casefold()
    named = [one for one in (stored.variants if stored else ()) if one.name.casefold() == name]
    offered = [one for one in named if one.position is not None]
    if offered or len(named) != 1 or not key.is_stated:
        return offered[0] if offered else None
    return named[0]


def key_of(key: RowKeys) -> str:
    """What a row is found by, for its answer and for finding it twice."""
    if key.sku:
        return f"sku {key.sku}"[:120]
    return f"ref {key.ref} {key.variant}".strip()[:120] if key.ref else ""


def _owner(key: RowKeys, found: Found) -> int | None:
    if key.ref:
        return found.by_ref.get(key.ref)
    known = found.by_sku.get(key.sku) if key.sku else None
    return known[0] if known else None


def _runs(keys: Sequence[RowKeys]) -> list[int]:
    """Rows below each other that call their listing the same have one number; every other row its own."""
    runs: list[int] = []
    for place, key in enumerate(keys):
        same = place > 0 and key.group and key.group == keys[place - 1].group
        runs.append(runs[-1] if same else place)
    return runs


def _stated(products: Iterable[int]) -> frozenset[tuple[int, int]]:
    """For which listings which restrictions have a statement."""
    rows = GoodsStatement.objects.filter(product__in=list(products))
    return frozenset(rows.values_list("product_id", "rule_id"))


def _earlier(
    job: ListingImport,
    rows: Sequence[ListingImportRow],
    keys: Sequence[RowKeys],
    stored: Mapping[int, StoredListing],
) -> dict[str, int]:
    """Which row before this chunk had a key, or was about a variant or a listing."""
    names = [key_of(one) for one in keys]
    before = ListingImportRow.objects.filter(listing_import=job, number__lt=rows[0].number)
    found = before.filter(Q(match_key__in=names) | Q(product_id__in=list(stored))).order_by("-number")
    earlier: dict[str, int] = {}
    for number, key, product_id in found.values_list("number", "match_key", "product_id"):
        earlier[key] = number
        if product_id in stored:
            earlier[f"#{product_id}"] = number
            earlier[f"#{product_id}.{_number_meant(key, stored[product_id])}"] = number
    return earlier


def _number_meant(key: str, stored: StoredListing) -> int:
    """Which variant of a listing an earlier row was about."""
    sku = key.removeprefix("sku ") if key.startswith("sku ") else ""
    meant = next((one for one in stored.variants if sku and one.sku[:116] == sku), None)
    return meant.number if meant else stored.offered[0].number if stored.offered else 0


def _earlier_groups(
    job: ListingImport, rows: Sequence[ListingImportRow], keys: Sequence[RowKeys], reader: RowReader
) -> dict[str, int]:
    """Which row before this chunk called its listing the same; asked only of files that have such a column."""
    names = {one.listing for one in keys if one.listing}
    column = reader.column.get(fields.LISTING)
    if not names or column is None or rows[0].number <= 2:
        return {}
    before = ListingImportRow.objects.filter(listing_import=job, number__lt=rows[0].number)
    said: list[Cell] = [*names, *(["n", name] for name in names)]
    same = before.filter(**{f"cells__{column}__in": said}).order_by("-number")
    return {text_of(cell): number for cell, number in same.values_list(f"cells__{column}", "number")}

"""The answer to one row of an import, and what judging a chunk of rows has at hand. Writes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from catalog.imports import fields
from catalog.imports.rows import RowReader
from catalog.imports.statements import Problem, RowKeys, Statement
from catalog.imports.translated import Names, Words, name_cells
from catalog.models import CapacityPeriod, ListingImport, ListingImportRow, Product
from catalog.operations.imports.found import Found, key_of
from catalog.queries.listings.stored import StoredListing
from catalog.queries.listings.variants import StoredVariant
from catalog.rules.capacity import Period
from catalog.rules.listing import CategoryFacts, ListingFacts
from catalog.rules.offering import NOTHING_OFFERED, OfferingFacts
from catalog.rules.packing import AS_LISTED, Packing, packing_of
from catalog.rules.prices import with_variant
from catalog.rules.variants import VariantFacts
from catalog.states import Offered, ProductState, RowOutcome

OF_VARIANT: Final = frozenset({"sku", "tiers"})  # facts of a listing that are its first variant's
WITHDRAWN, OFFERED_AGAIN = "withdrawn", "offered_again"  # what becomes of a variant, beside what it says
PAUSED, RESUMED = "paused", "resumed"  # and of the whole listing


def with_packing(facts: ListingFacts, packing: Packing) -> ListingFacts:
    """The facts with these goods packed like this."""
    return replace(facts, **packing.columns)  # type: ignore[arg-type]  # by name, each of its own kind


@dataclass(frozen=True, slots=True)
class CapacityStep:
    """One period as it will be offered; `row` is the one there is, locked while the import runs."""

    period: Period
    row: CapacityPeriod | None


@dataclass(slots=True)
class Judged:
    """A row with its answer. `pictures` are files of the archive that the listing does not have yet.

    `facts`, `offering` and `words` are the listing's, with the number and prices of the row's `variant`; `before` is
    the variant as stored, None for a new one. `speaks`: its packing is the listing's too. `lead` is the row that speaks for the listing, None for that row
    itself: it alone has the `variants` offered afterwards, `writes` when any row of the listing changes it, and the
    state that it `becomes`. `offered` is how the variant shall stand, None leaves it; `step` the state that the row gives
    the whole listing, empty when it leaves it. `names` are what the variant is called in other languages.
    """

    row: ListingImportRow
    keys: RowKeys
    stored: StoredListing | None
    before: StoredVariant | None
    lead: Judged | None
    facts: ListingFacts
    speaks: bool = True
    variant: VariantFacts = field(default_factory=VariantFacts)
    offering: OfferingFacts = NOTHING_OFFERED
    words: Words = field(default_factory=dict)
    category: CategoryFacts | None = None
    outcome: str = RowOutcome.ERROR
    problems: tuple[Problem, ...] = ()
    changes: tuple[str, ...] = ()
    pictures: tuple[str, ...] = ()
    submits: bool = False
    submitted: bool = False
    writes: bool = False
    variants: tuple[VariantFacts, ...] = ()
    names: Names = field(default_factory=dict)
    names_before: Names = field(default_factory=dict)
    offered: Offered | None = None
    step: str = ""
    becomes: str = ""
    product: Product | None = None
    capacity: tuple[CapacityStep, ...] = ()  # what becomes of the variant's stock and capacity

    def __post_init__(self) -> None:
        self.product = self.stored.product if self.stored else None

    def take(self, said: Statement) -> None:
        """Let the row say this."""
        self.facts, self.offering, self.words = said.facts, said.offering, said.words
        self.offered, self.names = said.offered, said.variant_names
        number = self.before.number if self.before else None
        tiers = tuple(tier for tier in said.facts.tiers if tier)
        own, listing = self._packings(packing_of(said.facts))
        self.facts = with_packing(said.facts, listing)
        self.variant = VariantFacts(said.variant_name, said.facts.sku, tiers, number, own)

    def _packings(self, said: Packing) -> tuple[Packing, Packing]:
        """How the variant is packed by its own statement, and how the listing is, where the row says this.

        The row that speaks for the listing says how its variant is packed: by its own statement where there is one.
        A further row that repeats what the listing says states nothing.
        """
        was = self.before.packing if self.before else AS_LISTED
        base = self.lead or self.stored
        listing = packing_of(base.facts) if base else said
        if self.speaks:
            return (said, listing) if was.is_stated else (AS_LISTED, said)
        repeats = not was.is_stated and said.adds_nothing_to(listing)
        return AS_LISTED if repeats else said, listing

    @property
    def leaves(self) -> bool:
        """Whether the row's variant is not offered afterwards."""
        if self.before is None or self.offered is None:
            return self.before is not None and self.before.position is None
        return self.offered == Offered.WITHDRAWN

    @property
    def match_key(self) -> str:
        """By what the row names its variant."""
        return key_of(self.keys)

    @property
    def title(self) -> str:
        """The listing and the variant that the row is about."""
        return with_variant(self.facts.title, self.variant.name)

    @property
    def shown_changes(self) -> list[str]:
        """What changes, for the page."""
        more = [fields.IMAGES] if self.pictures else []
        more += [fields.CAPACITY] if self.capacity else []
        if self.step and self.outcome != RowOutcome.ERROR:
            more.append(PAUSED if self.step == ProductState.PAUSED else RESUMED)
        return [*self.changes, *more, *(["state"] if self.submitted else [])]

    @property
    def own_changes(self) -> list[str]:
        """What becomes another of the row's variant."""
        old = self.before
        told, tells = name_cells(self.names_before), name_cells(self.names)
        called = [name for name in sorted({*told, *tells}) if told.get(name) != tells.get(name)]
        if old is None:
            return [fields.VARIANT, *called] if self.stored else []
        said: dict[str, tuple[object, object]] = {
            "sku": (old.sku, self.variant.sku),
            "tiers": (old.tiers, self.variant.tiers),
            fields.VARIANT: (old.name, self.variant.name),
        }
        was, becomes = old.packing.columns, self.variant.packing.columns
        said |= {name: (was[name], becomes[name]) for name in was}
        if self.leaves:
            return [] if old.position is None else [WITHDRAWN]
        changed = [*(name for name, (was, becomes) in said.items() if was != becomes), *called]
        return changed if old.position is not None else [OFFERED_AGAIN, *changed]


@dataclass(frozen=True, slots=True)
class Bench:
    """What judging every row of a chunk needs; `pictures` are the archive's files, small name → fingerprint."""

    job: ListingImport
    reader: RowReader
    found: Found
    pictures: Mapping[str, str]

    def note_number(self, one: Judged) -> None:
        """So that a later row of the chunk does not take the number of this one."""
        if one.outcome != RowOutcome.ERROR and one.variant.sku:
            listing = one.stored.product.pk if one.stored else -one.row.number
            number = one.before.number if one.before else -one.row.number
            self.found.by_sku.setdefault(one.variant.sku, (listing, number))

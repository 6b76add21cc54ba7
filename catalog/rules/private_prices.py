"""Which price a buyer gets: pure rules over price lists. Must not touch database, clock or settings.

The rule is the one that price books of trade systems follow for "best price" (SAP's condition exclusion, Magento's
catalogue rules): all that applies is compared at the quantity asked for, and the lowest unit price wins; a list
never makes an offer dearer than it is for everybody.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from itertools import zip_longest

from catalog.rules.prices import Tier

_STEP = Decimal("0.000001")
_ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class ListedPrice:
    """One price of one list; `currency` is that of the listing when it was typed."""

    price_list: int
    currency: str
    tier: Tier


@dataclass(frozen=True, slots=True)
class PrivateTerms:
    """Everything that applies to one buyer on one day: shares off by supplier, prices by variant."""

    shares_off: Mapping[int, int] = field(default_factory=dict)
    prices: Mapping[int, Sequence[ListedPrice]] = field(default_factory=dict)
    first_variants: Mapping[int, int] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        return not self.shares_off and not self.prices

    def ladder(
        self,
        public: Sequence[Tier],
        *,
        supplier_id: int,
        variant_id: int | None,
        currency: str,
        factor: Decimal = _ONE,
    ) -> tuple[Tier, ...]:
        """What the buyer pays for a variant; the public prices where nothing applies.

        `factor` turns the quantities of the lists into those of `public`, to the millionth.
        """
        by_list: dict[int, list[Tier]] = {}
        for one in self.prices.get(variant_id or 0, ()):
            if one.currency == currency:
                least = (one.tier.min_quantity * factor).quantize(_STEP)
                by_list.setdefault(one.price_list, []).append(Tier(least, one.tier.unit_price))
        lists: list[Sequence[Tier]] = list(by_list.values())
        if share := self.shares_off.get(supplier_id, 0):
            lists.append(less(public, share))
        return best_ladder(public, lists) if public and lists else tuple(public)

    def of_product(
        self,
        public: Sequence[Tier],
        *,
        supplier_id: int,
        product_id: int,
        currency: str,
        factor: Decimal = _ONE,
    ) -> tuple[Tier, ...]:
        """The same for the first variant of a product, whose price lists and cards show."""
        variant = self.first_variants.get(product_id)
        return self.ladder(
            public, supplier_id=supplier_id, variant_id=variant, currency=currency, factor=factor
        )


NOTHING_PRIVATE = PrivateTerms()


def less(tiers: Iterable[Tier], share_bps: int) -> list[Tier]:
    """Every price less a share, rounded half up to the millionth that prices have; never to nothing."""
    return [
        Tier(
            tier.min_quantity,
            max((tier.unit_price * (10_000 - share_bps) / 10_000).quantize(_STEP, ROUND_HALF_UP), _STEP),
        )
        for tier in tiers
    ]


def best_ladder(public: Sequence[Tier], lists: Iterable[Sequence[Tier]]) -> tuple[Tier, ...]:
    """One ladder of the lowest price at every quantity; it begins where the public one does.

    A list counts from its own first quantity on: below it only the others do. Steps that make nothing cheaper
    are left out.
    """
    first = min(tier.min_quantity for tier in public)
    steps = sorted(
        (
            (tier.min_quantity, place, tier.unit_price)
            for place, one in enumerate((public, *lists))
            for tier in one
        ),
        key=lambda step: step[0],
    )
    reached: dict[int, Decimal] = {}
    best: list[Tier] = []
    for (least, place, price), following in zip_longest(steps, steps[1:]):
        reached[place] = price
        if following is not None and following[0] <= max(least, first):
            continue  # what begins at the same quantity counts there, too
        lowest = min(reached.values())
        if not best or lowest < best[-1].unit_price:
            best.append(Tier(max(least, first), lowest))
    return tuple(best)

"""The variants of a listing as a supplier states them, and whether they are right. Pure.

Owns their shape, which names and numbers go together, and what new terms of the listing mean for their prices.
Must not touch database, clock or settings.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, Decimal

from django.utils.translation import gettext_lazy as _

from catalog.errors import FieldErrors, TiersWrong
from catalog.rules.listing import SKU_LENGTH, one_line
from catalog.rules.packing import AS_LISTED, Packing, packing_problems
from catalog.rules.prices import Tier, check_priced_tiers, unit_price_for
from marketplace.core.errors import Text

MAXIMUM_VARIANTS = 30
NAME_LENGTH = 120


@dataclass(frozen=True, slots=True)
class VariantFacts:
    """One variant as stated; `number` is None for a new one. `tiers` are rows of a grid: None is an empty row.

    `packing` is its own, where it is not packed as the listing says.
    """

    name: str = ""
    sku: str = ""
    tiers: tuple[Tier | None, ...] = ()
    number: int | None = None
    packing: Packing = AS_LISTED


@dataclass(frozen=True, slots=True)
class VariantTerms:
    """What the listing says of all its variants; quantities in its unit. `complete`: it is listed, or will be."""

    moq: Decimal | None
    multiple: Decimal | None
    currency: str
    complete: bool
    unit_code: str = ""


def checked_variants(variants: Sequence[VariantFacts], terms: VariantTerms) -> tuple[VariantFacts, ...]:
    """The variants on offer in their clean form, in order.

    One alone needs no name and, in a draft, no price; of several each has both. Raises `FieldErrors` by place,
    counted from 0: `variants`, `variants.<place>.name`, `.<part of packing>`, `variants.<place>.tiers.<row>`.
    """
    clean = [_in_one_line(one) for one in variants]
    errors: dict[str, Text] = {}
    if not clean:
        errors["variants"] = _("A listing offers at least one variant. To offer none, pause the listing.")
    if len(clean) > MAXIMUM_VARIANTS:
        limit = MAXIMUM_VARIANTS
        errors["variants"] = _("A listing offers at most {limit} variants.").format(limit=limit)
    _check_names([one.name for one in clean], errors)
    _check_numbers([one.sku for one in clean], errors)
    for place, one in enumerate(clean):
        errors.update(
            {
                f"variants.{place}.{part}": text
                for part, text in packing_problems(one.packing, terms.unit_code).items()
            }
        )
    needs_price = terms.complete or len(clean) > 1
    for place, one in enumerate(clean):
        clean[place] = replace(one, tiers=_checked_tiers(one, place, terms, errors, needed=needs_price))
    if errors:
        raise FieldErrors(errors)
    return tuple(clean)


def fitted_tiers(tiers: Sequence[Tier], *, moq: Decimal | None, multiple: Decimal | None) -> tuple[Tier, ...]:
    """The ladder under another minimum and multiple: what could be ordered and still can, costs what it did.

    The first step moves to the minimum, every other one to the next quantity that can be ordered.
    """
    if not tiers or moq is None:
        return tuple(tiers)
    step = multiple or Decimal(0)
    prices = {moq: unit_price_for(tiers, moq)}
    for tier in sorted(tiers, key=lambda tier: tier.min_quantity):
        border = tier.min_quantity
        if step > 0:
            border = (border / step).to_integral_value(ROUND_CEILING) * step
        if border > moq:
            prices[border] = tier.unit_price
    ladder: list[Tier] = []
    for quantity, price in sorted(prices.items()):
        if not ladder or price < ladder[-1].unit_price:
            ladder.append(Tier(quantity, price))
    return tuple(ladder)


def _in_one_line(one: VariantFacts) -> VariantFacts:
    packing = replace(one.packing, packaging=one_line(one.packing.packaging))
    return replace(one, name=one_line(one.name), sku=one_line(one.sku), packing=packing)


def _check_names(names: Sequence[str], errors: dict[str, Text]) -> None:
    times = Counter(name.casefold() for name in names)
    for place, name in enumerate(names):
        field = f"variants.{place}.name"
        if not name and len(names) > 1:
            errors[field] = _("Name this variant, so that buyers can tell it from the others.")
        elif len(name) > NAME_LENGTH:
            errors[field] = _("At most {limit} characters.").format(limit=NAME_LENGTH)
        elif name and times[name.casefold()] > 1:
            errors[field] = _("Another variant has this name: buyers could not tell them apart.")


def _check_numbers(skus: Sequence[str], errors: dict[str, Text]) -> None:
    times = Counter(skus)
    for place, sku in enumerate(skus):
        if len(sku) > SKU_LENGTH:
            errors[f"variants.{place}.sku"] = _("At most {limit} characters.").format(limit=SKU_LENGTH)
        elif sku and times[sku] > 1:
            errors[f"variants.{place}.sku"] = _("Another variant has this article number.")


def _checked_tiers(
    one: VariantFacts, place: int, terms: VariantTerms, errors: dict[str, Text], *, needed: bool
) -> tuple[Tier | None, ...]:
    try:
        tiers = check_priced_tiers(one.tiers, moq=terms.moq, multiple=terms.multiple, currency=terms.currency)
    except TiersWrong as wrong:
        errors.update({f"variants.{place}.tiers.{row}": text for row, text in wrong.rows})
        return ()
    if needed and not tiers:
        errors[f"variants.{place}.tiers.0"] = _("Enter at least one price.")
    return tuple(tiers)

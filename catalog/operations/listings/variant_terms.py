"""Keeps the prices of a listing's further variants in step with its terms, and article numbers unique."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from catalog.errors import FieldErrors
from catalog.models import PriceTier, Variant
from catalog.rules.listing import SKU_TAKEN, ListingFacts
from catalog.rules.prices import Tier
from catalog.rules.variants import fitted_tiers
from marketplace.core.errors import Text
from marketplace.core.idempotency import lock_key

ANOTHER_MEANING = _(
    "The other variants of this listing have prices too, and they would mean something else. Withdraw the others, "
    "change it, and offer them again with new prices."
)
KEPT_BY_WITHDRAWN = _(
    "A withdrawn variant of this listing keeps this article number. Offer that one again, or use another number."
)


@dataclass(frozen=True, slots=True)
class TermsChange:
    """A locked listing whose stated facts change."""

    product_id: int
    before: ListingFacts
    after: ListingFacts

    @property
    def moves_borders(self) -> bool:
        """Whether other quantities can be ordered than before."""
        return (self.before.moq, self.before.order_multiple) != (self.after.moq, self.after.order_multiple)

    @property
    def new_meaning(self) -> str:
        """The field that gives every price another meaning; empty when none does."""
        changed = (name for name in ("currency", "unit_code") if self._was_another(name))
        return next(changed, "")

    def _was_another(self, name: str) -> bool:
        return bool(getattr(self.before, name)) and getattr(self.before, name) != getattr(self.after, name)


def meaning_problem(change: TermsChange, *, several: bool) -> dict[str, Text]:
    """The field that cannot change while a listing offers several variants, with the remedy; empty when all can."""
    field = change.new_meaning
    return {field: ANOTHER_MEANING} if several and field else {}


def fit_other_variants(changes: Iterable[TermsChange]) -> None:
    """Move the borders of the further variants to the new minimum and multiple; what can be ordered costs what it did.

    The prices of withdrawn ones are forgotten with the currency or unit they were in. No statement when no terms
    change. Raises `FieldErrors` for a new currency or unit of a listing that offers several.
    """
    concerned = {one.product_id: one for one in changes if one.moves_borders or one.new_meaning}
    if not concerned:
        return
    others = list(Variant.objects.filter(product__in=concerned).exclude(position=1))
    if not others:
        return
    for one in others:
        problem = meaning_problem(concerned[one.product_id], several=one.position is not None)
        if problem:
            raise FieldErrors(problem)
    stale = [one.pk for one in others if concerned[one.product_id].new_meaning]
    PriceTier.objects.filter(variant__in=stale).delete()
    _refit([one for one in others if concerned[one.product_id].moves_borders], concerned)


def forget_prices(variants: Iterable[int]) -> None:
    """Of variants that leave the market together with their currency or unit. No statement for none."""
    if stale := list(variants):
        PriceTier.objects.filter(variant__in=stale).delete()


def write_tiers(ladders: Mapping[int, Sequence[Tier | None]]) -> None:
    """Put these tiers in place of what the variants had. Two statements, or none for none."""
    if not ladders:
        return
    PriceTier.objects.filter(variant__in=ladders).delete()
    PriceTier.objects.bulk_create(
        PriceTier(variant_id=variant_id, min_quantity=tier.min_quantity, unit_price=tier.unit_price)
        for variant_id, tiers in ladders.items()
        for tier in tiers
        if tier is not None
    )


def demand_free_numbers(
    supplier_id: int, skus: Mapping[str, str], *, beside: Iterable[int], product_id: int | None = None
) -> None:
    """INVARIANT: an article number names one variant of its supplier (enforced by article_number_once_per_supplier).

    `skus` maps each number to the form's field; `beside` are the variants that are written anew, `product_id` their
    listing when all its others are withdrawn. Raises `FieldErrors`.
    """
    wanted = sorted(sku for sku in skus if sku)
    for sku in wanted:
        lock_key(
            f"article number:{supplier_id}:{sku}"
        )  # whoever else takes it now waits, and then sees it taken
    if not wanted:
        return
    taken = Variant.objects.filter(supplier_id=supplier_id, sku__in=wanted).exclude(pk__in=list(beside))
    errors: dict[str, Text] = {
        skus[one.sku]: KEPT_BY_WITHDRAWN if one.product_id == product_id else SKU_TAKEN for one in taken
    }
    if errors:
        raise FieldErrors(errors)


def _refit(others: Sequence[Variant], concerned: Mapping[int, TermsChange]) -> None:
    ladders: dict[int, list[Tier]] = {one.pk: [] for one in others}
    steps = PriceTier.objects.filter(variant__in=ladders).order_by("min_quantity")
    for variant_id, quantity, price in steps.values_list("variant_id", "min_quantity", "unit_price"):
        ladders[variant_id].append(Tier(quantity, price))
    fitted: dict[int, tuple[Tier, ...]] = {}
    for one in others:
        terms = concerned[one.product_id].after
        ladder = fitted_tiers(ladders[one.pk], moq=terms.moq, multiple=terms.order_multiple)
        if ladder != tuple(ladders[one.pk]):
            fitted[one.pk] = ladder
    if fitted:
        write_tiers(fitted)

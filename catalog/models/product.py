"""What a supplier lists: product, variants, price tiers, images, and what is told about the supplier.

Written by `catalog.operations` only.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

from catalog.languages import CODE_LENGTH
from catalog.querysets import ProductQuerySet
from catalog.states import EDITABLE, PRODUCT_TRANSITIONS, Incoterms, ListingVisibility, ProductState
from marketplace.core.ids import REF_LENGTH, new_ref
from marketplace.core.models import StatefulModel, TransitionRecord, TransitionTable
from marketplace.core.querysets import LockableQuerySet


def new_product_ref() -> str:
    """A fresh public reference."""
    return new_ref("prd")


class Product(StatefulModel):
    """One listing. A draft may lack everything but a title; anything else is complete by CHECK.

    `description` is HTML that `operations` cleaned. `revision` counts the changes, so that nobody saves
    over another's work or approves what they have not read. `changed_since_review_at` is set when the
    words or pictures of a listing that a moderator approved were changed afterwards.
    """

    TRANSITIONS: ClassVar[TransitionTable] = PRODUCT_TRANSITIONS

    ref = models.CharField(max_length=REF_LENGTH, unique=True, default=new_product_ref)
    supplier = models.ForeignKey("accounts.Company", on_delete=models.PROTECT, related_name="products")
    category = models.ForeignKey(
        "catalog.Category", null=True, on_delete=models.PROTECT, related_name="products"
    )
    title = models.CharField(max_length=140)
    slug = models.SlugField(max_length=80)
    description = models.TextField(blank=True)
    hs_code = models.CharField(max_length=10, blank=True)
    origin = models.CharField(max_length=2, blank=True)
    unit_code = models.CharField(max_length=4, blank=True)
    moq = models.DecimalField(max_digits=14, decimal_places=3, null=True)
    order_multiple = models.DecimalField(max_digits=14, decimal_places=3, null=True)
    currency = models.CharField(max_length=3, blank=True)
    incoterms_rule = models.CharField(max_length=3, choices=Incoterms, blank=True)
    named_place = models.CharField(max_length=120, blank=True)
    lead_time_days = models.PositiveIntegerField(null=True)
    quantity_tolerance_bps = models.PositiveIntegerField(
        null=True, help_text="so much more or less may be delivered; null: the operator's default"
    )
    packaging = models.CharField(max_length=200, blank=True)
    units_per_package = models.DecimalField(max_digits=14, decimal_places=6, null=True)
    net_weight_kg = models.DecimalField(
        max_digits=14, decimal_places=4, null=True, help_text="of one package, without packaging"
    )
    gross_weight_kg = models.DecimalField(
        max_digits=14, decimal_places=4, null=True, help_text="of one package, with packaging"
    )
    attributes = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=ProductState, default=ProductState.DRAFT)
    revision = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)
    published_at = models.DateTimeField(null=True, help_text="when it first went live")
    changed_since_review_at = models.DateTimeField(null=True)
    review_note = models.TextField(blank=True, help_text="why a moderator sent it back or suspended it")
    written_in = models.CharField(
        max_length=CODE_LENGTH, blank=True, default="", db_default="", help_text="a language; empty: not said"
    )

    objects = ProductQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state=ProductState.DRAFT)
                | (
                    Q(category__isnull=False, moq__isnull=False, order_multiple__isnull=False)
                    & Q(lead_time_days__isnull=False)
                    & ~Q(hs_code="")
                    & ~Q(origin="")
                    & ~Q(unit_code="")
                    & ~Q(currency="")
                    & ~Q(incoterms_rule="")
                    & ~Q(named_place="")
                    & ~Q(description="")
                ),
                name="product_is_complete_once_submitted",
            ),
            models.CheckConstraint(
                condition=~Q(state=ProductState.LIVE) | Q(published_at__isnull=False),
                name="product_live_has_a_publication_date",
            ),
            models.CheckConstraint(
                condition=Q(moq__isnull=True) | Q(moq__gt=0), name="product_minimum_order_above_zero"
            ),
            models.CheckConstraint(
                condition=Q(order_multiple__isnull=True) | Q(order_multiple__gt=0),
                name="product_order_multiple_above_zero",
            ),
            models.CheckConstraint(
                condition=Q(quantity_tolerance_bps__isnull=True) | Q(quantity_tolerance_bps__lte=2_000),
                name="product_tolerance_at_most_20_percent",
            ),
            models.CheckConstraint(
                condition=Q(gross_weight_kg__isnull=True)
                | Q(net_weight_kg__isnull=True)
                | Q(gross_weight_kg__gte=F("net_weight_kg")),
                name="product_gross_weight_not_below_net",
            ),
        ]
        indexes = [
            models.Index(fields=["supplier", "state"], name="product_by_supplier"),
            models.Index(fields=["hs_code"], opclasses=["varchar_pattern_ops"], name="product_by_hs_code"),
            models.Index(
                F("published_at").desc(),
                F("id").desc(),
                condition=Q(state="live"),
                name="product_newest_live",
            ),
            # The parts of the sitemaps (`queries.searching.machine.PART_SIZE`), each with its changes in order.
            models.Index(
                F("id") / 50_000, "updated_at", condition=Q(state="live"), name="product_by_sitemap"
            ),
            models.Index(
                F("supplier_id") / 50_000,
                "updated_at",
                condition=Q(state="live"),
                name="product_by_supplier_sitemap",
            ),
            models.Index(
                fields=["submitted_at"], condition=Q(state="in_review"), name="product_waits_for_review"
            ),
            models.Index(
                fields=["changed_since_review_at"],
                condition=Q(changed_since_review_at__isnull=False),
                name="product_changed_since_review",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ref} {self.title}"

    @property
    def is_live(self) -> bool:
        return self.state == ProductState.LIVE

    @property
    def is_editable(self) -> bool:
        return self.state in EDITABLE


class ProductTransition(TransitionRecord):
    """Who moved a listing from which state to which, when and why."""

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="transitions")

    def __str__(self) -> str:
        return f"{self.from_state} → {self.to_state}"


class ProductChange(models.Model):
    """What was changed in a listing, from what to what; never edited."""

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="changes")
    revision = models.PositiveIntegerField()
    before = models.JSONField()
    after = models.JSONField()
    actor = models.CharField(max_length=120)
    actor_label = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["product", "revision"], name="product_change_once_per_revision"),
        ]

    def __str__(self) -> str:
        return f"{self.product_id} r{self.revision}"


class Variant(models.Model):
    """A sellable form of a product: a size, a grade, a packaging. The first on offer is what lists and cards show.

    `number` is its public name inside its listing, given once and never again. `position` is 1, 2, 3 … among those
    on offer, without a gap (at commit, by trigger `variant_positions_without_a_gap`); a withdrawn one has none, and
    is kept, for orders and prices point at it. Each after the first has a name.
    `packaging` and the weights are its own where any of them is stated (`catalog.rules.packing`), else the product's.
    `supplier` is the product's, copied by the database itself (trigger `variant_follows_its_supplier`), so
    that an article number can be unique within a company.
    """

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="variants")
    supplier = models.ForeignKey(
        "accounts.Company", on_delete=models.PROTECT, related_name="+", editable=False
    )
    number = models.PositiveSmallIntegerField(default=1, db_default=1)
    position = models.PositiveSmallIntegerField(null=True, default=1, help_text="null: withdrawn")
    sku = models.CharField(max_length=60, blank=True, help_text="the supplier's own article number")
    name = models.CharField(max_length=120, blank=True)
    withdrawn_at = models.DateTimeField(null=True, help_text="since when it is not offered any more")
    packaging = models.CharField(max_length=200, blank=True, default="", db_default="")
    units_per_package = models.DecimalField(max_digits=14, decimal_places=6, null=True)
    net_weight_kg = models.DecimalField(max_digits=14, decimal_places=4, null=True)
    gross_weight_kg = models.DecimalField(max_digits=14, decimal_places=4, null=True)

    objects = LockableQuerySet["Variant"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["product", "number"], name="variant_number_once_per_product"),
            models.UniqueConstraint(fields=["product", "position"], name="variant_position_once_per_product"),
            models.UniqueConstraint(
                fields=["supplier", "sku"], condition=~Q(sku=""), name="article_number_once_per_supplier"
            ),
            models.UniqueConstraint(
                "product",
                Lower("name"),
                condition=Q(position__isnull=False) & ~Q(name=""),
                name="variant_name_once_per_product",
            ),
            models.CheckConstraint(
                condition=Q(position__isnull=False, withdrawn_at__isnull=True)
                | Q(position__isnull=True, withdrawn_at__isnull=False),
                name="variant_withdrawn_has_no_position",
            ),
            models.CheckConstraint(
                condition=Q(position__isnull=True) | Q(position=1) | (Q(position__gt=1) & ~Q(name="")),
                name="variant_after_the_first_has_a_name",
            ),
            models.CheckConstraint(
                condition=Q(gross_weight_kg__isnull=True)
                | Q(net_weight_kg__isnull=True)
                | Q(gross_weight_kg__gte=F("net_weight_kg")),
                name="variant_gross_weight_not_below_net",
            ),
        ]

    def __str__(self) -> str:
        return self.sku or self.name or str(self.pk)


class PriceTier(models.Model):
    """The unit price from a quantity on, in the product's currency; may be finer than the minor unit."""

    variant = models.ForeignKey(Variant, on_delete=models.CASCADE, related_name="tiers")
    min_quantity = models.DecimalField(max_digits=14, decimal_places=3)
    unit_price = models.DecimalField(max_digits=18, decimal_places=6)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["variant", "min_quantity"], name="price_tier_once_per_quantity"),
            models.CheckConstraint(condition=Q(min_quantity__gt=0), name="price_tier_quantity_above_zero"),
            models.CheckConstraint(condition=Q(unit_price__gt=0), name="price_tier_price_above_zero"),
        ]

    def __str__(self) -> str:
        return f"{self.min_quantity}+ {self.unit_price}"


class ProductImage(models.Model):
    """A picture of a product.

    `renditions` maps a size to its box and its stored paths by format, once the worker made it; `recipe` says
    by which version of `catalog.photographs`. Pictures of the first one have a `path`, which is WebP.
    """

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="images")
    position = models.PositiveSmallIntegerField()
    alt = models.CharField(max_length=160, blank=True)
    file = models.OneToOneField("files.StoredFile", on_delete=models.PROTECT, related_name="+")
    renditions = models.JSONField(default=dict)
    recipe = models.PositiveSmallIntegerField(default=0, db_default=0, help_text="of the renditions")
    prepared_at = models.DateTimeField(null=True, help_text="when the worker made the renditions")

    objects = LockableQuerySet["ProductImage"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["product", "position"],
                name="product_image_position_once_per_product",
                deferrable=models.Deferrable.DEFERRED,
            ),
        ]
        indexes = [models.Index(fields=["recipe", "id"], name="product_image_by_recipe")]

    def __str__(self) -> str:
        return f"{self.product_id} #{self.position}"


class SupplierFacts(models.Model):
    """What trades say about a supplier, pushed down by the apps that know orders.

    `visibility` is how its listings stand in search: as they are, after all others, or not at all. `payments` is
    how new orders are paid, payment by payment (empty: everything on confirmation). `enquiries_answered_in_hours` is
    the usual time to answer a question, counted from the `enquiries_counted` of the last 90 days; None of too few.
    """

    supplier = models.OneToOneField(
        "accounts.Company", primary_key=True, on_delete=models.CASCADE, related_name="supplier_facts"
    )
    orders_completed = models.PositiveIntegerField(default=0)
    on_time_bps = models.PositiveIntegerField(null=True)
    disputes_bps = models.PositiveIntegerField(null=True)
    answers_in_hours = models.PositiveIntegerField(null=True)
    enquiries_answered_in_hours = models.PositiveIntegerField(null=True)
    enquiries_counted = models.PositiveIntegerField(default=0, db_default=0)
    first_completed_at = models.DateTimeField(null=True, help_text="since when the shares are counted")
    visibility = models.CharField(
        max_length=8, choices=ListingVisibility, default=ListingVisibility.FULL, db_default="full"
    )
    payments = models.JSONField(default=list, db_default=[])
    updated_at = models.DateTimeField()

    objects = LockableQuerySet["SupplierFacts"].as_manager()

    class Meta:
        verbose_name_plural = "supplier facts"

    def __str__(self) -> str:
        return str(self.supplier_id)

"""Writes listings: made, edited, submitted, paused and resumed by their supplier.

What is edited in a live listing is live at once, with a row of history. Prices and terms need no second
look: placed orders keep their own copy. Changed words or pictures put the listing on the moderators'
list “changed since review”; it stays live meanwhile, and they can suspend it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.text import slugify

from catalog import policies
from catalog.errors import (
    ChangedMeanwhile,
    ListingIncomplete,
    NotASupplier,
    NotEditable,
    ProductNotFound,
)
from catalog.models import Product, ProductChange, Variant
from catalog.operations.listings.variant_terms import (
    TermsChange,
    demand_free_numbers,
    fit_other_variants,
    write_tiers,
)
from catalog.operations.searching.indexing import index_product
from catalog.operations.trust.checks import ask_for_checks
from catalog.operations.trust.decisions import demand_no_appeal
from catalog.queries.categories import category_facts
from catalog.queries.listings.changed_since import pictures_alone
from catalog.queries.listings.stored import facts_of
from catalog.queries.trust.goods import demand_listable
from catalog.rules.listing import CategoryFacts, ListingFacts, checked_facts, missing_facts
from catalog.rules.prices import Tier
from catalog.states import ProductState
from marketplace.accounts.models import Company
from marketplace.core.actors import Actor
from marketplace.core.errors import IllegalTransition, NotAllowed
from marketplace.core.idempotency import lock_key, remember, replayed
from marketplace.core.outbox import emit

# What a moderator judges: a change here is looked at again. Prices, quantities and terms are the supplier's own.
REVIEWED = (
    "title", "description", "category_code", "hs_code", "origin", "attributes", "packaging", "variant_names",
    "variant_packaging",
)  # fmt: skip
COLUMNS = (
    "title", "description", "hs_code", "origin", "unit_code", "moq", "order_multiple", "currency",
    "incoterms_rule", "named_place", "lead_time_days", "quantity_tolerance_bps", "packaging", "units_per_package", "net_weight_kg",
    "gross_weight_kg", "attributes",
)  # fmt: skip


@transaction.atomic
def create_product(*, supplier_id: int, facts: ListingFacts, actor: Actor, key: str, at: datetime) -> Product:
    """A draft of the supplier's; only a title is needed.

    Raises `NotAllowed` unless the actor sells for the company, `NotASupplier`, `FieldErrors`.
    """
    if not policies.can_list_for(actor, supplier_id):
        raise NotAllowed
    content = {"supplier": supplier_id, "facts": content_of(facts)}
    lock_key(key)
    if (ref := replayed(key=key, operation="create_product", content=content)) is not None:
        return Product.objects.get(ref=ref)
    if not Company.objects.filter(pk=supplier_id, sells=True).exists():
        raise NotASupplier
    category = category_facts(facts.category_code)
    clean = checked_facts(facts, category)
    demand_free_numbers(supplier_id, {clean.sku: "sku"}, beside=[])
    product = Product(supplier_id=supplier_id, created_at=at, updated_at=at)
    assign_facts(product, clean, category)
    product.save(force_insert=True)
    variant = Variant.objects.create(product=product, supplier_id=supplier_id, sku=clean.sku)
    write_tiers({variant.pk: clean.tiers})
    product.log_transition("", ProductState.DRAFT, actor=actor, at=at, key=key)
    remember(key=key, operation="create_product", content=content, result=product.ref, at=at)
    return product


@transaction.atomic
def edit_product(
    *,
    product_ref: str,
    facts: ListingFacts,
    actor: Actor,
    key: str,
    at: datetime,
    revision: int | None = None,
) -> Product:
    """Change what a listing states, all of it at once; a row of history says what was before.

    `revision` is the one the page showed. A listing that was reviewed must stay complete. Saving without
    a change changes nothing and writes no history. Raises `ProductNotFound`, `NotAllowed`, `NotEditable`,
    `ChangedMeanwhile`, `FieldErrors`, `ListingIncomplete`.
    """
    product = locked_product(product_ref, actor)
    content = {"product": product_ref, "facts": content_of(facts)}
    if replayed(key=key, operation="edit_product", content=content) is not None:
        return product
    demand_editable(product, actor, revision)
    _change(product, facts, actor, at)
    remember(key=key, operation="edit_product", content=content, result=product.ref, at=at)
    return product


@transaction.atomic
def set_price_tiers(
    *, product_ref: str, tiers: Sequence[Tier], actor: Actor, key: str, at: datetime
) -> Product:
    """Change nothing but the price tiers. Raises as `edit_product`."""
    product = locked_product(product_ref, actor)
    content = {"product": product_ref, "tiers": [[tier.min_quantity, tier.unit_price] for tier in tiers]}
    if replayed(key=key, operation="set_price_tiers", content=content) is not None:
        return product
    demand_editable(product, actor, None)
    _change(product, replace(facts_of(product), tiers=tuple(tiers)), actor, at)
    remember(key=key, operation="set_price_tiers", content=content, result=product.ref, at=at)
    return product


@transaction.atomic
def submit_for_review(*, product_ref: str, actor: Actor, key: str, at: datetime) -> Product:
    """A draft goes to the moderators, who are told.

    Raises `ProductNotFound`, `NotAllowed`, `ListingIncomplete` with what is missing, `GoodsProhibited`,
    `GoodsStatementMissing`, `IllegalTransition`.
    """
    product = locked_product(product_ref, actor)
    if _already(product, "submit_for_review", key):
        return product
    _demand_seller(product, actor)
    demand_complete(product)
    demand_listable(product, at.date())
    ask_for_checks([product.pk], at=at)
    product.move_to(ProductState.IN_REVIEW, actor=actor, at=at, key=key, submitted_at=at, review_note="")
    emit(kind="product_submitted", subject=product.ref, actor=actor, at=at, payload=event_payload(product))
    _remember(product, "submit_for_review", key, at)
    return product


@transaction.atomic
def withdraw_from_review(*, product_ref: str, actor: Actor, key: str, at: datetime) -> Product:
    """The supplier takes the listing back to change it. Raises as the other steps, and `AppealOpen`."""
    demand_no_appeal(locked_product(product_ref, actor))
    return _supplier_step(
        product_ref, ProductState.DRAFT, ProductState.IN_REVIEW, "withdraw_from_review", actor, key, at
    )


@transaction.atomic
def pause_product(*, product_ref: str, actor: Actor, key: str, at: datetime) -> Product:
    """Take a live product off the market; orders already placed go on. Raises as the other steps."""
    return _supplier_step(
        product_ref, ProductState.PAUSED, ProductState.LIVE, "pause_product", actor, key, at
    )


@transaction.atomic
def resume_product(*, product_ref: str, actor: Actor, key: str, at: datetime) -> Product:
    """Put a paused product back on the market. Raises as the other steps."""
    return _supplier_step(
        product_ref, ProductState.LIVE, ProductState.PAUSED, "resume_product", actor, key, at
    )


def locked_product(product_ref: str, actor: Actor) -> Product:
    """The listing, locked, when the actor may know of it. Raises `ProductNotFound`."""
    product = Product.objects.filter(ref=product_ref).lock().first()
    if product is None:
        raise ProductNotFound
    known = policies.can_see_workbench(actor, product.supplier_id) or actor.is_system
    if not known and (product.state == ProductState.DRAFT or not policies.sits_at_moderation(actor)):
        if product.is_live:
            raise NotAllowed
        raise ProductNotFound
    return product


def demand_state(product: Product, state: ProductState) -> None:
    """Raise `IllegalTransition` unless the listing is in this state: some steps lead to one state from two."""
    if product.state != state:
        raise IllegalTransition(state=product.get_state_display())


def event_payload(product: Product, **more: str) -> dict[str, object]:
    """What consumers of a listing's events need."""
    return {"product": product.ref, "title": product.title, "supplier_id": product.supplier_id, **more}


def content_of(facts: ListingFacts) -> dict[str, object]:
    """The facts as canonical content, for replays and history."""
    return {
        **{name: _as_json(getattr(facts, name)) for name in COLUMNS if name != "attributes"},
        "category_code": facts.category_code,
        "sku": facts.sku,
        "attributes": dict(facts.attributes),
        "tiers": [[_as_json(t.min_quantity), _as_json(t.unit_price)] if t else None for t in facts.tiers],
    }


def touch(
    product: Product, *, before: dict[str, object], after: dict[str, object], actor: Actor, at: datetime
) -> None:
    """Count a change and write its row of history; reviewed parts of a listed product are marked for another look."""
    change = counted_change(product, before=before, after=after, actor=actor, at=at)
    product.save(update_fields=["revision", "updated_at", "changed_since_review_at"])
    change.save(force_insert=True)
    if product.state != ProductState.DRAFT:
        ask_for_checks([product.pk], at=at)


def counted_change(
    product: Product, *, before: dict[str, object], after: dict[str, object], actor: Actor, at: datetime
) -> ProductChange:
    """The row of history of a change that the product now counts; neither is saved."""
    product.revision += 1
    product.updated_at = at
    if product.state != ProductState.DRAFT and {_base(name) for name in before} & {*REVIEWED, "images"}:
        product.changed_since_review_at = at
    return ProductChange(
        product=product,
        revision=product.revision,
        before=before,
        after=after,
        actor=actor.as_text,
        actor_label=actor.label,
        at=at,
    )


def _change(product: Product, facts: ListingFacts, actor: Actor, at: datetime) -> None:
    category = category_facts(facts.category_code)
    clean = checked_facts(facts, category)
    listed = product.state != ProductState.DRAFT
    if listed:
        _demand_complete(clean, category)
    stated = facts_of(product)
    old, new = content_of(stated), content_of(clean)
    changed = sorted(name for name in new if old[name] != new[name])
    if not changed:
        return
    first = product.variants.filter(position=1).first()
    if "sku" in changed:
        demand_free_numbers(product.supplier_id, {clean.sku: "sku"}, beside=[first.pk] if first else [])
    fit_other_variants([TermsChange(product.pk, stated, clean)])
    assign_facts(product, clean, category)
    if listed and {"hs_code", "origin"} & set(changed):
        demand_listable(product, at.date())
    product.save(update_fields=["category", "slug", *COLUMNS])
    if {"tiers", "sku"} & set(changed):
        variant = first or Variant(product=product, supplier_id=product.supplier_id)
        variant.sku = clean.sku
        variant.save()
        write_tiers({variant.pk: clean.tiers})
    touch(
        product,
        before={name: old[name] for name in changed},
        after={name: new[name] for name in changed},
        actor=actor,
        at=at,
    )
    index_product(product)


def assign_facts(product: Product, facts: ListingFacts, category: CategoryFacts | None) -> None:
    """Write the facts into the row, unsaved."""
    for name in COLUMNS:
        setattr(product, name, getattr(facts, name))
    product.attributes = dict(facts.attributes)
    product.category_id = category.id if category else None
    product.slug = slugify(facts.title)[:80].strip("-") or "offer"


def _supplier_step(
    product_ref: str,
    target: ProductState,
    source: ProductState,
    operation: str,
    actor: Actor,
    key: str,
    at: datetime,
) -> Product:
    product = locked_product(product_ref, actor)
    if _already(product, operation, key):
        return product
    _demand_seller(product, actor)
    demand_state(product, source)  # the table also has suspended → live, but that step is a moderator's
    product.move_to(target, actor=actor, at=at, key=key, updated_at=at)
    index_product(product)
    _remember(product, operation, key, at)
    return product


def _already(product: Product, operation: str, key: str) -> bool:
    return replayed(key=key, operation=operation, content={"product": product.ref}) is not None


def _remember(product: Product, operation: str, key: str, at: datetime) -> None:
    remember(key=key, operation=operation, content={"product": product.ref}, result=product.ref, at=at)


def _demand_seller(product: Product, actor: Actor) -> None:
    if not policies.can_list_for(actor, product.supplier_id):
        raise NotAllowed


def demand_editable(product: Product, actor: Actor, revision: int | None) -> None:
    """Raise `NotAllowed`, `NotEditable`, or `ChangedMeanwhile` for a page that showed older facts; pictures are no part of its form."""
    _demand_seller(product, actor)
    if not product.is_editable:
        raise NotEditable(state=product.get_state_display())
    if revision is not None and not pictures_alone(product.pk, revision, product.revision):
        raise ChangedMeanwhile


def demand_complete(product: Product) -> None:
    """Raise `ListingIncomplete` when a review would miss something."""
    facts = facts_of(product)
    _demand_complete(facts, category_facts(facts.category_code))


def _demand_complete(facts: ListingFacts, category: CategoryFacts | None) -> None:
    if missing := missing_facts(facts, category):
        raise ListingIncomplete(missing)


def _base(name: str) -> str:
    """The fact behind a name in the history: `attributes.variety:es` is a translation of `attributes`."""
    return name.partition(":")[0].partition(".")[0]


def _as_json(value: object) -> object:
    return format(value.normalize(), "f") if isinstance(value, Decimal) else value

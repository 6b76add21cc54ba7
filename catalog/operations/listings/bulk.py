"""Writes many listings at once: the set-based twin of `operations.listings.products`, with the same rules and the same rows.

The facts come clean (`catalog.rules.listing.checked_facts`), the products locked. A test lets both write the same
listings and compares every column.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.db import connection, transaction

from catalog import policies
from catalog.errors import NotASupplier
from catalog.imports.translated import Words
from catalog.models import Offering, Product, ProductTransition, Translation, Variant
from catalog.operations.listings.bulk_variants import VariantsChange, write_variants
from catalog.operations.listings.bulk_words import WordsChange, write_words
from catalog.operations.listings.offering import as_data, columns_of
from catalog.operations.listings.products import (
    COLUMNS,
    assign_facts,
    content_of,
    counted_change,
    event_payload,
)
from catalog.operations.listings.variant_terms import TermsChange, fit_other_variants, forget_prices
from catalog.operations.searching.indexing import index_products
from catalog.operations.trust.checks import ask_for_checks
from catalog.queries.listings.variants import StoredVariant, stored_variant
from catalog.rules.listing import CategoryFacts, ListingFacts
from catalog.rules.offering import NOTHING_OFFERED, OfferingFacts
from catalog.rules.variants import VariantFacts
from catalog.states import ProductState
from marketplace.accounts.models import Company
from marketplace.core.actors import Actor
from marketplace.core.errors import NotAllowed
from marketplace.core.models import OutboxDelivery, OutboxEvent
from marketplace.core.outbox import told_to

_CHANGED_COLUMNS = ("category", "slug", *COLUMNS, "revision", "updated_at", "changed_since_review_at")


@dataclass(frozen=True, slots=True)
class NewListing:
    """Facts of a listing to make; `key` names the request in its first step.

    The first of its `variants` has the facts' number and prices. `words` are those in other languages.
    """

    facts: ListingFacts
    category: CategoryFacts | None
    key: str
    offering: OfferingFacts = NOTHING_OFFERED
    variants: tuple[VariantFacts, ...] = ()
    words: Words = field(default_factory=dict)

    @property
    def offered(self) -> tuple[VariantFacts, ...]:
        """Its variants; the facts' own number and prices where it names none."""
        return self.variants or (VariantFacts(sku=self.facts.sku, tiers=self.facts.tiers),)


@dataclass(frozen=True, slots=True)
class ListingChange:
    """A locked listing, what it states, and what it will state.

    `variants` are those it will offer: what is stored, in its order, changed or not, and then new ones; none given
    leaves all but the first one as they are. `words` are those in other languages; None leaves them.
    """

    product: Product
    variant: Variant
    before: ListingFacts
    after: ListingFacts
    category: CategoryFacts | None
    offering_before: OfferingFacts = NOTHING_OFFERED
    offering: OfferingFacts = NOTHING_OFFERED
    variants_before: tuple[StoredVariant, ...] = ()
    variants: tuple[VariantFacts, ...] = ()
    translations: Mapping[str, Translation] = field(default_factory=dict)
    words: Words | None = None

    @property
    def of_variants(self) -> VariantsChange:
        """What becomes of its variants; the first one's number and prices where it names none."""
        if self.variants:
            return VariantsChange(self.product, self.variants_before, self.variants)
        first = stored_variant(self.variant, [tier for tier in self.before.tiers if tier])
        old = replace(first, sku=self.before.sku)
        return VariantsChange(
            self.product, [old], [replace(old.facts, sku=self.after.sku, tiers=self.after.tiers)]
        )

    @property
    def of_words(self) -> WordsChange:
        """What becomes of its words in other languages."""
        words = self.words
        if words is None:
            words = {language: row.texts for language, row in self.translations.items()}
        names = self.of_variants.names
        return WordsChange(self.product, self.translations, words, self.after, self.category, names)


def demand_seller(supplier_id: int, actor: Actor) -> None:
    """Raise `NotAllowed` unless the actor lists for the supplier, `NotASupplier` unless it sells."""
    if not policies.can_list_for(actor, supplier_id):
        raise NotAllowed
    if not Company.objects.filter(pk=supplier_id, sells=True).exists():
        raise NotASupplier


def create_listings(
    *, supplier_id: int, listings: Sequence[NewListing], submit: bool, actor: Actor, at: datetime, batch: str
) -> list[Product]:
    """Drafts of the supplier's, or (`submit`) listings that wait for a moderator; complete ones only.

    `batch` is told with each event, so that nobody is told of thousands one by one. Raises `NotAllowed`,
    `NotASupplier`; `IntegrityError` for an article number that somebody else took meanwhile.
    """
    _demand_transaction()
    demand_seller(supplier_id, actor)
    products = [_product(supplier_id, one, at, submit=submit) for one in listings]
    Product.objects.bulk_create(products)
    made = list(zip(products, listings, strict=True))
    offers = [VariantsChange(product, (), one.offered) for product, one in made]
    write_variants(offers, at=at)
    write_words(
        (
            WordsChange(offer.product, {}, one.words, one.facts, one.category, offer.names)
            for offer, (_product_row, one) in zip(offers, made, strict=True)
            if one.words
        ),
        at=at,
    )
    _write_offerings((product, one.offering) for product, one in made if one.offering != NOTHING_OFFERED)
    steps = [("", ProductState.DRAFT)] + ([(ProductState.DRAFT, ProductState.IN_REVIEW)] if submit else [])
    ProductTransition.objects.bulk_create(
        _step(product, one.key, source, target, actor, at)
        for product, one in made
        for source, target in steps
    )
    if submit:
        _tell_submitted(products, actor, at, batch)
    return products


def change_listings(*, changes: Sequence[ListingChange], actor: Actor, at: datetime) -> None:
    """Change what listings state, all of it at once, with a row of history each; live ones are found as they are now.

    Raises as `create_listings`.
    """
    _demand_transaction()
    if not changes:
        return
    for change in changes:
        assign_facts(change.product, change.after, change.category)
    history = [
        counted_change(change.product, before=before, after=after, actor=actor, at=at)
        for change in changes
        for before, after in [_whole_difference(change)]
    ]
    # INSERT … ON CONFLICT DO UPDATE: one statement for all of them; each exists, and is locked.
    Product.objects.bulk_create(
        [change.product for change in changes],
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=_CHANGED_COLUMNS,
    )
    terms = [TermsChange(c.product.pk, c.before, c.after) for c in changes]
    fit_other_variants(terms)
    forget_prices(
        one.id
        for change, new in zip(changes, terms, strict=True)
        if new.new_meaning
        for one in change.of_variants.gone
    )
    write_variants((change.of_variants for change in changes), at=at)
    write_words((change.of_words for change in changes if change.words is not None), at=at)
    _write_offerings(
        (change.product, change.offering) for change in changes if change.offering != change.offering_before
    )
    type(history[0]).objects.bulk_create(history)
    ask_for_checks((c.product.pk for c in changes if c.product.state != ProductState.DRAFT), at=at)
    index_products([change.product for change in changes if change.product.state != ProductState.DRAFT])


def submit_listings(*, products: Sequence[Product], actor: Actor, at: datetime, key: str) -> None:
    """Locked, complete drafts go to the moderators."""
    _demand_transaction()
    for product in products:
        product.move_to(ProductState.IN_REVIEW, actor=actor, at=at, key=key, submitted_at=at, review_note="")
    _tell_submitted(products, actor, at, key)


def step_listings(*, steps: Sequence[tuple[Product, str]], actor: Actor, at: datetime, key: str) -> None:
    """Locked listings are paused, or put back on the market; placed orders go on."""
    _demand_transaction()
    for product, state in steps:
        product.move_to(state, actor=actor, at=at, key=key)
    if steps:
        index_products([product for product, _state in steps])


def difference(before: ListingFacts, after: ListingFacts) -> tuple[dict[str, object], dict[str, object]]:
    """What changes, as it was and as it will be; empty when nothing does."""
    old, new = content_of(before), content_of(after)
    changed = sorted(name for name in new if old[name] != new[name])
    return {name: old[name] for name in changed}, {name: new[name] for name in changed}


def _whole_difference(change: ListingChange) -> tuple[dict[str, object], dict[str, object]]:
    """Of the facts, the offering, the variants and the words: one row of history."""
    before, after = difference(change.before, change.after)
    if change.of_variants.first_is_another:  # number and prices of the first are those of another variant now
        for name in ("sku", "tiers"):
            before.pop(name, None), after.pop(name, None)
    old, new = as_data(change.offering_before), as_data(change.offering)
    changed = sorted(name for name in new if old[name] != new[name])
    before |= {name: old[name] for name in changed}
    after |= {name: new[name] for name in changed}
    for part in (change.of_variants, change.of_words):
        was, becomes = part.difference()
        before |= was
        after |= becomes
    return before, after


def _write_offerings(offerings: Iterable[tuple[Product, OfferingFacts]]) -> None:
    rows = [Offering(product=product, **columns_of(facts)) for product, facts in offerings]
    if rows:
        Offering.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["product"],
            update_fields=list(columns_of(NOTHING_OFFERED)),
        )


def _product(supplier_id: int, one: NewListing, at: datetime, *, submit: bool) -> Product:
    state = ProductState.IN_REVIEW if submit else ProductState.DRAFT
    product = Product(
        supplier_id=supplier_id,
        created_at=at,
        updated_at=at,
        state=state,
        submitted_at=at if submit else None,
    )
    assign_facts(product, one.facts, one.category)
    return product


def _step(
    product: Product, key: str, source: str, target: str, actor: Actor, at: datetime
) -> ProductTransition:
    return ProductTransition(
        product=product,
        from_state=source,
        to_state=target,
        actor=actor.as_text,
        actor_label=actor.label,
        at=at,
        key=key,
    )


def _tell_submitted(products: Sequence[Product], actor: Actor, at: datetime, batch: str) -> None:
    """`emit` for many; each is looked through by the worker."""
    ask_for_checks((product.pk for product in products), at=at)
    events = OutboxEvent.objects.bulk_create(
        OutboxEvent(
            kind="product_submitted",
            subject=product.ref,
            payload=event_payload(product, batch=batch),
            actor=actor.as_text,
            actor_label=actor.label,
            occurred_at=at,
        )
        for product in products
    )
    OutboxDelivery.objects.bulk_create(
        OutboxDelivery(event=event, consumer=consumer.name, queue=consumer.queue, wake_at=at)
        for consumer in told_to("product_submitted")
        for event in events
    )


def _demand_transaction() -> None:
    if not connection.in_atomic_block:
        msg = "listings are written in bulk only inside transaction.atomic()"
        raise transaction.TransactionManagementError(msg)

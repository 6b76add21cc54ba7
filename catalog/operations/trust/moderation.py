"""Writes what moderators decide about listings; the supplier is told each time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from catalog import policies
from catalog.errors import ChangedMeanwhile, ReasonMissing
from catalog.models import Product
from catalog.operations.listings.products import demand_state, event_payload, locked_product
from catalog.operations.searching.indexing import index_product
from catalog.operations.trust.decisions import demand_no_appeal, log_decision
from catalog.queries.trust.goods import demand_listable, demand_not_prohibited
from catalog.reasons import OTHER, REASONS, words_of
from catalog.rules.listing import one_line
from catalog.states import DecisionStep, ProductState
from marketplace.core.actors import Actor
from marketplace.core.errors import Conflict, NotAllowed
from marketplace.core.idempotency import remember, replayed
from marketplace.core.outbox import emit

_REASON_LENGTH = 2000
_EVENTS = {
    DecisionStep.APPROVED: "product_approved",
    DecisionStep.REJECTED: "product_rejected",
    DecisionStep.SUSPENDED: "product_suspended",
    DecisionStep.REINSTATED: "product_reinstated",
}


@transaction.atomic
def approve_product(
    *, product_ref: str, actor: Actor, key: str, at: datetime, revision: int | None = None
) -> Product:
    """A listing in review goes live and can be found.

    `revision` is the one the moderator read. Raises `ProductNotFound`, `NotAllowed` (also for a moderator
    who belongs to the supplier), `ChangedMeanwhile`, `IllegalTransition`,
    `AppealOpen`, and `GoodsProhibited` or `GoodsStatementMissing` when a rule about goods stands against it.
    """
    content = {"product": product_ref, "revision": revision}
    product, done = _for_decision(product_ref, "approve_product", content, actor, key)
    if done:
        return product
    if revision is not None and revision != product.revision:
        raise ChangedMeanwhile
    demand_state(product, ProductState.IN_REVIEW)
    demand_listable(product, at.date())
    product.move_to(
        ProductState.LIVE,
        actor=actor,
        at=at,
        key=key,
        published_at=product.published_at or at,
        updated_at=at,  # its page is new to whoever reads sitemap and news
        changed_since_review_at=None,
    )
    return _finish(product, "approve_product", DecisionStep.APPROVED, content, actor, key, at)


@transaction.atomic
def reject_product(
    *,
    product_ref: str,
    reason: str,
    reason_code: str = OTHER,
    actor: Actor,
    key: str,
    at: datetime,
    revision: int | None = None,
) -> Product:
    """A listing in review goes back to its supplier as a draft, with the reason.

    `revision` is the one the moderator read: what was mended meanwhile is not sent back for it. Raises as
    `approve_product`, and `ReasonMissing`.
    """
    content = {"product": product_ref, "reason": reason, "reason_code": reason_code, "revision": revision}
    product, done = _for_decision(product_ref, "reject_product", content, actor, key)
    if done:
        return product
    if revision is not None and revision != product.revision:
        raise ChangedMeanwhile
    note = _stated(reason_code, reason)
    demand_state(product, ProductState.IN_REVIEW)
    product.move_to(
        ProductState.DRAFT,
        actor=actor,
        at=at,
        key=key,
        reason=words_of(reason_code, note),
        review_note=words_of(reason_code, note),
    )
    return _finish(
        product, "reject_product", DecisionStep.REJECTED, content, actor, key, at, note, reason_code
    )


@transaction.atomic
def suspend_product(
    *, product_ref: str, reason: str, reason_code: str = OTHER, actor: Actor, key: str, at: datetime
) -> Product:
    """A live or paused product is taken off the market until a moderator lifts it; placed orders go on.

    Raises as `reject_product`.
    """
    content = {"product": product_ref, "reason": reason, "reason_code": reason_code}
    product, done = _for_decision(product_ref, "suspend_product", content, actor, key)
    if done:
        return product
    note = _stated(reason_code, reason)
    product.move_to(
        ProductState.SUSPENDED,
        actor=actor,
        at=at,
        key=key,
        reason=words_of(reason_code, note),
        review_note=words_of(reason_code, note),
        changed_since_review_at=None,
    )
    return _finish(
        product, "suspend_product", DecisionStep.SUSPENDED, content, actor, key, at, note, reason_code
    )


@transaction.atomic
def reinstate_product(*, product_ref: str, actor: Actor, key: str, at: datetime) -> Product:
    """A suspended product is live again, unless its goods are prohibited meanwhile. Raises as `approve_product`."""
    content = {"product": product_ref}
    product, done = _for_decision(product_ref, "reinstate_product", content, actor, key)
    if done:
        return product
    demand_state(product, ProductState.SUSPENDED)
    demand_not_prohibited(product, at.date())
    product.move_to(ProductState.LIVE, actor=actor, at=at, key=key, review_note="", updated_at=at)
    return _finish(product, "reinstate_product", DecisionStep.REINSTATED, content, actor, key, at)


@transaction.atomic
def confirm_changes(*, product_ref: str, revision: int, actor: Actor, key: str, at: datetime) -> Product:
    """The moderator has read what changed since the review and leaves the listing as it is.

    Raises as `approve_product`, and `Conflict` when nothing waits for a look.
    """
    content = {"product": product_ref, "revision": revision}
    product, done = _for_decision(product_ref, "confirm_changes", content, actor, key)
    if done:
        return product
    if revision != product.revision:
        raise ChangedMeanwhile
    if product.changed_since_review_at is None:
        raise Conflict
    product.changed_since_review_at = None
    product.save(update_fields=["changed_since_review_at"])
    log_decision(product, DecisionStep.CONFIRMED, actor=actor, at=at)
    remember(key=key, operation="confirm_changes", content=content, result=product.ref, at=at)
    return product


def _for_decision(
    product_ref: str, operation: str, content: Mapping[str, object], actor: Actor, key: str
) -> tuple[Product, bool]:
    product = locked_product(product_ref, actor)
    done = replayed(key=key, operation=operation, content=content) is not None
    if not policies.can_moderate(actor, product.supplier_id):
        raise NotAllowed
    if not done:
        demand_no_appeal(product)
    return product, done


def demand_reason(reason: str) -> str:
    """The reason as it is stored. Raises `ReasonMissing` for an empty one."""
    note = "\n".join(line for line in (one_line(line) for line in reason.splitlines()) if line)[
        :_REASON_LENGTH
    ]
    if not note:
        raise ReasonMissing(field="reason")
    return note


def _stated(code: str, reason: str) -> str:
    """What the moderator wrote; a reason of the list speaks for itself. Raises `ReasonMissing`."""
    if code not in REASONS:
        raise ReasonMissing(field="reason_code")
    return "" if code != OTHER and not reason.strip() else demand_reason(reason)


def _finish(
    product: Product,
    operation: str,
    step: DecisionStep,
    content: Mapping[str, object],
    actor: Actor,
    key: str,
    at: datetime,
    note: str = "",
    reason_code: str = "",
) -> Product:
    """What every decision leaves behind: search, the log, who is told."""
    log_decision(product, step, actor=actor, at=at, reason_code=reason_code, note=note)
    index_product(product)
    more = {"reason": note, "reason_code": reason_code} if reason_code else {}
    payload = event_payload(product, **more)
    emit(kind=_EVENTS[step], subject=product.ref, actor=actor, at=at, payload=payload)
    remember(key=key, operation=operation, content=content, result=product.ref, at=at)
    return product

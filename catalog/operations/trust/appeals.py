"""Writes appeals: a supplier answers a rejection or a suspension once, and another moderator decides.

Those about reviews are written by `operations.trust.review_appeals`, from the same parts.

INVARIANT: whoever took the first decision does not decide the appeal (enforced by decide_appeal; nobody decides past an
open one, see `decisions.demand_no_appeal`).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from catalog import policies
from catalog.errors import AppealNotFound, NothingToAppeal
from catalog.models import Appeal, ModerationDecision, Product
from catalog.models.appeal import AnyAppeal
from catalog.operations.listings.products import demand_complete, event_payload, locked_product
from catalog.operations.searching.indexing import index_product
from catalog.operations.trust.decisions import log_decision
from catalog.operations.trust.moderation import demand_reason
from catalog.queries.trust.appeals import decision_to_appeal
from catalog.queries.trust.goods import demand_listable
from catalog.states import AppealState, DecisionStep, ProductState
from marketplace.core.actors import Actor
from marketplace.core.errors import NotAllowed
from marketplace.core.idempotency import lock_key, remember, replayed
from marketplace.core.outbox import emit
from marketplace.files.operations import store_upload, upload_hashes

DOCUMENT_KIND: Final = "appeal_document"
ANSWERED_WITHIN: Final = timedelta(days=5)  # what the supplier is told; nothing happens by itself


@transaction.atomic
def lodge_appeal(
    *,
    product_ref: str,
    text: str,
    document: UploadedFile[bytes] | None = None,
    actor: Actor,
    key: str,
    at: datetime,
) -> Appeal:
    """Say why the decision that stands is wrong. A listing that was sent back waits in review meanwhile.

    Raises `ProductNotFound`, `NotAllowed`, `NothingToAppeal`, `ReasonMissing` without words, `ListingIncomplete`.
    """
    product = locked_product(product_ref, actor)
    content = {
        "product": product_ref,
        "text": text,
        "document": upload_hashes([document] if document else []),
    }
    if (ref := replayed(key=key, operation="lodge_appeal", content=content)) is not None:
        return Appeal.objects.get(ref=ref)
    if not policies.can_list_for(actor, product.supplier_id):
        raise NotAllowed
    decision = decision_to_appeal(product, at)
    if decision is None:
        raise NothingToAppeal
    appeal = Appeal(decision=decision, product=product, text=demand_reason(text))
    open_appeal(appeal, document, actor=actor, key=key, at=at)
    if product.state == ProductState.DRAFT:
        demand_complete(product)
        product.move_to(ProductState.IN_REVIEW, actor=actor, at=at, key=f"{key}:review", submitted_at=at)
    payload = event_payload(product, appeal=appeal.ref)
    emit(kind="listing_appeal_lodged", subject=appeal.ref, actor=actor, at=at, payload=payload)
    remember(key=key, operation="lodge_appeal", content=content, result=appeal.ref, at=at)
    return appeal


@transaction.atomic
def decide_appeal(
    *, appeal_ref: str, granted: bool, answer: str, actor: Actor, key: str, at: datetime
) -> Appeal:
    """Another moderator's decision: granted, and the listing is live; or the first decision stands.

    Raises `AppealNotFound`, `NotAllowed` for who decided first or belongs to the supplier, `ReasonMissing`,
    `IllegalTransition`, and what `approve_product` refuses when a rule about goods stands against it.
    """
    appeal, product = _locked(appeal_ref, actor)
    content = {"appeal": appeal_ref, "granted": granted, "answer": answer}
    lock_key(key)
    if replayed(key=key, operation="decide_appeal", content=content) is not None:
        return appeal
    if not policies.can_decide_appeal(actor, product.supplier_id, appeal.decision.actor):
        raise NotAllowed
    note = demand_reason(answer)
    close_appeal(appeal, note, granted=granted, actor=actor, key=key, at=at)
    _apply(product, granted=granted, note=note, actor=actor, key=f"{key}:listing", at=at)
    step = DecisionStep.APPEAL_GRANTED if granted else DecisionStep.APPEAL_UPHELD
    log_decision(product, step, actor=actor, at=at, note=note)
    index_product(product)
    payload = event_payload(product, appeal=appeal.ref, outcome=appeal.state, answer=note)
    emit(kind="listing_appeal_decided", subject=appeal.ref, actor=actor, at=at, payload=payload)
    remember(key=key, operation="decide_appeal", content=content, result=appeal.ref, at=at)
    return appeal


def open_appeal(
    appeal: AnyAppeal, document: UploadedFile[bytes] | None, *, actor: Actor, key: str, at: datetime
) -> None:
    """Keep an appeal of any kind that has its words and its decision, with its document."""
    appeal.lodged_by_label, appeal.lodged_at, appeal.due_at = actor.label, at, at + ANSWERED_WITHIN
    if document is not None:
        appeal.document = store_upload(
            kind=DOCUMENT_KIND, subject=appeal.ref, upload=document, actor=actor, at=at, field="document"
        )
    appeal.save(force_insert=True)
    appeal.log_transition("", AppealState.OPEN, actor=actor, at=at, key=key)


def close_appeal(
    appeal: AnyAppeal, note: str, *, granted: bool, actor: Actor, key: str, at: datetime
) -> None:
    """Another moderator's word on an appeal of any kind. Raises `IllegalTransition` when it was decided already."""
    target = AppealState.GRANTED if granted else AppealState.UPHELD
    appeal.move_to(target, actor=actor, at=at, key=key, reason=note, answer=note, decided_at=at)


def _locked(ref: str, actor: Actor) -> tuple[Appeal, Product]:
    """The listing before the appeal, as every other operation locks them."""
    found = Appeal.objects.filter(ref=ref).select_related("product").first()
    if found is None or not (actor.is_system or policies.sits_at_moderation(actor)):
        raise AppealNotFound
    product = Product.objects.filter(pk=found.product_id).lock().get()
    appeal = Appeal.objects.filter(ref=ref).lock().get()
    appeal.decision = ModerationDecision.objects.get(pk=appeal.decision_id)
    return appeal, product


def _apply(product: Product, *, granted: bool, note: str, actor: Actor, key: str, at: datetime) -> None:
    if granted:
        demand_listable(product, at.date())
        product.move_to(
            ProductState.LIVE,
            actor=actor,
            at=at,
            key=key,
            reason=note,
            review_note="",
            published_at=product.published_at or at,
            updated_at=at,
            changed_since_review_at=None,
        )
    elif product.state == ProductState.IN_REVIEW:
        product.move_to(ProductState.DRAFT, actor=actor, at=at, key=key, reason=note, review_note=note)

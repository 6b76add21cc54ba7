"""The queue of things that differ: opened by the machine, closed by a finance officer with a note."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from marketplace.core.actors import Actor
from marketplace.core.errors import NotAllowed, NotFound, Rejected
from marketplace.core.outbox import emit
from trade_assurance.payments.errors import NothingToConfirm
from trade_assurance.payments.models import ReviewItem

FINANCE = "finance"


def open_review(
    *, provider: str, subject: str, reason: str, text: str, details: Mapping[str, object], at: datetime
) -> None:
    """Put something before a finance officer; told once while it is open."""
    # INVARIANT: the same finding is open once (enforced by review_item_open_once)
    _item, created = ReviewItem.objects.get_or_create(
        provider=provider,
        subject=subject,
        reason=reason,
        resolved_at=None,
        defaults={"text": text[:500], "details": dict(details), "opened_at": at},
    )
    if created:
        emit(
            kind="payment_review_opened",
            subject=subject,
            payload={"provider": provider, "reason": reason, "text": text[:500]},
            actor=Actor.system("payments"),
            at=at,
        )


@transaction.atomic
def resolve_review(*, item_id: int, note: str, actor: Actor, at: datetime) -> ReviewItem:
    """A finance officer has looked and says what it was. Moves no money.

    Raises `NotAllowed` without the desk, `NotFound`, `NothingToConfirm` when it was resolved, `Rejected` without a note.
    """
    if not actor.has_desk(FINANCE):
        raise NotAllowed
    item = ReviewItem.objects.filter(pk=item_id).lock().first()
    if item is None:
        raise NotFound
    if item.resolved_at is not None:
        raise NothingToConfirm
    if not note.strip():
        raise Rejected(field="note")
    item.resolved_at, item.resolved_by, item.resolved_by_label = at, actor.as_text, actor.label
    item.note = note.strip()
    item.save(update_fields=["resolved_at", "resolved_by", "resolved_by_label", "note"])
    return item

"""Keeps what people typed into the editor, so that a closed browser loses nothing. Changes no listing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction

from catalog import policies
from catalog.models import KeptInput
from catalog.queries.listings.kept_input import kept_rows
from marketplace.core.actors import Actor
from marketplace.core.errors import NotAllowed
from marketplace.core.idempotency import lock_key

KEPT = timedelta(days=60)
LONGEST_VALUE = 40_000
MOST_FIELDS = 150


@transaction.atomic
def keep_input(
    *,
    supplier_id: int,
    product_id: int | None,
    revision: int,
    fields: Mapping[str, str],
    actor: Actor,
    at: datetime,
    section: str = "",
) -> KeptInput | None:
    """Keep these fields of this person and page in place of those before; nothing is left when there is nothing to keep.

    The caller has asked whether the listing is the company's. Values that are longer than a form takes are cut.
    Raises `NotAllowed`.
    """
    if not policies.can_list_for(actor, supplier_id) or actor.user_id is None:
        raise NotAllowed
    lock_key(f"kept input:{actor.user_id}:{supplier_id}:{product_id or 'new'}:{section}")
    kept = {name: fields[name][:LONGEST_VALUE] for name in sorted(fields)[:MOST_FIELDS]}
    if not kept:
        forget_input(product_id=product_id, actor=actor, section=section)
        return None
    row = kept_rows(actor, product_id, section).first() or KeptInput(
        person_id=actor.user_id, supplier_id=supplier_id, product_id=product_id, section=section
    )
    row.revision, row.fields, row.kept_at = revision, kept, at
    row.save()
    return row


@transaction.atomic
def carry_input(*, product_id: int, revision: int, to: int, actor: Actor) -> None:
    """What this person typed over a revision stands over a later one now: the steps between were their own and of
    other parts (pictures). Without such a row nothing happens."""
    kept_rows(actor, product_id).filter(revision=revision).update(revision=to)


@transaction.atomic
def forget_input(*, product_id: int | None, actor: Actor, section: str = "") -> None:
    """Drop what this person typed: it was saved, or they begin again. The same however often."""
    kept_rows(actor, product_id, section).delete()


@transaction.atomic
def forget_old_input(*, at: datetime) -> int:
    """Drop what nobody came back to. How many there were."""
    return KeptInput.objects.filter(kept_at__lt=at - KEPT).delete()[0]

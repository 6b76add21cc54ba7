"""What a person typed into the editor and has not saved. Reads only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from catalog.models import KeptInput
from marketplace.core.actors import Actor
from marketplace.core.querysets import LockableQuerySet


@dataclass(frozen=True, slots=True)
class Kept:
    """The fields that were changed, as typed, over which revision, and when."""

    fields: Mapping[str, str]
    revision: int
    at: datetime


def kept_rows(actor: Actor, product_id: int | None, section: str = "") -> LockableQuerySet[KeptInput]:
    """The row of this person for a page of this listing (none: a new one) of the company acted for, if there is one."""
    own = KeptInput.objects.filter(
        person_id=actor.user_id or 0, supplier_id=actor.company_id or 0, section=section
    )
    return own.filter(product__isnull=True) if product_id is None else own.filter(product_id=product_id)


def kept_input(actor: Actor, product_id: int | None, section: str = "") -> Kept | None:
    """What this person typed and did not save. One statement."""
    row = kept_rows(actor, product_id, section).first()
    return None if row is None else Kept(row.fields, row.revision, row.kept_at)

"""Notes that a listing is to be looked through; the worker finds the row even when nobody heard the bell."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from catalog.models import ListingCheck
from marketplace.core.jobs import QUEUE_DEFAULT, ring

TASK: Final = "catalog.tasks.check_listings"


def ask_for_checks(product_ids: Iterable[int], *, at: datetime) -> None:
    """Have listings looked through after this transaction has committed. One statement; again does no harm."""
    rows = [ListingCheck(product_id=pk, asked_at=at) for pk in sorted(set(product_ids))]
    if rows:
        ListingCheck.objects.bulk_create(rows, ignore_conflicts=True)
        ring(TASK, queue=QUEUE_DEFAULT)

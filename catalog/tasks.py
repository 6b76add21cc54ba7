"""Celery's door to the catalogue: search rows brought up to date."""

from __future__ import annotations

from celery import shared_task

from catalog.operations.indexing import refresh_search
from marketplace.core import clock


@shared_task(name="catalog.tasks.refresh_search", ignore_result=True)
def refresh_search_rows() -> None:
    """Suppliers renamed since their products were indexed."""
    refresh_search(at=clock.now())

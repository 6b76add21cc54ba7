"""Celery's door to holds: the nightly look at all books, and the comparison of rails' accounts with them."""

from __future__ import annotations

import logging

from celery import shared_task

from marketplace.core import clock
from trade_assurance.holds import operations
from trade_assurance.holds.operations.reconciliation.comparing import RECONCILER
from trade_assurance.holds.operations.reconciliation.nightly import look_at_books

logger = logging.getLogger(__name__)


@shared_task(name="trade_assurance.holds.tasks.reconcile", ignore_result=True)
def reconcile() -> None:
    """Compare each rail that was not compared since last night; beat rings it hourly, so that one cut off is finished."""
    for provider in operations.due_rails(at=clock.now()):
        try:
            operations.reconcile(provider=provider, actor=RECONCILER, at=clock.now())
        except Exception:  # a task's edge: the other rails are compared all the same, this one in an hour
            logger.exception("holds: %s could not be reconciled", provider)


@shared_task(name="trade_assurance.holds.tasks.check_books", ignore_result=True)
def check_books() -> None:
    """`check_books` and `verify_books` of the night; findings go to the log and to the finance desk."""
    for finding in look_at_books(at=clock.now()):
        logger.error("books: %s", finding)

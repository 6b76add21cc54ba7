"""Celery's door to payments: bells for one row, and the sweep that finds what no bell rang for."""

from __future__ import annotations

import logging
from collections.abc import Callable

from celery import shared_task

from marketplace.core import clock
from trade_assurance.payments import operations
from trade_assurance.payments.providers import sandbox_post, sandbox_server
from trade_assurance.payments.providers.registry import sandbox_is_active

logger = logging.getLogger(__name__)


@shared_task(name="trade_assurance.payments.tasks.run_operation", ignore_result=True)
def run_operation(operation_id: int) -> None:
    """Take one operation a step further with its provider."""
    _one(
        lambda: operations.run_operation(operation_id=operation_id, at=clock.now()),
        operation_id,
        _postpone_operation,
    )


@shared_task(name="trade_assurance.payments.tasks.process_webhook", ignore_result=True)
def process_webhook(event_id: int) -> None:
    """Work off one event of the inbox."""
    _one(lambda: operations.process_webhook(event_id=event_id, at=clock.now()), event_id, _postpone_webhook)


@shared_task(name="trade_assurance.payments.tasks.sweep", ignore_result=True)
def sweep() -> None:
    """Everything due with providers: operations without an answer, the inbox, and the sandbox's own work."""
    if sandbox_is_active():
        run_sandbox()
    for operation_id in operations.due_operations(at=clock.now()):
        run_operation(operation_id)
    for event_id in operations.due_webhooks(at=clock.now()):
        process_webhook(event_id)

    for ref in operations.due_chargebacks(at=clock.now()):
        read_chargeback(ref)


@shared_task(name="trade_assurance.payments.tasks.read_chargeback", ignore_result=True)
def read_chargeback(chargeback_ref: str) -> None:
    """Ask the provider how a chargeback stands; one that cannot be read now is read at its next turn."""
    try:
        operations.read_chargeback(chargeback_ref=chargeback_ref, at=clock.now())
    except Exception:  # a task's edge: go on with the others
        logger.exception("payments: chargeback %s failed", chargeback_ref)


@shared_task(name="trade_assurance.payments.tasks.look_for_chargebacks", ignore_result=True)
def look_for_chargebacks() -> None:
    """Chargebacks that no webhook told us of."""
    operations.look_for_chargebacks(at=clock.now())
    for provider, company_id in operations.stale_registrations(at=clock.now()):
        operations.refresh_registration(provider=provider, company_id=company_id, at=clock.now())


@shared_task(name="trade_assurance.payments.tasks.run_sandbox", ignore_result=True)
def run_sandbox(limit: int = sandbox_post.BATCH) -> None:
    """The sandbox's side: let slow payments settle and carry its webhooks to our door."""
    sandbox_server.settle_due(at=clock.now())
    sandbox_post.deliver_due(at=clock.now(), limit=limit)


def _one(work: Callable[[], object], pk: int, postpone: Callable[[int, Exception], None]) -> None:
    try:
        work()
    except Exception as error:  # a task's edge: keep the row, try later, go on with the others
        logger.exception("payments: row %s failed", pk)
        postpone(pk, error)


def _postpone_operation(pk: int, error: Exception) -> None:
    operations.postpone_operation(operation_id=pk, at=clock.now())


def _postpone_webhook(pk: int, error: Exception) -> None:
    operations.postpone_webhook(event_id=pk, error=f"{type(error).__name__}: {error}", at=clock.now())

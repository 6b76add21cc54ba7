"""Celery's door to orders: figures that move by the passing of time."""

from __future__ import annotations

from celery import shared_task

from marketplace.core import clock
from orders.operations.answer_times import count_answer_times


@shared_task(name="orders.tasks.count_answer_times", ignore_result=True)
def count_answer_times_daily() -> None:
    """In what time suppliers answer questions."""
    count_answer_times(clock.now())

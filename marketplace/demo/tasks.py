"""Celery's door to the demo: second pictures of the listings, drawn one at a time after everything is up."""

from __future__ import annotations

from celery import shared_task
from kombu.exceptions import OperationalError

from marketplace.core.jobs import QUEUE_DEFAULT
from marketplace.demo.gallery import add_missing_picture
from marketplace.demo.logins import is_allowed_here


@shared_task(name="marketplace.demo.tasks.draw_second_picture", ignore_result=True)
def draw_second_picture() -> None:
    """Draw one picture that is missing, then ask for the next: never more than one process is busy with it."""
    if is_allowed_here() and add_missing_picture():
        ask_for_more_pictures()


def ask_for_more_pictures() -> None:
    """Ring for the next one. Without a queue the listings keep the picture they have."""
    try:
        draw_second_picture.apply_async(queue=QUEUE_DEFAULT, retry=False)
    except OperationalError:
        return

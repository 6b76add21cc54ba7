"""Celery's door to the catalogue: search rows and pictures brought up to date, imports taken further, new offers and certificates' ends told."""

from __future__ import annotations

import logging
import time

from celery import shared_task

from catalog.alerts import look_for_new_offers
from catalog.observing import SEARCHES, VIEWS
from catalog.operations.imports.clearing import clear_old_rows
from catalog.operations.imports.rows import advance_import, note_failure
from catalog.operations.imports.steering import TASK, waiting_imports
from catalog.operations.listings.images import prepare_old_images
from catalog.operations.listings.kept_input import forget_old_input
from catalog.operations.searching.indexing import refresh_search
from catalog.operations.searching.observations import forget_observations, record_observations
from catalog.operations.searching.recent_searches import forget_old_searches
from catalog.operations.trust.certificates import remind_of_certificates
from catalog.operations.trust.checks import TASK as CHECK_TASK
from catalog.operations.trust.flags import check_waiting
from catalog.operations.trust.goods_rules import TASK as RULES_TASK
from catalog.operations.trust.goods_rules import apply_goods_rules
from marketplace.core import clock
from marketplace.core.jobs import QUEUE_DEFAULT, ring
from marketplace.core.notes import take
from marketplace.core.transactions import retrying

# Well below the limit of a task; what is left is rung for again, and the sweep finds it anyway.
_SECONDS = 120.0

logger = logging.getLogger(__name__)


@shared_task(name="catalog.tasks.refresh_search", ignore_result=True)
def refresh_search_rows() -> None:
    """Suppliers renamed since their products were indexed; what was typed and nobody came back to; old searches of people."""
    refresh_search(at=clock.now())
    forget_old_input(at=clock.now())
    forget_old_searches(at=clock.now())


@shared_task(name=TASK, ignore_result=True)
def work_import(ref: str) -> None:
    """Take an import as far as it goes without its person."""
    until = time.monotonic() + _SECONDS
    try:
        while retrying(lambda: advance_import(ref=ref, at=clock.now())):
            if time.monotonic() > until:
                ring(TASK, queue=QUEUE_DEFAULT, ref=ref)
                return
    except Exception:  # a task's edge: the step was undone; count it, and let the sweep try again
        logger.exception("import %s: a step failed", ref)
        note_failure(ref=ref, at=clock.now())


@shared_task(name="catalog.tasks.work_imports", ignore_result=True)
def work_imports() -> None:
    """What a worker that died, or a bell nobody heard, has left."""
    for ref in waiting_imports():
        work_import(ref)


@shared_task(name="catalog.tasks.clear_old_imports", ignore_result=True)
def clear_old_imports() -> None:
    """Rows of imports that ended long ago."""
    clear_old_rows(at=clock.now())


# With a quarter of a second each, the worker spends a sixth of its time on old pictures until all are done.
OLD_IMAGES_AT_ONCE = 40


@shared_task(name="catalog.tasks.prepare_old_images", ignore_result=True)
def prepare_images_anew() -> None:
    """Pictures that have other sizes or formats than pages ask for now, some at a time."""
    prepare_old_images(limit=OLD_IMAGES_AT_ONCE, at=clock.now())


@shared_task(name="catalog.tasks.tell_of_new_offers", ignore_result=True)
def tell_of_new_offers() -> None:
    """What is new to the searches people keep."""
    look_for_new_offers(at=clock.now())


@shared_task(name="catalog.tasks.remind_of_certificates", ignore_result=True)
def remind_of_ending_certificates() -> None:
    """Certificates that end soon: their companies are told, each step once."""
    remind_of_certificates(at=clock.now())


OBSERVATIONS_AT_ONCE = 5000


@shared_task(name="catalog.tasks.count_observations", ignore_result=True)
def count_observations() -> None:
    """What pages noted of searches and views, summed; what dies here with the worker is lost."""
    at, until = clock.now(), time.monotonic() + _SECONDS
    while time.monotonic() < until:
        searches, views = (take(heap, OBSERVATIONS_AT_ONCE) for heap in (SEARCHES, VIEWS))
        if not searches and not views:
            break
        record_observations(searches=searches, views=views)
    forget_observations(at=at)


@shared_task(name=CHECK_TASK, ignore_result=True)
def check_listings() -> None:
    """Listings that were submitted or changed: pictures, words and prices beside those of others."""
    until = time.monotonic() + _SECONDS
    while check_waiting(at=clock.now()) and time.monotonic() < until:
        pass


@shared_task(name=RULES_TASK, ignore_result=True)
def apply_waiting_goods_rules() -> None:
    """Rules that began: what they forbid leaves the market, what they restrict is looked at."""
    apply_goods_rules(at=clock.now())

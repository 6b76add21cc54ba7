"""The Celery application and the beat schedule.

Celery is a bell only: everything due lies in PostgreSQL, and the sweeps below find it even when the
queue was emptied. Owns the schedule; holds no task of its own.
"""

import os
from typing import Any, Final

from celery import Celery
from celery.schedules import crontab
from celery.signals import worker_process_init

from marketplace.local_services.processes import die_with_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.settings.local")

app = Celery("portolan")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

QUEUES: Final = ("holds", "disputes", "shipments", "default")
SWEEP_SECONDS: Final = 3.0


def _sweeps() -> dict[str, dict[str, Any]]:
    """One sweep of deadlines and one of the outbox per queue, every few seconds.

    A sweep that waited longer than its own interval is worthless: `expires` drops it, so a stopped
    worker does not come back to thousands of them.
    """
    sweeps: dict[str, dict[str, Any]] = {}
    for queue in QUEUES:
        for task in ("sweep_deadlines", "deliver_outbox"):
            sweeps[f"{task} {queue}"] = {
                "task": f"marketplace.core.tasks.{task}",
                "schedule": SWEEP_SECONDS,
                "kwargs": {"queue": queue},
                "options": {"queue": queue, "expires": SWEEP_SECONDS * 3},
            }
    return sweeps


# Periodic tasks of the apps: add yours here, with the queue it belongs to.
BEAT: Final[dict[str, dict[str, Any]]] = {
    **_sweeps(),
    "payment_providers": {
        "task": "trade_assurance.payments.tasks.sweep",
        "schedule": SWEEP_SECONDS,
        "options": {"queue": "holds", "expires": SWEEP_SECONDS * 3},
    },
    "unheard_chargebacks": {
        "task": "trade_assurance.payments.tasks.look_for_chargebacks",
        "schedule": 3600.0,
        "options": {"queue": "holds", "expires": 3600.0},
    },
    "reconciliation": {
        "task": "trade_assurance.holds.tasks.reconcile",
        "schedule": 3600.0,
        "options": {"queue": "holds", "expires": 3600.0},
    },
    # At half past two (UTC), when the day before is sealed.
    "check_books": {
        "task": "trade_assurance.holds.tasks.check_books",
        "schedule": crontab(hour="2", minute="30"),
        "options": {"queue": "holds", "expires": 3600.0},
    },
    "ledger_snapshots": {
        "task": "trade_assurance.ledger.tasks.take_snapshots",
        "schedule": 3600.0,
        "options": {"queue": "holds", "expires": 3600.0},
    },
    "ledger_seal_days": {
        "task": "trade_assurance.ledger.tasks.seal_days",
        "schedule": 900.0,
        "options": {"queue": "holds", "expires": 900.0},
    },
    "refresh_search": {
        "task": "catalog.tasks.refresh_search",
        "schedule": 3600.0,
        "options": {"queue": "default", "expires": 3600.0},
    },
    "listing_imports": {
        "task": "catalog.tasks.work_imports",
        "schedule": 15.0,
        "options": {"queue": "default", "expires": 15.0},
    },
    "old_imports": {
        "task": "catalog.tasks.clear_old_imports",
        "schedule": crontab(hour="3", minute="20"),
        "options": {"queue": "default", "expires": 3600.0},
    },
    "old_images": {
        "task": "catalog.tasks.prepare_old_images",
        "schedule": 60.0,
        "options": {"queue": "default", "expires": 60.0},
    },
    "observations": {
        "task": "catalog.tasks.count_observations",
        "schedule": 20.0,
        "options": {"queue": "default", "expires": 60.0},
    },
    "listing_checks": {
        "task": "catalog.tasks.check_listings",
        "schedule": 30.0,
        "options": {"queue": "default", "expires": 30.0},
    },
    "goods_rules": {
        "task": "catalog.tasks.apply_goods_rules",
        "schedule": 300.0,
        "options": {"queue": "default", "expires": 300.0},
    },
    "answer_times": {
        "task": "orders.tasks.count_answer_times",
        "schedule": crontab(hour="3", minute="40"),
        "options": {"queue": "default", "expires": 3600.0},
    },
    # Once a day, when it is morning in most of the world's offices or soon will be.
    "new_offers": {
        "task": "catalog.tasks.tell_of_new_offers",
        "schedule": crontab(hour="5", minute="10"),
        "options": {"queue": "default", "expires": 3600.0},
    },
    "certificate_reminders": {
        "task": "catalog.tasks.remind_of_certificates",
        "schedule": crontab(hour="4", minute="40"),
        "options": {"queue": "default", "expires": 3600.0},
    },
    "send_mail": {
        "task": "marketplace.notifications.tasks.send_mail",
        "schedule": 30.0,
        "options": {"queue": "default", "expires": 60.0},
    },
}

app.conf.beat_schedule = BEAT


@worker_process_init.connect
def _pool_child_dies_with_its_worker(**_: object) -> None:
    """A pool child whose worker was killed would go on alone, unseen by anyone."""
    die_with_parent()

"""What events of the lower floors mean for claims. Parses, decides nothing."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from marketplace.core.jobs import QUEUE_DISPUTES
from marketplace.core.models import OutboxEvent
from marketplace.core.outbox import EventConsumer
from trade_assurance.disputes import operations


def follow_chargeback(event: OutboxEvent, at: datetime) -> None:
    """A lost chargeback took money of this order."""
    operations.follow_chargeback(order_ref=event.root, at=at)


def prepare_previews(event: OutboxEvent, at: datetime) -> None:
    """Pictures came into a case: make what its pages show of them."""
    operations.prepare_previews(dispute_ref=event.subject, at=at)


def make_bundle(event: OutboxEvent, at: datetime) -> None:
    """Somebody asked for a large evidence bundle."""
    operations.make_bundle(bundle_ref=event.subject, at=at)


_WITH_FILES: Final = ("claim_opened", "evidence_submitted", "inspection_reported")
CONSUMERS: Final = (
    EventConsumer("bundle_asked", "disputes.make_bundle", QUEUE_DISPUTES, make_bundle),
    *(
        EventConsumer(kind, f"disputes.prepare_previews_after_{kind}", QUEUE_DISPUTES, prepare_previews)
        for kind in _WITH_FILES
    ),
    EventConsumer("hold_charged_back", "disputes.follow_chargeback", QUEUE_DISPUTES, follow_chargeback),
)

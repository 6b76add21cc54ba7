"""Who may read private files: a shipment's papers whoever may see its order, an enquiry's files its two sides."""

from __future__ import annotations

from marketplace.core.actors import Actor
from marketplace.files.models import StoredFile
from orders.models import Enquiry, Order


def may_read_document(actor: Actor, file: StoredFile) -> bool:
    """Both sides of the order, and officers."""
    return Order.objects.visible_to(actor).filter(shipments__ref=file.subject).exists()


def may_read_enquiry_file(actor: Actor, file: StoredFile) -> bool:
    """Whoever may read the message it came with: both sides, and a moderator once it was reported."""
    return Enquiry.objects.visible_to(actor).filter(messages__ref=file.subject).exists()

"""Who may read a shipment's papers: whoever may see its order."""

from __future__ import annotations

from marketplace.core.actors import Actor
from marketplace.files.models import StoredFile
from orders.models import Order


def may_read_document(actor: Actor, file: StoredFile) -> bool:
    """Both sides of the order, and officers."""
    return Order.objects.visible_to(actor).filter(shipments__ref=file.subject).exists()

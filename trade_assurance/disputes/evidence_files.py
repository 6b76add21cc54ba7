"""Who may read a case's evidence: both sides of the trade and the disputes desk. Asked at every download."""

from __future__ import annotations

from typing import Final

from marketplace.core.actors import Actor
from marketplace.files.models import StoredFile
from marketplace.files.operations import FileKind
from trade_assurance.disputes.models import Dispute
from trade_assurance.disputes.operations.evidence import FILE_KIND


def may_read(actor: Actor, file: StoredFile) -> bool:
    """Whether the actor sees the dispute this file belongs to."""
    return Dispute.objects.visible_to(actor).filter(ref=file.subject).exists()


KIND: Final = FileKind(FILE_KIND, ("pdf", "image"), may_read)

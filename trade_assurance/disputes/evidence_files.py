"""Who may read a case's evidence: both sides of the trade and officers without an interest. Asked at every download."""

from __future__ import annotations

from typing import Final

from marketplace.core.actors import Actor
from marketplace.files.models import StoredFile
from marketplace.files.operations import FileKind
from trade_assurance.disputes.models import Dispute
from trade_assurance.disputes.operations.bundles import FILE_KIND as BUNDLES
from trade_assurance.disputes.operations.evidence import FILE_KIND
from trade_assurance.disputes.queries.bundles import may_have
from trade_assurance.disputes.queries.vault import readable_case


def may_read(actor: Actor, file: StoredFile) -> bool:
    """Whether the actor may look into the dispute this file belongs to: asked of that very case."""
    return readable_case(file.subject, actor) is not None


def may_read_bundle(actor: Actor, file: StoredFile) -> bool:
    """Whether this is a bundle for the actor's own eyes: of a case of theirs, and of their side of it."""
    ref, _colon, audience = file.subject.partition(":")
    dispute = Dispute.objects.filter(ref=ref).select_related("order").first()
    return dispute is not None and may_have(actor, dispute) == audience


KIND: Final = FileKind(FILE_KIND, ("pdf", "image"), may_read)
BUNDLE_KIND: Final = FileKind(BUNDLES, (), may_read_bundle)

"""What each side submits, and for how long."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypeAlias

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from marketplace.core.actors import Actor
from marketplace.core.idempotency import remember, replayed
from marketplace.files.models import StoredFile
from marketplace.files.operations import store_upload, upload_hashes
from trade_assurance.disputes.errors import EvidenceClosed, TooManyFiles
from trade_assurance.disputes.models import Dispute, Evidence, Inspection
from trade_assurance.disputes.operations.case import (
    Case,
    clean_text,
    close_deadlines,
    demand,
    lock_case,
    tell,
)
from trade_assurance.disputes.policies import can_answer_for, can_speak
from trade_assurance.disputes.rules.clocks import EVIDENCE_KINDS
from trade_assurance.disputes.states import JUDGED_STATES, Side

# What a form hands over; its content is judged when it is stored.
Upload: TypeAlias = "UploadedFile[Any]"
FILE_KIND = "evidence"
FILES_AT_ONCE = 10


@transaction.atomic
def submit_evidence(
    *,
    dispute_ref: str,
    note: str,
    files: Sequence[Upload] = (),
    actor: Actor,
    key: str,
    at: datetime,
) -> str:
    """Add a note and files to one's own side of the case, from the claim until the evidence deadline.

    The other side and the officer are told. Raises `DisputeNotFound`, `NotYourCase`, `EvidenceClosed`,
    `TextMissing`, `TooManyFiles`, and what a bad file raises.
    """
    case = lock_case(dispute_ref, actor=actor)
    content = {
        "dispute": dispute_ref,
        "note": note,
        "files": upload_hashes(files),
        "actor": actor.as_text,
    }
    if (first := replayed(key=key, operation="submit_evidence", content=content)) is not None:
        return first
    demand(case.side in (Side.BUYER, Side.SUPPLIER) and can_speak(actor, case.dispute, case.order))
    if not case.dispute.evidence_is_open(at):
        raise EvidenceClosed
    store_evidence(case, note=clean_text(note, field="note"), files=files, actor=actor, at=at)
    tell(case, "evidence_submitted", actor=actor, at=at)
    remember(key=key, operation="submit_evidence", content=content, result=dispute_ref, at=at)
    return dispute_ref


@transaction.atomic
def rest_case(*, dispute_ref: str, actor: Actor, key: str, at: datetime) -> str:
    """A side says it has nothing to add. When both have, the evidence days end at once.

    Raises `DisputeNotFound`, `NotYourCase`, `EvidenceClosed` (not escalated, over, or said before).
    """
    case = lock_case(dispute_ref, actor=actor)
    content = {"dispute": dispute_ref, "actor": actor.as_text}
    if (first := replayed(key=key, operation="rest_case", content=content)) is not None:
        return first
    dispute, side = case.dispute, case.side
    demand(side is not None and can_answer_for(side, actor, case.order))
    field = "buyer_rests_at" if side == Side.BUYER else "supplier_rests_at"
    if dispute.state not in JUDGED_STATES or not dispute.evidence_is_open(at) or getattr(dispute, field):
        raise EvidenceClosed
    setattr(dispute, field, at)
    dispute.save(update_fields=[field])
    tell(case, "side_rests", actor=actor, at=at)
    if dispute.buyer_rests_at and dispute.supplier_rests_at:
        close_evidence(case, actor=actor, at=at)
    remember(key=key, operation="rest_case", content=content, result=dispute_ref, at=at)
    return dispute_ref


def close_evidence(case: Case, *, actor: Actor, at: datetime) -> None:
    """End the days for evidence and tell the officer that the case is ready to decide."""
    Dispute.objects.filter(pk=case.dispute.pk).update(evidence_until=at)
    case.dispute.evidence_until = at
    close_deadlines(
        case.dispute,
        outcome="complete",
        at=at,
        kinds=EVIDENCE_KINDS,
    )
    tell(case, "evidence_complete", actor=actor, at=at)


def store_evidence(
    case: Case,
    *,
    note: str,
    files: Sequence[Upload],
    actor: Actor,
    at: datetime,
    inspection: Inspection | None = None,
) -> None:
    """One row with the note (and the first file), one more per further file; an inspector's with `inspection`."""
    if len(files) > FILES_AT_ONCE:
        raise TooManyFiles(field="attachments", limit=FILES_AT_ONCE)
    stored: list[StoredFile | None] = [
        store_upload(
            kind=FILE_KIND, subject=case.dispute.ref, upload=upload, actor=actor, at=at, field="attachments"
        )
        for upload in files
    ]
    for position, file in enumerate(stored or [None]):
        Evidence.objects.create(
            dispute=case.dispute,
            by_side=case.side or Side.OFFICER,
            submitted_by=actor.as_text,
            submitted_by_label=actor.label,
            note=note if position == 0 else "",
            file=file,
            inspection=inspection,
            at=at,
        )

"""What every step of the finance desk demands: an officer of no company concerned, a reference, a reason, a proof."""

from __future__ import annotations

from datetime import datetime

from django.core.files.uploadedfile import UploadedFile

from marketplace.core.actors import Actor
from marketplace.core.errors import NotAllowed
from marketplace.files.models import StoredFile
from marketplace.files.operations import store_upload
from trade_assurance.payments.errors import OwnCompanyAtDesk, ProofMissing, ReasonMissing
from trade_assurance.payments.operations.reviews import FINANCE

PROOF_KIND = "bank_proof"
STATEMENT_KIND = "bank_statement"


def demand_officer(actor: Actor, company_ids: frozenset[int] = frozenset()) -> None:
    """Raise `NotAllowed` without the finance desk, `OwnCompanyAtDesk` for a member of a company concerned."""
    if not actor.has_desk(FINANCE):
        raise NotAllowed
    if company_ids & actor.member_of:
        raise OwnCompanyAtDesk


def named_reference(reference: str) -> str:
    """The bank's reference on one line. Raises `ProofMissing` when it can be none."""
    named = " ".join(reference.split())
    if not 3 <= len(named) <= 120 or not named.isprintable():
        raise ProofMissing(field="bank_reference")
    return named


def said_reason(reason: str, field: str = "reason") -> str:
    """The reason on one line. Raises `ReasonMissing` for none."""
    why = " ".join(reason.split())
    if not why:
        raise ReasonMissing(field=field)
    return why[:300]


def keep_proof(
    proof: UploadedFile[bytes] | None, subject: str, actor: Actor, at: datetime
) -> StoredFile | None:
    """Store the proof of a transfer privately; None when there is none. Raises what files refuse."""
    if proof is None:
        return None
    return store_upload(kind=PROOF_KIND, subject=subject, upload=proof, actor=actor, at=at, field="proof")

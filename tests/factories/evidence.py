"""Cases with something in the vault, reached through operations and the outbox only."""

from __future__ import annotations

from typing import Any

from marketplace.core.ids import new_key
from tests.factories.disputes import ESCALATED_AT, an_escalated_case, usd
from tests.factories.files import a_picture
from tests.factories.holds import pump
from tests.factories.orders import Trade
from trade_assurance.disputes.models import Dispute, Evidence
from trade_assurance.disputes.operations import propose_inspection, submit_evidence


def a_submission(trade: Trade, dispute: Dispute, *files: Any, by: str = "buyer") -> list[Evidence]:
    """One side adds files to the case; the worker has made the previews."""
    submit_evidence(
        dispute_ref=dispute.ref,
        note="As the pictures show.",
        files=files or [a_picture("sacks.jpg", (900, 600))],
        actor=trade.buyer if by == "buyer" else trade.supplier,
        key=new_key(),
        at=ESCALATED_AT,
    )
    pump(ESCALATED_AT)
    return list(Evidence.objects.filter(dispute=dispute).select_related("file").order_by("pk"))


def file_ref_of(row: Evidence) -> str:
    """The reference of its file."""
    assert row.file is not None
    return row.file.ref


def a_case_with_a_picture() -> dict[str, object]:
    """References of an escalated case and of a picture in it."""
    trade, dispute = an_escalated_case()
    return {"ref": dispute.ref, "file_ref": file_ref_of(a_submission(trade, dispute)[0])}


def a_proposed_inspection() -> dict[str, object]:
    """References of an escalated case and of the inspection its buyer proposes."""
    trade, dispute = an_escalated_case()
    inspection_ref = propose_inspection(
        dispute_ref=dispute.ref,
        inspector="SGS Chennai",
        task="Moisture and broken grain",
        cost=usd(60_000),
        advanced_by="buyer",
        actor=trade.buyer,
        key=new_key(),
        at=ESCALATED_AT,
    )
    return {"ref": dispute.ref, "inspection_ref": inspection_ref}

"""A batch's rows as what its file says. Reads only frozen values, so that every export gives the same bytes."""

from __future__ import annotations

from typing import Final

from marketplace.core.money import Money
from trade_assurance.payments.bank_files.accounts import bank_party
from trade_assurance.payments.bank_files.latin import reference
from trade_assurance.payments.bank_files.pain import Transfer, TransferFile, TransferGroup
from trade_assurance.payments.models import PayoutBatch, PayoutBatchLine
from trade_assurance.payments.states import OperationKind

# Kind → letter, name in the CSV, ISO category purpose, ISO purpose: one payment type each.
_GROUPS: Final = (
    (OperationKind.PAY_OUT, "P", "payout", "SUPP", ""),
    (OperationKind.REFUND, "R", "refund", "", "REFU"),
    (OperationKind.RETURN, "B", "return", "", "REFU"),
)
_TEXTS: Final = {
    OperationKind.PAY_OUT: "Trade Assurance payout",
    OperationKind.REFUND: "Refund",
    OperationKind.RETURN: "Return of your transfer, no payment found",
}


def batch_file(batch: PayoutBatch) -> TransferFile:
    """What the batch's file says, from the batch and the lines that stand in it."""
    lines = list(batch.lines.filter(released_at=None).order_by("pk"))
    return TransferFile(
        reference=batch.ref,
        created_at=batch.created_at,
        execute_on=batch.execute_on,
        currency=batch.currency,
        debtor=bank_party(batch.debtor),
        groups=tuple(
            TransferGroup(letter, name, category, purpose, _transfers(batch, lines, kind))
            for kind, letter, name, category, purpose in _GROUPS
        ),
    )


def _transfers(batch: PayoutBatch, lines: list[PayoutBatchLine], kind: OperationKind) -> tuple[Transfer, ...]:
    return tuple(
        Transfer(
            reference=line.subject,
            money=Money(line.amount_minor, batch.currency),
            to=bank_party(line.destination),
            text=" ".join(
                part for part in (_TEXTS[kind], reference(line.subject), line.destination.get("text")) if part
            ),
        )
        for line in lines
        if line.kind == kind
    )

"""What a line of a bank statement is for. Reads only: the preview and the taking ask the same questions.

Matched by our own reference and never by amount. Whatever is not clear waits for a person, with the reason.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from marketplace.core.actors import Actor
from marketplace.core.errors import Text
from marketplace.core.money import Money
from trade_assurance.payments.models import (
    BankReceipt,
    BankStatementLine,
    Payment,
    PayoutBatch,
    PayoutBatchLine,
    ProviderOperation,
    Refund,
)
from trade_assurance.payments.parties import companies_behind
from trade_assurance.payments.providers.bank_transfer import NAME as BANK
from trade_assurance.payments.providers.references import find_references
from trade_assurance.payments.states import (
    LINE_NOT_TAKEN,
    OPERATION_FINAL,
    BatchState,
    OperationKind,
    OperationState,
    PaymentState,
)

OUTGOING: Final = (OperationKind.PAY_OUT, OperationKind.REFUND, OperationKind.RETURN)
# Our references as they go to a bank and come back: `pyo-7k3m…`, in whatever case, the dash lost or not.
_OWN: Final = re.compile(r"(?<![0-9a-z])(pyo|rfd|ret|bat)[\W_]?([0-9a-z]{12})(?![0-9a-z])", re.IGNORECASE)
WHY: Final[dict[str, Text]] = {
    "no_reference": _("No reference of ours stands on it."),
    "unknown_reference": _("It names a reference that nothing of ours has."),
    "several_references": _("It names several of our references."),
    "wrong_currency": _("The payment it names is in another currency."),
    "payment_reversed": _("The payment it names was reversed."),
    "recorded_otherwise": _("The bank's reference was recorded by hand before, with another amount."),
    "own_company": _("It concerns a company of the officer who took the statement."),
    "amount_differs": _("The amount is not that of the transfer it names."),
    "paid_twice": _("The transfer it names left the account before: this would be the second time."),
    "not_sent": _("The transfer it names was recorded as failed or sent back."),
    "reversal": _("The bank took back what it had booked before."),
    "came_back_before_sent": _("It sends back a transfer that is not confirmed yet."),
    "return_failed": _("The transfer back to the sender failed."),
}


@dataclass(frozen=True, slots=True)
class Match:
    """What one line is for. `kind`: receipt, recorded, paid, known, sent_back, batch or unmatched (with `why`)."""

    kind: str
    why: str = ""
    payment: Payment | None = None
    receipt: BankReceipt | None = None
    operation: ProviderOperation | None = None
    batch: PayoutBatch | None = None


def own_references(line: BankStatementLine) -> list[str]:
    """References of our own transfers and batches on the line, as rows carry them."""
    said = "\n".join((line.end_to_end, line.batch_reference, line.text))
    found = [f"{kind.lower()}_{rest.lower()}" for kind, rest in _OWN.findall(said)]
    return list(dict.fromkeys(found))


def payment_references(line: BankStatementLine) -> list[str]:
    """References that people write on transfers to us, found on the line."""
    return find_references("\n".join((line.text, line.end_to_end)))


class Matcher:
    """The facts that some lines need, read in a handful of statements, and the judgement of each."""

    def __init__(self, lines: Sequence[BankStatementLine], actor: Actor) -> None:
        self.actor = actor
        self.written = {line.pk: payment_references(line) for line in lines}
        self.own = {line.pk: own_references(line) for line in lines}
        self.payments = {row.reference: row for row in self._payments()}
        self.operations = {row.subject: row for row in self._operations()}
        self.batches = {row.ref: row for row in PayoutBatch.objects.filter(ref__in=self._all(self.own))}
        self.receipts = self._receipts(lines)
        self.seen_out = self._seen(negative=True)
        self.seen_in = self._seen(negative=False)
        self.became: dict[int, str] = {}

    def match(self, line: BankStatementLine) -> Match:
        """What this line is for."""
        return self._incoming(line) if line.amount_minor > 0 else self._outgoing(line)

    def took(self, line: BankStatementLine, match: Match) -> None:
        """Remember what a line before this one in the same statement was for, and what it made of it."""
        if match.kind == "unmatched":
            return
        paid = [] if match.operation is None else [match.operation]
        if match.batch is not None:
            paid = [
                row.operation
                for row in match.batch.lines.filter(released_at=None).select_related("operation")
            ]
        for operation in paid:
            (self.seen_in if line.amount_minor > 0 else self.seen_out).add(operation.pk)
            if match.kind != "known":
                back = match.kind == "sent_back"
                self.became[operation.pk] = OperationState.RETURNED if back else OperationState.DONE
        if match.receipt is not None:
            self.receipts = {
                key: [row for row in rows if row.pk != match.receipt.pk]
                for key, rows in self.receipts.items()
            }

    def _incoming(self, line: BankStatementLine) -> Match:
        by_hand = self._recorded(line)
        if by_hand is not None:
            return by_hand
        found = [
            self.payments[reference] for reference in self.written[line.pk] if reference in self.payments
        ]
        if len(found) > 1:
            return _unmatched("several_references")
        if found:
            return self._receipt(line, found[0])
        own = self._own_operations(line)
        if len(own) == 1:
            return self._sent_back(line, own[0])
        if len(own) > 1:
            return _unmatched("several_references")
        if line.is_reversal:
            return _unmatched("reversal")
        return _unmatched(
            "unknown_reference" if self.written[line.pk] or self.own[line.pk] else "no_reference"
        )

    def _recorded(self, line: BankStatementLine) -> Match | None:
        """A receipt that an officer recorded by hand from this very line."""
        rows = self.receipts.get(line.bank_reference.casefold(), []) if line.bank_reference else []
        same = [
            row
            for row in rows
            if row.amount_minor == line.amount_minor and row.payment.currency == line.currency
        ]
        if same:
            return Match("recorded", payment=same[0].payment, receipt=same[0])
        return _unmatched("recorded_otherwise") if rows else None

    def _receipt(self, line: BankStatementLine, payment: Payment) -> Match:
        if payment.currency != line.currency:
            return _unmatched("wrong_currency", payment=payment)
        if payment.state == PaymentState.REVERSED:
            return _unmatched("payment_reversed", payment=payment)
        mine = self.actor.member_of
        if mine and (companies_behind(payment.root) | {payment.payer_id}) & mine:
            return _unmatched("own_company", payment=payment)
        return Match("receipt", payment=payment)

    def _sent_back(self, line: BankStatementLine, operation: ProviderOperation) -> Match:
        if operation.currency != line.currency or operation.amount_minor != line.amount_minor:
            return _unmatched("amount_differs", operation=operation)
        if self._concerned(operation):
            return _unmatched("own_company", operation=operation)
        state = self._state(operation)
        if state != OperationState.DONE or operation.pk in self.seen_in:
            why = "not_sent" if state in OPERATION_FINAL else "came_back_before_sent"
            return _unmatched(why, operation=operation)
        if operation.kind == OperationKind.RETURN:
            return _unmatched("not_sent", operation=operation)
        return Match("sent_back", operation=operation)

    def _outgoing(self, line: BankStatementLine) -> Match:
        if line.is_reversal:
            return _unmatched("reversal")
        own = self._own_operations(line)
        if len(own) > 1:
            return _unmatched("several_references")
        if own:
            return self._paid(line, own[0])
        batches = [self.batches[ref] for ref in self.own[line.pk] if ref in self.batches]
        if len(batches) == 1:
            return self._whole_batch(line, batches[0])
        return _unmatched("unknown_reference" if self.own[line.pk] else "no_reference")

    def _paid(self, line: BankStatementLine, operation: ProviderOperation) -> Match:
        if operation.currency != line.currency or operation.amount_minor != -line.amount_minor:
            return _unmatched("amount_differs", operation=operation)
        if operation.pk in self.seen_out:
            return _unmatched("paid_twice", operation=operation)
        state = self._state(operation)
        if state in {OperationState.DONE, OperationState.RETURNED}:
            return Match("known", operation=operation)
        if state in OPERATION_FINAL:
            return _unmatched("not_sent", operation=operation)
        if self._concerned(operation):
            return _unmatched("own_company", operation=operation)
        return Match("paid", operation=operation)

    def _whole_batch(self, line: BankStatementLine, batch: PayoutBatch) -> Match:
        rows = batch.lines.filter(released_at=None).select_related("operation")
        waiting = [row.operation for row in rows if self._state(row.operation) not in OPERATION_FINAL]
        total = sum(operation.amount_minor for operation in waiting)
        whole = rows.aggregate(total=Sum("amount_minor"))["total"] or 0
        if batch.state != BatchState.EXPORTED or batch.currency != line.currency:
            return _unmatched("not_sent", batch=batch)
        if total != -line.amount_minor or whole != total:
            return _unmatched("amount_differs", batch=batch)
        if any(self._concerned(operation) for operation in waiting):
            return _unmatched("own_company", batch=batch)
        return Match("batch", batch=batch)

    def _state(self, operation: ProviderOperation) -> str:
        return self.became.get(operation.pk, operation.state)

    def _concerned(self, operation: ProviderOperation) -> bool:
        mine = self.actor.member_of
        return bool(mine and companies_of(operation) & mine)

    def _own_operations(self, line: BankStatementLine) -> list[ProviderOperation]:
        return [self.operations[ref] for ref in self.own[line.pk] if ref in self.operations]

    def _payments(self) -> Iterable[Payment]:
        return Payment.objects.filter(reference__in=self._all(self.written), provider=BANK)

    def _operations(self) -> Iterable[ProviderOperation]:
        subjects = self._all(self.own)
        return ProviderOperation.objects.filter(subject__in=subjects, kind__in=OUTGOING, provider=BANK)

    def _receipts(self, lines: Sequence[BankStatementLine]) -> dict[str, list[BankReceipt]]:
        """Receipts recorded by hand and not yet seen on a statement, by the bank's reference in small letters."""
        wanted = {line.bank_reference for line in lines if line.bank_reference}
        rows: dict[str, list[BankReceipt]] = {}
        by_hand = BankReceipt.objects.filter(bank_reference__in=wanted, statement_line=None)
        for row in by_hand.select_related("payment").order_by("pk"):
            rows.setdefault(row.bank_reference.casefold(), []).append(row)
        return rows

    def _seen(self, *, negative: bool) -> set[int]:
        """Operations that a taken line of that direction was matched or assigned to."""
        ids = [row.pk for row in self.operations.values()]
        taken = BankStatementLine.objects.filter(operation__in=ids).exclude(state__in=LINE_NOT_TAKEN)
        side = taken.filter(amount_minor__lt=0) if negative else taken.filter(amount_minor__gt=0)
        seen = set(side.filter(why="").values_list("operation_id", flat=True))
        if negative:  # paid by one booking of a whole batch
            whole = PayoutBatchLine.objects.filter(
                operation__in=ids, released_at=None, batch__bank_lines__why=""
            )
            seen |= set(
                whole.exclude(batch__bank_lines__state__in=LINE_NOT_TAKEN)
                .filter(batch__bank_lines__isnull=False)
                .values_list("operation_id", flat=True)
            )
        return seen

    @staticmethod
    def _all(found: dict[int, list[str]]) -> set[str]:
        return {reference for references in found.values() for reference in references}


def repeated_lines(lines: Sequence[BankStatementLine]) -> dict[int, str]:
    """Which lines were taken before, by id with the reason: `same`, or `other_format` for a twin in another file format.

    Files of two formats say the same booking in different words. Where a line without the bank's reference has
    a taken twin of its day and amount from the other format, it counts as taken; an officer can say otherwise.
    """
    if not lines:
        return {}
    account_id, form = lines[0].account_id, lines[0].statement.format
    taken = BankStatementLine.objects.filter(account_id=account_id).exclude(state__in=LINE_NOT_TAKEN)
    known = set(
        taken.filter(fingerprint__in=[line.fingerprint for line in lines]).values_list(
            "fingerprint", flat=True
        )
    )
    days = {line.booked_on for line in lines}
    twins = Counter(
        taken.filter(booked_on__in=days)
        .exclude(statement__format=form)
        .exclude(fingerprint__in=known)
        .values_list("booked_on", "amount_minor", "bank_reference")
    )
    found: dict[int, str] = {}
    for line in lines:
        if line.fingerprint in known:
            found[line.pk] = "same"
            continue
        for day, amount, reference in list(twins):
            alike = (day, amount) == (line.booked_on, line.amount_minor)
            if alike and twins[day, amount, reference] and not (reference and line.bank_reference):
                twins[day, amount, reference] -= 1
                found[line.pk] = "other_format"
                break
    return found


def companies_of(operation: ProviderOperation) -> frozenset[int]:
    """Ids of the companies whose people handle nothing of this transfer."""
    if operation.kind == OperationKind.REFUND:
        payer = (
            Refund.objects.filter(ref=operation.subject).values_list("payment__payer_id", flat=True).first()
        )
        return companies_behind(operation.root) | (frozenset() if payer is None else frozenset({payer}))
    return frozenset() if operation.payee_id is None else frozenset({operation.payee_id})


def size_of(line: BankStatementLine) -> Money:
    """The line's amount without its sign."""
    return Money(abs(line.amount_minor), line.currency)


def _unmatched(
    why: str,
    *,
    payment: Payment | None = None,
    operation: ProviderOperation | None = None,
    batch: PayoutBatch | None = None,
) -> Match:
    return Match("unmatched", why, payment=payment, operation=operation, batch=batch)

"""Bank statements: read from a file, looked at, taken. Nothing moves before a statement is taken.

Lock order: receipts of the currency → account → statement → payment → refund → operation.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Q

from marketplace.core.actors import Actor
from marketplace.core.errors import Conflict, NotFound, Rejected
from marketplace.core.idempotency import lock_key, remember, replayed
from marketplace.core.money import Money
from marketplace.files.models import StoredFile
from marketplace.files.operations import store_upload, upload_hashes
from marketplace.files.queries import read_bytes
from trade_assurance.payments.bank_files.camt import read_camt
from trade_assurance.payments.bank_files.csv_statement import CsvLayout, read_csv, read_table
from trade_assurance.payments.bank_files.lines import FileUnreadable, ReadStatement, fingerprints
from trade_assurance.payments.errors import BankFileUnreadable, StatementNotOpen, UnknownBankAccount
from trade_assurance.payments.matching import OUTGOING, Match, Matcher, repeated_lines
from trade_assurance.payments.models import (
    BankAccount,
    BankReceipt,
    BankStatement,
    BankStatementLine,
    Payment,
    PayoutBatch,
    ProviderOperation,
    Refund,
)
from trade_assurance.payments.operations.bank import receipts_key, take_receipt
from trade_assurance.payments.operations.officers import STATEMENT_KIND, demand_officer
from trade_assurance.payments.operations.outgoing import confirm_outgoing, lock_outgoing, send_back
from trade_assurance.payments.operations.suspense import move_suspense
from trade_assurance.payments.states import LineState, StatementState

CAMT: Final = "camt.053"
CSV: Final = "csv"
_SENT_BACK: Final = "The bank sent it back"


@transaction.atomic
def read_statement(
    *, upload: UploadedFile[bytes], account_ref: str, actor: Actor, key: str, at: datetime
) -> list[BankStatement]:
    """Keep a statement file privately and read it. CAMT names its account; for CSV it is chosen.

    Returns the statements of the file, none of them taken. A CSV whose layout is not known yet waits for
    `name_columns`. Raises `NotAllowed`, `BankFileUnreadable` in words, `UnknownBankAccount`, `Rejected` when a
    CSV comes without an account, and what the file is refused for.
    """
    lock_key(key)
    content = {"file": upload_hashes([upload]), "account": account_ref}
    if (first := replayed(key=key, operation="read_statement", content=content)) is not None:
        return list(BankStatement.objects.filter(file__ref=first).order_by("pk"))
    demand_officer(actor)
    stored = store_upload(
        kind=STATEMENT_KIND, subject="statements", upload=upload, actor=actor, at=at, field="upload"
    )
    raw = read_bytes(stored)
    try:
        made = (
            _from_camt(raw, stored, actor, at)
            if raw.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")
            else [_from_csv(raw, stored, account_ref, actor, at)]
        )
    except FileUnreadable as error:
        raise BankFileUnreadable(error.advice, field="upload") from error
    remember(key=key, operation="read_statement", content=content, result=stored.ref, at=at)
    return made


@transaction.atomic
def name_columns(*, statement_ref: str, layout: CsvLayout, actor: Actor, at: datetime) -> BankStatement:
    """Say which column of a CSV is what; remembered for the account. Reads the file anew.

    Raises `NotFound`, `NotAllowed`, `StatementNotOpen` once it was taken, `BankFileUnreadable`.
    """
    demand_officer(actor)
    statement = _locked(statement_ref)
    if statement.format != CSV or statement.state not in {StatementState.NEEDS_LAYOUT, StatementState.READ}:
        raise StatementNotOpen(state=statement.get_state_display())
    account = BankAccount.objects.filter(pk=statement.account_id).lock().get()
    try:
        table = read_table(read_bytes(statement.file))
        read = read_csv(table, layout, account=account.account_number, currency=account.currency)
    except FileUnreadable as error:
        raise BankFileUnreadable(error.advice) from error
    account.csv_layout = layout.as_row()
    account.save(update_fields=["csv_layout"])
    # INVARIANT: lines of a statement that was not taken moved nothing and may be read anew.
    statement.lines.all().delete()
    _fill(statement, read)
    if statement.state == StatementState.NEEDS_LAYOUT:
        statement.move_to(StatementState.READ, actor=actor, at=at)
    return statement


@transaction.atomic
def discard_statement(*, statement_ref: str, actor: Actor, at: datetime) -> BankStatement:
    """Put aside a statement that was not taken. Raises `NotFound`, `NotAllowed`, `StatementNotOpen`."""
    demand_officer(actor)
    statement = _locked(statement_ref)
    if not statement.can_move_to(StatementState.DISCARDED):
        raise StatementNotOpen(state=statement.get_state_display())
    statement.move_to(StatementState.DISCARDED, actor=actor, at=at)
    return statement


@transaction.atomic
def take_statement(*, statement_ref: str, actor: Actor, key: str, at: datetime) -> BankStatement:
    """Take every line of a statement once: money for payments, transfers paid, transfers sent back.

    What was taken before (by any file) is only marked; what is not clear goes into suspense and waits to be
    explained. All of it in one transaction, so that the books equal the bank or nothing happened.
    Raises `NotFound`, `NotAllowed`, `StatementNotOpen`.
    """
    currency = (
        BankStatement.objects.filter(ref=statement_ref).values_list("account__currency", flat=True).first()
    )
    if currency is None:
        raise NotFound
    lock_key(receipts_key(currency))
    # INVARIANT: one taking at a time per account, so that a line is looked for among all that were taken.
    BankAccount.objects.filter(statements__ref=statement_ref).lock().get()
    statement = _locked(statement_ref)
    content = {"statement": statement_ref}
    if replayed(key=key, operation="take_statement", content=content) is not None:
        return statement
    demand_officer(actor)
    if statement.state != StatementState.READ:
        raise StatementNotOpen(state=statement.get_state_display())
    lines = list(statement.lines.lock().order_by("pk"))
    repeated = repeated_lines(lines)
    fresh = [line for line in lines if line.pk not in repeated]
    _lock_facts(Matcher(fresh, actor))
    matcher = Matcher(fresh, actor)
    for line in lines:
        if line.pk in repeated:
            line.move_to(LineState.REPEATED, actor=actor, at=at, why=repeated[line.pk])
            continue
        match = matcher.match(line)
        _apply(line, match, actor, at)
        matcher.took(line, match)
    statement.move_to(
        StatementState.TAKEN, actor=actor, at=at, key=key, taken_at=at, taken_by_label=actor.label
    )
    remember(key=key, operation="take_statement", content=content, result=statement.ref, at=at)
    return statement


def _from_camt(raw: bytes, stored: StoredFile, actor: Actor, at: datetime) -> list[BankStatement]:
    made = []
    for read in read_camt(raw):
        account = BankAccount.objects.filter(account_number=read.account, currency=read.currency).first()
        if account is None:
            raise UnknownBankAccount(
                field="upload", account=read.account or "?", currency=read.currency or "?"
            )
        made.append(_create(account, stored, CAMT, StatementState.READ, actor, at, read))
    return made


def _from_csv(raw: bytes, stored: StoredFile, account_ref: str, actor: Actor, at: datetime) -> BankStatement:
    account = BankAccount.objects.filter(ref=account_ref).first()
    table = read_table(raw)
    if account is None:
        raise Rejected(field="account")
    layout = CsvLayout.from_row(account.csv_layout)
    if layout is None or not layout.fits(table.head):
        return _create(account, stored, CSV, StatementState.NEEDS_LAYOUT, actor, at, None)
    read = read_csv(table, layout, account=account.account_number, currency=account.currency)
    return _create(account, stored, CSV, StatementState.READ, actor, at, read)


def _create(
    account: BankAccount,
    stored: StoredFile,
    form: str,
    state: StatementState,
    actor: Actor,
    at: datetime,
    read: ReadStatement | None,
) -> BankStatement:
    statement = BankStatement.objects.create(
        account=account,
        file=stored,
        format=form,
        state=state,
        uploaded_by=actor.as_text,
        uploaded_by_label=actor.label,
        uploaded_at=at,
    )
    statement.log_transition("", state, actor=actor, at=at)
    if read is not None:
        _fill(statement, read)
    return statement


def _fill(statement: BankStatement, read: ReadStatement) -> None:
    statement.number = read.number
    statement.from_on, statement.to_on = read.from_on, read.to_on
    statement.opening_minor = None if read.opening is None else read.opening.amount_minor
    statement.closing_minor = None if read.closing is None else read.closing.amount_minor
    statement.problems = [problem.as_row() for problem in read.problems]
    statement.save(update_fields=["number", "from_on", "to_on", "opening_minor", "closing_minor", "problems"])
    BankStatementLine.objects.bulk_create(
        BankStatementLine(
            statement=statement,
            account_id=statement.account_id,
            position=position,
            currency=line.money.currency,
            amount_minor=line.money.amount_minor,
            booked_on=line.booked_on,
            bank_reference=line.bank_reference,
            end_to_end=line.end_to_end,
            batch_reference=line.batch_reference,
            party_name=line.party_name,
            party_account=line.party_account,
            party_bank=line.party_bank,
            text=line.text,
            is_reversal=line.is_reversal,
            fingerprint=fingerprint,
        )
        for position, (line, fingerprint) in enumerate(
            zip(read.lines, fingerprints(read.lines), strict=True), start=1
        )
    )


def _locked(ref: str) -> BankStatement:
    statement = BankStatement.objects.filter(ref=ref).lock().first()
    if statement is None:
        raise NotFound
    return statement


def _lock_facts(matcher: Matcher) -> None:
    """Lock everything the lines may change, in the global order, before it is judged."""
    batches = list(PayoutBatch.objects.filter(ref__in=matcher.batches).lock())
    subjects = set(matcher.operations)
    for batch in batches:
        subjects |= set(batch.lines.filter(released_at=None).values_list("subject", flat=True))
    named = Payment.objects.filter(Q(reference__in=matcher.payments) | Q(refunds__ref__in=subjects))
    list(Payment.objects.filter(pk__in=named.values("pk")).lock())
    list(Refund.objects.filter(ref__in=subjects).lock())
    list(ProviderOperation.objects.filter(subject__in=subjects, kind__in=OUTGOING).lock())


def _apply(line: BankStatementLine, match: Match, actor: Actor, at: datetime) -> None:
    if match.kind == "unmatched":
        line.move_to(
            LineState.UNMATCHED,
            actor=actor,
            at=at,
            why=match.why,
            payment=match.payment,
            operation=match.operation,
            batch=match.batch,
        )
        move_suspense(line, "unmatched", line.money, actor=actor, at=at)
        return
    _consequence(line, match, actor, at)
    line.move_to(
        LineState.MATCHED,
        actor=actor,
        at=at,
        payment=match.payment,
        operation=match.operation,
        batch=match.batch,
    )


def _consequence(line: BankStatementLine, match: Match, actor: Actor, at: datetime) -> None:
    said = line.bank_reference or line.ref
    if match.kind == "receipt" and match.payment is not None:
        receive_line(line, match.payment, actor=actor, at=at)
    elif match.kind == "recorded" and match.receipt is not None:
        unseen = BankReceipt.objects.filter(pk=match.receipt.pk, statement_line=None)
        if unseen.update(statement_line=line) != 1:
            raise Conflict
    elif match.kind == "paid" and match.operation is not None:
        confirm_outgoing(lock_outgoing(match.operation.subject), reference=said, actor=actor, at=at)
    elif match.kind == "sent_back" and match.operation is not None:
        reason = " ".join(line.text.split())[:200] or _SENT_BACK
        send_back(lock_outgoing(match.operation.subject), line.money, reason=reason, actor=actor, at=at)
    elif match.kind == "batch" and match.batch is not None:
        pay_batch(line, match.batch, actor=actor, at=at)


def receive_line(
    line: BankStatementLine, payment: Payment, *, actor: Actor, at: datetime, part: Money | None = None
) -> BankReceipt:
    """The line's money (or a `part` of it) for a locked payment: a receipt under the bank's reference.

    Told as `payment_received`.
    """
    reference = line.bank_reference or line.ref
    if payment.bank_receipts.filter(bank_reference=reference).exists():
        reference = f"{reference[:80]} {line.ref}"  # a bank that names two bookings alike
    sender = " · ".join(part for part in (line.party_name, line.party_account) if part)
    return take_receipt(
        payment,
        line.money if part is None else part,
        received_on=line.booked_on,
        reference=reference,
        sender=sender,
        actor=actor,
        key=f"bank_line:{line.ref}" + ("" if part is None else f":{payment.ref}"),
        at=at,
        line=line,
    )


def pay_batch(line: BankStatementLine, batch: PayoutBatch, *, actor: Actor, at: datetime) -> None:
    """One booking has paid a whole batch: each of its transfers is confirmed under the bank's reference."""
    subjects = batch.lines.filter(released_at=None).order_by("pk").values_list("subject", flat=True)
    for subject in list(subjects):
        confirm_outgoing(
            lock_outgoing(subject), reference=line.bank_reference or line.ref, actor=actor, at=at
        )

"""The finance desk's pages of batches: what waits for a bank, batches made, one batch with what became of each line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.functional import Promise

from marketplace.core.actors import Actor
from marketplace.core.errors import NotFound, Text
from marketplace.core.money import Money, sum_money
from trade_assurance.payments.limits import needs_two_persons
from trade_assurance.payments.models import BankAccount, PayoutBatch, PayoutBatchLine
from trade_assurance.payments.states import BatchState, OperationKind, OperationState
from trade_assurance.payments.transfers import Destinations, waiting_transfers, was_typed, why_not_payable

BATCHES_SHOWN = 50
WAITING_SHOWN = 500
_TONES = {
    BatchState.OPEN: "waiting",
    BatchState.EXPORTED: "info",
    BatchState.REJECTED: "danger",
    BatchState.CANCELLED: "",
}
_LINE_TONES = {
    OperationState.PENDING: "waiting",
    OperationState.DONE: "safe",
    OperationState.RETURNED: "danger",
    OperationState.DECLINED: "danger",
}
# Where a transfer is looked at by itself.
_PAGES = {OperationKind.PAY_OUT: "desk_payout", OperationKind.REFUND: "desk_refund"}


@dataclass(frozen=True, slots=True)
class AccountLine:
    """An account of the marketplace."""

    ref: str
    currency: str
    holder: str
    bank_name: str
    number: str
    code: str
    country: str
    has_layout: bool
    added_at: datetime
    added_by: str


@dataclass(frozen=True, slots=True)
class WaitingLine:
    """A transfer that somebody has to make. `why_not`: it cannot go into a batch of this officer now."""

    id: int
    subject: str
    kind_label: str
    page: str
    to: str
    account: str
    amount: Money
    since: datetime
    why_not: Text
    typed: bool


@dataclass(frozen=True, slots=True)
class WaitingGroup:
    """What waits in one currency, with the accounts it can leave from."""

    currency: str
    lines: tuple[WaitingLine, ...]
    total: Money
    accounts: tuple[AccountLine, ...]

    @property
    def payable(self) -> int:
        """How many can go into a batch."""
        return sum(1 for line in self.lines if not line.why_not)


@dataclass(frozen=True, slots=True)
class BatchLine:
    """A batch in a list."""

    ref: str
    total: Money
    count: int
    settled: int
    state: str
    state_label: str
    tone: str
    account: str
    created_at: datetime
    created_by: str
    execute_on: date
    approvals_given: int
    approvals_needed: int


@dataclass(frozen=True, slots=True)
class BatchesPage:
    """Transfers that wait, and the latest batches."""

    groups: tuple[WaitingGroup, ...]
    batches: tuple[BatchLine, ...]

    @property
    def first_payable(self) -> str:
        """The currency whose batch is the page's next action."""
        ready = (group.currency for group in self.groups if group.accounts and group.payable)
        return next(ready, "")


@dataclass(frozen=True, slots=True)
class TransferLine:
    """One transfer of a batch."""

    id: int
    subject: str
    kind_label: str
    page: str
    to: str
    account: str
    amount: Money
    state_label: str | Promise
    tone: str
    waits: bool
    bank_reference: str
    note: str


@dataclass(frozen=True, slots=True)
class Approval:
    """Who said yes, and when."""

    who: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Export:
    """Who got the file."""

    who: str
    at: datetime
    format: str
    sha256: str


@dataclass(frozen=True, slots=True)
class BatchPage:
    """One batch."""

    line: BatchLine
    debtor: str
    bank: str
    lines: tuple[TransferLine, ...]
    taken_out: tuple[TransferLine, ...]
    approvals: tuple[Approval, ...]
    exports: tuple[Export, ...]
    ended_because: str
    may_approve: bool
    may_act: bool
    above_limit: bool

    @property
    def is_ready(self) -> bool:
        """All needed approvals are there."""
        return self.line.approvals_given >= self.line.approvals_needed

    @property
    def waiting(self) -> tuple[TransferLine, ...]:
        """Lines of which nobody has said yet what became of them."""
        return tuple(line for line in self.lines if line.waits)


def bank_accounts() -> tuple[AccountLine, ...]:
    """Every account of the marketplace, by currency."""
    return tuple(_account(row) for row in BankAccount.objects.order_by("currency", "pk"))


def batches_page(actor: Actor) -> BatchesPage:
    """What waits for a bank and the latest batches; six statements."""
    accounts = bank_accounts()
    waiting = list(waiting_transfers()[:WAITING_SHOWN])
    destinations = Destinations(waiting)
    groups = []
    for currency in sorted({row.currency for row in waiting}):
        lines = []
        for row in waiting:
            if row.currency != currency:
                continue
            to = destinations.of(row)
            lines.append(
                WaitingLine(
                    id=row.pk,
                    subject=row.subject,
                    kind_label=row.get_kind_display(),
                    page=_PAGES.get(OperationKind(row.kind), ""),
                    to=destinations.name_of(row),
                    account=to.get("account_number", ""),
                    amount=row.money,
                    since=row.created_at,
                    why_not=why_not_payable(row, to, actor),
                    typed=was_typed(row),
                )
            )
        total = sum_money([line.amount for line in lines], currency)
        mine = tuple(account for account in accounts if account.currency == currency)
        groups.append(WaitingGroup(currency, tuple(lines), total, mine))
    rows = PayoutBatch.objects.select_related("account").prefetch_related("lines__operation").order_by("-pk")
    return BatchesPage(tuple(groups), tuple(_batch(row) for row in rows[:BATCHES_SHOWN]))


def batch_page(ref: str, actor: Actor) -> BatchPage:
    """One batch. Raises `NotFound`."""
    row = (
        PayoutBatch.objects.filter(ref=ref)
        .select_related("account")
        .prefetch_related("lines__operation__payee", "approvals", "exports")
        .first()
    )
    if row is None:
        raise NotFound
    standing = [line for line in row.lines.all() if line.released_at is None]
    concerned = {company for line in standing for company in line.concerns}
    may_act = not concerned & actor.member_of
    mine = any(approval.person == f"user:{actor.user_id}" for approval in row.approvals.all())
    return BatchPage(
        line=_batch(row),
        debtor=f"{row.debtor['holder']} · {row.debtor['account_number']}",
        bank=f"{row.debtor['bank_name']} {row.debtor['bank_code']}".strip(),
        lines=tuple(_transfer(row, line) for line in sorted(standing, key=lambda line: line.pk)),
        taken_out=tuple(_transfer(row, line) for line in row.lines.all() if line.released_at is not None),
        approvals=tuple(Approval(one.label, one.at) for one in row.approvals.all()),
        exports=tuple(
            Export(one.exported_by_label, one.exported_at, one.format, one.sha256)
            for one in row.exports.all()
        ),
        ended_because=row.ended_because,
        may_approve=may_act and row.state == BatchState.OPEN and not mine,
        may_act=may_act,
        above_limit=needs_two_persons(row.total),
    )


def _account(row: BankAccount) -> AccountLine:
    return AccountLine(
        ref=row.ref,
        currency=row.currency,
        holder=row.holder,
        bank_name=row.bank_name,
        number=row.account_number,
        code=row.bank_code,
        country=row.country,
        has_layout=bool(row.csv_layout),
        added_at=row.added_at,
        added_by=row.added_by_label,
    )


def _batch(row: PayoutBatch) -> BatchLine:
    given_up = row.state in {BatchState.REJECTED, BatchState.CANCELLED}
    standing = [line for line in row.lines.all() if given_up or line.released_at is None]
    return BatchLine(
        ref=row.ref,
        total=row.total,
        count=len(standing),
        settled=sum(1 for line in standing if line.operation.is_final),
        state=row.state,
        state_label=row.get_state_display(),
        tone=_TONES[BatchState(row.state)],
        account=f"{row.account.bank_name} …{row.account.account_number[-4:]}",
        created_at=row.created_at,
        created_by=row.created_by_label,
        execute_on=row.execute_on,
        approvals_given=row.approvals_given,
        approvals_needed=row.approvals_needed,
    )


def _transfer(batch: PayoutBatch, line: PayoutBatchLine) -> TransferLine:
    operation = line.operation
    return TransferLine(
        id=line.pk,
        subject=line.subject,
        kind_label=line.get_kind_display(),
        page=_PAGES.get(OperationKind(line.kind), ""),
        to=line.destination.get("holder", ""),
        account=line.destination.get("account_number", ""),
        amount=Money(line.amount_minor, batch.currency),
        state_label=operation.get_state_display(),
        tone=_LINE_TONES.get(OperationState(operation.state), ""),
        waits=not operation.is_final,
        bank_reference=operation.bank_reference,
        note=line.released_because or str(operation.outcome.get("reason", "")),
    )

"""The finance desk's pages of bank statements: the list, one statement before and after it is taken, the queue."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final

from django.db.models import Count, F, Sum
from django.utils.translation import gettext_lazy as _

from marketplace.core.actors import Actor
from marketplace.core.errors import NotFound, Text
from marketplace.core.money import Money
from marketplace.files.queries import read_bytes
from trade_assurance.payments.bank_files.csv_statement import (
    CsvLayout,
    CsvTable,
    guess_layout,
    read_table,
)
from trade_assurance.payments.matching import WHY, Match, Matcher, repeated_lines
from trade_assurance.payments.models import BankStatement, BankStatementLine, Payment
from trade_assurance.payments.providers.bank_transfer import NAME as BANK
from trade_assurance.payments.queries.desk import PAGE_SIZE, Listing
from trade_assurance.payments.states import LINE_IN_SUSPENSE, PAYMENT_OPEN, LineState, StatementState

LIKELY_AT_MOST: Final = 5

_TONES = {
    StatementState.NEEDS_LAYOUT: "waiting",
    StatementState.READ: "waiting",
    StatementState.TAKEN: "safe",
    StatementState.DISCARDED: "",
}
_LINE_TONES = {
    LineState.READ: "",
    LineState.REPEATED: "",
    LineState.MATCHED: "safe",
    LineState.UNMATCHED: "waiting",
    LineState.ASSIGNED: "safe",
    LineState.RETURNING: "info",
    LineState.RETURNED: "",
    LineState.FEE: "",
    LineState.NOTED: "info",
}
_REPEATED: Final[dict[str, Text]] = {
    "same": _("It was taken from another statement."),
    "other_format": _("A line of the same day and amount was taken from a file of another format."),
}
_WILL_BE: Final[dict[str, tuple[Text, str]]] = {
    "receipt": (_("money for a payment"), "safe"),
    "recorded": (_("recorded by hand before"), ""),
    "paid": (_("confirms a transfer"), "safe"),
    "known": (_("confirmed by hand before"), ""),
    "sent_back": (_("a transfer came back"), "danger"),
    "batch": (_("confirms a whole batch"), "safe"),
    "unmatched": (_("to be explained"), "waiting"),
}


@dataclass(frozen=True, slots=True)
class StatementRow:
    """A statement in a list."""

    ref: str
    account: str
    currency: str
    number: str
    format: str
    from_on: date | None
    to_on: date | None
    lines: int
    problems: int
    opening: Money | None
    closing: Money | None
    state: str
    state_label: str
    tone: str
    uploaded_at: datetime
    uploaded_by: str


@dataclass(frozen=True, slots=True)
class BankLine:
    """One booking as pages show it. `will_be` before it is taken, `state_label` after."""

    ref: str
    statement_ref: str
    position: int
    amount: Money
    booked_on: date
    party_name: str
    party_account: str
    party_bank: str
    text: str
    end_to_end: str
    bank_reference: str
    state: str
    state_label: Text
    tone: str
    why: Text
    named: str
    note: str
    resolved_by: str
    resolved_at: datetime | None
    may_explain: bool
    may_take_anyway: bool
    parts: tuple[tuple[str, Money], ...] = ()


@dataclass(frozen=True, slots=True)
class LikelyPayment:
    """A transfer that is expected, which a line nobody could match may be."""

    reference: str
    payer: str
    description: str
    started_at: datetime


@dataclass(frozen=True, slots=True)
class StatementPage:
    """One statement."""

    row: StatementRow
    file_ref: str
    lines: tuple[BankLine, ...]
    problems: tuple[dict[str, Any], ...]
    came_in: Money
    went_out: Money
    counted: Money | None
    adds_up: bool
    gap: Money | None
    gap_before: str
    will_be: tuple[tuple[Text, int], ...]
    may_take: bool


@dataclass(frozen=True, slots=True)
class LayoutPage:
    """A CSV whose columns are to be named: its head, its first rows (each cell with its head), a proposal."""

    statement_ref: str
    account: str
    head: tuple[str, ...]
    rows: tuple[tuple[tuple[str, str], ...], ...]
    proposal: CsvLayout
    is_remembered: bool


def statements(*, before: int | None = None) -> Listing[StatementRow]:
    """Statements, newest first; one statement."""
    rows = _rows() if before is None else _rows().filter(pk__lt=before)
    part = list(rows.order_by("-pk")[: PAGE_SIZE + 1])
    following = part[PAGE_SIZE - 1].pk if len(part) > PAGE_SIZE else None
    return Listing(tuple(_row(row) for row in part[:PAGE_SIZE]), following)


def statement_page(ref: str, actor: Actor) -> StatementPage:
    """One statement: before it is taken with what each line will be, after it with what each became. Raises `NotFound`."""
    row = _rows().filter(ref=ref).select_related("file").first()
    if row is None:
        raise NotFound
    lines = list(row.lines.select_related("payment", "operation", "batch", "statement").order_by("position"))
    shown = (
        _preview(lines, actor) if row.state == StatementState.READ else [bank_line(line) for line in lines]
    )
    currency = row.account.currency
    came_in = Money(sum(line.amount_minor for line in lines if line.amount_minor > 0), currency)
    went_out = Money(-sum(line.amount_minor for line in lines if line.amount_minor < 0), currency)
    opening, closing = _money(row.opening_minor, currency), _money(row.closing_minor, currency)
    counted = None if opening is None else opening + came_in - went_out
    gap, before = _gap(row, opening)
    counts = Counter(line.state_label for line in shown)
    return StatementPage(
        row=_row(row),
        file_ref=row.file.ref,
        lines=tuple(shown),
        problems=tuple(row.problems),
        came_in=came_in,
        went_out=went_out,
        counted=counted,
        adds_up=counted is None or closing is None or counted == closing,
        gap=gap,
        gap_before=before,
        will_be=tuple(counts.items()),
        may_take=row.state == StatementState.READ,
    )


def layout_page(ref: str) -> LayoutPage:
    """The form in which columns are named. Raises `NotFound` for anything but a CSV that was not taken."""
    row = BankStatement.objects.filter(ref=ref, format="csv").select_related("account", "file").first()
    if row is None or row.state not in {StatementState.NEEDS_LAYOUT, StatementState.READ}:
        raise NotFound
    table: CsvTable = read_table(read_bytes(row.file))
    remembered = CsvLayout.from_row(row.account.csv_layout)
    fits = remembered is not None and remembered.fits(table.head)
    return LayoutPage(
        statement_ref=row.ref,
        account=_account_text(row),
        head=table.head,
        rows=tuple(tuple(zip(table.head, cells, strict=False)) for _line, cells in table.rows[:4]),
        proposal=remembered if remembered is not None and fits else guess_layout(table),
        is_remembered=fits,
    )


def bank_lines(*, show: str = "unmatched", before: int | None = None) -> Listing[BankLine]:
    """The queue: lines to be explained; with `show` "noted" those left with a note, "all" every taken line."""
    rows = BankStatementLine.objects.select_related("payment", "operation", "batch", "statement")
    if show == "noted":
        rows = rows.filter(state=LineState.NOTED)
    elif show == "all":
        rows = rows.exclude(state=LineState.READ)
    else:
        rows = rows.filter(state=LineState.UNMATCHED)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    part = list(rows.order_by("-pk")[: PAGE_SIZE + 1])
    following = part[PAGE_SIZE - 1].pk if len(part) > PAGE_SIZE else None
    return Listing(tuple(bank_line(row) for row in part[:PAGE_SIZE]), following)


def bank_line_page(ref: str) -> BankLine:
    """One line. Raises `NotFound`."""
    rows = BankStatementLine.objects.select_related("payment", "operation", "batch", "statement")
    row = rows.filter(ref=ref).exclude(state=LineState.READ).first()
    if row is None:
        raise NotFound
    receipts = row.receipts.select_related("payment").order_by("pk")
    split = row.payment_id is None and row.state == LineState.ASSIGNED
    parts = tuple(
        (receipt.payment.reference or receipt.payment.ref, Money(receipt.amount_minor, row.currency))
        for receipt in (receipts if split else ())
    )
    return replace(bank_line(row), parts=parts)


def likely_payments(line: BankLine) -> tuple[LikelyPayment, ...]:
    """Transfers that are expected and miss exactly what this line brought: for a person to look at, never to match.

    A few at most, the oldest first; one statement, none for money that went out.
    """
    if not line.amount.is_positive:
        return ()
    rows = Payment.objects.filter(
        provider=BANK,
        state__in=PAYMENT_OPEN,
        currency=line.amount.currency,
        amount_minor=F("received_minor") + line.amount.amount_minor,
    )
    return tuple(
        LikelyPayment(row.reference, row.payer.legal_name, row.description, row.started_at)
        for row in rows.exclude(reference="").select_related("payer").order_by("pk")[:LIKELY_AT_MOST]
    )


def in_suspense() -> tuple[Money, ...]:
    """What nobody has explained yet, per currency, by the lines themselves."""
    rows = BankStatementLine.objects.filter(state__in=LINE_IN_SUSPENSE).values_list("currency")
    sums = rows.annotate(total=Sum("amount_minor")).order_by("currency")
    return tuple(Money(int(total), currency) for currency, total in sums)


def lines_to_explain() -> int:
    """How many lines wait in the queue."""
    return BankStatementLine.objects.filter(state=LineState.UNMATCHED).count()


def bank_line(row: BankStatementLine, match: Match | None = None) -> BankLine:
    """A line for a page; with `match` as it will be when it is taken."""
    label: Text = row.get_state_display()
    tone, why = _LINE_TONES[LineState(row.state)], row.why
    payment, operation, batch = row.payment, row.operation, row.batch
    if match is not None:
        label, tone = _WILL_BE[match.kind]
        why, payment, operation, batch = match.why, match.payment, match.operation, match.batch
    return BankLine(
        ref=row.ref,
        statement_ref=row.statement.ref,
        position=row.position,
        amount=row.money,
        booked_on=row.booked_on,
        party_name=row.party_name,
        party_account=row.party_account,
        party_bank=row.party_bank,
        text=row.text,
        end_to_end=row.end_to_end,
        bank_reference=row.bank_reference,
        state=row.state,
        state_label=label,
        tone=tone,
        why=_REPEATED.get(why, "") if row.state == LineState.REPEATED else WHY.get(why, ""),
        named=_named(payment, operation, batch),
        note=row.note,
        resolved_by=row.resolved_by_label,
        resolved_at=row.resolved_at,
        may_explain=row.state in {LineState.UNMATCHED, LineState.NOTED},
        may_take_anyway=row.state == LineState.REPEATED,
    )


def _preview(lines: list[BankStatementLine], actor: Actor) -> list[BankLine]:
    repeated = repeated_lines(lines)
    matcher = Matcher([line for line in lines if line.pk not in repeated], actor)
    shown = []
    for line in lines:
        if line.pk in repeated:
            shown.append(_repeated(line, repeated[line.pk]))
            continue
        match = matcher.match(line)
        matcher.took(line, match)
        shown.append(bank_line(line, match))
    return shown


def _repeated(line: BankStatementLine, why: str) -> BankLine:
    plain = bank_line(line)
    return replace(plain, state_label=LineState.REPEATED.label, why=_REPEATED[why])


def _named(payment: Any, operation: Any, batch: Any) -> str:
    if payment is not None:
        return str(payment.reference or payment.ref)
    if operation is not None:
        return str(operation.subject)
    return "" if batch is None else str(batch.ref)


def _rows() -> Any:
    return BankStatement.objects.select_related("account").annotate(line_count=Count("lines"))


def _row(row: Any) -> StatementRow:
    currency = row.account.currency
    return StatementRow(
        ref=row.ref,
        account=_account_text(row),
        currency=currency,
        number=row.number,
        format=row.format,
        from_on=row.from_on,
        to_on=row.to_on,
        lines=row.line_count,
        problems=len(row.problems),
        opening=_money(row.opening_minor, currency),
        closing=_money(row.closing_minor, currency),
        state=row.state,
        state_label=row.get_state_display(),
        tone=_TONES[StatementState(row.state)],
        uploaded_at=row.uploaded_at,
        uploaded_by=row.uploaded_by_label,
    )


def _gap(row: BankStatement, opening: Money | None) -> tuple[Money | None, str]:
    """What lies between the statement before this one and this one, when both say their balances."""
    if opening is None or row.from_on is None:
        return None, ""
    earlier = BankStatement.objects.filter(
        account_id=row.account_id,
        state=StatementState.TAKEN,
        closing_minor__isnull=False,
        to_on__lte=row.from_on,
        pk__lt=row.pk,
    )
    last = earlier.order_by("-to_on", "-pk").first()
    if last is None or last.closing_minor is None or last.closing_minor == opening.amount_minor:
        return None, ""
    return Money(opening.amount_minor - last.closing_minor, opening.currency), last.number or last.ref


def _account_text(row: BankStatement) -> str:
    return f"{row.account.bank_name} …{row.account.account_number[-4:]} {row.account.currency}"


def _money(minor: int | None, currency: str) -> Money | None:
    return None if minor is None else Money(minor, currency)

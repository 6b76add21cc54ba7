"""A company's statement of a period: opening, every movement on its own accounts, closing. Exact, and provable.

A buyer's accounts: what is held for its orders, what is on its way back, its credit. A supplier's: its balance,
payouts under way, reserve, debt. So nobody's statement has another party's figures; a supplier is told the
commission of its own releases.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from marketplace.accounts.queries import CompanyCard, company_card
from marketplace.core.actors import Actor
from marketplace.core.errors import Text
from marketplace.core.money import Money
from orders.models import Order
from trade_assurance.holds.errors import NotYourStep
from trade_assurance.holds.models import Hold
from trade_assurance.holds.periods import Period
from trade_assurance.holds.policies import can_see_balance
from trade_assurance.holds.queries.trades.booking_texts import booking_text, pot_name
from trade_assurance.ledger import queries as books
from trade_assurance.ledger.queries import KindSum, Place, Pot, PotEntry, Proof, Prover
from trade_assurance.ledger.states import AccountKind
from trade_assurance.payments.models import Refund

BUYER, SUPPLIER = "buyer", "supplier"
SUPPLIER_POTS = (
    AccountKind.SUPPLIER_PAYABLE,
    AccountKind.PAYOUT_IN_TRANSIT,
    AccountKind.SUPPLIER_RESERVE,
    AccountKind.SUPPLIER_DEBT,
)
BUYER_POTS = (AccountKind.ESCROW, AccountKind.REFUND_PAYABLE, AccountKind.BUYER_CREDIT)
PAGE_LINES = 100
BATCH_LINES = 500


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One entry in words, with the balance after it; `order` is the number of the order it is about, if any."""

    entry: PotEntry
    text: Text
    pot: Text
    order_ref: str
    order_number: str
    amount: Money
    balance: Money
    gross: Money | None
    commission: Money | None
    proof: Proof | None = None


@dataclass(frozen=True, slots=True)
class PotLine:
    """One account of the statement over the period."""

    kind: str
    name: Text
    opening: Money
    moved: Money
    closing: Money


@dataclass(frozen=True, slots=True)
class SumLine:
    """What one kind of movement came to in the period."""

    text: Text
    pot: Text
    amount: Money
    lines: int


@dataclass(frozen=True, slots=True)
class Statement:
    """The head of a statement: whose, of which accounts, which period, opening, sums and closing."""

    company_ref: str
    company_name: str
    side: str
    currency: str
    period: Period
    opening: Money
    closing: Money
    pots: tuple[PotLine, ...]
    sums: tuple[SumLine, ...]
    lines_in_all: int
    accounts: tuple[Pot, ...]

    @property
    def moved(self) -> Money:
        """What all movements come to."""
        return self.closing - self.opening


@dataclass(frozen=True, slots=True)
class StatementPage:
    """The page: which statements there are, and one of them with a page of its lines."""

    sides: tuple[str, ...]
    side: str
    currencies: tuple[str, ...]
    company_name: str
    period: Period
    statement: Statement | None
    lines: tuple[StatementLine, ...]
    next_place: Place | None
    is_first: bool


def statement_page(
    actor: Actor, *, side: str, currency: str, period: Period, after: Place | None = None
) -> StatementPage:
    """The acting company's statement; side and currency fall back to what there is. Raises `NotYourStep`."""
    company = _company(actor)
    side = side if side in (BUYER, SUPPLIER) else _usual_side(company.ref)
    accounts = _accounts(actor.company_id or 0, company.ref, side)
    currencies = books.currencies_of(accounts)
    shown = currency if currency in currencies else next(iter(currencies), "")
    statement, lines, next_place = None, tuple[StatementLine, ...](), None
    if shown:
        statement, up_to = _statement(company.ref, company.name, side, shown, period, accounts, after)
        entries = books.lines_of(accounts, shown, period.start, period.end, after=after, limit=PAGE_LINES + 1)
        next_place = entries[PAGE_LINES - 1].place if len(entries) > PAGE_LINES else None
        lines = tuple(_told(entries[:PAGE_LINES], up_to, shown))
    return StatementPage(
        sides=(SUPPLIER, BUYER),
        side=side,
        currencies=tuple(currencies),
        company_name=company.name,
        period=period,
        statement=statement,
        lines=lines,
        next_place=next_place,
        is_first=after is None,
    )


def statement_for_export(actor: Actor, *, side: str, currency: str, period: Period) -> Statement:
    """The head of one statement, for a file. Raises `NotYourStep` for anybody without a company."""
    company = _company(actor)
    side = side if side in (BUYER, SUPPLIER) else _usual_side(company.ref)
    accounts = _accounts(actor.company_id or 0, company.ref, side)
    currencies = books.currencies_of(accounts) or ["USD"]  # of a company without money, an empty one
    shown = currency if currency in currencies else currencies[0]
    return _statement(company.ref, company.name, side, shown, period, accounts, None)[0]


def every_line(statement: Statement, *, with_proofs: bool) -> Iterator[StatementLine]:
    """All lines of a statement, read in batches, each with its proof where its day is sealed."""
    prover, place, balance = Prover(), Place(), statement.opening.amount_minor
    period = statement.period
    while True:
        entries = books.lines_of(
            statement.accounts, statement.currency, period.start, period.end, after=place, limit=BATCH_LINES
        )
        if not entries:
            return
        asked = [(entry.transaction_id, entry.entry_id) for entry in entries if entry.sealed_on]
        proofs = prover.proofs(asked) if with_proofs else {}
        for line in _told(entries, balance, statement.currency, proofs):
            balance = line.balance.amount_minor
            yield line
        place = entries[-1].place


def _company(actor: Actor) -> CompanyCard:
    if not can_see_balance(actor) or actor.company_id is None:
        raise NotYourStep
    return company_card(actor.company_id)


def _usual_side(company_ref: str) -> str:
    has_sold = books.currencies_of([Pot(kind, company_ref) for kind in SUPPLIER_POTS])
    return SUPPLIER if has_sold else BUYER


def _accounts(company_id: int, company_ref: str, side: str) -> tuple[Pot, ...]:
    if side == SUPPLIER:
        return tuple(Pot(kind, company_ref) for kind in SUPPLIER_POTS)
    holds = Hold.objects.filter(order__buyer_id=company_id).order_by("pk").values_list("ref", flat=True)
    orders = Order.objects.filter(buyer_id=company_id).order_by("pk").values_list("ref", flat=True)
    return (
        *(Pot(AccountKind.ESCROW, ref) for ref in holds),
        *(Pot(AccountKind.REFUND_PAYABLE, ref) for ref in orders),
        Pot(AccountKind.BUYER_CREDIT, company_ref),
    )


def _statement(
    company_ref: str,
    company_name: str,
    side: str,
    currency: str,
    period: Period,
    accounts: Sequence[Pot],
    after: Place | None,
) -> tuple[Statement, int]:
    """The head, and the balance after the place from which the page goes on."""
    sums = books.sums_of(accounts, currency, period.start, period.end, after)
    opening = sum(line.opening for line in sums)
    closing = opening + sum(line.moved for line in sums)
    kinds = [kind for kind in (SUPPLIER_POTS if side == SUPPLIER else BUYER_POTS) if _has(sums, kind)]
    statement = Statement(
        company_ref=company_ref,
        company_name=company_name,
        side=side,
        currency=currency,
        period=period,
        opening=Money(opening, currency),
        closing=Money(closing, currency),
        pots=tuple(_pot(sums, kind, currency) for kind in kinds),
        sums=tuple(
            SumLine(
                booking_text(line.transaction_kind, line.account_kind, line.moved),
                pot_name(line.account_kind),
                Money(line.moved, currency),
                line.lines,
            )
            for line in sums
            if line.lines
        ),
        lines_in_all=sum(line.lines for line in sums),
        accounts=tuple(accounts),
    )
    return statement, opening if after is None else sum(line.up_to_place for line in sums)


def _has(sums: Sequence[KindSum], kind: str) -> bool:
    return any(line.account_kind == kind for line in sums)


def _pot(sums: Sequence[KindSum], kind: str, currency: str) -> PotLine:
    mine = [line for line in sums if line.account_kind == kind]
    opening, moved = sum(line.opening for line in mine), sum(line.moved for line in mine)
    return PotLine(
        kind,
        pot_name(kind),
        Money(opening, currency),
        Money(moved, currency),
        Money(opening + moved, currency),
    )


def _told(
    entries: Sequence[PotEntry],
    balance_before: int,
    currency: str,
    proofs: dict[int, Proof] | None = None,
) -> Iterator[StatementLine]:
    """The entries in words, with running balances; two statements for the orders they are about."""
    about = orders_of([entry.subject for entry in entries])
    balance = balance_before
    for entry in entries:
        balance += entry.amount_minor
        order_ref, order_number = about.get(entry.subject, ("", ""))
        yield StatementLine(
            entry=entry,
            text=booking_text(entry.transaction_kind, entry.account_kind, entry.amount_minor),
            pot=pot_name(entry.account_kind),
            order_ref=order_ref,
            order_number=order_number,
            amount=Money(entry.amount_minor, currency),
            balance=Money(balance, currency),
            gross=Money(entry.gross, currency) if entry.gross is not None else None,
            commission=Money(entry.commission, currency) if entry.commission else None,
            proof=(proofs or {}).get(entry.entry_id),
        )


def orders_of(subjects: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Reference and number of the order behind each subject that is a hold or a refund; three statements."""
    holds = Hold.objects.filter(ref__in=subjects).values_list("ref", "order__ref", "order__number")
    found = {ref: (order_ref, number) for ref, order_ref, number in holds}
    roots = dict(Refund.objects.filter(ref__in=subjects).values_list("ref", "payment__root"))
    numbers = dict(Order.objects.filter(ref__in=set(roots.values())).values_list("ref", "number"))
    found |= {ref: (root, numbers[root]) for ref, root in roots.items() if root in numbers}
    return found


def published_days(days: Sequence[date]) -> list[dict[str, str]]:
    """The published side of these sealed days, for a file that brings its own."""
    wanted = set(days)
    return [line.as_published() for line in books.every_day() if line.day in wanted]

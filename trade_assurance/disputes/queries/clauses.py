"""The frozen contract's own words for the clause a claim leans on, and for the lines it names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from marketplace.core.errors import Text
from marketplace.core.formatting import format_day, format_money, format_quantity, format_unit_price
from marketplace.core.money import Money
from orders.queries import ContractSheet
from orders.queries.contract import TermLine
from trade_assurance.disputes.states import Clause


@dataclass(frozen=True, slots=True)
class ClauseRow:
    """One sentence of the contract: what it is about, and what was agreed."""

    label: Text
    text: Text


@dataclass(frozen=True, slots=True)
class ClauseText:
    """One clause of the contract as frozen."""

    clause: str
    label: Text
    rows: tuple[ClauseRow, ...]


@dataclass(frozen=True, slots=True)
class AgreedLine:
    """A line as the contract has it."""

    position: int
    title: str
    quantity: Decimal
    unit_code: str
    amount: Money
    specification: str


def clause_texts(sheet: ContractSheet, positions: Iterable[int] = ()) -> tuple[ClauseText, ...]:
    """Every clause a claim can lean on, in the contract's words; of the lines only those named (or all)."""
    wanted = set(positions)
    named = AgreedSheet(sheet, [line for line in sheet.lines if not wanted or line.position in wanted])
    return tuple(ClauseText(clause.value, clause.label, tuple(named.rows_of(clause))) for clause in Clause)


def clause_text(sheet: ContractSheet, clause: str, positions: Iterable[int]) -> ClauseText:
    """One clause for the named lines."""
    return next(text for text in clause_texts(sheet, positions) if text.clause == clause)


def agreed_lines(sheet: ContractSheet, positions: Iterable[int]) -> tuple[AgreedLine, ...]:
    """The named lines (all for none) as the contract has them."""
    wanted = set(positions)
    return tuple(
        AgreedLine(line.position, line.title, line.quantity, line.unit_code, line.amount, line.specification)
        for line in sheet.lines
        if not wanted or line.position in wanted
    )


@dataclass(frozen=True, slots=True)
class AgreedSheet:
    """The contract, and which of its lines are meant."""

    sheet: ContractSheet
    lines: Sequence[TermLine]

    def rows_of(self, clause: Clause) -> Iterable[ClauseRow]:
        """The sentences of one clause."""
        sheet = self.sheet
        if clause == Clause.LINES:
            yield from self._goods()
        elif clause == Clause.SPECIFICATION:
            yield from self._specification()
        elif clause == Clause.SHIP_BY:
            yield ClauseRow(_("Ship by"), format_day(sheet.ship_by))
            yield ClauseRow(
                _("Transit"),
                _("%(days)s days, %(mode)s") % {"days": sheet.transit_days, "mode": sheet.mode_label},
            )
        elif clause == Clause.INCOTERMS:
            yield ClauseRow(_("Incoterms 2020"), f"{sheet.incoterms_rule} {sheet.named_place}")
            yield ClauseRow(_("Freight"), format_money(sheet.freight))
        elif clause == Clause.DOCUMENTS:
            for label in sheet.documents:
                yield ClauseRow(_("With every shipment"), str(label))
        elif clause == Clause.PACKAGING:
            yield from self._specification()
        elif sheet.buyer_note:
            yield ClauseRow(_("Buyer's note"), sheet.buyer_note)

    def _goods(self) -> Iterable[ClauseRow]:
        for line in self.lines:
            quantity = format_quantity(line.quantity, line.unit_code)
            price = format_unit_price(line.unit_price, self.sheet.currency)
            yield ClauseRow(line.title, f"{quantity} × {price}")

    def _specification(self) -> Iterable[ClauseRow]:
        for line in self.lines:
            yield ClauseRow(line.title, line.specification or _("nothing beyond the title"))

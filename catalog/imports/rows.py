"""One row and one listing: what the row states, put over what the listing says; and a listing as a row. Pure.

What a row says in the words of our own export leaves the field as it is, so that what was exported and comes
back unchanged changes nothing. Everything else is read here and judged by `catalog.listing`, as in the editor.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial
from typing import Any

from django.utils.translation import gettext_lazy as _

from catalog import richtext
from catalog.errors import FieldErrors
from catalog.imports import cells, fields
from catalog.imports.cells import Cell, CellWrong
from catalog.imports.columns import Layout
from catalog.imports.names import Names
from catalog.imports.stated import StatedReading, column_of, stated_cells
from catalog.imports.values import (
    article_number_of,
    attribute_of,
    attribute_text,
    basis_points_of,
    currency_of,
    description_text,
    incoterms_of,
    percent_text,
    plain_number,
)
from catalog.listing import AttributeUse, CategoryFacts, ListingFacts, checked_facts, missing_facts
from catalog.offering import NOTHING_OFFERED, ListingTerms, OfferingFacts, checked_offering
from catalog.rules import MAXIMUM_TIERS, Tier
from marketplace.core.errors import Text

_BETWEEN_PICTURES = re.compile(r"[|;,\n]")
_TEXTS = ("title", "named_place", "packaging")
_NUMBERS = ("moq", "order_multiple", "units_per_package", "net_weight_kg", "gross_weight_kg")


@dataclass(frozen=True, slots=True)
class Lookups:
    """What codes and names mean: categories and their facts, countries, units, facts by code with their choices."""

    categories: Mapping[str, CategoryFacts]
    category_names: Names
    countries: Names
    units: Names
    uses: Mapping[str, AttributeUse]
    choices: Mapping[str, Names]
    attribute_labels: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a row: the column's heading, the value as it came, and what to do."""

    column: str
    value: str
    text: str


@dataclass(frozen=True, slots=True)
class Statement:
    """What a row states about a listing. `pictures` are file names, in order."""

    facts: ListingFacts
    offering: OfferingFacts
    pictures: tuple[str, ...]
    problems: tuple[Problem, ...]


class RowReader:
    """Reads rows of one layout."""

    def __init__(self, header: Sequence[str], layout: Layout, lookups: Lookups) -> None:
        self.header = tuple(header)
        self.layout = layout
        self.lookups = lookups
        self.column = {target: number for number, target in enumerate(layout.targets) if target}
        self.facts = [
            (target, code)
            for target in self.column
            if (code := target.removeprefix(fields.ATTRIBUTE)) in lookups.uses and code != target
        ]
        self.prices_at = sorted(
            (Decimal(target.removeprefix(fields.PRICE_AT)), target)
            for target in self.column
            if target.startswith(fields.PRICE_AT)
        )

    def keys(self, row: Sequence[Cell]) -> tuple[str, str]:
        """The reference and the article number by which the row finds its listing."""
        sku = self.raw(row, "sku")
        ref = self.raw(row, fields.REFERENCE)
        return cells.text_of(ref).strip(), " ".join(cells.text_of(sku).split())

    def statement(
        self,
        row: Sequence[Cell],
        base: ListingFacts | None,
        pictures: Sequence[str],
        offering: OfferingFacts = NOTHING_OFFERED,
    ) -> Statement:
        """What the row makes of a listing (or of none), with every cell that cannot be read."""
        reading = _Reading(self, row, base, pictures)
        return reading.statement(offering)

    def judged(
        self, statement: Statement, row: Sequence[Cell], base: ListingFacts | None, *, complete: bool
    ) -> Statement:
        """The statement with its facts clean, and everything the editor would refuse too.

        `complete`: whether it must have all that a review needs.
        """
        facts, problems = statement.facts, list(statement.problems)
        wrong = {problem.column for problem in problems}
        category = self.lookups.categories.get(facts.category_code)
        try:
            facts = checked_facts(facts, category)
            if base is not None and statement.facts.description == base.description:
                facts = replace(facts, description=base.description)
        except FieldErrors as error:
            found = [
                self.problem(self._column_at_fault(name, facts), text, row)
                for name, text in error.errors.items()
            ]
            problems += [problem for problem in found if problem.column not in wrong]
        else:
            missing = missing_facts(facts, category) if complete and not problems else {}
            problems += [
                self.problem(fields.column_of_error(name), text, row) for name, text in missing.items()
            ]
        return replace(statement, facts=facts, problems=tuple(problems))

    def offered(self, statement: Statement, row: Sequence[Cell], before: OfferingFacts) -> Statement:
        """The statement with its offering clean, when the row changes it, and what would be refused of it."""
        if statement.offering == before:
            return statement
        facts = statement.facts
        category = self.lookups.categories.get(facts.category_code)
        terms = ListingTerms(
            facts.hs_code, category.hs if category else (), facts.unit_code, facts.currency, facts.moq
        )
        try:
            return replace(statement, offering=checked_offering(statement.offering, terms))
        except FieldErrors as error:
            found = [self.problem(column_of(name), text, row) for name, text in error.errors.items()]
            return replace(statement, problems=(*statement.problems, *found))

    def _column_at_fault(self, name: str, facts: ListingFacts) -> str:
        """Of a price row, the quantity or the price, whichever does not fit."""
        column = fields.column_of_error(name)
        if not name.startswith("tiers."):
            return column
        place = int(name.partition(".")[2])
        tier = facts.tiers[place]
        before = next((one for one in reversed(facts.tiers[:place]) if one), None)
        if tier is None or self.prices_at:
            return column
        if before is None:
            is_quantity = facts.moq is not None and tier.min_quantity != facts.moq
        else:
            is_quantity = tier.min_quantity <= before.min_quantity or 0 < tier.unit_price < before.unit_price
        return fields.tier_from(place + 1) if is_quantity else column

    def problem(self, target: str, text: Text, row: Sequence[Cell]) -> Problem:
        """A problem named as the person's own file calls the column."""
        if target.startswith("tier_") and target.endswith("_from") and target not in self.column:
            target = target.replace("_from", "_price")  # a file without this column says the price alone
        if target.startswith("tier_") and target not in self.column and self.prices_at:
            place = int(target.split("_")[1]) - 1
            target = self.prices_at[min(place, len(self.prices_at) - 1)][1]
        column = self.column.get(target)
        if column is not None:
            return Problem(self.header[column] or f"#{column + 1}", cells.shown(row[column]), str(text))
        label = fields.label_of(target, self.lookups.attribute_labels)
        return Problem(label, cells.shown(self.layout.defaults.get(target, "")), str(text))

    def raw(self, row: Sequence[Cell], target: str) -> Cell:
        """The cell of a column; empty when the file has none."""
        column = self.column.get(target)
        return "" if column is None else row[column]


class _Reading:
    """One row being read: collects values and problems."""

    def __init__(
        self, reader: RowReader, row: Sequence[Cell], base: ListingFacts | None, pictures: Sequence[str]
    ) -> None:
        self._reader, self._row, self._base = reader, row, base
        self._lookups, self._layout = reader.lookups, reader.layout
        self._as_exported = cells_of(base, pictures, self._lookups, described=False) if base else {}
        self._values: dict[str, Any] = {}
        self._problems: list[Problem] = []

    def statement(self, offering: OfferingFacts) -> Statement:
        base = self._base or ListingFacts(title="")
        sign = self._layout.decimal_sign
        self._take("sku", article_number_of)
        for name in _TEXTS:
            self._take(name, cells.plain_text_of)
        self._take_description()
        self._take("hs_code", cells.hs_text)
        self._take("category_code", self._named(self._lookups.category_names))
        self._take("origin", self._named(self._lookups.countries))
        self._take("unit_code", self._named(self._lookups.units))
        self._take("currency", currency_of)
        self._take("incoterms_rule", incoterms_of)
        for name in _NUMBERS:
            self._take(name, partial(cells.number_of, decimal_sign=sign), empty=None)
        self._take("lead_time_days", partial(cells.whole_number_of, decimal_sign=sign), empty=None)
        self._take(fields.TOLERANCE, partial(basis_points_of, decimal_sign=sign), empty=None)
        facts = replace(base, **self._values)
        tiers = self._tiers(facts)
        if [tier for tier in tiers if tier] != list(base.tiers):  # else empty rows would look like a change
            facts = replace(facts, tiers=tiers)
        facts = replace(facts, attributes=self._attributes(facts))
        return Statement(facts, self._stated(offering), self._pictures(), tuple(self._problems))

    def _stated(self, offering: OfferingFacts) -> OfferingFacts:
        if not any(target in self._reader.column for target in fields.STATED):
            return offering
        reading = StatedReading(
            partial(self._reader.raw, self._row),
            self._is_cleared,
            self._wrong,
            countries=self._lookups.countries,
            decimal_sign=self._layout.decimal_sign,
        )
        return reading.offering(offering)

    def _take(self, target: str, read: Callable[[Cell], Any], empty: object = "") -> None:
        cell, filled = self._cell(target)
        if filled and cells.text_of(cell) != self._as_exported.get(target):
            try:
                self._values[target] = read(cell)
            except CellWrong as wrong:
                self._wrong(target, wrong.text)
        elif not filled and self._is_cleared(target):
            self._values[target] = empty

    def _take_description(self) -> None:
        """As any text; what our export says of it is worked out only for a cell that says something else."""
        before = self._base.description if self._base else ""
        text = cells.text_of(self._reader.raw(self._row, "description"))
        if not before or (richtext.clean_html(text) != before and text != description_text(before)):
            self._take("description", cells.plain_text_of)

    def _cell(self, target: str) -> tuple[Cell, bool]:
        """The row's cell, or what holds for all rows when neither the row nor the listing says anything."""
        cell = self._reader.raw(self._row, target)
        if cells.text_of(cell).strip():
            return cell, True
        if not self._as_exported.get(target) and (given := self._layout.defaults.get(target, "")):
            return given, True
        return "", False

    def _is_cleared(self, target: str) -> bool:
        return self._layout.clears and target in self._reader.column

    def _wrong(self, target: str, text: Text) -> None:
        self._problems.append(self._reader.problem(target, text, self._row))

    def _named(self, names: Names) -> Callable[[Cell], str]:
        return lambda cell: names.find(cells.plain_text_of(cell))

    def _attributes(self, facts: ListingFacts) -> dict[str, str]:
        category = self._lookups.categories.get(facts.category_code)
        asked = {use.code for use in category.uses} if category else set()
        found = {code: value for code, value in facts.attributes.items() if code in asked}
        for target, code in self._reader.facts:
            use = self._lookups.uses[code]
            cell, filled = self._cell(target)
            if filled and cells.text_of(cell) != self._as_exported.get(target):
                try:
                    found[code] = attribute_of(
                        use, self._lookups.choices.get(code), cell, self._layout.decimal_sign
                    )
                except CellWrong as wrong:
                    self._wrong(target, wrong.text)
            elif not filled and self._is_cleared(target):
                found.pop(code, None)
        return found

    def _tiers(self, facts: ListingFacts) -> tuple[Tier | None, ...]:
        """The rows of the price grid. A row that fills one price says all of them that have a column."""
        before = [tier for tier in facts.tiers if tier]
        if self._reader.prices_at:
            return self._tiers_at(before)
        pairs = [
            (self._cell(fields.tier_from(number)), self._cell(fields.tier_price(number)))
            for number in range(1, MAXIMUM_TIERS + 1)
        ]
        if not any(start[1] or price[1] for start, price in pairs):
            columns = (fields.tier_price(1), fields.tier_from(1))
            return () if any(self._is_cleared(name) for name in columns) else tuple(before)
        found = [self._tier(number, pair, before, facts.moq) for number, pair in enumerate(pairs, 1)]
        return tuple(found)

    def _tier(
        self,
        number: int,
        pair: tuple[tuple[Cell, bool], tuple[Cell, bool]],
        before: Sequence[Tier],
        moq: Decimal | None,
    ) -> Tier | None:
        (start, has_start), (price, has_price) = pair
        names = (fields.tier_from(number), fields.tier_price(number))
        mapped = [name in self._reader.column for name in names]
        known = before[number - 1] if number <= len(before) else None
        if not has_start and not has_price:
            return None if any(mapped) else known
        quantity = self._number(names[0], start) if has_start else None
        amount = self._number(names[1], price) if has_price else None
        if not has_start:
            quantity = known.min_quantity if known and not mapped[0] else moq if number == 1 else None
        if not has_price and known and not mapped[1]:
            amount = known.unit_price
        if quantity is not None and amount is not None:
            return Tier(quantity, amount)
        if not self._problems or self._problems[-1].column not in {self._heading(name) for name in names}:
            self._wrong(
                names[0] if quantity is None else names[1],
                _("A price row needs both a quantity and a price."),
            )
        return None

    def _tiers_at(self, before: Sequence[Tier]) -> tuple[Tier | None, ...]:
        """Prices in columns that carry their quantity in the heading."""
        found: list[Tier | None] = []
        for quantity, target in self._reader.prices_at:
            cell, filled = self._cell(target)
            amount = self._number(target, cell) if filled else None
            found.append(None if amount is None else Tier(quantity, amount))
        return tuple(found) if any(found) else tuple(before)

    def _number(self, target: str, cell: Cell) -> Decimal | None:
        try:
            return cells.number_of(cell, self._layout.decimal_sign)
        except CellWrong as wrong:
            self._wrong(target, wrong.text)
            return None

    def _heading(self, target: str) -> str:
        return self._reader.problem(target, "", self._row).column

    def _pictures(self) -> tuple[str, ...]:
        text = cells.text_of(self._reader.raw(self._row, fields.IMAGES))
        if text == self._as_exported.get(fields.IMAGES):
            return ()
        names = (name.strip().replace("\\", "/").rpartition("/")[2] for name in _BETWEEN_PICTURES.split(text))
        return tuple(dict.fromkeys(name for name in names if name))


def cells_of(
    facts: ListingFacts,
    pictures: Sequence[str],
    lookups: Lookups,
    *,
    described: bool = True,
    offering: OfferingFacts = NOTHING_OFFERED,
) -> dict[str, str]:
    """A listing as the texts of a row, by column; not yet guarded against spreadsheets.

    `described`: with its description, which costs more than all the rest.
    """
    numbers = {name: plain_number(getattr(facts, name)) for name in _NUMBERS}
    row = {
        "sku": facts.sku,
        "title": facts.title,
        "category_code": lookups.category_names.label(facts.category_code) if facts.category_code else "",
        "description": description_text(facts.description) if described else "",
        "hs_code": facts.hs_code,
        "origin": lookups.countries.label(facts.origin) if facts.origin else "",
        "unit_code": lookups.units.label(facts.unit_code) if facts.unit_code else "",
        "currency": facts.currency,
        "incoterms_rule": facts.incoterms_rule,
        "named_place": facts.named_place,
        "lead_time_days": "" if facts.lead_time_days is None else str(facts.lead_time_days),
        "packaging": facts.packaging,
        fields.TOLERANCE: percent_text(facts.quantity_tolerance_bps),
        fields.IMAGES: " | ".join(pictures),
        **numbers,
        **stated_cells(offering),
    }
    for number, tier in enumerate(facts.tiers, 1):
        if tier is not None:
            row[fields.tier_from(number)] = plain_number(tier.min_quantity)
            row[fields.tier_price(number)] = plain_number(tier.unit_price)
    for code, value in facts.attributes.items():
        row[f"{fields.ATTRIBUTE}{code}"] = attribute_text(
            lookups.uses.get(code), lookups.choices.get(code), value
        )
    return {target: text for target, text in row.items() if text}

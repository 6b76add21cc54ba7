"""One row and one listing: what the row states, put over what the listing says. Pure.

What a row says in the words of our own export leaves the field as it is, so that what was exported and comes
back unchanged changes nothing. Everything else is read here and judged by `catalog.rules.listing`, as in the editor.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import Any

from django.utils.translation import gettext_lazy as _

from catalog.errors import FieldErrors
from catalog.imports import cells, fields, measured
from catalog.imports.cells import Cell, CellWrong
from catalog.imports.columns import Layout
from catalog.imports.names import Names
from catalog.imports.on_offer import offered_of_text
from catalog.imports.stated import StatedReading, column_of
from catalog.imports.statements import Problem, RowKeys, Statement, causes_of
from catalog.imports.translated import Names as NamesByLanguage
from catalog.imports.translated import (
    Words,
    names_after,
    names_problems,
    originals_for,
    words_after,
    words_problems,
)
from catalog.imports.values import (
    article_number_of,
    as_said,
    attribute_of,
    basis_points_of,
    currency_of,
    description_text,
    incoterms_of,
)
from catalog.imports.written import NUMBERS, Known, Lookups, cells_of
from catalog.rules import packing, richtext
from catalog.rules.listing import ListingFacts, checked_facts, missing_facts, one_line
from catalog.rules.offering import ListingTerms, OfferingFacts, checked_offering
from catalog.rules.prices import MAXIMUM_TIERS, Tier
from catalog.states import Offered
from marketplace.core.errors import Text

_BETWEEN_PICTURES = re.compile(r"[|;,\n]")
_OWN = ("sku", fields.VARIANT)  # of a variant, beside its prices and, where it is not the first, its packing
_TEXTS = ("title", "named_place", "packaging")
_NOTHING = Known(ListingFacts(title=""))


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
        said = [target for target in self.column if fields.translated_field(target)[0]]
        self.variant_words = [
            target for target in said if fields.translated_field(target)[0] == fields.VARIANT
        ]
        self.words = [target for target in said if target not in self.variant_words]

    @property
    def is_translated(self) -> bool:
        """Whether its rows say anything in other languages."""
        return bool(self.words or self.variant_words)

    def keys(self, row: Sequence[Cell]) -> RowKeys:
        """By what the row finds its listing and its variant."""
        listing, variant = self._line(row, fields.LISTING), self._line(row, fields.VARIANT)
        stated = bool(self._line(row, fields.ON_OFFER))
        return RowKeys(self._line(row, fields.REFERENCE), self._line(row, "sku"), listing, variant, stated)

    def _line(self, row: Sequence[Cell], target: str) -> str:
        column = self.column.get(target)
        return "" if column is None else " ".join(cells.text_of(row[column]).split())

    def statement(self, row: Sequence[Cell], known: Known | None, *, empties: bool = True) -> Statement:
        """What the row makes of a listing (or of none), with every cell that cannot be read.

        `empties`: whether it speaks for the listing, so that its empty cells may empty facts of that too, and not only
        what is its variant's own.
        """
        return _Reading(self, row, known, empties=empties).statement()

    def judged(
        self, statement: Statement, row: Sequence[Cell], known: Known | None, *, complete: bool
    ) -> Statement:
        """Its facts clean, with all that the editor would refuse; `complete`: also what a review needs and is not there."""
        base = known.facts if known else None
        facts, problems = statement.facts, list(statement.problems)
        wrong, heading = {problem.column for problem in problems}, partial(self.problem, text="", row=row)
        category = self.lookups.categories.get(facts.category_code)
        try:
            facts = checked_facts(facts, category)
            if base is not None and statement.facts.description == base.description:
                facts = replace(facts, description=base.description)
        except FieldErrors as error:
            plainly = wrong | {heading(name).column for name in error.errors if "." not in name}
            problems += [
                found
                for name, text in error.errors.items()
                if (found := self.problem(self._column_at_fault(name, facts), text, row)).column not in wrong
                and not any(heading(cause).column in plainly for cause in causes_of(name))
            ]
        else:
            missing = missing_facts(facts, category) if complete and not problems else {}
            problems += [
                self.problem(fields.column_of_error(name), text, row) for name, text in missing.items()
            ]
        clean = replace(statement, facts=facts, problems=tuple(problems))
        return self._translated(clean, row, known or _NOTHING)

    def _translated(self, statement: Statement, row: Sequence[Cell], known: Known) -> Statement:
        """The statement with what would be refused of its words in other languages."""
        if statement.words == known.words:
            return statement
        category = self.lookups.categories.get(statement.facts.category_code)
        refused = words_problems(
            known.words,
            statement.words,
            originals_for(statement.facts, category),
            written_in=known.written_in,
        )
        found = [self.problem(target, text, row) for target, text in refused.items()]
        return replace(statement, problems=(*statement.problems, *found))

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

    def own_columns(self, *, packed: bool = True) -> frozenset[str]:
        """What the file calls the columns of a variant's own number, name and prices, and (`packed`) of its packing."""
        tiers = (
            name
            for number in range(1, MAXIMUM_TIERS + 1)
            for name in (fields.tier_from(number), fields.tier_price(number))
        )
        dated = (target for _quantity, target in self.prices_at)
        every = (*_OWN, *tiers, *dated, *self.variant_words, *(packing.FIELDS if packed else ()))
        return frozenset(self.problem(target, "", [""] * len(self.header)).column for target in every)

    def raw(self, row: Sequence[Cell], target: str) -> Cell:
        """The cell of a column; empty when the file has none."""
        column = self.column.get(target)
        return "" if column is None else row[column]


class _Reading:
    """One row being read: collects values and problems."""

    def __init__(self, reader: RowReader, row: Sequence[Cell], known: Known | None, *, empties: bool) -> None:
        self._reader, self._row, self._empties = reader, row, empties
        self._known = known or _NOTHING
        self._lookups, self._layout = reader.lookups, reader.layout
        self._as_exported = cells_of(known, self._lookups, described=False) if known else {}
        self._values: dict[str, Any] = {}
        self._problems: list[Problem] = []

    def statement(self) -> Statement:
        """Everything the row says."""
        base = self._known.facts
        sign = self._layout.decimal_sign
        self._take("sku", article_number_of)
        for name in _TEXTS:
            self._take(name, cells.plain_text_of)
        self._take_description()
        self._take("hs_code", cells.hs_text)
        self._take("category_code", self._named("category_code", self._lookups.category_names))
        self._take("origin", self._named("origin", self._lookups.countries))
        self._take("unit_code", self._named("unit_code", self._lookups.units))
        self._take("currency", self._as_said("currency", currency_of))
        self._take("incoterms_rule", self._as_said("incoterms_rule", incoterms_of))
        unit = self._values.get("unit_code", base.unit_code)
        for name in NUMBERS:
            says = measured.in_unit("KGM" if name.endswith("_kg") else unit, self._lookups.units)
            self._take(name, partial(self._measured, says=says), empty=None)
        self._take("lead_time_days", self._days, empty=None)
        self._take(fields.TOLERANCE, partial(basis_points_of, decimal_sign=sign), empty=None)
        self._take(fields.VARIANT, cells.plain_text_of)
        name = self._values.pop(fields.VARIANT, self._known.variant_name)
        facts = replace(base, **self._values)
        tiers = self._tiers(facts)
        if [tier for tier in tiers if tier] != list(base.tiers):  # else empty rows would look like a change
            facts = replace(facts, tiers=tiers)
        facts = replace(facts, attributes=self._attributes(facts))
        offering, words, offered = self._stated(self._known.offering), self._translated(), self._offered()
        names = self._variant_names(one_line(name))
        return Statement(
            facts, offering, self._pictures(), tuple(self._problems), one_line(name), words, offered, names
        )

    def _variant_names(self, name: str) -> NamesByLanguage:
        """What the row's variant is called in other languages, and what is wrong with that."""
        known, targets = self._known, self._reader.variant_words
        if not targets:
            return known.variant_names
        after = names_after(
            known.variant_names,
            targets,
            partial(self._reader.raw, self._row),
            is_cleared=self._is_cleared,
            wrong=self._wrong,
        )
        refused = names_problems(known.variant_names, after, name, written_in=known.written_in)
        for target, text in refused.items():
            self._wrong(target, text)
        return after

    def _offered(self) -> Offered | None:
        """Never emptied: a cell that says nothing leaves the variant as it stands."""
        text = cells.text_of(self._reader.raw(self._row, fields.ON_OFFER)).strip()
        try:
            return offered_of_text(text) if text else None
        except CellWrong as wrong:
            self._wrong(fields.ON_OFFER, wrong.text)
            return None

    def _translated(self) -> Words:
        if not self._reader.words:
            return self._known.words
        return words_after(
            self._known.words,
            self._reader.words,
            partial(self._reader.raw, self._row),
            is_cleared=self._is_cleared,
            wrong=self._wrong,
        )

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
        before = self._known.facts.description
        text = cells.text_of(self._reader.raw(self._row, "description"))
        if not before or (richtext.clean_html(text) != before and text != description_text(before)):
            self._take("description", cells.plain_text_of)

    def _cell(self, target: str) -> tuple[Cell, bool]:
        """The row's cell, or what holds for all rows when neither the row nor the listing says anything."""
        cell = self._reader.raw(self._row, target)
        if cells.text_of(cell).strip():
            return cell, True
        given = self._layout.defaults.get(target, "")
        if given and not self._as_exported.get(target) and not self._leaves_packing(target):
            return given, True
        return "", False

    def _leaves_packing(self, target: str) -> bool:
        """Whether this empty cell says “as the listing is packed”: in the row of a further variant that states none of it."""
        raw = partial(self._reader.raw, self._row)
        says = any(cells.text_of(raw(name)).strip() for name in packing.FIELDS)
        return target in packing.FIELDS and not self._empties and not says

    def _is_cleared(self, target: str) -> bool:
        if not self._layout.clears or target not in self._reader.column:
            return False
        own = target in (*_OWN, *packing.FIELDS) or target in self._reader.variant_words
        return self._empties or own or target.startswith(("tier_", fields.PRICE_AT))

    def _wrong(self, target: str, text: Text) -> None:
        self._problems.append(self._reader.problem(target, text, self._row))

    def _named(self, target: str, names: Names) -> Callable[[Cell], str]:
        return self._as_said(target, lambda cell: names.find(cells.plain_text_of(cell)))

    def _as_said(self, target: str, read: Callable[[Cell], str]) -> Callable[[Cell], str]:
        return as_said(self._layout.readings.get(target, {}), read)

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
            self._incomplete(names, quantity, moq)
        return None

    def _incomplete(self, names: tuple[str, str], quantity: Decimal | None, moq: Decimal | None) -> None:
        """Say what a price row lacks: the first price of a file without quantities wants the minimum order."""
        if quantity is None and moq is None and not {names[0], "moq"} & set(self._reader.column):
            self._wrong("moq", _("Say your minimum order: the price applies from it."))
            return
        missing = names[0] if quantity is None else names[1]
        self._wrong(missing, _("A price row needs both a quantity and a price."))

    def _tiers_at(self, before: Sequence[Tier]) -> tuple[Tier | None, ...]:
        """Prices in columns that carry their quantity in the heading."""
        found: list[Tier | None] = []
        for quantity, target in self._reader.prices_at:
            cell, filled = self._cell(target)
            amount = self._number(target, cell) if filled else None
            found.append(None if amount is None else Tier(quantity, amount))
        return tuple(found) if any(found) else tuple(before)

    def _measured(self, cell: Cell, says: measured.Says) -> Decimal:
        return cells.number_of(measured.bare(cell, says), self._layout.decimal_sign)

    def _days(self, cell: Cell) -> int:
        return cells.whole_number_of(measured.bare(cell, measured.days), self._layout.decimal_sign)

    def _number(self, target: str, cell: Cell) -> Decimal | None:
        base, units = self._known.facts, self._lookups.units
        unit = self._values.get("unit_code", base.unit_code)
        price = measured.as_price(self._values.get("currency", base.currency), unit, units)
        says = measured.in_unit(unit, units) if target.endswith("_from") else price
        try:
            return self._measured(cell, says)
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

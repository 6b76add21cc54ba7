"""The grid of a price list as it is typed, and the table that is sent or pasted. Own the shape only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from catalog.forms.refusals import RefusedForm
from catalog.imports.cells import CellWrong, decimal_sign_of, number_of
from catalog.queries.prices.grid import GridLine, GridVariant, PricedVariant, beside_public
from catalog.rules.price_lists import PriceRow, PricesSaid, judged_prices
from catalog.rules.prices import MAXIMUM_TIERS

FILE_BYTES: Final = 5 * 1024 * 1024
_MOST_LINES: Final = 3 * MAXIMUM_TIERS
_LONGEST: Final = 30


class GridForm(RefusedForm):
    """What the grid carries besides its cells."""

    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)


class PriceUploadForm(RefusedForm):
    """A file, or rows that were pasted."""

    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)
    file = forms.FileField(
        required=False,
        allow_empty_file=True,
        label=_("Table of prices"),
        help_text=_("CSV or Excel (.xlsx), up to 5,000 rows: article number, quantity from, their price."),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,.xlsx,text/csv"}),
    )
    rows = forms.CharField(
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false", "class": "code"}),
        label=_("Rows"),
        help_text=_(
            "Or pasted from a spreadsheet: article number, quantity from, unit price in three columns."
        ),
    )
    others = forms.BooleanField(
        required=False,
        label=_("What the table does not name has no price of its own any more"),
        help_text=_("Otherwise the other products of the list keep theirs."),
    )

    def clean_file(self) -> Any:
        """Small enough to be answered at once."""
        upload = self.cleaned_data["file"]
        if upload is not None and upload.size > FILE_BYTES:
            raise forms.ValidationError(_now("This file is larger than 5 MB. Send it in parts."))
        return upload

    def clean(self) -> dict[str, Any]:
        """One of both."""
        data = super().clean() or self.cleaned_data
        if not self.errors and not data.get("file") and not data.get("rows", "").strip():
            self.add_error("file", _now("Choose a file, or paste rows."))
        return data


@dataclass(frozen=True, slots=True)
class TypedGrid:
    """The page as it was typed: every line with what is wrong with it, and what saving would say."""

    variants: tuple[GridVariant, ...]
    problems: int
    said: PricesSaid


def typed_grid(data: QueryDict, shown: Sequence[GridVariant], *, longer: str = "") -> TypedGrid:
    """The typed lines of the variants that the page has; only what differs from the stored prices is said.

    `longer` is the variant that one more line was asked for.
    """
    read = [_Typed(one.variant, _typed_lines(data, one.variant.id)) for one in shown]
    articles = {one.variant.article: one.variant.sellable for one in shown}
    placed = [(typed, number, row) for typed in read for number, row in typed.rows.items()]
    judged = judged_prices([row for _typed, _number, row in placed], articles)
    for place, text in judged.problems.items():
        placed[place][0].problems[placed[place][1]] = text
    changed = [typed for typed in read if not typed.problems and typed.differs(judged.steps)]
    said = PricesSaid(
        tuple(row for typed in changed for row in typed.rows.values()),
        tuple(typed.variant.article for typed in changed),
    )
    variants = tuple(typed.shown(one_more=str(typed.variant.id) == longer) for typed in read)
    return TypedGrid(variants, sum(len(typed.problems) for typed in read), said)


class _Typed:
    """The lines of one variant, read."""

    def __init__(self, variant: PricedVariant, lines: Sequence[GridLine]) -> None:
        self.variant = variant
        self.lines = lines
        self.rows: dict[int, PriceRow] = {}
        self.problems: dict[int, str] = {}
        for line in lines:
            self._read(line)

    def _read(self, line: GridLine) -> None:
        if not line.price:  # a line without a price says nothing, whatever its quantity
            return
        if not line.quantity:
            self.problems[line.number] = _now("From which quantity on does this price count?")
            return
        try:
            least, price = _number(line.quantity), _number(line.price)
        except CellWrong as error:
            self.problems[line.number] = str(error.text)
        else:
            self.rows[line.number] = PriceRow(self.variant.article, least, price)

    def differs(self, steps: Mapping[int, Sequence[Any]]) -> bool:
        """Whether saving would change something."""
        return tuple(steps.get(self.variant.id, ())) != self.variant.own or bool(self.variant.left_behind)

    def shown(self, *, one_more: bool) -> GridVariant:
        """As typed, numbers with a point, with what is wrong."""
        lines = [
            replace(
                line,
                quantity=_plain(line.quantity),
                price=_plain(line.price),
                problem=self.problems.get(line.number, ""),
            )
            for line in self.lines
        ]
        if one_more or not lines or lines[-1].quantity or lines[-1].price:
            lines.append(GridLine(len(lines)))
        return GridVariant(self.variant, beside_public(self.variant, lines))


def _typed_lines(data: QueryDict, variant_id: int) -> list[GridLine]:
    lines = []
    for number in range(_MOST_LINES):
        quantity = data.get(f"quantity-{variant_id}-{number}")
        price = data.get(f"price-{variant_id}-{number}")
        if quantity is None and price is None:
            break
        lines.append(GridLine(number, (quantity or "").strip()[:_LONGEST], (price or "").strip()[:_LONGEST]))
    return lines


def _number(text: str) -> Any:
    return number_of(text, decimal_sign_of([text], "."))


def _plain(text: str) -> str:
    try:
        return f"{_number(text):f}" if text else ""
    except CellWrong:
        return text

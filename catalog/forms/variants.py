"""The variants of a listing as a supplier types them: a block for each, with its own price rows.

Owns the shape and the steps that only rearrange what is typed (add, move, take out, copy prices); nothing is lost by
them and nothing saved. `catalog.rules.variants` judges.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from catalog.forms.listing import AmountField, PriceField, TierRow
from catalog.forms.refusals import RefusedForm
from catalog.queries.listings.variants import StoredVariant
from catalog.rules.listing import SKU_LENGTH
from catalog.rules.packing import FIELDS as PACKING_FIELDS
from catalog.rules.packing import PACKAGING_LENGTH, Packing, held_by_weight
from catalog.rules.prices import MAXIMUM_TIERS, Tier
from catalog.rules.variants import MAXIMUM_VARIANTS, NAME_LENGTH, VariantFacts
from marketplace.core.typed_numbers import editable_number, editable_price, typed_decimal

_LEAST_ROWS = 3
_PLACES = "places"
_OWN = ("number", "name", "sku", *PACKING_FIELDS)  # of a block, beside its prices
Typed = dict[str, str]  # one block: number, name, sku, parts of its packing, from_<row>, price_<row>


@dataclass(frozen=True, slots=True)
class Block:
    """One variant on the page, counted from 1."""

    place: int
    number: forms.BoundField
    name: forms.BoundField
    sku: forms.BoundField
    packaging: forms.BoundField
    units_per_package: forms.BoundField
    net_weight_kg: forms.BoundField
    gross_weight_kg: forms.BoundField
    tiers: tuple[TierRow, ...]
    is_first: bool
    is_last: bool

    @property
    def has_errors(self) -> bool:
        """Whether something in it is to be mended."""
        own = (self.name, self.sku, self.packaging, self.units_per_package, self.net_weight_kg)
        prices = (field for row in self.tiers for field in (row.min_quantity, row.unit_price))
        return any(field.errors for field in (*own, self.gross_weight_kg, *prices))

    @property
    def first_price(self) -> Decimal | None:
        """The price of the first row as typed; None where there is none, or no number."""
        try:
            return typed_decimal(str(self.tiers[0].unit_price.value() or ""))
        except ValueError:
            return None

    @property
    def is_packed_its_own_way(self) -> bool:
        """Whether anything is typed of its own packing, or wrong with it."""
        parts = (self.packaging, self.units_per_package, self.net_weight_kg, self.gross_weight_kg)
        return any(part.value() or part.errors for part in parts)


class VariantsForm(RefusedForm):
    """All variants on offer, in their order. Fields of the block at a place from 0: `variants_<place>_<name>`."""

    mostly_optional = True

    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)
    places = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        typed: Sequence[Typed] = (),
        moq: Decimal | None = None,
        unit_code: str = "",
        **kwargs: Any,
    ) -> None:
        super().__init__(data, **kwargs)
        self.moq, self.unit_code = moq, unit_code
        self.count = _count(data) if data is not None else len(typed)
        self.initial[_PLACES] = self.count
        blocks = typed_blocks(data) if data is not None else list(typed)
        self.tier_rows = [_rows_of(block) for block in blocks]
        for place, rows in enumerate(self.tier_rows):
            self._add_block(place, rows)
        for place, block in enumerate(typed):
            self.initial.update({_field(place, name): value for name, value in block.items()})

    def _add_block(self, place: int, rows: int) -> None:
        fields = self.fields
        fields[_field(place, "number")] = forms.IntegerField(required=False, widget=forms.HiddenInput)
        fields[_field(place, "name")] = forms.CharField(
            required=False,
            max_length=NAME_LENGTH,
            label=_("Name of variant {place}").format(place=place + 1),
        )
        fields[_field(place, "sku")] = forms.CharField(
            required=False, max_length=SKU_LENGTH, label=_("Your article number")
        )
        self._add_packing(place)
        for row in range(rows):
            where = {"row": row + 1, "place": place + 1}
            least = _("From quantity, row {row} of variant {place}").format(**where)
            price = _("Unit price, row {row} of variant {place}").format(**where)
            fields[_field(place, f"from_{row}")] = AmountField(label=least)
            fields[_field(place, f"price_{row}")] = PriceField(label=price)

    def _add_packing(self, place: int) -> None:
        where = {"place": place + 1}
        labels = {
            "units_per_package": (6, _("In one package, variant {place}")),
            "net_weight_kg": (4, _("Net weight, variant {place}")),
            "gross_weight_kg": (4, _("Gross weight, variant {place}")),
        }
        label = _("Packaging of variant {place}").format(**where)
        self.fields[_field(place, "packaging")] = forms.CharField(
            required=False, max_length=PACKAGING_LENGTH, label=label
        )
        for name, (decimals, words) in labels.items():
            self.fields[_field(place, name)] = AmountField(decimals=decimals, label=words.format(**where))

    @property
    def blocks(self) -> list[Block]:
        """The blocks for the page."""
        return [self._block(place) for place in range(self.count)]

    def _block(self, place: int) -> Block:
        rows = range(self.tier_rows[place])
        return Block(
            place=place + 1,
            number=self[_field(place, "number")],
            name=self[_field(place, "name")],
            sku=self[_field(place, "sku")],
            packaging=self[_field(place, "packaging")],
            units_per_package=self[_field(place, "units_per_package")],
            net_weight_kg=self[_field(place, "net_weight_kg")],
            gross_weight_kg=self[_field(place, "gross_weight_kg")],
            tiers=tuple(
                TierRow(row + 1, self[_field(place, f"from_{row}")], self[_field(place, f"price_{row}")])
                for row in rows
            ),
            is_first=place == 0,
            is_last=place == self.count - 1,
        )

    def clean(self) -> dict[str, Any]:
        """A price row is whole or empty; the quantity of the first may be left out, for it is the minimum order."""
        data = super().clean() or self.cleaned_data
        for place in range(self.count):
            first = _field(place, "from_0")
            if first in data and data[first] is None and data.get(_field(place, "price_0")) is not None:
                data[first] = self.moq
            for row in range(self.tier_rows[place]):
                names = [_field(place, f"from_{row}"), _field(place, f"price_{row}")]
                missing = [name for name in names if data.get(name) is None]
                if len(missing) == 1 and not self.errors.keys() & set(names):
                    self.add_error(missing[0], _("A price row needs both a quantity and a price."))
        return data

    def variants(self) -> tuple[VariantFacts, ...]:
        """What was typed; of a form that is not valid, without what cannot be read. Call `is_valid()` first."""
        data = self.cleaned_data
        return tuple(
            VariantFacts(
                name=data.get(_field(place, "name"), ""),
                sku=data.get(_field(place, "sku"), ""),
                number=data.get(_field(place, "number")),
                packing=self._packing(place),
                tiers=self.typed_tiers(place),
            )
            for place in range(self.count)
        )

    def _packing(self, place: int) -> Packing:
        data = self.cleaned_data
        said = {name: data.get(_field(place, name)) for name in PACKING_FIELDS}
        stated = {name: value for name, value in said.items() if value not in (None, "")}
        if stated and "units_per_package" not in stated and _field(place, "units_per_package") in data:
            stated["units_per_package"] = held_by_weight(said["net_weight_kg"], self.unit_code)
        return Packing(**stated)

    def typed_tiers(self, place: int) -> tuple[Tier | None, ...]:
        """The price rows of a block that are whole numbers, empty or half ones as None."""
        data = self.cleaned_data
        rows = (
            (data.get(_field(place, f"from_{row}")), data.get(_field(place, f"price_{row}")))
            for row in range(self.tier_rows[place])
        )
        return tuple(None if least is None or price is None else Tier(least, price) for least, price in rows)

    def tier_faults(self, place: int) -> tuple[list[int], list[int]]:
        """The rows of a block, from 1, that have one of their two numbers only, and those with what is no number."""
        half: list[int] = []
        wrong: list[int] = []
        for row in range(self.tier_rows[place]):
            names = [_field(place, f"from_{row}"), _field(place, f"price_{row}")]
            typed = [bool(str(self.data.get(name, "")).strip()) for name in names]
            whole = all(typed) or (row == 0 and typed[1] and self.moq is not None)
            if any(typed) and not whole:
                half.append(row + 1)
            elif any(name not in self.cleaned_data for name in names):
                wrong.append(row + 1)
        return half, wrong

    def field_of(self, name: str) -> str:
        """`variants.1.tiers.0` of the rules is the price in row 0 of block 1 here."""
        return name.replace(".tiers.", ".price.").replace(".", "_")


def stored_block(one: StoredVariant, currency: str) -> Typed:
    """A stored variant as it would be typed, its prices in the listing's currency."""
    block = {"number": str(one.number), "name": one.name, "sku": one.sku} | one.packing.stated
    for row, tier in enumerate(one.tiers):
        block[f"from_{row}"] = editable_number(tier.min_quantity)
        block[f"price_{row}"] = editable_price(tier.unit_price, currency)
    return block


def typed_blocks(data: Mapping[str, Any]) -> list[Typed]:
    """What was sent, block by block, as it was typed."""
    names = [*_OWN]
    names += [f"{part}_{row}" for row in range(MAXIMUM_TIERS) for part in ("from", "price")]
    return [
        {name: str(data[_field(place, name)]) for name in names if _field(place, name) in data}
        for place in range(_count(data))
    ]


def place_of(step: str, count: int) -> int:
    """The place (from 0) that a step such as `preview:2` names; the first where it names none of them."""
    _name, _sep, which = step.partition(":")
    place = int(which) - 1 if which.isascii() and which.isdigit() and len(which) < 6 else 0
    return place if 0 <= place < count else 0


def rearranged(
    blocks: Sequence[Typed], step: str, withdrawn: Sequence[Typed], *, moq: Decimal | None
) -> tuple[list[Typed], int]:
    """The blocks after a step (`add`, `up:2`, `down:2`, `out:2`, `copy:2` by place from 1, `back:4` by number), and the place to look at.

    What the step does not concern stays as it is; an unknown one changes nothing.
    """
    blocks = [dict(block) for block in blocks]
    name, _sep, which = step.partition(":")
    number = int(which) if which.isascii() and which.isdigit() and len(which) < 6 else 0
    here = number - 1
    there = here + {"up": -1, "down": 1}.get(name, 0)
    inside = 0 <= here < len(blocks)
    if name == "add" and len(blocks) < MAXIMUM_VARIANTS:
        blocks.append({"from_0": editable_number(moq)} if moq else {})
        return blocks, len(blocks)
    if name == "back":
        back = [dict(one) for one in withdrawn if one["number"] == str(number)]
        return blocks + back, len(blocks) + len(back)
    if not inside:
        return blocks, 0
    if name in {"up", "down"} and 0 <= there < len(blocks):
        blocks[here], blocks[there] = blocks[there], blocks[here]
        return blocks, there + 1
    if name == "out" and len(blocks) > 1:
        del blocks[here]
        return blocks, min(number, len(blocks))
    if name == "copy":
        kept = {part: blocks[here][part] for part in _OWN if part in blocks[here]}
        prices = {part: text for part, text in blocks[0].items() if part not in _OWN}
        blocks[here] = {"number": "", "name": "", "sku": ""} | prices | kept
    return blocks, number


def _count(data: Mapping[str, Any]) -> int:
    raw = str(data.get(_PLACES, ""))
    return min(int(raw), MAXIMUM_VARIANTS) if raw.isascii() and raw.isdigit() and len(raw) < 4 else 0


def _rows_of(block: Typed) -> int:
    """How many price rows to show: those that were there, and one more to write in."""
    there = [row for row in range(MAXIMUM_TIERS) if block.get(f"from_{row}") or block.get(f"price_{row}")]
    return min(MAXIMUM_TIERS, max(_LEAST_ROWS, *(row + 2 for row in there), 0))


def _field(place: int, name: str) -> str:
    return f"variants_{place}_{name}"

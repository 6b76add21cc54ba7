"""The product editor's form: one page, with the fields that the chosen category asks for and six price rows.

Owns the shape only; `catalog.rules.listing` judges. Numbers come as people type them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from catalog.errors import FieldErrors, ListingIncomplete
from catalog.queries.categories import Tree
from catalog.rules import listing, richtext
from catalog.rules.listing import AttributeUse, CategoryFacts, ListingFacts
from catalog.rules.packing import PACKAGING_LENGTH, held_by_weight
from catalog.rules.prices import MAXIMUM_TIERS, Tier
from catalog.states import AttributeKind, Incoterms
from marketplace.core.countries import country_choices
from marketplace.core.errors import DomainError, Text
from marketplace.core.forms import KeyedForm, TypedDecimalField, add_domain_error
from marketplace.core.money import currency_codes
from marketplace.core.typed_numbers import editable_number, editable_price
from marketplace.core.units import unit_choices

# The currencies most offers are in come first.
_FIRST_CURRENCIES = ("USD", "EUR", "GBP", "JPY", "CNY", "INR", "ARS", "BRL", "MXN", "ZAR", "TRY", "VND")


class PriceField(TypedDecimalField):
    """A unit price: above zero, at most six decimals."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_digits=18, decimal_places=6, required=False, **kwargs)


class AmountField(TypedDecimalField):
    """A quantity or a weight; the listing's rules say what is too much."""

    def __init__(self, *, decimals: int = 3, **kwargs: Any) -> None:
        super().__init__(max_digits=14, decimal_places=decimals, required=False, **kwargs)


PICTURE_TYPES = "image/jpeg,image/png,image/webp"


class SeveralFilesInput(forms.ClearableFileInput):
    """Takes several files at once."""

    allow_multiple_selected = True


class SeveralFilesField(forms.FileField):
    """Cleans to a list of uploads."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            widget=SeveralFilesInput(attrs={"accept": PICTURE_TYPES, "form": "listing"}),
            allow_empty_file=True,  # judged one by one, so that one that is empty does not keep back the others
            **kwargs,
        )

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[Any]]:
        files = data if isinstance(data, list | tuple) else [data] if data else []
        return [super(SeveralFilesField, self).clean(item, initial) for item in files]


@dataclass(frozen=True, slots=True)
class TierRow:
    """One row of the price grid, as bound fields."""

    number: int
    min_quantity: forms.BoundField
    unit_price: forms.BoundField


class ListingForm(KeyedForm):
    """Everything a supplier states. Only the title is needed for a draft."""

    mostly_optional = True  # the page says once what a draft needs, and the checklist what a review needs

    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)
    title = forms.CharField(
        max_length=listing.TITLE_LENGTH,
        label=_("Title"),
        help_text=_("What it is, the grade and the size, as a buyer would search for it."),
    )
    category_code = forms.ChoiceField(required=False, label=_("Category"))
    description = forms.CharField(
        required=False,
        max_length=listing.DESCRIPTION_LENGTH,
        widget=forms.Textarea(attrs={"rows": 10}),
        label=_("Description"),
        help_text=_(
            "An empty line begins a paragraph, “- ” a list, “## ” a heading, **two stars** make bold."
        ),
    )
    hs_code = forms.CharField(
        required=False, max_length=20, label=_("HS code"), help_text=_("Six to ten digits, such as 1006.30.")
    )
    hs_words = forms.CharField(
        required=False,
        max_length=100,
        label=_("Find the code by words"),
        help_text=_("What the goods are called, such as: cherries, cerezas, rice husked."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    origin = forms.ChoiceField(required=False, label=_("Country of origin"))
    sku = forms.CharField(required=False, max_length=listing.SKU_LENGTH, label=_("Your article number"))
    unit_code = forms.ChoiceField(
        required=False, label=_("Unit"), help_text=_("What one price is for: a kilogram, a tonne, a piece …")
    )
    moq = AmountField(label=_("Minimum order"))
    order_multiple = AmountField(
        label=_("Sold in steps of"),
        help_text=_("A whole number of these makes an order: 1, or what one package holds."),
    )
    lead_time_days = forms.IntegerField(
        required=False,
        min_value=0,
        max_value=listing.LEAD_TIME_MAXIMUM,
        label=_("Lead time"),
        help_text=_("Days from payment to handing over; 0 when in stock."),
    )
    quantity_tolerance = TypedDecimalField(
        required=False,
        min_value=Decimal(0),
        max_value=Decimal(20),
        decimal_places=2,
        label=_("Quantity tolerance"),
        help_text=_(
            "How much more or less than ordered you may deliver; the price follows what is delivered. "
            "Leave it empty to take what is usual here. In an order of several goods the smallest counts."
        ),
    )
    currency = forms.ChoiceField(required=False, label=_("Currency"))
    incoterms_rule = forms.ChoiceField(
        required=False,
        label=_("Incoterms rule"),
        help_text=_(
            "Up to where you pay the transport. EXW: the buyer collects the goods. FOB: you bring them on board the ship. "
            "CIF: you pay ship and insurance to the buyer's port."
        ),
    )
    named_place = forms.CharField(
        required=False,
        max_length=listing.PLACE_LENGTH,
        label=_("Named place"),
        help_text=_("The port or place up to which you pay, such as Valparaíso."),
    )
    packaging = forms.CharField(
        required=False,
        max_length=PACKAGING_LENGTH,
        label=_("Packaging"),
        help_text=_("Such as: carton of 5 kg with liner, 20 cartons on a pallet."),
    )
    units_per_package = AmountField(
        decimals=6,
        label=_("In one package"),
        help_text=_(
            "How many of your unit one package holds. For goods sold by weight you may leave it empty: the net weight says it."
        ),
    )
    net_weight_kg = AmountField(decimals=4, label=_("Net weight of a package"))
    gross_weight_kg = AmountField(decimals=4, label=_("Gross weight of a package"))
    images = SeveralFilesField(
        required=False,
        label=_("Add pictures"),
        help_text=_("JPEG, PNG or WebP, up to 25 MB each, ten in all. Several at once."),
    )

    def __init__(self, *args: Any, tree: Tree, category: CategoryFacts | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.category = category
        nothing = [("", "—")]
        self._choices("category_code", [("", _("Choose …")), *tree.grouped_leaves()])
        self._choices("origin", nothing + country_choices())
        self._choices("unit_code", [("", "—"), *unit_choices()])
        self._choices("currency", [("", "—"), *_currency_choices()])
        self._choices("incoterms_rule", [("", "—"), *Incoterms.choices])
        for row in range(MAXIMUM_TIERS):
            self.fields[f"tier_{row}_from"] = AmountField(label=_("From quantity"))
            self.fields[f"tier_{row}_price"] = PriceField(label=_("Unit price"))
        for use in category.uses if category else ():
            self.fields[f"attr_{use.code}"] = _attribute_field(use)

    def _choices(self, name: str, choices: list[Any]) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            field.choices = choices

    @property
    def tier_rows(self) -> list[TierRow]:
        """The price grid for the page."""
        return [
            TierRow(row + 1, self[f"tier_{row}_from"], self[f"tier_{row}_price"])
            for row in range(MAXIMUM_TIERS)
        ]

    def tier_faults(self) -> tuple[list[int], list[int]]:
        """The rows, from 1, that have one of their two numbers only, and those with something that is no number."""
        half: list[int] = []
        wrong: list[int] = []
        for row in range(MAXIMUM_TIERS):
            names = (f"tier_{row}_from", f"tier_{row}_price")
            if row == 0 and self._begins_at_minimum(self.cleaned_data):
                continue
            typed = [bool(str(self.data.get(name, "")).strip()) for name in names]
            if any(typed) and not all(typed):
                half.append(row + 1)
            elif any(name not in self.cleaned_data for name in names):
                wrong.append(row + 1)
        return half, wrong

    @property
    def attribute_fields(self) -> list[tuple[forms.BoundField, str]]:
        """What the category asks for, each with its unit."""
        uses = self.category.uses if self.category else ()
        return [(self[f"attr_{use.code}"], use.symbol) for use in uses]

    def clean(self) -> dict[str, Any]:
        """A price row is whole or empty."""
        data = super().clean() or self.cleaned_data
        for row in range(MAXIMUM_TIERS):
            names = (f"tier_{row}_from", f"tier_{row}_price")
            if any(name in self.errors for name in names):
                continue
            if row == 0 and self._begins_at_minimum(data):
                data[names[0]] = data.get("moq")
            values = [data.get(name) for name in names]
            if None in values and values != [None, None]:
                missing = names[values.index(None)]
                self.add_error(missing, _("A price row needs both a quantity and a price."))
        return data

    def _begins_at_minimum(self, data: dict[str, Any]) -> bool:
        """The first price without a quantity is the one of the minimum order."""
        typed = str(self.data.get("tier_0_from", "")).strip()
        return not typed and data.get("tier_0_price") is not None and data.get("moq") is not None

    def facts(self) -> ListingFacts:
        """What was typed; fields that are wrong are left out (for the preview)."""
        data = self.cleaned_data
        texts = (
            "category_code", "description", "hs_code", "origin", "unit_code", "currency", "incoterms_rule",
            "named_place", "packaging", "sku",
        )  # fmt: skip
        numbers = (
            "moq",
            "order_multiple",
            "lead_time_days",
            "units_per_package",
            "net_weight_kg",
            "gross_weight_kg",
        )
        stated: dict[str, Any] = {name: data.get(name) or "" for name in texts}
        stated |= {name: data.get(name) for name in numbers}
        if "units_per_package" in data and stated["units_per_package"] is None:
            stated["units_per_package"] = held_by_weight(stated["net_weight_kg"], stated["unit_code"])
        share = data.get("quantity_tolerance")
        stated["quantity_tolerance_bps"] = None if share is None else int(share.scaleb(2))
        uses = self.category.uses if self.category else ()
        return ListingFacts(
            title=data.get("title") or "",
            **stated,
            attributes={use.code: _as_text(data.get(f"attr_{use.code}")) for use in uses},
            tiers=tuple(self._tier(row) for row in range(MAXIMUM_TIERS)),
        )

    def _tier(self, row: int) -> Tier | None:
        quantity = self.cleaned_data.get(f"tier_{row}_from")
        price = self.cleaned_data.get(f"tier_{row}_price")
        return None if quantity is None or price is None else Tier(quantity, price)

    def add_refusal(self, error: DomainError) -> None:
        """Put a refusal beside the fields and rows it names."""
        if isinstance(error, FieldErrors):
            self._add_all(error.errors)
        elif isinstance(error, ListingIncomplete):
            self._add_all(error.missing)
        else:
            add_domain_error(self, error)

    def _add_all(self, errors: Mapping[str, Text]) -> None:
        for name, text in errors.items():
            self.add_error(self._field_for(name), ValidationError(str(text)))

    def _field_for(self, name: str) -> str | None:
        kind, _dot, rest = name.partition(".")
        if kind == "tiers":
            return f"tier_{rest or 0}_price"
        target = f"attr_{rest}" if kind == "attributes" else name
        return target if target in self.fields else None


def _percent(bps: int | None) -> str:
    return "" if bps is None else f"{Decimal(bps).scaleb(-2):f}"


def initial_of(facts: ListingFacts) -> dict[str, Any]:
    """The form's initial values for a listing as stored."""
    values: dict[str, Any] = {
        "title": facts.title,
        "category_code": facts.category_code,
        "description": richtext.as_marks(facts.description),
        "hs_code": facts.hs_code,
        "origin": facts.origin,
        "unit_code": facts.unit_code,
        "moq": editable_number(facts.moq),
        "order_multiple": editable_number(facts.order_multiple),
        "currency": facts.currency,
        "incoterms_rule": facts.incoterms_rule,
        "named_place": facts.named_place,
        "lead_time_days": facts.lead_time_days,
        "quantity_tolerance": _percent(facts.quantity_tolerance_bps),
        "packaging": facts.packaging,
        "units_per_package": editable_number(facts.units_per_package),
        "net_weight_kg": editable_number(facts.net_weight_kg),
        "gross_weight_kg": editable_number(facts.gross_weight_kg),
        "sku": facts.sku,
    }
    for row, tier in enumerate(facts.tiers):
        if tier is not None:
            values[f"tier_{row}_from"] = editable_number(tier.min_quantity)
            values[f"tier_{row}_price"] = editable_price(tier.unit_price, facts.currency)
    return values | {f"attr_{code}": value for code, value in facts.attributes.items()}


def _attribute_field(use: AttributeUse) -> forms.Field:
    options: dict[str, Any] = {"required": False, "label": use.label}
    if use.required:
        options["help_text"] = _("Needed for the review.")
    if use.kind == AttributeKind.CHOICE:
        return forms.ChoiceField(choices=[("", "—"), *use.choices], **options)
    if use.kind == AttributeKind.BOOLEAN:
        return forms.ChoiceField(choices=[("", "—"), ("true", _("yes")), ("false", _("no"))], **options)
    if use.kind == AttributeKind.INTEGER:
        return forms.IntegerField(**options)
    if use.kind == AttributeKind.NUMBER:
        return AmountField(decimals=6, label=use.label, help_text=options.get("help_text", ""))
    return forms.CharField(max_length=listing.ATTRIBUTE_LENGTH, **options)


def _as_text(value: object) -> str:
    if value is None or value == "":
        return ""
    return editable_number(value) if isinstance(value, Decimal) else str(value)


def _currency_choices() -> list[tuple[str, str]]:
    rest = [code for code in currency_codes() if code not in _FIRST_CURRENCIES]
    return [(code, code) for code in (*_FIRST_CURRENCIES, *rest)]

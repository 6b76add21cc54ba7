"""The forms of an import: the file, and what each column means. Own the shape only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django import forms
from django.forms.utils import flatatt
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from catalog.imports.cells import SHOWN_LENGTH
from catalog.imports.columns import Layout
from catalog.imports.fields import (
    ATTRIBUTE,
    FOR_ALL,
    PRICE_AT,
    field_codes,
    fields,
    label_of,
    translated_field,
)
from catalog.imports.names import reading_key
from catalog.queries.categories import Tree
from catalog.queries.imports.pages import ColumnLine
from catalog.queries.imports.unread import NAMED, UnreadWord, name_choices
from catalog.rules.listing import PLACE_LENGTH
from catalog.rules.packing import PACKAGING_LENGTH
from catalog.states import Incoterms
from marketplace.core.countries import country_choices
from marketplace.core.forms import KeyedForm
from marketplace.core.money import currency_codes
from marketplace.core.units import unit_choices

MOST_READINGS: Final = 40  # on one page: those of before, and the words of this file


class ImportFileForm(KeyedForm):
    """The table, and the pictures when there are any."""

    file = forms.FileField(
        allow_empty_file=True,  # the operation says so in better words
        label=_("Table of listings"),
        help_text=_("CSV, Excel (.xlsx) or Shopify's product CSV; up to 50,000 rows and 25 MB."),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt,.tsv,.xlsx,text/csv"}),
    )
    pictures = forms.FileField(
        required=False,
        allow_empty_file=True,
        label=_("Pictures"),
        help_text=_("One ZIP file, up to 200 MB; the table names its files in a column. May come later."),
        widget=forms.ClearableFileInput(attrs={"accept": ".zip,application/zip"}),
    )


class ReadingsForm(forms.Form):
    """Words that nobody knows, each beside a select of what it may mean: `word_<n>` in the column of `about_<n>`."""

    def __init__(self, data: Mapping[str, Any] | None = None, *, words: Sequence[UnreadWord] = ()) -> None:
        super().__init__(data)
        self._words = words = words[:MOST_READINGS]
        places = range(MOST_READINGS) if data is not None else range(len(words))
        self.places = [place for place in places if data is None or f"word_{place}" in data]
        for place in self.places:
            one = words[place] if data is None else None
            target = (
                one.target
                if one
                else str(data[f"about_{place}"])
                if data and f"about_{place}" in data
                else ""
            )
            self._add(place, one, target if target in NAMED else NAMED[0])

    def _add(self, place: int, one: UnreadWord | None, target: str) -> None:
        hidden = forms.HiddenInput
        self.fields[f"word_{place}"] = forms.CharField(
            max_length=SHOWN_LENGTH, widget=hidden, initial=one.word if one else ""
        )
        self.fields[f"about_{place}"] = forms.ChoiceField(
            choices=[(name, name) for name in NAMED], widget=hidden, initial=target
        )
        self.fields[f"code_{place}"] = forms.ChoiceField(
            required=False,
            label=_("Read “{word}” as").format(word=one.word if one else ""),
            choices=[("", _("nothing: leave it an error")), *name_choices(target)],
            initial=one.near if one else "",
        )

    @property
    def lines(self) -> list[ReadingLine]:
        """Each word with its fields."""
        return [
            ReadingLine(self._words[place], *(self[f"{part}_{place}"] for part in ("word", "about", "code")))
            for place in self.places
        ]

    def readings(self, before: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
        """What was chosen, over what was chosen before. Call `is_valid()` first."""
        data, after = self.cleaned_data, {target: dict(words) for target, words in before.items()}
        for place in self.places:
            said, word = after.setdefault(data[f"about_{place}"], {}), reading_key(data[f"word_{place}"])
            if code := data[f"code_{place}"]:
                said[word] = code
            else:
                said.pop(word, None)
        return after


@dataclass(frozen=True, slots=True)
class ReadingLine:
    """One word beside the field that says what it means."""

    about: UnreadWord
    word: forms.BoundField
    target: forms.BoundField
    code: forms.BoundField


class PicturesForm(forms.Form):
    """The pictures alone."""

    pictures = forms.FileField(
        allow_empty_file=True,
        label=_("Pictures (ZIP)"),
        widget=forms.ClearableFileInput(attrs={"accept": ".zip,application/zip"}),
    )


class QuickSelect(forms.Select):
    """A select whose options are written once and shared: a file has up to 250 columns with a hundred meanings each."""

    def __init__(self, options: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._options = options

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:  # noqa: ARG002 -- Django's signature
        """The select as Django would write it, the options copied and the chosen one marked."""
        marked = f'<option value="{escape(value or "")}"'
        options = self._options.replace(marked, f"{marked} selected", 1)
        given = {"name": name, **self.build_attrs(self.attrs, attrs)}
        return format_html("<select{}>{}</select>", flatatt(given), mark_safe(options))  # noqa: S308 -- what `options_html` escaped them


def options_html(choices: Sequence[tuple[str, Any]]) -> str:
    """The options of a select, groups with their names, escaped."""
    parts = [
        format_html(
            '<optgroup label="{}">{}</optgroup>',
            label,
            mark_safe(options_html(inner)),  # noqa: S308 -- escaped by this function itself
        )
        if isinstance(inner, list)
        else format_html('<option value="{}">{}</option>', label, inner)
        for label, inner in choices
    ]
    return "".join(parts)


@dataclass(frozen=True, slots=True)
class ColumnField:
    """A column of the file beside the field that says what it means."""

    line: ColumnLine
    field: forms.BoundField


class ColumnsForm(forms.Form):
    """What each column means, what holds for all rows, and how numbers and empty cells are read."""

    mostly_optional = True

    decimal_sign = forms.ChoiceField(
        label=_("Decimals"),
        choices=[(".", _("1,234.56 – point before decimals")), (",", _("1.234,56 – comma before decimals"))],
    )
    clears = forms.ChoiceField(
        label=_("Empty cells"),
        choices=[("", _("leave the listing as it is")), ("yes", _("empty the field of the listing"))],
        required=False,
    )
    submits = forms.ChoiceField(
        label=_("New listings"),
        choices=[
            ("", _("stay drafts")),
            ("yes", _("go to the moderators at once, drafts that are changed too")),
        ],
        required=False,
    )

    def __init__(
        self,
        *args: Any,
        lines: Sequence[ColumnLine],
        targets: Sequence[tuple[str, Any]],
        tree: Tree,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self._lines = lines
        given: Mapping[str, Any] = kwargs.get("initial") or {}
        common = options_html(targets)
        for line in lines:
            name = f"column_{line.number}"
            own = _own_meaning(str(given.get(name, "")))
            self.fields[name] = forms.ChoiceField(
                required=False,
                label=line.heading,
                help_text=_("Please check: this heading has several meanings.") if line.is_unsure else "",
                choices=[*targets, *own],
                widget=QuickSelect(common + options_html(own)),
            )
        for name, field in _default_fields(tree).items():
            self.fields[f"default_{name}"] = field

    @property
    def column_fields(self) -> list[ColumnField]:
        """The table of columns."""
        return [ColumnField(line, self[f"column_{line.number}"]) for line in self._lines]

    @property
    def unsure(self) -> int:
        """How many columns were guessed without being plain."""
        return sum(line.is_unsure for line in self._lines)

    @property
    def default_fields(self) -> list[forms.BoundField]:
        """What holds for all rows."""
        return [self[f"default_{name}"] for name in FOR_ALL]

    @property
    def other_fields(self) -> list[forms.BoundField]:
        """How the file is read."""
        return [self["decimal_sign"], self["clears"], self["submits"]]

    def layout(self) -> Layout:
        """What was chosen."""
        data = self.cleaned_data
        defaults = {
            name: str(data[f"default_{name}"]).strip() for name in FOR_ALL if data.get(f"default_{name}")
        }
        return Layout(
            targets=tuple(data[f"column_{line.number}"] for line in self._lines),
            defaults=defaults,
            decimal_sign=data["decimal_sign"],
            clears=data["clears"] == "yes",
        )


def _own_meaning(own: str) -> list[tuple[str, Any]]:
    """A heading such as “price from 100” or “Variety (es)” brings a meaning that only this column has."""
    only_here = own.startswith(PRICE_AT) or translated_field(own)[0].startswith(ATTRIBUTE)
    return [(own, label_of(own, {}))] if only_here else []


def _default_fields(tree: Tree) -> dict[str, forms.Field]:
    nothing = [("", "—")]
    labels = {field.code: str(field.label) for field in fields() if field.code in field_codes()}
    choices: dict[str, list[Any]] = {
        "category_code": [*nothing, *tree.grouped_leaves()],
        "origin": nothing + country_choices(),
        "unit_code": [*nothing, *unit_choices()],
        "currency": nothing + [(code, code) for code in currency_codes()],
        "incoterms_rule": [*nothing, *Incoterms.choices],
    }
    lengths = {"named_place": PLACE_LENGTH, "packaging": PACKAGING_LENGTH}
    return {
        name: forms.ChoiceField(required=False, label=labels[name], choices=choices[name])
        if name in choices
        else forms.CharField(required=False, label=labels[name], max_length=lengths.get(name, 30))
        for name in FOR_ALL
    }

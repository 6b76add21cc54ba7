"""What a supplier types in another language: one field for each of the listing's own texts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from catalog.forms.refusals import RefusedForm
from catalog.languages import listing_languages, own_name
from catalog.queries.listings.translations import TranslationPage
from catalog.rules import richtext
from catalog.rules.translating import Original, kind_of, limit_of
from marketplace.core.forms import KeyedForm

_STILL = "still."


@dataclass(frozen=True, slots=True)
class TextRow:
    """An original beside the field for its translation; `still` confirms words older than the original."""

    original: Original
    is_html: bool
    field: forms.BoundField
    still: forms.BoundField | None


class TranslationForm(RefusedForm):
    """The listing in one language. An empty field shows the original."""

    mostly_optional = True

    revision = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, data: Mapping[str, Any] | None, page: TranslationPage) -> None:
        shown = {
            field: richtext.as_marks(text) if field == "description" else text
            for field, text in page.texts.items()
        }
        super().__init__(data, initial={**shown, "revision": page.revision})
        self._page = page
        for original in page.originals:
            self.fields[original.field] = _text_field(original, page.code)
            if original.field in page.outdated:
                self.fields[_STILL + original.field] = forms.BooleanField(
                    required=False, label=_("The translation still fits")
                )

    @property
    def rows(self) -> list[TextRow]:
        """Every original with its field, in the listing's order."""
        return [
            TextRow(
                original=original,
                is_html=original.field == "description",
                field=self[original.field],
                still=self[_STILL + original.field] if original.field in self._page.outdated else None,
            )
            for original in self._page.originals
        ]

    def texts(self) -> dict[str, str]:
        """What was typed, by field."""
        return {original.field: self.cleaned_data[original.field] for original in self._page.originals}

    def confirmed(self) -> frozenset[str]:
        """The fields whose words still fit."""
        return frozenset(
            field for field in self._page.outdated if self.cleaned_data.get(_STILL + field, False)
        )


class WrittenInForm(KeyedForm):
    """In which language the listing itself is written."""

    language = forms.ChoiceField(
        required=False,
        label=_("The listing is written in"),
        help_text=_("So that readers, their screen readers and search engines know."),
        choices=lambda: [("", _("not said")), *((code, own_name(code)) for code in listing_languages())],
    )


def _text_field(original: Original, language: str) -> forms.CharField:
    attributes = {"lang": language, "dir": "rtl" if language == "ar" else "ltr"}
    long = original.field == "description"
    widget = forms.Textarea(attrs={**attributes, "rows": 10}) if long else forms.TextInput(attrs=attributes)
    return forms.CharField(
        required=False, max_length=limit_of(original.field), label=original.label, widget=widget,
        help_text=_("An empty line begins a paragraph, “- ” a list, “## ” a heading, **two stars** make bold.")
        if kind_of(original.field) == "description" else "",
    )  # fmt: skip

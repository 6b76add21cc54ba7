"""Companies chosen in a form: boxes of those chosen and found, references pasted in any of the usual separators."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from django import forms
from django.http import QueryDict

from catalog.forms.refusals import RefusedForm

WORDS: Final = "buyer_words"
FIND: Final = "find_buyers"


class ChosenBuyersField(forms.Field):
    """The references of the ticked boxes; the page lays the boxes out by itself."""

    widget = forms.SelectMultiple

    def clean(self, value: Any) -> tuple[str, ...]:
        """Each once, in their order."""
        return tuple(dict.fromkeys(references_in("\n".join(str(one) for one in value or ()))))


class PickingForm(RefusedForm):
    """A form with one field of chosen companies, and words to find more of them by."""

    picked: str = "buyers"

    def chosen(self) -> tuple[str, ...]:
        """The references as typed or stored, whether or not the form holds otherwise."""
        field = self.fields[self.picked]
        value = self[self.picked].value()
        return tuple(
            field.clean(
                value if isinstance(value, Sequence) and not isinstance(value, str) else [value or ""]
            )
        )


def is_finding(data: Mapping[str, Any]) -> bool:
    """Whether more buyers are looked for: the form is shown again as it was typed, and nothing is saved."""
    return FIND in data and bool(str(data.get(WORDS, "")).strip())


def as_typed(data: QueryDict, several: Sequence[str]) -> dict[str, Any]:
    """What was typed, for a form to begin with; fields of `several` values are lists."""
    return {name: data.getlist(name) if name in several else data.get(name) for name in data}


def references_in(text: str) -> tuple[str, ...]:
    """References in any of the usual separators."""
    return tuple(part for part in re.split(r"[\s,;]+", text) if part)

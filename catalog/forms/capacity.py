"""Stock and capacity as people type them. `catalog.rules.capacity` judges."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from catalog.forms.refusals import RefusedForm
from catalog.queries.capacity.pages import PeriodLine, VariantCapacity
from marketplace.core.forms import TypedDecimalField
from marketplace.core.typed_numbers import editable_number


class _PeriodForm(RefusedForm):
    """When, and how much."""

    mostly_optional = True

    first_day = forms.DateField(label=_("From"), widget=forms.DateInput(attrs={"type": "date"}))
    last_day = forms.DateField(
        required=False,
        label=_("Until, included"),
        help_text=_("Empty: stock, it stays until it is sold."),
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    offered = TypedDecimalField(max_digits=14, decimal_places=3, min_value=Decimal(0), label=_("How much"))

    def days(self) -> tuple[date, date | None]:
        """The period. Call `is_valid()` first."""
        return self.cleaned_data["first_day"], self.cleaned_data["last_day"]


class NewCapacityForm(_PeriodForm):
    """A period more of one variant; the choice is shown where there are several."""

    def __init__(self, *args: Any, variants: Sequence[VariantCapacity], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(one.number, one.name) for one in variants if not one.is_withdrawn]
        field = forms.TypedChoiceField(coerce=int, choices=choices, label=_("Of what"))
        if len(choices) == 1:
            field.widget, field.initial = forms.HiddenInput(), choices[0][0]
        self.fields["variant"] = field

    def amount(self) -> Decimal:
        """What is offered in all."""
        return Decimal(self.cleaned_data["offered"])


class CapacityForm(_PeriodForm):
    """A period as it stands. Of stock one says what no order holds: whoever counts a shelf counts that.

    `taken` is what orders held when the page was made, so that what they took meanwhile is not offered again.
    """

    taken = TypedDecimalField(max_digits=14, decimal_places=3, min_value=Decimal(0), widget=forms.HiddenInput)

    def __init__(self, *args: Any, line: PeriodLine, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_stock = line.last_day is None
        self.initial.update(
            first_day=line.first_day,
            last_day=line.last_day,
            offered=editable_number(line.period.left if self.is_stock else line.period.offered),
            taken=editable_number(line.period.taken),
        )
        if self.is_stock:
            self.fields["offered"].label = _("Ready, and in no order")
        else:
            self.fields["offered"].label = _("Offered in all")
        if line.period.taken:
            for name in ("first_day", "last_day"):
                self.fields[name].disabled = True

    def amount(self) -> Decimal:
        """What is offered in all."""
        typed = Decimal(self.cleaned_data["offered"])
        return typed + self.cleaned_data["taken"] if self.is_stock else typed

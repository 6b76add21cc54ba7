"""Lead times by quantity and pauses, as people type them. `catalog.rules.lead_times` judges."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from catalog.forms.refusals import RefusedForm
from catalog.rules.lead_times import MAXIMUM_STEPS, WORDS_LENGTH, LeadStep, Pause
from marketplace.core.forms import TypedDecimalField
from marketplace.core.typed_numbers import editable_number


class LeadTimesForm(RefusedForm):
    """Rows of “from this quantity on, so many days”; `steps_<row>` is the quantity, `days_<row>` the days."""

    mostly_optional = True

    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, steps: tuple[LeadStep, ...] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for row in range(MAXIMUM_STEPS):
            self.fields[f"steps_{row}"] = TypedDecimalField(
                required=False, max_digits=14, decimal_places=3, label=_("From quantity")
            )
            self.fields[f"days_{row}"] = forms.IntegerField(required=False, label=_("Ready in (days)"))
        for row, step in enumerate(steps):
            self.initial[f"steps_{row}"] = editable_number(step.from_quantity)
            self.initial[f"days_{row}"] = step.days

    @property
    def rows(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """The grid, as bound fields."""
        return [(self[f"steps_{row}"], self[f"days_{row}"]) for row in range(MAXIMUM_STEPS)]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        for row in range(MAXIMUM_STEPS):
            pair = {name: data.get(name) for name in (f"steps_{row}", f"days_{row}")}
            if not self.errors.keys() & pair.keys() and len([v for v in pair.values() if v is not None]) == 1:
                missing = next(name for name, value in pair.items() if value is None)
                self.add_error(missing, _("A row has a quantity and days."))
        return data

    def steps(self) -> list[LeadStep | None]:
        """What was typed. Call `is_valid()` first."""
        data = self.cleaned_data
        return [
            None
            if data[f"steps_{row}"] is None
            else LeadStep(data[f"steps_{row}"], data[f"days_{row}"])
            for row in range(MAXIMUM_STEPS)
        ]  # fmt: skip


class PauseForm(RefusedForm):
    """When the company is away."""

    first_day = forms.DateField(label=_("First day"), widget=forms.DateInput(attrs={"type": "date"}))
    last_day = forms.DateField(label=_("Last day"), widget=forms.DateInput(attrs={"type": "date"}))
    takes_orders = forms.TypedChoiceField(
        choices=[
            ("1", _("Take orders; their lead time counts from the last day")),
            ("0", _("Take no orders")),
        ],
        coerce=lambda value: value == "1",
        initial="1",
        widget=forms.RadioSelect,
        label=_("Meanwhile"),
    )
    words = forms.CharField(
        required=False,
        max_length=WORDS_LENGTH,
        label=_("A sentence for buyers"),
        help_text=_("For example: The mill is closed for the harvest festival."),
    )

    def pause(self) -> Pause:
        """What was typed. Call `is_valid()` first."""
        data = self.cleaned_data
        return Pause(data["first_day"], data["last_day"], data["takes_orders"], data["words"])

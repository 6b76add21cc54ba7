"""The shape of input for one operator setting; its field fits the setting's kind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from marketplace.core.operator_settings import SettingKind, SettingLine, Value


class SettingForm(forms.Form):
    """A new value with a reason; `seen` is the value the operator looked at, against lost updates."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)
    reason = forms.CharField(
        label=_("Why"),
        help_text=_("Stays in the history beside your name."),
        max_length=500,
        widget=forms.Textarea,
    )
    value: forms.Field

    def __init__(self, line: SettingLine, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.line = line
        self.fields["value"] = _field(line)
        self.order_fields(["value", "reason", "seen"])
        self.initial = {"value": line.value, "seen": _as_text(line.value)}

    def seen_value(self) -> Value | None:
        """The value the form was rendered with, in the setting's own type; None when it did not say."""
        text = self.cleaned_data["seen"]
        if text == _as_text(self.line.value):
            return self.line.value
        return text or None


def setting_form(line: SettingLine, data: Mapping[str, Any] | None) -> SettingForm:
    """The form for this setting, bound when there is data."""
    return SettingForm(line, data)


def _as_text(value: Value) -> str:
    return f"{type(value).__name__}:{value}"


def _field(line: SettingLine) -> forms.Field:
    definition = line.definition
    label, help_text = str(definition.label), str(definition.help)
    if definition.kind is SettingKind.TEXT:
        return forms.CharField(label=label, help_text=help_text, max_length=500, required=False)
    if definition.kind is SettingKind.BOOLEAN:
        return forms.BooleanField(label=label, help_text=help_text, required=False)
    low = definition.minimum or 0
    return forms.IntegerField(label=label, help_text=help_text, min_value=low, max_value=definition.maximum)

"""What every form shares: an idempotency key, amounts in minor units, and errors put beside their field."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from marketplace.core.errors import DomainError
from marketplace.core.ids import new_key
from marketplace.core.money import MAXIMUM_MINOR, Money, exponent
from marketplace.core.typed_numbers import typed_decimal

QUANTITY_DIGITS = 12
QUANTITY_DECIMALS = 3
PERSONS_KEY = r"[A-Za-z0-9_-]{1,64}"
_PERSONS_KEY = re.compile(PERSONS_KEY)


def sent_key(text: str) -> str:
    """The idempotency key as a page or a program sent it; empty when it is none of a person's.

    Letters, digits, - and _ only: the marketplace's own keys carry a colon, and if a person could take one
    first, what the marketplace has to do under it (a refund, a payout) could never be done.
    """
    return text if _PERSONS_KEY.fullmatch(text) else ""


class KeyedForm(forms.Form):
    """A form whose second sending is a replay: the key is made when the page is rendered."""

    idempotency_key = forms.CharField(widget=forms.HiddenInput, max_length=64, required=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("idempotency_key", new_key())
        self.fields["idempotency_key"].error_messages["required"] = _(
            "Reload the page and send the form again."
        )

    @property
    def key(self) -> str:
        """The cleaned idempotency key."""
        return str(self.cleaned_data["idempotency_key"])

    def clean_idempotency_key(self) -> str:
        """Refuses what could be one of the marketplace's own keys."""
        key = sent_key(self.cleaned_data["idempotency_key"])
        if not key:
            raise ValidationError(_("Reload the page and send the form again."), code="required")
        return key


class TypedDecimalField(forms.DecimalField):
    """A number as people type it, with point or comma (`core.typed_numbers`).

    A text field: in one of type number a browser silently takes `2150,50` for 215050, or sends nothing.
    """

    widget = forms.TextInput

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.widget.attrs.setdefault("inputmode", "decimal")
        self.widget.attrs.setdefault("autocomplete", "off")

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]  # the stubs take it for a whole number
        if isinstance(value, str) and value.strip():
            try:
                value = typed_decimal(value)
            except ValueError:
                raise ValidationError(self.error_messages["invalid"], code="invalid") from None
        return super().to_python(value)


class QuantityField(TypedDecimalField):
    """A positive quantity with at most three decimals and twelve digits; refuses NaN, infinities and exponents."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_digits", QUANTITY_DIGITS)
        kwargs.setdefault("decimal_places", QUANTITY_DECIMALS)
        kwargs.setdefault("min_value", Decimal("0.001"))
        super().__init__(**kwargs)


class MoneyAmountField(TypedDecimalField):
    """An amount of a known currency, cleaned to `Money`; the page shows the currency beside the field."""

    def __init__(self, *, currency: str, allow_zero: bool = False, **kwargs: Any) -> None:
        self.currency = currency
        self.allow_zero = allow_zero
        decimals = exponent(currency)
        super().__init__(max_digits=15 + decimals, decimal_places=decimals, **kwargs)

    def clean(self, value: Any) -> Money | None:
        amount = super().clean(value)
        if amount is None:
            return None
        money = Money.from_decimal(amount, self.currency)
        if money.amount_minor < 0 or (money.is_zero and not self.allow_zero):
            raise ValidationError(_("Enter an amount above zero."), code="not_positive")
        if money.amount_minor > MAXIMUM_MINOR:
            raise ValidationError(_("This amount is too large."), code="too_large")
        return money


class _FilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files in one field, cleaned to a list; what they contain is judged when they are stored."""

    widget = _FilesInput

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        uploads = data if isinstance(data, list | tuple) else [data] if data else []
        if not uploads:
            super().clean(None, initial)
        return [super(FilesField, self).clean(upload, initial) for upload in uploads]


def add_domain_error(form: forms.BaseForm, error: DomainError) -> None:
    """Put a refusal beside the field it names, else on top of the form."""
    field = error.field if error.field in form.fields else None
    form.add_error(field, ValidationError(error.text, code=error.code))

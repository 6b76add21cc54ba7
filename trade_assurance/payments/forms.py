"""The shape of what people enter about payments. Persists nothing."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from marketplace.core.errors import Rejected
from marketplace.core.forms import KeyedForm, MoneyAmountField, TypedDecimalField
from marketplace.core.money import Money, currency_codes
from trade_assurance.payments.providers.base import MovementType
from trade_assurance.payments.queries.rehearsal import mishap_choices


class BankReceiptForm(KeyedForm):
    """Money of the bank statement for one payment."""

    received_on = forms.DateField(label=_("Arrived on"), widget=forms.DateInput(attrs={"type": "date"}))
    bank_reference = forms.CharField(
        label=_("Bank reference"),
        max_length=120,
        help_text=_("As it stands on the bank statement; it is recorded once."),
    )
    sender = forms.CharField(
        label=_("Sender"),
        max_length=200,
        required=False,
        help_text=_("Name and account the money came from: a refund goes back there."),
    )
    proof = forms.FileField(label=_("Proof"), help_text=_("The bank statement or advice, as PDF or picture."))
    field_order = ("amount", "received_on", "bank_reference", "sender", "proof")

    def __init__(self, *args: Any, missing: Money, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["amount"] = MoneyAmountField(
            currency=missing.currency,
            label=_("Amount that arrived"),
            help_text=_("Exactly what arrived, also when it is less or more than expected."),
        )
        if missing.is_positive:
            self.initial.setdefault("amount", missing.as_decimal())
        self.order_fields(self.field_order)


class BankRefundForm(KeyedForm):
    """A transfer back that was made."""

    bank_reference = forms.CharField(
        label=_("Bank reference"), max_length=120, help_text=_("Of the transfer you made.")
    )
    proof = forms.FileField(label=_("Proof"), help_text=_("The bank's confirmation, as PDF or picture."))


class FailureForm(KeyedForm):
    """A transfer that could not be made."""

    reason = forms.CharField(
        label=_("What went wrong"), max_length=300, widget=forms.Textarea(attrs={"rows": 3})
    )


class ReviewForm(forms.Form):
    """What an officer found."""

    note = forms.CharField(label=_("What it was"), max_length=2000, widget=forms.Textarea(attrs={"rows": 2}))


class MishapForm(forms.Form):
    """What shall go wrong next at the sandbox."""

    mishap = forms.ChoiceField(label=_("What shall go wrong"), choices=mishap_choices)


class SandboxMovementForm(forms.Form):
    """A line of the sandbox's account that nobody here asked for."""

    kind = forms.ChoiceField(
        label=_("What it is"),
        choices=[
            (MovementType.WITHDRAWAL, _("withdrawn to the marketplace's bank account")),
            (MovementType.FEE, _("a fee")),
            (MovementType.OTHER, _("something else")),
        ],
    )
    amount = TypedDecimalField(
        label=_("Amount"),
        max_digits=15,
        decimal_places=4,
        help_text=_("Negative: taken from the marketplace's balance. Positive: added to it."),
    )
    currency = forms.ChoiceField(
        label=_("Currency"), choices=lambda: [(code, code) for code in currency_codes()]
    )
    description = forms.CharField(label=_("Description"), max_length=300, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("currency", "USD")

    def clean(self) -> dict[str, Any]:
        """An amount of the currency, not zero."""
        data = super().clean() or {}
        if data.get("amount") is not None and data.get("currency"):
            try:
                self.money = Money.from_decimal(data["amount"], data["currency"])
            except Rejected as error:
                self.add_error("amount", error.text)
            else:
                if self.money.is_zero:
                    self.add_error("amount", _("Enter an amount other than zero."))
        return data

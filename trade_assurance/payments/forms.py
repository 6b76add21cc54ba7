"""The shape of what people enter about payments. Persists nothing."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from marketplace.core.forms import KeyedForm, MoneyAmountField
from marketplace.core.money import Money


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

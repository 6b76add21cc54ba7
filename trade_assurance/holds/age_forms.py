"""The shape of what people enter about money that a processor holds no longer, and about what came back. Persists nothing."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from marketplace.core.forms import KeyedForm, MoneyAmountField
from marketplace.core.money import Money
from trade_assurance.holds.states import AgeOutcome


class ConsentForm(KeyedForm):
    """A side's written consent: the name of who gives it, for the very text it has read."""

    typed_name = forms.CharField(label=_("Your full name, as your signature"), max_length=200)
    read_hash = forms.CharField(max_length=64, widget=forms.HiddenInput)


class MoveForm(KeyedForm):
    """Money that was withdrawn from a processor and has arrived at the marketplace's bank."""

    withdrawal_ref = forms.CharField(
        label=_("The processor's reference of the withdrawal"),
        max_length=120,
        help_text=_("Its line in the processor's account is matched by it."),
    )
    bank_reference = forms.CharField(
        label=_("Bank reference of the arrival"),
        max_length=120,
        help_text=_("As it stands on the bank statement."),
    )
    proof = forms.FileField(label=_("Proof"), help_text=_("The bank's confirmation, as PDF or picture."))

    def __init__(self, *args: Any, amount: Money, withdrawal: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields = {
            "amount": MoneyAmountField(currency=amount.currency, label=_("Amount that arrived")),
            **self.fields,
        }
        self.initial.setdefault("amount", amount.as_decimal())
        self.initial.setdefault("withdrawal_ref", withdrawal)


class AgeDecisionForm(KeyedForm):
    """To whom money goes that a processor holds no longer."""

    outcome = forms.ChoiceField(
        label=_("Your decision"), choices=AgeOutcome.choices, widget=forms.RadioSelect
    )
    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("Both sides read it."),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class AssignmentForm(KeyedForm):
    """Whose is what came back of a chargeback."""

    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("Both sides read it."),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, waits: Money, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields = {
            "to_supplier": MoneyAmountField(
                currency=waits.currency,
                allow_zero=True,
                label=_("To the supplier, for goods accepted"),
                help_text=_("Commission comes off it as off a release."),
            ),
            "to_buyer": MoneyAmountField(
                currency=waits.currency,
                allow_zero=True,
                label=_("To the buyer, by bank transfer"),
            ),
            **self.fields,
        }
        self.initial.setdefault("to_supplier", waits.as_decimal())
        self.initial.setdefault("to_buyer", Money.zero(waits.currency).as_decimal())

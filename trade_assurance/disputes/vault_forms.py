"""The shapes of an inspection: the proposal, and the report with what it cost."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from marketplace.core.errors import DomainError
from marketplace.core.forms import (
    FilesField,
    KeyedForm,
    MoneyAmountField,
    TypedDecimalField,
    add_domain_error,
)
from marketplace.core.money import MAXIMUM_MINOR, Money, currency_codes
from trade_assurance.disputes.operations.case import TEXT_LIMIT
from trade_assurance.disputes.operations.evidence import Upload
from trade_assurance.disputes.operations.inspections import INSPECTOR_LENGTH
from trade_assurance.disputes.states import Side


class InspectionForm(KeyedForm):
    """Who looks at what, for how much at most, and who pays the inspector first."""

    inspector = forms.CharField(
        label=_("Inspector"),
        max_length=INSPECTOR_LENGTH,
        help_text=_("The company that inspects, with its place."),
    )
    task = forms.CharField(
        label=_("What is inspected"), max_length=TEXT_LIMIT, widget=forms.Textarea(attrs={"rows": 3})
    )
    amount = TypedDecimalField(
        label=_("It costs at most"),
        min_value=0,
        max_digits=18,
    )
    currency = forms.ChoiceField(
        label=_("Currency"),
        help_text=_("In the order's own currency the cost is taken out of the money of the case."),
    )
    advanced_by = forms.ChoiceField(
        label=_("Who pays the inspector first"),
        choices=[(side.value, side.label) for side in (Side.BUYER, Side.SUPPLIER)],
    )

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", "inspection_%s")
        super().__init__(*args, **kwargs)
        field = self.fields["currency"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [(code, code) for code in currency_codes()]
        self.initial.setdefault("currency", currency)
        self.order_fields(["inspector", "task", "amount", "currency", "advanced_by"])

    def clean(self) -> dict[str, Any]:
        """The amount in its currency; refuses more decimals than that has."""
        data = super().clean() or {}
        amount, currency = data.get("amount"), data.get("currency")
        if amount is not None and currency:
            try:
                data["cost"] = Money.from_decimal(amount, currency)
            except DomainError as error:
                error.field = "amount"
                add_domain_error(self, error)
            else:
                if not 0 < data["cost"].amount_minor <= MAXIMUM_MINOR:
                    self.add_error("amount", _("Enter an amount above zero."))
        return data


class ReportForm(KeyedForm):
    """The inspector's report and what it cost."""

    note = forms.CharField(
        label=_("What did the inspector find?"),
        max_length=TEXT_LIMIT,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    attachments = FilesField(
        label=_("The report"), help_text=_("PDF or pictures, 25 MB each, ten at a time.")
    )

    def __init__(self, *args: Any, cost: Money, ref: str, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", f"{ref}_%s")
        super().__init__(*args, **kwargs)
        self.fields["spent"] = MoneyAmountField(
            currency=cost.currency, allow_zero=True, label=_("What it cost")
        )
        self.initial.setdefault("spent", cost.as_decimal())

    @property
    def uploads(self) -> list[Upload]:
        """The cleaned files, in the order given."""
        return list(self.cleaned_data.get("attachments") or [])

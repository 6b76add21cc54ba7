"""The shape of what finance officers enter about batches and bank statements. Persists nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from marketplace.core.forms import KeyedForm, MoneyAmountField
from marketplace.core.money import Money, currency_codes
from trade_assurance.payments.bank_files.csv_statement import COLUMNS, DATE_FORMATS, CsvLayout
from trade_assurance.payments.queries.batches import AccountLine


class BankDetailsForm(KeyedForm):
    """Where money goes: the sender of an unexpected transfer, a buyer who is refunded."""

    holder = forms.CharField(label=_("Account holder"), max_length=140)
    account_number = forms.CharField(
        label=_("IBAN or account number"), max_length=42, widget=forms.TextInput({"autocomplete": "off"})
    )
    bank_code = forms.CharField(
        label=_("BIC or bank code"), max_length=32, required=False, help_text=_("Not needed with an IBAN.")
    )
    bank_name = forms.CharField(label=_("Bank"), max_length=140, required=False)

    @property
    def details(self) -> dict[str, str]:
        """The cleaned account details."""
        return {
            name: self.cleaned_data[name] for name in ("holder", "account_number", "bank_code", "bank_name")
        }


class BankAccountForm(BankDetailsForm):
    """An account of the marketplace."""

    currency = forms.ChoiceField(label=_("Currency"))
    country = forms.CharField(
        label=_("Country of the bank"),
        min_length=2,
        max_length=2,
        help_text=_("Two letters, such as DE."),
    )
    field_order = ("currency", "holder", "bank_name", "account_number", "bank_code", "country")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["currency"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [(code, code) for code in currency_codes()]
        self.initial.setdefault("currency", "USD")

    def clean_country(self) -> str:
        """In capitals."""
        return str(self.cleaned_data["country"]).upper()


class ReturnForm(BankDetailsForm):
    """Money that goes back to its sender."""

    reason = forms.CharField(label=_("Why"), max_length=300)


class RefundDestinationForm(BankDetailsForm):
    """The account of a buyer whose refund nobody knew where to send."""


class BatchForm(KeyedForm):
    """Which transfers, from which account, on which day."""

    account = forms.ChoiceField(label=_("From the account"))
    execute_on = forms.DateField(label=_("The bank pays on"), widget=forms.DateInput(attrs={"type": "date"}))
    transfers = forms.TypedMultipleChoiceField(coerce=int, label=_("Transfers"))

    def __init__(
        self, *args: Any, accounts: Sequence[AccountLine], ids: Sequence[int], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        account, transfers = self.fields["account"], self.fields["transfers"]
        if isinstance(account, forms.ChoiceField) and isinstance(transfers, forms.ChoiceField):
            account.choices = [
                (row.ref, f"{row.bank_name} {row.number} ({row.currency})") for row in accounts
            ]
            transfers.choices = [(pk, str(pk)) for pk in ids]


class OutcomeForm(KeyedForm):
    """What became of some transfers of a batch."""

    lines = forms.TypedMultipleChoiceField(
        coerce=int, label=_("Transfers"), widget=forms.CheckboxSelectMultiple
    )
    outcome = forms.ChoiceField(
        label=_("What the bank did"),
        choices=[("paid", _("The bank paid them")), ("failed", _("The bank did not pay them"))],
        widget=forms.RadioSelect,
        initial="paid",
    )
    bank_reference = forms.CharField(
        label=_("The bank's reference"),
        max_length=120,
        required=False,
        help_text=_("As it stands on the statement, when it paid."),
    )
    proof = forms.FileField(
        label=_("Proof"),
        required=False,
        help_text=_("The bank's confirmation as PDF or picture, when it paid."),
    )
    reason = forms.CharField(
        label=_("What went wrong"),
        max_length=300,
        required=False,
        help_text=_("When it did not pay; suppliers and buyers read it."),
    )

    def __init__(self, *args: Any, choices: Sequence[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["lines"]
        if isinstance(field, forms.ChoiceField):
            field.choices = list(choices)


class SaidForm(KeyedForm):
    """A reason, for the record."""

    reason = forms.CharField(label=_("Why"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))


class AssignForm(KeyedForm):
    """What a line is for."""

    target = forms.CharField(
        label=_("Reference"),
        max_length=64,
        help_text=_(
            "Of a payment (PT-…), a payout (pyo_…), a refund (rfd_…), a return (ret_…) or a batch (bat_…)."
        ),
    )
    reason = forms.CharField(
        label=_("How you know"), max_length=300, widget=forms.Textarea(attrs={"rows": 2})
    )


class SplitForm(KeyedForm):
    """How much of a line is for which payment; rows left empty do not count."""

    def __init__(self, *args: Any, currency: str, rows: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rows = rows
        for number in range(1, rows + 1):
            self.fields[f"target_{number}"] = forms.CharField(
                label=_("Payment %(number)d") % {"number": number},
                max_length=64,
                required=False,
                widget=forms.TextInput(attrs={"placeholder": "PT-…"}),
            )
            self.fields[f"amount_{number}"] = MoneyAmountField(
                currency=currency, label=_("Amount %(number)d") % {"number": number}, required=False
            )
        self.fields["reason"] = forms.CharField(
            label=_("How you know"), max_length=300, widget=forms.Textarea(attrs={"rows": 2})
        )

    def clean(self) -> dict[str, Any]:
        """A row is both of its fields or none."""
        data = super().clean() or {}
        for number in range(1, self.rows + 1):
            target, amount = data.get(f"target_{number}"), data.get(f"amount_{number}")
            if bool(target) != (amount is not None) and not {f"target_{number}", f"amount_{number}"} & set(
                self.errors
            ):
                missing = "amount" if target else "target"
                self.add_error(f"{missing}_{number}", _("Enter the payment and its amount, or neither."))
        return data

    @property
    def parts(self) -> list[tuple[str, Money, str]]:
        """The rows that were filled in: reference, amount, and the field that named it."""
        names = [f"target_{row}" for row in range(1, self.rows + 1)]
        data = self.cleaned_data
        return [(data[name], data[name.replace("target", "amount")], name) for name in names if data[name]]


class StatementForm(KeyedForm):
    """A statement file."""

    upload = forms.FileField(
        label=_("Statement"), help_text=_("CAMT.053 (XML) if your bank offers it, else CSV. At most 10 MB.")
    )
    account = forms.ChoiceField(
        label=_("Account"), required=False, help_text=_("For CSV only: CAMT.053 names its account.")
    )

    def __init__(self, *args: Any, accounts: Sequence[AccountLine], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["account"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [(row.ref, f"{row.bank_name} {row.number} ({row.currency})") for row in accounts]


class LayoutForm(forms.Form):
    """Which column of a CSV is what."""

    date_format = forms.ChoiceField(label=_("Days are written like"), choices=list(DATE_FORMATS.items()))
    decimal = forms.ChoiceField(
        label=_("Decimals are written with"),
        choices=[(",", _("a comma: 1.234,56")), (".", _("a point: 1,234.56"))],
    )

    def __init__(self, *args: Any, head: Sequence[str], proposal: CsvLayout, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", _("not in this file")), *((name, name) for name in head)]
        for name, (label, _words) in COLUMNS.items():
            field = forms.ChoiceField(label=str(label), choices=choices, required=name == "booked_on")
            field.initial = proposal.columns.get(name, "")
            self.fields[name] = field
        self.initial.setdefault("date_format", proposal.date_format)
        self.initial.setdefault("decimal", proposal.decimal)
        self.order_fields([*COLUMNS, "date_format", "decimal"])

    @property
    def layout(self) -> CsvLayout:
        """The layout as it was named."""
        data = self.cleaned_data
        columns = {name: data[name] for name in COLUMNS if data.get(name)}
        return CsvLayout(columns, data["date_format"], data["decimal"])

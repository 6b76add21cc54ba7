"""The shape of what people enter about held money and payouts. Persists nothing."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from marketplace.core.forms import KeyedForm, MoneyAmountField, QuantityField, TypedDecimalField
from marketplace.core.money import Money, currency_codes
from orders.operations import LineCut, MeasuredLine
from orders.queries import LineView, PackedView
from trade_assurance.holds.operations import BankDetails
from trade_assurance.holds.states import CorrectionTarget
from trade_assurance.payments.queries import pay_out_choices


class ReasonForm(KeyedForm):
    """Why; the other side reads it."""

    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("The other side reads it."),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class OptionalReasonForm(KeyedForm):
    """Why, if there is something to say; the other side reads it."""

    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("The other side reads it."),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class WeightsForm(KeyedForm):
    """What the weight certificate says of each line that is sold by weight or measure."""

    is_last = forms.BooleanField(
        label=_("These are the last goods of these lines"),
        required=False,
        initial=True,
        help_text=_("What is missing then settles by itself. Leave it empty when another shipment follows."),
    )
    upload = forms.FileField(
        label=_("Weight certificate"),
        help_text=_("PDF or picture, at most 25 MB. Both sides can read it."),
        allow_empty_file=True,
    )

    def __init__(self, *args: Any, lines: Sequence[PackedView], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lines = lines
        for line in lines:
            self.fields[f"measured_{line.line_id}"] = QuantityField(
                label=_("Quantity on the certificate"), required=False
            )

    def rows(self) -> list[dict[str, Any]]:
        """Each line with its field."""
        return [{"line": line, "measured": self[f"measured_{line.line_id}"]} for line in self.lines]

    def measured(self) -> list[MeasuredLine]:
        """What was typed; an empty field says nothing about its line."""
        typed = {line.line_id: self.cleaned_data.get(f"measured_{line.line_id}") for line in self.lines}
        return [MeasuredLine(line_id, quantity) for line_id, quantity in typed.items() if quantity]


class ChangeForm(KeyedForm):
    """Fewer goods or a lower price for what has not left; an empty field leaves a line as it is."""

    note = forms.CharField(
        label=_("Note to the other side"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, lines: Sequence[LineView], currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lines = [line for line in lines if line.rest > 0 or self.is_bound]
        self.fields["freight_off"] = MoneyAmountField(
            currency=currency,
            allow_zero=True,
            required=False,
            label=_("Less freight"),
            help_text=_("Beyond the share that goes with cancelled goods."),
        )
        for line in self.lines:
            self.fields[f"cancel_{line.id}"] = QuantityField(
                label=_("Cancel"), required=False, min_value=Decimal(0)
            )
            self.fields[f"unit_price_{line.id}"] = TypedDecimalField(
                label=_("New unit price"),
                required=False,
                min_value=Decimal(0),
                max_digits=18,
                decimal_places=6,
            )
            self.fields[f"discount_bps_{line.id}"] = TypedDecimalField(
                label=_("New discount"),
                required=False,
                min_value=Decimal(0),
                max_value=Decimal(100),
                decimal_places=2,
            )

    def rows(self) -> list[dict[str, Any]]:
        """Each line that can still change, with its three fields."""
        return [
            {
                "line": line,
                "cancel": self[f"cancel_{line.id}"],
                "unit_price": self[f"unit_price_{line.id}"],
                "discount": self[f"discount_bps_{line.id}"],
            }
            for line in self.lines
        ]

    def cuts(self) -> list[LineCut]:
        """What was typed, line by line."""
        data = self.cleaned_data
        cuts = []
        for line in self.lines:
            discount = data.get(f"discount_bps_{line.id}")
            cuts.append(
                LineCut(
                    line.id,
                    data.get(f"cancel_{line.id}") or Decimal(0),
                    data.get(f"unit_price_{line.id}"),
                    None if discount is None else int(discount.scaleb(2)),
                )
            )
        return cuts

    def freight_off(self) -> Money | None:
        """How much freight is taken off."""
        amount = self.cleaned_data.get("freight_off")
        return amount if isinstance(amount, Money) else None


class PostponeForm(KeyedForm):
    """Until when the supplier has time."""

    to_date = forms.DateField(label=_("Until the end of"), widget=forms.DateInput(attrs={"type": "date"}))


class PayForm(KeyedForm):
    """The way of paying, how much of it now, and what becomes of too much."""

    provider = forms.ChoiceField(label=_("How do you want to pay?"), widget=forms.RadioSelect)
    keep_excess = forms.BooleanField(
        label=_("If I transfer more than is due, keep the rest as my credit"),
        required=False,
        help_text=_("By bank transfer only. Otherwise what is too much goes back to you by itself."),
    )

    def __init__(
        self,
        *args: Any,
        choices: list[tuple[str, str]],
        manual: Collection[str],
        currency: str,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self._manual = manual
        self.fields["amount"] = MoneyAmountField(
            currency=currency,
            label=_("Amount now"),
            required=False,
            help_text=_("Left empty: all of it. A card may take a part of a large payment."),
        )
        field = self.fields["provider"]
        if isinstance(field, forms.ChoiceField):
            field.choices = choices
        if len(choices) == 1:
            self.initial["provider"] = choices[0][0]

    @property
    def wants_credit(self) -> bool:
        """Whether too much becomes credit: chosen, and by a rail that can."""
        return bool(self.cleaned_data["keep_excess"]) and self.cleaned_data["provider"] in self._manual


class UnpaidCancelForm(KeyedForm):
    """How much of what is held the supplier keeps, and why."""

    reason = forms.CharField(
        label=_("What the delay has cost you"),
        help_text=_("The buyer reads it, and an officer if the buyer objects."),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, held: Money, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["keeps"] = MoneyAmountField(
            currency=held.currency,
            allow_zero=True,
            label=_("You keep of the deposit"),
            help_text=_("Everything above it goes back to the buyer at once. Zero ends the order at once."),
        )
        self.initial.setdefault("keeps", held.as_decimal())


class PayoutForm(KeyedForm):
    """How much of a balance goes to the bank."""

    def __init__(self, *args: Any, available: Money, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["amount"] = MoneyAmountField(currency=available.currency, label=_("Amount"))
        if available.is_positive:
            self.initial.setdefault("amount", available.as_decimal())


class PayoutAccountForm(forms.Form):
    """Where payouts of a currency go. What is needed depends on the way; `set_payout_account` says what is missing."""

    mostly_optional = True

    currency = forms.ChoiceField(label=_("Currency"))
    provider = forms.ChoiceField(label=_("How"))
    holder = forms.CharField(label=_("Account holder"), max_length=200, required=False)
    bank_name = forms.CharField(label=_("Bank"), max_length=200, required=False)
    account_number = forms.CharField(
        label=_("Account number or IBAN"),
        max_length=64,
        required=False,
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    bank_code = forms.CharField(
        label=_("BIC or routing code"),
        max_length=32,
        required=False,
        help_text=_("Needed for most countries."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        currency, provider = self.fields["currency"], self.fields["provider"]
        if isinstance(currency, forms.ChoiceField) and isinstance(provider, forms.ChoiceField):
            currency.choices = [(code, code) for code in currency_codes()]
            provider.choices = [(choice.name, choice.label) for choice in pay_out_choices()]
        self.initial.setdefault("currency", "USD")
        self.initial.setdefault("provider", "bank_transfer")

    @property
    def details(self) -> BankDetails:
        """The cleaned bank details."""
        data = self.cleaned_data
        return BankDetails(data["holder"], data["bank_name"], data["account_number"], data["bank_code"])


class EvidenceForm(KeyedForm):
    """What is sent to a payer's bank, once."""

    note = forms.CharField(
        label=_("What the bank should know besides"),
        help_text=_("In English: a bank's officer reads it. The facts of the trade are sent by themselves."),
        max_length=5_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    documents = forms.MultipleChoiceField(
        label=_("Documents to send"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, papers: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["documents"]
        if isinstance(field, forms.MultipleChoiceField):
            field.choices = papers
        if not papers:
            del self.fields["documents"]


class ReserveForm(KeyedForm):
    """How much of a supplier's releases is kept back, and how long."""

    share = TypedDecimalField(
        label=_("Share of each release, in percent"),
        help_text=_("0 ends the reserve; what is kept already stays until its day."),
        min_value=0,
        max_value=100,
        max_digits=5,
        decimal_places=2,
    )
    days = forms.IntegerField(label=_("Days it is kept"), min_value=0, max_value=365)
    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("The supplier reads it."),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    @property
    def bps(self) -> int:
        """The share in basis points."""
        return int(self.cleaned_data["share"] * 100)


class WriteOffForm(KeyedForm):
    """How much the marketplace bears itself."""

    reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, left: Money, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields = {
            "amount": MoneyAmountField(currency=left.currency, label=_("Amount")),
            **self.fields,
        }
        self.initial.setdefault("amount", left.as_decimal())


class TransferForm(KeyedForm):
    """A transfer to a supplier that was made."""

    reference = forms.CharField(
        label=_("Bank reference"), max_length=120, help_text=_("Of the transfer you made.")
    )
    proof = forms.FileField(label=_("Proof"), help_text=_("The bank's confirmation, as PDF or picture."))


class NoteForm(KeyedForm):
    """What was found out about a difference."""

    text = forms.CharField(label=_("Note"), max_length=2000, widget=forms.Textarea(attrs={"rows": 2}))


class ExplanationForm(KeyedForm):
    """Why a difference is none."""

    movement = forms.CharField(
        label=_("The provider's movement that was missed"),
        max_length=120,
        required=False,
        help_text=_("Its reference in the provider's account. It must leave no difference."),
    )
    reason = forms.CharField(
        label=_("How you know"), max_length=1000, widget=forms.Textarea(attrs={"rows": 2})
    )


class CorrectionForm(KeyedForm):
    """What a difference is booked as."""

    target = forms.ChoiceField(
        label=_("Book the difference as"), choices=CorrectionTarget.choices, widget=forms.RadioSelect
    )
    reason = forms.CharField(label=_("Why"), max_length=1000, widget=forms.Textarea(attrs={"rows": 2}))


class RefusalForm(KeyedForm):
    """Why a proposal is turned down."""

    reason = forms.CharField(label=_("Why not"), max_length=1000, widget=forms.Textarea(attrs={"rows": 2}))

"""The shape of what people enter about cases. Persists nothing."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from marketplace.core.forms import FilesField, KeyedForm, MoneyAmountField, QuantityField
from marketplace.core.money import Money
from trade_assurance.disputes.operations import ClaimedLine
from trade_assurance.disputes.operations.case import TEXT_LIMIT
from trade_assurance.disputes.operations.evidence import Upload
from trade_assurance.disputes.queries.claim import ClaimableLine, ClaimPage
from trade_assurance.disputes.queries.judging import Colleague
from trade_assurance.disputes.rules.offers import OFFER_AT_MOST_DAYS
from trade_assurance.disputes.states import Clause, OfferKind, Reason, Side


class DayField(forms.DateField):
    """A day, typed or picked."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
        super().__init__(**kwargs)


def _text(label: Any, *, rows: int = 3, help_text: Any = "", required: bool = True) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        required=required,
        max_length=TEXT_LIMIT,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


class ClaimForm(KeyedForm):
    """Reason, clause, how much of which line, amount, words and files. A line's field is `quantity_<id>`."""

    reason = forms.ChoiceField(label=_("What is wrong?"), choices=Reason.choices)
    clause = forms.ChoiceField(label=_("Which part of the contract?"), choices=Clause.choices)
    shipment = forms.CharField(required=False, max_length=32, widget=forms.HiddenInput)
    statement = _text(
        _("What happened?"),
        rows=6,
        help_text=_("Facts, numbers and dates. The supplier and, if needed, the officer read it."),
    )
    attachments = FilesField(
        label=_("Photographs and papers"), required=False, help_text=_("PDF or pictures, 25 MB each.")
    )

    def __init__(self, *args: Any, page: ClaimPage, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.page = page
        self.initial.setdefault("shipment", page.shipment_ref)
        for line in page.open_lines:
            self.fields[self.name_of(line)] = QuantityField(
                label=_("How much is affected?"), required=False, min_value=Decimal(0), max_value=line.most
            )
        self.fields["amount"] = MoneyAmountField(
            currency=page.claimable.currency,
            label=_("How much do you claim?"),
            help_text=_("Only this amount is frozen; the rest of the order goes on."),
        )

    @staticmethod
    def name_of(line: ClaimableLine) -> str:
        """The name of a line's field."""
        return f"quantity_{line.id}"

    @property
    def rows(self) -> Sequence[tuple[ClaimableLine, forms.BoundField]]:
        """The lines with their fields, for the page."""
        return [(line, self[self.name_of(line)]) for line in self.page.open_lines]

    @property
    def quantities(self) -> list[tuple[int, Decimal]]:
        """The quantities typed (line id, quantity), without those left empty or zero."""
        typed = [(line.id, self.cleaned_data.get(self.name_of(line))) for line in self.page.open_lines]
        return [(pk, quantity) for pk, quantity in typed if quantity]

    @property
    def lines(self) -> list[ClaimedLine]:
        """The lines named; none typed means all of every line that no open claim names."""
        named = self.quantities or [(line.id, line.most) for line in self.page.open_lines]
        return [ClaimedLine(pk, quantity) for pk, quantity in named]

    @property
    def uploads(self) -> Sequence[Upload]:
        """The cleaned files, in the order given."""
        return list(self.cleaned_data.get("attachments") or [])


class OfferForm(KeyedForm):
    """What a side proposes: fields that do not belong to the chosen kind are left out by the page and here."""

    kind = forms.ChoiceField(
        label=_("What do you offer?"),
        choices=OfferKind.choices,
        required=False,
        initial=OfferKind.REFUND_AMOUNT,
        widget=forms.RadioSelect,
    )
    return_paid_by = forms.ChoiceField(
        label=_("Who pays for the return?"),
        required=False,
        choices=[(Side.SUPPLIER.value, Side.SUPPLIER.label), (Side.BUYER.value, Side.BUYER.label)],
    )
    due_on = DayField(label=_("By which day?"), required=False)
    valid_days = forms.IntegerField(
        label=_("Stands for so many days"),
        required=False,
        min_value=1,
        max_value=OFFER_AT_MOST_DAYS,
        initial=3,
    )
    note = _text(_("Note"), rows=2, required=False)
    mostly_optional = True
    field_order = ("kind", "refund", "discount", "return_paid_by", "due_on", "valid_days", "note")

    def __init__(self, *args: Any, claimed: Money, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", "offer_%s")
        super().__init__(*args, **kwargs)
        currency = claimed.currency
        self.fields["refund"] = MoneyAmountField(
            currency=currency, allow_zero=True, required=False, label=_("Refund to the buyer")
        )
        self.fields["discount"] = MoneyAmountField(
            currency=currency, required=False, label=_("Off the next order")
        )
        self.nothing = Money.zero(currency)
        self.order_fields(self.field_order)

    @property
    def terms(self) -> dict[str, Any]:
        """What the operation takes, without what the kind does not know."""
        data = self.cleaned_data
        kind = data["kind"] or OfferKind.REFUND_AMOUNT
        discounts = kind == OfferKind.DISCOUNT_NEXT_ORDER
        conditional = kind in (OfferKind.RETURN_AND_REFUND, OfferKind.REPLACE)
        return {
            "kind": kind,
            "refund": self._amount("refund") if not discounts else self.nothing,
            "discount": self._amount("discount") if discounts else self.nothing,
            "return_paid_by": data["return_paid_by"] if kind == OfferKind.RETURN_AND_REFUND else "",
            "due_on": data["due_on"] if conditional or discounts else None,
            "valid_days": data["valid_days"],
            "note": data["note"],
        }

    def _amount(self, name: str) -> Money:
        amount = self.cleaned_data.get(name)
        return amount if isinstance(amount, Money) else self.nothing


class RangeForm(KeyedForm):
    """One amount that only the own side ever reads."""

    def __init__(self, *args: Any, claimed: Money, buys: bool, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", "range_%s")
        super().__init__(*args, **kwargs)
        label = _("The least refund you would take") if buys else _("The most you would refund")
        self.fields["bound"] = MoneyAmountField(currency=claimed.currency, label=label)


class SendForm(KeyedForm):
    """The goods are on their way."""

    carrier = forms.CharField(label=_("Carrier"), max_length=80)
    tracking_number = forms.CharField(label=_("Tracking number"), max_length=64)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", "send_%s")
        super().__init__(*args, **kwargs)


class TextForm(KeyedForm):
    """One text; what it is called depends on the step."""

    def __init__(self, *args: Any, label: Any, help_text: Any = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"] = _text(label, rows=4, help_text=help_text)


class MessageForm(KeyedForm):
    """A message of the thread."""

    text = _text(_("Message"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", "message_%s")
        super().__init__(*args, **kwargs)


class EvidenceForm(KeyedForm):
    """A note and what proves it. Its fields' ids differ from the offer's, which stands on the same page."""

    note = _text(_("What does it show?"))
    attachments = FilesField(
        label=_("Files"), required=False, help_text=_("PDF or pictures, 25 MB each, ten at a time.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", "evidence_%s")
        super().__init__(*args, **kwargs)

    @property
    def uploads(self) -> Sequence[Upload]:
        """The cleaned files, in the order given."""
        return list(self.cleaned_data.get("attachments") or [])


class PauseForm(KeyedForm):
    """Why the clocks stand still, and for how long at most."""

    reason = _text(_("Reason"), help_text=_("Both sides read it."))
    days = forms.IntegerField(label=_("For at most so many days"), min_value=1, max_value=90)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", "pause_%s")
        super().__init__(*args, **kwargs)


class AssignForm(KeyedForm):
    """Which colleague gets the case."""

    officer = forms.TypedChoiceField(label=_("Colleague"), coerce=int)

    def __init__(self, *args: Any, colleagues: Sequence[Colleague], **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", "assign_%s")
        super().__init__(*args, **kwargs)
        field = self.fields["officer"]
        if isinstance(field, forms.TypedChoiceField):
            field.choices = [(str(person.user_id), person.name) for person in colleagues]

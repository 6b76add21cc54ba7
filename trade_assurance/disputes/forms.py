"""The shape of what people enter about cases. Persists nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from marketplace.core.forms import FilesField, KeyedForm, MoneyAmountField
from marketplace.core.money import Money
from trade_assurance.disputes.operations.case import TEXT_LIMIT
from trade_assurance.disputes.operations.evidence import Upload
from trade_assurance.disputes.states import Clause, Reason


class ClaimForm(KeyedForm):
    """Reason, clause, amount, words and files."""

    reason = forms.ChoiceField(label=_("What is wrong?"), choices=Reason.choices)
    clause = forms.ChoiceField(label=_("Which part of the contract?"), choices=Clause.choices)
    statement = forms.CharField(
        label=_("What happened?"),
        help_text=_("Facts, numbers and dates. The supplier and, if needed, the officer read it."),
        max_length=TEXT_LIMIT,
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    attachments = FilesField(
        label=_("Photographs and papers"), required=False, help_text=_("PDF or pictures, 25 MB each.")
    )
    field_order = ("reason", "clause", "amount", "statement", "attachments")

    def __init__(self, *args: Any, claimable: Money, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["amount"] = MoneyAmountField(
            currency=claimable.currency,
            label=_("How much do you claim?"),
            help_text=_("Only this amount is frozen; the rest of the order goes on."),
        )
        self.order_fields(self.field_order)

    @property
    def uploads(self) -> Sequence[Upload]:
        """The cleaned files, in the order given."""
        return list(self.cleaned_data.get("attachments") or [])


class OfferForm(KeyedForm):
    """How much of the claim is refunded, and why."""

    note = forms.CharField(
        label=_("Note"), max_length=TEXT_LIMIT, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    field_order = ("refund", "note")

    def __init__(self, *args: Any, claimed: Money, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", "offer_%s")
        super().__init__(*args, **kwargs)
        self.fields["refund"] = MoneyAmountField(currency=claimed.currency, label=_("Refund to the buyer"))
        self.order_fields(self.field_order)


class MessageForm(KeyedForm):
    """A message of the thread."""

    text = forms.CharField(
        label=_("Message"), max_length=TEXT_LIMIT, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", "message_%s")
        super().__init__(*args, **kwargs)


class EvidenceForm(KeyedForm):
    """A note and what proves it. Its fields' ids differ from the offer's, which stands on the same page."""

    note = forms.CharField(
        label=_("What does it show?"), max_length=TEXT_LIMIT, widget=forms.Textarea(attrs={"rows": 3})
    )
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


class DecisionForm(KeyedForm):
    """The officer's split with reasons. `confirmed` is set by the page that has shown the effect."""

    reasons = forms.CharField(
        label=_("Reasons"),
        help_text=_("Both sides read them: which clause, which evidence, how the amounts follow."),
        max_length=TEXT_LIMIT,
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    field_order = ("refund", "release", "reasons")

    def __init__(self, *args: Any, claimed: Money, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["refund"] = MoneyAmountField(
            currency=claimed.currency, allow_zero=True, label=_("Refund to the buyer")
        )
        self.fields["release"] = MoneyAmountField(
            currency=claimed.currency,
            allow_zero=True,
            label=_("Release to the supplier"),
            help_text=_("What is in neither stays held and goes on with the trade."),
        )
        self.order_fields(self.field_order)


class StrikeAppealForm(KeyedForm):
    """Why a strike is wrong. Its ids carry the strike, as several stand on one page."""

    text = forms.CharField(
        label=_("Why is this strike wrong?"),
        help_text=_("Facts, numbers and dates; an officer reads it beside the order."),
        max_length=TEXT_LIMIT,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, *args: Any, strike: str, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", f"{strike}_%s")
        super().__init__(*args, **kwargs)


class StrikeAnswerForm(KeyedForm):
    """Lift a strike, or turn its appeal down, with reasons the supplier reads."""

    outcome = forms.ChoiceField(
        label=_("Answer"),
        choices=[("lift", _("Lift the strike")), ("uphold", _("Turn the appeal down"))],
        widget=forms.RadioSelect,
    )
    reasons = forms.CharField(
        label=_("Reasons"), max_length=TEXT_LIMIT, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, strike: str, appealed: bool = True, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", f"{strike}_%s")
        super().__init__(*args, **kwargs)
        if not appealed:  # there is nothing to turn down
            self.fields["outcome"].widget = forms.HiddenInput()
            self.initial.setdefault("outcome", "lift")

"""The shape of a decision: a split per claimed line (one line: of the whole), with reasons."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from marketplace.core.forms import KeyedForm, MoneyAmountField
from marketplace.core.money import Money, sum_money
from trade_assurance.disputes.operations.case import TEXT_LIMIT
from trade_assurance.disputes.queries.case import NamedLine
from trade_assurance.disputes.rules.splits import LineSplit


class DecisionForm(KeyedForm):
    """The officer's split with reasons. `confirmed` is set by the page that has shown the effect.

    With several lines each has its own pair of fields, `refund_<id>` and `release_<id>`.
    """

    reasons = forms.CharField(
        label=_("Reasons"),
        help_text=_("Both sides read them: which clause, which evidence, how the amounts follow."),
        max_length=TEXT_LIMIT,
        widget=forms.Textarea(attrs={"rows": 6}),
    )

    def __init__(self, *args: Any, claimed: Money, lines: Sequence[NamedLine], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.currency = claimed.currency
        self.claim_lines = lines if len(lines) > 1 else ()
        for name, label, help_text in (
            ("refund", _("Refund to the buyer"), ""),
            (
                "release",
                _("Release to the supplier"),
                _("What is in neither stays held and goes on with the trade."),
            ),
        ):
            for suffix in [f"_{line.id}" for line in self.claim_lines] or [""]:
                self.fields[f"{name}{suffix}"] = MoneyAmountField(
                    currency=self.currency,
                    allow_zero=True,
                    required=not self.claim_lines,
                    label=label,
                    help_text="" if self.claim_lines else help_text,
                )

    @property
    def rows(self) -> Sequence[tuple[NamedLine, forms.BoundField, forms.BoundField]]:
        """Each claimed line with its two fields; empty when there is one line only."""
        return [(line, self[f"refund_{line.id}"], self[f"release_{line.id}"]) for line in self.claim_lines]

    @property
    def refund(self) -> Money:
        """The whole refund."""
        return self._sum("refund")

    @property
    def release(self) -> Money:
        """The whole release."""
        return self._sum("release")

    @property
    def splits(self) -> list[LineSplit]:
        """The split per line; empty when there is one line only."""
        return [
            LineSplit(line.id, self._amount(f"refund_{line.id}"), self._amount(f"release_{line.id}"))
            for line in self.claim_lines
        ]

    def _sum(self, name: str) -> Money:
        names = [f"{name}_{line.id}" for line in self.claim_lines] or [name]
        return sum_money([self._amount(field) for field in names], self.currency)

    def _amount(self, name: str) -> Money:
        amount = self.cleaned_data.get(name)
        return amount if isinstance(amount, Money) else Money.zero(self.currency)

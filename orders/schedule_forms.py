"""The shape of a payment schedule as people enter it: up to six rows. What is right is said by the operations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from marketplace.core.forms import KeyedForm, TypedDecimalField
from orders.operations.schedules import NAME_LIMIT
from orders.queries import TemplateView
from orders.rules.schedule import MILESTONE_LIMIT, TITLE_LIMIT, ScheduledMilestone, TemplateMilestone
from orders.states import FundOn, ReleaseOn

AS_IT_STANDS: Final = ""
OWN: Final = "own"


@dataclass(frozen=True, slots=True)
class RowFields:
    """The bound fields of one payment."""

    number: int
    title: forms.BoundField
    share: forms.BoundField
    fund_on: forms.BoundField
    when: forms.BoundField
    release_on: forms.BoundField


class ScheduleRows(KeyedForm):
    """Six rows of a schedule; one without a share is none. `dated`: a payment on a date has a day, else days."""

    dated = False
    mostly_optional = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number in range(1, MILESTONE_LIMIT + 1):
            self.fields[f"title_{number}"] = forms.CharField(
                label=_("Name"), max_length=TITLE_LIMIT, required=False
            )
            self.fields[f"share_{number}"] = TypedDecimalField(
                label=_("Share"),
                min_value=Decimal(0),
                max_value=Decimal(100),
                decimal_places=2,
                required=False,
            )
            self.fields[f"fund_on_{number}"] = forms.ChoiceField(
                label=_("Paid"), choices=FundOn.choices, required=False
            )
            self.fields[f"when_{number}"] = self._when()
            self.fields[f"release_on_{number}"] = forms.ChoiceField(
                label=_("Released"),
                choices=ReleaseOn.choices,
                required=False,
                initial=ReleaseOn.ACCEPTANCE.value,
            )

    def _when(self) -> forms.Field:
        if self.dated:
            return forms.DateField(
                label=_("Date"),
                required=False,
                widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            )
        return forms.IntegerField(label=_("Days after the order"), min_value=1, max_value=365, required=False)

    def schedule_rows(self) -> list[RowFields]:
        """Each payment with its fields, for the page."""
        return [
            RowFields(
                number,
                self[f"title_{number}"],
                self[f"share_{number}"],
                self[f"fund_on_{number}"],
                self[f"when_{number}"],
                self[f"release_on_{number}"],
            )
            for number in range(1, MILESTONE_LIMIT + 1)
        ]

    def typed(self) -> list[dict[str, Any]]:
        """The rows that have a share, in their order."""
        data = self.cleaned_data
        return [
            {
                "title": data[f"title_{number}"],
                "share_bps": int(data[f"share_{number}"].scaleb(2)),
                "fund_on": data[f"fund_on_{number}"],
                "when": data[f"when_{number}"] if data[f"fund_on_{number}"] == FundOn.DATE else None,
                "release_on": data[f"release_on_{number}"],
            }
            for number in range(1, MILESTONE_LIMIT + 1)
            if data.get(f"share_{number}")
        ]


class TemplateForm(ScheduleRows):
    """A schedule a supplier keeps ready."""

    name = forms.CharField(label=_("Name of the schedule"), max_length=NAME_LIMIT)
    field_order = ("name",)

    def milestones(self) -> list[TemplateMilestone]:
        """As typed."""
        return [
            TemplateMilestone(row["title"], row["share_bps"], row["fund_on"], row["when"], row["release_on"])
            for row in self.typed()
        ]


class ScheduleChoice(ScheduleRows):
    """A schedule for one order: as it stands, one of the templates, or one of its own."""

    dated = True

    def __init__(self, *args: Any, templates: Sequence[TemplateView], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.templates = {template.ref: template for template in templates}
        self.fields["schedule"] = forms.ChoiceField(
            label=_("Payment schedule"),
            required=False,
            choices=[
                (AS_IT_STANDS, _("As it stands")),
                *((template.ref, template.name) for template in templates),
                (OWN, _("Another, as typed below")),
            ],
        )

    def chosen(self, *, placed_on: Any, ship_by: Any) -> list[ScheduledMilestone] | None:
        """The schedule chosen; None when it stays as it stands."""
        choice = self.cleaned_data["schedule"]
        if choice == AS_IT_STANDS:
            return None
        if choice in self.templates:
            return [one.on(placed_on, ship_by) for one in self.templates[choice].milestones]
        return [
            ScheduledMilestone(row["title"], row["share_bps"], row["fund_on"], row["when"], row["release_on"])
            for row in self.typed()
        ]


def initial_rows(milestones: Sequence[TemplateMilestone]) -> dict[str, Any]:
    """What the rows of a template begin with."""
    filled: dict[str, Any] = {}
    for number, one in enumerate(milestones, 1):
        filled |= {
            f"title_{number}": one.title,
            f"share_{number}": format(Decimal(one.share_bps).scaleb(-2).normalize(), "f"),
            f"fund_on_{number}": one.fund_on,
            f"when_{number}": one.fund_after_days,
            f"release_on_{number}": one.release_on,
        }
    return filled


def deposit_and_balance() -> dict[str, Any]:
    """What a new template begins with: the commonest of all."""
    return initial_rows(
        [
            TemplateMilestone(str(_("Deposit")), 3_000, "confirmation", None, "acceptance"),
            TemplateMilestone(str(_("Balance")), 7_000, "before_shipment", None, "acceptance"),
        ]
    )

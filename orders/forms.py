"""The shape of input about orders. What is right is said by the operations; nothing is saved here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from catalog.states import Incoterms
from marketplace.core.countries import country_choices
from marketplace.core.formatting import format_moment, format_money
from marketplace.core.forms import KeyedForm, MoneyAmountField, QuantityField, TypedDecimalField
from marketplace.core.money import Money
from marketplace.core.typed_numbers import editable_number, editable_price
from orders.operations import Delivery, LineChange, PackedLine
from orders.queries import DiscountLine, LineView
from orders.rules.texts import ADDRESS_FIELDS, NOTE_LIMIT, PLACE_LIMIT
from orders.schedule_forms import ScheduleChoice
from orders.states import DocumentType, TransportMode


def _rules() -> list[tuple[str, str]]:
    return [(str(value), str(label)) for value, label in Incoterms.choices]


class DayField(forms.DateField):
    """A day, typed or picked."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
        super().__init__(**kwargs)


class NoteField(forms.CharField):
    """Several lines of plain text."""

    def __init__(self, *, rows: int = 3, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", NOTE_LIMIT)
        super().__init__(widget=forms.Textarea(attrs={"rows": rows}), **kwargs)


class VariantNumberField(forms.IntegerField):
    """The number of a variant inside its listing, as pages and addresses carry it; none means the first one."""

    def __init__(self) -> None:
        super().__init__(required=False, min_value=1, max_value=32_767, widget=forms.HiddenInput)


class ChosenVariantForm(forms.Form):
    """Which variant an address names."""

    variant = VariantNumberField()

    @property
    def number(self) -> int | None:
        """Its number; none where the address names none, or nothing that could be one."""
        return self.cleaned_data["variant"] if self.is_valid() else None


class CartAddForm(forms.Form):
    """A quantity of a variant of a product, from its page; the key is taken when the page brings one."""

    product_ref = forms.CharField(max_length=32, widget=forms.HiddenInput)
    variant = VariantNumberField()
    quantity = QuantityField(label=_("Quantity"))
    idempotency_key = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)


class CartQuantityForm(forms.Form):
    """The quantity of one line of the cart; zero takes it out."""

    quantity = QuantityField(label=_("Quantity"), min_value=Decimal(0))


class CheckoutForm(KeyedForm):
    """Where to, by which terms, until when. `currency` says which part of the cart."""

    currency = forms.CharField(max_length=3, widget=forms.HiddenInput)
    shown_minor = forms.IntegerField(required=False, widget=forms.HiddenInput)
    name = forms.CharField(
        label=_("Consignee"), max_length=200, help_text=_("The company that receives the goods.")
    )
    street = forms.CharField(label=_("Street and number"), max_length=200)
    city = forms.CharField(label=_("City"), max_length=120)
    region = forms.CharField(label=_("Region or state"), max_length=120, required=False)
    postal_code = forms.CharField(label=_("Postal code"), max_length=20, required=False)
    country = forms.ChoiceField(label=_("Country"), choices=country_choices)
    contact = forms.CharField(label=_("Contact person"), max_length=120, required=False)
    phone = forms.CharField(label=_("Telephone"), max_length=40, required=False)
    transport_mode = forms.ChoiceField(
        label=_("How the goods travel"),
        choices=TransportMode.choices,
        help_text=_(
            "It decides how long you may inspect them: express or air 15 days, road or rail 30, sea 45."
        ),
    )
    incoterms_rule = forms.ChoiceField(
        label=_("Incoterms rule"),
        choices=_rules,
        help_text=_("FAS, FOB, CFR and CIF are for sea transport only."),
    )
    named_place = forms.CharField(
        label=_("Named place"),
        max_length=PLACE_LIMIT,
        help_text=_("The port or place where the rule applies."),
    )
    ship_by = DayField(
        label=_("Ship by"),
        help_text=_("The last day the goods may leave. Later, you may cancel with full refund."),
    )
    note = NoteField(label=_("Note to the supplier"), required=False)
    promised_discount = forms.ChoiceField(label=_("Promised discount"), required=False)

    def __init__(self, *args: Any, discounts: Sequence[DiscountLine] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not discounts:
            del self.fields["promised_discount"]
            return
        choices = [("", str(_("Keep it for another order")))]
        choices += [
            (
                line.ref,
                str(_("%(amount)s off, until %(until)s"))
                % {"amount": format_money(line.money), "until": format_moment(line.expires_at)},
            )
            for line in discounts
        ]
        field = self.fields["promised_discount"]
        if isinstance(field, forms.ChoiceField):
            field.choices = choices

    def delivery(self) -> Delivery:
        """The delivery terms as typed."""
        typed = self.cleaned_data
        return Delivery(
            address={name: typed[name] for name in ADDRESS_FIELDS},
            incoterms_rule=typed["incoterms_rule"],
            named_place=typed["named_place"],
            ship_by=typed["ship_by"],
            transport_mode=typed["transport_mode"],
        )


class ReasonForm(KeyedForm):
    """A reason the other side reads."""

    reason = NoteField(label=_("Reason"), help_text=_("The other side reads it."))


class OptionalReasonForm(KeyedForm):
    """A reason the other side reads, if there is one to give."""

    reason = NoteField(label=_("Reason"), required=False, help_text=_("The other side reads it."))


class AmendmentAnswerForm(OptionalReasonForm):
    """The buyer's no to one version of the amended terms."""

    version = forms.IntegerField(min_value=1, max_value=100_000, widget=forms.HiddenInput)


class AmendForm(ScheduleChoice):
    """Other terms for a placed order: three fields for each line, then the order's own and its schedule."""

    freight = TypedDecimalField()  # replaced in __init__, when the currency is known
    ship_by = DayField(label=_("Ship by"))
    incoterms_rule = forms.ChoiceField(label=_("Incoterms rule"), choices=_rules)
    named_place = forms.CharField(label=_("Named place"), max_length=PLACE_LIMIT)
    quantity_tolerance = TypedDecimalField(
        label=_("Quantity tolerance"),
        required=False,
        min_value=Decimal(0),
        max_value=Decimal(20),
        decimal_places=2,
        help_text=_("In percent, for goods by weight or measure: so much more or less settles by itself."),
    )
    note = NoteField(label=_("Note to the buyer"), required=False)

    def __init__(self, *args: Any, lines: Sequence[LineView], currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lines = lines
        self.fields["freight"] = MoneyAmountField(currency=currency, allow_zero=True, label=_("Freight"))
        for line in lines:
            self.fields[f"quantity_{line.id}"] = QuantityField(
                label=_("Quantity"), min_value=Decimal(0), initial=editable_number(line.quantity)
            )
            self.fields[f"unit_price_{line.id}"] = TypedDecimalField(
                label=_("Unit price"),
                min_value=Decimal(0),
                max_digits=18,
                decimal_places=6,
                initial=editable_price(line.unit_price, currency),
            )
            self.fields[f"discount_bps_{line.id}"] = TypedDecimalField(
                label=_("Discount"),
                min_value=Decimal(0),
                max_value=Decimal(100),
                decimal_places=2,
                initial=editable_number(Decimal(line.discount_bps).scaleb(-2)),
            )

    def rows(self) -> list[dict[str, Any]]:
        """Each line with its three bound fields, for the page."""
        return [
            {
                "line": line,
                "quantity": self[f"quantity_{line.id}"],
                "unit_price": self[f"unit_price_{line.id}"],
                "discount": self[f"discount_bps_{line.id}"],
            }
            for line in self.lines
        ]

    def changes(self) -> list[LineChange]:
        """Every line as typed."""
        data = self.cleaned_data
        return [
            LineChange(
                line.id,
                data[f"quantity_{line.id}"],
                data[f"unit_price_{line.id}"],
                int(data[f"discount_bps_{line.id}"].scaleb(2)),
            )
            for line in self.lines
        ]

    def tolerance_bps(self) -> int | None:
        """The tolerance in basis points; None leaves it as it is."""
        typed = self.cleaned_data.get("quantity_tolerance")
        return None if typed is None else int(typed.scaleb(2))

    def freight_minor(self) -> int:
        """The freight in minor units."""
        freight = self.cleaned_data["freight"]
        return freight.amount_minor if isinstance(freight, Money) else 0


class ShipmentForm(KeyedForm):
    """How much of each open line leaves together, and who carries it."""

    transport_mode = forms.ChoiceField(label=_("How the goods travel"), choices=TransportMode.choices)
    carrier = forms.CharField(label=_("Carrier"), max_length=80)
    tracking_number = forms.CharField(
        label=_("Tracking number"),
        max_length=64,
        required=False,
        strip=False,
        help_text=_(
            "Container, bill of lading, air waybill or parcel number. Without reports of the carrier nobody can "
            "presume delivery."
        ),
    )
    promised_arrival_on = DayField(
        label=_("Promised arrival"),
        required=False,
        help_text=_("Left empty, the usual time of the way is taken."),
    )

    def __init__(self, *args: Any, lines: Sequence[LineView], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # A form sent again comes when its lines are packed already: what it says must still be read.
        self.lines = [line for line in lines if line.open > 0 or self.is_bound]
        for line in self.lines:
            self.fields[f"quantity_{line.id}"] = QuantityField(
                label=_("In this shipment"),
                min_value=Decimal(0),
                required=False,
                initial=editable_number(line.open),
            )

    def rows(self) -> list[dict[str, Any]]:
        """Each open line with its field."""
        return [
            {"line": line, "quantity": self[f"quantity_{line.id}"]} for line in self.lines if line.open > 0
        ]

    def packed(self) -> list[PackedLine]:
        """What was typed; an empty field or a zero is nothing of that line."""
        typed = {line.id: self.cleaned_data.get(f"quantity_{line.id}") for line in self.lines}
        return [PackedLine(line_id, quantity) for line_id, quantity in typed.items() if quantity]


class DispatchForm(KeyedForm):
    """The day the goods left, and when they are to arrive."""

    shipped_on = DayField(label=_("Left on"))
    promised_arrival_on = DayField(label=_("Promised arrival"), required=False)


class DocumentForm(KeyedForm):
    """One paper of a shipment."""

    document_type = forms.ChoiceField(label=_("Kind of document"), choices=DocumentType.choices)
    upload = forms.FileField(
        label=_("File"),
        help_text=_("PDF or picture, at most 25 MB. Both sides can read it."),
        allow_empty_file=True,
    )


class DeliveryForm(KeyedForm):
    """The day the goods arrived."""

    delivered_on = DayField(label=_("Arrived on"))


def delivery_dates(today: date, lead_days: int, leaves_by: date | None = None) -> date:
    """A ship-by date that leaves the supplier their lead time and a week, within the period the goods come from."""
    ready_on = today + timedelta(days=lead_days)
    suggested = ready_on + timedelta(days=7)
    return suggested if leaves_by is None else max(ready_on, min(suggested, leaves_by))

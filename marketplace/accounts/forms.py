"""The shape of input about people and companies. Saves nothing; what is right is said by the operations."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import Company, User
from marketplace.accounts.operations import CompanyFacts
from marketplace.accounts.rules import time_zone_names
from marketplace.accounts.states import Role
from marketplace.core.countries import country_choices
from marketplace.core.forms import FilesField, KeyedForm


def _zone_choices() -> list[tuple[str, str]]:
    return [(name, name.replace("_", " ").replace("/", " / ")) for name in time_zone_names()]


def _language_choices() -> list[tuple[str, str]]:
    return [(code, get_language_info(code)["name_local"]) for code, _name in settings.LANGUAGES]


class SignupDetails(forms.Form):
    """Our part of allauth's sign-up form; `accounts.adapter` keeps it."""

    name = forms.CharField(
        label=_("Your name"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        help_text=_("Shown to the people you trade with."),
    )
    time_zone = forms.ChoiceField(
        label=_("Your time zone"),
        choices=_zone_choices,
        initial="UTC",
        help_text=_("Deadlines are shown to you in this zone."),
        widget=forms.Select(attrs={"data-guess-zone": ""}),
    )
    field_order = ("name", "email", "password1", "password2", "time_zone")

    def signup(self, request: HttpRequest, user: User) -> None:
        """Asked for by allauth after saving; everything is done by then."""


class ProfileForm(forms.Form):
    """A person's own name, language and time zone."""

    name = forms.CharField(
        label=_("Your name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    language = forms.ChoiceField(
        label=_("Language"), choices=_language_choices, help_text=_("Of the pages and of mail to you.")
    )
    time_zone = forms.ChoiceField(
        label=_("Time zone"), choices=_zone_choices, help_text=_("Every date and deadline is shown in it.")
    )


class CompanyForm(KeyedForm):
    """What a company says of itself."""

    legal_name = forms.CharField(
        label=_("Legal name"),
        max_length=200,
        help_text=_("As it stands in the company register."),
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    country = forms.ChoiceField(label=_("Country"), choices=list)
    sells = forms.BooleanField(
        label=_("We sell"), required=False, help_text=_("You list products and answer orders.")
    )
    buys = forms.BooleanField(label=_("We buy"), required=False, help_text=_("You place orders and pay."))
    street = forms.CharField(
        label=_("Street and number"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "street-address"}),
    )
    postal_code = forms.CharField(
        label=_("Postal code"),
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "postal-code"}),
    )
    city = forms.CharField(
        label=_("City"),
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "address-level2"}),
    )
    region = forms.CharField(label=_("Region or state"), max_length=120, required=False)
    tax_id = forms.CharField(
        label=_("Tax id"),
        max_length=40,
        required=False,
        help_text=_(
            "For example VAT number, GSTIN, CUIT, CNPJ or USCC. Checked where the country’s format is known."
        ),
    )
    phone = forms.CharField(
        label=_("Telephone"),
        max_length=40,
        required=False,
        help_text=_("With country code. Not shown in public."),
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
    )
    website = forms.URLField(label=_("Website"), max_length=200, required=False, assume_scheme="https")
    founded_year = forms.IntegerField(
        label=_("Founded in"), required=False, widget=forms.TextInput(attrs={"inputmode": "numeric"})
    )
    about = forms.CharField(
        label=_("About the company"),
        max_length=4000,
        required=False,
        help_text=_("What you make or buy, for whom, since when. Shown on your public page."),
        widget=forms.Textarea(attrs={"rows": 5}),
    )

    def __init__(self, *args: Any, company: Company | None = None, **kwargs: Any) -> None:
        if company is not None:
            kwargs["initial"] = {name: getattr(company, name) for name in CompanyFacts.__dataclass_fields__}
        super().__init__(*args, **kwargs)
        country: Any = self.fields["country"]
        country.choices = [("", _("Choose…")), *country_choices()]

    @property
    def facts(self) -> CompanyFacts:
        """The cleaned input, for the operation."""
        return CompanyFacts(**{name: self.cleaned_data[name] for name in CompanyFacts.__dataclass_fields__})


class InviteForm(KeyedForm):
    """An address and a role."""

    email = forms.EmailField(label=_("E-mail address"), max_length=254)
    role = forms.ChoiceField(
        label=_("Role"),
        choices=Role.choices,
        initial=Role.SALES,
        help_text=_(
            "Owner: everything, with the team. Sales: products, answers, shipments. Purchasing: orders. "
            "Finance: payments and payouts. Viewer: reads only."
        ),
    )


class RoleForm(forms.Form):
    """Another role for a member."""

    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)


class ChooseCompanyForm(forms.Form):
    """The company to act for; whether the person belongs to it is asked of the memberships."""

    company_id = forms.IntegerField(min_value=1, max_value=2**62)


class VerificationForm(KeyedForm):
    """Documents for the verification officer."""

    documents = FilesField(
        label=_("Documents"),
        help_text=_(
            "PDF or pictures, at most 25 MB each, at most 10. Only you and the officers can open them."
        ),
        error_messages={
            "required": _("Add at least one document, for example the extract from the company register."),
            "empty": _("One of the files is empty."),
        },
    )
    note = forms.CharField(
        label=_("Note to the officer"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class RejectForm(KeyedForm):
    """Why a verification is not accepted; the company reads it."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=2000,
        help_text=_("What is missing or wrong, so that the company can mend it."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

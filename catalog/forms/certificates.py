"""A certificate as its company types it. Owns the shape only; `catalog.rules.certificates` judges."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from catalog.data.certificates import certificate_names
from catalog.forms.refusals import RefusedForm
from catalog.rules import certificates
from catalog.rules.certificates import CertificateFacts, kind_name


def kind_choices() -> list[tuple[str, str]]:
    """The kinds in the reader's language, in the order of the trade."""
    return [("", ""), *((kind, kind_name(kind)) for kind in certificate_names())]


class CertificateForm(RefusedForm):
    """Everything that is stated, and the scan."""

    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)
    kind = forms.ChoiceField(choices=kind_choices, label=_("Kind"))
    name = forms.CharField(
        required=False,
        max_length=certificates.NAME_LENGTH,
        label=_("What it is called"),
        help_text=_("Only for another certificate, which the list does not have."),
    )
    number = forms.CharField(max_length=certificates.NUMBER_LENGTH, label=_("Number"))
    issuer = forms.CharField(
        max_length=certificates.ISSUER_LENGTH,
        label=_("Issued by"),
        help_text=_("The certifier or authority, as it stands on the certificate."),
    )
    valid_from = forms.DateField(
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        label=_("Valid from"),
    )
    valid_until = forms.DateField(
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        label=_("Valid until"),
        help_text=_(
            "The last day it holds. We remind you 60, 14 and 1 day before; then buyers see it no more."
        ),
    )
    scan = forms.FileField(
        required=False,
        label=_("Scan"),
        help_text=_("A PDF or a picture. A moderator compares it, and buyers then read “checked”."),
        widget=forms.FileInput(attrs={"accept": "application/pdf,image/jpeg,image/png,image/webp"}),
    )
    scan_is_public = forms.BooleanField(required=False, label=_("Buyers may download the scan"))
    covers_all = forms.TypedChoiceField(
        choices=(("1", _("All of our products")), ("", _("Only the products chosen here"))),
        coerce=bool,
        empty_value="",
        required=False,
        initial="1",
        widget=forms.RadioSelect,
        label=_("It belongs to"),
    )
    products = forms.MultipleChoiceField(
        required=False, widget=forms.CheckboxSelectMultiple, label=_("Products")
    )

    def __init__(self, *args: Any, products: Sequence[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["products"].choices = products  # type: ignore[attr-defined]  # a choice field's own

    def facts(self) -> CertificateFacts:
        """What was typed. Call `is_valid()` first."""
        data = self.cleaned_data
        return CertificateFacts(
            kind=data["kind"],
            number=data["number"],
            issuer=data["issuer"],
            name=data["name"],
            valid_from=data["valid_from"],
            valid_until=data["valid_until"],
            scan_is_public=data["scan_is_public"],
            covers_all=bool(data["covers_all"]),
            products=tuple(data["products"]),
        )


def initial_of(facts: CertificateFacts) -> dict[str, Any]:
    """The form's beginning for a certificate that is there."""
    return {
        "kind": facts.kind,
        "name": facts.name,
        "number": facts.number,
        "issuer": facts.issuer,
        "valid_from": facts.valid_from,
        "valid_until": facts.valid_until,
        "scan_is_public": facts.scan_is_public,
        "covers_all": "1" if facts.covers_all else "",
        "products": list(facts.products),
    }


class AttachForm(forms.Form):
    """Whether a certificate belongs to a listing."""

    certificate = forms.CharField(max_length=32)
    step = forms.ChoiceField(choices=(("attach", ""), ("detach", "")))

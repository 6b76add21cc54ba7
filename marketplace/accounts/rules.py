"""Pure checks of what a company or a person says of itself. Touches no database, clock or setting."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any, Final
from zoneinfo import ZoneInfo, available_timezones

import phonenumbers
from django.core.exceptions import ValidationError as DjangoValidationError
from django.core.validators import URLValidator
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from stdnum.exceptions import InvalidChecksum, InvalidFormat, InvalidLength, ValidationError
from stdnum.util import get_cc_module

from marketplace.accounts.errors import PhoneNotValid, TaxIdNotValid, WebsiteNotValid
from marketplace.core.countries import country_name

# Numbers besides the country's VAT number by which companies (or sole traders) are known to the tax office.
_OTHER_TAX_IDS: Final[dict[str, tuple[str, ...]]] = {
    "AU": ("stdnum.au.acn",),
    "BR": ("stdnum.br.cpf",),
    "BY": ("stdnum.by.unp",),
    "CH": ("stdnum.ch.uid",),
    "DE": ("stdnum.de.stnr", "stdnum.de.idnr"),
    "FR": ("stdnum.fr.siren", "stdnum.fr.siret"),
    "GB": ("stdnum.gb.utr",),
    "IN": ("stdnum.in_.pan",),
    "IT": ("stdnum.it.codicefiscale",),
    "NO": ("stdnum.no.orgnr",),
    "SE": ("stdnum.se.orgnr",),
    "TR": ("stdnum.tr.tckimlik",),
    "UA": ("stdnum.ua.edrpou", "stdnum.ua.rntrc"),
}

# What people call it, to name it in the message and under the field.
TAX_ID_NAMES: Final[dict[str, str]] = {
    "AR": "CUIT", "AU": "ABN", "BR": "CNPJ", "CA": "BN", "CL": "RUT", "CN": "USCC", "CO": "NIT", "EC": "RUC",
    "GB": "VAT / UTR", "GH": "TIN", "ID": "NPWP", "IN": "GSTIN / PAN", "JP": "法人番号", "KE": "PIN",
    "KR": "BRN", "MA": "ICE", "MX": "RFC", "PE": "RUC", "PY": "RUC", "TH": "TIN", "TR": "VKN", "US": "EIN",
    "UY": "RUT", "VN": "MST", "ZA": "TIN",
}  # fmt: skip

# How long before its end a verification may be renewed, and when the company is reminded.
REMINDER_DAYS: Final = 30

_ANY_TAX_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ./-]{2,38}")
_IDENTITY_FIELDS: Final = ("legal_name", "country", "street", "city", "region", "postal_code", "tax_id")


@dataclass(frozen=True, slots=True)
class Identity:
    """What an officer verifies: the legal facts of a company."""

    legal_name: str
    country: str
    street: str
    city: str
    region: str
    postal_code: str
    tax_id: str

    @classmethod
    def of(cls, source: Any) -> Identity:
        """The identity of a company, or of anything with the same attributes."""
        return cls(**{name: str(getattr(source, name)) for name in _IDENTITY_FIELDS})

    def as_json(self) -> dict[str, str]:
        """For the verification case."""
        return {name: getattr(self, name) for name in _IDENTITY_FIELDS}


def clean_tax_id(country: str, number: str) -> str:
    """The number in its compact form; empty stays empty. Raises `TaxIdNotValid`.

    A country whose format is not known takes what it is given (letters, figures and common signs).
    """
    number = unicodedata.normalize("NFKC", number).strip()
    if not number:
        return ""
    modules = _tax_id_modules(country)
    if not modules:
        if _ANY_TAX_ID.fullmatch(number):
            return number
        raise TaxIdNotValid(
            field="tax_id", country=country_name(country), problem=_("it has signs no tax id has.")
        )
    problems: list[str | Promise] = []
    for module in modules:
        try:
            return str(module.validate(number))
        except ValidationError as error:
            problems.append(_problem_text(error))
        except (ValueError, IndexError, TypeError):  # some validators stumble over input far from any format
            problems.append(_problem_text(InvalidFormat()))
    raise TaxIdNotValid(field="tax_id", country=country_name(country), problem=problems[0])


def tax_id_is_checked(country: str) -> bool:
    """Whether the format is known for this country."""
    return bool(_tax_id_modules(country))


@cache
def _tax_id_modules(country: str) -> tuple[Any, ...]:
    found: list[Any] = [get_cc_module(country, kind) for kind in ("vat", "tin")]
    found += [import_module(name) for name in _OTHER_TAX_IDS.get(country, ())]
    return tuple(dict.fromkeys(module for module in found if module is not None))


def _problem_text(error: ValidationError) -> str | Promise:
    if isinstance(error, InvalidLength):
        return _("it has too many or too few characters.")
    if isinstance(error, InvalidChecksum):
        return _("its check digit does not fit, so there is a typing error in it.")
    return _("it is not written as this country writes it.")


def clean_phone(country: str, number: str) -> str:
    """The number in international form; empty stays empty. Raises `PhoneNotValid`."""
    if not number.strip():
        return ""
    try:
        parsed = phonenumbers.parse(number, country or None)
    except phonenumbers.NumberParseException as error:
        raise PhoneNotValid(field="phone") from error
    if not phonenumbers.is_possible_number(parsed):
        raise PhoneNotValid(field="phone")
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL))


def clean_website(address: str) -> str:
    """A web address; empty stays empty. Only http and https may become links. Raises `WebsiteNotValid`."""
    address = address.strip()
    if not address:
        return ""
    try:
        _valid_website(address)
    except DjangoValidationError as error:
        raise WebsiteNotValid(field="website") from error
    return address


_valid_website = URLValidator(schemes=["https", "http"])


def clean_line(text: str) -> str:
    """One line of text from a person: no line breaks, control or direction-changing signs, single spaces."""
    kept = "".join(" " if unicodedata.category(sign) in {"Cc", "Zl", "Zp"} else sign for sign in text)
    kept = "".join(sign for sign in kept if sign not in _DIRECTION_SIGNS)
    return " ".join(unicodedata.normalize("NFC", kept).split())


# Embeddings, overrides and isolates: they could make one name look like another.
_DIRECTION_SIGNS: Final = frozenset(
    "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c\ufeff"
)


@cache
def time_zone_names() -> tuple[str, ...]:
    """Zones a person may choose: places of the IANA database, and UTC."""
    regions = (
        "Africa/",
        "America/",
        "Antarctica/",
        "Asia/",
        "Atlantic/",
        "Australia/",
        "Europe/",
        "Indian/",
        "Pacific/",
    )
    return ("UTC", *sorted(name for name in available_timezones() if name.startswith(regions)))


def zone_of(name: str) -> ZoneInfo:
    """The zone, UTC for a name that is no (longer a) zone."""
    return ZoneInfo(name) if name in available_zone_set() else ZoneInfo("UTC")


@cache
def available_zone_set() -> frozenset[str]:
    """All names the zone database knows (reading them from disk once)."""
    return frozenset(available_timezones())

"""What a typed account number and bank code are: IBAN or another number, BIC or a national clearing code. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from stdnum import bic, iban
from stdnum.us import rtn

# ISO 20022, external code set ClearingSystemIdentification: by country and form of the code.
_CLEARING: Final[Mapping[str, tuple[str, str]]] = {
    "AU": (r"\d{6}", "AUBSB"),
    "CA": (r"0?\d{8}", "CACPA"),
    "CN": (r"\d{12}", "CNAPS"),
    "GB": (r"\d{6}", "GBDSC"),
    "HK": (r"\d{3}", "HKNCC"),
    "IN": (r"[A-Z]{4}0[A-Z0-9]{6}", "INFSC"),
    "JP": (r"\d{7}", "JPZGN"),
    "NZ": (r"\d{6}", "NZNCC"),
    "SG": (r"\d{4}|\d{7}", "SGIBG"),
    "TH": (r"\d{3}", "THCBC"),
    "TW": (r"\d{3}|\d{7}", "TWNCC"),
    "US": (r"\d{9}", "USABA"),
    "ZA": (r"\d{6}", "ZANCC"),
}


@dataclass(frozen=True, slots=True)
class BankParty:
    """One side of a transfer: exactly one of `iban` and `other`; of `bic` and `member` one, or none."""

    name: str
    bank_name: str
    country: str
    iban: str = ""
    other: str = ""
    bic: str = ""
    clearing_system: str = ""
    member: str = ""


class AccountUnusable(ValueError):
    """These details cannot be paid to; `field` says which."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


def compact(text: str) -> str:
    """Without blanks and dashes, in capitals."""
    return "".join(text.split()).replace("-", "").upper()


def bank_party(details: Mapping[str, str], country: str = "") -> BankParty:
    """The two codes of typed details, each told for what it is. Raises `AccountUnusable` with the field at fault.

    `country` is the holder's, used where an account number or a code does not say its own.
    """
    number, code = compact(details.get("account_number", "")), compact(details.get("bank_code", ""))
    home = details.get("country") or country
    is_iban = _is_iban(number)
    system, member, bank = _bank(code, number[:2] if is_iban else home)
    return BankParty(
        name=details.get("holder", "").strip(),
        bank_name=details.get("bank_name", "").strip(),
        country=home,
        iban=number if is_iban else "",
        other="" if is_iban else number,
        bic=bank,
        clearing_system=system,
        member=member,
    )


def _is_iban(number: str) -> bool:
    if not 4 <= len(number) <= 34 or not re.fullmatch(r"[A-Z0-9]+", number):
        raise AccountUnusable("account_number")
    if re.match(r"[A-Z]{2}\d{2}", number):
        if not iban.is_valid(number):
            raise AccountUnusable("account_number")
        return True
    if number[:2].isalpha():
        raise AccountUnusable("account_number")
    return False


def _bank(code: str, country: str) -> tuple[str, str, str]:
    if not code:
        return "", "", ""
    if len(code) > 32 or not re.fullmatch(r"[A-Z0-9]+", code):
        raise AccountUnusable("bank_code")
    if re.fullmatch(r"[A-Z]{4}0[A-Z0-9]{6}", code):
        return "INFSC", code, ""
    if bic.is_valid(code):
        return "", "", code
    if code[:4].isalpha():
        raise AccountUnusable("bank_code")
    form, system = _CLEARING.get(country, ("", ""))
    if country == "US" and not rtn.is_valid(code):
        raise AccountUnusable("bank_code")
    return (system if form and re.fullmatch(form, code) else ""), code, ""

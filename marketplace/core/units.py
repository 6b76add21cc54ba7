"""Units of trade with their UN/ECE Recommendation 20 (and, for packages, 21) codes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext


@dataclass(frozen=True, slots=True)
class Unit:
    """`code` as in Recommendation 20, `symbol` for tables, `name` for choices; `whole` when only counted."""

    code: str
    symbol: str | Promise
    name: str | Promise
    whole: bool = False


_COUNTED: dict[str, Callable[[int], str]] = {
    "C62": lambda n: ngettext("piece", "pieces", n),
    "PR": lambda n: ngettext("pair", "pairs", n),
    "SET": lambda n: ngettext("set", "sets", n),
    "DZN": lambda n: ngettext("dozen", "dozen", n),
    "CT": lambda n: ngettext("carton", "cartons", n),
    "BX": lambda n: ngettext("box", "boxes", n),
    "BG": lambda n: ngettext("bag", "bags", n),
    "BO": lambda n: ngettext("bottle", "bottles", n),
    "CS": lambda n: ngettext("case", "cases", n),
    "RO": lambda n: ngettext("roll", "rolls", n),
    "PK": lambda n: ngettext("pack", "packs", n),
    "PF": lambda n: ngettext("pallet", "pallets", n),
    "DR": lambda n: ngettext("drum", "drums", n),
}
_COUNTED_NAMES = {
    "C62": _("piece"),
    "PR": _("pair"),
    "SET": _("set"),
    "DZN": _("dozen"),
    "CT": _("carton"),
    "BX": _("box"),
    "BG": _("bag"),
    "BO": _("bottle"),
    "CS": _("case"),
    "RO": _("roll"),
    "PK": _("pack"),
    "PF": _("pallet"),
    "DR": _("drum"),
}
_MEASURED = {
    "KGM": ("kg", _("kilogram")),
    "TNE": ("t", _("tonne (1,000 kg)")),
    "GRM": ("g", _("gram")),
    "LBR": ("lb", _("pound")),
    "LTR": ("L", _("litre")),
    "HLT": ("hL", _("hectolitre")),
    "MTQ": ("m³", _("cubic metre")),
    "MTR": ("m", _("metre")),
    "MTK": ("m²", _("square metre")),
    "YRD": ("yd", _("yard")),
    "KMT": ("km", _("kilometre")),
}

UNITS: dict[str, Unit] = {
    **{code: Unit(code, symbol, name) for code, (symbol, name) in _MEASURED.items()},
    **{code: Unit(code, name, name, whole=True) for code, name in _COUNTED_NAMES.items()},
}


def unit_symbol(code: str, quantity: Decimal | None = None) -> str:
    """The symbol, or the counted noun in the number that fits (`1 carton`, `20 cartons`)."""
    if code in _COUNTED:
        return _COUNTED[code](1 if quantity is None or quantity == 1 else 2)
    return str(UNITS[code].symbol) if code in UNITS else code


def unit_choices() -> list[tuple[str, str | Promise]]:
    """For a select field."""
    return [(unit.code, unit.name) for unit in UNITS.values()]

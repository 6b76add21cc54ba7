"""Names that people write for things with a code: countries, units, categories, choices of a fact. Pure.

Found in any language they are given in, without regard to case and accents; what is near is proposed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache

from babel import Locale
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from rapidfuzz import fuzz, process

from catalog.data import LANGUAGES
from catalog.imports.cells import CellWrong
from marketplace.core.countries import country_codes, country_name
from marketplace.core.errors import Text
from marketplace.core.units import UNITS

_BEHIND = re.compile(r"^(.*)\(([A-Za-z0-9_.-]+)\)$", re.DOTALL)
_NEAR = 70
# Languages of many spreadsheets that the marketplace has no categories in.
_NEIGHBOURS = ("de", "it", "nl", "tr", "pl", "ru", "id", "vi", "ja")
_SPREAD = 8  # what is this much further off than the nearest is not proposed beside it
_MORE_COUNTRIES = {
    "GB": ("UK", "U.K.", "Great Britain", "England"),
    "US": ("USA", "U.S.A.", "U.S.", "United States of America"),
    "KR": ("Korea", "South Korea"),
    "RU": ("Russian Federation",),
    "VN": ("Viet Nam",),
    "TR": ("Turkey",),
    "CZ": ("Czech Republic",),
    "NL": ("Holland",),
    "AE": ("UAE",),
    "CI": ("Ivory Coast",),
}
_MORE_UNITS = {
    "KGM": ("kg", "kgs", "kilo", "kilos", "kilograms", "kilogramo", "kilogramos", "kilogramm", "kilogramme", "kilogrammes", "quilo", "quilos", "千克", "公斤"),
    "TNE": ("t", "mt", "ton", "tons", "tonne", "tonnes", "tonelada", "toneladas", "metric ton", "metric tons", "metric tonne", "metric tonnes", "tonnen", "tonnes metriques", "吨"),
    "GRM": ("g", "gr", "grams"),
    "LBR": ("lb", "lbs", "pounds"),
    "LTR": ("l", "liter", "liters", "litres", "litro", "litros"),
    "HLT": ("hl", "hectolitres"),
    "MTQ": ("m3", "cbm", "cubic metres", "cubic meter", "cubic meters"),
    "MTR": ("m", "metres", "meter", "meters", "metro", "metros"),
    "MTK": ("m2", "sqm", "square metres", "square meter", "square meters"),
    "YRD": ("yd", "yards"),
    "C62": ("pc", "pcs", "pieces", "unit", "units", "each", "ea", "nos", "pieza", "piezas", "unidad", "unidades", "ud", "uds", "peca", "pecas", "unidade", "stuck", "stueck", "stk", "st", "unite", "unites", "stuks", "adet", "个", "件"),
    "PR": ("pairs", "par", "pares", "paar", "paire", "paires"),
    "SET": ("sets", "juego"),
    "DZN": ("dozens", "doz", "docena", "docenas", "dutzend", "douzaine", "duzia", "duzias"),
    "CT": ("cartons", "ctn", "ctns", "karton", "kartons", "箱"),
    "BX": ("boxes", "caja", "cajas", "caixa", "caixas", "schachtel", "boite", "boites"),
    "BG": ("bags", "saco", "sacos", "sack", "sacke", "sac", "sacs", "袋"),
    "BO": ("bottles", "botella", "botellas", "flasche", "flaschen", "bouteille", "bouteilles", "garrafa", "garrafas", "瓶"),
    "CS": ("cases", "kiste", "kisten", "caisse", "caisses"),
    "RO": ("rolls", "rollo", "rollos"),
    "PK": ("packs", "package", "packages", "packet"),
    "PF": ("pallets", "palet", "palets", "palette", "paletten", "palettes"),
    "DR": ("drums",),
}  # fmt: skip


def reading_key(word: str) -> str:
    """How a word is kept and found again that a company reads as a name: small letters and single spaces."""
    return " ".join(word.split()).casefold()


def plain(text: str) -> str:
    """Small letters, no accents, single spaces: how names are compared."""
    text = unicodedata.normalize("NFKD", text.casefold())
    kept = (sign if sign.isalnum() else " " for sign in text if not unicodedata.combining(sign))
    return " ".join("".join(kept).split())


class Names:
    """Codes and all their names; `label(code)` is how we write one, with the code behind where a name is not enough."""

    def __init__(self, what: Text, labels: Mapping[str, str], more: Iterable[tuple[str, str]] = ()) -> None:
        self._what = what
        self._labels = dict(labels)
        self._codes = {code.casefold(): code for code in labels}
        self._by_name: dict[str, set[str]] = {}
        for name, code in (*((label, code) for code, label in labels.items()), *more):
            self._by_name.setdefault(plain(name), set()).add(code)

    def label(self, code: str) -> str:
        """`India (IN)`; the code itself when it is not one of these."""
        label = self._labels.get(code)
        return code if label is None or label == code else f"{label} ({code})"

    def labels(self) -> list[str]:
        """All of them, in their order: what a drop-down offers."""
        return [self.label(code) for code in self._labels]

    def find(self, text: str) -> str:
        """The code meant. Raises `CellWrong` with what is near."""
        text = " ".join(text.split())
        if behind := _BEHIND.match(text):
            code = self._codes.get(behind.group(2).casefold())
            if code is not None:
                return code
        if (code := self._codes.get(text.casefold())) is not None:
            return code
        found = self._by_name.get(plain(text), set())
        if len(found) == 1:
            return next(iter(found))
        raise CellWrong(self._refusal(text, found))

    def knows(self, text: str) -> bool:
        """Whether exactly one is called so."""
        try:
            return bool(self.find(text))
        except CellWrong:
            return False

    def near(self, text: str) -> list[str]:
        """The codes of the names most like this one, or of all that have it; at most four."""
        if found := self._by_name.get(plain(text)):
            return sorted(found, key=self.label)[:4]
        near = process.extract(
            plain(text), list(self._by_name), scorer=fuzz.WRatio, limit=3, score_cutoff=_NEAR
        )
        best = near[0][1] if near else 0
        close = [name for name, score, _index in near if score > best - _SPREAD]
        return list(dict.fromkeys(code for name in close for code in sorted(self._by_name[name])))[:3]

    def _refusal(self, text: str, found: set[str]) -> str:
        near = self.near(text)
        if found:
            several = " · ".join(self.label(code) for code in near)
            return str(_("Several have this name: write one of %(names)s.")) % {"names": several}
        if near:
            proposed = " · ".join(self.label(code) for code in near)
            return str(_("%(what)s Did you mean: %(near)s?")) % {"what": self._what, "near": proposed}
        return str(_("%(what)s Choose one of the list in our template.")) % {"what": self._what}


def country_names() -> Names:
    """Countries, in all languages of the marketplace, as people write them."""
    return _countries(get_language() or "en")


def unit_names() -> Names:
    """Units of trade: names, symbols and what people write for them."""
    return _units(get_language() or "en")


@cache
def _countries(_language: str) -> Names:
    labels = {code: country_name(code) for code in sorted(country_codes(), key=country_name)}
    return Names(_("No country is called so."), labels, _every_country_name())


@cache
def _units(_language: str) -> Names:
    more = [(name, code) for code, names in _MORE_UNITS.items() for name in names]
    labels = {unit.code: str(unit.name) for unit in UNITS.values()}
    return Names(_("No unit is called so."), labels, more)


@cache
def _every_country_name() -> tuple[tuple[str, str], ...]:
    codes = country_codes()
    told = [
        (str(name), code)
        for language in LANGUAGES
        for code, name in Locale(language).territories.items()
        if code in codes
    ]
    ours = {plain(name) for name, _code in told}  # a neighbour's word never makes one of these doubtful
    told += [
        (str(name), code)
        for language in _NEIGHBOURS
        for code, name in Locale(language).territories.items()
        if code in codes and plain(str(name)) not in ours
    ]
    return (*told, *((name, code) for code, names in _MORE_COUNTRIES.items() for name in names))

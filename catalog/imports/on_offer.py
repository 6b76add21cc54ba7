"""Whether the goods of a row are on offer, as one cell: `yes`, `paused` with the whole listing, or `withdrawn`. Pure.

A cell says how its variant stands and nothing of how it came there, so that what is exported and comes back
unchanged changes nothing. Where nothing can be bought yet, or no more by a moderator's word, the cell is empty.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext as _

from catalog.imports.cells import CellWrong
from catalog.imports.names import plain
from catalog.states import Offered, ProductState

# What people write, in the languages of the marketplace; compared without accents and case.
_WORDS: Final[Mapping[Offered, tuple[str, ...]]] = {
    Offered.YES: (
        "yes", "y", "true", "1", "x", "on offer", "offered", "live", "active", "available", "for sale", "resumed", "si", "sí",
        "en venta", "activo", "activa", "ofrecido", "sim", "a venda", "ativo", "ativa", "oui", "en vente", "actif", "active",
        "ja", "aktiv", "lieferbar", "हाँ", "सक्रिय", "उपलब्ध", "是", "在售", "上架",
    ),
    Offered.PAUSED: (
        "paused", "pause", "on hold", "pausado", "pausada", "en pausa", "em pausa", "suspenso", "en pause", "suspendu",
        "pausiert", "angehalten", "रुका हुआ", "स्थगित", "暂停",
    ),
    Offered.WITHDRAWN: (
        "withdrawn", "no", "n", "false", "0", "discontinued", "ended", "inactive", "archived", "retirado", "retirada",
        "descatalogado", "inactivo", "descontinuado", "nao", "inativo", "retire", "retiree", "non", "arrete", "inactif", "nein",
        "zurückgezogen", "eingestellt", "ausgelaufen", "inaktiv", "वापस लिया", "बंद", "नहीं", "撤回", "停售", "下架", "否",
    ),
}  # fmt: skip
_MEANT: Final = {plain(word): meant for meant, words in _WORDS.items() for word in words}


def offered_text(state: str, *, withdrawn: bool) -> str:
    """The cell of a variant of a listing in this state; empty for one that is offered in a listing nobody can buy of."""
    if withdrawn:
        return said(Offered.WITHDRAWN)
    meant = {ProductState.LIVE.value: Offered.YES, ProductState.PAUSED.value: Offered.PAUSED}.get(state)
    return said(meant) if meant else ""


def offered_of_text(text: str) -> Offered:
    """What a cell says. Raises `CellWrong`."""
    bare = plain(text)
    own = {plain(said(one)): one for one in Offered}
    meant = own.get(bare) or _MEANT.get(bare)
    if meant is None:
        raise CellWrong(
            _("Write “yes”, “paused” for the whole listing, or “withdrawn” for this variant alone.")
        )
    return meant


def said(one: Offered) -> str:
    """One of the three, as our export and its drop-down say it."""
    return str(one.label)

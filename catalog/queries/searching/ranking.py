"""Why the offers of a question stand in their order, for everybody in words and for the desk in numbers. Reads only."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.search import Hit, SearchSpec, Sort, find
from catalog.search.local_index import local_index
from catalog.search.own_prices import TooManyOwnPrices
from catalog.search.tantivy_index.explaining import Part, Reckoning

EXPLAINED: Final = 10
_FIELDS: Final[dict[str, Any]] = {
    "title": gettext_lazy("title"),
    "names": gettext_lazy("category, other names, codes or supplier"),
    "all": gettext_lazy("anywhere in the listing"),
}


@dataclass(frozen=True, slots=True)
class PartLine:
    """What one word gives in one place; numbers as the engine has them."""

    asked: str
    matched: str
    place: str
    weight: str
    score: str


@dataclass(frozen=True, slots=True)
class OfferReckoned:
    """One offer: where each word was found, its whole score, and whether its supplier's visibility is lowered."""

    title: str
    url: str
    supplier: str
    verified: bool
    is_lowered: bool
    score: float
    score_text: str
    places: tuple[tuple[str, str], ...]
    parts: tuple[PartLine, ...]


@dataclass(frozen=True, slots=True)
class RankingPage:
    """The first offers by relevance. `is_readable` is false while PostgreSQL answers in the index's place."""

    query: str
    corrected: str
    is_readable: bool
    offers: tuple[OfferReckoned, ...]


def ranking_page(asked: SearchSpec) -> RankingPage:
    """The first ten offers of a question with its filters, and the reckoning of each: what the results ask, too."""
    query = asked.query
    if not query.strip():
        return RankingPage(query, "", is_readable=True, offers=())
    spec = replace(asked, sort=Sort.RELEVANCE, cursor="", limit=EXPLAINED)
    page = find(spec)
    engine = local_index.engine()
    hits = {hit.product_id: hit for hit in page.hits}
    try:
        reckoned = (
            engine.reckonings(replace(spec, query=page.corrected or query), EXPLAINED) if engine else None
        )
    except TooManyOwnPrices:
        reckoned = None
    if reckoned is None:
        return RankingPage(query, page.corrected, is_readable=False, offers=())
    offers = tuple(_offer(hits[one.product_id], one) for one in reckoned if one.product_id in hits)
    return RankingPage(query, page.corrected, is_readable=True, offers=offers)


def _offer(hit: Hit, one: Reckoning) -> OfferReckoned:
    return OfferReckoned(
        title=hit.title,
        url=reverse("product", args=[hit.ref, hit.slug]),
        supplier=hit.supplier_name,
        verified=hit.verified_at is not None,
        is_lowered=one.is_lowered,
        score=one.score,
        score_text=f"{one.score:.4f}",
        places=_places(one.parts),
        parts=tuple(
            PartLine(p.asked, p.matched, str(_FIELDS[p.field]), f"{p.weight:g}", f"{p.score:.4f}")
            for p in one.parts
        ),
    )


def _places(parts: tuple[Part, ...]) -> tuple[tuple[str, str], ...]:
    """Of each word, the place that counts most: “rice”: in the title. A word found nowhere else stands anywhere."""
    best: dict[str, Part] = {}
    for part in parts:
        known = best.get(part.asked)
        if known is None or part.score > known.score:
            best[part.asked] = part
    return tuple((word, str(_FIELDS[part.field])) for word, part in best.items()) or (
        (_("all words"), _("longer words that begin so")),
    )

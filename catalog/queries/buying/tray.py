"""What stands in the tray of offers to compare, for the bar under a list and for its own page. Reads only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.http import urlencode

from catalog.models import Product
from catalog.policies import FAVOURITE_ROLES
from catalog.queries.listings.translations import title_for_reader
from catalog.tray import MOST, Tray
from marketplace.core.actors import Actor


@dataclass(frozen=True, slots=True)
class TrayBar:
    """The bar under a list of offers. `here` is where a button leads back to; no statement."""

    refs: tuple[str, ...]
    most: int
    here: str
    compare_url: str
    keep_url: str
    may_keep: bool

    @property
    def number(self) -> int:
        """How many are chosen."""
        return len(self.refs)


@dataclass(frozen=True, slots=True)
class ChosenOffer:
    """One chosen offer that is on the market."""

    ref: str
    title: str
    url: str
    supplier: str


def tray_bar(tray: Tray, actor: Actor, *, here: str, carried: Iterable[tuple[str, str]] = ()) -> TrayBar:
    """The bar of a page; `carried` (my quantity, its unit, the currency) goes along to the comparison."""
    chosen = [("p", ref) for ref in tray.refs]
    return TrayBar(
        refs=tray.refs,
        most=MOST,
        here=here,
        compare_url=f"{reverse('compare')}?{urlencode([*chosen, *carried])}",
        keep_url=f"{reverse('favourites_keep')}?{urlencode(chosen)}",
        may_keep=may_keep(actor),
    )


def may_keep(actor: Actor) -> bool:
    """Whether “keep” is worth offering: to members who may, and to strangers, who are asked to sign in first."""
    return actor.is_anonymous or actor.has_role(*FAVOURITE_ROLES)


def chosen_offers(refs: Sequence[str]) -> tuple[ChosenOffer, ...]:
    """Those that are on the market, in their order. One statement; none for nothing."""
    if not refs:
        return ()
    rows = Product.objects.live().filter(ref__in=refs).select_related("supplier")
    found = {row.ref: row for row in rows.annotate(reader_title=title_for_reader())}
    return tuple(_chosen(found[ref]) for ref in refs if ref in found)


def _chosen(product: Product) -> ChosenOffer:
    title = product.__dict__["reader_title"] or product.title
    url = reverse("product", args=[product.ref, product.slug])
    return ChosenOffer(product.ref, title, url, product.supplier.legal_name)

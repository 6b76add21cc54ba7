"""Search and category pages: the same list, asked through the address."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from catalog.alerts import kept_address
from catalog.forms.search import (
    CARDS,
    QUERY_LENGTH,
    SearchForm,
    certificate_kinds,
    country_select,
    currency_select,
    unit_select,
)
from catalog.observing import note_search
from catalog.queries.buying.heads import category_head
from catalog.queries.buying.lines import OfferLine, lead_text, offer_lines
from catalog.queries.categories import CategoryNode, Tree, category_tree, offers_inside
from catalog.queries.searching.suggestions import Suggestions, suggestions
from catalog.rules.certificates import kind_name
from catalog.rules.exchange import rates
from catalog.search import Choice, Facets, SearchPage, SearchSpec, Sort, find
from catalog.views.addresses import Address
from catalog.views.recent_searches import note_recent, recent_of, strangers_searches, suggested
from catalog.views.tray import bar_of
from catalog.views.ways_out import Way, WaysOut, ways_out
from marketplace.accounts.models import Company
from marketplace.core.countries import country_name, country_names
from marketplace.core.errors import NotFound
from marketplace.core.formatting import format_number, format_quantity, format_unit_price
from marketplace.core.http import ActingRequest, actor_of
from marketplace.core.molds import fill, fill_each
from marketplace.core.units import unit_symbol

# What narrows a list; a change of any of them starts it at its first page.
FILTERS = (
    "category", "origin", "terms", "verified", "price_max", "moq_max", "lead_max", "certificate", "ships_to", "in_season",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Option:
    """One value of a filter: as a checkbox or a link."""

    value: str
    label: str
    count: int
    chosen: bool = False
    url: str = ""


@dataclass(frozen=True, slots=True)
class ResultsPage:
    """A list of offers with everything around it."""

    title: str
    heading: str
    note: str
    query: str
    corrected: str
    here: str
    crumbs: tuple[tuple[str, str], ...]
    offers: tuple[OfferLine, ...]
    total: int
    as_cards: bool
    price_label: str
    categories: tuple[Option, ...]
    origins: tuple[Option, ...]
    more_origins: tuple[Option, ...]
    terms: tuple[Option, ...]
    lead_times: tuple[Option, ...]
    prices: tuple[Option, ...]
    certificates: tuple[Option, ...]
    more_certificates: tuple[Option, ...]
    ships_here: Option | None
    in_season: Option | None
    country_options: SafeString
    verified_count: int
    within_quantity: Option | None
    chips: tuple[Way, ...]
    sorts: tuple[Option, ...]
    clear_url: str
    rows_url: str
    cards_url: str
    previous_url: str
    next_url: str
    rates_on: Any
    currency: str
    kept: tuple[tuple[str, str], ...]
    unit_options: SafeString
    currency_options: SafeString
    ways: WaysOut | None  # of an empty list
    matched: int  # before any filter
    why_url: str  # of a list in the order of the words only

    @property
    def saved_name(self) -> str:
        """What the search is called where it is saved: two that differ in a filter have two names."""
        return " · ".join([self.title, *(f"{chip.name} {chip.label}" for chip in self.chips)])


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Offers for the words and filters in the address."""
    tree = category_tree()
    form = SearchForm(request.GET)
    form.is_valid()
    node = tree.by_code.get(form.value("category") or "")
    return _results(request, form, tree, node, heading="")


@require_safe
def suggest(request: HttpRequest) -> HttpResponse:
    """What may be meant, for the box that is being typed in; a browser that comes by itself gets the whole page."""
    typed = request.GET.get("q", "")
    if request.headers.get("HX-Request") and not typed.strip():
        return suggested(request, recent_of(request))
    if not request.headers.get("HX-Request"):
        return redirect(f"{reverse('search')}?{urlencode({'q': typed[:QUERY_LENGTH]})}")
    return HttpResponse(_suggestions_box(suggestions(typed)))


def _suggestions_box(found: Suggestions) -> SafeString:
    link = "components/_suggested.html"
    values = {
        "typed": found.typed,
        "search_url": found.search_url,
        "categories": fill_each(link, ({"url": o.url, "label": o.label} for o in found.categories)),
        "products": fill_each(link, ({"url": o.url, "name": o.label} for o in found.products)),
        "suppliers": fill_each(link, ({"url": o.url, "name": o.label} for o in found.suppliers)),
    }
    return fill("catalog/_suggestions.html", values)


@require_safe
def category(request: HttpRequest, code: str) -> HttpResponse:
    """Offers of one category and those inside it."""
    tree = category_tree()
    node = tree.by_code.get(code)
    if node is None:
        raise NotFound
    form = SearchForm(request.GET)
    form.is_valid()
    return _results(request, form, tree, node, heading=node.name)


def _results(
    request: HttpRequest, form: SearchForm, tree: Tree, node: CategoryNode | None, *, heading: str
) -> HttpResponse:
    country = reader_country(request)
    buyer = actor_of(request).company_id
    spec = form.spec(category_path=node.path if node else "", country=country, buyer_id=buyer)
    found = find(spec)
    page = _page(request, form, tree, node, found, heading, spec)
    head = category_head(node.code, node.name, page.crumbs) if node and heading else None
    carried = [(name, value) for name, value in page.kept if name in {"quantity", "unit", "currency"}]
    context = {
        "page": page,
        "form": form,
        "head": head,
        "tray": bar_of(request, carried),
        "saved_address": ""
        if actor_of(request).is_anonymous
        else kept_address(form, node.code if heading and node else ""),
        "searched": strangers_searches(request),
    }
    response = render(request, "catalog/results.html", context)
    if (typed := form.value("q")) and not spec.cursor:
        at = cast(ActingRequest, request).at
        note_search(request, typed=found.corrected or typed, found=found.matched, country=country, at=at)
        note_recent(request, response, typed, at)
    return response


def _page(
    request: HttpRequest,
    form: SearchForm,
    tree: Tree,
    node: CategoryNode | None,
    found: SearchPage,
    heading: str,
    spec: SearchSpec,
) -> ResultsPage:
    address = Address(request, form)
    query = form.value("q") or ""
    quantity, unit = form.value("quantity"), form.value("unit") or ""
    asked_currency = form.value("currency") or ""
    origins = _options(found.facets.origins, form.value("origin") or (), _country_label())
    certificates = _certificate_options(found.facets, form)
    chips = _chips(form, node, address, heading)
    clear_url = address.without(*FILTERS)
    return ResultsPage(
        title=_title(query, heading),
        heading=_heading(query, heading, found),
        note=_note(found, form),
        query=query,
        corrected=found.corrected,
        here=node.name if node else _("Search"),
        crumbs=_crumbs(tree, node),
        offers=tuple(offer_lines(found.hits, quantity=quantity, unit_code=unit, convert_to=asked_currency)),
        total=found.total,
        as_cards=form.value("view") == CARDS,
        price_label=_price_label(form),
        categories=_category_options(tree, node, found.facets, address),
        origins=origins[:8],
        more_origins=origins[8:],
        terms=_options(found.facets.incoterms, form.value("terms") or (), str),
        lead_times=_lead_options(found.facets, form),
        prices=_price_options(found.facets, form, address),
        certificates=certificates[:8],
        more_certificates=certificates[8:],
        ships_here=_ships_option(found.facets, form, address, reader_country(request)),
        in_season=_season_option(found.facets, form),
        country_options=country_select(form.value("ships_to") or ""),
        verified_count=found.facets.verified,
        within_quantity=_within_option(found.facets, form, address),
        chips=chips,
        sorts=_sort_options(form),
        clear_url=clear_url,
        rows_url=address.with_value("view", ""),
        cards_url=address.with_value("view", CARDS),
        previous_url=address.at_cursor(found.previous_cursor),
        next_url=address.at_cursor(found.next_cursor),
        rates_on=_rates_on(form),
        currency=form.price_currency,
        kept=address.kept(),
        unit_options=unit_select(unit),
        currency_options=currency_select(asked_currency),
        ways=None
        if found.total
        else ways_out(query, spec, tree, node, chips, clear_url, address, is_category_page=bool(heading)),
        matched=found.matched,
        why_url=_why_url(found, form, address, node),
    )


def _rates_on(form: SearchForm) -> Any:
    """The day of the rates, where prices are compared."""
    is_compared = form.value("currency") or form.value("price_max") or form.spec().order is Sort.PRICE
    return rates().on if is_compared else None


def _why_url(found: SearchPage, form: SearchForm, address: Address, node: CategoryNode | None) -> str:
    if not found.total or form.spec().order is not Sort.RELEVANCE:
        return ""
    return address.elsewhere(reverse("search_why"), node.code if node else "")


def _title(query: str, heading: str) -> str:
    if query and heading:
        return _("“%(query)s” in %(category)s") % {"query": query, "category": heading}
    return heading or (_("“%(query)s”") % {"query": query} if query else _("All offers"))


def _heading(query: str, heading: str, found: SearchPage) -> str:
    if heading and not query:
        return heading
    number = format_number(found.total)
    if not query:
        return ngettext("%(number)s offer", "%(number)s offers", found.total) % {"number": number}
    return ngettext("%(number)s offer for “%(query)s”", "%(number)s offers for “%(query)s”", found.total) % {
        "number": number,
        "query": found.corrected or query,
    }


def _note(found: SearchPage, form: SearchForm) -> str:
    if form.is_cut:
        text = _("Only the first %(number)s characters were searched.")
        return text % {"number": format_number(QUERY_LENGTH)}
    if found.matched > found.total:
        text = ngettext(
            "%(number)s offer of %(all)s; the filters leave out the others.",
            "%(number)s offers of %(all)s; the filters leave out the others.",
            found.total,
        )
        return text % {"number": format_number(found.total), "all": format_number(found.matched)}
    return _("What a price includes is said by its Incoterms rule.") if found.total else ""


def _crumbs(tree: Tree, node: CategoryNode | None) -> tuple[tuple[str, str], ...]:
    if node is None:
        return ()
    above = tree.trail(node.code)[:-1]
    return (
        (_("Categories"), reverse("categories")),
        *((n.name, reverse("category", args=[n.code])) for n in above),
    )


def _price_label(form: SearchForm) -> str:
    quantity, unit = form.value("quantity"), form.value("unit")
    if quantity is None:
        return _("Price at minimum order")
    text = format_quantity(quantity, unit) if unit else format_number(quantity)
    return _("Price at %(quantity)s") % {"quantity": text}


def _country_label() -> Callable[[str], str]:
    """`country_name` for many: a page has thirty origins."""
    names = country_names()
    return lambda code: names.get(code, code)


def _options(choices: Sequence[Choice], chosen: Sequence[str], label: Any) -> tuple[Option, ...]:
    return tuple(Option(c.value, label(c.value), c.count, c.value in chosen) for c in choices)


def reader_country(request: HttpRequest) -> str:
    """The country of the company the reader acts for; empty for everybody else."""
    company: Company | None = getattr(request, "acting_company", None)
    return company.country if company else ""


def _certificate_options(facets: Facets, form: SearchForm) -> tuple[Option, ...]:
    kinds = certificate_kinds()
    return tuple(
        option
        for option in _options(facets.certificates, form.value("certificate") or (), kind_name)
        if option.value in kinds
    )


def _ships_option(facets: Facets, form: SearchForm, address: Address, country: str) -> Option | None:
    """The reader's own country as a link, until it or another one is chosen."""
    if not country or form.value("ships_to"):
        return None
    return Option(
        country, country_name(country), facets.ships_here, url=address.with_value("ships_to", country)
    )


def _season_option(facets: Facets, form: SearchForm) -> Option | None:
    """Shown where anything has a season at all."""
    chosen = bool(form.value("in_season"))
    return Option("on", "", facets.in_season, chosen) if chosen or facets.in_season else None


def _category_options(
    tree: Tree, node: CategoryNode | None, facets: Facets, address: Address
) -> tuple[Option, ...]:
    """The categories just below the present one, with all that lies inside them."""
    inside = offers_inside(facets.categories)
    found = [
        (child, count)
        for child in tree.children(node.code if node else "")
        if (count := inside.get(child.path, 0))
    ]
    urls = address.in_categories(child.code for child, _count in found)
    options = [Option(c.code, c.name, count, url=url) for (c, count), url in zip(found, urls, strict=True)]
    return tuple(sorted(options, key=lambda option: -option.count))


def _lead_options(facets: Facets, form: SearchForm) -> tuple[Option, ...]:
    chosen = form.value("lead_max")
    counts = {choice.value: choice.count for choice in facets.lead_times}
    values = sorted({int(value) for value in counts} | ({chosen} if chosen else set()))
    return tuple(Option(str(v), lead_text(v), counts.get(str(v), 0), v == chosen) for v in values)


def _price_options(facets: Facets, form: SearchForm, address: Address) -> tuple[Option, ...]:
    return tuple(
        Option(
            f"{mark.normalize():f}",
            format_unit_price(mark, form.price_currency),
            count,
            url=address.with_value("price_max", f"{mark.normalize():f}"),
        )
        for mark, count in facets.prices
    )


def _within_option(facets: Facets, form: SearchForm, address: Address) -> Option | None:
    quantity, unit = form.value("quantity"), form.value("unit") or ""
    if quantity is None or form.value("moq_max") is not None:
        return None
    text = format_quantity(quantity, unit) if unit else format_number(quantity)
    return Option(
        f"{quantity:f}", text, facets.within_quantity, url=address.with_value("moq_max", f"{quantity:f}")
    )


def _sort_options(form: SearchForm) -> tuple[Option, ...]:
    order = form.spec().order
    offered = [sort for sort in Sort if sort is not Sort.RELEVANCE or form.value("q")]
    return tuple(Option(sort.value, str(sort.label), 0, sort is order) for sort in offered)


def _chips(form: SearchForm, node: CategoryNode | None, address: Address, heading: str) -> tuple[Way, ...]:
    chips = [Way(_("Category"), node.name, address.without("category"))] if node and not heading else []
    chips += [
        Way(_("Origin"), country_name(code), address.without_value("origin", code))
        for code in form.value("origin") or ()
    ]
    chips += [
        Way(_("Terms"), rule, address.without_value("terms", rule)) for rule in form.value("terms") or ()
    ]
    if form.value("verified"):
        chips.append(Way(_("Supplier"), _("verified"), address.without("verified")))
    chips += [
        Way(_("Certificate"), kind_name(kind), address.without_value("certificate", kind))
        for kind in form.value("certificate") or ()
    ]
    if code := form.value("ships_to"):
        chips.append(Way(_("Offered to"), country_name(code), address.without("ships_to")))
    if form.value("in_season"):
        chips.append(Way(_("Season"), _("now"), address.without("in_season")))
    return (*chips, *_number_chips(form, address))


def _number_chips(form: SearchForm, address: Address) -> list[Way]:
    chips: list[Way] = []
    unit = form.value("unit") or ""
    if (price := form.value("price_max")) is not None:
        per = f" / {unit_symbol(unit)}" if unit else ""
        text = format_unit_price(price, form.price_currency) + per
        chips.append(Way(_("Price at most"), text, address.without("price_max")))
    if (moq := form.value("moq_max")) is not None:
        text = format_quantity(moq, unit) if unit else format_number(moq)
        chips.append(Way(_("Minimum order at most"), text, address.without("moq_max")))
    if days := form.value("lead_max"):
        chips.append(Way(_("Ready within"), lead_text(days), address.without("lead_max")))
    return chips

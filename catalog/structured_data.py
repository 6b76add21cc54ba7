"""What a page says to machines: schema.org in JSON-LD, and the head of a page (canonical, OpenGraph). Pure.

Owns the shapes and the escaping; must not touch database, settings or clock. Addresses are made absolute with
the site's own, which the caller gives. A `<script>` of type `application/ld+json` is data, not script: no
policy of what may run applies to it (HTML Standard, "prepare the script element"), so it needs no nonce.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.utils.safestring import SafeString, mark_safe

from catalog.rules.availability import Announced, Shelf
from catalog.rules.prices import Tier
from marketplace.core.money import Money

CONTEXT: Final = "https://schema.org"
DESCRIPTION_LENGTH: Final = 300
# Inside a script element only these signs could end it, or begin a comment; the last two end a line in JavaScript.
_ESCAPED: Final = {
    ord("<"): "\\u003c",
    ord(">"): "\\u003e",
    ord("&"): "\\u0026",
    0x2028: "\\u2028",
    0x2029: "\\u2029",
}
Thing = Mapping[str, Any]
# `feeds.py` writes the same three as the merchant feed has them, so that no service reads two statements of one listing.
_AVAILABILITY: Final = {
    Shelf.IN_STOCK: "InStock",
    Shelf.BACKORDER: "BackOrder",
    Shelf.OUT_OF_STOCK: "OutOfStock",
}


@dataclass(frozen=True, slots=True)
class Sold:
    """One variant with its price steps; `sku` and `name` only where there are several."""

    steps: tuple[Tier, ...]
    url: str
    told: Announced
    sku: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Tiers:
    """What is sold, in which currency, by which unit (UN/ECE code)."""

    currency: str
    unit_code: str
    sold: tuple[Sold, ...]


@dataclass(frozen=True, slots=True)
class PageHead:
    """The head of a public page. `url` and `image` are absolute; `data` is a script element of JSON-LD."""

    url: str
    title: str
    description: str
    kind: str = "website"
    image: str = ""
    data: str = ""
    languages: tuple[str, ...] = ()
    news_url: str = ""
    indexed: bool = True


@dataclass(frozen=True, slots=True)
class Stated:
    """What a supplier states of itself; certificates as (name, number, issuer, last day)."""

    people: int | None = None
    markets: tuple[str, ...] = ()
    images: tuple[str, ...] = ()
    certificates: tuple[tuple[str, str, str, date | None], ...] = ()


NOTHING_STATED: Final = Stated()


def script_of(things: Iterable[Thing]) -> SafeString:
    """The things as one script element; no text in them can end it or be read as HTML."""
    graph = {"@context": CONTEXT, "@graph": list(things)}
    text = json.dumps(graph, ensure_ascii=False, separators=(",", ":")).translate(_ESCAPED)
    return mark_safe(f'<script type="application/ld+json">{text}</script>')  # noqa: S308 -- escaped just above


def organization(
    *, url: str, name: str, country: str, city: str, region: str, website: str = "", about: str = "",
    founded_year: int | None = None, stated: Stated = NOTHING_STATED, rating: tuple[Decimal, int] | None = None,
) -> Thing:  # fmt: skip
    """A supplier; `country` is the ISO 3166-1 code, `rating` the mean and number of reviews that the page shows."""
    address = {"addressLocality": city, "addressRegion": region, "addressCountry": country}
    return _without_blanks(
        {
            "@type": "Organization",
            "@id": f"{url}#organization",
            "name": name,
            "url": url,
            "description": about[:DESCRIPTION_LENGTH],
            "sameAs": website,
            "foundingDate": str(founded_year) if founded_year else "",
            "address": {"@type": "PostalAddress", **_without_blanks(address)},
            "image": list(stated.images),
            "numberOfEmployees": {"@type": "QuantitativeValue", "value": stated.people}
            if stated.people
            else "",
            "areaServed": [{"@type": "Country", "name": code} for code in stated.markets],
            "hasCertification": [_certification(*one) for one in stated.certificates],
            "aggregateRating": _rating(*rating) if rating else "",
        }
    )


def item_page(*, url: str, name: str, language: str) -> Thing:
    """The page of a product, in the language of its words; left out when the supplier never said which it is."""
    return _without_blanks(
        {
            "@type": "ItemPage",
            "@id": url,
            "name": name,
            "inLanguage": language,
            "mainEntity": {"@id": f"{url}#product"},
        }
    )


def _certification(name: str, number: str, issuer: str, valid_until: date | None) -> Thing:
    return _without_blanks(
        {
            "@type": "Certification",
            "name": name,
            "certificationIdentification": number,
            "issuedBy": {"@type": "Organization", "name": issuer},
            "expires": valid_until.isoformat() if valid_until else "",
        }
    )


def breadcrumbs(trail: Sequence[tuple[str, str]]) -> Thing:
    """From the top to the page: (name, absolute address)."""
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": place, "name": name, "item": url}
            for place, (name, url) in enumerate(trail, 1)
        ],
    }


def product(
    *, url: str, name: str, description: str, images: Sequence[str], sku: str, category: str, origin: str,
    hs_code: str, facts: Iterable[tuple[str, str]], seller: Thing, tiers: Tiers, rating: tuple[Decimal, int] | None = None,
) -> Thing:  # fmt: skip
    """A listing with its offers: one for a single price, an aggregate of all steps of all variants for several."""
    return _without_blanks(
        {
            "@type": "Product",
            "@id": f"{url}#product",
            "name": name,
            "url": url,
            "description": description,
            "image": list(images),
            "sku": sku,
            "brand": {"@type": "Brand", "name": seller["name"]},
            "category": category,
            "countryOfOrigin": {"@type": "Country", "name": origin} if origin else "",
            "additionalProperty": [
                {"@type": "PropertyValue", "name": label, "value": value}
                for label, value in [*([("HS", hs_code)] if hs_code else []), *facts]
            ],
            "aggregateRating": _rating(*rating) if rating else "",
            "offers": _offers(url, {"@id": seller["@id"]}, tiers),
        }
    )


def _rating(mean: Decimal, count: int) -> Thing:
    """Only of reviews that are there."""
    return {
        "@type": "AggregateRating",
        "ratingValue": plain(mean),
        "reviewCount": count,
        "bestRating": 5,
        "worstRating": 1,
    }


def _offers(url: str, seller: Thing, tiers: Tiers) -> Thing:
    offers = [_offer(one, seller, tiers, step) for one in tiers.sold for step in one.steps]
    if len(offers) == 1:
        return offers[0]
    prices = [step.unit_price for one in tiers.sold for step in one.steps]
    return {
        "@type": "AggregateOffer",
        "url": url,
        "priceCurrency": tiers.currency,
        "lowPrice": plain(min(prices)),
        "highPrice": plain(max(prices)),
        "offerCount": len(offers),
        "offers": offers,
    }


def _offer(one: Sold, seller: Thing, tiers: Tiers, step: Tier) -> Thing:
    price = plain(step.unit_price)
    quantity = {
        "@type": "QuantitativeValue",
        "minValue": plain(step.min_quantity),
        "unitCode": tiers.unit_code,
    }
    offer = {
        "@type": "Offer",
        "url": one.url,
        "name": one.name,
        "sku": one.sku,
        "price": price,
        "priceCurrency": tiers.currency,
        **_availability(one.told),
        "itemCondition": f"{CONTEXT}/NewCondition",
        "seller": seller,
        "eligibleQuantity": quantity,
        "priceSpecification": {
            "@type": "UnitPriceSpecification",
            "price": price,
            "priceCurrency": tiers.currency,
            "referenceQuantity": {"@type": "QuantitativeValue", "value": "1", "unitCode": tiers.unit_code},
        },
    }
    return _without_blanks(offer)


def sample_offer(
    *, url: str, name: str, quantity: Decimal, unit_code: str, amount: Money, days: int, told: Announced, seller: Thing,
) -> Thing:  # fmt: skip
    """A sample: an offer of exactly so much for one amount, that names the product as what it offers.

    It is a thing of its own and not one of the product's `offers`: those are prices of one unit in trade, and 500 g for
    40 USD among them would be the lowest, or the highest, price of a tonne.
    """
    price, measured = plain(amount.as_decimal()), {"@type": "QuantitativeValue", "unitCode": unit_code}
    return {
        "@type": "Offer",
        "@id": f"{url}#sample-offer",
        "url": f"{url}#sample",
        "name": name,
        "itemOffered": {"@id": f"{url}#product"},
        "price": price,
        "priceCurrency": amount.currency,
        **_availability(told),
        "deliveryLeadTime": {"@type": "QuantitativeValue", "value": days, "unitCode": "DAY"},
        "seller": {"@id": seller["@id"]},
        "eligibleQuantity": {**measured, "minValue": plain(quantity), "maxValue": plain(quantity)},
        "priceSpecification": {
            "@type": "UnitPriceSpecification",
            "price": price,
            "priceCurrency": amount.currency,
            "referenceQuantity": {**measured, "value": plain(quantity)},
        },
    }


def _availability(told: Announced) -> Thing:
    starts = {"availabilityStarts": told.there_on.isoformat()} if told.there_on else {}
    return {"availability": f"{CONTEXT}/{_AVAILABILITY[told.shelf]}", **starts}


def plain(number: Decimal) -> str:
    """`1180`, `0.0425`: digits as machines read them, no needless zeros."""
    return f"{number.normalize():f}"


def _without_blanks(thing: dict[str, Any]) -> Thing:
    return {name: value for name, value in thing.items() if value not in ("", [], None)}

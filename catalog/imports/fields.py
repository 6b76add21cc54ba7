"""The columns of our layout: what each is called, what it means, and under which other names it comes.

Owns words only; must not touch the database. Facts that categories ask for come as `attributes.<code>`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from django.utils.translation import gettext_lazy as _

from catalog.rules.prices import MAXIMUM_TIERS
from marketplace.core.errors import Text

REFERENCE = "reference"
LISTING, VARIANT = "listing", "variant"
TOLERANCE = "quantity_tolerance_bps"
IMAGES = "images"
CAPACITY = "capacity"
ON_OFFER = "on_offer"
ATTRIBUTE = "attributes."
PRICE_AT = "price_at."
SHIPS_TO, MONTHS = "ships_to", "season_months"
SAMPLE_QUANTITY, SAMPLE_PRICE = "sample_quantity", "sample_price"
SAMPLE_DAYS, SAMPLE_CREDITED = "sample_days", "sample_credited"
SAMPLE = (SAMPLE_QUANTITY, SAMPLE_PRICE, SAMPLE_DAYS, SAMPLE_CREDITED)
STATED = (SHIPS_TO, MONTHS, *SAMPLE)  # what a listing states of its offering, beside its facts
WORDS = ("title", "description", "packaging")  # and free texts of facts: what can be said in other languages
TRANSLATED = (*WORDS, VARIANT)  # and the names of variants, each in its variant's row
WHAT_TO_DO: Text = _("What to do")


# What may hold for all rows at once, for those that do not say.
FOR_ALL = (
    "category_code", "origin", "unit_code", "moq", "order_multiple", "currency", "incoterms_rule", "named_place",
    "lead_time_days", "packaging", "hs_code",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Field:
    """One column: `aliases` are headers of other people's files, in lower case without accents."""

    code: str
    label: Text
    help: Text
    aliases: tuple[str, ...] = ()
    width: int = 16


_HEAD = (
    Field("sku", _("Article number"), _("Your own number. It names the listing: the same number again changes the same listing."), ("sku", "variant sku", "article", "article no", "item no", "item number", "item code", "product code", "product id", "part number", "codigo", "codigo de articulo", "referencia", "artikelnummer", "reference article", "code article", "codigo do produto")),
    Field("title", _("Title"), _("What it is, the grade and the size, as a buyer would search for it."), ("name", "product", "product name", "item", "nombre", "nombre del producto", "titulo", "producto", "nome", "produto", "nom", "nom du produit", "titre", "bezeichnung"), 34),
    Field(VARIANT, _("Variant"), _("What this form of it is called, such as: Grade A, carton of 5 kg. Only for a listing with several: each has a row of its own with its name, number and prices, and its packaging and weights where they differ; the rest stands in the first of them."), ("variant name", "option", "option value", "variante", "grade", "version"), 24),
    Field("category_code", _("Category"), _("Choose from the list, or write the category's name."), ("category", "product category", "categoria", "categorie", "kategorie", "type"), 30),
    Field("description", _("Description"), _("At least 40 characters before a review. An empty line begins a paragraph, “- ” a list."), ("details", "body html", "body", "long description", "product description", "descripcion", "descricao", "beschreibung"), 50),
    Field("hs_code", _("HS code"), _("Six to ten digits, such as 1006.30. Keep the column as text, or a leading zero is lost."), ("hs", "hscode", "hs number", "tariff code", "customs tariff", "hts", "harmonized code", "partida arancelaria", "ncm", "codigo hs", "code sh", "zolltarifnummer")),
    Field("origin", _("Country of origin"), _("Choose from the list, or write the country's name or its two letters."), ("origin", "country", "made in", "pais", "pais de origen", "pais de origem", "pays", "pays d origine", "ursprungsland")),
    Field("unit_code", _("Unit"), _("What quantities and prices count: kilogram, tonne, piece …"), ("uom", "unit of measure", "unidad", "unidade", "unite", "einheit", "sold by")),
    Field("moq", _("Minimum order"), _("The smallest quantity you sell."), ("moq", "minimum order quantity", "min order", "min qty", "minimum quantity", "minimum", "pedido minimo", "cantidad minima", "commande minimum", "mindestmenge")),
    Field("order_multiple", _("Sold in steps of"), _("A whole number of these makes an order; 1 when anything goes."), ("order multiple", "multiple", "step", "increment", "pack size", "multiplo", "order step")),
    Field("currency", _("Currency"), _("Three letters, such as USD."), ("currency code", "moneda", "moeda", "devise", "wahrung", "ccy")),
)  # fmt: skip
_TAIL = (
    Field("incoterms_rule", _("Incoterms rule"), _("One of the eleven rules of 2020: EXW, FCA, CPT, CIP, DAP, DPU, DDP, FAS, FOB, CFR, CIF."), ("incoterms", "incoterm", "delivery terms", "terms of delivery", "trade terms")),
    Field("named_place", _("Named place"), _("The port or place where the rule applies."), ("place", "port", "port of loading", "loading port", "puerto", "porto", "lugar", "lieu")),
    Field("lead_time_days", _("Lead time (days)"), _("Days from payment to handing over; 0 when in stock."), ("lead time", "lead time in days", "delivery time", "days", "plazo", "plazo de entrega", "prazo", "delai", "lieferzeit")),
    Field(
        TOLERANCE,
        _("Quantity tolerance (%)"),
        _("By how much a delivery may differ from the order, in percent; empty when not at all."),
        ("quantity tolerance", "tolerance", "tolerancia", "tolerance %"),
    ),
    Field("packaging", _("Packaging"), _("Such as: carton of 5 kg with liner, 20 cartons on a pallet."), ("package", "packing", "quantity per unit", "embalaje", "embalagem", "emballage", "verpackung"), 30),
    Field("units_per_package", _("In one package"), _("How many units one package holds."), ("units per package", "units per carton", "qty per carton", "pieces per carton", "unidades por caja")),
    Field("net_weight_kg", _("Net weight (kg)"), _("Of one package, without its packaging."), ("net weight", "net weight of a package", "peso neto", "peso liquido", "poids net", "nettogewicht")),
    Field("gross_weight_kg", _("Gross weight (kg)"), _("Of one package, with its packaging."), ("gross weight", "gross weight of a package", "peso bruto", "poids brut", "bruttogewicht")),
    Field(SHIPS_TO, _("Offered to"), _("“everywhere”, “only: Germany, FR” or “except: Cuba”; empty: as all your products."), ("ships to", "export markets", "countries served"), 22),
    Field(MONTHS, _("Season (months)"), _("Months of harvest or availability as numbers, such as 11, 12, 1; only for agricultural goods."), ("season", "harvest months", "availability", "temporada", "safra", "saison")),
    Field(SAMPLE_QUANTITY, _("Sample: quantity"), _("In your unit; empty when you offer no sample."), ("sample quantity", "sample size")),
    Field(SAMPLE_PRICE, _("Sample: price"), _("Of the whole sample, in your currency."), ("sample price",)),
    Field(SAMPLE_DAYS, _("Sample: ready in (days)"), _("Days from payment to handing over; 0 when in stock."), ("sample days", "sample lead time")),
    Field(SAMPLE_CREDITED, _("Sample: credited"), _("Whether its price comes off a later order: yes or no."), ("sample credited", "sample refundable")),
    Field(CAPACITY, _("Stock and capacity"), _("How much there is in all, by period: “2026-11: 62; 2026-12: 40”, “stock: 200”. Of this variant, in your unit, with what orders hold already. A period that is not named stays as it is."), ("stock per period", "capacity per month", "capacidad por mes", "capacidade por mes", "capacite par mois"), 26),
    Field(ON_OFFER, _("On offer"), _("“yes”; “withdrawn” when this variant is not sold any more; “paused” when the whole listing is not for sale for now. “yes” again takes either back. What is withdrawn keeps its name and its prices; empty leaves it as it is."), ("offered", "for sale", "on sale", "listing status", "status", "active", "available", "published", "a la venta", "estado", "activo", "en oferta", "a venda", "ativo", "em oferta", "en vente", "actif", "statut", "aktiv", "im angebot", "verkaufbar", "बिक्री के लिए", "स्थिति", "在售", "状态"), 14),
    Field(IMAGES, _("Pictures"), _("File names in your ZIP file, with | between them. Pictures are added, never taken away."), ("images", "image", "picture", "photo", "photos", "image src", "image file", "imagenes", "fotos", "bilder"), 30),
    Field(LISTING, _("Variants of one listing"), _("Any word of your own: rows below each other with the same word are variants of one listing. Empty for a listing with one form."), ("handle", "parent", "parent sku", "parent code", "group", "style number", "item group"), 20),
    Field(REFERENCE, _("Reference"), _("The marketplace's own reference, such as prd_7k3m9q2x4t8v; leave it empty for new listings."), ("ref", "listing reference"), 20),
)  # fmt: skip


def _tier_fields() -> tuple[Field, ...]:
    fields: list[Field] = []
    for number in range(1, MAXIMUM_TIERS + 1):
        one = number == 1
        start = _(
            "The quantity from which the first price applies: your minimum order. Empty means the same."
        )
        later = _("The quantity from which this lower price applies; empty when there is no such price.")
        names = ("price from", "from", "quantity", "qty") if one else ()
        prices = ("price", "unit price", "variant price", "fob price", "precio", "preco", "prix", "preis", "list price", "sale price", "price per unit") if one else ()  # fmt: skip
        fields += [
            Field(
                tier_from(number),
                _("From quantity %(number)s") % {"number": number},
                start if one else later,
                (f"price from {number}", f"qty {number}", f"quantity {number}", f"min qty {number}", *names),
            ),
            Field(
                tier_price(number),
                _("Unit price %(number)s") % {"number": number},
                _("For one unit, in your currency; at most six decimals."),
                (f"price {number}", f"precio {number}", *prices),
            ),
        ]
    return tuple(fields)


def tier_from(number: int) -> str:
    """The column of the quantity from which price `number` (from 1) applies."""
    return f"tier_{number}_from"


def tier_price(number: int) -> str:
    """The column of price `number`, from 1."""
    return f"tier_{number}_price"


def fields() -> tuple[Field, ...]:
    """All columns in the order of the template, named in the reader's language."""
    return (*_HEAD, *_tier_fields(), *_TAIL)


@cache
def field_codes() -> frozenset[str]:
    """The codes of all columns but those of categories' facts."""
    return frozenset(field.code for field in fields())


def translation_target(field: str, language: str) -> str:
    """The column of a listing's words in another language: `title:es`."""
    return f"{field}:{language}"


def translated_field(target: str) -> tuple[str, str]:
    """`title:es` → `("title", "es")`; two empty texts for any other column."""
    field, colon, language = target.partition(":")
    return (field, language) if colon else ("", "")


def label_of(target: str, attributes: Mapping[str, str]) -> str:
    """What a column is called; `attributes` has the labels of categories' facts by code."""
    field, language = translated_field(target)
    if language:
        return f"{label_of(field, attributes)} ({language})"
    if target.startswith(PRICE_AT):
        return str(_("Unit price from %(quantity)s")) % {"quantity": target.removeprefix(PRICE_AT)}
    if target.startswith(ATTRIBUTE):
        code = target.removeprefix(ATTRIBUTE)
        return attributes.get(code, code)
    return next((str(field.label) for field in fields() if field.code == target), target)


def column_of_error(name: str) -> str:
    """The column to which a refusal of `listing.checked_facts` belongs (`tiers.0` → `tier_1_price`)."""
    kind, _dot, rest = name.partition(".")
    if name == "quantity_tolerance":
        return TOLERANCE
    return tier_price(int(rest or 0) + 1) if kind == "tiers" else name

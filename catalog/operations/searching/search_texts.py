"""What the words are by which a listing is found: its own, its supplier's, its category's, and those of the goods.

Four texts, cut into words, by what they weigh. `sources` reads in a fixed number of statements for any number of
listings; the rest is pure. Writes only the vocabulary.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final, NamedTuple

from babel import Locale
from django.db import connection

from catalog.data import LANGUAGES
from catalog.data.everyday import also_called, called_elsewhere
from catalog.models import AttributeDefinition, Category, Product, Translation, Variant
from catalog.rules import hs, richtext
from catalog.rules.translating import VARIANT_NAME, VARIANT_PACKAGING, name_field, packaging_field
from catalog.words import indexed_words, joined_codes
from marketplace.accounts.models import Company

_DESCRIPTION_LENGTH: Final = 6000
# Title and description with the stems of five languages; names, codes and facts as they are, since a question
# also finds what begins with its words. Only what decides the order keeps positions and weights: a small
# vector stays in its row, and ranking ten thousand of them stays quick.
VECTOR = """
    setweight(catalog_vector(%s), 'A')
    || setweight(catalog_words(%s), 'B')
    || strip(catalog_words(%s))
    || strip(catalog_vector(%s))
"""
_WORDS = """
    INSERT INTO catalog_searchword (word)
    SELECT DISTINCT catalog_unaccent(word) AS word FROM unnest(%s::text[]) AS word ORDER BY word
    ON CONFLICT DO NOTHING
"""


class VariantWords(NamedTuple):
    """What a variant on offer is found by; `packaging` is its own."""

    number: int
    sku: str
    name: str
    packaging: str


@dataclass(frozen=True, slots=True)
class TextSources:
    """What the texts of some products need beside the products."""

    suppliers: Mapping[int, str]
    categories: Mapping[int, Category]
    names: Mapping[str, Mapping[str, str]]
    attributes: Mapping[str, AttributeDefinition]
    variants: Mapping[int, list[VariantWords]]
    translations: Mapping[int, list[dict[str, str]]]

    def category_of(self, product: Product) -> Category:
        """The one it is filed under."""
        # INVARIANT: a live product has a category (enforced by product_is_complete_once_submitted)
        return self.categories[product.category_id or 0]


def text_sources(products: Sequence[Product]) -> TextSources:
    """Read them, of all the products together."""
    ids = [product.pk for product in products]
    categories = Category.objects.in_bulk({p.category_id for p in products if p.category_id is not None})
    codes = {code for category in categories.values() for code in category.path.strip("/").split("/")}
    used = {code for product in products for code in product.attributes}
    translations: dict[int, list[dict[str, str]]] = {}
    translated = Translation.objects.filter(product_id__in=ids).order_by("product_id", "language")
    for product_id, words in translated.values_list("product_id", "texts"):
        translations.setdefault(product_id, []).append(words)
    variants: dict[int, list[VariantWords]] = {}
    offered = Variant.objects.filter(product_id__in=ids, position__isnull=False)
    for product_id, *words in offered.order_by("product_id", "position").values_list(
        "product_id", *VariantWords._fields
    ):
        variants.setdefault(product_id, []).append(VariantWords(*words))
    return TextSources(
        suppliers=dict(
            Company.objects.filter(pk__in={p.supplier_id for p in products}).values_list("pk", "legal_name")
        ),
        categories=categories,
        names=dict(Category.objects.filter(code__in=codes).values_list("code", "names")),
        attributes={row.code: row for row in AttributeDefinition.objects.filter(code__in=used)}
        if used
        else {},
        variants=variants,
        translations=translations,
    )


def keep_words(words: Collection[str]) -> None:
    """Add to the words that “did you mean” may propose. Kept for good, also of a listing that is gone again."""
    with connection.cursor() as cursor:
        # In order, so that two suppliers publishing at once wait for each other and never in a circle.
        cursor.execute(_WORDS, [sorted(words)])


def search_texts(product: Product, around: TextSources) -> tuple[str, str, str, str]:
    """Cut into words, what weighs most first: title; category, code and supplier; facts and what is above; description."""
    *trail, own = around.category_of(product).path.strip("/").split("/")
    variants = around.variants.get(product.pk, [])
    sku = " ".join(one.sku for one in variants)
    kinds = " ".join(one.name for one in variants)
    packed = " ".join(one.packaging for one in variants)
    offered = {field(one.number) for one in variants for field in (name_field, packaging_field)}
    codes = f"{product.hs_code} {product.hs_code[:6]} {product.hs_code[:4]} {sku} {product.ref}"
    joined = [*joined_codes(product.title), *joined_codes(sku), *joined_codes(kinds)]
    translations = around.translations.get(product.pk, [])
    title = indexed_words(product.title)
    translated = indexed_words(" ".join(texts.get("title", "") for texts in translations))
    category = _cut(" ".join(around.names[own].values()))
    names = _side_by_side(
        category,
        indexed_words(codes),
        _cut(around.suppliers[product.supplier_id]),
    )
    facts = _side_by_side(
        indexed_words(_attribute_words(product, around)),
        _country_words(product.origin),
        indexed_words(f"{product.named_place} {product.packaging} {packed}"),
        *(_cut(" ".join(around.names[code].values())) for code in trail),
        _nomenclature(product.hs_code),
        indexed_words(" ".join([kinds, *joined])),
    )
    elsewhere = called_elsewhere(f"{title} {translated}")
    of_the_kind = _called_elsewhere(category, product.hs_code)
    return (
        title,
        _side_by_side(names, translated, _cut(elsewhere)),
        _side_by_side(facts, _cut(also_called(f"{title} {names} {facts}")), of_the_kind),
        _side_by_side(
            _description(product.description), *(_translated_words(texts, offered) for texts in translations)
        ),
    )


def _side_by_side(*words: str) -> str:
    return " ".join(filter(None, words))


_cut = lru_cache(maxsize=8_192)(indexed_words)  # of what many listings say: names of categories and suppliers


def _description(text: str) -> str:
    return indexed_words(richtext.plain_text(text)[:_DESCRIPTION_LENGTH])


def _translated_words(texts: Mapping[str, str], offered: Collection[str]) -> str:
    """Everything one translation says, but of the pictures and of variants that are not on offer.

    The title again, for here words count with their stems.
    """
    said = (
        text
        for field, text in sorted(texts.items())
        if not field.startswith("alt.")
        and (not field.startswith((VARIANT_NAME, VARIANT_PACKAGING)) or field in offered)
    )
    return _description(" ".join(said))


@lru_cache(maxsize=8_192)  # there are some 5,600 subheadings
def _nomenclature(hs_code: str) -> str:
    """What the Harmonized System says of the goods: the heading's and the subheading's text."""
    return indexed_words(f"{hs.description(hs_code[:4])} {hs.description(hs_code[:6])}")


@lru_cache(maxsize=8_192)
def _called_elsewhere(category: str, hs_code: str) -> str:
    """What the goods of a category and a subheading are called in the languages whose forms no stem brings together."""
    said = f"{category} {indexed_words(hs.description(hs_code[:6]))}"
    return indexed_words(called_elsewhere(said, "de", "hi", "zh", "ar"))


def _attribute_words(product: Product, around: TextSources) -> str:
    words: list[str] = []
    for code, value in product.attributes.items():
        definition = around.attributes.get(code)
        if definition is None:
            continue
        labels = next((choice["names"] for choice in definition.choices if choice["code"] == value), None)
        # A yes is worth finding by its name (“organic”), a no is not.
        if value == "true":
            labels = definition.names
        words += [] if value in {"true", "false"} else [value]
        words += labels.values() if labels else []
    return " ".join(words)


@cache
def _country_words(code: str) -> str:
    return indexed_words(" ".join(str(Locale(language).territories.get(code, "")) for language in LANGUAGES))

"""Reads of a listing's languages: what a reader is shown, and what its supplier still has to translate."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, Func, OuterRef, QuerySet, Subquery, TextField, Value
from django.db.models.functions import Cast, Concat, JSONObject
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from catalog.errors import ProductNotFound
from catalog.languages import ORIGINAL, listing_languages, own_name, reader_language
from catalog.models import CategoryAttribute, Product, ProductImage, Translation, Variant
from catalog.rules.packing import Packing
from catalog.rules.translating import (
    VARIANT_NAME,
    Original,
    missing_fields,
    name_field,
    name_originals,
    outdated_fields,
    packaging_field,
    packaging_originals,
)
from catalog.states import AttributeKind
from marketplace.core.actors import Actor


@dataclass(frozen=True, slots=True)
class LanguageLink:
    """One language a listing can be read in; `code` is empty when nobody said in which it was written."""

    code: str
    name: str
    url: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class Wording:
    """A listing's words as one reader gets them. `language` is empty when it is not known.

    `is_old` when the original was changed since it was translated; `links` are all ways to read it, none when
    there is only the original. `asked` is what the address says of it, empty when it says nothing.
    """

    language: str
    is_translation: bool
    is_old: bool
    texts: Mapping[str, str]
    links: tuple[LanguageLink, ...]
    asked: str = ""


@dataclass(frozen=True, slots=True)
class LanguageRow:
    """How far a listing is translated into one language."""

    code: str
    name: str
    url: str
    is_begun: bool
    missing: int
    outdated: int
    updated_at: datetime | None

    @property
    def is_complete(self) -> bool:
        """Everything is translated, from the words as they are now."""
        return self.is_begun and not self.missing and not self.outdated


@dataclass(frozen=True, slots=True)
class LanguagesPage:
    """The languages of one listing, for its supplier."""

    ref: str
    title: str
    state_label: str
    is_editable: bool
    written_in: str
    written_name: str
    rows: tuple[LanguageRow, ...]
    public_url: str


@dataclass(frozen=True, slots=True)
class TranslationPage:
    """One language of one listing, the original beside it."""

    listing: LanguagesPage
    code: str
    name: str
    originals: tuple[Original, ...]
    texts: Mapping[str, str]
    outdated: frozenset[str]
    revision: int


@dataclass(frozen=True, slots=True)
class TranslatedText:
    """One field as translated, for whoever reviews the listing."""

    label: str
    text: str
    is_html: bool


@dataclass(frozen=True, slots=True)
class TranslationView:
    """A whole translation, for whoever reviews the listing."""

    code: str
    name: str
    texts: tuple[TranslatedText, ...]


def wanted_language(asked: str) -> str:
    """In which language a listing is asked for: the address's, else the reader's; `original` for the supplier's own."""
    return asked_words(asked) or reader_language()


def asked_words(asked: str) -> str:
    """What an address says of the language, where it says anything that can be read."""
    return asked if asked == ORIGINAL or asked in listing_languages() else ""


def with_words(products: QuerySet[Product, Product], language: str) -> QuerySet[Product, Product]:
    """The products with what `wording_of` reads, in the same statement."""
    rows = Translation.objects.filter(product=OuterRef("pk"))
    return products.annotate(
        spoken=ArraySubquery(rows.order_by("language").values("language")),
        words=Subquery(
            rows.filter(language=language).values(data=JSONObject(texts=F("texts"), based_on=F("based_on")))[
                :1
            ]
        ),
    )


def wording_of(
    product: Product,
    language: str,
    url: str,
    *,
    alts: Mapping[str, str],
    names: Mapping[int, str],
    packagings: Mapping[int, str],
    carried: Mapping[str, str],
) -> Wording:
    """The words of a product that `with_words` has read. No statement.

    `alts` are the pictures' texts by file, `names` and `packagings` those of its variants by number; `carried` is what else the
    addresses of the other languages say.
    """
    found: dict[str, Any] = product.__dict__["words"] or {}
    texts: dict[str, str] = found.get("texts", {})
    originals = [Original(field, "", text) for field, text in _words_of(product, alts)]
    originals += [*name_originals(names), *packaging_originals(packagings)]
    shown = language if texts else product.written_in
    return Wording(
        language=shown,
        is_translation=bool(texts),
        is_old=bool(outdated_fields(texts, found.get("based_on", {}), originals)),
        texts=texts,
        links=_links(product, language if texts else "", url, carried),
    )


def _links(product: Product, current: str, url: str, carried: Mapping[str, str]) -> tuple[LanguageLink, ...]:
    spoken: list[str] = list(product.__dict__["spoken"])
    if not spoken:
        return ()
    original = own_name(product.written_in) if product.written_in else ""
    first = LanguageLink(
        product.written_in,
        original,
        f"{url}?{urlencode({'texts': ORIGINAL, **carried})}",
        is_current=not current,
    )
    return (
        first,
        *(
            LanguageLink(
                code,
                own_name(code),
                f"{url}?{urlencode({'texts': code, **carried})}",
                is_current=code == current,
            )
            for code in spoken
        ),
    )


def _words_of(product: Product, alts: Mapping[str, str]) -> Iterable[tuple[str, str]]:
    yield "title", product.title
    yield "description", product.description
    yield "packaging", product.packaging
    yield from ((f"attributes.{code}", value) for code, value in product.attributes.items())
    yield from ((f"alt.{ref}", text) for ref, text in alts.items())


def title_for_reader(product: str = "pk") -> Subquery:
    """An expression over products (or rows with a `product`): the title in the reader's language, else None."""
    rows = Translation.objects.filter(product=OuterRef(product), language=reader_language())
    return Subquery(rows.values("texts__title")[:1])


def variant_name_for_reader(number: str) -> Subquery:
    """An expression over rows with a `product`: the name of its variant of this number for the reader, else None."""
    rows = Translation.objects.filter(product=OuterRef("product"), language=reader_language())
    field = Concat(Value(VARIANT_NAME), Cast(OuterRef(number), TextField()))
    said = Func(F("texts"), field, function="jsonb_extract_path_text", output_field=TextField())
    return Subquery(rows.values(name=said)[:1])


def name_for_reader(texts: Mapping[str, str], number: int, name: str) -> str:
    """What a variant is called by a reader who is shown these words."""
    return texts.get(name_field(number), name)


def packaging_for_reader(texts: Mapping[str, str], number: int, own: Packing, listing: str) -> str:
    """How a variant is packed, for a reader who is shown these words: as it states itself, else as the listing."""
    if own.is_stated:
        return texts.get(packaging_field(number), own.packaging) if own.packaging else ""
    return texts.get("packaging", listing)


def translated_titles(product_ids: Iterable[int]) -> dict[int, str]:
    """Titles in the reader's language, of those products that have one. One statement."""
    rows = Translation.objects.filter(product__in=list(product_ids), language=reader_language())
    return {
        product_id: title
        for product_id, title in rows.values_list("product_id", "texts__title")
        if title is not None
    }


def originals_of(product: Product) -> tuple[Original, ...]:
    """Every word of a listing that can be translated: free texts only, what has fixed choices is translated already."""
    found = [
        Original("title", _("Title"), product.title),
        Original("description", _("Description"), product.description),
        Original("packaging", _("Packaging"), product.packaging),
    ]
    uses = CategoryAttribute.objects.filter(
        category=product.category,
        attribute__code__in=product.attributes,
        attribute__kind=AttributeKind.TEXT,
    )
    for use in uses.select_related("attribute").order_by("position"):
        code, names = use.attribute.code, use.attribute.names
        label = names.get(reader_language()) or names["en"]
        found.append(Original(f"attributes.{code}", label, product.attributes[code]))
    variants = Variant.objects.filter(product=product, position__isnull=False).order_by("position")
    said = {
        number: (name, packed) for number, name, packed in variants.values_list("number", "name", "packaging")
    }
    names = {number: name for number, (name, _packed) in said.items()}
    packagings = {number: packed for number, (_name, packed) in said.items()}
    found += name_originals(names, _("Name of variant %(number)s"))
    found += packaging_originals(packagings, _("Packaging of variant %(number)s"))
    images = ProductImage.objects.filter(product=product).order_by("position")
    for position, (ref, alt) in enumerate(images.values_list("file__ref", "alt"), 1):
        found.append(Original(f"alt.{ref}", _("What picture %(number)s shows") % {"number": position}, alt))
    return tuple(original for original in found if original.text.strip())


def languages_page(ref: str, actor: Actor) -> LanguagesPage:
    """How far one of the supplier's own listings is translated. Raises `ProductNotFound` for another's."""
    product = _own(ref, actor)
    return _languages(product, originals_of(product))


def translation_page(ref: str, language: str, actor: Actor) -> TranslationPage:
    """One language of one of the supplier's own listings. Raises `ProductNotFound`."""
    product = _own(ref, actor)
    if language not in listing_languages() or language == product.written_in:
        raise ProductNotFound
    originals = originals_of(product)
    row = Translation.objects.filter(product=product, language=language).first()
    texts, bases = (row.texts, row.based_on) if row else ({}, {})
    return TranslationPage(
        listing=_languages(product, originals),
        code=language,
        name=own_name(language),
        originals=originals,
        texts=texts,
        outdated=outdated_fields(texts, bases, originals),
        revision=row.revision if row else 0,
    )


def translations_of(product: Product) -> tuple[TranslationView, ...]:
    """What a listing says in every other language, beside labels in the reader's. For moderators."""
    rows = list(Translation.objects.filter(product=product).order_by("language"))
    if not rows:
        return ()
    originals = originals_of(product)
    return tuple(
        TranslationView(
            code=row.language,
            name=own_name(row.language),
            texts=tuple(
                TranslatedText(original.label, row.texts[original.field], original.field == "description")
                for original in originals
                if original.field in row.texts
            ),
        )
        for row in rows
    )


def _own(ref: str, actor: Actor) -> Product:
    product = Product.objects.of_supplier(actor.company_id).filter(ref=ref).first()
    if product is None:
        raise ProductNotFound
    return product


def _languages(product: Product, originals: tuple[Original, ...]) -> LanguagesPage:
    rows = {row.language: row for row in Translation.objects.filter(product=product)}
    return LanguagesPage(
        ref=product.ref,
        title=product.title,
        state_label=product.get_state_display(),
        is_editable=product.is_editable,
        written_in=product.written_in,
        written_name=own_name(product.written_in) if product.written_in else "",
        rows=tuple(
            _language(product, code, rows.get(code), originals)
            for code in listing_languages()
            if code != product.written_in
        ),
        public_url=reverse("product", args=[product.ref, product.slug]),
    )


def _language(
    product: Product, code: str, row: Translation | None, originals: tuple[Original, ...]
) -> LanguageRow:
    texts, bases = (row.texts, row.based_on) if row else ({}, {})
    return LanguageRow(
        code=code,
        name=own_name(code),
        url=reverse("workbench_language", args=[product.ref, code]),
        is_begun=row is not None,
        missing=len(missing_fields(texts, originals)),
        outdated=len(outdated_fields(texts, bases, originals)),
        updated_at=row.updated_at if row else None,
    )

"""The rules of a translation: which words can be translated, what is wrong, missing or out of date. Pure.

A field is `title`, `description`, `packaging`, `attributes.<code>` of a free text, `variant_names.<number>`,
`variant_packaging.<number>` of a variant that states its own, or `alt.<file>` of a picture.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from catalog.errors import FieldErrors
from catalog.rules import listing, packing, richtext, variants
from catalog.rules.listing import one_line
from marketplace.core.errors import Text

ALT_LENGTH = 160
VARIANT_NAME = "variant_names."
VARIANT_PACKAGING = "variant_packaging."
_LIMITS = {
    "title": listing.TITLE_LENGTH,
    "description": listing.DESCRIPTION_LENGTH,
    "packaging": packing.PACKAGING_LENGTH,
    "attributes": listing.ATTRIBUTE_LENGTH,
    "variant_names": variants.NAME_LENGTH,
    "variant_packaging": packing.PACKAGING_LENGTH,
    "alt": ALT_LENGTH,
}
_DIGEST_LENGTH = 16


@dataclass(frozen=True, slots=True)
class Original:
    """Words of a listing that can be translated, with what they are called for whoever translates."""

    field: str
    label: str
    text: str


def name_field(number: int) -> str:
    """The field of a variant's name."""
    return f"{VARIANT_NAME}{number}"


def packaging_field(number: int) -> str:
    """The field of a variant's own packaging."""
    return f"{VARIANT_PACKAGING}{number}"


def packaging_originals(packagings: Mapping[int, str], label: str = "") -> list[Original]:
    """What variants say themselves of their packaging, by number; `label` as of the names."""
    return [
        Original(packaging_field(number), label % {"number": number} if label else "", text)
        for number, text in packagings.items()
        if text
    ]


def name_originals(names: Mapping[int, str], label: str = "") -> list[Original]:
    """The names of variants by number; `label` calls them, with their `%(number)s`."""
    return [
        Original(name_field(number), label % {"number": number} if label else "", name)
        for number, name in names.items()
        if name
    ]


def limit_of(field: str) -> int:
    """How many characters a translation of this field may have: as many as the original."""
    return _LIMITS[kind_of(field)]


def kind_of(field: str) -> str:
    """`attributes.variety` → `attributes`."""
    return field.partition(".")[0]


def checked_texts(texts: Mapping[str, str], originals: Sequence[Original]) -> dict[str, str]:
    """The translated words in their clean form, without the empty ones.

    Raises `FieldErrors` for what is too long and for what has no original (any more).
    """
    known = {original.field for original in originals}
    errors: dict[str, Text] = {}
    clean: dict[str, str] = {}
    for field, raw in texts.items():
        text = richtext.clean_html(raw) if field == "description" else one_line(raw)
        if not text:
            continue
        if field not in known:
            errors[field] = _("The listing says nothing here that could be translated.")
        elif len(text) > limit_of(field):
            errors[field] = _("At most {limit} characters.").format(limit=limit_of(field))
        else:
            clean[field] = text
    if errors:
        raise FieldErrors(errors)
    return clean


def bases_after(
    texts: Mapping[str, str],
    originals: Sequence[Original],
    *,
    old_texts: Mapping[str, str],
    old_bases: Mapping[str, str],
    confirmed: Collection[str],
) -> dict[str, str]:
    """By field, the digest of the original that the words translate: today's for words that are new or confirmed."""
    today = {original.field: digest_of(original.text) for original in originals}
    return {
        field: old_bases[field]
        if old_texts.get(field) == text and field in old_bases and field not in confirmed
        else today[field]
        for field, text in texts.items()
    }


def outdated_fields(
    texts: Mapping[str, str], bases: Mapping[str, str], originals: Sequence[Original]
) -> frozenset[str]:
    """The fields whose original was changed since it was translated."""
    return frozenset(
        original.field
        for original in originals
        if original.field in texts and bases.get(original.field) != digest_of(original.text)
    )


def missing_fields(texts: Mapping[str, str], originals: Sequence[Original]) -> tuple[str, ...]:
    """The fields that are not translated yet."""
    return tuple(original.field for original in originals if original.field not in texts)


def digest_of(text: str) -> str:
    """What tells an original from a later one."""
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGEST_LENGTH]

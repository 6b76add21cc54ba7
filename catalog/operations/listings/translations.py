"""Writes what a listing says in other languages, and in which one its supplier wrote it.

Translated words are live at once, as those of the original are, and put the listing on the moderators' list.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from catalog import policies
from catalog.errors import ChangedMeanwhile, FieldErrors, NotEditable
from catalog.languages import listing_languages
from catalog.models import Product, Translation
from catalog.operations.listings.products import locked_product, touch
from catalog.operations.searching.indexing import index_product
from catalog.queries.listings.translations import originals_of
from catalog.rules.translating import VARIANT_NAME, VARIANT_PACKAGING, Original, bases_after, checked_texts
from marketplace.core.actors import Actor
from marketplace.core.errors import NotAllowed
from marketplace.core.idempotency import remember, replayed


@transaction.atomic
def set_translation(
    *,
    product_ref: str,
    language: str,
    texts: Mapping[str, str],
    actor: Actor,
    key: str,
    at: datetime,
    confirmed: Collection[str] = (),
    revision: int | None = None,
) -> None:
    """Say what the listing says in one language, all of it at once; nothing at all takes the language away.

    `confirmed` names the fields whose words still fit though the original was changed; `revision` is the one the
    page showed (0: none yet). A row of history says what was before; saving without a change writes nothing.
    Raises `ProductNotFound`, `NotAllowed`, `NotEditable`, `ChangedMeanwhile`, `FieldErrors`.
    """
    product = _editable(product_ref, actor)
    content = {
        "product": product_ref, "language": language, "texts": dict(texts), "confirmed": sorted(confirmed),
    }  # fmt: skip
    if replayed(key=key, operation="set_translation", content=content) is not None:
        return
    if language not in listing_languages() or language == product.written_in:
        raise FieldErrors({"language": _("Choose a language that the listing is not written in.")})
    row = Translation.objects.filter(product=product, language=language).first()
    if revision is not None and revision != (row.revision if row else 0):
        raise ChangedMeanwhile
    _write(product, row or Translation(product=product, language=language, texts={}, based_on={}, revision=0),
           texts, confirmed, actor, at)  # fmt: skip
    remember(key=key, operation="set_translation", content=content, result=product.ref, at=at)


@transaction.atomic
def state_written_in(*, product_ref: str, language: str, actor: Actor, key: str, at: datetime) -> None:
    """Say in which language the listing itself is written; empty: not said. Raises as `set_translation`."""
    product = _editable(product_ref, actor)
    content = {"product": product_ref, "language": language}
    if replayed(key=key, operation="state_written_in", content=content) is not None:
        return
    if language and language not in listing_languages():
        raise FieldErrors({"language": _("Choose a language.")})
    if language and Translation.objects.filter(product=product, language=language).exists():
        raise FieldErrors({"language": _("There is a translation into this language: remove it first.")})
    if language != product.written_in:
        before, product.written_in = product.written_in, language
        product.save(update_fields=["written_in"])
        touch(product, before={"written_in": before}, after={"written_in": language}, actor=actor, at=at)
    remember(key=key, operation="state_written_in", content=content, result=product.ref, at=at)


def _write(
    product: Product,
    row: Translation,
    texts: Mapping[str, str],
    confirmed: Collection[str],
    actor: Actor,
    at: datetime,
) -> None:
    originals = originals_of(product)
    clean = checked_texts(texts, originals)
    clean |= _of_withdrawn(row.texts, originals) if clean else {}
    bases = bases_after(clean, originals, old_texts=row.texts, old_bases=row.based_on, confirmed=confirmed)
    old = row.texts
    if (clean, bases) == (old, row.based_on):
        return
    if clean:
        row.texts, row.based_on, row.updated_at = clean, bases, at
        row.revision += 1
        row.save()
    elif row.pk:
        row.delete()
    changed = sorted(field for field in {*old, *clean} if old.get(field) != clean.get(field))
    if not changed:
        return
    touch(
        product,
        before={f"{field}:{row.language}": old.get(field) for field in changed},
        after={f"{field}:{row.language}": clean.get(field) for field in changed},
        actor=actor,
        at=at,
    )
    index_product(product)


def _of_withdrawn(texts: Mapping[str, str], originals: Sequence[Original]) -> dict[str, str]:
    """Names and packagings of variants that are not on offer now: kept for the day on which they are again."""
    known = {original.field for original in originals}
    return {
        field: text
        for field, text in texts.items()
        if field.startswith((VARIANT_NAME, VARIANT_PACKAGING)) and field not in known
    }


def _editable(product_ref: str, actor: Actor) -> Product:
    product = locked_product(product_ref, actor)
    if not policies.can_list_for(actor, product.supplier_id):
        raise NotAllowed
    if not product.is_editable:
        raise NotEditable(state=product.get_state_display())
    return product

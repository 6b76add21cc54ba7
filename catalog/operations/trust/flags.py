"""Writes what the marketplace notices about listings by itself: pictures, words and prices beside those of others.

A check runs after the change has committed, from a row that says who waits. It is the same however often it runs:
what is still true keeps its row, what is not any more is marked gone, what a moderator dismissed stays dismissed.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from catalog import policies
from catalog.errors import FlagNotFound, ReasonMissing
from catalog.errors.trust import FlagAnswered
from catalog.models import (
    GoodsRule,
    ListingCheck,
    ListingFlag,
    PictureSketch,
    Product,
    ProductImage,
    TextSketch,
)
from catalog.operations.trust.decisions import log_decision
from catalog.queries.trust.alike import (
    PictureFound,
    comparable_prices,
    listings_with_words,
    pictures_alike,
    pictures_with_parts,
    sketches_of,
)
from catalog.rules.likeness import (
    PICTURE_THRESHOLD,
    TEXT_THRESHOLD,
    Kinship,
    PictureSketches,
    common_run,
    likeness,
    picture_bands,
    picture_sketches,
    price_judgement,
    same_in_detail,
    shingles,
    text_bands,
)
from catalog.rules.listing import one_line
from catalog.rules.picture_parts import (
    Part,
    PartFound,
    is_part,
    nearest_parts,
    part_bands,
    part_from,
    parts_in_mirror,
    picture_parts,
)
from catalog.rules.richtext import plain_text
from catalog.states import DecisionStep, FlagKind, FlagState, GoodsRuleKind, ProductState
from marketplace.core.actors import Actor
from marketplace.core.errors import DomainError, NotAllowed
from marketplace.files.models import StoredFile
from marketplace.files.queries import read_bytes

_AT_ONCE: Final = 50
_MOST_ATTEMPTS: Final = 3
# So many pictures that may share a part with this one are opened.
_MOST_LOOKED_AT: Final = 6
# Checked by the worker; a rule's flag comes and goes with the rule.
_CHECKED: Final = (FlagKind.DUPLICATE_PICTURE, FlagKind.COPIED_TEXT, FlagKind.PRICE_OFF)
_RISKS: Final = {FlagKind.COPIED_TEXT: 40, FlagKind.PRICE_OFF: 50, FlagKind.DUPLICATE_PICTURE: 60}

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Found:
    """One thing noticed, before it is a row."""

    kind: FlagKind
    mark: str
    risk: int
    other_id: int | None = None
    evidence: dict[str, Any] = field(default_factory=dict)


def check_waiting(*, at: datetime, limit: int = _AT_ONCE) -> int:
    """Look through listings that wait, each in a transaction of its own; how many were taken.

    One that fails is tried three times and then left to people: the row stays and tells so in the log.
    """
    waiting = ListingCheck.objects.filter(attempts__lt=_MOST_ATTEMPTS).order_by("asked_at", "pk")
    ids = list(waiting.values_list("pk", flat=True)[:limit])
    for pk in ids:
        try:
            check_listing(product_id=pk, at=at)
        except (DomainError, OSError) as error:
            logger.warning("listing %s could not be looked through: %s", pk, error)
            ListingCheck.objects.filter(pk=pk).update(attempts=1 + _attempts(pk))
    if len(ids) < limit:
        renew_old_sketches(limit=limit - len(ids))
    return len(ids)


@transaction.atomic
def check_listing(*, product_id: int, at: datetime) -> None:
    """Compare a listing's pictures, words and price with those of other suppliers, and note what is odd.

    The row that asked for it goes in the same transaction. A draft is nobody's business yet.
    """
    ListingCheck.objects.filter(pk=product_id).delete()
    product = Product.objects.filter(pk=product_id).lock().first()
    if product is None or product.state == ProductState.DRAFT:
        return
    found = [*_pictures(product), *_words(product), *_price(product)]
    _write(product, found, at)


def flag_goods(product: Product, rule: GoodsRule, at: datetime) -> None:
    """A rule that came later concerns this listing: moderators look at it. Again does no harm."""
    prohibited = rule.kind == GoodsRuleKind.PROHIBITED
    ListingFlag.objects.get_or_create(
        product=product,
        kind=FlagKind.GOODS_RULE,
        mark=rule.ref,
        defaults={
            "risk": 100 if prohibited else 70,
            "evidence": {"rule": rule.ref, "hs": rule.hs_prefix, "reason": rule.reason, "needs": rule.needs},
            "revision": product.revision,
            "found_at": at,
        },
    )
    if product.state != ProductState.IN_REVIEW and product.changed_since_review_at is None:
        product.changed_since_review_at = at
        product.save(update_fields=["changed_since_review_at"])


@transaction.atomic
def dismiss_flag(*, product_ref: str, flag_id: int, reason: str, actor: Actor, at: datetime) -> ListingFlag:
    """A moderator has looked and finds nothing wrong; the same thing is not told again. Logged.

    The same word of the same person again changes nothing. Raises `FlagNotFound`, `NotAllowed`, `ReasonMissing`, and
    `FlagAnswered` when somebody was quicker or it is not true any more.
    """
    flag = ListingFlag.objects.filter(pk=flag_id, product__ref=product_ref).lock().first()
    if flag is None:
        raise FlagNotFound
    product = Product.objects.get(pk=flag.product_id)
    if not policies.can_moderate(actor, product.supplier_id):
        raise NotAllowed
    if not (note := one_line(reason)[:1000]):
        raise ReasonMissing(field="reason")
    if flag.standing != FlagState.OPEN:
        if (flag.dismissed_by, flag.dismiss_reason) == (actor.as_text, note):
            return flag
        raise FlagAnswered
    log_decision(product, DecisionStep.DISMISSED, actor=actor, at=at, reason_code=flag.kind, note=note)
    flag.standing, flag.dismiss_reason, flag.dismissed_at = FlagState.DISMISSED, note, at
    flag.dismissed_by, flag.dismissed_by_label = actor.as_text, actor.label
    flag.save(
        update_fields=["standing", "dismiss_reason", "dismissed_at", "dismissed_by", "dismissed_by_label"]
    )
    return flag


def _attempts(pk: int) -> int:
    return ListingCheck.objects.filter(pk=pk).values_list("attempts", flat=True).first() or 0


def _pictures(product: Product) -> list[_Found]:
    found = []
    images = ProductImage.objects.filter(product=product).select_related("file", "sketch")
    for image in images.order_by("position"):
        own = sketches_of_image(image, product.supplier_id)
        if own.whole.is_plain:
            continue
        twin = _twin(image, own, pictures_alike(own, product.supplier_id))
        if twin is not None:
            one, kin = twin
            found.append(_copied(image, one, kin, 2 * (PICTURE_THRESHOLD - kin.bits), cut=kin.cut))
        elif (whole := _part_of_another(image, product.supplier_id)) is not None:
            one, part = whole
            found.append(_copied(image, one, part, own=part.own_share, shown=part.other_share))
    return found


def _copied(
    image: ProductImage, one: PictureFound, how: Kinship | PartFound, risk: int = 0, **percent: float
) -> _Found:
    """A picture that another supplier has; `percent` are the shares that the flag tells of."""
    evidence = {
        "picture": image.file.ref,
        "other_picture": one.file_ref,
        "bits": how.bits,
        "mirrored": how.mirrored,
        **{f"{name}_percent": round(share * 100) for name, share in percent.items()},
    }
    mark = f"{image.file.ref}={one.file_ref}"
    risk += _RISKS[FlagKind.DUPLICATE_PICTURE]
    return _Found(FlagKind.DUPLICATE_PICTURE, mark, risk, one.product_id, evidence)


def _part_of_another(image: ProductImage, supplier_id: int) -> tuple[PictureFound, PartFound] | None:
    """A picture of another supplier of which this one shows a part, or which shows a part of this one."""
    kept: Sequence[Part] = [part_from(one) for one in PictureSketch.objects.get(pk=image.pk).parts]
    if not kept:
        return None
    content = read_bytes(image.file)
    asked = ((kept, False), (parts_in_mirror(content, kept), True))
    found = pictures_with_parts([*part_bands(kept), *part_bands(asked[1][0])], supplier_id)
    ways = [
        (pairs, mirrored, one)
        for one in found
        for own, mirrored in asked
        if (pairs := nearest_parts(own, [part_from(part) for part in one.parts]))
    ]
    ways = sorted(ways, key=lambda way: (-len(way[0]), way[0][0][0], way[2].image_id))[:_MOST_LOOKED_AT]
    files = StoredFile.objects.in_bulk([one.file_ref for _pairs, _mirrored, one in ways], field_name="ref")
    for pairs, mirrored, one in ways:
        how = is_part(content, read_bytes(files[one.file_ref]), pairs, mirrored=mirrored)
        if how is not None:
            return one, how
    return None


def _twin(
    image: ProductImage, own: PictureSketches, others: Sequence[PictureFound]
) -> tuple[PictureFound, Kinship] | None:
    """The nearest of the pictures found that is this one also when both are looked at; files are read for few."""
    kin = [(how, one) for one in others if (how := own.kinship(one.sketches)) is not None]
    if not kin:
        return None
    content = read_bytes(image.file)
    files = StoredFile.objects.in_bulk([one.file_ref for _how, one in kin], field_name="ref")
    for how, one in sorted(kin, key=lambda pair: (pair[0].bits, pair[1].image_id)):
        if same_in_detail(content, read_bytes(files[one.file_ref]), how):
            return one, how
    return None


def sketches_of_image(image: ProductImage, supplier_id: int) -> PictureSketches:
    """The stored sketches of a picture, made when it has none yet or old ones."""
    kept: PictureSketch | None = getattr(image, "sketch", None)
    if kept is not None and kept.mirrored:
        return sketches_of(kept.bits, kept.tones, kept.mirrored, kept.cut_bits, kept.cut_tones)
    content = read_bytes(image.file)
    made, parts = picture_sketches(content), picture_parts(content)
    PictureSketch.objects.update_or_create(
        image=image,
        defaults={
            "supplier_id": supplier_id,
            "bits": made.whole.bits,
            "tones": made.whole.tones,
            "mirrored": made.mirrored.bits,
            "cut_bits": [one.bits for one in made.cut],
            "cut_tones": [one.tones for one in made.cut],
            "bands": picture_bands(made.whole.bits, *(one.bits for one in made.cut)),
            "parts": [part.as_text for part in parts],
            "part_bands": part_bands(parts),
        },
    )
    return made


def renew_old_sketches(*, limit: int = _AT_ONCE) -> int:
    """Make the sketches of so many pictures anew that have those of an older kind; how many were looked at.

    One that cannot be read is left as it is and found by what it has.
    """
    waiting = PictureSketch.objects.filter(mirrored="").select_related("image__file", "image__product")
    rows = list(waiting.order_by("image")[:limit])
    for row in rows:
        try:
            sketches_of_image(row.image, row.supplier_id)
        except (DomainError, OSError) as error:
            logger.warning("picture %s keeps its old sketch: %s", row.image_id, error)
            PictureSketch.objects.filter(pk=row.pk).update(mirrored=row.bits)
    return len(rows)


def _words(product: Product) -> list[_Found]:
    text = plain_text(product.description)
    own = shingles(text)
    bands = text_bands(own)
    TextSketch.objects.update_or_create(
        product=product, defaults={"supplier_id": product.supplier_id, "bands": bands}
    )
    best: tuple[float, int, str] | None = None
    for other_id, description in listings_with_words(bands, product.supplier_id):
        theirs = plain_text(description)
        share = likeness(own, shingles(theirs))
        if share >= TEXT_THRESHOLD and (best is None or (share, -other_id) > (best[0], -best[1])):
            best = (share, other_id, theirs)
    if best is None:
        return []
    share, other_id, theirs = best
    evidence = {"share_percent": round(share * 100), "passage": common_run(shingles(theirs), text)[:600]}
    risk = _RISKS[FlagKind.COPIED_TEXT] + round(40 * (share - TEXT_THRESHOLD))
    return [_Found(FlagKind.COPIED_TEXT, f"text={other_id}", risk, other_id, evidence)]


def _price(product: Product) -> list[_Found]:
    beside = comparable_prices(product)
    judged = price_judgement(beside.own, beside.others) if beside is not None else None
    if beside is None or judged is None:
        return []
    evidence = {
        "factor": judged.factor,
        "own_eur": beside.own,
        "median_eur": judged.median,
        "low_eur": judged.low,
        "high_eur": judged.high,
        "compared": judged.compared,
        "of_category": beside.of_category,
        "wrong_unit": judged.wrong_unit,
    }
    risk = _RISKS[FlagKind.PRICE_OFF] + (20 if judged.wrong_unit else 0)
    side = "above" if judged.factor > 1 else "below"
    return [_Found(FlagKind.PRICE_OFF, f"price {side} r{_price_mark(beside.own)}", risk, None, evidence)]


def _price_mark(own: float) -> str:
    """Another price is another flag, even after a dismissal."""
    return f"{own:.6g}"


def _write(product: Product, found: Sequence[_Found], at: datetime) -> None:
    rows = {
        (row.kind, row.mark): row
        for row in ListingFlag.objects.filter(product=product, kind__in=_CHECKED).lock()
    }
    for one in found:
        row = rows.pop((str(one.kind), one.mark), None)
        if row is not None and row.standing == FlagState.DISMISSED:
            continue
        row = row or ListingFlag(product=product, kind=one.kind, mark=one.mark, found_at=at)
        if row.standing == FlagState.GONE:
            row.found_at = at
        row.standing, row.risk, row.other_id = FlagState.OPEN, min(one.risk, 100), one.other_id
        row.evidence, row.revision = one.evidence, product.revision
        row.save()
    gone = [row.pk for row in rows.values() if row.standing == FlagState.OPEN]
    ListingFlag.objects.filter(pk__in=gone).update(standing=FlagState.GONE)

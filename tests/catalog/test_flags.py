"""Flags on listings: what the worker notices about pictures, words and prices, and what moderators do with it."""

from __future__ import annotations

from typing import Any

import pytest
from PIL import Image, ImageOps

from catalog.errors import FlagNotFound, ReasonMissing
from catalog.errors.trust import FlagAnswered
from catalog.models import ListingCheck, ListingFlag, ModerationDecision, PictureSketch, Product
from catalog.operations import check_waiting, dismiss_flag, edit_product, reject_product
from catalog.queries.listings.stored import facts_of
from catalog.queries.trust.moderation import BY_AGE, CLEAN, Queue, case_page, desk_page, place_in_queue
from catalog.rules.likeness import picture_bands
from catalog.states import DecisionStep, FlagKind, FlagState
from marketplace.core.errors import NotAllowed
from marketplace.core.ids import new_key
from tests.catalog.test_likeness import OTHER, WORDS, a_picture, encoded
from tests.factories import AT
from tests.factories.accounts import a_company, owner_of
from tests.factories.catalog import (
    MODERATOR,
    a_draft,
    a_live_product,
    a_submitted_product,
    tiers,
    with_picture,
)

pytestmark = pytest.mark.django_db


def open_flags(product: Product) -> list[tuple[str, int | None]]:
    """What is open, and whose listing it is about."""
    rows = ListingFlag.objects.filter(product=product, standing=FlagState.OPEN).order_by("kind")
    return list(rows.values_list("kind", "other_id"))


def checked() -> None:
    """Let the worker do what waits."""
    check_waiting(at=AT)
    assert not ListingCheck.objects.exists()


def test_check_listing_flags_a_copied_picture_of_another_supplier_but_not_an_own_one() -> None:
    image = a_picture(3)
    first = with_picture(a_live_product(description=OTHER), encoded(image))
    own = with_picture(a_live_product(first.supplier, description=OTHER), encoded(image, quality=80))
    checked()
    copy = with_picture(a_live_product(description=WORDS), encoded(image.resize((200, 150)), "WEBP", 70))
    innocent = with_picture(a_live_product(description=WORDS), encoded(a_picture(4)))
    checked()
    assert open_flags(own) == []
    assert [kind for kind, other in open_flags(copy) if other == first.pk] == [FlagKind.DUPLICATE_PICTURE]
    assert FlagKind.DUPLICATE_PICTURE not in {kind for kind, _other in open_flags(innocent)}
    mirrored = with_picture(
        a_live_product(description=OTHER), encoded(image.transpose(Image.Transpose.FLIP_LEFT_RIGHT))
    )
    checked()
    flag = ListingFlag.objects.get(product=mirrored, kind=FlagKind.DUPLICATE_PICTURE)
    assert flag.evidence["mirrored"]
    assert "mirrored" in case_page(mirrored.ref, MODERATOR).flags[0].text


def test_check_listing_flags_pictures_of_which_one_shows_a_part_of_the_other() -> None:
    image = a_picture(3)
    wide, high = image.size
    part = encoded(ImageOps.mirror(image.crop((0, 0, wide * 7 // 10, high))), quality=70)
    first = with_picture(a_live_product(description=OTHER), encoded(image))
    checked()
    copy = with_picture(a_live_product(description=WORDS), part)
    checked()
    assert open_flags(copy) == [(FlagKind.DUPLICATE_PICTURE, first.pk)]
    assert case_page(copy.ref, MODERATOR).flags[0].text == (
        "This is a part of another supplier's picture (about 70\xa0% of it). It is mirrored."
    )
    whole = with_picture(a_live_product(description=OTHER), encoded(a_picture(5)))
    small = with_picture(a_live_product(description=WORDS), encoded(a_picture(5).crop((60, 0, wide, high))))
    checked()
    ListingCheck.objects.create(product=whole, asked_at=AT)
    checked()
    assert (FlagKind.DUPLICATE_PICTURE, small.pk) in open_flags(whole)
    assert case_page(whole.ref, MODERATOR).flags[0].text.startswith("Another supplier shows a part of this")


def test_check_waiting_makes_old_sketches_anew_which_then_find_what_they_did_not() -> None:
    image = a_picture(3)
    first = with_picture(a_live_product(description=OTHER), encoded(image))
    checked()
    new = PictureSketch.objects.get()
    PictureSketch.objects.update(mirrored="", cut_bits=[], cut_tones=[], bands=picture_bands(new.bits))
    wide, high = image.size
    part = image.crop((wide // 10, high // 10, wide - wide // 10, high - high // 10))
    check_waiting(at=AT)
    again = PictureSketch.objects.get()
    assert (again.mirrored, again.cut_bits, again.bands) == (new.mirrored, new.cut_bits, new.bands)
    copy = with_picture(a_live_product(description=WORDS), encoded(part))
    checked()
    assert open_flags(copy) == [(FlagKind.DUPLICATE_PICTURE, first.pk)]


def test_check_listing_flags_copied_words_until_they_are_changed() -> None:
    first = a_live_product(description=WORDS)
    a_live_product(first.supplier, description=WORDS)
    checked()
    copy = a_live_product(description=WORDS.replace("Our", "This"))
    checked()
    assert open_flags(copy) == [(FlagKind.COPIED_TEXT, first.pk)]
    facts = facts_of(copy)
    changed = facts.__class__(**{**_fields(facts), "description": OTHER})
    edit_product(product_ref=copy.ref, facts=changed, actor=owner_of(copy.supplier), key=new_key(), at=AT)
    checked()
    assert open_flags(copy) == []
    assert ListingFlag.objects.get(product=copy).standing == FlagState.GONE


def test_check_listing_flags_a_price_per_kilogram_stated_per_tonne() -> None:
    for number in range(8):
        a_live_product(a_company(), tiers=tiers((5, str(1000 + 20 * number))))
    wrong = a_submitted_product(tiers=tiers((5, "1.10")))
    right = a_submitted_product(unit_code="KGM", tiers=tiers((5, "1.10")))
    checked()
    prices = ListingFlag.objects.filter(kind=FlagKind.PRICE_OFF)
    assert [(flag.product_id, flag.evidence["wrong_unit"]) for flag in prices] == [(wrong.pk, 1000)]
    assert right.state == "in_review"
    beside = dict(case_page(wrong.ref, MODERATOR).flags[0].beside)
    assert all(price.endswith("/ t") for price in beside.values())
    assert case_page(wrong.ref, MODERATOR).flags[0].text.startswith("The median of 8 offers")


def test_check_listing_with_few_offers_of_its_subheading_compares_within_the_category() -> None:
    for number in range(8):
        a_live_product(a_company(), hs_code="100610", tiers=tiers((5, str(1000 + 20 * number))))
    wrong = a_submitted_product(hs_code="100630", tiers=tiers((5, "100000")))
    checked()
    flag = ListingFlag.objects.get(kind=FlagKind.PRICE_OFF)
    assert (flag.product_id, flag.evidence["of_category"]) == (wrong.pk, True)
    assert "of the same category" in case_page(wrong.ref, MODERATOR).flags[0].text


def test_check_waiting_again_changes_nothing_and_a_dismissed_flag_stays_so() -> None:
    first = a_live_product(description=WORDS)
    checked()
    copy = a_live_product(description=WORDS)
    checked()
    flag = ListingFlag.objects.get(product=copy)

    def dismiss(reason: str, actor: Any = MODERATOR) -> None:
        dismiss_flag(product_ref=copy.ref, flag_id=flag.pk, reason=reason, actor=actor, at=AT)

    with pytest.raises(ReasonMissing):
        dismiss(" ")
    with pytest.raises(NotAllowed):
        dismiss("mine", owner_of(first.supplier))
    assert open_flags(copy) == [(FlagKind.COPIED_TEXT, first.pk)]
    for _sent_twice in range(2):
        dismiss("Both are of one group")
    with pytest.raises(FlagAnswered):
        dismiss("again")
    with pytest.raises(FlagNotFound):
        dismiss_flag(product_ref=first.ref, flag_id=flag.pk, reason="no", actor=MODERATOR, at=AT)
    ListingCheck.objects.create(product=copy, asked_at=AT)
    checked()
    assert open_flags(copy) == []
    logged = ModerationDecision.objects.get(product=copy, step=DecisionStep.DISMISSED)
    assert (logged.note, logged.revision) == ("Both are of one group", copy.revision)
    assert logged.flags == [{"kind": "copied_text", "risk": flag.risk}]


def test_check_waiting_of_a_draft_says_nothing() -> None:
    draft = a_draft(description=WORDS)
    ListingCheck.objects.create(product=draft, asked_at=AT)
    checked()
    assert open_flags(draft) == []


def test_desk_page_shows_the_riskiest_first_and_filters_by_flag_and_reason() -> None:
    clean = a_submitted_product()
    risky = a_submitted_product()
    for risk, kind in ((60, FlagKind.DUPLICATE_PICTURE), (50, FlagKind.PRICE_OFF)):
        ListingFlag.objects.create(
            product=risky, kind=kind, mark="x", risk=risk, revision=1, found_at=AT,
            evidence={"factor": 9.5, "compared": 9, "wrong_unit": None, "bits": 2},
        )  # fmt: skip
    assert [(row.ref, row.risk, row.flags) for row in desk_page(MODERATOR).waiting] == [
        (risky.ref, 60, 2),
        (clean.ref, 0, 0),
    ]
    assert [row.ref for row in desk_page(MODERATOR, queue=Queue(flag=CLEAN)).waiting] == [clean.ref]
    assert [row.ref for row in desk_page(MODERATOR, queue=Queue(flag="price_off")).waiting] == [risky.ref]
    assert desk_page(MODERATOR, queue=Queue(reason="price_or_unit")).waiting == ()
    assert {one.kind: one.number for one in desk_page(MODERATOR).counts} == {
        "goods_rule": 0, "duplicate_picture": 1, "copied_text": 0, "price_off": 1,
    }  # fmt: skip
    assert [flag.kind for flag in case_page(risky.ref, MODERATOR).flags] == ["duplicate_picture", "price_off"]
    oldest_first = Queue(order=BY_AGE)
    assert [row.ref for row in desk_page(MODERATOR, queue=oldest_first).waiting] == [clean.ref, risky.ref]
    assert desk_page(MODERATOR).waiting[0].flag_labels == (
        "picture of another supplier",
        "price far off",
    )
    place = place_in_queue(clean.ref, oldest_first)
    assert (place.text, place.previous_url, place.after) == ("1 of 2 that wait", "", risky.ref)
    assert place.next_url.endswith(f"/{risky.ref}/?order=age")
    assert place_in_queue(clean.ref, Queue()).after == risky.ref
    assert place_in_queue("prd_gone", Queue()).after == ""


def test_reject_product_logs_who_saw_which_revision_and_takes_a_listed_reason_for_words() -> None:
    product = a_submitted_product()

    def reject(code: str, reason: str = "") -> None:
        reject_product(
            product_ref=product.ref, reason=reason, reason_code=code, actor=MODERATOR, key=new_key(), at=AT
        )

    for code in ("other", "no_such_reason"):
        with pytest.raises(ReasonMissing):
            reject(code)
    product.refresh_from_db()
    assert product.state == "in_review"
    assert not ModerationDecision.objects.exists()
    reject("price_or_unit")
    product.refresh_from_db()
    assert "per tonne" in product.review_note
    logged = ModerationDecision.objects.get(product=product)
    assert (logged.step, logged.reason_code, logged.revision) == ("rejected", "price_or_unit", 1)
    assert logged.actor_label == MODERATOR.label


def _fields(facts: Any) -> dict[str, Any]:
    return {name: getattr(facts, name) for name in facts.__dataclass_fields__}

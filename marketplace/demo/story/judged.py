"""What waits at the moderators' desk: a listing that shows another supplier's picture and words, appeals, a reported review."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Final

from PIL import Image

from catalog.models import Product, Review
from catalog.operations import (
    add_image,
    check_listing,
    create_product,
    judge_review,
    lodge_appeal,
    lodge_review_appeal,
    reject_product,
    report_review,
    submit_for_review,
)
from catalog.states import ReportReason, ReviewStep
from marketplace.demo.content import ProductContent
from marketplace.demo.story import people as who
from marketplace.demo.story.goods import NADIA, facts_of_content
from marketplace.demo.story.stage import Stage

COPIED: Final = "medjool-dates"
APPEALED: Final = "spur-gears"


def leave_at_the_desk(stage: Stage) -> None:
    """One of each, of the last two days."""
    _copy_a_listing(stage)
    _appeal(stage)
    _report(stage)
    _appeal_about_a_review(stage)


def _copy_a_listing(stage: Stage) -> None:
    """Another supplier's dates, their words and their picture in a mirror and in more light: the marketplace notices."""
    theirs = stage.product_content(COPIED)
    stage.at = stage.ago(hours=17)
    content = replace(theirs, key="dates-again", title="Large Medjool dates, fresh harvest, 5 kg boxes")
    ref = _draft(stage, who.ELIF, content)
    if (picture := stage.photograph(COPIED)) is not None:
        add_image(
            product_ref=ref,
            upload=_in_another_light(picture),
            alt=content.title,
            actor=stage.actor(who.ELIF),
            key="demo:product:dates-again:picture",
            at=stage.at,
        )
    submit_for_review(
        product_ref=ref, actor=stage.actor(who.ELIF), key="demo:product:dates-again:submit", at=stage.at
    )
    for known in (stage.products[COPIED], ref):
        check_listing(product_id=Product.objects.values_list("pk", flat=True).get(ref=known), at=stage.at)


def _appeal(stage: Stage) -> None:
    """Sent back for a brand in its title; its supplier says that it only names what the gears fit."""
    stage.at = stage.ago(hours=44)
    content = replace(
        stage.product_content(APPEALED),
        key="gears-again",
        title="Spur gears to fit Bauer-type gearboxes, module 2",
    )
    ref, seller = _draft(stage, who.WANG, content), stage.actor(who.WANG)
    submit_for_review(product_ref=ref, actor=seller, key="demo:product:gears-again:submit", at=stage.at)
    reject_product(
        product_ref=ref,
        reason="“Bauer” is a brand. Are these parts made by them, or for their machines?",
        reason_code="brand_rights",
        actor=stage.actor(NADIA),
        key="demo:product:gears-again:reject",
        at=stage.ago(hours=39),
    )
    lodge_appeal(
        product_ref=ref,
        text="The title does not say that Bauer makes them. It says which gearboxes they fit, as every "
        "catalogue of spare gears does; our own name is cast into each wheel.",
        actor=seller,
        key="demo:product:gears-again:appeal",
        at=stage.ago(hours=21),
    )


def _report(stage: Stage) -> None:
    """A supplier would rather not have read it. A harsh word that is fair stays: the moderator decides."""
    review = Review.objects.get(product__ref=stage.products["basmati-1121"])
    report_review(
        review_ref=review.ref,
        reason=ReportReason.UNTRUE,
        text="Our loading pictures show every bag whole; what happened at sea is the carrier’s matter.",
        actor=stage.actor(who.SIMRAN),
        at=stage.ago(hours=19),
    )


def _appeal_about_a_review(stage: Stage) -> None:
    """Taken down because it names a person; its writer says that the name stands on the mill's own storefront."""
    review = Review.objects.get(product__ref=stage.products["picual-evoo"])
    report_review(
        review_ref=review.ref,
        reason=ReportReason.PERSONAL,
        actor=stage.actor(who.JAVIER),
        at=stage.ago(hours=50),
    )
    judge_review(
        review_ref=review.ref,
        step=ReviewStep.TAKEN_DOWN,
        reason="It names a person of the supplier's.",
        actor=stage.actor(NADIA),
        at=stage.ago(hours=43),
    )
    lodge_review_appeal(
        review_ref=review.ref,
        text="Javier signs the story on their public storefront. I praise him; nothing here is private.",
        actor=stage.actor(who.ANKE),
        key="demo:review:picual:appeal",
        at=stage.ago(hours=20),
    )


def _draft(stage: Stage, seller: str, content: ProductContent) -> str:
    product = create_product(
        supplier_id=stage.company(seller).pk,
        facts=facts_of_content(content),
        actor=stage.actor(seller),
        key=f"demo:product:{content.key}",
        at=stage.at,
    )
    stage.products[content.key] = product.ref
    return product.ref


def _in_another_light(picture: bytes) -> bytes:
    with Image.open(io.BytesIO(picture)) as opened:
        turned = opened.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    out = io.BytesIO()
    turned.point(lambda value: value * 0.9).save(out, "JPEG", quality=85)
    return out.getvalue()

"""Second pictures of the story's listings: the same goods from another angle, put there by their suppliers.

A picture added to a listing that is public is looked at by the moderator again, as any other. In the story
both happened soon after the listing went live.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db.models import Count

from catalog.models import Product
from catalog.operations import add_image, confirm_changes
from catalog.states import ProductState
from marketplace.accounts.models import Member, User
from marketplace.accounts.queries import actor_for
from marketplace.accounts.states import Role
from marketplace.demo.content import ProductContent, load_content
from marketplace.demo.pictures import render
from marketplace.demo.story.goods import NADIA

PER_LISTING: Final = 2
LATER: Final = timedelta(hours=2)


def add_missing_picture() -> bool:
    """Give one live listing that has a single picture its second; False when none is left."""
    contents = {row.key.upper(): row for supplier in load_content().suppliers for row in supplier.products}
    product = (
        Product.objects.filter(state=ProductState.LIVE, variants__sku__in=contents)
        .annotate(pictures=Count("images", distinct=True))
        .filter(pictures=PER_LISTING - 1)
        .order_by("-published_at", "pk")
        .first()
    )
    if product is None:
        return False
    published_at = product.published_at or product.created_at
    content = contents[product.variants.order_by("position")[0].sku]
    _add(product, content, max(published_at, product.updated_at) + LATER)
    return True


def _add(product: Product, content: ProductContent, at: datetime) -> None:
    owner = Member.objects.filter(company_id=product.supplier_id, role=Role.OWNER, left_at__isnull=True)
    seller = actor_for(owner.select_related("user").order_by("pk")[0].user, product.supplier_id)
    key = f"demo:product:{content.key}:picture2"
    is_unread = product.changed_since_review_at is not None
    add_image(
        product_ref=product.ref,
        upload=render(content.picture, angle=1),
        alt=content.title,
        actor=seller,
        key=key,
        at=at,
    )
    moderator = User.objects.filter(email=NADIA).first()
    if moderator is not None and not is_unread:
        product.refresh_from_db()
        confirm_changes(
            product_ref=product.ref,
            revision=product.revision,
            actor=actor_for(moderator, None),
            key=f"{key}:confirm",
            at=at,
        )

"""Appeals that were lodged, as the pages lodge them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from catalog.models import Appeal, Product
from catalog.operations import lodge_appeal, reject_product, suspend_product
from marketplace.core.actors import Actor
from marketplace.core.ids import new_key
from tests.factories import AT
from tests.factories.accounts import owner_of, staff
from tests.factories.catalog import a_live_product, a_submitted_product


def a_rejected_product(by: Actor | None = None, *, at: datetime = AT) -> Product:
    """A draft that a moderator sent back."""
    return reject_product(
        product_ref=a_submitted_product().ref,
        reason="The pictures are not of these goods.",
        actor=by or staff("moderation"),
        key=new_key(),
        at=at,
    )


def a_suspended_product(by: Actor | None = None, *, at: datetime = AT) -> Product:
    """A listing that a moderator took off the market."""
    return suspend_product(
        product_ref=a_live_product().ref,
        reason="The origin is in doubt.",
        actor=by or staff("moderation"),
        key=new_key(),
        at=at,
    )


def a_lodged_appeal(product: Product | None = None, *, at: datetime = AT, **over: Any) -> Appeal:
    """The supplier says why the decision is wrong."""
    product = product or a_rejected_product()
    arguments = {"text": "They are of our own mill, last week.", "actor": owner_of(product.supplier), **over}
    return lodge_appeal(product_ref=product.ref, key=new_key(), at=at, **arguments)

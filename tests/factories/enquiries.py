"""Questions to suppliers, reached through operations only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from catalog.models import Product
from marketplace.accounts.models import Company
from marketplace.core.actors import Actor
from marketplace.core.ids import new_key
from orders.models import Enquiry
from orders.operations.enquiries import ask_supplier, write_in_enquiry
from orders.rules.enquiries import Question
from tests.factories import AT, days
from tests.factories.accounts import a_company, owner_of
from tests.factories.catalog import a_live_product


@dataclass(frozen=True)
class Talk:
    """An enquiry with the people of both sides."""

    enquiry: Enquiry
    buyer: Actor
    supplier: Actor

    @property
    def ref(self) -> str:
        return self.enquiry.ref

    def again(self) -> Enquiry:
        """As it is in the database now."""
        return Enquiry.objects.get(pk=self.enquiry.pk)

    def write(self, actor: Actor, text: str, *, at: datetime = AT + days(1), key: str = "") -> None:
        """One side's further message."""
        write_in_enquiry(enquiry_ref=self.ref, text=text, actor=actor, key=key or new_key(), at=at)


def an_enquiry(
    *,
    buyer: Company | None = None,
    product: Product | None = None,
    text: str = "Is the rice of this year’s crop?",
    quantity: str | None = "22.5",
    uploads: Sequence[Any] = (),
    at: datetime = AT,
) -> Talk:
    """A buyer in Sweden asks about 22.5 t of a live listing."""
    buyer = buyer or a_company("Nordic Food Import", country="SE", at=at)
    product = product or a_live_product(at=at)
    enquiry = ask_supplier(
        product_ref=product.ref,
        question=Question(text, Decimal(quantity) if quantity else None, "SE", None),
        uploads=uploads,
        actor=owner_of(buyer),
        key=new_key(),
        at=at,
    )
    return Talk(enquiry, owner_of(buyer), owner_of(product.supplier))

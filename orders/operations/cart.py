"""The cart: what a company means to order, and placing an order from it."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.db import connection, transaction
from django.db.models import Q

from catalog.queries import demand_sendable, offer_for_order
from marketplace.accounts.queries import company_by_ref
from marketplace.core.actors import Actor
from marketplace.core.errors import KeyReused
from marketplace.core.idempotency import lock_key, remember, replayed
from marketplace.core.models import IdempotencyRecord
from orders.errors import CartFull, CartLineGone, NothingInCart, PriceChanged
from orders.models import Cart, CartLine, Order
from orders.operations.placing import OPERATION, AskedOrder, demand_buying, new_order
from orders.rules.amounts import WantedLine, check_quantity
from orders.rules.delivery import Delivery
from orders.rules.texts import check_whole

CART_LIMIT = 100
_COUNTED = """
INSERT INTO orders_cartadditions AS kept (product_id, added_on, times) VALUES (%s, %s, 1)
ON CONFLICT (product_id, added_on) DO UPDATE SET times = kept.times + 1
"""


@transaction.atomic
def add_to_cart(
    *, product_ref: str, quantity: Decimal, variant: int | None = None, actor: Actor, key: str, at: datetime
) -> CartLine:
    """Put a quantity of a variant into the company's cart, on top of what is there of it already.

    `variant` is its number inside the listing; the first one when it is not given.

    Raises `NotAllowed` without a buying role, `CartFull`, and whatever the catalogue refuses about the
    whole quantity (paused product, withdrawn variant, below MOQ, off its multiple, own company, not offered to its country, or kept from it by a rule about goods).
    """
    buyer_id = demand_buying(actor)
    content = {"buyer": buyer_id, "product": product_ref, "quantity": quantity, "variant": variant}
    lock_key(key)
    done = replayed(key=key, operation="orders.add_to_cart", content=content)
    cart = _locked_cart(buyer_id)
    if done is not None:
        return _line(cart, int(done))
    check_quantity(quantity)
    present = cart.lines.filter(_same_variant(product_ref, variant)).first()
    whole = quantity + (present.quantity if present else Decimal(0))
    country = cart.company.country  # where its goods go, as long as no order says otherwise
    offer = offer_for_order(
        product_ref=product_ref,
        quantity=whole,
        variant=variant,
        buyer_company_id=buyer_id,
        country=country,
        today=at.date(),
    )
    demand_sendable([offer], country=country, day=at.date())
    check_quantity(whole)
    check_whole(whole, offer.unit_code)
    if present is None:
        if cart.lines.count() >= CART_LIMIT:
            raise CartFull(limit=CART_LIMIT)
        present = CartLine.objects.create(
            cart=cart,
            product_id=offer.product_id,
            variant_id=offer.variant_id,
            quantity=whole,
            added_at=at,
        )
    else:
        present.quantity = whole
        present.save(update_fields=["quantity"])
    _count(offer.product_id, at)
    remember(key=key, operation="orders.add_to_cart", content=content, result=str(present.pk), at=at)
    return present


def _same_variant(product_ref: str, number: int | None) -> Q:
    which = Q(variant__position=1) if number is None else Q(variant__number=number)
    return which & Q(product__ref=product_ref)


def _count(product_id: int, at: datetime) -> None:
    """One more for the supplier's figures; who it was is not kept."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNTED, [product_id, at.date()])


@transaction.atomic
def set_cart_quantity(*, line_id: int, quantity: Decimal, actor: Actor, at: datetime) -> CartLine | None:
    """Change how much of a product is wanted; zero takes it out (None is returned).

    Setting is the same however often it is done, so it needs no key. Raises `NotAllowed`,
    `CartLineGone`, and what the catalogue refuses about the quantity or, by a rule about goods, about the country.
    """
    buyer_id = demand_buying(actor)
    cart = _locked_cart(buyer_id)
    line = _line(cart, line_id)
    check_quantity(quantity, allow_zero=True)
    if quantity == 0:
        line.delete()
        return None
    country = cart.company.country  # where its goods go, as long as no order says otherwise
    offer = offer_for_order(
        product_ref=line.product.ref,
        quantity=quantity,
        variant=line.variant.number,
        buyer_company_id=buyer_id,
        country=country,
        today=at.date(),
    )
    demand_sendable([offer], country=country, day=at.date())
    check_whole(quantity, offer.unit_code)
    line.quantity = quantity
    line.save(update_fields=["quantity"])
    return line


@transaction.atomic
def place_cart(
    *,
    supplier_ref: str,
    currency: str,
    delivery: Delivery,
    note: str = "",
    promised_discount: str = "",
    shown_minor: int | None = None,
    actor: Actor,
    key: str,
    at: datetime,
) -> Order:
    """Order everything the cart holds of one supplier in one currency; those lines leave the cart.

    The same key again returns the order it made first, whatever the cart holds by then.
    `shown_minor` is what the goods cost on the page that was read: another price is never ordered unseen.
    Raises what `place_order` raises (`KeyReused` for a key that made anything else), `PriceChanged` when they cost something else by now, `NothingInCart` when the cart holds nothing of this supplier.
    """
    buyer_id = demand_buying(actor)
    lock_key(key)
    cart = _locked_cart(buyer_id)
    supplier_id = company_by_ref(supplier_ref).pk
    again = _placed_before(key, buyer_id, supplier_id)
    if again is not None:
        return again
    rows = list(
        cart.lines.filter(product__supplier_id=supplier_id, product__currency=currency)
        .select_related("product", "variant")
        .order_by("pk")
    )
    if not rows:
        raise NothingInCart
    lines = [WantedLine(row.product.ref, row.quantity, variant=row.variant.number) for row in rows]
    asked = AskedOrder(supplier_id, tuple(lines), delivery, note, promised_discount=promised_discount)
    order = new_order(asked, actor=actor, key=key, at=at)
    if shown_minor is not None and shown_minor != _goods_minor(order):
        raise PriceChanged
    cart.lines.filter(pk__in=[row.pk for row in rows]).delete()
    return order


def _goods_minor(order: Order) -> int:
    """What the goods cost before a promised discount came off, as the checkout shows it."""
    return order.goods_minor + (order.promised_discount.amount_minor if order.promised_discount else 0)


def _placed_before(key: str, buyer_id: int, supplier_id: int) -> Order | None:
    """The order this key made; the cart that made it has lost those lines, so contents cannot be compared.

    Raises `KeyReused` when the key made something else.
    """
    record = IdempotencyRecord.objects.filter(key=key).first()
    if record is None:
        return None
    if record.operation != OPERATION:
        raise KeyReused
    order = Order.objects.filter(ref=record.result, buyer_id=buyer_id, supplier_id=supplier_id).first()
    if order is None:
        raise KeyReused
    return order


def _locked_cart(company_id: int) -> Cart:
    mine = Cart.objects.filter(company_id=company_id).select_related("company")
    cart = mine.lock().first()
    if cart is None:
        # Two at once make one: the second waits for the first and finds it.
        Cart.objects.bulk_create([Cart(company_id=company_id)], ignore_conflicts=True)
        cart = mine.lock().get()
    return cart


def _line(cart: Cart, line_id: int) -> CartLine:
    line = cart.lines.select_related("product", "variant").filter(pk=line_id).first()
    if line is None:
        raise CartLineGone
    return line

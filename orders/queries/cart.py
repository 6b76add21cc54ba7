"""The cart's page: lines by supplier and currency, each priced now; what cannot be ordered says why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from catalog.errors import NotEnoughLeft, NotServed, SupplierAway, VariantNotOffered
from catalog.models import Product, Variant
from catalog.queries import ProductCard, product_cards, variant_cards
from catalog.queries.capacity.stated import left_text, taken_text
from catalog.queries.trust.goods import GoodsLine, is_ruled, refusals_of_sending
from catalog.rules.capacity import earliest, largest_order, most_by
from catalog.rules.lead_times import closed_until
from catalog.rules.prices import quantity_problem, unit_price_for
from catalog.states import ProductState
from marketplace.accounts.queries import CompanyCard, company_cards
from marketplace.core import clock
from marketplace.core.actors import Actor
from marketplace.core.countries import country_name
from marketplace.core.errors import DomainError, NotFound
from marketplace.core.formatting import format_day, format_quantity
from marketplace.core.money import Money, line_amount, sum_money
from marketplace.core.operator_settings import integer_of
from marketplace.core.units import UNITS
from orders.clocks import TOLERANCE_KEY
from orders.models import CartLine
from orders.rules.worth import common_tolerance

_UNAVAILABLE = _("This product is not on offer at the moment.")


@dataclass(frozen=True, slots=True)
class CartLineView:
    """One variant of a product in the cart; `problem` says why it cannot be ordered as it stands.

    There is no amount then, but where only the destination stands against it.
    """

    id: int
    card: ProductCard
    quantity: Decimal
    unit_price: Decimal | None
    amount: Money | None
    problem: str
    ready_days: int
    taken_from: str = ""  # where the supplier's stock or capacity is limited
    leaves_by: date | None = None  # the last day of the period it comes from
    is_of_destination: bool = False  # another destination would mend the problem
    largest: Decimal | None = None  # where less is left than wanted: what can be ordered

    @property
    def is_own_price(self) -> bool:
        """Whether a price list of the supplier makes it cheaper for this company."""
        public = self.card.public_tiers
        return self.unit_price is not None and self.unit_price != unit_price_for(public, self.quantity)

    @property
    def plain_quantity(self) -> str:
        """For a field: no separators, no needless zeros."""
        return format(self.quantity.normalize(), "f")

    @property
    def plain_largest(self) -> str:
        """The same of the largest quantity that is left; empty where there is none."""
        return "" if self.largest is None else format(self.largest.normalize(), "f")


@dataclass(frozen=True, slots=True)
class CartGroup:
    """What would be one order: one supplier, one currency."""

    supplier: CompanyCard
    currency: str
    lines: tuple[CartLineView, ...]
    goods: Money

    @property
    def is_ready(self) -> bool:
        return all(not line.problem for line in self.lines)

    @property
    def may_be_placed(self) -> bool:
        """Whether it is ready, or would be with another destination."""
        return all(not line.problem or line.is_of_destination for line in self.lines)

    @property
    def longest_lead_days(self) -> int:
        return max(line.ready_days for line in self.lines)

    @property
    def leaves_by(self) -> date | None:
        """The first day on which the periods end that a line comes from; None when none does."""
        return min((line.leaves_by for line in self.lines if line.leaves_by), default=None)


@dataclass(frozen=True, slots=True)
class CartPage:
    """The whole cart of the company acted for."""

    groups: tuple[CartGroup, ...]

    @property
    def line_count(self) -> int:
        return sum(len(group.lines) for group in self.groups)


def _goods(card: ProductCard, *, ruled: bool) -> GoodsLine:
    return GoodsLine(card.title, card.hs_code, card.origin, ruled)


def cart_page(actor: Actor, *, country: str = "") -> CartPage:
    """The cart of the company acted for; six statements, whatever it holds, and one where a rule about goods may speak.

    `country` is where the goods go; the company's own when it is not given.
    """
    lines = CartLine.objects.filter(cart__company_id=actor.company_id or 0)
    ruled = lines.annotate(ruled=is_ruled("variant__product"))
    rows = list(ruled.select_related("variant").order_by("pk"))
    own_id, today = actor.company_id or 0, clock.now().date()
    cards = variant_cards((row.variant for row in rows), buyer_id=own_id) if rows else {}
    companies = company_cards({own_id, *(card.supplier_id for card in cards.values())}) if rows else {}
    grouped: dict[tuple[int, str], list[CartLineView]] = {}
    country = country or (companies[own_id].country if rows else "")
    goods = [_goods(cards[row.variant_id], ruled=row.__dict__["ruled"]) for row in rows]
    refusals = refusals_of_sending(goods, country=country, day=today)
    for row, refusal in zip(rows, refusals, strict=True):
        view = _sent(_view(row, cards[row.variant_id], today), country, refusal)
        grouped.setdefault((view.card.supplier_id, view.card.currency), []).append(view)
    return CartPage(
        tuple(
            _group(companies[supplier_id], currency, lines)
            for (supplier_id, currency), lines in grouped.items()
        )
    )


def cart_group(actor: Actor, supplier_ref: str, currency: str = "", *, country: str = "") -> CartGroup | None:
    """The part of the cart that one checkout orders, to a country; None when the cart holds nothing of it."""
    groups: Iterable[CartGroup] = cart_page(actor, country=country).groups
    fitting = [
        group for group in groups if group.supplier.ref == supplier_ref and currency in ("", group.currency)
    ]
    return fitting[0] if fitting else None


def tolerance_of(group: CartGroup) -> int:
    """The tolerance an order of this group begins with, in basis points: none for goods that are only counted."""
    cards = [line.card for line in group.lines]
    measured = [card for card in cards if card.unit_code in UNITS and not UNITS[card.unit_code].whole]
    stated = [card.quantity_tolerance_bps for card in measured]
    return common_tolerance(stated, integer_of(TOLERANCE_KEY)) if measured else 0


def largest_by(card: ProductCard, *, ready_on: date, ship_by: date) -> Decimal | None:
    """The largest quantity of limited goods that can be ordered to leave by a day; None when there is none."""
    if card.moq is None or card.order_multiple is None:
        return None
    most = most_by(card.capacity, card.unit_code, ready_on=ready_on, ship_by=ship_by)
    return largest_order(most, moq=card.moq, multiple=card.order_multiple)


def _view(row: CartLine, card: ProductCard, today: date) -> CartLineView:
    ready = card.days_until_ready(row.quantity, today)
    ready_on = today + timedelta(days=ready)
    plan = earliest(card.capacity, row.quantity, card.unit_code, ready_on)
    problem = _problem(row.quantity, card, today)
    if not problem and plan is None and card.capacity:
        return _short(CartLineView(row.pk, card, row.quantity, None, None, "", ready), ready_on, today)
    if problem:
        return CartLineView(row.pk, card, row.quantity, None, None, problem, ready)
    unit_price = unit_price_for(card.tiers, row.quantity)
    amount = line_amount(row.quantity, unit_price, card.currency)
    view = CartLineView(row.pk, card, row.quantity, unit_price, amount, "", ready)
    if plan is None:
        return view
    return replace(
        view,
        ready_days=(plan.there_on - today).days,
        taken_from=taken_text(plan, today),
        leaves_by=plan.leaves_by,
    )


def _sent(view: CartLineView, country: str, refusal: DomainError | None) -> CartLineView:
    """The line with why it cannot go to a country, when nothing else stands against it."""
    if not view.card.markets.serves(country):
        refusal = NotServed(title=view.card.title, country=country_name(country))
    if refusal is None or view.problem:
        return view
    return replace(view, problem=refusal.text, is_of_destination=True)


def _short(view: CartLineView, ready_on: date, today: date) -> CartLineView:
    """A line of which less is left than it wants: what there is, and the largest quantity that can be ordered."""
    card = view.card
    left = left_text(card.capacity, card.unit_code, today)
    wanted = format_quantity(view.quantity, card.unit_code)
    most = largest_by(card, ready_on=ready_on, ship_by=date.max)
    return replace(view, problem=NotEnoughLeft(wanted=wanted, left=left).text, largest=most)


def _problem(quantity: Decimal, card: ProductCard, today: date) -> str:
    if card.is_withdrawn:
        return VariantNotOffered().text
    if not card.available or not card.tiers or card.moq is None or card.order_multiple is None:
        return str(_UNAVAILABLE)
    if last_day := closed_until(card.pauses, today):
        return SupplierAway(title=card.title, day=format_day(last_day)).text
    found = quantity_problem(quantity, moq=card.moq, multiple=card.order_multiple, unit_code=card.unit_code)
    return found.text if found else ""


def _group(supplier: CompanyCard, currency: str, lines: Sequence[CartLineView]) -> CartGroup:
    amounts = [line.amount for line in lines if line.amount is not None]
    return CartGroup(supplier, currency, tuple(lines), sum_money(amounts, currency))


def order_of_line(line_id: int) -> tuple[str, str]:
    """Of which order a line of a cart will be part: the supplier's reference and the currency."""
    return CartLine.objects.values_list("product__supplier__ref", "product__currency").get(pk=line_id)


def product_for_cart(product_ref: str, number: int | None = None) -> tuple[ProductCard, CompanyCard]:
    """A product on offer (a variant of it, when there is one of this number) and its supplier. Raises `NotFound`."""
    row = Product.objects.filter(ref=product_ref.replace("\x00", "")[:32], state=ProductState.LIVE).first()
    if row is None:
        raise NotFound
    variant = None if number is None else Variant.objects.filter(product=row, number=number).first()
    card = variant_cards([variant])[variant.pk] if variant else product_cards([row.pk])[row.pk]
    return card, company_cards([row.supplier_id])[row.supplier_id]

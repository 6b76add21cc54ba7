"""The cart and the checkout."""

from __future__ import annotations

import re
from datetime import date
from functools import partial
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from catalog.queries import supplier_of_gone
from marketplace.accounts.access import member_required
from marketplace.accounts.middleware import SESSION_NEXT, CompanyRequest
from marketplace.core.actors import Actor
from marketplace.core.errors import DomainError, NotFound
from marketplace.core.formatting import format_number
from marketplace.core.forms import add_domain_error, sent_key
from marketplace.core.http import actor_of
from marketplace.core.ids import new_key
from marketplace.core.steps import done_in, key_or_new, tried_in
from marketplace.core.transactions import retrying, tried
from orders.forms import CartAddForm, CartQuantityForm, CheckoutForm, ChosenVariantForm, delivery_dates
from orders.models import CartLine
from orders.operations import add_to_cart, order_again, place_cart, set_cart_quantity
from orders.policies import BUYING_ROLES, can_buy
from orders.queries import (
    CartGroup,
    ScheduleLine,
    cart_group,
    cart_page,
    order_of_line,
    product_for_cart,
    schedule_offered,
    tolerance_of,
    usable_discounts,
)
from orders.queries.ways_out import ways_out
from orders.rules.texts import SEA_RULES
from orders.states import TransportMode
from orders.views.adjusting import adjusted
from orders.views.common import to_order

_REF: Final = re.compile(r"[A-Za-z0-9_]{1,32}")


@require_POST
def cart_add(request: HttpRequest) -> HttpResponseBase:
    """Put a product into the cart; `next=checkout` goes straight on to its order. Who has to sign in first keeps the quantity."""
    actor = actor_of(request)
    return _add(request) if actor.company_id is not None else _first_sign_in(request, actor)


def _first_sign_in(request: HttpRequest, actor: Actor) -> HttpResponse:
    """To the log-in, or to adding a company, and from there to the product with what was chosen."""
    ref = request.POST.get("product_ref", "")
    typed = {name: request.POST.get(name, "")[:40] for name in ("quantity", "variant")}
    asked = urlencode({name: value for name, value in typed.items() if value})
    if not _REF.fullmatch(ref):
        raise NotFound
    here = f"{reverse('product_short', args=[ref])}?{asked}#buy"
    if actor.is_anonymous:  # in the address: what strangers leave in sessions is nobody's to bound here
        messages.info(request, _("Your quantity is kept. Sign in or create an account, then order."))
        return redirect_to_login(here)
    request.session[SESSION_NEXT] = here
    messages.info(request, _("Your quantity is kept. Add the company you buy for, then order."))
    return redirect("company_new")


@member_required(*BUYING_ROLES)
def _add(request: CompanyRequest) -> HttpResponse:
    form, wanted = CartAddForm(request.POST), request.POST.get("product_ref", "")
    try:
        line = _added(request, form) if form.is_valid() else None
        if line is not None:
            return _after_adding(request, line.pk)
        card = product_for_cart(wanted, ChosenVariantForm(request.POST).number)
    except NotFound:
        if not supplier_of_gone(wanted):
            raise
        return redirect("product_short", wanted)  # says that it is gone, and what there is instead
    return render(
        request, "orders/cart_add.html", {"form": form, "card": card[0], "supplier": card[1]}, status=400
    )


def _added(request: CompanyRequest, form: CartAddForm) -> CartLine | None:
    return tried_in(
        form,
        partial(
            add_to_cart,
            product_ref=form.cleaned_data["product_ref"],
            quantity=form.cleaned_data["quantity"],
            variant=form.cleaned_data["variant"],
            actor=request.actor,
            key=sent_key(form.cleaned_data["idempotency_key"]) or new_key(),
            at=request.at,
        ),
    )


@require_GET
@member_required()
def cart(request: CompanyRequest) -> HttpResponse:
    """The cart, by supplier."""
    return _cart(request)


@require_POST
@member_required(*BUYING_ROLES)
def cart_line(request: CompanyRequest, line_id: int) -> HttpResponse:
    """Another quantity for a line of the cart; `remove` takes it out."""
    data = {"quantity": "0"} if "remove" in request.POST else request.POST
    form = CartQuantityForm(data)
    if form.is_valid() and done_in(
        form,
        lambda: set_cart_quantity(
            line_id=line_id, quantity=form.cleaned_data["quantity"], actor=request.actor, at=request.at
        ),
    ):
        return redirect("cart")
    return _cart(request, failed=(line_id, form), status=400)


@require_POST
@member_required()
def order_again_step(request: CompanyRequest, ref: str) -> HttpResponse:
    """What an order had goes into the cart again; what cannot is named with its reason."""
    again = partial(order_again, order_ref=ref, actor=request.actor, key=key_or_new(request), at=request.at)
    done = retrying(again)
    if done.added:
        added = ngettext(
            "%(number)s product is in your cart again, at today's price.",
            "%(number)s products are in your cart again, at today's prices.",
            done.added,
        )
        messages.success(request, added % {"number": format_number(done.added)})
    for one in done.left_out:
        messages.warning(request, f"{one.title}: {one.reason}")
    return redirect("cart")


@require_http_methods(["GET", "POST"])
@member_required(*BUYING_ROLES)
def checkout(request: CompanyRequest, supplier_ref: str) -> HttpResponse:
    """One order from what the cart holds of one supplier in one currency."""
    currency = request.POST.get("currency", "") or request.GET.get("currency", "")
    discounts = partial(usable_discounts, request.actor, request.at, supplier_ref=supplier_ref)
    form = changed = None
    if request.method == "POST":
        changed = adjusted(request)
        form = CheckoutForm(changed or request.POST, discounts=discounts(currency=currency))
        placed = _place(request, form, supplier_ref) if form.is_valid() and changed is None else None
        if placed is not None:
            return placed
    destination = request.POST.get("country", "")[:2]
    group = cart_group(request.actor, supplier_ref, currency, country=destination)
    if group is None:
        messages.info(request, _("Your cart holds nothing of this supplier."))
        return redirect("cart")
    if form is None:
        initial = suggestions(request, group)
        form = CheckoutForm(initial=initial, discounts=discounts(currency=group.currency))
    else:  # the page about to be read shows the prices of now
        form.data = {**(changed or request.POST.dict()), "shown_minor": group.goods.amount_minor}
    context = {
        "form": form,
        "group": group,
        "schedule": offered_schedule(request, group),
        "tolerance_bps": tolerance_of(group),
        "ways": ways_out(group, _wanted_day(form), today=request.at.date()),
    }
    return render(request, "orders/checkout.html", context, status=400 if form.errors else 200)


def _wanted_day(form: CheckoutForm) -> date | None:
    """The ship-by day that was typed, where it is one."""
    if not form.is_bound:
        return None
    try:  # what was refused is no longer among the cleaned data
        day: date = form.fields["ship_by"].clean(form["ship_by"].data)
    except forms.ValidationError:
        return None
    return day


def offered_schedule(request: CompanyRequest, group: CartGroup) -> tuple[ScheduleLine, ...]:
    """How this order would be paid; the amounts change with the freight that the supplier names."""
    today = request.at.date()
    ship_by = delivery_dates(today, group.longest_lead_days, group.leaves_by)
    return schedule_offered(group.supplier.id, group.goods, placed_on=today, ship_by=ship_by)


def _place(request: CompanyRequest, form: CheckoutForm, supplier_ref: str) -> HttpResponse | None:
    """The order placed, or the refusal on the form; without a group left in the cart there is no form to show it on."""
    data = form.cleaned_data
    refused: list[DomainError] = []
    order = tried(
        partial(
            place_cart,
            supplier_ref=supplier_ref,
            currency=data["currency"],
            delivery=form.delivery(),
            note=data["note"],
            promised_discount=data.get("promised_discount", ""),
            shown_minor=data["shown_minor"],
            actor=request.actor,
            key=form.key,
            at=request.at,
        ),
        refused.append,
    )
    if order is not None:
        messages.success(request, _("Order placed. The supplier has been told."))
        return to_order(order.ref)
    if cart_group(request.actor, supplier_ref, data["currency"]) is None:
        messages.error(request, refused[0].text)
        return redirect("cart")
    add_domain_error(form, refused[0])
    return None


def _after_adding(request: HttpRequest, line_id: int) -> HttpResponse:
    if request.POST.get("next") == "checkout":
        supplier_ref, currency = order_of_line(line_id)
        return redirect(f"{reverse('checkout', args=[supplier_ref])}?currency={currency}")
    messages.success(request, _("Added to your cart."))
    return redirect("cart")


def _cart(
    request: CompanyRequest, *, failed: tuple[int, forms.Form] | None = None, status: int = 200
) -> HttpResponse:
    page = cart_page(request.actor)
    context = {
        "page": page,
        "failed_id": failed[0] if failed else None,
        "failed_form": failed[1] if failed else None,
        "may_buy": can_buy(request.actor),
    }
    return render(request, "orders/cart.html", context, status=status)


def suggestions(request: CompanyRequest, group: CartGroup) -> dict[str, Any]:
    """What the form begins with: the company's own address, the offer's terms, a day the supplier can meet."""
    company = request.acting_company
    first = group.lines[0].card
    address = (
        {}
        if company is None
        else {
            "name": company.legal_name,
            "street": company.street,
            "city": company.city,
            "region": company.region,
            "postal_code": company.postal_code,
            "country": company.country,
            "phone": company.phone,
        }
    )
    return {
        **address,
        "contact": request.actor.name,
        "currency": group.currency,
        "shown_minor": group.goods.amount_minor,
        "incoterms_rule": first.incoterms_rule,
        "named_place": first.named_place,
        "transport_mode": TransportMode.SEA if first.incoterms_rule in SEA_RULES else TransportMode.LAND,
        "ship_by": delivery_dates(request.at.date(), group.longest_lead_days, group.leaves_by),
    }

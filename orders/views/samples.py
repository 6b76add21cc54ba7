"""A sample, ordered by itself: the checkout's form over what the supplier states."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from catalog.queries import supplier_of_gone
from marketplace.accounts.access import member_required
from marketplace.accounts.middleware import CompanyRequest
from marketplace.core.errors import Rejected
from marketplace.core.steps import tried_in
from orders.forms import CheckoutForm, ChosenVariantForm
from orders.models import Order
from orders.operations import WantedLine, place_order
from orders.policies import BUYING_ROLES
from orders.queries import CartGroup, sample_group
from orders.views.cart import offered_schedule, suggestions
from orders.views.common import to_order


@require_http_methods(["GET", "POST"])
@member_required(*BUYING_ROLES)
def sample_order(request: CompanyRequest, product_ref: str) -> HttpResponse:
    """One sample to one address; a product without one leads back to its page."""
    if supplier_of_gone(product_ref):
        return redirect("product_short", product_ref)
    try:
        chosen = ChosenVariantForm(request.GET).number
        group = sample_group(product_ref, request.actor, chosen)
    except Rejected as error:
        messages.error(request, error.text)
        return redirect("product_short", product_ref)
    form = CheckoutForm(request.POST or None, initial=suggestions(request, group))
    if request.method == "POST" and form.is_valid():
        order = _place(request, form, group, chosen)
        if order is not None:
            messages.success(request, _("Sample ordered. The supplier has been told."))
            return to_order(order.ref)
    context = {
        "form": form,
        "group": group,
        "schedule": offered_schedule(request, group),
        "tolerance_bps": 0,
        "is_sample": True,
    }
    return render(request, "orders/checkout.html", context, status=400 if form.errors else 200)


def _place(request: CompanyRequest, form: CheckoutForm, group: CartGroup, chosen: int | None) -> Order | None:
    [line] = group.lines
    return tried_in(
        form,
        partial(
            place_order,
            supplier_id=group.supplier.id,
            lines=[WantedLine(line.card.ref, line.quantity, is_sample=True, variant=chosen)],
            delivery=form.delivery(),
            note=form.cleaned_data["note"],
            actor=request.actor,
            key=form.key,
            at=request.at,
        ),
    )

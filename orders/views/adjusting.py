"""A checkout that cannot be met: another day or another quantity at one press, with everything typed kept."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.utils.translation import gettext as _

from marketplace.accounts.middleware import CompanyRequest
from marketplace.core.transactions import tried
from orders.forms import CartQuantityForm
from orders.operations import set_cart_quantity


def adjusted(request: CompanyRequest) -> dict[str, str] | None:
    """What was typed, with the day that was pressed (or as it was, with the cart's line at the quantity pressed).

    None when nothing of the kind was pressed. Nothing is ordered.
    """
    step, _colon, value = request.POST.get("adjust", "").partition(":")
    typed: dict[str, str] = request.POST.dict()
    if step == "day" and _is_day(value):
        messages.info(request, _("The day is set. Nothing is ordered yet."))
        return {**typed, "ship_by": value}
    line, _colon, quantity = value.partition(":")
    form = CartQuantityForm({"quantity": quantity})
    if step == "quantity" and line.isascii() and line.isdigit() and len(line) < 19 and form.is_valid():
        if _set(request, int(line), form):
            messages.info(request, _("The quantity is set. Nothing is ordered yet."))
        return typed
    return None


def _set(request: CompanyRequest, line_id: int, form: CartQuantityForm) -> bool:
    def change() -> bool:
        quantity = form.cleaned_data["quantity"]
        set_cart_quantity(line_id=line_id, quantity=quantity, actor=request.actor, at=request.at)
        return True

    return tried(change, lambda error: messages.error(request, error.text)) is not None


def _is_day(value: str) -> bool:
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True

"""The list of orders, THE order page, its steps that touch money, and paying."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from marketplace.accounts.access import login_required, member_required
from marketplace.accounts.middleware import CompanyRequest
from marketplace.core.errors import NotFound
from marketplace.core.ids import new_key
from marketplace.core.steps import done_in, key_of, step, tried_in
from orders.queries import OrderFilter, find_order, order_list
from orders.states import OrderState
from trade_assurance.holds import operations, queries
from trade_assurance.holds.errors import NotAwaitingPayment, NotYourStep
from trade_assurance.holds.forms import PayForm, PostponeForm, ReasonForm, UnpaidCancelForm
from trade_assurance.holds.policies import can_decide_for_buyer, can_give_up
from trade_assurance.payments.operations import continue_payment


@require_safe
@never_cache
@login_required
def orders(request: CompanyRequest) -> HttpResponse:
    """The company's orders, bought and sold; every order for the money desks."""
    if request.actor.company_id is None and not request.actor.desks:
        return redirect("company_new")
    asked = {name: request.GET.get(name, "")[:100] for name in ("side", "state", "text", "sort")}
    wanted = OrderFilter(asked["side"], asked["state"], asked["text"], asked["sort"] or "newest")
    listed = order_list(request.actor, wanted, cursor=request.GET.get("cursor", "")[:200])
    kept = {name: value for name, value in asked.items() if value}
    groups = [("", _("All")), ("waiting", _("Waits for you")), ("open", _("Open")), ("ended", _("Ended"))]
    context = {
        "listed": listed,
        "asked": asked,
        "query": urlencode(kept),
        "next_url": f"?{urlencode({**kept, 'cursor': listed.next_cursor})}" if listed.next_cursor else "",
        "tabs": [_tab(kept, "state", value, label, asked["state"]) for value, label in groups],
        "states": OrderState.choices,
        "sides": [("", _("Bought and sold")), ("buying", _("Bought")), ("selling", _("Sold"))],
        "sorts": [
            ("newest", _("Newest first")),
            ("oldest", _("Oldest first")),
            ("ship_by", _("Ship-by date")),
            ("largest", _("Largest first")),
        ],
    }
    return render(request, "holds/orders.html", context)


def _tab(kept: dict[str, str], name: str, value: str, label: str, current: str) -> dict[str, object]:
    others = {key: text for key, text in kept.items() if key != name}
    query = urlencode({**others, name: value} if value else others)
    return {"label": label, "url": f"?{query}", "current": value == current}


@require_safe
@never_cache
@login_required
def order(request: CompanyRequest, ref: str) -> HttpResponse:
    """Everything of one order, for both sides and the officers."""
    page = queries.trade_page(ref, request.actor, request.at)
    context = {"page": page, "key": new_key(), "reason_form": ReasonForm()}
    return render(request, "holds/order.html", context)


@require_POST
@member_required()
def order_confirm(request: CompanyRequest, ref: str) -> HttpResponse:
    """The supplier takes the order."""
    return step(
        request,
        lambda: operations.confirm_order(
            order_ref=ref, actor=request.actor, key=key_of(request), at=request.at
        ),
        done=_("Confirmed. The contract is frozen and the buyer is asked to pay."),
        to="order",
        ref=ref,
    )


@require_POST
@member_required()
def amendment_accept(request: CompanyRequest, ref: str) -> HttpResponse:
    """The buyer takes the supplier's other terms, of the version they read."""
    version = request.POST.get("version", "")
    if not (version.isascii() and version.isdigit() and len(version) < 10):
        raise NotFound
    return step(
        request,
        lambda: operations.accept_amendment(
            order_ref=ref, version=int(version), actor=request.actor, key=key_of(request), at=request.at
        ),
        done=_("Accepted. These terms are the contract now; the next step is to pay."),
        to="order",
        ref=ref,
    )


@require_POST
@member_required()
def order_cancel(request: CompanyRequest, ref: str) -> HttpResponse:
    """Either side steps back before the money is there."""
    return _with_reason(
        request,
        ref,
        lambda reason, key: operations.cancel_confirmed_order(
            order_ref=ref, reason=reason, actor=request.actor, key=key, at=request.at
        ),
        _("The order is cancelled."),
    )


@require_POST
@member_required()
def unshipped_cancel(request: CompanyRequest, ref: str) -> HttpResponse:
    """What is not shipped is cancelled and refunded."""
    return _with_reason(
        request,
        ref,
        lambda reason, key: operations.cancel_unshipped(
            order_ref=ref, reason=reason, actor=request.actor, key=key, at=request.at
        ),
        _("Cancelled. The buyer gets the value of what was not shipped back in full."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@member_required()
def cancellation_postpone(request: CompanyRequest, ref: str) -> HttpResponse:
    """The buyer gives the supplier more time."""
    if not can_decide_for_buyer(request.actor, find_order(ref, request.actor)):
        raise NotYourStep
    page = queries.trade_page(ref, request.actor, request.at)
    form = PostponeForm(request.POST or None)
    if form.is_valid() and done_in(
        form,
        lambda: operations.postpone_cancellation(
            order_ref=ref,
            to_date=form.cleaned_data["to_date"],
            actor=request.actor,
            key=form.key,
            at=request.at,
        ),
    ):
        messages.success(request, _("The supplier has more time and has been told."))
        return redirect("order", ref)
    status = 400 if form.errors else 200
    return render(request, "holds/postpone.html", {"page": page, "form": form}, status=status)


@require_POST
@member_required()
def order_accept(request: CompanyRequest, ref: str) -> HttpResponse:
    """The buyer says the goods are right."""
    return step(
        request,
        lambda: operations.accept_delivery(
            order_ref=ref, actor=request.actor, key=key_of(request), at=request.at
        ),
        done=_("Accepted. What no claim has frozen is released to the supplier."),
        to="order",
        ref=ref,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@member_required()
def pay(request: CompanyRequest, ref: str) -> HttpResponse:
    """Amount, to whom, protected how, until when; the ways of paying; nothing else."""
    try:
        page = queries.pay_page(ref, request.actor, request.at)
    except NotAwaitingPayment as error:
        messages.info(request, error.text)
        return redirect("order", ref)
    choices = [(choice.name, str(choice.label)) for choice in page.choices]
    manual = {choice.name for choice in page.choices if choice.manual}
    form = PayForm(request.POST or None, choices=choices, manual=manual, currency=page.amount.currency)
    if form.is_valid():
        url = _begin(request, ref, form)
        if url:
            return redirect(url)
    status = 400 if form.errors else 200
    context = {"page": page, "form": form, "key": new_key()}
    return render(request, "holds/pay.html", context, status=status)


@require_POST
@member_required()
def pay_credit(request: CompanyRequest, ref: str) -> HttpResponse:
    """Pay what is due out of the company's credit, as far as it goes."""
    return step(
        request,
        lambda: operations.pay_from_credit(
            order_ref=ref, actor=request.actor, key=key_of(request), at=request.at
        ),
        done=_("Paid from your credit."),
        to="order",
        ref=ref,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@member_required()
def unpaid_cancel(request: CompanyRequest, ref: str) -> HttpResponse:
    """The supplier cancels an order whose payment is overdue, and says what it keeps of the deposit."""
    if not can_give_up(request.actor, find_order(ref, request.actor)):
        raise NotYourStep
    page = queries.trade_page(ref, request.actor, request.at)
    form = UnpaidCancelForm(request.POST or None, held=page.money.free)
    if form.is_valid() and done_in(
        form,
        lambda: operations.cancel_unpaid(
            order_ref=ref,
            keeps=form.cleaned_data["keeps"],
            reason=form.cleaned_data["reason"],
            actor=request.actor,
            key=form.key,
            at=request.at,
        ),
    ):
        messages.success(request, _("Cancelled. The buyer has been told and may object in time."))
        return redirect("order", ref)
    status = 400 if form.errors else 200
    return render(request, "holds/unpaid_cancel.html", {"page": page, "form": form}, status=status)


@require_POST
@member_required()
def loss_accept(request: CompanyRequest, ref: str) -> HttpResponse:
    """The supplier goes on although a chargeback took part of what was held."""
    return step(
        request,
        lambda: operations.go_on_without_lost(
            order_ref=ref, actor=request.actor, key=key_of(request), at=request.at
        ),
        done=_("You go on for what is still held. Goods may be produced and shipped again."),
        to="order",
        ref=ref,
    )


@require_POST
@member_required()
def deposit_agree(request: CompanyRequest, ref: str) -> HttpResponse:
    """The buyer agrees to what the supplier keeps."""
    return step(
        request,
        lambda: operations.agree_to_kept_deposit(
            order_ref=ref, actor=request.actor, key=key_of(request), at=request.at
        ),
        done=_("Agreed. The money is released to the supplier and the order is over."),
        to="order",
        ref=ref,
    )


def _begin(request: CompanyRequest, ref: str, form: PayForm) -> str:
    """Where the person goes on to pay; empty when it was refused (the form says why)."""
    payment_ref = tried_in(
        form,
        lambda: operations.begin_payment(
            order_ref=ref,
            provider=form.cleaned_data["provider"],
            return_url=reverse("order", args=[ref]),
            amount=form.cleaned_data["amount"],
            keep_excess=form.wants_credit,
            actor=request.actor,
            key=form.key,
            at=request.at,
        ),
    )
    if payment_ref is None:
        return ""
    # The intent is committed; only now, outside any transaction, is the provider called.
    return tried_in(form, lambda: continue_payment(payment_ref=payment_ref, at=request.at)) or ""


def _with_reason(
    request: CompanyRequest, ref: str, operation: Callable[[str, str], object], done: str
) -> HttpResponse:
    find_order(ref, request.actor)  # what one may not know of is not found, whatever was typed
    form = ReasonForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Say why; the other side reads it."))
        return redirect("order", ref)
    return step(
        request,
        lambda: operation(form.cleaned_data["reason"], form.key),
        done=done,
        to="order",
        ref=ref,
    )

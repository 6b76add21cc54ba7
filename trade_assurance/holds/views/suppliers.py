"""A supplier's money at the finance desk (reserve, debts), and the supplier's own registration with a rail."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from marketplace.accounts.access import desk_required, member_required
from marketplace.accounts.middleware import CompanyRequest
from marketplace.core.errors import NotFound
from marketplace.core.ids import new_key
from marketplace.core.money import Money
from marketplace.core.steps import done_in, key_of, take_step, told
from trade_assurance.holds import operations, queries
from trade_assurance.holds.forms import ReserveForm, WriteOffForm

FINANCE = "finance"


@require_safe
@never_cache
@desk_required(FINANCE)
def desk_suppliers(request: CompanyRequest) -> HttpResponse:
    """Suppliers with a reserve or a debt, or found by name."""
    text = request.GET.get("text", "")[:100]
    return render(request, "holds/desk_suppliers.html", {"rows": queries.supplier_list(text), "text": text})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@desk_required(FINANCE)
def desk_supplier(request: CompanyRequest, ref: str) -> HttpResponse:
    """One supplier's money; POST sets the reserve."""
    page = queries.supplier_desk_page(ref, request.actor)
    form = ReserveForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and done_in(
        form,
        lambda: operations.set_reserve(
            company_ref=ref,
            bps=form.bps,
            days=form.cleaned_data["days"],
            from_at=request.at,
            reason=form.cleaned_data["reason"],
            actor=request.actor,
            key=form.key,
            at=request.at,
        ),
    ):
        messages.success(
            request, _("Saved. It holds for every release from now on; the supplier has been told.")
        )
        return redirect("desk_supplier", ref)
    forms = [(debt, WriteOffForm(left=debt.left, auto_id=f"id_{debt.ref}_%s")) for debt in page.money.debts]
    context = {"page": page, "form": form, "debts": forms, "key": new_key()}
    return render(request, "holds/desk_supplier.html", context, status=400 if form.errors else 200)


@require_POST
@desk_required(FINANCE)
def write_off(request: CompanyRequest, subject: str) -> HttpResponse:
    """The marketplace bears a debt, or the unexplained part of a chargeback, itself."""
    open_amount = operations.open_amount(subject)
    form = WriteOffForm(request.POST, left=open_amount)
    if not form.is_valid():
        messages.error(request, _("Say how much, and why."))
        return redirect(_back(subject))
    amount: Money = form.cleaned_data["amount"]
    result = told(
        request,
        lambda: operations.write_off(
            subject=subject,
            amount=amount,
            reason=form.cleaned_data["reason"],
            actor=request.actor,
            key=form.key,
            at=request.at,
        ),
    )
    if result:
        done = _("Written off.") if result == "done" else _("It waits for a second officer's approval.")
        messages.success(request, done)
    return redirect(_back(subject))


@require_POST
@desk_required(FINANCE)
def write_off_approve(request: CompanyRequest, subject: str) -> HttpResponse:
    """The second officer's yes."""
    operations.open_amount(subject)
    take_step(
        request,
        lambda: operations.approve_write_off(
            subject=subject, actor=request.actor, key=key_of(request), at=request.at
        ),
        _("Written off."),
    )
    return redirect(_back(subject))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@member_required("owner", "finance")
def registration(request: CompanyRequest, provider: str) -> HttpResponse:
    """Whether a rail can pay the company and what is missing; POST starts the registration or goes on with it."""
    page = queries.registration_page(provider, request.actor)
    if request.method == "POST":
        return redirect(_page_of_rail(request, provider) or reverse("registration", args=[provider]))
    return render(request, "holds/registration.html", {"page": page, "key": new_key()})


@require_safe
@never_cache
@member_required("owner", "finance")
def registration_return(request: CompanyRequest, provider: str) -> HttpResponse:
    """Back from the rail's page, which proves nothing: the rail itself is asked."""
    queries.registration_page(provider, request.actor)
    try:
        operations.read_registration(provider=provider, actor=request.actor, at=request.at)
    except NotFound:
        messages.error(request, _("Nothing has been begun with this provider."))
    return redirect("registration", provider)


def _page_of_rail(request: CompanyRequest, provider: str) -> str:
    """Where the person goes on; empty, with the reason as a message, when the rail named no page."""
    url = operations.go_on_registering(
        provider=provider,
        return_url=request.build_absolute_uri(reverse("registration_return", args=[provider])),
        refresh_url=request.build_absolute_uri(reverse("registration", args=[provider])),
        actor=request.actor,
        key=key_of(request),
        at=request.at,
    )
    if not url:
        messages.info(request, _("The provider has been asked. Reload this page in a moment."))
    return url


def _back(subject: str) -> str:
    if subject.startswith("cbk_"):
        return reverse("desk_chargeback", args=[subject])
    return reverse("desk_supplier", args=[operations.company_of_debt(subject)])

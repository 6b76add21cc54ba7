"""The buyer claims: lines, clause and amount, with the contract's own words beside them."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from marketplace.accounts.access import member_required
from marketplace.accounts.middleware import CompanyRequest
from marketplace.core.steps import done_in
from trade_assurance.disputes import operations, queries
from trade_assurance.disputes.forms import ClaimForm
from trade_assurance.disputes.queries import ClaimPage, Suggestion


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@member_required()
def dispute_open(request: CompanyRequest, ref: str) -> HttpResponse:
    """The form; `suggest` works out what the named goods are worth, anything else opens the claim."""
    shipment_ref = request.POST.get("shipment", "") or request.GET.get("shipment", "")
    page = queries.claim_page(ref, request.actor, request.at, shipment_ref=shipment_ref)
    if "suggest" in request.POST:
        return _suggested(request, ref, page)
    form = ClaimForm(request.POST or None, request.FILES or None, page=page)
    opened: list[str] = []
    if form.is_valid() and done_in(form, lambda: opened.append(_open(request, ref, form))):
        messages.success(
            request, _("Your claim is open. Only its amount is frozen; the supplier has been told.")
        )
        return redirect("dispute", opened[0])
    return _render(request, page, form, status=400 if form.errors else 200)


def _open(request: CompanyRequest, ref: str, form: ClaimForm) -> str:
    data = form.cleaned_data
    claim = operations.Claimed(
        reason=data["reason"],
        clause=data["clause"],
        amount=data["amount"],
        statement=data["statement"],
        lines=form.lines,
        shipment_ref=data["shipment"],
    )
    return operations.open_claim(
        order_ref=ref, claim=claim, files=form.uploads, actor=request.actor, key=form.key, at=request.at
    )


def _suggested(request: CompanyRequest, ref: str, page: ClaimPage) -> HttpResponse:
    """The same form with everything typed, and the amount filled in from the lines."""
    sent = ClaimForm(request.POST, page=page)
    sent.is_valid()
    named = [(line.line_id, line.quantity) for line in sent.lines]
    worth = queries.suggestion(
        ref,
        request.actor,
        reason=request.POST.get("reason", ""),
        shipment_ref=page.shipment_ref,
        quantities=named,
        claimable=page.claimable,
    )
    typed = {name: value for name, value in request.POST.items() if name in sent.fields}
    form = ClaimForm(page=page, initial=typed | {"amount": worth.amount.as_decimal()})
    return _render(request, page, form, worth=worth)


def _render(
    request: CompanyRequest,
    page: ClaimPage,
    form: ClaimForm,
    *,
    worth: Suggestion | None = None,
    status: int = 200,
) -> HttpResponse:
    return render(request, "disputes/claim.html", {"page": page, "form": form, "worth": worth}, status=status)

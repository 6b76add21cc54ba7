"""A company's balance: what it is owed, where payouts go, and asking for one."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from marketplace.accounts.access import member_required
from marketplace.accounts.middleware import CompanyRequest
from marketplace.core.formatting import format_money
from marketplace.core.ids import new_key
from marketplace.core.money import Money
from marketplace.core.steps import done_in, key_of, told
from trade_assurance.holds import operations, queries
from trade_assurance.holds.errors import NotYourStep
from trade_assurance.holds.forms import PayoutAccountForm, PayoutForm
from trade_assurance.holds.policies import can_ask_payout


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@member_required()
def balance(request: CompanyRequest) -> HttpResponse:
    """Balances per currency, the statement of one, payouts; owners and finance ask for a payout here."""
    if request.method == "POST" and not can_ask_payout(request.actor):
        raise NotYourStep
    page = queries.balance_page(request.actor, request.GET.get("currency", "")[:3])
    available = page.shown.available if page.shown else Money.zero("USD")
    form = PayoutForm(request.POST or None, available=available)
    if form.is_valid() and done_in(
        form,
        lambda: operations.request_payout(
            amount=form.cleaned_data["amount"], actor=request.actor, key=form.key, at=request.at
        ),
    ):
        amount = format_money(form.cleaned_data["amount"])
        messages.success(
            request, _("A payout of %(amount)s is asked for; an officer approves it.") % {"amount": amount}
        )
        return redirect("balance")
    status = 400 if form.errors else 200
    return render(
        request, "holds/balance.html", {"page": page, "form": form, "key": new_key()}, status=status
    )


@require_POST
@member_required("owner", "purchasing", "finance")
def credit_return(request: CompanyRequest) -> HttpResponse:
    """The company's credit of one currency goes back the way it came."""
    currency = request.POST.get("currency", "")[:3]
    sent = told(
        request,
        lambda: operations.return_credit(
            company_id=request.actor.company_id or 0,
            currency=currency,
            actor=request.actor,
            key=key_of(request),
            at=request.at,
        ),
    )
    if sent is not None:
        messages.success(request, _("%(amount)s goes back the way it came.") % {"amount": format_money(sent)})
    return redirect("balance")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@member_required("owner", "finance")
def payout_account(request: CompanyRequest) -> HttpResponse:
    """Where payouts of a currency go."""
    currency = request.GET.get("currency", "")[:3].upper()
    form = PayoutAccountForm(request.POST or None, initial={"currency": currency} if currency else {})
    if form.is_valid() and done_in(
        form,
        lambda: operations.set_payout_account(
            currency=form.cleaned_data["currency"],
            provider=form.cleaned_data["provider"],
            details=form.details,
            actor=request.actor,
            at=request.at,
        ),
    ):
        messages.success(request, _("Saved. Everybody who may ask for payouts has been told."))
        return redirect("balance")
    balances = queries.balances_of_company(request.actor.company_id or 0)
    context = {"form": form, "accounts": [line for line in balances if line.has_account]}
    return render(request, "holds/payout_account.html", context, status=400 if form.errors else 200)


@require_safe
@never_cache
@member_required()
def payout(request: CompanyRequest, ref: str) -> HttpResponse:
    """One payout with its way."""
    page = queries.payout_page(ref, request.actor, at_desk=False)
    return render(request, "holds/payout.html", {"page": page, "key": new_key()})

"""The payer's pages: instructions or state of a payment, the way back from a provider."""

from __future__ import annotations

from typing import Final

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from marketplace.accounts.access import member_required
from marketplace.accounts.middleware import CompanyRequest
from marketplace.core.jobs import QUEUE_HOLDS
from marketplace.core.outbox import deliver_due
from trade_assurance.payments import operations, queries
from trade_assurance.payments.models import Payment
from trade_assurance.payments.states import PaymentState

# How many waiting events a returning payer's request works off, so that the order page shows the money at once.
_DELIVER_NOW: Final = 20


@require_GET
@never_cache
@member_required()
def payment(request: CompanyRequest, ref: str) -> HttpResponse:
    """What to do to pay, or how the payment stands."""
    return render(request, "payments/payment.html", {"page": queries.payment_page(ref, request.actor)})


@require_GET
@never_cache
@member_required()
def payment_return(request: CompanyRequest, ref: str) -> HttpResponse:
    """The payer comes back from the provider's page: it is asked how the payment stands, and the outcome shown."""
    queries.payment_page(ref, request.actor)
    refreshed = operations.refresh_payment(payment_ref=ref, at=request.at)
    deliver_due(at=request.at, queue=QUEUE_HOLDS, limit=_DELIVER_NOW)
    if refreshed.state == PaymentState.SUCCEEDED:
        messages.success(request, _("The payment has arrived."))
        return redirect(_own_path(refreshed))
    return redirect("payment", ref=ref)


def _own_path(of: Payment) -> str:
    """Where the trade goes on: a path of this site, never another's."""
    path = of.return_url
    return path if path.startswith("/") and not path.startswith(("//", "/\\")) else "/"

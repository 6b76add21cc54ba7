"""The signed-in person's first page."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from marketplace.accounts.access import login_required
from marketplace.accounts.middleware import CompanyRequest
from trade_assurance.disputes import queries


@require_safe
@never_cache
@login_required
def dashboard(request: CompanyRequest) -> HttpResponse:
    """What waits for the company acted for; staff without a company see their desks."""
    if request.actor.company_id is None:
        if not request.actor.desks and not request.user.desks:
            return redirect("company_new")
        return render(request, "disputes/home_staff.html")
    return render(request, "disputes/home.html", {"page": queries.dashboard(request.actor, request.at)})

"""The dispute officers' look at transport: arrivals nobody has proven, and carriers' events that fit nothing."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from marketplace.accounts.access import desk_required
from marketplace.accounts.middleware import CompanyRequest
from orders.policies import OFFICER_DESK
from orders.queries import carrier_events_to_review, unproven_shipments


@require_GET
@desk_required(OFFICER_DESK)
def desk_shipments(request: CompanyRequest) -> HttpResponse:
    """What an officer must decide about arrivals, and what carriers sent that needs a person."""
    context = {"unproven": unproven_shipments(), "events": carrier_events_to_review()}
    return render(request, "orders/desk_shipments.html", context)

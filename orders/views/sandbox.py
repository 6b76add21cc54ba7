"""The sandbox carrier: a page to rehearse what a carrier reports. Its events go through the same signed door."""

from __future__ import annotations

import json
from datetime import datetime

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from marketplace.accounts.access import login_required
from marketplace.accounts.middleware import CompanyRequest
from marketplace.core.errors import NotAllowed, NotFound
from marketplace.core.ids import new_ref
from marketplace.core.steps import told
from orders.queries.sandbox import SandboxShipment, sandbox_shipments
from orders.states import CarrierOutcome, CarrierStatus
from orders.webhooks import SANDBOX, carrier_secrets, receive, sign


@require_http_methods(["GET", "POST"])
@login_required
def sandbox_carrier(request: CompanyRequest) -> HttpResponse:
    """Shipments that travel with the carrier “Sandbox”, and buttons for what it may report."""
    shipments = sandbox_shipments(request.actor)
    if request.method == "POST":
        if request.actor.has_role("viewer"):  # reads only, in a rehearsal too
            raise NotAllowed
        _report(request, shipments)
        return redirect("sandbox_carrier")
    context = {"shipments": shipments, "statuses": CarrierStatus.choices}
    return render(request, "orders/sandbox_carrier.html", context)


def _report(request: CompanyRequest, shipments: list[SandboxShipment]) -> None:
    status = request.POST.get("status", "")
    chosen = next((row for row in shipments if row.ref == request.POST.get("shipment")), None)
    if chosen is None or status not in CarrierStatus.values:
        raise NotFound
    outcome = told(request, lambda: _send(chosen.tracking_number, status, request.at))
    if outcome == CarrierOutcome.REVIEW:
        messages.warning(
            request, _("The event was received and kept for review: it does not fit the shipment.")
        )
    elif outcome is not None:
        messages.success(request, _("The event was signed, sent and taken in."))


def _send(tracking_number: str, status: str, at: datetime) -> str:
    body = json.dumps(
        {"tracking_number": tracking_number, "status": status, "occurred_at": at.isoformat()}
    ).encode()
    event_id, stamp = new_ref("evt"), int(at.timestamp())
    headers = {
        "webhook-id": event_id,
        "webhook-timestamp": str(stamp),
        "webhook-signature": sign(carrier_secrets()[SANDBOX], event_id, stamp, body),
    }
    return receive(carrier_code=SANDBOX, headers=headers, body=body, at=at).outcome

"""The finance desk's page of everything asked of providers: what is stuck and why, each call, and a look now."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from marketplace.accounts.access import desk_required
from marketplace.accounts.middleware import CompanyRequest
from marketplace.core.steps import take_step
from trade_assurance.payments import operations, queries

FINANCE = "finance"
_FILTERS = ("show", "kind", "state", "provider", "q")


@require_GET
@never_cache
@desk_required(FINANCE)
def desk_operations(request: CompanyRequest) -> HttpResponse:
    """Everything that was asked of providers, found by kind, state, provider, reference, and what is stuck."""
    said = {name: request.GET.get(name, "") for name in _FILTERS}
    wanted = queries.Wanted.read(said["show"], said["kind"], said["state"], said["provider"], said["q"])
    listing = queries.asked(wanted, at=request.at, before=_before(request))
    older = urlencode(
        {name: value for name, value in said.items() if value} | {"before": listing.before or ""}
    )
    context = {"listing": listing, "wanted": wanted, "older": f"?{older}"}
    return render(request, "payments/desk_operations.html", context)


@require_GET
@never_cache
@desk_required(FINANCE)
def desk_operation(request: CompanyRequest, operation_id: int) -> HttpResponse:
    """One operation: every call with its key and answer, every step, and what may be done."""
    page = queries.asked_page(operation_id, request.actor, at=request.at)
    return render(request, "payments/desk_operation.html", {"page": page})


@require_POST
@desk_required(FINANCE)
def desk_operation_look(request: CompanyRequest, operation_id: int) -> HttpResponse:
    """Look again now: ask the provider what became of it."""

    def wake_and_run() -> None:
        operations.wake_operation(operation_id=operation_id, actor=request.actor, at=request.at)
        operations.run_operation(operation_id=operation_id, at=request.at)

    take_step(request, wake_and_run, _("The provider was asked; below is what it said."))
    return redirect("desk_operation", operation_id=operation_id)


def _before(request: HttpRequest) -> int | None:
    """The cursor of the address; nonsense begins at the beginning."""
    text = request.GET.get("before", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None

"""The comparison of offers: a page whose address keeps the choice; without one, what is in the tray. Open to everybody; changes nothing."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from catalog.forms.comparison import ComparisonForm, chosen_refs
from catalog.queries.buying.comparison import comparison
from catalog.rules.exchange import rates
from catalog.tray import MOST
from catalog.views.tray import tray_of
from marketplace.core.http import actor_of


@require_safe
def compare(request: HttpRequest) -> HttpResponse:
    """Up to five offers at one quantity in one currency."""
    form = ComparisonForm(request.GET)
    form.is_valid()
    page = comparison(
        chosen_refs(request.GET) or tray_of(request).refs,
        quantity=form.cleaned_data.get("quantity"),
        unit_code=form.cleaned_data.get("unit") or "",
        currency=form.price_currency,
        buyer_id=actor_of(request).company_id,
    )
    kept = {
        name: value for name in form.fields if (value := request.GET.get(name)) and name not in form.errors
    }
    refs = [offer.ref for offer in page.offers]
    columns = [
        (offer, _address([ref for ref in refs if ref != offer.ref], kept) if len(refs) > 1 else "")
        for offer in page.offers
    ]
    context = {"page": page, "form": form, "columns": columns, "rates_on": rates().on, "most": MOST}
    return render(request, "catalog/compare.html", context)


def _address(refs: list[str], kept: dict[str, str]) -> str:
    return f"{reverse('compare')}?{urlencode([*(('p', ref) for ref in refs), *kept.items()])}"

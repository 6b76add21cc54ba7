"""Public figures of disputes; for anybody."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from marketplace.core.http import ActingRequest
from trade_assurance.disputes import queries


@require_safe
def dispute_figures(request: HttpRequest) -> HttpResponse:
    """By reason, country and outcome; small groups only together."""
    return render(
        request, "disputes/figures.html", {"page": queries.statistics(cast(ActingRequest, request).at)}
    )

"""The exporter's figures: a page of plots and tables, and the same as a file."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from marketplace.accounts.access import member_required
from marketplace.accounts.middleware import CompanyRequest
from trade_assurance.holds.figures_rules import span_of
from trade_assurance.holds.queries.figures.figures import figure_lines, figures_page, local_day

_HEAD = ("day", "measure", "country", "currency", "value")


@require_safe
@never_cache
@member_required()
def figures(request: CompanyRequest) -> HttpResponse:
    """What was seen, ordered and received in the last 30, 90 or 365 days."""
    page = figures_page(request.actor, request.at, span_of(request.GET.get("days", "")))
    return render(request, "holds/figures.html", {"page": page})


@require_safe
@never_cache
@member_required()
def figures_csv(request: CompanyRequest) -> StreamingHttpResponse:
    """Every figure of the page by day, as CSV in UTF-8."""
    span = span_of(request.GET.get("days", ""))
    rows = list(figure_lines(request.actor, request.at, span))
    response = StreamingHttpResponse(_csv(rows), content_type="text/csv; charset=utf-8")
    day = local_day(request.at)
    response["Content-Disposition"] = f'attachment; filename="figures-{day:%Y-%m-%d}-{span}-days.csv"'
    return response


class _Echo:
    """A file that gives back what is written to it."""

    def write(self, text: str) -> str:
        return text


def _csv(rows: list[tuple[str, str, str, str, str]]) -> Iterator[str]:
    writer: Any = csv.writer(_Echo())
    yield "\ufeff"  # spreadsheets take the file for UTF-8 then
    yield writer.writerow(_HEAD)
    for row in rows:
        yield writer.writerow(row)

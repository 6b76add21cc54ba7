"""The contract sheet, its data for a checker, and the list as a spreadsheet file."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from marketplace.accounts.access import login_required
from marketplace.accounts.middleware import CompanyRequest
from orders.queries import OrderFilter, OrderRow, contract_sheet, orders_for_export

_HEAD = (
    "order",
    "number",
    "side",
    "partner",
    "partner_country",
    "state",
    "first_product",
    "more_lines",
    "total",
    "currency",
    "placed_at",
    "ship_by",
    "late",
)
# What a spreadsheet would run as a formula (OWASP, CSV injection).
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


@require_GET
@login_required
def order_contract(request: CompanyRequest, ref: str) -> HttpResponse:
    """The frozen terms and their hash; prints cleanly."""
    return render(request, "orders/order_contract.html", {"sheet": contract_sheet(ref, request.actor)})


@require_GET
@login_required
def order_contract_data(request: CompanyRequest, ref: str) -> HttpResponse:
    """The canonical text itself: its SHA-256 is the hash on the sheet."""
    sheet = contract_sheet(ref, request.actor)
    response = HttpResponse(sheet.canonical.encode(), content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="contract-{sheet.number}.json"'
    return response


@require_GET
@login_required
def orders_export(request: CompanyRequest) -> StreamingHttpResponse:
    """The list as it is filtered, as CSV in UTF-8; cells that a spreadsheet would run begin with an apostrophe."""
    wanted = OrderFilter(
        side=request.GET.get("side", ""), state=request.GET.get("state", ""), text=request.GET.get("text", "")
    )
    rows = orders_for_export(request.actor, wanted)
    response = StreamingHttpResponse(_csv(rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="orders-{request.at:%Y-%m-%d}.csv"'
    response["Cache-Control"] = "private, no-store"
    return response


class _Echo:
    """A file that gives back what is written to it."""

    def write(self, text: str) -> str:
        return text


def _csv(rows: Iterator[OrderRow]) -> Iterator[str]:
    writer: Any = csv.writer(_Echo())
    yield "\ufeff"  # spreadsheets take the file for UTF-8 then
    yield writer.writerow(_HEAD)
    for row in rows:
        yield writer.writerow([_defused(cell) for cell in _cells(row)])


def _cells(row: OrderRow) -> tuple[object, ...]:
    return (
        row.ref,
        row.number,
        row.side,
        row.other_name,
        row.other_country,
        row.state,
        row.title,
        row.more_lines,
        row.total.as_decimal(),
        row.total.currency,
        row.placed_at.isoformat(),
        row.ship_by.isoformat(),
        "yes" if row.late else "no",
    )


def _defused(cell: object) -> str:
    text = str(cell)
    return f"'{text}" if text.lstrip(" \ufeff").startswith(_FORMULA) else text

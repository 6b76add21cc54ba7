"""The public proof of the books: daily roots as a page and as a file, and the script that checks a statement."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Final

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from trade_assurance.ledger import queries

DAYS_ON_A_PAGE: Final = 31
SCRIPT: Final = Path(__file__).resolve().parents[2] / "docs" / "operations" / "verify_statement.py"


@require_safe
def book_roots(request: HttpRequest) -> HttpResponse:
    """The sealed days, newest first, and how to check a statement with them. For everybody."""
    days = queries.days_before(_day(request.GET.get("before", "")), DAYS_ON_A_PAGE + 1)
    shown = days[:DAYS_ON_A_PAGE]
    older = f"?before={shown[-1].day.isoformat()}" if len(days) > DAYS_ON_A_PAGE else ""
    return render(request, "ledger/roots.html", {"days": shown, "older": older})


@require_safe
def book_roots_file(request: HttpRequest) -> StreamingHttpResponse:
    """All sealed days as one JSON file, streamed."""
    response = StreamingHttpResponse(_published(), content_type="application/json")
    response["Content-Disposition"] = 'attachment; filename="roots.json"'
    return response


@require_safe
def book_verifier(request: HttpRequest) -> HttpResponse:
    """The stand-alone script, as it is in the documentation."""
    response = HttpResponse(SCRIPT.read_bytes(), content_type="text/x-python; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{SCRIPT.name}"'
    return response


def _published() -> Iterator[str]:
    yield '{"format": "portolan roots 1", "days": ['
    for number, day in enumerate(queries.every_day()):
        yield (",\n" if number else "\n") + json.dumps(day.as_published())
    yield "\n]}\n"


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None

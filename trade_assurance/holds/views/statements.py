"""Statements of a company as a page and as files, and the ledger of one order."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TypeVar
from urllib.parse import urlencode

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from marketplace.accounts.access import login_required, member_required
from marketplace.accounts.middleware import CompanyRequest
from trade_assurance.holds import queries
from trade_assurance.holds.errors import StatementTooLong
from trade_assurance.holds.periods import Period, period_of
from trade_assurance.holds.queries.payouts.statements import Statement
from trade_assurance.holds.statement_files import as_csv, as_json
from trade_assurance.holds.statement_pdf import LONGEST_PDF, as_pdf
from trade_assurance.ledger.queries import Place

Answer = TypeVar("Answer", HttpResponse, StreamingHttpResponse)


@require_safe
@never_cache
@login_required
def order_ledger(request: CompanyRequest, ref: str) -> HttpResponse:
    """Every booking of the order that concerns the reader."""
    return render(request, "holds/order_ledger.html", {"page": queries.order_ledger(ref, request.actor)})


@require_safe
@never_cache
@member_required()
def statements(request: CompanyRequest) -> HttpResponse:
    """The company's statement of a month or of chosen days, in one currency, as buyer or as supplier."""
    period = _period(request)
    page = queries.statement_page(
        request.actor,
        side=request.GET.get("side", ""),
        currency=request.GET.get("currency", "")[:3],
        period=period,
        after=_place(request.GET.get("after", "")),
    )
    asked = _asked(page.side, page.statement.currency if page.statement else "", period)
    context = {
        "page": page,
        "query": urlencode(asked),
        "before_url": _url(asked, period.before),
        "after_url": _url(asked, period.after),
        "first_url": f"?{urlencode(asked)}" if not page.is_first else "",
        "next_url": _next(asked, page.next_place),
        "zone": str(period.zone),
        "tabs": [
            {
                "label": label,
                "url": f"?{urlencode(asked | {'side': side, 'currency': ''})}",
                "current": side == page.side,
            }
            for side, label in (("supplier", _("As supplier")), ("buyer", _("As buyer")))
        ],
        "currency_tabs": [
            {
                "label": currency,
                "url": f"?{urlencode(asked | {'currency': currency})}",
                "current": page.statement is not None and currency == page.statement.currency,
            }
            for currency in page.currencies
        ],
    }
    return render(request, "holds/statements.html", context)


@require_safe
@member_required()
def statement_csv(request: CompanyRequest) -> StreamingHttpResponse:
    """The statement as CSV with the proof of every line, streamed."""
    statement = _statement(request)
    parts = as_csv(statement, queries.every_line(statement, with_proofs=True))
    return _file(_in_zone(parts, statement), statement, "csv", "text/csv; charset=utf-8")


@require_safe
@member_required()
def statement_json(request: CompanyRequest) -> StreamingHttpResponse:
    """The statement as JSON with the proof of every line, streamed."""
    statement = _statement(request)
    parts = as_json(statement, queries.every_line(statement, with_proofs=True))
    return _file(_in_zone(parts, statement), statement, "json", "application/json")


@require_safe
@member_required()
def statement_pdf(request: CompanyRequest) -> HttpResponse:
    """The statement as a document. Raises `StatementTooLong` where nobody would read it."""
    statement = _statement(request)
    if statement.lines_in_all > LONGEST_PDF:
        raise StatementTooLong(lines=statement.lines_in_all)
    content = as_pdf(statement, queries.every_line(statement, with_proofs=True), made_at=request.at)
    response = HttpResponse(content, content_type="application/pdf")
    return _headed(response, statement, "pdf")


def _period(request: CompanyRequest) -> Period:
    zone = timezone.get_current_timezone()
    return period_of(
        request.GET.get("month", "")[:7],
        request.GET.get("from", "")[:10],
        request.GET.get("to", "")[:10],
        today=request.at.astimezone(zone).date(),
        zone=zone,
    )


def _statement(request: CompanyRequest) -> Statement:
    return queries.statement_for_export(
        request.actor,
        side=request.GET.get("side", ""),
        currency=request.GET.get("currency", "")[:3],
        period=_period(request),
    )


def _asked(side: str, currency: str, period: Period) -> dict[str, str]:
    return {"side": side, "currency": currency, **_days(period)}


def _days(period: Period) -> dict[str, str]:
    if period.is_month:
        return {"month": f"{period.first:%Y-%m}"}
    return {"from": period.first.isoformat(), "to": period.last.isoformat()}


def _url(asked: dict[str, str], period: Period) -> str:
    kept = {name: asked[name] for name in ("side", "currency")}
    return f"?{urlencode(kept | _days(period))}"


def _next(asked: dict[str, str], place: Place | None) -> str:
    if place is None:
        return ""
    return f"?{urlencode(asked | {'after': f'{place.at.isoformat()},{place.entry_id}'})}"


def _place(text: str) -> Place | None:
    at, _comma, entry_id = text.partition(",")
    try:
        place = Place(datetime.fromisoformat(at), int(entry_id))
    except ValueError:
        return None
    return place if place.at.tzinfo is not None and 0 < place.entry_id < 2**63 else None


def _in_zone(parts: Iterator[str], statement: Statement) -> Iterator[str]:
    """Streaming begins after the middleware has gone home: each part is made in the statement's zone again."""
    while True:
        with timezone.override(statement.period.zone):
            part = next(parts, None)
        if part is None:
            return
        yield part


def _file(
    parts: Iterator[str], statement: Statement, ending: str, content_type: str
) -> StreamingHttpResponse:
    return _headed(StreamingHttpResponse(parts, content_type=content_type), statement, ending)


def _headed(response: Answer, statement: Statement, ending: str) -> Answer:
    name = f"statement-{statement.side}-{statement.currency}-{statement.period.first}-{statement.period.last}"
    response["Content-Disposition"] = f'attachment; filename="{name}.{ending}"'
    response["Cache-Control"] = "private, no-store"
    return response

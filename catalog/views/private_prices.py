"""The prices of a list: the grid, the file to download, the table that is sent or pasted and checked before it counts."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.text import slugify
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from catalog import operations
from catalog.forms.price_grid import GridForm, PriceUploadForm, TypedGrid, typed_grid
from catalog.imports.files import open_table
from catalog.imports.sheets import CSV_TYPE, XLSX_TYPE, Column, csv_lines, workbook
from catalog.models import PriceList
from catalog.policies import SELLING_ROLES
from catalog.price_table import TableRow, read_table
from catalog.queries.prices.grid import PriceGrid, list_to_price, price_grid, price_table, share_note
from catalog.queries.prices.upload import DryRun, dry_run
from catalog.rules.price_lists import PricesSaid
from marketplace.accounts.access import member_required
from marketplace.accounts.middleware import CompanyRequest
from marketplace.core.formatting import format_number
from marketplace.core.ids import new_key
from marketplace.core.steps import tried_in

_FARTHEST = 5_000
_LARGEST_ID = 2**63 - 1
_TURNS = {"previous": -1, "next": 1}
_WIDTHS = (18, 44, 24, 10, 10, 14, 14, 14)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(*SELLING_ROLES)
def prices(request: CompanyRequest, ref: str) -> HttpResponse:
    """The grid, a page at a time; saving says only what was changed on it, and turning the page saves it."""
    look = _look(request)
    if request.method != "POST":
        grid = price_grid(ref, request.actor, request.at.date(), **look)
        return _grid_page(request, GridForm(initial={"revision": grid.revision}), grid, None)
    ids = [int(one) for one in request.POST.getlist("variant")[:50] if _is_id(one)]
    grid = price_grid(ref, request.actor, request.at.date(), **look, ids=ids)
    form = GridForm(request.POST)
    longer = request.POST.get("longer", "")
    typed = typed_grid(request.POST, grid.variants, longer=longer)
    if longer or not form.is_valid():
        return _grid_page(request, form, grid, typed, status=200 if longer else 422)
    if typed.problems:
        form.add_error(None, _counted_problems(typed.problems))
        return _grid_page(request, form, grid, typed)
    turned = _TURNS.get(request.POST.get("turn", ""), 0)
    if (turned and not typed.said.articles) or _saved(request, ref, form, typed.said):
        return redirect(_address(ref, look | {"page": max(1, look["page"] + turned)}))
    return _grid_page(request, form, grid, typed)


@require_safe
@member_required(*SELLING_ROLES)
def download(request: CompanyRequest, ref: str) -> HttpResponseBase:
    """The list as a file to fill in and send back: its own prices, or with `all` every product of the supplier."""
    found = list_to_price(ref, request.actor)
    header, rows = price_table(found, everything=request.GET.get("all") == "1")
    name = slugify(found.name)[:60] or "prices"
    if request.GET.get("format") == "csv":
        response = StreamingHttpResponse(csv_lines(header, rows), content_type=CSV_TYPE)
        response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
        return response
    columns = [Column(label, label, width=width) for label, width in zip(header, _WIDTHS, strict=True)]
    made = workbook(columns, rows, explained=False)
    return FileResponse(made, as_attachment=True, filename=f"{name}.xlsx", content_type=XLSX_TYPE)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(*SELLING_ROLES)
def upload(request: CompanyRequest, ref: str) -> HttpResponse:
    """A table of prices: first what each row would do, then, when it is sent again to be saved, doing it."""
    found = list_to_price(ref, request.actor)
    if request.method != "POST":
        return _upload_page(request, PriceUploadForm(initial={"revision": found.revision}), found, None)
    form = PriceUploadForm(request.POST, request.FILES)
    rows = tried_in(form, lambda: _sent_rows(form)) if form.is_valid() else None
    if rows is None:
        return _upload_page(request, form, found, None)
    checked = dry_run(found, rows, all_others_out=form.cleaned_data["others"])
    if "save" in request.POST and checked.can_save and _saved(request, ref, form, checked.said):
        return redirect("workbench_private_prices", ref)
    return _upload_page(request, form, found, checked, rows)


def _sent_rows(form: PriceUploadForm) -> list[TableRow]:
    sent = form.cleaned_data["file"] or io.BytesIO(form.cleaned_data["rows"].encode())
    with open_table(sent, language=get_language() or "en") as table:
        return read_table(table)


def _saved(request: CompanyRequest, ref: str, form: GridForm | PriceUploadForm, said: PricesSaid) -> bool:
    """Say the prices; tell what became of it. False when they were refused: the form then says why."""
    if not said.articles and not said.all_others_out:
        messages.info(request, _("Nothing was changed."))
        return True
    done = tried_in(
        form,
        lambda: operations.set_private_prices(
            price_list_ref=ref,
            said=said,
            revision=form.cleaned_data["revision"] or 0,
            actor=request.actor,
            key=form.key,
            at=request.at,
        ),
    )
    if done is None:
        return False
    text = ngettext("Saved: the prices of %(number)s product.", "Saved: the prices of %(number)s products.", len(said.articles))  # fmt: skip
    messages.success(request, text % {"number": format_number(len(said.articles))})
    return True


def _counted_problems(number: int) -> str:
    text = ngettext("%(number)s line has to be mended.", "%(number)s lines have to be mended.", number)
    return text % {"number": format_number(number)}


def _grid_page(
    request: CompanyRequest, form: GridForm, grid: PriceGrid, typed: TypedGrid | None, *, status: int = 0
) -> HttpResponse:
    look = _look(request)
    # A page that was sent knows its own variants only: whether others follow, it says itself.
    has_next = grid.has_next or request.POST.get("more") == "1"
    context = {
        "form": form,
        "grid": grid,
        "variants": typed.variants if typed else grid.variants,
        "here": _address(grid.ref, look),
        "previous_url": _address(grid.ref, look | {"page": grid.page - 1}) if grid.page > 1 else "",
        "next_url": _address(grid.ref, look | {"page": grid.page + 1}) if has_next else "",
        "share_note": share_note(grid.share),
        # What was refused is looked at again before it is sent again: then it counts over what stands by now.
        "revision": grid.revision,
        "key": new_key(),
    }
    failed = 422 if form.is_bound and form.errors else 200
    return render(request, "catalog/workbench/price_grid.html", context, status=status or failed)


def _upload_page(
    request: CompanyRequest,
    form: PriceUploadForm,
    found: PriceList,
    checked: DryRun | None,
    rows: Sequence[TableRow] = (),
) -> HttpResponse:
    if checked is not None and not form.errors:
        text = "\n".join(row.text for row in rows)
        form = PriceUploadForm(
            initial={"revision": found.revision, "rows": text, "others": checked.said.all_others_out}
        )
    context = {"form": form, "price_list": found, "checked": checked}
    status = 422 if form.errors or (checked is not None and checked.wrong) else 200
    return render(request, "catalog/workbench/price_upload.html", context, status=status)


def _look(request: CompanyRequest) -> dict[str, Any]:
    """What the address says of the page that is looked at."""
    raw = request.GET.get("page", "")
    page = int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 6 else 1
    return {
        "query": request.GET.get("q", "").replace("\x00", "").strip()[:100],
        "priced_only": request.GET.get("priced") == "1",
        "page": max(1, min(page, _FARTHEST)),
    }


def _address(ref: str, look: dict[str, Any]) -> str:
    kept = {"q": look["query"], "priced": "1" if look["priced_only"] else "", "page": look["page"]}
    said = {name: value for name, value in kept.items() if value and value != 1}
    path = reverse("workbench_private_prices", args=[ref])
    return f"{path}?{urlencode(said)}" if said else path


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and int(text) <= _LARGEST_ID

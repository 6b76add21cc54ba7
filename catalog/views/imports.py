"""Import and export of listings: the file, the columns, the check, the run; downloads in the same layout."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalog.forms.imports import ColumnsForm, ImportFileForm, PicturesForm, ReadingsForm
from catalog.imports import fields
from catalog.imports.cells import Cell
from catalog.imports.columns import Layout
from catalog.imports.sheets import CSV_TYPE, XLSX_TYPE, Column, csv_lines, workbook
from catalog.models import ListingImport
from catalog.operations.imports import steering as operations
from catalog.operations.imports.steering import Choice
from catalog.policies import SELLING_ROLES
from catalog.queries.categories import category_tree
from catalog.queries.imports.export import example, export_of, template_columns
from catalog.queries.imports.pages import (
    column_lines,
    import_page,
    imports_of,
    own_import,
    rows_to_mend,
    target_choices,
)
from catalog.states import ImportState
from catalog.views.selling import may_change
from marketplace.accounts.access import company_id_of, member_required
from marketplace.accounts.middleware import CompanyRequest
from marketplace.core.steps import done_in, step, tried_in
from marketplace.files.uploads import ArchiveUploadHandler

_LARGEST_NUMBER = 2**31 - 1


def _large_files(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Let a ZIP of pictures be larger than other uploads; set before anything reads the body, so CSRF is asked inside."""

    @csrf_exempt
    def wide(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated:  # whoever is unknown fills no disk of ours
            request.upload_handlers = [ArchiveUploadHandler(request)]
        return csrf_protect(view)(request, *args, **kwargs)

    return wide


@_large_files
@require_http_methods(["GET", "HEAD", "POST"])
@member_required()
def imports(request: CompanyRequest) -> HttpResponseBase:
    """Bring a file; and the imports there were."""
    form = ImportFileForm(request.POST or None, request.FILES or None)
    may_import = may_change(request)
    if request.method == "POST":
        job = tried_in(form, lambda: _start(request, form)) if form.is_valid() else None
        if job is not None:
            return redirect("workbench_import", job.ref)
    context = {
        "form": form,
        "lines": imports_of(company_id_of(request)),
        "may_import": may_import,
        "tree": category_tree().grouped_leaves(),
    }
    return render(request, "catalog/workbench/imports.html", context, status=422 if form.errors else 200)


@require_safe
@member_required()
def listing_import(request: CompanyRequest, ref: str) -> HttpResponse:
    """One import, wherever it stands; asked again while the worker is at it."""
    raw = request.GET.get("after", "")
    after = int(raw) if raw.isascii() and raw.isdigit() and int(raw) <= _LARGEST_NUMBER else 0
    page = import_page(ref, request.actor, outcome=request.GET.get("outcome", "")[:12], after=after)
    if request.headers.get("HX-Request") == "true" and not page.is_at_work:
        return HttpResponse(
            headers={"HX-Refresh": "true"}
        )  # the worker is done: the whole page is another one
    if page.state == ImportState.COLUMNS or request.GET.get("step") == "columns":
        job = own_import(ref, request.actor)
        if job.state in {ImportState.COLUMNS, ImportState.CHECKED}:
            return _columns_page(request, _columns_form(job, None), ref)
    context = {
        "page": page,
        "may_import": request.actor.has_role(*SELLING_ROLES),
        "pictures_form": PicturesForm(),
        "unread": ReadingsForm(words=page.unread),
        "words_read": ReadingsForm(words=page.words_read),
    }
    part = "_import_progress" if request.headers.get("HX-Request") == "true" else "import"
    return render(request, f"catalog/workbench/{part}.html", context)


@require_POST
@member_required(*SELLING_ROLES)
def columns(request: CompanyRequest, ref: str) -> HttpResponse:
    """Say what the columns mean; the check begins."""
    job = own_import(ref, request.actor)
    form = _columns_form(job, request.POST)
    if form.is_valid() and done_in(
        form,
        lambda: operations.choose_columns(
            ref=ref,
            choice=Choice(
                replace(form.layout(), readings=job.readings), submits=form.cleaned_data["submits"] == "yes"
            ),
            actor=request.actor,
            at=request.at,
        ),
    ):
        return redirect("workbench_import", ref)
    return _columns_page(request, form, ref, status=422)


@require_POST
@member_required(*SELLING_ROLES)
def readings(request: CompanyRequest, ref: str) -> HttpResponse:
    """Say what unknown words mean, kept with the columns; every row is checked again."""
    job, form = own_import(ref, request.actor), ReadingsForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose what each word means, or leave it an error."))
        return redirect("workbench_import", ref)
    return step(
        request,
        lambda: operations.choose_columns(
            ref=ref,
            choice=Choice(_layout_of(job, form.readings(job.readings)), submits=job.submits),
            actor=request.actor,
            at=request.at,
        ),
        done="",  # the check says by itself how far it is
        to="workbench_import",
        ref=ref,
    )


def _layout_of(job: ListingImport, readings: Mapping[str, Mapping[str, str]]) -> Layout:
    """What was chosen for this file, with these readings."""
    return Layout(tuple(job.targets), job.defaults, job.decimal_sign, job.clears, readings)


@_large_files
@require_POST
@member_required(*SELLING_ROLES)
def pictures(request: CompanyRequest, ref: str) -> HttpResponse:
    """Bring the ZIP of pictures after all."""
    form = PicturesForm(request.POST, request.FILES)
    if not form.is_valid():
        own_import(ref, request.actor)
        messages.error(request, _("Choose a ZIP file."))
        return redirect("workbench_import", ref)
    upload = form.cleaned_data["pictures"]
    return step(
        request,
        lambda: operations.add_pictures(ref=ref, pictures=upload, actor=request.actor, at=request.at),
        done=_("The pictures are there."),
        to="workbench_import",
        ref=ref,
    )


@require_POST
@member_required(*SELLING_ROLES)
def run(request: CompanyRequest, ref: str) -> HttpResponse:
    """Do what the check has shown."""
    return step(
        request,
        lambda: operations.run_import(ref=ref, actor=request.actor, at=request.at),
        done="",  # a run says by itself how far it is
        to="workbench_import",
        ref=ref,
    )


@require_POST
@member_required(*SELLING_ROLES)
def cancel(request: CompanyRequest, ref: str) -> HttpResponse:
    """End an import where it stands."""
    return step(
        request,
        lambda: operations.cancel_import(ref=ref, actor=request.actor, at=request.at),
        done=_("The import is cancelled."),
        to="workbench_import",
        ref=ref,
    )


@require_safe
@member_required()
def errors(request: CompanyRequest, ref: str) -> HttpResponseBase:
    """The rows to mend, in the layout in which they came, with what to do behind each."""
    job = own_import(ref, request.actor)
    header = [*job.header, str(fields.WHAT_TO_DO)]
    name = f"{slugify(job.file_name.rpartition('.')[0])[:60] or 'listings'}-{slugify(_('to mend'))}"
    if job.format == "xlsx":
        columns = [Column(str(number), label, width=24) for number, label in enumerate(header)]
        return _workbook_answer(columns, rows_to_mend(job), name, explained=False)
    return _csv_answer(header, rows_to_mend(job), name, job.delimiter or ",")


@require_safe
@member_required()
def template(request: CompanyRequest) -> HttpResponseBase:
    """The empty template: drop-downs, and a sheet that explains every column."""
    chosen = template_columns(request.GET.get("category", "")[:60])
    return _workbook_answer(chosen, [], "portolan-listings", explained=True)


@require_safe
@member_required()
def export(request: CompanyRequest) -> HttpResponseBase:
    """The company's listings in the layout of the import."""
    table = export_of(company_id_of(request), state=request.GET.get("state", "")[:20])
    if request.GET.get("format") == "csv":
        return _csv_answer(table.header, table.rows, "listings", ",")
    return _workbook_answer(table.columns, table.rows, "listings", explained=True)


def _start(request: CompanyRequest, form: ImportFileForm) -> ListingImport:
    return operations.start_import(
        supplier_id=company_id_of(request),
        upload=form.cleaned_data["file"],
        pictures=form.cleaned_data["pictures"] or None,
        actor=request.actor,
        key=form.key,
        at=request.at,
    )


def _columns_form(job: ListingImport, posted: Any) -> ColumnsForm:
    initial = {
        **{f"column_{number}": target for number, target in enumerate(job.targets)},
        **{f"default_{name}": text for name, text in job.defaults.items() if name in fields.FOR_ALL},
        "decimal_sign": job.decimal_sign,
        "clears": "yes" if job.clears else "",
        "submits": "yes" if job.submits else "",
    }
    return ColumnsForm(
        posted, initial=initial, lines=column_lines(job), targets=target_choices(), tree=category_tree()
    )


def _columns_page(request: CompanyRequest, form: ColumnsForm, ref: str, *, status: int = 200) -> HttpResponse:
    page = import_page(ref, request.actor)
    may_import = request.actor.has_role(*SELLING_ROLES)
    context = {"page": page, "form": form, "may_import": may_import, "pictures_form": PicturesForm()}
    return render(request, "catalog/workbench/import_columns.html", context, status=status)


def _csv_answer(
    header: list[str], rows: Iterable[list[Cell]], name: str, delimiter: str
) -> StreamingHttpResponse:
    response = StreamingHttpResponse(csv_lines(header, rows, delimiter), content_type=CSV_TYPE)
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def _workbook_answer(
    columns: Iterable[Column], rows: Iterable[list[Cell]], name: str, *, explained: bool
) -> FileResponse:
    shown = example() if explained else ()
    made = workbook(list(columns), rows, explained=explained, example=shown)
    return FileResponse(made, as_attachment=True, filename=f"{name}.xlsx", content_type=XLSX_TYPE)

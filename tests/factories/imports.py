"""Tables of listings as exporters send them, and imports taken through their steps by the operations and the task."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile

from catalog.imports import fields
from catalog.imports.columns import Layout
from catalog.imports.sheets import Column, workbook
from catalog.models import ListingImport
from catalog.operations.imports.rows import advance_import
from catalog.operations.imports.steering import Choice, choose_columns, run_import, start_import
from marketplace.accounts.models import Company
from marketplace.core.ids import new_key
from tests.factories import AT
from tests.factories.accounts import owner_of

RICE = {
    "sku": "BAS-1",
    "title": "1121 Steam Basmati Rice",
    "category_code": "rice",
    "description": "Aged twelve months, sortexed twice, average grain 8.35 mm. In new 25 kg bags.",
    "hs_code": "1006.30",
    "origin": "India",
    "unit_code": "tonne",
    "moq": "5",
    "order_multiple": "0.5",
    "currency": "USD",
    "tier_1_from": "5",
    "tier_1_price": "1180",
    "tier_2_from": "25",
    "tier_2_price": "1125.50",
    "incoterms_rule": "FOB",
    "named_place": "Mundra",
    "lead_time_days": "21",
    "attributes.variety": "1121",
    "attributes.broken_share": "1.5",
}


def rice(**over: str) -> dict[str, str]:
    """A row that is right; `over` replaces cells by column."""
    return {**RICE, **over}


def many(count: int, **over: str) -> list[dict[str, str]]:
    """Rows that are right, each with its own number."""
    return [rice(sku=f"R-{number:05}", title=f"Rice number {number}", **over) for number in range(count)]


def header_of(rows: Sequence[Mapping[str, str]]) -> list[str]:
    """The columns that any row has, in our order of them."""
    return list(dict.fromkeys(name for row in rows for name in row))


def csv_file(
    rows: Sequence[Mapping[str, str]],
    *,
    delimiter: str = ",",
    encoding: str = "utf-8",
    name: str = "listings.csv",
) -> UploadedFile[Any]:
    """The rows as a CSV file, headed as our template heads them."""
    out = io.StringIO()
    header = header_of(rows)
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerow(fields.label_of(one, {}) for one in header)
    writer.writerows([row.get(one, "") for one in header] for row in rows)
    return SimpleUploadedFile(name, out.getvalue().encode(encoding), "text/csv")


def xlsx_file(rows: Sequence[Mapping[str, str]], name: str = "listings.xlsx") -> UploadedFile[Any]:
    """The rows as a workbook."""
    header = header_of(rows)
    columns = [Column(one, fields.label_of(one, {})) for one in header]
    with workbook(columns, ([row.get(one, "") for one in header] for row in rows)) as made:
        return SimpleUploadedFile(name, made.read())


def worked(job: ListingImport) -> None:
    """The worker's steps, at the tests' moment."""
    while advance_import(ref=job.ref, at=AT):
        pass


def sent(
    supplier: Company, upload: UploadedFile[Any], pictures: UploadedFile[Any] | None = None
) -> ListingImport:
    """An import whose file the worker has read."""
    job = start_import(
        supplier_id=supplier.pk,
        upload=upload,
        pictures=pictures,
        actor=owner_of(supplier),
        key=new_key(),
        at=AT,
    )
    worked(job)
    job.refresh_from_db()
    return job


def checked(
    supplier: Company,
    upload: UploadedFile[Any],
    pictures: UploadedFile[Any] | None = None,
    *,
    submits: bool = False,
    **over: Any,
) -> ListingImport:
    """An import with the columns as they were guessed, checked by the worker."""
    job = sent(supplier, upload, pictures)
    assert job.state == "columns", job.problem
    given = {
        "targets": tuple(job.targets),
        "defaults": job.defaults,
        "decimal_sign": job.decimal_sign,
        "readings": job.readings,
        **over,
    }
    choice = Choice(Layout(**given), submits=submits)
    choose_columns(ref=job.ref, choice=choice, actor=owner_of(supplier), at=AT)
    worked(job)
    job.refresh_from_db()
    return job


def imported(
    supplier: Company, upload: UploadedFile[Any], pictures: UploadedFile[Any] | None = None, **over: Any
) -> ListingImport:
    """An import taken to its end."""
    job = checked(supplier, upload, pictures, **over)
    run_import(ref=job.ref, actor=owner_of(supplier), at=AT)
    worked(job)
    job.refresh_from_db()
    return job


def outcomes(job: ListingImport) -> list[str]:
    """What each row did, or would do."""
    return [row.outcome or row.planned for row in job.rows.order_by("number")]


def problems(job: ListingImport) -> list[tuple[int, str, str, str]]:
    """Row, column, value and remedy of everything that is to mend."""
    return [
        (row.number, one["column"], one["value"], one["text"])
        for row in job.rows.order_by("number")
        for one in row.problems
    ]

"""A worker that takes one import after another to its end and says how long each step took, and its memory.

Started by `bench_import`: `python -m bench.import_client ROWS`, with DATABASE_URL in its environment.
"""

import csv
import io
import os
import resource
import sys
import time
from datetime import UTC, datetime

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.settings.test")
django.setup()

from django.core.files.uploadedfile import SimpleUploadedFile  # noqa: E402 -- after Django is set up

from catalog.imports import fields  # noqa: E402
from catalog.imports.columns import Layout  # noqa: E402
from catalog.imports.sheets import Column, csv_lines, workbook  # noqa: E402
from catalog.models import ListingImport, Product  # noqa: E402
from catalog.operations import approve_product  # noqa: E402
from catalog.operations.imports.steering import Choice, choose_columns, run_import, start_import  # noqa: E402
from catalog.queries.imports.export import export_of  # noqa: E402
from catalog.tasks import work_import  # noqa: E402
from marketplace.accounts.models import Company  # noqa: E402
from marketplace.core.ids import new_key  # noqa: E402
from tests.factories.accounts import a_company, owner_of  # noqa: E402
from tests.factories.catalog import MODERATOR  # noqa: E402
from tests.factories.imports import RICE  # noqa: E402


def main(count: int) -> None:
    """New drafts from CSV, the same again, from a workbook with new prices, submitted and live, new prices once more."""
    supplier = a_company()
    header = [fields.label_of(code, {}) for code in RICE]
    _timed(supplier, "new, CSV", _csv(header, count, "1180"), count)
    _timed(supplier, "the same again, CSV", _csv(header, count, "1180"), count)
    _timed(supplier, "other prices, Excel", _xlsx(count, "1190"), count)
    _timed(supplier, "drafts submitted, CSV", _csv(header, count, "1190"), count, submits=True)
    for name in ("three variants each, new", "three variants each, again"):
        _timed(supplier, name, _variants(header, count), count)
    live = min(count, 2_000)
    for ref in Product.objects.order_by("pk").values_list("ref", flat=True)[:live]:
        approve_product(product_ref=ref, actor=MODERATOR, key=new_key(), at=datetime.now(UTC))
    _timed(supplier, "other prices, live", _csv(header, live, "1185"), live)
    started = time.monotonic()
    table = export_of(supplier.pk)
    size = sum(len(line) for line in csv_lines(table.header, table.rows))
    _say(f"export to CSV: {time.monotonic() - started:5.1f} s for {count} listings, {size / 1e6:.1f} MB")
    started = time.monotonic()
    table = export_of(supplier.pk)
    with workbook(table.columns, table.rows) as made:
        size = made.seek(0, 2)
    _say(f"export to Excel: {time.monotonic() - started:5.1f} s, {size / 1e6:.1f} MB")


def _timed(supplier: Company, name: str, file: bytes, count: int, *, submits: bool = False) -> None:
    upload = SimpleUploadedFile("x.xlsx" if file.startswith(b"PK") else "x.csv", file)
    actor, now = owner_of(supplier), datetime.now(UTC)
    started, own = time.monotonic(), time.process_time()
    job = start_import(
        supplier_id=supplier.pk, upload=upload, pictures=None, actor=actor, key=new_key(), at=now
    )
    work_import(job.ref)
    read = time.monotonic()
    job = ListingImport.objects.get(pk=job.pk)
    choose_columns(
        ref=job.ref, choice=Choice(Layout(tuple(job.targets), {}), submits=submits), actor=actor, at=now
    )
    work_import(job.ref)
    checked = time.monotonic()
    run_import(ref=job.ref, actor=actor, at=now)
    work_import(job.ref)
    done = time.monotonic()
    found: dict[str, int] = {}
    for outcome in job.rows.values_list("outcome", flat=True):
        found[outcome] = found.get(outcome, 0) + 1
    _say(
        f"{name:24} {count:6} rows: read {read - started:5.1f} s, checked {checked - read:5.1f} s,"
        f" done {done - checked:5.1f} s; together {done - started:5.1f} s, of it {time.process_time() - own:5.1f} s CPU of the worker; {found}"
    )


def _rows(count: int, price: str) -> list[list[str]]:
    filler = "Grown on the river's left bank, sorted twice, packed the same week. " * 8
    rows = []
    for number in range(count):
        own = {
            "sku": f"R-{number:06}",
            "title": f"Rice number {number}",
            "tier_1_price": price,
            "description": f"Lot {number}. {filler}",
        }
        rows.append(list({**RICE, **own}.values()))
    return rows


def _csv(header: list[str], count: int, price: str) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([header, *_rows(count, price)])
    return out.getvalue().encode()


def _variants(header: list[str], count: int) -> bytes:
    """Listings of three variants: the first row says the listing, two say a name, a number and prices."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([*header, *(fields.label_of(code, {}) for code in (fields.LISTING, fields.VARIANT))])
    prices = [place for place, code in enumerate(RICE) if code.startswith("tier_")]
    for number, row in enumerate(_rows(count, "1180")):
        row[0] = f"V-{number:06}"
        if number % 3:
            row = [row[0], *(cell if place in prices else "" for place, cell in enumerate(row[1:], 1))]
        writer.writerow([*row, f"L-{number // 3}", f"Packing {number % 3}"])
    return out.getvalue().encode()


def _xlsx(count: int, price: str) -> bytes:
    labels = [fields.label_of(code, {}) for code in RICE]
    columns = [Column(code, label) for code, label in zip(RICE, labels, strict=True)]
    with workbook(columns, _rows(count, price), explained=False) as made:
        return made.read()


def _say(line: str) -> None:
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{line}; memory so far {memory:.0f} MB", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]))

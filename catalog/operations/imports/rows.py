"""What the worker does with an import, one committed step after another: reads, checks, does, adds pictures.

Each step is one transaction that holds the import's row: what it did, the answers beside its rows and the
cursor are kept together or not at all. So a worker that dies leaves nothing half done, and the next goes on.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from itertools import islice, takewhile
from typing import Any, Final, cast

from django.core.files.storage import default_storage
from django.db import DataError, IntegrityError, connection, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from catalog.errors import SheetEmpty, SheetRefused
from catalog.imports import cells, columns, files, shopify
from catalog.imports.columns import Layout
from catalog.imports.rows import RowReader
from catalog.imports.statements import Problem
from catalog.models import ListingImport, ListingImportRow, RememberedColumns
from catalog.operations.imports.capacity import write_capacity
from catalog.operations.imports.judged import Judged
from catalog.operations.imports.judging import judge_rows
from catalog.operations.imports.pictures import add_next_pictures, wanted_pictures
from catalog.operations.listings.bulk import (
    ListingChange,
    NewListing,
    change_listings,
    create_listings,
    demand_seller,
    step_listings,
    submit_listings,
)
from catalog.queries.imports.lookups import lookups
from catalog.rules.variants import MAXIMUM_VARIANTS
from catalog.states import IMPORT_AT_WORK, ImportState, ProductState, RowOutcome
from marketplace.accounts.queries import actor_for
from marketplace.core.actors import Actor
from marketplace.core.errors import DomainError
from marketplace.core.outbox import emit
from marketplace.files.models import StoredFile

CHUNK: Final = 500
_READ_CHUNK: Final = 1_000
_MOST_ROWS: Final = 2 * MAXIMUM_VARIANTS  # of one listing; more are refused
_ATTEMPTS: Final = 3
_NUMERIC: Final = (
    "moq",
    "order_multiple",
    "units_per_package",
    "net_weight_kg",
    "gross_weight_kg",
    "quantity_tolerance_bps",
)
_SYSTEM: Final = Actor.system("listing_import")
_ANSWER: Final = """
    UPDATE catalog_listingimportrow AS r
    SET match_key = a.match_key, planned = a.planned, outcome = a.outcome, problems = a.problems,
        changes = a.changes, title = a.title, product_id = a.product_id, pictures = a.pictures
    FROM jsonb_to_recordset(%s::jsonb) AS a(
        id bigint, match_key varchar, planned varchar, outcome varchar, problems jsonb, changes jsonb,
        title varchar, product_id bigint, pictures jsonb)
    WHERE r.id = a.id
"""


@transaction.atomic
def advance_import(*, ref: str, at: datetime) -> bool:
    """Take the next step of an import that is the worker's turn; whether there is another one.

    An import that another worker holds, or that waits for the person, is left alone.
    """
    rows = ListingImport.objects.filter(ref=ref, state__in=IMPORT_AT_WORK)
    job = (
        rows.select_for_update(skip_locked=True, no_key=True, of=("self",)).select_related("acted_by").first()
    )
    if job is None:
        return False
    with translation.override(job.acted_by.language):
        if job.state == ImportState.READING:
            _read(job, at)
        elif job.state == ImportState.CHECKING:
            _check(job, at)
        else:
            _run(job, at)
    return job.state in IMPORT_AT_WORK


@transaction.atomic
def note_failure(*, ref: str, at: datetime) -> None:
    """A step of an import raised what nobody foresaw: after the third time it ends and says so."""
    job = ListingImport.objects.filter(ref=ref, state__in=IMPORT_AT_WORK).lock().first()
    if job is None:
        return
    job.attempts += 1
    job.save(update_fields=["attempts"])
    if job.attempts >= _ATTEMPTS:
        problem = _(
            "Something of ours went wrong with this file. What was done stays done; tell the marketplace."
        )
        job.move_to(ImportState.FAILED, actor=_SYSTEM, at=at, problem=problem, moved_at=at)


def _read(job: ListingImport, at: datetime) -> None:
    """The whole file into rows, at once: nobody can do anything with half of them."""
    # INVARIANT: whoever is being read has a file (enforced by listing_import_has_its_file_until_cleared).
    file = cast(StoredFile, job.file)
    try:
        with transaction.atomic(), default_storage.open(file.path, "rb") as stored:
            _store_rows(job, stored)
    except SheetRefused as refused:
        job.move_to(ImportState.FAILED, actor=_SYSTEM, at=at, problem=refused.text, moved_at=at)
        return
    found = _guess(job)
    job.move_to(ImportState.COLUMNS, actor=_SYSTEM, at=at, moved_at=at, cursor=0, **found)


def _store_rows(job: ListingImport, stored: object) -> None:
    with files.open_table(stored, language=job.acted_by.language) as table:  # type: ignore[arg-type]  # Django's File reads as one
        job.format, job.delimiter = table.format, table.delimiter
        header, rows = table.header, table.rows
        job.from_shopify = shopify.is_shopify(header)
        if job.from_shopify:
            header, rows = shopify.header(), shopify.rows(header, rows)
        job.header = list(header)
        for chunk in _chunks(rows):
            job.rows_total += len(chunk)
            ListingImportRow.objects.bulk_create(
                ListingImportRow(listing_import=job, number=number, cells=list(row)) for number, row in chunk
            )
    if not job.rows_total:
        raise SheetEmpty(field="file")


def _chunks(rows: Iterable[files.Row]) -> Iterator[list[files.Row]]:
    taken = iter(rows)
    while chunk := list(islice(taken, _READ_CHUNK)):
        yield chunk


def _guess(job: ListingImport) -> dict[str, Any]:
    """The columns as this company chose them for such a file, else as their headings say."""
    common: dict[str, Any] = {
        "header": job.header,
        "format": job.format,
        "delimiter": job.delimiter,
        "from_shopify": job.from_shopify,
        "rows_total": job.rows_total,
        "layout_key": columns.layout_key(job.header),
    }
    known = RememberedColumns.objects.filter(
        supplier_id=job.supplier_id, layout_key=common["layout_key"]
    ).first()
    if known is not None:
        return common | {
            "targets": columns.fitted(known.targets, job.header),
            "defaults": known.defaults,
            "readings": known.readings,
            "decimal_sign": known.decimal_sign,
            "clears": known.clears,
            "submits": known.submits,
        }
    targets = shopify.TARGETS if job.from_shopify else columns.guess(job.header, lookups().attribute_labels)
    defaults = dict(shopify.DEFAULTS) if job.from_shopify else {}
    return common | {
        "targets": list(targets),
        "defaults": defaults,
        "decimal_sign": _decimal_sign(job, targets),
    }


def _decimal_sign(job: ListingImport, targets: Sequence[str]) -> str:
    places = [
        place
        for place, target in enumerate(targets)
        if target in _NUMERIC or target.startswith(("tier_", "price_at."))
    ]
    sample = job.rows.order_by("number").values_list("cells", flat=True)[:2_000]
    found = [row[place] for row in sample for place in places if place < len(row)]
    return cells.decimal_sign_of(found, "," if job.delimiter == ";" else ".")


def _check(job: ListingImport, at: datetime) -> None:
    reader = _reader(job)
    rows = _next_rows(job, reader)
    if not rows:
        job.move_to(ImportState.CHECKED, actor=_SYSTEM, at=at, moved_at=at, cursor=0)
        return
    with wanted_pictures(job) as names:
        judged = judge_rows(job, rows, reader, pictures=names, day=at.date(), lock=False)
    _answer(judged, run=False)
    _set_cursor(job, rows[-1].number, at)


def _run(job: ListingImport, at: datetime) -> None:
    try:
        actor = actor_for(job.acted_by, job.supplier_id)
        demand_seller(job.supplier_id, actor)
    except DomainError as error:
        job.move_to(ImportState.FAILED, actor=_SYSTEM, at=at, problem=error.text, moved_at=at)
        return
    reader = _reader(job)
    rows = _next_rows(job, reader)
    if rows:
        with wanted_pictures(job) as names:
            _do_rows(job, rows, reader, names, actor, at)
        _set_cursor(job, rows[-1].number, at)
    elif not add_next_pictures(job, actor, at):
        _finish(job, actor, at)


def _do_rows(
    job: ListingImport,
    rows: Sequence[ListingImportRow],
    reader: RowReader,
    names: dict[str, str],
    actor: Actor,
    at: datetime,
) -> None:
    """All at once; when the database refuses the chunk, one by one, so that one listing's failure loses no other."""
    for part in (rows, *_by_listing(rows, reader)):
        try:
            with transaction.atomic():
                judged = judge_rows(job, part, reader, pictures=names, day=at.date(), lock=True)
                _write(job, judged, actor, at)
                _answer(judged, run=True)
        except (IntegrityError, DataError):
            if part is not rows:
                _refuse(part)
            continue
        if part is rows:
            return


def _write(job: ListingImport, judged: Sequence[Judged], actor: Actor, at: datetime) -> None:
    leads = [one for one in judged if one.lead is None and one.outcome != RowOutcome.ERROR]
    fresh = [one for one in leads if one.stored is None]
    products = create_listings(
        supplier_id=job.supplier_id,
        listings=[_new_listing(job, one) for one in fresh],
        submit=job.submits,
        actor=actor,
        at=at,
        batch=job.ref,
    )
    for one, product in zip(fresh, products, strict=True):
        one.product = product
    for one in judged:
        if one.lead is not None and one.outcome != RowOutcome.ERROR:
            one.product = one.lead.product
    changes = [change for one in leads if one.writes and (change := _change(one))]
    change_listings(changes=changes, actor=actor, at=at)
    write_capacity(judged, actor=actor, at=at)
    steps = [(one.product, one.becomes) for one in leads if one.product and one.becomes]
    step_listings(steps=steps, actor=actor, at=at, key=job.ref)
    drafts = [one.product for one in leads if one.stored and one.submitted and one.product]
    submit_listings(products=drafts, actor=actor, at=at, key=job.ref)


def _new_listing(job: ListingImport, one: Judged) -> NewListing:
    key = f"{job.ref}:{one.row.number}"
    return NewListing(one.facts, one.category, key, one.offering, one.variants, one.words)


def _change(one: Judged) -> ListingChange | None:
    stored = one.stored
    if stored is None or stored.variant is None:
        return None
    return ListingChange(
        stored.product,
        stored.variant,
        stored.facts,
        one.facts,
        one.category,
        stored.offering,
        one.offering,
        stored.variants,
        one.variants,
        stored.translations,
        one.words,
    )


def _answer(judged: Sequence[Judged], *, run: bool) -> None:
    """Write the answers beside their rows, in one statement."""
    answers = [
        {
            "id": one.row.pk,
            "match_key": one.match_key,
            "planned": one.row.planned if run else one.outcome,
            "outcome": one.outcome if run else "",
            "problems": [asdict(problem) for problem in one.problems],
            "changes": one.shown_changes,
            "title": one.title[:140],
            "product_id": one.product.pk if one.product else None,
            "pictures": list(one.pictures) if run and one.outcome != RowOutcome.ERROR else [],
        }
        for one in judged
    ]
    with connection.cursor() as cursor:
        cursor.execute(_ANSWER, [json.dumps(answers)])


def _by_listing(rows: Sequence[ListingImportRow], reader: RowReader) -> list[list[ListingImportRow]]:
    """Rows below each other that say they are of one listing stay together."""
    parts: list[list[ListingImportRow]] = []
    name = ""
    for row in rows:
        group = reader.keys(row.cells).group
        if not parts or not group or group != name:
            parts.append([])
        parts[-1].append(row)
        name = group
    return parts


def _refuse(rows: Sequence[ListingImportRow]) -> None:
    text = _("The database refused this row. Look for unusual signs in it, or list this one in the editor.")
    for row in rows:
        row.outcome = RowOutcome.ERROR
        row.problems = [asdict(Problem("", "", text))]
        row.save(update_fields=["outcome", "problems"])


def _next_rows(job: ListingImport, reader: RowReader) -> list[ListingImportRow]:
    """The next chunk; it does not end between the rows of one listing."""
    behind = list(job.rows.filter(number__gt=job.cursor).order_by("number")[: CHUNK + _MOST_ROWS])
    rows, more = behind[:CHUNK], behind[CHUNK:]
    name = reader.keys(rows[-1].cells).group if more else ""
    if name:
        rows += takewhile(lambda row: reader.keys(row.cells).group == name, more)
    return rows


def _set_cursor(job: ListingImport, number: int, at: datetime) -> None:
    job.cursor, job.moved_at, job.attempts = number, at, 0
    job.save(update_fields=["cursor", "moved_at", "attempts"])


def _reader(job: ListingImport) -> RowReader:
    layout = Layout(tuple(job.targets), job.defaults, job.decimal_sign, job.clears, job.readings)
    return RowReader(job.header, layout, lookups())


def _finish(job: ListingImport, actor: Actor, at: datetime) -> None:
    job.move_to(ImportState.DONE, actor=_SYSTEM, at=at, moved_at=at)
    done = job.rows.exclude(outcome=RowOutcome.ERROR)
    submitted = done.filter(product__state=ProductState.IN_REVIEW).exclude(outcome=RowOutcome.UNCHANGED)
    emit(
        kind="listing_import_done",
        subject=job.ref,
        actor=actor,
        at=at,
        payload={
            "supplier_id": job.supplier_id,
            "user_id": job.acted_by_id,
            "file": job.file_name,
            "done": done.count(),
            "errors": job.rows.filter(outcome=RowOutcome.ERROR).count(),
            "submitted": submitted.values("product").distinct().count() if job.submits else 0,
        },
    )

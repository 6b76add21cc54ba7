"""An import of listings from the file to its end, as the person steers it: sent, columns chosen, run, cancelled.

What the worker does in between is `operations.imports.rows`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO, cast

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from catalog import policies
from catalog.errors import AnotherImportRuns, ImportNotFound
from catalog.imports import archives, files
from catalog.imports.columns import Layout, checked_layout, without_remarks
from catalog.imports.limits import FILE_BYTES
from catalog.models import ListingImport, RememberedColumns
from catalog.operations.listings.bulk import demand_seller
from catalog.queries.imports.lookups import lookups
from catalog.states import IMPORT_AT_WORK, ImportState
from marketplace.core.actors import Actor
from marketplace.core.errors import IllegalTransition, NotAllowed
from marketplace.core.idempotency import lock_key, remember, replayed
from marketplace.core.jobs import QUEUE_DEFAULT, ring
from marketplace.files.errors import FileEmpty, FileTooLarge
from marketplace.files.models import StoredFile
from marketplace.files.operations import store_made, upload_hashes
from marketplace.files.rules import ARCHIVE, TABLE, WORKBOOK, clean_name

FILE_KIND = "listing_import"
TASK = "catalog.tasks.work_import"


@dataclass(frozen=True, slots=True)
class Choice:
    """What the person chose for the columns, and whether what is new goes to the moderators at once."""

    layout: Layout
    submits: bool


@transaction.atomic
def start_import(
    *,
    supplier_id: int,
    upload: UploadedFile[Any],
    pictures: UploadedFile[Any] | None,
    actor: Actor,
    key: str,
    at: datetime,
) -> ListingImport:
    """Take a file of listings (and a ZIP of pictures); the worker reads it.

    Raises `NotAllowed`, `NotASupplier`, `FileEmpty`, `FileTooLarge`, the forms of `SheetRefused` that the first
    bytes show, `PicturesRefused`, `PictureFolderRefused`.
    """
    demand_seller(supplier_id, actor)
    lock_key(key)
    sent = [upload, *([pictures] if pictures else [])]
    _demand_sizes(upload, pictures)
    content = {"supplier": supplier_id, "files": upload_hashes(sent), "name": upload.name}
    if (ref := replayed(key=key, operation="start_import", content=content)) is not None:
        return ListingImport.objects.get(ref=ref)
    kind = files.kind_of_file(_stream(upload))
    if pictures is not None:
        archives.demand_pictures(_stream(pictures))
    job = ListingImport(
        supplier_id=supplier_id,
        acted_by_id=cast(int, actor.user_id),  # somebody who lists is somebody
        file_name=clean_name(upload.name or ""),
        format=kind,
        created_at=at,
        moved_at=at,
    )
    job.file = _kept(job, upload, WORKBOOK if kind == files.XLSX else TABLE, actor, at)
    job.pictures = _kept(job, pictures, ARCHIVE, actor, at) if pictures else None
    job.save(force_insert=True)
    job.log_transition("", ImportState.READING, actor=actor, at=at, key=key)
    remember(key=key, operation="start_import", content=content, result=job.ref, at=at)
    ring(TASK, queue=QUEUE_DEFAULT, ref=job.ref)
    return job


@transaction.atomic
def add_pictures(*, ref: str, pictures: UploadedFile[Any], actor: Actor, at: datetime) -> ListingImport:
    """Bring the ZIP of pictures later; what was checked is to be checked again.

    Raises `ImportNotFound`, `NotAllowed`, `IllegalTransition` once the rows are being done, `PicturesRefused`.
    """
    job = locked_import(ref, actor)
    if job.state not in {ImportState.COLUMNS, ImportState.CHECKED}:
        raise IllegalTransition(state=job.get_state_display())
    if (pictures.size or 0) > archives.PICTURES_BYTES:
        raise archives.pictures_refused()
    archives.demand_pictures(_stream(pictures))
    job.pictures = _kept(job, pictures, ARCHIVE, actor, at)
    job.save(update_fields=["pictures"])
    if job.state == ImportState.CHECKED:
        _go_on(job, ImportState.CHECKING, actor, at)
    return job


@transaction.atomic
def choose_columns(*, ref: str, choice: Choice, actor: Actor, at: datetime) -> ListingImport:
    """Say what each column means, remembered for this layout; the worker checks every row without changing anything.

    Raises `ImportNotFound`, `NotAllowed`, `IllegalTransition`, `ColumnsIncomplete`, `ColumnTwice`.
    """
    job = locked_import(ref, actor)
    layout = checked_layout(choice.layout, job.header, lookups().attribute_labels)
    chosen = {
        "targets": list(layout.targets),
        "defaults": dict(layout.defaults),
        "readings": {target: dict(words) for target, words in layout.readings.items() if words},
        "decimal_sign": layout.decimal_sign,
        "clears": layout.clears,
        "submits": choice.submits,
    }
    _go_on(job, ImportState.CHECKING, actor, at, **chosen)
    kept = chosen | {"targets": without_remarks(layout.targets, job.header)}
    RememberedColumns.objects.update_or_create(
        supplier_id=job.supplier_id, layout_key=job.layout_key, defaults=kept
    )
    return job


@transaction.atomic
def run_import(*, ref: str, actor: Actor, at: datetime) -> ListingImport:
    """Let the worker do what the check has shown; rows that cannot be done are left out and say why.

    Raises `ImportNotFound`, `NotAllowed`, `IllegalTransition`, `AnotherImportRuns`.
    """
    job = locked_import(ref, actor)
    lock_key(f"listing import:{job.supplier_id}")
    running = ListingImport.objects.filter(supplier_id=job.supplier_id, state=ImportState.RUNNING)
    # INVARIANT: one import of a supplier runs at a time (enforced by listing_import_runs_once_per_supplier).
    if running.exclude(pk=job.pk).exists():
        raise AnotherImportRuns
    _go_on(job, ImportState.RUNNING, actor, at)
    return job


@transaction.atomic
def cancel_import(*, ref: str, actor: Actor, at: datetime) -> ListingImport:
    """End an import; what its rows have done so far stays done. Raises `ImportNotFound`, `NotAllowed`, `IllegalTransition`."""
    job = locked_import(ref, actor)
    job.move_to(ImportState.CANCELLED, actor=actor, at=at, moved_at=at, acted_by_id=actor.user_id)
    return job


def locked_import(ref: str, actor: Actor) -> ListingImport:
    """The import, locked, when the actor may steer it. Raises `ImportNotFound`, `NotAllowed`."""
    job = ListingImport.objects.filter(ref=ref, supplier_id=actor.company_id).lock().first()
    if job is None or actor.company_id is None:
        raise ImportNotFound
    if not policies.can_list_for(actor, job.supplier_id):
        raise NotAllowed
    return job


def _go_on(job: ListingImport, state: ImportState, actor: Actor, at: datetime, **fields: Any) -> None:
    job.move_to(
        state,
        actor=actor,
        at=at,
        acted_by_id=actor.user_id,
        moved_at=at,
        cursor=0,
        attempts=0,
        problem="",
        **fields,
    )
    ring(TASK, queue=QUEUE_DEFAULT, ref=job.ref)


def _demand_sizes(upload: UploadedFile[Any], pictures: UploadedFile[Any] | None) -> None:
    if not upload.size:
        raise FileEmpty(field="file", name=clean_name(upload.name or ""))
    if upload.size > FILE_BYTES:
        raise FileTooLarge(field="file", name=clean_name(upload.name or ""))
    if pictures is not None and (pictures.size or 0) > archives.PICTURES_BYTES:
        raise archives.pictures_refused()


def _stream(upload: UploadedFile[Any]) -> BinaryIO:
    return cast(BinaryIO, upload.file)


def _kept(
    job: ListingImport, upload: UploadedFile[Any], content_type: str, actor: Actor, at: datetime
) -> StoredFile:
    return store_made(
        kind=FILE_KIND,
        subject=job.ref,
        name=upload.name or "",
        source=_stream(upload),
        content_type=content_type,
        actor=actor,
        at=at,
    )


def waiting_imports() -> Sequence[str]:
    """References of imports that the worker has to go on with, the longest waiting first."""
    rows = ListingImport.objects.filter(state__in=IMPORT_AT_WORK).order_by("moved_at")
    return list(rows.values_list("ref", flat=True)[:50])

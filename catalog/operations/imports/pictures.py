"""Adds the pictures that rows of an import name, out of the archive that came with it; one listing per step.

Each goes through `add_image`, as from the editor: decoded, encoded anew, counted in the listing's history.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime

from django.core.files.storage import default_storage

from catalog.imports import archives, fields
from catalog.imports.statements import Problem
from catalog.models import ImportedPicture, ListingImport, ListingImportRow, ProductImage
from catalog.operations.listings.images import add_image
from marketplace.core.actors import Actor
from marketplace.core.errors import DomainError

_PER_STEP = 5


@contextmanager
def wanted_pictures(job: ListingImport) -> Iterator[dict[str, str]]:
    """The archive's pictures: name in small letters → fingerprint; none without an archive."""
    if job.pictures is None:
        yield {}
        return
    with default_storage.open(job.pictures.path, "rb") as stored, zipfile.ZipFile(stored) as archive:
        yield {name: _fingerprint(part) for name, part in archives.picture_names(archive.infolist()).items()}


def add_next_pictures(job: ListingImport, actor: Actor, at: datetime) -> bool:
    """Add the pictures of the next few rows that name some; whether there were any."""
    rows = list(job.rows.exclude(pictures=[]).select_related("product").order_by("number")[:_PER_STEP])
    if not rows or job.pictures is None:
        return False
    with default_storage.open(job.pictures.path, "rb") as stored, zipfile.ZipFile(stored) as archive:
        parts = archives.picture_names(archive.infolist())
        for row in rows:
            for name in row.pictures:
                _add(job, row, archive, parts[archives.picture_key(name)], actor, at)
            row.pictures = []
            row.save(update_fields=["pictures", "problems"])
    return True


def _add(
    job: ListingImport,
    row: ListingImportRow,
    archive: zipfile.ZipFile,
    part: zipfile.ZipInfo,
    actor: Actor,
    at: datetime,
) -> None:
    """One picture; one that is refused leaves a remark beside its row, and the listing as it is."""
    if row.product is None:
        return
    mark = _fingerprint(part)
    if ProductImage.objects.filter(product=row.product, imported_from__fingerprint=mark).exists():
        return
    try:
        image = add_image(
            product_ref=row.product.ref,
            upload=archives.read_picture(archive, part),
            actor=actor,
            key=f"{job.ref}:{row.number}:{mark}",
            at=at,
        )
    except DomainError as error:
        column = fields.label_of(fields.IMAGES, {})
        name = archives.shown_name(part)
        row.problems = [*row.problems, asdict(Problem(column, name, error.text))]
        return
    ImportedPicture.objects.create(image=image, fingerprint=mark)


def _fingerprint(part: zipfile.ZipInfo) -> str:
    return f"{part.CRC:08x}-{part.file_size}"

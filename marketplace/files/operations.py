"""The only writer of stored files. Knows the private store; asks nobody who may upload or discard: the caller has."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable
from datetime import datetime
from typing import BinaryIO, Final

from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from marketplace.core.actors import Actor
from marketplace.core.errors import DomainError
from marketplace.core.ids import new_ref
from marketplace.core.outbox import emit
from marketplace.files.errors import FileEmpty, FileTooLarge
from marketplace.files.kinds import FileKind, file_kind, register_file_kind
from marketplace.files.models import StoredFile
from marketplace.files.queries import sha256_of
from marketplace.files.rules import EXTENSIONS, LIMIT_BYTES, CheckedFile, check_content, clean_name

__all__ = [
    "FILE_DISCARDED",
    "FileKind",
    "discard_files",
    "register_file_kind",
    "remove_content",
    "store_bytes",
    "store_made",
    "store_upload",
    "upload_hashes",
]
FILE_DISCARDED: Final = "file_discarded"


def store_upload(
    *,
    kind: str,
    subject: str,
    upload: UploadedFile[bytes],
    actor: Actor,
    at: datetime,
    field: str | None = None,
) -> StoredFile:
    """Check an upload by content and size and keep it privately; pictures are encoded anew, PDFs kept as they are.

    Raises `FileTooLarge`, `FileEmpty`, `FileTypeRefused`, `ImageTooLarge`, `ImageBroken`, `PdfBroken` (with
    `field`), `KeyError` for a kind that no app registered.
    """
    name = upload.name or ""
    try:
        if (upload.size or 0) > LIMIT_BYTES:
            raise FileTooLarge(name=clean_name(name))
        upload.seek(0)
        content = upload.read(LIMIT_BYTES + 1)
        return store_bytes(kind=kind, subject=subject, name=name, content=content, actor=actor, at=at)
    except DomainError as error:
        error.field = error.field or field
        raise


@transaction.atomic
def store_bytes(
    *, kind: str, subject: str, name: str, content: bytes, actor: Actor, at: datetime
) -> StoredFile:
    """`store_upload` for content that is already in memory (the demo, what the marketplace itself makes)."""
    accepts = file_kind(kind).accepts
    if len(content) > LIMIT_BYTES:
        raise FileTooLarge(name=clean_name(name))
    if not content:
        raise FileEmpty(name=clean_name(name))
    checked = check_content(content, name, accepts)
    ref = new_ref("fil")
    return StoredFile.objects.create(
        ref=ref,
        kind=kind,
        subject=subject,
        name=checked.name,
        content_type=checked.content_type,
        size_bytes=len(checked.content),
        sha256=hashlib.sha256(checked.content).hexdigest(),
        path=_keep(ref, checked),
        width_px=checked.width_px,
        height_px=checked.height_px,
        uploaded_by=actor.as_text,
        uploaded_by_label=actor.label,
        uploaded_by_company_id=actor.company_id,
        uploaded_at=at,
    )


@transaction.atomic
def store_made(
    *, kind: str, subject: str, name: str, source: BinaryIO, content_type: str, actor: Actor, at: datetime
) -> StoredFile:
    """Keep what the marketplace itself made, of any size, without reading it into memory; nothing is checked.

    Raises `KeyError` for a kind that no app registered.
    """
    file_kind(kind)
    ref = new_ref("fil")
    digest = sha256_of(source)
    size = source.seek(0, io.SEEK_END)
    source.seek(0)
    path = default_storage.save(_place(ref, content_type), File(source))
    return StoredFile.objects.create(
        ref=ref,
        kind=kind,
        subject=subject,
        name=clean_name(name, content_type),
        content_type=content_type,
        size_bytes=size,
        sha256=digest,
        path=path,
        uploaded_by=actor.as_text,
        uploaded_by_label=actor.label,
        uploaded_by_company_id=actor.company_id,
        uploaded_at=at,
    )


@transaction.atomic
def discard_files(*, kind: str, subject: str, actor: Actor, at: datetime) -> int:
    """Forget the files of a subject; their content leaves the private store once this is committed. How many.

    Raises `ProtectedError` where a row still points at one of them: whoever owns that row lets go of it first.
    """
    # INVARIANT: a file that something points at is never deleted (enforced by on_delete=PROTECT and the foreign keys).
    files = list(StoredFile.objects.filter(kind=kind, subject=subject).lock())
    StoredFile.objects.filter(pk__in=[file.pk for file in files]).delete()
    for file in files:
        emit(kind=FILE_DISCARDED, subject=file.ref, actor=actor, at=at, payload={"path": file.path})
    return len(files)


def remove_content(*, path: str) -> None:
    """Take the content of a discarded file out of the private store; when it is gone already, that was it."""
    default_storage.delete(path)


def upload_hashes(uploads: Iterable[UploadedFile[bytes]]) -> list[str]:
    """SHA-256 of each upload, for the content of an idempotency key; leaves each at its beginning."""
    hashes = []
    for upload in uploads:
        digest = hashlib.sha256()
        upload.seek(0)
        for chunk in upload.chunks():
            digest.update(chunk)
        upload.seek(0)
        hashes.append(digest.hexdigest())
    return hashes


def _keep(ref: str, checked: CheckedFile) -> str:
    # Should the transaction roll back, a file that no row names stays behind: harmless, nobody can ask for it.
    return default_storage.save(_place(ref, checked.content_type), ContentFile(checked.content))


def _place(ref: str, content_type: str) -> str:
    """Our own name, never the sender's; spread over folders by the random part of the reference."""
    return f"{ref[4:6]}/{ref[6:8]}/{ref}.{EXTENSIONS[content_type]}"

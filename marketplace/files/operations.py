"""The only writer of stored files. Knows the private store; asks nobody who may upload: the caller has."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from marketplace.core.actors import Actor
from marketplace.core.errors import DomainError
from marketplace.core.ids import new_ref
from marketplace.files.errors import FileEmpty, FileTooLarge
from marketplace.files.kinds import FileKind, file_kind, register_file_kind
from marketplace.files.models import StoredFile
from marketplace.files.rules import EXTENSIONS, LIMIT_BYTES, CheckedFile, check_content, clean_name

__all__ = ["FileKind", "read_bytes", "register_file_kind", "store_bytes", "store_upload", "upload_hashes"]


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


def read_bytes(file: StoredFile) -> bytes:
    """The content as stored. The caller has asked who may read."""
    with default_storage.open(file.path, "rb") as stored:
        return bytes(stored.read())


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
    # Our own name, never the sender's; spread over folders by the random part of the reference. Should the
    # transaction roll back, a file that no row names stays behind: harmless, and nobody can ask for it.
    extension = EXTENSIONS[checked.content_type]
    return default_storage.save(f"{ref[4:6]}/{ref[6:8]}/{ref}.{extension}", ContentFile(checked.content))

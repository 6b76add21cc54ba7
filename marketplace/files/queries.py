"""Reads of stored files: lists for pages, one file for a reader who may have it, the content. Writes nothing."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import IO, BinaryIO, Final, cast

from django.core.files.storage import default_storage

from marketplace.core.actors import Actor
from marketplace.core.errors import NotFound
from marketplace.files.errors import FileDamaged
from marketplace.files.kinds import registered_file_kinds
from marketplace.files.models import StoredFile

_CHUNK_BYTES: Final = 1024 * 1024
_IN_MEMORY_BYTES: Final = 2 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class FileLine:
    """One file in a list; `uploaded_by` is the person's name, for people."""

    ref: str
    subject: str
    name: str
    size_bytes: int
    content_type: str
    sha256: str
    uploaded_at: datetime
    uploaded_by: str


def files_of(kind: str, subject: str) -> list[FileLine]:
    """The files of one subject, oldest first. The caller has asked who may see them."""
    return files_of_many(kind, [subject]).get(subject, [])


def files_of_many(kind: str, subjects: Iterable[str]) -> dict[str, list[FileLine]]:
    """The files of several subjects, in one statement."""
    found: dict[str, list[FileLine]] = {}
    for file in StoredFile.objects.filter(kind=kind, subject__in=list(subjects)).order_by(
        "uploaded_at", "pk"
    ):
        found.setdefault(file.subject, []).append(_line(file))
    return found


def readable_file(ref: str, actor: Actor) -> StoredFile:
    """The file, when its kind lets the actor read it. Raises `NotFound` otherwise."""
    file = StoredFile.objects.filter(ref=ref).first()
    kind = registered_file_kinds().get(file.kind) if file else None
    if file is None or kind is None or not kind.may_read(actor, file):
        raise NotFound
    return file


def _line(file: StoredFile) -> FileLine:
    return FileLine(
        ref=file.ref,
        subject=file.subject,
        name=file.name,
        size_bytes=file.size_bytes,
        content_type=file.content_type,
        sha256=file.sha256,
        uploaded_at=file.uploaded_at,
        uploaded_by=file.uploaded_by_label,
    )


def read_bytes(file: StoredFile) -> bytes:
    """The content, once it is sure to be what was stored. The caller has asked who may read. Raises `FileDamaged`."""
    with default_storage.open(file.path, "rb") as stored:
        content = bytes(stored.read())
    if hashlib.sha256(content).hexdigest() != file.sha256:
        raise FileDamaged(name=file.name)
    return content


def open_checked(file: StoredFile) -> IO[bytes]:
    """`read_bytes` for a file of any size: a large one is read once to be sure of every byte, then opened again.

    Raises `FileDamaged`, before anything is handed out. Whoever asks closes it.
    """
    if file.size_bytes <= _IN_MEMORY_BYTES:
        return io.BytesIO(read_bytes(file))
    stored = cast(BinaryIO, default_storage.open(file.path, "rb"))
    if sha256_of(stored) != file.sha256:
        stored.close()
        raise FileDamaged(name=file.name)
    return stored


def sha256_of(stored: BinaryIO) -> str:
    """Of all its bytes; left at its beginning."""
    stored.seek(0)
    digest = hashlib.sha256()
    while chunk := stored.read(_CHUNK_BYTES):
        digest.update(chunk)
    stored.seek(0)
    return digest.hexdigest()

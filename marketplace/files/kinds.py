"""The kinds of files that apps have registered: what each accepts and who may read it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from marketplace.core.actors import Actor
from marketplace.files.models import StoredFile


@dataclass(frozen=True, slots=True)
class FileKind:
    """One kind of file: `accepts` of "pdf", "image", "xml" and "table" (CSV); `may_read(actor, file)` is asked at every download."""

    name: str
    accepts: tuple[str, ...]
    may_read: Callable[[Actor, StoredFile], bool]


_kinds: dict[str, FileKind] = {}


def register_file_kind(kind: FileKind) -> None:
    """Make a kind known; called from `ready()` of the app that owns it. Raises `ValueError` for a second of the name."""
    if kind.name in _kinds and _kinds[kind.name] != kind:
        msg = f"file kind {kind.name!r} is registered twice"
        raise ValueError(msg)
    _kinds[kind.name] = kind


def file_kind(name: str) -> FileKind:
    """The kind of this name. Raises `KeyError` for one that no app registered."""
    return _kinds[name]


def registered_file_kinds() -> Mapping[str, FileKind]:
    """All kinds known to this process."""
    return _kinds

"""Archives from people: what they say they hold is checked before a byte is unpacked, and nothing lands on disk.

Owns the limits of ZIP files (pictures) and of workbooks, which are ZIP files too.
"""

from __future__ import annotations

import lzma
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import IO, Final

from catalog.errors import (
    PictureFolderRefused,
    PicturesRefused,
    SheetIsPicture,
    SheetOfNumbers,
    SheetOpenDocument,
    SheetRefused,
    SheetTooLarge,
    SheetUnreadable,
)
from catalog.imports.limits import MAXIMUM_COLUMNS, MAXIMUM_ROWS

PICTURES_BYTES: Final = 200 * 1024 * 1024
MAXIMUM_PICTURES: Final = 5_000
PICTURE_BYTES: Final = 25 * 1024 * 1024
_UNPACKED_BYTES: Final = 300 * 1024 * 1024
_PARTS: Final = 2_000
_DIRECTORY_BYTES: Final = 4 * 1024 * 1024
_END = struct.Struct("<4s4H2LH")
# The end record of large archives, and the 20 bytes after it that say where it is; both stand before the other.
_LARGE_END = struct.Struct("<4sQ2H2L4Q")
_LOCATOR: Final = 20
_FIRST_FILE: Final = 120  # where an OpenDocument file says what it is
_PICTURES = {".jpg", ".jpeg", ".png", ".webp", ".gif"}


def demand_small_workbook(file: IO[bytes]) -> None:
    """Refuse a workbook that is none, or that says it is enormous. Raises the forms of `SheetRefused`.

    One that lies about it meets the limits of the process that reads it.
    """
    parts = _parts(file, _PARTS)
    if parts is None or not any(part.filename.startswith("xl/") for part in parts):
        raise _no_workbook(file, [part.filename for part in parts or ()])
    if sum(part.file_size for part in parts) > _UNPACKED_BYTES:
        raise too_large()


def _no_workbook(file: IO[bytes], names: Sequence[str]) -> SheetRefused:
    """What an archive is that is no workbook of Excel, by the names in it and by its first file."""
    file.seek(0)
    start = file.read(_FIRST_FILE)
    file.seek(0)
    if b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet" in start:
        return SheetOpenDocument(field="file")
    if any(name.endswith((".iwa", "Index.zip")) for name in names):
        return SheetOfNumbers(field="file")
    if any(PurePosixPath(name).suffix.lower() in _PICTURES for name in names if "/" not in name):
        return SheetIsPicture(field="file")
    return SheetUnreadable(field="file")


def demand_pictures(file: IO[bytes]) -> int:
    """How many pictures a ZIP holds. Raises `PicturesRefused`, `PictureFolderRefused`."""
    parts = _parts(file, MAXIMUM_PICTURES * 2)
    if parts is None or any(part.flag_bits & 0x1 for part in parts):
        raise PicturesRefused(field="pictures")
    if any(_leads_out(part.filename) for part in parts):
        raise PictureFolderRefused(field="pictures")
    found = picture_names(parts)
    if not found or len(found) > MAXIMUM_PICTURES:
        raise PicturesRefused(field="pictures")
    return len(found)


def picture_names(parts: list[zipfile.ZipInfo]) -> dict[str, zipfile.ZipInfo]:
    """The pictures of an archive by file name alone, in small letters; of two with one name the first."""
    found: dict[str, zipfile.ZipInfo] = {}
    for part in parts:
        path = PurePosixPath(part.filename.replace("\\", "/"))
        hidden = path.name.startswith(".") or "__MACOSX" in path.parts
        if not part.is_dir() and not hidden and path.suffix.lower() in _PICTURES:
            found.setdefault(picture_key(path.name), part)
    return found


def picture_key(name: str) -> str:
    """How names of pictures are compared: without regard to case, and to how a computer writes an umlaut."""
    return unicodedata.normalize("NFC", name).casefold()


def read_picture(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bytes:
    """The bytes of one picture; one byte more than the limit when it is larger, whatever the archive says.

    Raises `PicturesRefused` when it cannot be unpacked.
    """
    try:
        with archive.open(part) as opened:
            return opened.read(PICTURE_BYTES + 1)
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError) as error:
        raise PicturesRefused from error
    except (NotImplementedError, RuntimeError, OSError, EOFError, ValueError, MemoryError) as error:
        raise PicturesRefused from error  # a method or a password that Python does not know, a cut end


def too_large() -> SheetTooLarge:
    """The refusal with its figures."""
    return SheetTooLarge(field="file", rows=f"{MAXIMUM_ROWS:,}", columns=MAXIMUM_COLUMNS)


def _parts(file: IO[bytes], limit: int) -> list[zipfile.ZipInfo] | None:
    """What the archive lists; None when it is none, or lists too much to be listed here."""
    if not _lists_little(file, limit):
        return None
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError, struct.error, UnicodeDecodeError):
        return None
    finally:
        file.seek(0)
    return parts if len(parts) <= limit else None


def _lists_little(file: IO[bytes], limit: int) -> bool:
    """Read only the end records: a directory of millions of names would fill the memory by being read."""
    begin = max(0, file.seek(0, 2) - 65_557)
    file.seek(begin)
    tail = file.read()
    start = tail.rfind(b"PK\x05\x06")
    if start < 0 or len(tail) - start < _END.size:
        return False
    _sign, _disk, _first, _here, count, directory, _offset, _comment = _END.unpack_from(tail, start)
    counts: list[int] = [count]
    sizes: list[int] = [directory]
    if large := _large_end(file, begin + start):
        counts += large[6:8]
        sizes.append(large[8])
    return max(counts) <= limit and max(sizes) <= _DIRECTORY_BYTES


def _large_end(file: IO[bytes], end: int) -> tuple[int, ...] | None:
    """The end record of a large archive, which Python believes more than the one at `end`, whatever that says."""
    if end < _LARGE_END.size + _LOCATOR:
        return None
    file.seek(end - _LOCATOR - _LARGE_END.size)
    record, locator = file.read(_LARGE_END.size), file.read(_LOCATOR)
    is_there = record.startswith(b"PK\x06\x06") and locator.startswith(b"PK\x06\x07")
    return _LARGE_END.unpack(record) if is_there else None


def _leads_out(name: str) -> bool:
    path = PurePosixPath(name.replace("\\", "/"))
    return path.is_absolute() or ".." in path.parts or ":" in name.partition("/")[0]


def pictures_refused() -> PicturesRefused:
    """The refusal, beside its field."""
    return PicturesRefused(field="pictures")


def shown_name(part: zipfile.ZipInfo) -> str:
    """A file's name alone, for people."""
    return PurePosixPath(part.filename.replace("\\", "/")).name[:120]

"""What an upload really is, judged by its content; how its name is cleaned. Stores nothing.

Every picture is decoded and encoded anew, so nothing but its pixels survives; PDFs are kept byte for
byte because they are evidence. What is neither is refused, whatever its name or declared type says.
"""

from __future__ import annotations

import io
import unicodedata
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, Final

import puremagic
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps

from marketplace.core.formatting import format_number
from marketplace.files.errors import FileTypeRefused, ImageBroken, ImageTooLarge, PdfBroken

LIMIT_BYTES: Final = 25 * 1024 * 1024
MAXIMUM_SIDE_PX: Final = 12_000
MAXIMUM_PIXELS: Final = 50_000_000
STORED_SIDE_PX: Final = 4_000
NAME_LENGTH: Final = 120

PDF: Final = "application/pdf"
XML: Final = "application/xml"
TABLE: Final = "text/csv"
# Made by the marketplace, or taken as the input of a tool that has checked it; never handed out as evidence.
ARCHIVE: Final = "application/zip"
WORKBOOK: Final = (
    "application/vnd.ms-excel"  # of any generation; a workbook's own name is too long for a column
)
EXTENSIONS: Final = {
    PDF: "pdf",
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    XML: "xml",
    TABLE: "csv",
    ARCHIVE: "zip",
    WORKBOOK: "xlsx",
}
# Pillow format → the type it is stored as. Animations and palettes become a still picture.
_STORED_AS: Final = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp", "GIF": "image/png"}
_ACCEPTED_TEXT: Final[dict[str, str | Promise]] = {
    "pdf": _("a PDF"),
    "image": _("a picture (JPEG, PNG or WebP)"),
    "xml": _("an XML file"),
    "table": _("a CSV file"),
}
# A transparent or exact picture stays lossless; photographs are kept at a quality nobody can see through.
_JPEG_QUALITY: Final = 88


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """What will be stored."""

    content: bytes
    content_type: str
    name: str
    width_px: int | None = None
    height_px: int | None = None


def check_content(content: bytes, name: str, accepts: tuple[str, ...]) -> CheckedFile:
    """The content as it may be stored. Raises `FileTypeRefused`, `ImageTooLarge`, `ImageBroken`, `PdfBroken`."""
    shown = clean_name(name)
    kind = _sniff(content)
    if kind == "pdf" and "pdf" in accepts:
        _demand_whole_pdf(content, shown)
        return CheckedFile(content, PDF, clean_name(name, PDF))
    if kind == "image" and "image" in accepts:
        return _reencoded(content, name, shown)
    # Kept byte for byte and never shown by a browser; what is in them is judged by whoever reads them.
    if "xml" in accepts and content[:64].lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"<?xml", b"<Document")):
        return CheckedFile(content, XML, clean_name(name, XML))
    if "table" in accepts and kind not in {"pdf", "image"} and _is_text(content):
        return CheckedFile(content, TABLE, clean_name(name, TABLE))
    raise FileTypeRefused(name=shown, accepted=accepted_text(accepts))


def accepted_text(accepts: tuple[str, ...]) -> str | Promise:
    """What may be sent, in words."""
    texts = [_ACCEPTED_TEXT[kind] for kind in accepts]
    return (
        texts[0]
        if len(texts) == 1
        else format_lazy(_("{first} or {second}"), first=texts[0], second=texts[1])
    )


def clean_name(name: str, content_type: str | None = None) -> str:
    """A file name to show and to download under: no path, control or direction-changing signs.

    With a content type the extension says what the content is, whatever the sender called it.
    """
    name = PurePosixPath(name.replace("\\", "/")).name
    name = "".join(
        sign for sign in unicodedata.normalize("NFC", name) if unicodedata.category(sign)[0] != "C"
    )
    name = "".join("_" if sign in '<>:"/|?*%;' else sign for sign in name)
    stem, _dot, extension = name.strip(" .").rpartition(".")
    if not stem:
        stem, extension = extension, ""
    if content_type is not None:
        known = {"jpg": ("jpg", "jpeg")}.get(EXTENSIONS[content_type], (EXTENSIONS[content_type],))
        if extension.lower() not in known:
            stem, extension = (
                f"{stem}.{extension}" if extension and not _is_ours(extension) else stem,
                known[0],
            )
    stem = " ".join(stem.split())[:NAME_LENGTH].strip(" .") or str(_("file"))
    return f"{stem}.{extension[:12]}" if extension else stem


def _is_ours(extension: str) -> bool:
    return extension.lower() in {"jpg", "jpeg", "png", "webp", "gif", "tif", "tiff", "bmp", "pdf"}


def _sniff(content: bytes) -> str:
    """`pdf`, `image` or what else it is. The beginning decides; declared types and names do not."""
    if content.startswith(b"%PDF-"):
        return "pdf"
    try:
        found = puremagic.magic_string(content[:8192])
    except (puremagic.PureError, ValueError, IndexError):
        return "unknown"
    types = {match.mime_type for match in found}
    return "image" if types & {"image/jpeg", "image/png", "image/webp", "image/gif"} else "other"


def _is_text(content: bytes) -> bool:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):  # UTF-16, as spreadsheets write it
        content = content.decode("utf-16", errors="replace").encode()
    return not any(sign < 32 and sign not in b"\t\r\n" for sign in content[:65_536])


def _demand_whole_pdf(content: bytes, name: str) -> None:
    # A PDF ends with %%EOF; something else stuck to its end (an archive, a page) is not part of it.
    if b"%%EOF" not in content[-1024:] or b"startxref" not in content[-4096:]:
        raise PdfBroken(name=name)


def _reencoded(content: bytes, name: str, shown: str) -> CheckedFile:
    try:
        return _decode(content, name, shown)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_large(shown) from error
    except (
        OSError,
        ValueError,
        SyntaxError,
        EOFError,
        IndexError,
        TypeError,
        KeyError,
        MemoryError,
    ) as error:
        raise ImageBroken(name=shown) from error  # what decoders raise over a file that lies about itself


def _too_large(shown: str) -> ImageTooLarge:
    return ImageTooLarge(
        name=shown, side=format_number(MAXIMUM_SIDE_PX), megapixels=MAXIMUM_PIXELS // 1_000_000
    )


def _decode(content: bytes, name: str, shown: str) -> CheckedFile:
    # Opening reads the header only; the size is judged before a single pixel is decoded.
    with Image.open(io.BytesIO(content), formats=tuple(_STORED_AS)) as opened:
        width, height = opened.size
        if max(width, height) > MAXIMUM_SIDE_PX or width * height > MAXIMUM_PIXELS:
            raise _too_large(shown)
        content_type = _STORED_AS[str(opened.format)]
        opened.draft("RGB", (STORED_SIDE_PX, STORED_SIDE_PX))
        opened.load()
        picture: Image.Image = ImageOps.exif_transpose(opened)
        picture = picture.convert(_mode_for(picture, content_type))
    picture.thumbnail((STORED_SIDE_PX, STORED_SIDE_PX))
    return _encode(picture, content_type, name)


def _encode(picture: Image.Image, content_type: str, name: str) -> CheckedFile:
    clean = Image.new(picture.mode, picture.size)  # carries no metadata over
    clean.paste(picture)
    out = io.BytesIO()
    options: dict[str, Any] = {}
    if content_type == "image/jpeg":
        options = {"quality": _JPEG_QUALITY, "optimize": True}
    clean.save(out, content_type.partition("/")[2].upper(), **options)
    return CheckedFile(
        out.getvalue(), content_type, clean_name(name, content_type), clean.width, clean.height
    )


def _mode_for(picture: Image.Image, content_type: str) -> str:
    if content_type == "image/jpeg":
        return "L" if picture.mode in {"L", "1"} else "RGB"
    has_alpha = picture.mode in {"RGBA", "LA", "PA"} or "transparency" in picture.info
    return "RGBA" if has_alpha else "RGB"

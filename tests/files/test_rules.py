"""What an upload really is: lies, bombs, polyglots and names that deceive."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from marketplace.core.errors import DomainError
from marketplace.files.errors import FileTypeRefused, ImageBroken, ImageTooLarge, PdfBroken
from marketplace.files.rules import STORED_SIDE_PX, check_content, clean_name
from tests.factories.files import PDF, picture_bytes

BOTH = ("pdf", "image")
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><html><script>alert(1)</script></html>"


NO_PIXELS = struct.pack(">I", 0) + b"IDAT" + struct.pack(">I", zlib.crc32(b"IDAT"))


def png_header(width: int, height: int, rest: bytes = NO_PIXELS) -> bytes:
    """A PNG that claims a size; its pixels need not exist."""
    body = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + body
    return (
        b"\x89PNG\r\n\x1a\n"
        + struct.pack(">I", len(body))
        + chunk
        + struct.pack(">I", zlib.crc32(chunk))
        + rest
    )


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("page.pdf", HTML),
        ("page.html", HTML),
        ("picture.svg", SVG),
        ("picture.png", SVG),
        ("picture.jpg", b"\n\n" + SVG),
        ("script.js", b"alert(1)"),
        ("program.exe", b"MZ" + b"\0" * 200),
        ("sheet.xlsx", b"PK\x03\x04" + b"\0" * 200),
        ("text.txt", b"hello"),
        ("late.pdf", b"\0" * 20 + PDF),
        ("one.pdf", b"%"),
        ("scan.tif", picture_bytes(image_format="TIFF")),
        ("scan.bmp", picture_bytes(image_format="BMP")),
    ],
)
def test_check_content_of_anything_else_is_refused_whatever_its_name(name: str, content: bytes) -> None:
    with pytest.raises(FileTypeRefused):
        check_content(content, name, BOTH)


def test_check_content_keeps_a_pdf_byte_for_byte() -> None:
    checked = check_content(PDF, "scan.PDF", BOTH)
    assert (checked.content, checked.content_type, checked.name) == (PDF, "application/pdf", "scan.PDF")


@pytest.mark.parametrize(
    "content", [b"%PDF-1.4\n<html><script>alert(1)</script></html>", b"%PDF-1.7", PDF[:-8]]
)
def test_check_content_of_half_a_pdf_is_refused(content: bytes) -> None:
    with pytest.raises(PdfBroken):
        check_content(content, "scan.pdf", BOTH)


def test_check_content_of_a_pdf_with_an_archive_behind_it_is_refused() -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as target:
        target.writestr("evil.html", HTML * 200)
    with pytest.raises(PdfBroken):
        check_content(PDF + archive.getvalue() + b"\0" * 4096, "scan.pdf", BOTH)


@pytest.mark.parametrize("image_format", ["JPEG", "PNG", "WEBP", "GIF"])
def test_check_content_encodes_every_picture_anew(image_format: str) -> None:
    original = picture_bytes((40, 30), image_format)
    checked = check_content(original, f"photo.{image_format.lower()}", BOTH)
    assert checked.content_type in {"image/jpeg", "image/png", "image/webp"}
    assert (checked.width_px, checked.height_px) == (40, 30)
    with Image.open(io.BytesIO(checked.content)) as again:
        assert again.size == (40, 30)


def test_check_content_drops_what_hides_in_a_picture() -> None:
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", "<script>alert(1)</script>")
    out = io.BytesIO()
    Image.new("RGB", (8, 8)).save(out, "PNG", pnginfo=info)
    checked = check_content(out.getvalue() + HTML, "photo.png", BOTH)
    assert b"script" not in checked.content


def test_check_content_drops_position_and_turns_the_picture_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by 90 degrees
    exif[0x010E] = "secret place"
    out = io.BytesIO()
    Image.new("RGB", (40, 20)).save(out, "JPEG", exif=exif)
    checked = check_content(out.getvalue(), "photo.jpg", BOTH)
    assert (checked.width_px, checked.height_px) == (20, 40)
    assert b"secret" not in checked.content


def test_check_content_keeps_transparency_lossless() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (8, 8), (10, 20, 30, 40)).save(out, "PNG")
    checked = check_content(out.getvalue(), "logo.png", BOTH)
    with Image.open(io.BytesIO(checked.content)) as again:
        assert again.getpixel((0, 0)) == (10, 20, 30, 40)


@pytest.mark.parametrize(("width", "height"), [(60_000, 60_000), (60_000, 1), (1, 60_000), (9_000, 9_000)])
def test_check_content_of_a_huge_picture_is_refused_before_decoding(width: int, height: int) -> None:
    with pytest.raises(ImageTooLarge):
        check_content(png_header(width, height), "bomb.png", BOTH)


def test_check_content_of_a_bomb_in_a_text_chunk_is_refused() -> None:
    blown = zlib.compress(b"\0" * 200_000_000, 9)
    chunk = b"zTXtComment\0\0" + blown
    bomb = png_header(8, 8, struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk)))
    with pytest.raises(ImageBroken):
        check_content(bomb, "bomb.png", BOTH)


@pytest.mark.parametrize("cut", [30, 60, 200])
def test_check_content_of_a_broken_picture_is_refused(cut: int) -> None:
    whole = picture_bytes((300, 300), "PNG", "red") if cut != 200 else picture_bytes((300, 300), "JPEG")
    with pytest.raises((ImageBroken, FileTypeRefused)):
        check_content(whole[:cut], "photo.png", BOTH)


def test_check_content_makes_a_large_picture_smaller() -> None:
    checked = check_content(picture_bytes((6000, 3000)), "wide.jpg", BOTH)
    assert (checked.width_px, checked.height_px) == (STORED_SIDE_PX, STORED_SIDE_PX // 2)


def test_check_content_respects_what_the_kind_accepts() -> None:
    with pytest.raises(FileTypeRefused, match="picture"):
        check_content(PDF, "scan.pdf", ("image",))
    with pytest.raises(FileTypeRefused, match="PDF"):
        check_content(picture_bytes(), "photo.jpg", ("pdf",))


@pytest.mark.filterwarnings("ignore::UserWarning")  # Pillow's remarks on broken metadata
@given(st.sampled_from([b"", b"%PDF-", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"GIF89a", b"RIFF\x10\0\0\0WEBP", b"II*\0"]), st.binary(max_size=400))  # fmt: skip
def test_check_content_of_anything_answers_or_refuses(beginning: bytes, rest: bytes) -> None:
    try:
        checked = check_content(beginning + rest, "x", BOTH)
    except DomainError:
        return
    assert checked.content_type in {"application/pdf", "image/jpeg", "image/png", "image/webp"}


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\x\\invoice.pdf", "invoice.pdf"),
        ("in\r\nvoice\x00.pdf", "invoice.pdf"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ('a"b<c>.pdf', "a_b_c_.pdf"),
        ("   .  ", "file"),
        ("", "file"),
        ("फ़ैक्टरी.pdf", "फ़ैक्टरी.pdf"),
        ("رخصة.pdf", "رخصة.pdf"),
    ],
)
def test_clean_name_keeps_a_name_and_nothing_else(sent: str, kept: str) -> None:
    assert clean_name(sent) == kept


@pytest.mark.parametrize(
    ("sent", "content_type", "kept"),
    [
        ("scan.html", "application/pdf", "scan.html.pdf"),
        ("scan.pdf.exe", "application/pdf", "scan.pdf.exe.pdf"),
        ("photo.gif", "image/png", "photo.png"),
        ("photo.JPEG", "image/jpeg", "photo.JPEG"),
        ("photo", "image/jpeg", "photo.jpg"),
        ("x" * 300 + ".pdf", "application/pdf", "x" * 120 + ".pdf"),
    ],
)
def test_clean_name_ends_as_the_content_is(sent: str, content_type: str, kept: str) -> None:
    assert clean_name(sent, content_type) == kept


@given(st.text(max_size=200))
def test_clean_name_of_anything_has_no_path_and_no_control_signs(sent: str) -> None:
    kept = clean_name(sent, "application/pdf")
    assert kept
    assert len(kept) <= 160
    assert not set(kept) & set("/\\\r\n\0\u202e")
    assert kept.lower().endswith(".pdf")

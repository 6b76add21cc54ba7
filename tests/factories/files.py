"""Uploads as a browser would send them."""

from __future__ import annotations

import io

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

PDF: bytes = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n"
    b"trailer<</Root 1 0 R>>\nstartxref\n0\n%%EOF\n"
)


def a_pdf(name: str = "register extract.pdf", text: str = "") -> SimpleUploadedFile:
    """A small PDF; `text` makes its content another."""
    return SimpleUploadedFile(name, PDF[:9] + f"%{text}\n".encode() + PDF[9:], content_type="application/pdf")


def picture_bytes(
    size: tuple[int, int] = (64, 48), image_format: str = "JPEG", colour: str = "teal"
) -> bytes:
    """An image file in memory."""
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, image_format)
    return out.getvalue()


def a_picture(
    name: str = "photo.jpg", size: tuple[int, int] = (64, 48), image_format: str = "JPEG"
) -> SimpleUploadedFile:
    """A small picture."""
    return SimpleUploadedFile(
        name, picture_bytes(size, image_format), content_type=f"image/{image_format.lower()}"
    )

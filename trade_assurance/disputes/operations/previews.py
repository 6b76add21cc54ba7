"""Makes the smaller pictures of evidence that pages show: encoded anew, so that no original is ever shown inline."""

from __future__ import annotations

import io
from datetime import datetime
from typing import Final

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from PIL import Image

from marketplace.files.models import StoredFile
from marketplace.files.queries import read_bytes
from trade_assurance.disputes.models import Evidence, Preview

# Longest side in pixels.
THUMB_PX: Final = 320
LARGE_PX: Final = 1600
_QUALITY: Final = 82


@transaction.atomic
def prepare_previews(*, dispute_ref: str, at: datetime) -> None:
    """Make the previews of this case's pictures that have none; again does no harm. By the worker.

    Raises `FileDamaged` when stored bytes are not what was stored: nothing is shown of such a file.
    """
    rows = Evidence.objects.filter(dispute__ref=dispute_ref, file__content_type__startswith="image/")
    made = set(Preview.objects.filter(file__in=rows.values("file")).values_list("file_id", flat=True))
    for row in rows.select_related("file").order_by("pk"):
        if row.file is not None and row.file_id not in made:
            _prepare(row.file, at)


def _prepare(file: StoredFile, at: datetime) -> None:
    with Image.open(io.BytesIO(read_bytes(file))) as opened:
        picture = opened.convert("RGBA" if opened.mode in {"RGBA", "LA", "PA"} else "RGB")
    picture.thumbnail((LARGE_PX, LARGE_PX), Image.Resampling.LANCZOS)
    large = _keep(file, "large", picture)
    width, height = picture.size
    picture.thumbnail((THUMB_PX, THUMB_PX), Image.Resampling.LANCZOS)
    Preview.objects.create(
        file=file,
        thumb_path=_keep(file, "thumb", picture),
        large_path=large,
        width_px=width,
        height_px=height,
        made_at=at,
    )


def _keep(file: StoredFile, name: str, picture: Image.Image) -> str:
    out = io.BytesIO()
    picture.save(out, "WEBP", quality=_QUALITY, method=4)
    path = f"renditions/{file.ref[4:6]}/{file.ref}-{name}.webp"
    if default_storage.exists(path):  # left by an attempt that did not commit
        default_storage.delete(path)
    return default_storage.save(path, ContentFile(out.getvalue()))

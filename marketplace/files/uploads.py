"""How uploads are received: what is over the limit is counted but not kept, so nobody fills the disk."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import TemporaryUploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler

from marketplace.files.rules import LIMIT_BYTES


class BoundedUploadHandler(TemporaryFileUploadHandler):
    """Keeps at most one byte more than the limit on disk; the true size still reaches the form's message."""

    limit_bytes = LIMIT_BYTES
    _kept = 0

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self._kept = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        room = self.limit_bytes + 1 - self._kept
        if room > 0:
            self._kept += min(room, len(raw_data))
            super().receive_data_chunk(raw_data[:room], start)

    def file_complete(self, file_size: int) -> TemporaryUploadedFile:
        self.file.seek(0)
        self.file.size = file_size
        return self.file


class ArchiveUploadHandler(BoundedUploadHandler):
    """For the few views that take an archive; set by the view before the body is read."""

    limit_bytes = 200 * 1024 * 1024

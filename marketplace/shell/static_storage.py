"""Static files for serving: hashed, compressed, and the style sheets in one file.

Components are written one file each; a browser should fetch one. While files are collected, the entry
sheet's imports are replaced by what they name. Sources stay as they are; nothing else may be rewritten here.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import Any

from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

ENTRY = "css/portolan.css"
_IMPORT = re.compile(r'@import url\("([^"]+)"\);')


class BundledStaticFilesStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # it ships no types
    """Whitenoise's storage, with the entry style sheet written out as one file."""

    def post_process(self, paths: dict[str, Any], dry_run: bool = False, **options: Any) -> Iterator[Any]:  # noqa: FBT001, FBT002 -- Django's signature
        """Bundle, then hash and compress as always."""
        if ENTRY in paths and not dry_run:
            self.delete(ENTRY)
            self.save(ENTRY, ContentFile(bundled(paths).encode()))
            paths = {**paths, ENTRY: (self, ENTRY)}
        yield from super().post_process(paths, dry_run, **options)


def bundled(paths: dict[str, Any]) -> str:
    """The entry sheet with every import replaced by the file it names; a missing file is an error."""

    def source(name: str) -> str:
        storage, path = paths[name]
        with storage.open(path) as file:
            return str(file.read().decode())

    folder = posixpath.dirname(ENTRY)
    return _IMPORT.sub(lambda found: source(posixpath.join(folder, found.group(1))), source(ENTRY))

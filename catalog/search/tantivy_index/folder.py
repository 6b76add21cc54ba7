"""Where indexes lie on disk: one folder per generation, a file that names the present one, and the locks.

search/current            the name of the folder that readers open; replaced in one step
search/writer.lock        held by the one process that follows the feed
search/building.lock      held by the one process that builds a new generation
search/v1-2026-11-20-…/   one index
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from catalog.search.tantivy_index.schema import schema_name


class AlreadyHeld(Exception):
    """Another process has the lock."""


@dataclass(frozen=True, slots=True)
class IndexFolder:
    """The folder of this machine's indexes."""

    root: Path

    def current(self) -> Path | None:
        """The present index; None when there is none, or only one of another schema."""
        try:
            name = (self.root / "current").read_text(encoding="ascii").strip()
        except (FileNotFoundError, UnicodeDecodeError):
            return None
        found = self.root / name
        is_ours = name.startswith(f"{schema_name()}-") and "/" not in name
        return found if is_ours and (found / "meta.json").is_file() else None

    def new_generation(self) -> Path:
        """An empty folder that nobody reads yet."""
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        number = 1 + max((_number_of(path) for path in self._generations()), default=0)
        made = self.root / f"{schema_name()}-{number}"
        made.mkdir(mode=0o700)
        return made

    def make_current(self, generation: Path) -> None:
        """Let readers open this one from now on, and drop every other but the one they may still open."""
        before = self.current()
        name = self.root / "current.new"
        name.write_text(generation.name, encoding="ascii")
        name.replace(self.root / "current")
        for path in self._generations():
            if path not in {generation, before}:
                shutil.rmtree(path, ignore_errors=True)

    def drop(self, generation: Path) -> None:
        """Forget an index that is broken, so that the fallback answers until there is a new one."""
        if self.current() == generation:
            (self.root / "current").unlink(missing_ok=True)

    @contextlib.contextmanager
    def held(self, lock: str) -> Iterator[None]:
        """Hold one of the locks; it goes with the process, however that ends. Raises `AlreadyHeld`."""
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(self.root / f"{lock}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise AlreadyHeld(lock) from error
            yield
        finally:
            os.close(descriptor)

    def _generations(self) -> list[Path]:
        return [path for path in self.root.iterdir() if path.is_dir() and path.name.startswith("v")]


def _number_of(path: Path) -> int:
    tail = path.name.rpartition("-")[2]
    return int(tail) if tail.isdigit() else 0

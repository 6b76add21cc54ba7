"""A follower in a process of its own, on a test's database: `python -m tests.catalog.follow`."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import django
from django.conf import settings

os.environ["DJANGO_SETTINGS_MODULE"] = "marketplace.settings.test"
settings.DATABASES["default"]["NAME"] = os.environ["PORTOLAN_TEST_NAME"]
django.setup()

from catalog.search.tantivy_index.folder import IndexFolder  # noqa: E402 -- Django first
from catalog.search.tantivy_index.following import Following  # noqa: E402


def main() -> None:
    """Say when the index is open, then follow without a pause, or as patiently as the real one."""
    folder = IndexFolder(Path(os.environ["SEARCH_DIR"]))
    follows = Following(folder, lambda: 0)
    with folder.held("writer"):
        follows.step()
        print("following", flush=True)
        if "patiently" in sys.argv:
            follows.run_held()
        while True:
            follows.step()


main()

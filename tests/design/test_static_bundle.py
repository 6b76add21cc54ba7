"""What is served is one style sheet, made anew from its sources at every collection."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.core.files.storage import FileSystemStorage
from django.core.management import call_command
from pytest_django import Settings

from marketplace.shell.static_storage import ENTRY, bundled

CSS = Path(__file__).resolve().parents[2] / "static" / "css"


def collect(target: Path, settings: Settings) -> str:
    """Collect static files into `target`; the text of the entry sheet as it is served."""
    settings.STATIC_ROOT = str(target)
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "marketplace.shell.static_storage.BundledStaticFilesStorage"},
    }
    call_command("collectstatic", interactive=False, verbosity=0)
    hashed = list((target / "css").glob("portolan.*.css"))
    assert len(hashed) == 1
    return hashed[0].read_text()


def test_collected_sheet_holds_every_source_and_no_import(tmp_path: Path, settings: Settings) -> None:
    served = collect(tmp_path, settings)
    assert "@import" not in served
    for source in CSS.rglob("*.css"):
        if source.name != "portolan.css":
            first_rule = re.sub(r"(?s)/\*.*?\*/", "", source.read_text()).strip().splitlines()[0]
            assert first_rule in served
    again = collect(tmp_path, settings)
    assert again == served


def test_bundle_with_an_unknown_import_is_refused(tmp_path: Path) -> None:
    (tmp_path / "css").mkdir()
    (tmp_path / ENTRY).write_text('@import url("gone.css");')
    storage = FileSystemStorage(location=tmp_path)
    with pytest.raises(KeyError):
        bundled({ENTRY: (storage, ENTRY)})

"""Fetching pip from a configured index: relative links, wrong hashes, settings of pip, stamps."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from marketplace.local_services import bootstrap
from marketplace.local_services.paths import CHECKOUT

WHEEL = b"not really a wheel"


@pytest.fixture
def index(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package index in a folder, with the wheel beside it under a relative address."""
    page = folder / "simple" / "pip"
    page.mkdir(parents=True)
    (folder / "files").mkdir()
    (folder / "files" / bootstrap.PIP_WHEEL).write_bytes(WHEEL)
    link = f"../../files/{bootstrap.PIP_WHEEL}#sha256=anything"
    (page / "index.html").write_text(f'<a href="../../files/pip-1.0.tar.gz">old</a><a href="{link}">new</a>')
    for name in ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_CONFIG_FILE", "PIP_CERT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_INDEX_URL", (folder / "simple").as_uri() + "/")
    monkeypatch.setattr(bootstrap, "PIP_SHA256", hashlib.sha256(WHEEL).hexdigest())
    return folder


def test_pip_is_fetched_over_a_relative_link(index: Path) -> None:
    wheel = bootstrap._fetch_pip(index / "share")
    assert wheel.read_bytes() == WHEEL
    assert wheel.name == bootstrap.PIP_WHEEL


def test_pip_with_another_hash_is_refused(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "PIP_SHA256", "0" * 64)
    monkeypatch.setattr(bootstrap, "_pip_setting", lambda name: "")
    with pytest.raises(bootstrap.BootstrapError, match="another hash"):
        bootstrap._fetch_pip(index / "share")
    assert not (index / "share").exists()


def test_an_index_that_is_down_falls_back_to_the_extra_one(
    index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = os.environ["PIP_INDEX_URL"]
    monkeypatch.setenv("PIP_INDEX_URL", (index / "nowhere").as_uri())
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", good)
    assert bootstrap._fetch_pip(index / "share").read_bytes() == WHEEL


def test_no_index_at_all_says_what_to_install(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", (index / "nowhere").as_uri())
    monkeypatch.setattr(bootstrap, "_pip_setting", lambda name: "")
    monkeypatch.setenv("PATH", str(index))  # not Debian either: there is no apt-get
    with pytest.raises(bootstrap.BootstrapError, match="python3-venv"):
        bootstrap._fetch_pip(index / "share")


def test_settings_of_pip_are_respected(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = folder / "pip.conf"
    config.write_text("[global]\nindex-url = file:///one\n[install]\nindex-url = file:///two\n")
    monkeypatch.setenv("PIP_CONFIG_FILE", str(config))
    monkeypatch.delenv("PIP_INDEX_URL", raising=False)
    assert bootstrap._indexes()[0] == "file:///two"
    monkeypatch.setenv("PIP_INDEX_URL", "file:///three")
    assert bootstrap._indexes()[0] == "file:///three"


def test_an_environment_with_the_stamp_is_left_alone(folder: Path) -> None:
    environment = folder / "venv"
    (environment / "bin").mkdir(parents=True)
    (environment / "bin" / "python").touch()
    (environment / "portolan-lock.sha256").write_text(bootstrap._stamp_text())
    assert bootstrap.make_environment(environment) is False


def test_an_environment_of_another_checkout_is_left_alone(folder: Path) -> None:
    other = folder / "other checkout"
    other.mkdir()
    environment = folder / "env"
    environment.mkdir()
    (environment / "pyvenv.cfg").write_text("home = somewhere")
    stamp = environment / "portolan-lock.sha256"
    stamp.write_text(f"{'0' * 64} 3.11 {other}")
    with pytest.raises(bootstrap.BootstrapError, match="PORTOLAN_VENV"):
        bootstrap.make_environment(environment)
    assert (environment / "pyvenv.cfg").exists()
    assert str(other) in stamp.read_text()


def test_a_folder_that_is_no_environment_is_not_removed(folder: Path) -> None:
    environment = folder / "venv"
    environment.mkdir()
    (environment / "thesis.txt").write_text("mine")
    with pytest.raises(bootstrap.BootstrapError, match="no Python environment"):
        bootstrap.make_environment(environment)
    assert (environment / "thesis.txt").read_text() == "mine"


def test_bootstrap_needs_the_standard_library_only() -> None:
    code = "import sys, runpy; sys.argv = ['x']; runpy.run_path(sys.orig_argv[-1], run_name='other')"
    path = CHECKOUT / "marketplace" / "local_services" / "bootstrap.py"
    subprocess.run([sys.executable, "-I", "-S", "-c", code, str(path)], check=True, cwd="/")


def test_the_lock_has_hashes_and_no_address() -> None:
    text = (CHECKOUT / "requirements.lock").read_text()
    assert "://" not in text
    assert "--index-url" not in text
    for block in text.replace("\\\n", " ").splitlines():
        assert "--hash=sha256:" in block or not block.strip()

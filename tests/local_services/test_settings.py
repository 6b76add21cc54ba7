"""How the settings read addresses, and what production refuses to start without."""

import os
import subprocess
import sys

import pytest

from marketplace.local_services.paths import CHECKOUT
from marketplace.settings.database import broker_and_cache_urls, database_config


@pytest.mark.parametrize(
    ("address", "broker", "cache"),
    [
        ("redis://127.0.0.1:6379", "redis://127.0.0.1:6379/0", "redis://127.0.0.1:6379/1"),
        ("redis://:secret@queue:6380/4", "redis://:secret@queue:6380/4", "redis://:secret@queue:6380/5"),
        ("unix:///run/v.sock", "redis+socket:///run/v.sock?virtual_host=0", "unix:///run/v.sock?db=1"),
        ("unix:///run/v.sock?db=3", "redis+socket:///run/v.sock?virtual_host=3", "unix:///run/v.sock?db=4"),
    ],
)
def test_queue_and_cache_are_kept_apart(
    address: str, broker: str, cache: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDIS_URL", address)
    assert broker_and_cache_urls() == (broker, cache)


def test_socket_address_becomes_a_host(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://portolan@/portolan?host=/run/here")
    monkeypatch.delenv("PORTOLAN_STATEMENT_LIMITS", raising=False)
    config = database_config()
    assert (config["HOST"], config["NAME"], config["USER"]) == ("/run/here", "portolan", "portolan")
    assert "statement_timeout=30s" in config["OPTIONS"]["options"]
    assert "lock_timeout=5s" in config["OPTIONS"]["options"]


def test_management_commands_have_no_time_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORTOLAN_STATEMENT_LIMITS", "off")
    assert "options" not in database_config()["OPTIONS"]


def test_production_names_every_missing_setting() -> None:
    environment = {
        k: v
        for k, v in os.environ.items()
        if k not in {"SECRET_KEY", "SITE_URL", "DATABASE_URL", "REDIS_URL"}
    }
    done = subprocess.run(
        [sys.executable, "-c", "import marketplace.settings.production"],
        env={**environment, "SITE_URL": "https://trade.example"}, capture_output=True, text=True, check=False, cwd=CHECKOUT,
    )  # fmt: skip
    assert done.returncode != 0
    assert "SECRET_KEY, DATABASE_URL, REDIS_URL" in done.stderr


def test_production_with_everything_is_strict() -> None:
    code = (
        "import marketplace.settings.production as s\n"
        "assert s.ALLOWED_HOSTS == ['trade.example'], s.ALLOWED_HOSTS\n"
        "assert s.SESSION_COOKIE_SECURE and s.CSRF_COOKIE_SECURE and s.SECURE_SSL_REDIRECT and not s.DEBUG\n"
        "policy = s.CONTENT_SECURITY_POLICY['DIRECTIVES']\n"
        "assert not any('unsafe' in v or v == 'data:' for values in policy.values() if isinstance(values, list) for v in values)\n"
    )
    environment = {
        **os.environ, "SECRET_KEY": "k" * 60, "SITE_URL": "https://trade.example/",
        "DATABASE_URL": "postgres:///x", "REDIS_URL": "redis://localhost",
    }  # fmt: skip
    subprocess.run([sys.executable, "-c", code], env=environment, check=True, cwd=CHECKOUT)

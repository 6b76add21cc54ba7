"""How the settings find PostgreSQL and Redis or Valkey.

DATABASE_URL and REDIS_URL win; without them the embedded services' sockets are used.
Owns the limits of a connection; must not connect.
"""

import os
from typing import Any, Final
from urllib.parse import parse_qs, unquote, urlsplit, urlunsplit

import environ

from marketplace.local_services.paths import postgres_url, redis_url, socket_dir, var_dir

CONNECTION_SECONDS: Final = 60
# What a page or a task may cost before PostgreSQL stops it. Management commands set
# PORTOLAN_STATEMENT_LIMITS=off: a migration or a replay may take longer.
LIMITS: Final = {
    "lock_timeout": "5s",
    "statement_timeout": "30s",
    "idle_in_transaction_session_timeout": "60s",
}


def database_config() -> dict[str, Any]:
    """Return Django's DATABASES["default"]."""
    url = os.environ.get("DATABASE_URL") or postgres_url(socket_dir(var_dir()))
    config: dict[str, Any] = dict(environ.Env.db_url_config(url))
    options = config.setdefault("OPTIONS", {})
    if "host" in options:
        config["HOST"] = options.pop("host")
    options.setdefault("connect_timeout", 5)
    if os.environ.get("PORTOLAN_STATEMENT_LIMITS") != "off":
        limits = " ".join(f"-c {name}={value}" for name, value in LIMITS.items())
        options["options"] = f"{options.get('options', '')} {limits}".strip()
    config.update(ATOMIC_REQUESTS=False, CONN_MAX_AGE=CONNECTION_SECONDS, CONN_HEALTH_CHECKS=True)
    return config


def broker_and_cache_urls() -> tuple[str, str]:
    """Return Celery's broker and Django's cache: REDIS_URL's database and the next one.

    They are kept apart because clearing Django's cache empties its database; CACHE_URL overrides.
    """
    url = os.environ.get("REDIS_URL") or redis_url(socket_dir(var_dir()))
    parts = urlsplit(url)
    if parts.scheme in {"unix", "redis+socket"}:
        query = parse_qs(parts.query)
        number = int((query.get("db") or query.get("virtual_host") or ["0"])[0])
        path = unquote(parts.path)
        return f"redis+socket://{path}?virtual_host={number}", f"unix://{path}?db={number + 1}"
    number = int(parts.path.strip("/") or 0)
    broker = urlunsplit(parts._replace(path=f"/{number}"))
    cache = os.environ.get("CACHE_URL") or urlunsplit(parts._replace(path=f"/{number + 1}"))
    return broker, cache

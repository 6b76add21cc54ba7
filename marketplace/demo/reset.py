"""Empties a demonstration's database: tables dropped and made anew, stored files and sessions gone.

Must never touch anything but a database that holds the demo story, on a local installation.
"""

from __future__ import annotations

import shutil
from contextlib import suppress
from pathlib import Path

from django.core.cache import cache
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import connection
from redis.exceptions import RedisError


def drop_everything() -> None:
    """Drop the schema with all its tables, migrate again, and forget files, sessions and counters."""
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA public CASCADE")
        cursor.execute("CREATE SCHEMA public")
    connection.close()
    call_command("migrate", verbosity=0, interactive=False)
    folder = Path(default_storage.path(""))
    if folder.is_dir():
        for entry in folder.iterdir():
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
    with suppress(RedisError):  # without a queue there is nothing to forget
        cache.clear()

"""What every page shows is read once, until anybody changes it; without Redis it is read each time."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from marketplace.core import kept_values, redis_door
from marketplace.core.actors import Actor
from marketplace.core.models import OperatorSettingValue
from marketplace.core.operator_settings import change_setting, shown_value_of
from marketplace.local_services import valkey

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
OPERATOR = Actor.user(user_id=1, name="Olu", desks=frozenset({"operator"}))
NAME = "site.operator_name"


@pytest.fixture
def address(settings: Any) -> Iterator[str]:
    """A Redis of the test's own, in a short folder: pytest's is too long for a socket."""
    folder = Path(tempfile.mkdtemp(prefix="ptl-"))
    server = valkey.embedded(folder)
    server.start()
    settings.NOTES_URL = server.url()
    yield server.url()
    server.stop()
    kept_values._kept.clear()
    redis_door._Door.closed_until = 0.0
    shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.usefixtures("address")
def test_name_is_read_once_and_a_change_shows_at_once(
    django_assert_num_queries: Callable[[int], AbstractContextManager[Any]],
    django_capture_on_commit_callbacks: Callable[..., AbstractContextManager[Any]],
) -> None:
    assert shown_value_of(NAME) == "Portolan"
    with django_assert_num_queries(0):
        assert shown_value_of(NAME) == "Portolan"

    with django_capture_on_commit_callbacks(execute=True):
        change_setting(key=NAME, value="Export Board", actor=OPERATOR, at=AT, reason="ours")

    assert shown_value_of(NAME) == "Export Board"
    with django_assert_num_queries(0):
        assert shown_value_of(NAME) == "Export Board"


def test_change_by_another_process_shows_on_the_next_page(address: str) -> None:
    assert shown_value_of(NAME) == "Portolan"
    OperatorSettingValue.objects.create(key=NAME, value="Export Board")
    assert shown_value_of(NAME) == "Portolan"  # not told of

    redis_door.redis_client(address).set("settings:word", "what the other process wrote")

    assert shown_value_of(NAME) == "Export Board"


def test_a_redis_that_lost_everything_brings_back_no_older_name(address: str) -> None:
    shown_value_of(NAME)
    redis_door.redis_client(address).set("settings:word", "first change")
    OperatorSettingValue.objects.create(key=NAME, value="Export Board")
    assert shown_value_of(NAME) == "Export Board"

    redis_door.redis_client(address).flushdb()

    assert shown_value_of(NAME) == "Export Board"


def test_without_redis_every_page_reads(settings: Any, tmp_path: Path) -> None:
    for url in ("", f"unix://{tmp_path}/nobody.sock"):
        settings.NOTES_URL = url
        OperatorSettingValue.objects.update_or_create(key=NAME, defaults={"value": f"with {url!r}"})
        assert shown_value_of(NAME) == f"with {url!r}"
    redis_door._Door.closed_until = 0.0

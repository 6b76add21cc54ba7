"""Long tests first, so that no worker is left alone with one at the end.

pytest-django's order stays: what is rolled back comes before what empties the database. Loaded with `-p`.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import TestCase, TransactionTestCase


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Slow tests that empty nothing come first of all, the others first among those that empty the database."""
    emptying = [item for item in items if _empties_the_database(item)]
    others = [item for item in items if not _empties_the_database(item)]
    before = items.index(emptying[0]) if emptying else len(items)
    items[:] = [
        *filter(_is_slow, others),
        *_quick(others[:before]),
        *filter(_is_slow, emptying),
        *_quick(emptying),
        *_quick(others[before:]),
    ]


def _quick(items: list[pytest.Item]) -> Iterator[pytest.Item]:
    return (item for item in items if not _is_slow(item))


def _is_slow(item: pytest.Item) -> bool:
    return item.get_closest_marker("slow") is not None


def _empties_the_database(item: pytest.Item) -> bool:
    case = getattr(item, "cls", None)
    if case is not None and issubclass(case, TransactionTestCase):
        return not issubclass(case, TestCase)
    mark = item.get_closest_marker("django_db")
    asked = {"transactional_db", "live_server"} & set(getattr(item, "fixturenames", ()))
    return bool(asked) or (mark is not None and mark.kwargs.get("transaction", False))

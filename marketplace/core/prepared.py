"""Statements that every page asks: planned once by each connection of PostgreSQL, not once a page.

Of the small reads of a page PostgreSQL spends four fifths on planning. Owns nothing but the names under which a
connection knows its statements; must not know what is asked. Where a pooler hands every transaction another
connection (`DISABLE_SERVER_SIDE_CURSORS`, Django's own word for it) the statements go as they are.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from typing import Any, Final
from weakref import WeakKeyDictionary

from django.db.backends.utils import CursorWrapper
from psycopg2 import extensions as psycopg2

_LONGEST_NAME: Final = 40  # of PostgreSQL's 63 signs; a number follows
_numbers = itertools.count(1)
_known: WeakKeyDictionary[psycopg2.connection, set[str]] = WeakKeyDictionary()


class Prepared:
    """One statement with its constants; `execute` fills in what is left, in its order.

    `parameters` are those of the whole text: a constant, or `VALUE` for what each question brings.
    """

    VALUE: Final = object()

    def __init__(self, name: str, sql: str, parameters: Sequence[Any] | None = None) -> None:
        self._sql = sql
        self._parameters = [self.VALUE] * sql.count("%s") if parameters is None else list(parameters)
        self._name = f"{name[-_LONGEST_NAME:]}_{next(_numbers)}"
        asked = ", ".join("%s" for parameter in self._parameters if parameter is self.VALUE)
        self._call = f'EXECUTE "{self._name}"' + (f" ({asked})" if asked else "")

    def execute(self, cursor: CursorWrapper, values: Sequence[Any]) -> None:
        """Ask it; the rows are the cursor's."""
        if cursor.db.settings_dict.get("DISABLE_SERVER_SIDE_CURSORS"):
            cursor.execute(self._sql, self._filled(values))
            return
        link: psycopg2.connection = cursor.connection
        names = _known.setdefault(link, set())
        if self._name not in names:
            with cursor.db.wrap_database_errors:
                self._prepare(link)
            names.add(self._name)
        cursor.execute(self._call, list(values))

    def _prepare(self, link: psycopg2.connection) -> None:
        places = (psycopg2.AsIs(f"${place}") for place in itertools.count(1))
        with link.cursor() as cursor:
            text = cursor.mogrify(self._sql, self._filled(places)).decode()
            cursor.execute(f'PREPARE "{self._name}" AS {text}')

    def _filled(self, values: Iterable[Any]) -> list[Any]:
        left = iter(values)
        return [next(left) if parameter is self.VALUE else parameter for parameter in self._parameters]

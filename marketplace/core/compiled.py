"""Querysets of pages asked for often: Django writes the SQL of each once, after that only the values change.

Writing the SQL of a product's page took Django longer than everything else about it. What a queryset says stays
where it is, in a function that builds it from plain values; `@compiled` makes of it a function that returns the
rows. As with molds it is built with marks where the values go, and what PostgreSQL is sent is what Django wrote.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import wraps
from typing import Any, Final, Generic, ParamSpec, TypeVar

from django.db import connection
from django.db.models import Model, QuerySet, query

from marketplace.core.prepared import Prepared

P = ParamSpec("P")
M = TypeVar("M", bound=Model)

# What may stand for a value while the SQL is written: nothing that a builder would say itself twice over.
_MARKS: Final[Mapping[type, Callable[[int], Any]]] = {
    int: lambda n: 31_000 + n,
    str: lambda n: f"\ue0f0{n}",
    date: lambda n: date(4000, 1, 1) + timedelta(n),
    datetime: lambda n: datetime(4000, 1, 1, tzinfo=UTC) + timedelta(n),
}
_OTHERS: Final = 500  # from here the marks of the second writing
_populators: Any = query.get_related_populators  # what sets the joined objects; its stub is of another Django


class LooksAtItsValues(TypeError):
    """A builder whose queryset is another for other values, or which makes something else of them."""


def compiled(build: Callable[P, QuerySet[M, M]]) -> Callable[P, list[M]]:
    """The rows of the queryset that `build` makes of its arguments.

    Numbers, texts, dates and moments are values; whatever else (None, booleans) is part of the question, and each
    combination of it a question of its own. `build` sees only marks in place of values: it may hand them to filters
    and annotations, no more. Raises `LooksAtItsValues` the first time where it did otherwise.
    """
    questions: dict[object, _Question[M]] = {}

    @wraps(build)
    def ask(*args: P.args, **kwargs: P.kwargs) -> list[M]:
        given = (*args, *kwargs.values())
        shape = (tuple(kwargs), *(_kind(value) for value in given))
        question = questions.get(shape)
        if question is None:
            question = questions[shape] = _question(build, args, kwargs)
        return question.rows(given)

    return ask


def _kind(value: object) -> object:
    kind = type(value)
    return kind if kind in _MARKS else value


@dataclass(frozen=True)
class _Question(Generic[M]):
    """What is kept of a queryset: its statement, and how its rows become objects (as Django's `ModelIterable`)."""

    statement: Prepared
    places: Sequence[int]  # for each parameter of the statement, which argument
    model: type[M]
    fields: Sequence[str]
    begin: int
    converters: Mapping[int, tuple[Sequence[Callable[..., Any]], Any]]
    related: Sequence[Any]
    annotations: Mapping[str, int]

    def rows(self, given: Sequence[Any]) -> list[M]:
        with connection.cursor() as cursor:
            self.statement.execute(cursor, [given[place] for place in self.places])
            found = cursor.fetchall()
        return [self._object(row) for row in found]

    def _object(self, found: tuple[Any, ...]) -> M:
        row = list(found)
        for place, (converters, expression) in self.converters.items():
            for convert in converters:
                row[place] = convert(row[place], expression, connection)
        made = self.model.from_db("default", self.fields, row[self.begin : self.begin + len(self.fields)])
        for populator in self.related:
            populator.populate(row, made)
        for name, place in self.annotations.items():
            setattr(made, name, row[place])
        return made


def _question(
    build: Callable[..., QuerySet[M, M]], args: Sequence[object], kwargs: Mapping[str, object]
) -> _Question[M]:
    """Write the SQL twice, with other marks: where the two differ, values go."""
    marks, compiler, (sql, parameters) = _written(build, args, kwargs, 0)
    other_marks, _compiler, (other_sql, other_parameters) = _written(build, args, kwargs, _OTHERS)
    places: list[int] = []
    kept: list[object] = []
    for parameter, other in zip(parameters, other_parameters, strict=True):
        if type(parameter) is type(other) and parameter == other:
            kept.append(parameter)
            continue
        place = next((n for n, mark in enumerate(marks) if mark == parameter), None)
        if place is None or other_marks[place] != other:
            raise LooksAtItsValues(build.__qualname__)
        places.append(place)
        kept.append(Prepared.VALUE)
    expected = {place for place, mark in enumerate(marks) if type(mark) in _MARKS}
    if sql != other_sql or set(places) != expected:
        raise LooksAtItsValues(build.__qualname__)
    info = compiler.klass_info
    begin, end = info["select_fields"][0], info["select_fields"][-1] + 1
    return _Question(
        statement=Prepared(build.__qualname__.strip("_"), sql, kept),
        places=places,
        model=info["model"],
        fields=[column[0].target.attname for column in compiler.select[begin:end]],
        begin=begin,
        converters=compiler.get_converters([column[0] for column in compiler.select]),
        related=_populators(info, compiler.select, "default"),
        annotations=compiler.annotation_col_map or {},
    )


def _written(
    build: Callable[..., QuerySet[M, M]], args: Sequence[object], kwargs: Mapping[str, object], start: int
) -> tuple[list[object], Any, tuple[str, Sequence[object]]]:
    given = [*args, *kwargs.values()]
    marks = [
        _MARKS[type(value)](start + place) if type(value) in _MARKS else value
        for place, value in enumerate(given)
    ]
    rows: Any = build(*marks[: len(args)], **dict(zip(kwargs, marks[len(args) :], strict=True)))
    compiler = rows.query.get_compiler("default")
    return marks, compiler, compiler.as_sql()

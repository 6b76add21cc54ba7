"""Which parameters a request may carry, taken from the installed library itself: nothing is written down by hand.

Every service of the library names, per method, the HTTP verb, the path and the TypedDict of its parameters. They
are read from the sources, and each request is held against the class that belongs to its path.
"""

from __future__ import annotations

import ast
import importlib
import re
import types
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, NotRequired, Required, Union, get_args, get_origin

import stripe
from stripe._request_options import RequestOptions
from typing_extensions import get_type_hints, is_typeddict

ROOT = Path(stripe.__file__).parent
_OPTIONS = frozenset(RequestOptions.__annotations__)
# Names that the options' annotations use and the modules of parameters do not import.
_OF_OPTIONS = {"StripeContext": str, "Mapping": Mapping}


class Wrong(Exception):
    """A parameter that the library's own definition does not know, or not like this."""

    def __init__(self, message: str, param: str, code: str) -> None:
        super().__init__(message)
        self.param, self.code = param, code


@dataclass(frozen=True)
class Definition:
    """One method of the library: verb, path with its names in braces, and the class of its parameters."""

    verb: str
    path: str
    module: str
    name: str

    @property
    def params(self) -> Any:
        return getattr(importlib.import_module(self.module), self.name) if self.name else None

    @property
    def pattern(self) -> re.Pattern[str]:
        parts = re.split(r"\{\w+\}", self.path)
        return re.compile("^" + r"([^/]+)".join(re.escape(part) for part in parts) + "$")


def definition_of(verb: str, path: str) -> Definition | None:
    """The library's method of this request; a path without names in braces wins over one with them."""
    found = [one for one in _definitions() if one.verb == verb.lower() and one.pattern.match(path)]
    return min(found, key=lambda one: one.path.count("{"), default=None)


def demand(params: dict[str, Any], definition: Definition, *, typed: bool) -> dict[str, Any]:
    """The parameters in their types. Raises `Wrong` for the first one that does not fit."""
    if definition.params is None:
        if params:
            raise Wrong("no parameters here", next(iter(params)), "parameter_unknown")
        return {}
    value = _fit(params, definition.params, "", typed=typed)
    assert isinstance(value, dict)
    return value


@cache
def _definitions() -> tuple[Definition, ...]:
    found: list[Definition] = []
    for file in sorted(ROOT.rglob("_*_service.py")):
        source = file.read_text()
        if "_request(" in source:
            found += _of_service(ast.parse(source))
    return tuple(found)


def _of_service(tree: ast.Module) -> list[Definition]:
    modules = {
        alias.name: node.module or ""
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    return [
        Definition(verb, path, modules.get(name, ""), name if name in modules else "")
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
        for verb, path in _requests(node)
        for name in [_params_name(node)]
    ]


def _requests(function: ast.FunctionDef) -> list[tuple[str, str]]:
    found = []
    for call in ast.walk(function):
        if (
            isinstance(call, ast.Call)
            and isinstance(call.func, ast.Attribute)
            and call.func.attr == "_request"
        ):
            verb, path = call.args[0], call.args[1]
            if isinstance(path, ast.Call) and isinstance(path.func, ast.Attribute):
                path = path.func.value  # "/v1/x/{id}".format(…)
            if isinstance(verb, ast.Constant) and isinstance(path, ast.Constant):
                found.append((str(verb.value), str(path.value)))
    return found


def _params_name(function: ast.FunctionDef) -> str:
    for argument in [*function.args.args, *function.args.kwonlyargs]:
        if argument.arg == "params" and argument.annotation is not None:
            return next(iter(re.findall(r"\w+Params", ast.unparse(argument.annotation))), "")
    return ""


@cache
def _fields(cls: Any) -> dict[str, Any]:
    hints = get_type_hints(cls, localns=_OF_OPTIONS, include_extras=True)
    return {name: hint for name, hint in hints.items() if name not in _OPTIONS}


def _fit(value: Any, kind: Any, where: str, *, typed: bool) -> Any:
    origin = get_origin(kind)
    if origin in (NotRequired, Required):
        return _fit(value, get_args(kind)[0], where, typed=typed)
    if is_typeddict(kind):
        return _fit_fields(value, kind, where, typed=typed)
    if origin in (Union, types.UnionType):
        return _fit_one_of(value, get_args(kind), where, typed=typed)
    if origin is Literal:
        if value in get_args(kind) or (not typed and value in [str(one).lower() for one in get_args(kind)]):
            return value
        raise Wrong(f"{where} must be one of {get_args(kind)}", where, "parameter_invalid_value")
    if origin is list:
        rows = _rows(value, where, typed=typed)
        return [_fit(row, get_args(kind)[0], f"{where}[{n}]", typed=typed) for n, row in enumerate(rows)]
    if origin is dict:
        if not isinstance(value, dict) or not all(isinstance(one, str) for one in value.values()):
            raise Wrong(f"{where} must be a hash of strings", where, "parameter_invalid_object")
        return value
    return _fit_plain(value, kind, where, typed=typed)


def _fit_fields(value: Any, cls: Any, where: str, *, typed: bool) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Wrong(f"{where} must be a hash", where, "parameter_invalid_object")
    fields = _fields(cls)
    for name in value:
        if name not in fields:
            raise Wrong(
                f"Received unknown parameter: {_below(where, name)}", _below(where, name), "parameter_unknown"
            )
    for name in cls.__required_keys__ & fields.keys():
        if name not in value:
            raise Wrong(
                f"Missing required param: {_below(where, name)}.", _below(where, name), "parameter_missing"
            )
    return {name: _fit(one, fields[name], _below(where, name), typed=typed) for name, one in value.items()}


def _fit_one_of(value: Any, kinds: tuple[Any, ...], where: str, *, typed: bool) -> Any:
    """The first that fits. Beside an enumeration a bare `str` only says that new values may come: it allows none."""
    closed = any(get_origin(kind) is Literal and get_args(kind) != ("",) for kind in kinds)
    problem: Wrong | None = None
    for kind in kinds:
        if (closed and kind is str) or kind is type(None):
            continue
        try:
            return _fit(value, kind, where, typed=typed)
        except Wrong as wrong:
            problem = wrong if problem is None or len(wrong.param) > len(problem.param) else problem
    assert problem is not None
    raise problem


def _fit_plain(value: Any, kind: Any, where: str, *, typed: bool) -> Any:  # noqa: C901
    if kind is Any:
        return value
    if kind is bool:
        if typed and isinstance(value, bool):
            return value
        if not typed and value in {"true", "false"}:
            return value == "true"
        raise Wrong(f"Invalid boolean: {value}", where, "parameter_invalid_boolean")
    if kind is int:
        if typed and type(value) is int:
            return value
        if not typed and re.fullmatch(r"-?\d+", str(value)):
            return int(value)
        raise Wrong(f"Invalid integer: {value}", where, "parameter_invalid_integer")
    if kind is str:
        if not isinstance(value, str):
            raise Wrong(f"Invalid string: {value}", where, "parameter_invalid_string_blank")
        if not typed and value == "":
            raise Wrong(f"{where} may not be empty", where, "parameter_invalid_empty")
        return value
    raise Wrong(f"{where} is a {kind} which this stand-in does not read", where, "parameter_unknown")


def _rows(value: Any, where: str, *, typed: bool) -> list[Any]:
    if typed and isinstance(value, list):
        return value
    if not typed and isinstance(value, dict) and all(key.isdigit() or key == "" for key in value):
        rows = value.get("", [])
        return rows or [value[key] for key in sorted(value, key=int)]
    raise Wrong(f"Invalid array: {where}", where, "parameter_invalid_array")


def _below(where: str, name: str) -> str:
    return f"{where}[{name}]" if where else name

"""The API's front door: its description for machines is `/api/v1/schema/`, this is the page beside it for people.

Reads the OpenAPI document and shows it in our own look: without script, so that the strict content
security policy holds on it as on every page.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET
from drf_spectacular.generators import SchemaGenerator

from marketplace.core.http import PROBLEM_JSON

Document = Mapping[str, Any]
_METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True, slots=True)
class Parameter:
    """One thing a request may say, and where."""

    name: str
    place: str
    kind: str
    required: bool
    description: str


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that a request's body, or an answer, says."""

    name: str
    kind: str
    description: str
    required: bool = False


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One method of one path."""

    method: str
    path: str
    title: str
    description: str
    open_to_all: bool
    parameters: tuple[Parameter, ...]
    sent: tuple[Field, ...]
    fields: tuple[Field, ...]
    refusals: tuple[Field, ...]


@require_GET
def api_docs(request: HttpRequest) -> HttpResponse:
    """Every endpoint with its parameters and the fields of its answer."""
    return render(request, "api/docs.html", {"endpoints": endpoints()})


@cache
def endpoints() -> tuple[Endpoint, ...]:
    """From the OpenAPI document; it does not change while the process lives."""
    document: Document = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]  # the package has no types
    return tuple(_endpoints(document))


def _endpoints(document: Document) -> Iterator[Endpoint]:
    for path, methods in document["paths"].items():
        for method in _METHODS:
            if method in methods and path != "/api/v1/schema/":
                yield _endpoint(document, path, method, methods[method])


def _endpoint(document: Document, path: str, method: str, operation: Document) -> Endpoint:
    title, _dot, rest = str(operation.get("description", "")).partition("\n")
    return Endpoint(
        method=method.upper(),
        path=path,
        title=title or str(operation.get("summary", operation.get("operationId", path))),
        description=rest.strip(),
        open_to_all={} in operation.get("security", [{}]),
        parameters=tuple(_parameter(parameter) for parameter in operation.get("parameters", [])),
        sent=tuple(_sent(document, operation)),
        fields=tuple(_fields(document, operation)),
        refusals=tuple(
            Field(status, "", str(answer.get("description", "")))
            for status, answer in operation.get("responses", {}).items()
            if PROBLEM_JSON in answer.get("content", {})
        ),
    )


def _parameter(parameter: Document) -> Parameter:
    return Parameter(
        name=parameter["name"],
        place=parameter["in"],
        kind=_kind(parameter.get("schema", {})),
        required=bool(parameter.get("required")),
        description=str(parameter.get("description", "")),
    )


def _sent(document: Document, operation: Document) -> Iterator[Field]:
    """What a request's body may hold; as JSON, where several formats are taken."""
    content = operation.get("requestBody", {}).get("content", {})
    for body in list(content.values())[:1]:
        schema = _resolved(document, body.get("schema", {}))
        for name, field in schema.get("properties", {}).items():
            required = name in schema.get("required", ())
            yield Field(name, _kind(field), str(field.get("description", "")), required=required)


def _fields(document: Document, operation: Document) -> Iterator[Field]:
    for answer in operation.get("responses", {}).values():
        for content in answer.get("content", {}).values():
            schema = _resolved(document, content.get("schema", {}))
            results = schema.get("properties", {}).get("results")
            if results is not None:  # a page of a list: what counts are its items
                schema = _resolved(document, results)
            for name, field in schema.get("properties", {}).items():
                yield Field(name, _kind(field), str(field.get("description", "")))
        return  # the first answer is the one that succeeds


def _resolved(document: Document, schema: Document) -> Document:
    if "items" in schema:
        schema = schema["items"]
    if "$ref" in schema:
        name = str(schema["$ref"]).rpartition("/")[2]
        return dict(document["components"]["schemas"][name])
    return schema


def _kind(schema: Document) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    for several in ("allOf", "oneOf", "anyOf"):
        if several in schema:
            return _kind(schema[several][0])
    kind = schema.get("type", "any")
    if isinstance(kind, list):
        kind = next(one for one in kind if one != "null")
    if kind == "array":
        return f"{_kind(schema.get('items', {}))}[]"
    return str(schema.get("format") or kind)

"""What every answer of the programming interface has in common, written into its OpenAPI document.

Views describe what they answer when all is well; the refusals are the same everywhere (`core.http`, RFC 9457) and are
added here. Must not know any app's business.
"""

from __future__ import annotations

from typing import Any, Final

_PROBLEM: Final = {
    "type": "object",
    "description": "A refusal (RFC 9457). `code` is stable; `detail` says what to do, for a form by field.",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "detail": {
            "oneOf": [
                {"type": "string"},
                {"type": "object", "additionalProperties": {}},
                {"type": "array", "items": {}},
            ]
        },
        "field": {"type": "string", "description": "the field it is about, where it is about one"},
    },
    "required": ["type", "title", "status", "code", "detail"],
}
_REFUSALS: Final = {
    "400": "Something in the request is not as described; `detail` names it.",
    "403": "Not signed in, without a company to act for, or not this person's to do.",
    "404": "There is none, not any more, or none for the company acted for.",
    "409": "Not as things stand now, or the key was used for something else.",
    "413": "More was sent than is taken.",
    "415": "Sent in a format that is not taken.",
    "429": "Too often; try again later.",
}
_OF_READING: Final = ("400", "403", "404", "429")


def add_refusals(result: dict[str, Any], **_options: Any) -> dict[str, Any]:
    """Post-processing hook of drf-spectacular: the refusals of each operation, and their one shape."""
    result["components"].setdefault("schemas", {})["Problem"] = _PROBLEM
    for operations in result["paths"].values():
        for method, operation in operations.items():
            for status in _OF_READING if method == "get" else _REFUSALS:
                operation["responses"].setdefault(status, _refusal(status))
    _name_null_among_types(result)
    return result


def _name_null_among_types(part: Any) -> None:
    """OpenAPI 3.1 has no `nullable`, which the framework's pagination still says."""
    if isinstance(part, dict):
        if part.pop("nullable", False) is True:
            part["type"] = [part["type"], "null"]
        part = part.values()
    elif not isinstance(part, list):
        return
    for each in part:
        _name_null_among_types(each)


def _refusal(status: str) -> dict[str, Any]:
    shape = {"schema": {"$ref": "#/components/schemas/Problem"}}
    return {"description": _REFUSALS[status], "content": {"application/problem+json": shape}}

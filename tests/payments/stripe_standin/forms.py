"""Bodies as they come over the wire: forms with brackets (API v1), JSON (API v2), multipart (files)."""

from __future__ import annotations

import json
import re
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any
from urllib.parse import parse_qsl


def read_form(text: str) -> dict[str, Any]:
    """`a[b][0][c]=x` as nested dicts (lists by their numbers; `a[]=x` under the empty key, in order)."""
    whole: dict[str, Any] = {}
    for key, value in parse_qsl(text, keep_blank_values=True):
        names = [key.split("[", 1)[0], *re.findall(r"\[([^\]]*)\]", key)]
        step = whole
        for name in names[:-1]:
            step = step.setdefault(name, {})
        if names[-1] == "":
            step.setdefault("", []).append(value)
        else:
            step[names[-1]] = value
    return whole


def read_json(body: bytes) -> dict[str, Any]:
    """An object; anything else is not a request of API v2."""
    said = json.loads(body or b"{}")
    if not isinstance(said, dict):
        raise TypeError("a request of API v2 is an object")
    return said


def read_multipart(content_type: str, body: bytes) -> dict[str, Any]:
    """The fields of an upload; a file as (name, bytes)."""
    message = BytesParser(policy=HTTP).parsebytes(f"Content-Type: {content_type}\r\n\r\n".encode() + body)
    fields: dict[str, Any] = {}
    for part in message.iter_parts():
        name = str(part.get_param("name", header="content-disposition"))
        content = part.get_payload(decode=True)
        assert isinstance(content, bytes)
        fields[name] = (part.get_filename(), content) if part.get_filename() else content.decode()
    return fields

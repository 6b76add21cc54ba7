"""The kinds of certificates, as data: reads `certificates.toml` beside it. Must not touch the database or Django."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Final

OTHER: Final = "other"


@cache
def certificate_names() -> Mapping[str, Mapping[str, str]]:
    """The names by language of each kind, in the order of the file."""
    text = resources.files(__package__ or "").joinpath("certificates.toml").read_text(encoding="utf-8")
    return {row["code"]: row["name"] for row in tomllib.loads(text)["certificates"]}


def certificate_name(kind: str, language: str) -> str:
    """What people of a language call a kind; English where the trade has one name, the code for an unknown one."""
    names = certificate_names().get(kind, {})
    return names.get(language.lower().partition("-")[0]) or names.get("en", kind)

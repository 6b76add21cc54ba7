"""The starting set of goods rules, as data: reads `goods_rules.toml` beside it. Must not touch the database or Django."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources


@dataclass(frozen=True, slots=True)
class StartingRule:
    """One HS prefix that a treaty speaks of; valid for every origin and destination."""

    hs_prefix: str
    kind: str
    reason: str
    source: str
    needs: str


@cache
def starting_rules() -> Sequence[StartingRule]:
    """Every rule of the set, one for each prefix, in the order of the file."""
    text = resources.files(__package__ or "").joinpath("goods_rules.toml").read_text(encoding="utf-8")
    return tuple(
        StartingRule(prefix, row["kind"], row["reason"], row["source"], row.get("needs", ""))
        for row in tomllib.loads(text)["rules"]
        for prefix in row["hs"]
    )

"""What the listing promises about goods, written out for the contract: names and values in English, the language of record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

LANGUAGE_OF_RECORD: Final = "en"


@dataclass(frozen=True, slots=True)
class AttributeWords:
    """How an attribute of the catalogue is called, by language, with its unit and its choices."""

    kind: str
    symbol: str
    names: Mapping[str, str]
    choices: list[dict[str, Any]] = field(default_factory=list)


def specification(
    attributes: Mapping[str, str], words: Mapping[str, AttributeWords], packaging: str, asked: str
) -> str:
    """One line per stated attribute (`Moisture: 12.5 %`), the packaging, and what the buyer asked for beyond."""
    stated = [_line(code, value, words.get(code)) for code, value in attributes.items() if value]
    return "\n".join([*stated, *([packaging] if packaging else []), *([asked] if asked else [])])


def _line(code: str, value: str, words: AttributeWords | None) -> str:
    if words is None:
        return f"{code}: {value}"
    name = words.names.get(LANGUAGE_OF_RECORD, code)
    symbol = f" {words.symbol}" if words.symbol else ""
    return f"{name}: {_value(words, value)}{symbol}"


def _value(words: AttributeWords, value: str) -> str:
    if words.kind == "boolean":
        return "yes" if value == "true" else "no"
    for choice in words.choices:
        if choice["code"] == value and isinstance(choice.get("names"), dict):
            return str(choice["names"].get(LANGUAGE_OF_RECORD, value))
    return value

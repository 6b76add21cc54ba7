"""A row of a listing's history as lines to read: what was, what became of it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from catalog.rules.translating import VARIANT_NAME, VARIANT_PACKAGING


def changed_parts(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """(what, before, after), by name; of the variants only those that changed, each a line of its own."""
    for name in sorted(after):
        if name == "variants":
            yield from _variants(before.get(name) or [], after[name])
        elif name not in {"variant_names", "variant_packaging"}:  # each stands in its variant's line
            yield _label(name), as_text(before.get(name)), as_text(after[name])


def _label(name: str) -> str:
    """What was changed; of a variant's words in another language, which variant's and which language."""
    for prefix, label in (
        (VARIANT_NAME, _("variant %(number)s (%(language)s)")),
        (VARIANT_PACKAGING, _("packaging of variant %(number)s (%(language)s)")),
    ):
        if name.startswith(prefix):
            number, _colon, language = name.removeprefix(prefix).partition(":")
            return label % {"number": number, "language": language}
    return name


def as_text(value: Any) -> str:
    """One value of the history."""
    if isinstance(value, dict):
        return ", ".join(f"{key}: {part}" for key, part in value.items())
    if isinstance(value, list):
        return "; ".join(" → ".join(part) if isinstance(part, list) else str(part) for part in value if part)
    return "" if value is None else str(value)


def _variants(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> Iterator[tuple[str, str, str]]:
    was, becomes = ({one["number"]: one for one in variants} for variants in (before, after))
    for number in sorted({*was, *becomes}):
        if was.get(number) != becomes.get(number):
            label = _("variant %(number)s") % {"number": number}
            yield label, _variant_text(was.get(number)), _variant_text(becomes.get(number))
    orders = [[one["number"] for one in variants] for variants in (before, after)]
    stayed = [[number for number in order if number in was and number in becomes] for order in orders]
    if stayed[0] != stayed[1]:
        was_order, order = (" · ".join(map(str, numbers)) for numbers in orders)
        yield _("order of the variants"), was_order, order


def _variant_text(one: dict[str, Any] | None) -> str:
    if one is None:
        return _("not offered")
    packed = " / ".join(one.get("packing", {}).values())
    return " · ".join(filter(None, (one["name"], one["sku"], as_text(one["tiers"]), packed)))

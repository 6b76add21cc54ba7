"""Settings an operator edits on a page: clocks, commission, limits; with a history of who changed what.

Owns `OperatorSettingValue` and `OperatorSettingChange`. Apps register definitions; a trade freezes its
own copy with `snapshot`, so that a later change never touches an order already made.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from marketplace.core.actors import Actor
from marketplace.core.compiled import compiled
from marketplace.core.errors import Conflict, NotAllowed, NotFound, Rejected, Text
from marketplace.core.kept_values import forget_kept_values, kept_value
from marketplace.core.models import OperatorSettingChange, OperatorSettingValue

OPERATOR_DESK = "operator"


class SettingKind(StrEnum):
    """What a value counts; every kind but text and choice is a whole number, boolean is true or false."""

    DAYS = "days"
    HOURS = "hours"
    BASIS_POINTS = "basis_points"
    COUNT = "count"
    AMOUNT_MAJOR = "amount_major"
    TEXT = "text"
    BOOLEAN = "boolean"


Value = int | str | bool


@dataclass(frozen=True, slots=True)
class SettingDefinition:
    """One setting: its key (`clocks.answer_days`), group for the page, default and bounds (inclusive)."""

    key: str
    group: Text
    kind: SettingKind
    default: Value
    label: Text
    help: Text = ""
    minimum: int | None = None
    maximum: int | None = None


OPERATOR_NAME = SettingDefinition(
    key="site.operator_name",
    group=_("This marketplace"),
    kind=SettingKind.TEXT,
    default="Portolan",
    label=_("Name of the operator"),
    help=_("Who runs this marketplace: shown in the footer, in contracts and in mail."),
)


@dataclass(frozen=True, slots=True)
class SettingLine:
    """One setting with the value in force, for the settings page."""

    definition: SettingDefinition
    value: Value
    is_default: bool


class SettingOutOfBounds(Rejected):
    code = "setting_out_of_bounds"
    message = _("%(label)s must be a whole number from %(minimum)s to %(maximum)s.")


class SettingNeedsReason(Rejected):
    code = "setting_needs_reason"
    message = _("Say why you change it: the reason stays in the history.")


_definitions: dict[str, SettingDefinition] = {}


def register_settings(*definitions: SettingDefinition) -> None:
    """Make settings known; called from `ready()`. Raises `ValueError` for a second of the key."""
    for definition in definitions:
        known = _definitions.setdefault(definition.key, definition)
        if known != definition:
            msg = f"setting {definition.key!r} is registered twice"
            raise ValueError(msg)


def value_of(key: str) -> Value:
    """The value in force. Raises `KeyError` for an unregistered key."""
    definition = _definitions[key]
    stored = _stored(key)
    return stored[0].value if stored else definition.default


def shown_value_of(key: str) -> Value:
    """The value in force of what every page shows: without a statement where the process knows that none has changed."""
    return kept_value(key, lambda: value_of(key))


@compiled
def _stored(key: str) -> QuerySet[OperatorSettingValue, OperatorSettingValue]:
    return OperatorSettingValue.objects.filter(key=key)


def integer_of(key: str) -> int:
    """The value in force of a setting that counts something."""
    value = value_of(key)
    if not isinstance(value, int):
        msg = f"{key} is not a number"
        raise TypeError(msg)
    return value


def snapshot(prefix: str) -> dict[str, Value]:
    """The values in force of all keys that begin with the prefix, for a trade to freeze."""
    stored = dict(OperatorSettingValue.objects.filter(key__startswith=prefix).values_list("key", "value"))
    return {
        key: stored.get(key, definition.default)
        for key, definition in sorted(_definitions.items())
        if key.startswith(prefix)
    }


def all_settings() -> list[SettingLine]:
    """Every registered setting with its value, in order of registration."""
    stored = dict(OperatorSettingValue.objects.values_list("key", "value"))
    return [
        SettingLine(definition, stored.get(key, definition.default), key not in stored)
        for key, definition in _definitions.items()
    ]


def changes(limit: int = 100) -> list[OperatorSettingChange]:
    """The latest changes, newest first."""
    return list(OperatorSettingChange.objects.order_by("-at", "-pk")[:limit])


def label_of(key: str) -> Text:
    """The label of a key, the key itself when no app registers it any more."""
    return _definitions[key].label if key in _definitions else key


def change_setting(
    *, key: str, value: Value, actor: Actor, at: datetime, reason: str, seen: Value | None = None
) -> None:
    """Put a value in force for what begins from now on, with a line of history.

    Raises `NotAllowed` without the operator's desk, `NotFound` for an unknown key, `Rejected` for a
    value out of bounds or a missing reason, `Conflict` when the value is no longer the one `seen`.
    """
    if not (actor.is_system or actor.has_desk(OPERATOR_DESK)):
        raise NotAllowed
    if key not in _definitions:
        raise NotFound
    definition = _definitions[key]
    _demand_fit(definition, value)
    if not reason.strip():
        raise SettingNeedsReason(field="reason")
    with transaction.atomic():
        stored, _created = OperatorSettingValue.objects.get_or_create(
            key=key, defaults={"value": definition.default}
        )
        stored = OperatorSettingValue.objects.filter(pk=stored.pk).lock().get()
        if seen is not None and stored.value != seen:
            raise Conflict
        if stored.value == value:
            return
        OperatorSettingChange.objects.create(
            key=key,
            before=stored.value,
            after=value,
            actor=actor.as_text,
            actor_label=actor.label,
            at=at,
            reason=reason.strip(),
        )
        stored.value = value
        stored.save(update_fields=["value"])
        transaction.on_commit(forget_kept_values)


def _demand_fit(definition: SettingDefinition, value: Value) -> None:
    if definition.kind is SettingKind.TEXT:
        fits = isinstance(value, str) and len(value) <= 500
    elif definition.kind is SettingKind.BOOLEAN:
        fits = isinstance(value, bool)
    else:
        fits = isinstance(value, int) and not isinstance(value, bool)
        low, high = definition.minimum or 0, 10**12 if definition.maximum is None else definition.maximum
        fits = fits and low <= int(value) <= high
    if not fits:
        raise SettingOutOfBounds(
            field=definition.key,
            label=definition.label,
            minimum=definition.minimum or 0,
            maximum=definition.maximum if definition.maximum is not None else "…",
        )

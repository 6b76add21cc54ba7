"""The texts of a timeline's lines that are not steps of a state; apps above register theirs in `ready()`."""

from __future__ import annotations

from marketplace.core.errors import Text

_texts: dict[str, Text] = {}


def register_event_text(kind: str, text: Text) -> None:
    """Make a kind of line known: a translatable text whose `%(name)s` places the parameters fill.

    Raises `ValueError` when the kind already has another text.
    """
    if _texts.setdefault(kind, text) is not text:
        msg = f"order event {kind!r} is registered twice"
        raise ValueError(msg)


def event_text(kind: str) -> Text:
    """The registered text; the kind itself when its app is gone."""
    return _texts.get(kind, kind)


def demand_registered(kind: str) -> None:
    """Raise `KeyError` for a kind that nobody registered."""
    if kind not in _texts:
        msg = f"order event {kind!r} has no text"
        raise KeyError(msg)

"""Questions of people who have to sign in or to sign up first: kept in their browser's session, nowhere else.

Three at most, each cut to the length of a question; the session ends them, and one network address
leaves no more than `MOST_KEPT_A_DAY`. Files cannot be kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.http import HttpRequest

MOST_KEPT_A_DAY: Final = 40
_KEY: Final = "kept_questions"
_MOST: Final = 3


def keep_question(request: HttpRequest, ref: str, said: Mapping[str, str], title: str) -> None:
    """Keep what was typed about a listing or supplier, in place of what was kept before."""
    kept = _kept(request)
    kept.pop(ref, None)
    kept[ref] = {**said, "title": title}
    request.session[_KEY] = dict(list(kept.items())[-_MOST:])


def kept_question(request: HttpRequest, ref: str) -> dict[str, str]:
    """What was typed about it; empty when nothing was."""
    return dict(_kept(request).get(ref, {}))


def kept_questions(request: HttpRequest) -> list[tuple[str, str]]:
    """Reference and title of all that were not sent yet."""
    return [(ref, str(said.get("title", ""))) for ref, said in _kept(request).items()]


def forget_question(request: HttpRequest, ref: str) -> None:
    """It was sent."""
    kept = _kept(request)
    if kept.pop(ref, None) is not None:
        request.session[_KEY] = kept


def _kept(request: HttpRequest) -> dict[str, dict[str, Any]]:
    found = request.session.get(_KEY)
    return dict(found) if isinstance(found, dict) else {}

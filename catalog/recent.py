"""What a stranger searched last, as their own browser remembers it. Pure: who is signed in has rows instead.

Anybody may have written the cookie, so it is read as what was typed into the search field is.
"""

from __future__ import annotations

import base64
import binascii
import json
from typing import Final

from catalog.models.recent_search import WORDS_LENGTH

MOST: Final = 8
_LONGEST: Final = 1500  # of what a browser sends with every request; the oldest words go first


def plain_words(typed: str) -> str:
    """Words as they are kept: without needless space; empty for what cannot be kept."""
    words = " ".join(typed.split())
    return words if len(words) <= WORDS_LENGTH and words.isprintable() else ""


def read_recent(text: str) -> tuple[str, ...]:
    """The searches in a cookie, the last one first; none for what nobody of ours wrote."""
    try:
        found = json.loads(base64.urlsafe_b64decode(text[:_LONGEST] + "=" * (-len(text) % 4)))
    except (binascii.Error, ValueError, RecursionError):
        return ()
    if not isinstance(found, list):
        return ()
    said = [plain_words(words) for words in found[:MOST] if isinstance(words, str)]
    return tuple(dict.fromkeys(words for words in said if words))


def with_search(searches: tuple[str, ...], words: str) -> tuple[str, ...]:
    """With these words in the first place, once."""
    return (words, *(other for other in searches if other != words))[:MOST] if words else searches


def recent_text(searches: tuple[str, ...]) -> str:
    """What the browser is to remember; empty for nothing."""
    kept = list(searches)
    while kept:
        text = base64.urlsafe_b64encode(json.dumps(kept, separators=(",", ":"), ensure_ascii=False).encode())
        if len(text) <= _LONGEST:
            return text.decode().rstrip("=")
        kept.pop()
    return ""

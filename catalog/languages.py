"""The languages in which goods are described: in which one somebody reads, and into which a supplier may translate.

Codes are primary tags (`zh`, not `zh-hans`), as in the names of categories. Must not touch the database.
"""

from __future__ import annotations

from functools import cache

from django.conf import settings
from django.utils.translation import get_language, get_language_info

from catalog.data import LANGUAGES

# What stands in an address for “as the supplier wrote it”.
ORIGINAL = "original"
CODE_LENGTH = 8


def reader_language() -> str:
    """The primary tag of the active language: `zh-hans` → `zh`."""
    return (get_language() or "en").split("-")[0]


@cache
def listing_languages() -> tuple[str, ...]:
    """Every language of the interface, and every one that categories have names in."""
    interface = (code.split("-")[0] for code, _name in settings.LANGUAGES)
    return tuple(dict.fromkeys((*interface, *LANGUAGES)))


@cache
def own_name(code: str) -> str:
    """What a language calls itself: `español`."""
    return str(get_language_info("zh-hans" if code == "zh" else code)["name_local"])

"""The offers a reader has chosen to stand side by side: at most five, remembered by their browser. Pure.

A tray belongs to the person it was filled by; what somebody chose before they signed in is theirs afterwards, what
another person of the same browser chose is nobody's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from marketplace.core.ids import REF_LENGTH

MOST: Final = 5
_STRANGER: Final = "0"
_LONGEST: Final = 400
_REF: Final = re.compile(rf"[a-z]+_[A-Za-z0-9]{{1,{REF_LENGTH}}}")


@dataclass(frozen=True, slots=True)
class Tray:
    """References of the chosen offers, in the order in which they were chosen."""

    refs: tuple[str, ...] = ()

    @property
    def is_full(self) -> bool:
        return len(self.refs) >= MOST

    def holds(self, ref: str) -> bool:
        """Whether the offer is chosen."""
        return ref in self.refs

    def with_offer(self, ref: str) -> Tray:
        """With one more; the same when it is there already or there is no room."""
        return self if self.is_full or ref in self.refs else Tray((*self.refs, ref))

    def without(self, ref: str) -> Tray:
        """Without one of them."""
        return Tray(tuple(other for other in self.refs if other != ref))

    def swapped(self, old: str, new: str) -> Tray:
        """The new one in the place of the old one; the same when the old one is not there or the new one is."""
        if new in self.refs:
            return self
        return Tray(tuple(new if ref == old else ref for ref in self.refs))


def read_tray(text: str, reader_id: int | None) -> Tray:
    """What a browser remembers, as far as it is this reader's. Anybody may have written it: what is no reference is left out."""
    owner, *refs = text[:_LONGEST].split(".")
    if owner not in {_STRANGER, str(reader_id)}:
        return Tray()
    return Tray(tuple(dict.fromkeys(ref for ref in refs if _REF.fullmatch(ref)))[:MOST])


def tray_text(tray: Tray, reader_id: int | None) -> str:
    """What the browser is to remember; empty for nothing."""
    return ".".join([str(reader_id or _STRANGER), *tray.refs]) if tray.refs else ""

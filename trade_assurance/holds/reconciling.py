"""What a line of a rail's account and a posting of ours are about, so that both can be compared. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final

FEE_POSTING: Final = "provider_fee"
CORRECTION_POSTING: Final = "reconciliation"
# A public reference of three letters: a payment, refund, payout or part of one, reversal, chargeback, bank line.
# (A hold's has four, and is never what a rail knows.)
_OWN = re.compile(r"(?<![a-z0-9])[a-z]{3}_[0-9a-hjkmnp-tv-z]{12}(?![a-z0-9])")
FEE: Final = "fee"
_OF_CHARGEBACKS: Final = frozenset({"chargeback", "chargeback_reinstated"})


@dataclass(frozen=True, slots=True)
class Line:
    """What names a line: its own reference, what kind it is, the rail's name of its object, our word sent along."""

    ref: str
    kind: str
    object_ref: str
    subject: str


def name_of_line(line: Line, by_object: Mapping[str, str], known: AbstractSet[str]) -> str:
    """Our own name of what a line is about; `object:` and the rail's name for it, or `line:`, while we have none.

    Empty for a line that is a fee and nothing else: it is booked as such.

    What the rail calls it decides; the word we sent along counts only when it is one of ours. A chargeback carries
    the word of the payment it is about, so for it that does not count.
    """
    if line.kind == FEE:
        return ""
    if line.object_ref in by_object:
        return by_object[line.object_ref]
    if line.subject in known and line.kind not in _OF_CHARGEBACKS:
        return line.subject
    return f"object:{line.object_ref}" if line.object_ref else f"line:{line.ref}"


def name_of_posting(kind: str, subject: str, key: str, cause: str) -> str:
    """Our own name of what a posting on the clearing account is about; empty for a fee, which its movement explains.

    The cause of a hold's movement, else the first of our references in the posting's key, else its subject.
    """
    if kind == FEE_POSTING:
        return ""
    if kind == CORRECTION_POSTING:
        return subject
    for text in (cause, key, subject):
        found = _OWN.search(text)
        if found is not None:
            return found.group()
    return subject

"""How far a typed word is from one that may have been meant, in slips of the fingers and of spelling. Pure.

Letters that sound alike, vowels, doubled letters and a silent h are half a slip, two letters swapped three quarters,
anything else a whole one; at the first letter, which people rarely get wrong, half more. So “basmatti” is near basmati,
and “Kirschen” far from kitchen, though both are changed in few letters.
"""

from __future__ import annotations

from typing import Final

_VOWELS: Final = frozenset("aeiouyаеёиоуыэюяاويािीुूृेैोौ")
_ALIKE: Final = frozenset(
    frozenset(pair)
    for pair in (
        *("ck", "cs", "cq", "kq", "sz", "cz", "bv", "bp", "fv", "vw", "uw", "gj", "ij", "jy", "dt", "mn", "xs", "gk"),
        *("سص", "سث", "ثص", "تط", "دض", "ذز", "ذظ", "زظ", "ضظ", "حه", "حخ", "قك", "قغ", "عغ", "جغ", "جق"),
        *("सश", "शष", "सष", "नण", "तट", "दड", "थठ", "धढ", "बव", "ंन"),
    )
)  # fmt: skip
_WHOLE, _HALF, _SWAPPED, _OF_A_VOWEL, _AT_THE_FRONT = 1.0, 0.5, 0.75, 0.75, 0.5


def slips(typed: str, meant: str) -> float:
    """The fewest slips that make the typed word of the one meant (restricted Damerau with weights)."""
    before: list[float] = []
    row = [0.0]
    for j in range(len(meant)):
        row.append(row[-1] + _lone(meant, j) + (_AT_THE_FRONT if j == 0 else 0))
    for i, a in enumerate(typed):
        front = _AT_THE_FRONT if i == 0 else 0.0
        last, before_row, row = row, before, [row[0] + _lone(typed, i) + front]
        for j, b in enumerate(meant):
            best = min(
                last[j] + (0 if a == b else _other(a, b) + (front if j == 0 else 0)),
                row[j] + _lone(meant, j),
                last[j + 1] + _lone(typed, i),
            )
            if i and j and a == meant[j - 1] and typed[i - 1] == b and a != b:
                best = min(best, before_row[j - 1] + _SWAPPED)
            row.append(best)
        before = last
    return row[-1]


def forgiven_slips(typed: str) -> float:
    """So many slips may lie between a typed word and the one proposed: a long word still shows what was meant."""
    for length, most in ((4, 0.75), (5, 1.0), (8, 1.5), (11, 2.25)):
        if len(typed) <= length:
            return most
    return 3.0


def _other(a: str, b: str) -> float:
    """One letter for another."""
    return _HALF if {a, b} <= _VOWELS or frozenset((a, b)) in _ALIKE else _WHOLE


def _lone(word: str, place: int) -> float:
    """A letter that the other word lacks."""
    letter = word[place]
    if letter == "h" or (place and word[place - 1] == letter):
        return _HALF
    return _OF_A_VOWEL if letter in _VOWELS else _WHOLE

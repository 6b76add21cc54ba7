"""References that people write on a bank transfer: `PT-7K3M-9Q2X`, with a check character.

Seven random characters and one that checks them, in Crockford's base 32 (no I, L, O, U). The check is a
polynomial over GF(32): it notices every single wrong character and every two that changed places. Pure.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from typing import Final

_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_MISREAD: Final = str.maketrans({"O": "0", "I": "1", "L": "1"})
_PREFIX: Final = "PT"
_RANDOM: Final = 7
_POLYNOMIAL: Final = 0b100101  # x⁵ + x² + 1, primitive over GF(2)


def new_reference() -> str:
    """A fresh reference; uniqueness is the database's to say."""
    return reference_from("".join(secrets.choice(_ALPHABET) for _ in range(_RANDOM)))


def reference_from(characters: str) -> str:
    """The reference of these seven characters, check character added."""
    whole = characters + _ALPHABET[_check(characters)]
    return f"{_PREFIX}-{whole[:4]}-{whole[4:]}"


def read_reference(typed: str) -> str | None:
    """The reference as we write it, from what somebody typed or a bank printed; None when it cannot be one."""
    letters = "".join(character for character in typed.upper() if character.isalnum())
    body = (letters[len(_PREFIX) :] if len(letters) == len(_PREFIX) + _RANDOM + 1 else letters).translate(
        _MISREAD
    )
    if len(letters) > len(body) and not letters.startswith(_PREFIX):
        return None
    if len(body) != _RANDOM + 1 or any(character not in _ALPHABET for character in body):
        return None
    if _ALPHABET[_check(body[:-1])] != body[-1]:
        return None
    return f"{_PREFIX}-{body[:4]}-{body[4:]}"


def find_references(text: str) -> list[str]:
    """Every reference that stands in a longer text, each once, as we write it.

    Blanks, dashes and line breaks inside it do not matter (banks break lines after 35 signs), nor the letters
    that are read for digits. Without its prefix it counts only when it stands apart from other signs.
    """
    upper = text.upper()
    after_prefix = re.compile(
        rf"{_PREFIX[0]}[\W_]{{0,2}}{_PREFIX[1]}[\W_]{{0,2}}((?:[0-9A-Z][\W_]{{0,2}}){{{_RANDOM + 1}}})"
    )
    alone = re.compile(r"(?<![0-9A-Z])([0-9A-Z]{4}[-\s]?[0-9A-Z]{4})(?![0-9A-Z])")
    candidates = [
        *(match.group(1) for match in _overlapping(after_prefix, upper)),
        *(match.group(1) for match in alone.finditer(upper)),
    ]
    read = (read_reference(candidate) for candidate in candidates)
    return list(dict.fromkeys(reference for reference in read if reference is not None))


def _overlapping(pattern: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    """Every match, also one that begins inside another ("PPT-…")."""
    position = 0
    while match := pattern.search(text, position):
        yield match
        position = match.start() + 1


def _check(characters: str) -> int:
    """Σ αⁱ⁺¹·cᵢ in GF(32): distinct non-zero weights, so no one error and no one swap leaves it unchanged."""
    total = 0
    weight = 1
    for character in characters:
        weight = _times(weight, 2)
        total ^= _times(weight, _ALPHABET.index(character))
    return total


def _times(left: int, right: int) -> int:
    product = 0
    while right:
        if right & 1:
            product ^= left
        left <<= 1
        if left & 0b100000:
            left ^= _POLYNOMIAL
        right >>= 1
    return product

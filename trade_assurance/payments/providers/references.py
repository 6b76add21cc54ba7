"""References that people write on a bank transfer: `PT-7K3M-9Q2X`, with a check character.

Seven random characters and one that checks them, in Crockford's base 32 (no I, L, O, U). The check is a
polynomial over GF(32): it notices every single wrong character and every two that changed places. Pure.
"""

from __future__ import annotations

import secrets
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

"""Public references: prefixed, unguessable, made in Python (PostgreSQL may lack pgcrypto)."""

from __future__ import annotations

import secrets

# Crockford's base 32 in lower case: no i, l, o, u, so that a reference can be read out over the phone.
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
REF_LENGTH = 32


def new_ref(prefix: str) -> str:
    """`ord_7k3m9q2x4t8v`: 60 random bits after the prefix."""
    return f"{prefix}_{''.join(secrets.choice(_ALPHABET) for _ in range(12))}"


def new_key() -> str:
    """A fresh idempotency key for a form or a task."""
    return secrets.token_hex(16)

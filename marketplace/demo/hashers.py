"""A cheap form of the ordinary password hash, for people whose password everybody knows.

The hash is of the same family, so the ordinary hasher reads it, and makes it anew when somebody signs in.
"""

from __future__ import annotations

from django.contrib.auth.hashers import Argon2PasswordHasher


class QuickHasher(Argon2PasswordHasher):
    """Fifty people are made in the time of one; only the demo story uses it."""

    time_cost = 1
    memory_cost = 64
    parallelism = 1

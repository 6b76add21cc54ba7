"""What `manage.py check` says about the configuration of orders."""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage, Error

from orders.rules.texts import carrier_code
from orders.webhooks import carrier_secrets, sign


def carriers_are_usable(**_kwargs: Any) -> list[CheckMessage]:
    """Every carrier of CARRIER_SECRETS has the name it reports under and a secret that can sign."""
    found: list[CheckMessage] = []
    for name, secret in carrier_secrets().items():
        if carrier_code(name) != name:
            hint = f"Write it as “{carrier_code(name)}”."
            found.append(
                Error(f"CARRIER_SECRETS: “{name}” is no carrier's code.", hint=hint, id="orders.E001")
            )
        try:
            sign(secret, "check", 0, b"")
        except ValueError:
            found.append(Error(f"CARRIER_SECRETS: the secret of “{name}” is not base64.", id="orders.E002"))
    return found

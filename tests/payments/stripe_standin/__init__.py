"""A stand-in for Stripe: a real HTTP server on loopback that takes nothing the installed library does not define.

`definitions` reads from the library which parameters each request may carry, `world` to `connect` keep the state and
the rules of the documentation, `server` speaks HTTP, keeps answers under their keys and plays mishaps, `post` signs
what is told by webhook.
"""

from tests.payments.stripe_standin.post import SECRETS, signed
from tests.payments.stripe_standin.server import KEY, Standin

__all__ = ["KEY", "SECRETS", "Standin", "signed"]
